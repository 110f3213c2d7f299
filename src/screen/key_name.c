// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "opscon/key.h"
#include "text/text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// The first name of a code is the one that is written.
static const struct {
	const char *name;
	uint32_t code;
} names[] = {
	{ "space", ' ' },
	{ "Up", KEY_CODE_UP },
	{ "Down", KEY_CODE_DOWN },
	{ "Left", KEY_CODE_LEFT },
	{ "Right", KEY_CODE_RIGHT },
	{ "Home", KEY_CODE_HOME },
	{ "End", KEY_CODE_END },
	{ "PgUp", KEY_CODE_PAGE_UP },
	{ "PageUp", KEY_CODE_PAGE_UP },
	{ "PgDn", KEY_CODE_PAGE_DOWN },
	{ "PageDown", KEY_CODE_PAGE_DOWN },
	{ "Enter", KEY_CODE_ENTER },
	{ "Return", KEY_CODE_ENTER },
	{ "Tab", KEY_CODE_TAB },
	{ "S-Tab", KEY_CODE_BACKTAB },
	{ "BTab", KEY_CODE_BACKTAB },
	{ "Esc", KEY_CODE_ESCAPE },
	{ "Escape", KEY_CODE_ESCAPE },
	{ "BSpace", KEY_CODE_BACKSPACE },
	{ "Backspace", KEY_CODE_BACKSPACE },
	{ "Del", KEY_CODE_DELETE },
	{ "Delete", KEY_CODE_DELETE },
	{ "paste", KEY_CODE_PASTE },
	{ "click", KEY_CODE_MOUSE },
	{ "WheelUp", KEY_CODE_WHEEL_UP },
	{ "WheelDown", KEY_CODE_WHEEL_DOWN },
};

static int function_key(const char *name, uint32_t *code)
{
	uint64_t n;

	if ((name[0] != 'F' && name[0] != 'f') || number_parse_u64(name + 1, strlen(name + 1), 12, &n) || n == 0)
		return -EINVAL;
	*code = KEY_CODE_F1 + (uint32_t)n - 1;
	return 0;
}

static int printable(const char *name, uint32_t *code)
{
	struct text_cluster cluster;

	if (!text_is_clean(name) || !text_next(&name, &cluster) || *name || !cluster.is_single)
		return -EINVAL;
	*code = cluster.codepoint;
	return 0;
}

static int code_from_name(const char *name, uint32_t *code)
{
	if (printable(name, code) == 0)
		return 0;
	for (size_t i = 0; i < COUNT(names); i++)
		if (strcasecmp(names[i].name, name) == 0) {
			*code = names[i].code;
			return 0;
		}
	return function_key(name, code);
}

int key_from_name(const char *name, struct key *out)
{
	struct key key = { 0 };
	int err;

	while (name[0] && name[1] == '-' && name[2]) {
		if (name[0] == 'C')
			key.mods |= KEY_MOD_CTRL;
		else if (name[0] == 'M')
			key.mods |= KEY_MOD_ALT;
		else
			break;
		name += 2;
	}
	err = code_from_name(name, &key.code);
	if (err)
		return err;
	if (key.mods & KEY_MOD_CTRL && key.code < 0x80)
		key.code = (uint32_t)tolower((int)key.code);
	*out = key;
	return 0;
}

size_t key_name(const struct key *key, char *out, size_t size)
{
	char name[16] = "?";
	int n;

	if (key->code >= KEY_CODE_F1 && key->code <= KEY_CODE_F12)
		snprintf(name, sizeof name, "F%u", key->code - KEY_CODE_F1 + 1);
	else if (key->code < KEY_NAMED)
		text_encode(key->code, name);
	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].code == key->code) {
			snprintf(name, sizeof name, "%s", names[i].name);
			break;
		}
	n = snprintf(out, size, "%s%s%s", key->mods & KEY_MOD_CTRL ? "C-" : "", key->mods & KEY_MOD_ALT ? "M-" : "",
		     name);
	return n < 0 ? 0 : (size_t)n;
}
