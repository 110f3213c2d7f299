// SPDX-License-Identifier: Apache-2.0
/* Names of keys as key maps and scripts have them, and the key map made of them: "KEY COMMAND" a line. */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "console/keymap.h"
#include "tests/fuzz/fuzz.h"
#include "text/text.h"

enum { KEYS_MAX = 200 };

static void check_name(const char *text)
{
	struct key key = { 0 }, again;
	char name[64];
	int r = key_from_name(text, &key);

	fuzz_expect(r == 0 || r == -EINVAL, "a name is a key's or not");
	if (r < 0)
		return;
	fuzz_expect(key_name(&key, name, sizeof name) < sizeof name, "a name is short");
	fuzz_expect_clean(name, "a name is clean");
	fuzz_expect(key_from_name(name, &again) == 0, "a key's own name is one");
	fuzz_expect(again.code == key.code && again.mods == key.mods, "and is the same key's");
}

static void check_keymap(const struct keymap *keymap)
{
	fuzz_expect(keymap->n <= KEYMAP_MAX && keymap->n_help <= KEYMAP_HELP_MAX, "bindings are within their limit");
	fuzz_expect_clean(keymap->problem, "a problem is clean");
	for (size_t i = 0; i < keymap->n; i++) {
		const struct binding *binding = &keymap->bindings[i];
		bool is_reflex;

		fuzz_expect(binding->command < COMMAND_COUNT, "a binding has a command");
		fuzz_expect_clean(binding->name, "a binding's name is clean");
		is_reflex = binding->key.mods == KEY_MOD_CTRL && binding->key.code < 0x80 &&
			    memchr("abdkwz", (int)binding->key.code, 6);
		fuzz_expect(!is_reflex || !command_info(binding->command)->is_acting, "no reflex acts");
	}
	for (size_t i = 0; i < keymap->n_help; i++) {
		fuzz_expect_clean(keymap->help[i].text, "help is clean");
		fuzz_expect_clean(keymap->help[i].key ? keymap->help[i].key : "", "the keys of help are clean");
	}
}

// As configuration hands its texts over.
static char *clean_line(struct fuzz_input *input)
{
	size_t n;
	char *raw = fuzz_part(input, "\n", &n), *clean = text_clean_dup(raw, n, TEXT_ONE_LINE, TEXT_FIELD_MAX);

	fuzz_expect(clean != NULL, "there is memory");
	mem_free(raw);
	return clean;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct key_config keys[KEYS_MAX];
	char *lines[KEYS_MAX];
	struct config config;
	struct keymap keymap;
	size_t n = 0;

	for (; input.n && n < KEYS_MAX; n++) {
		lines[n] = clean_line(&input);
		keys[n] = (struct key_config){ .key = lines[n], .command = "" };
		if (strchr(lines[n], ' ')) {
			char *blank = strchr(lines[n], ' ');

			*blank = '\0';
			keys[n].command = blank + 1;
		}
		check_name(keys[n].key);
	}
	config_defaults(&config);
	config.keys = keys;
	config.n_keys = n;
	keymap_init(&keymap, &config);
	check_keymap(&keymap);
	for (size_t i = 0; i < n; i++)
		mem_free(lines[i]);
	return 0;
}
