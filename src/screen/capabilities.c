// SPDX-License-Identifier: Apache-2.0
#include "screen/capabilities.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "base/user_locale.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

void terminal_env_read(struct terminal_env *out)
{
	*out = (struct terminal_env){
		.term = getenv("TERM"),
		.colorterm = getenv("COLORTERM"),
		.no_color = getenv("NO_COLOR"),
		.clicolor = getenv("CLICOLOR"),
		.clicolor_force = getenv("CLICOLOR_FORCE"),
		.is_utf8 = locale_wants_utf8(),
	};
}

const char *terminal_refusal(const struct terminal_env *env)
{
	if (!env->term || !*env->term)
		return "TERM is not set";
	if (strcmp(env->term, "dumb") == 0)
		return "TERM=dumb cannot place text";
	if (strlen(env->term) >= TERMINAL_NAME_MAX || strchr(env->term, '/'))
		return "TERM is not the name of a terminal";
	return NULL;
}

bool terminal_has_unicode(const struct terminal_env *env)
{
	return env->is_utf8;
}

static bool is_on(const char *value)
{
	return value && *value && strcmp(value, "0") != 0;
}

static bool is_truecolor(const struct terminal_env *env)
{
	return env->colorterm &&
	       (strcasecmp(env->colorterm, "truecolor") == 0 || strcasecmp(env->colorterm, "24bit") == 0);
}

enum colour_depth terminal_depth(const struct terminal_env *env, int n_colours, bool is_direct)
{
	if (env->no_color && *env->no_color)
		return DEPTH_NONE;
	if (env->clicolor && strcmp(env->clicolor, "0") == 0 && !is_on(env->clicolor_force))
		return DEPTH_NONE;
	if (is_direct && n_colours >= 1 << 24)
		return DEPTH_TRUE;
	if (n_colours >= 256)
		return DEPTH_256;
	if (n_colours >= 16)
		return DEPTH_16;
	return n_colours >= 8 ? DEPTH_8 : DEPTH_NONE;
}

int terminal_names(const struct terminal_env *env, char names[TERMINAL_NAMES][TERMINAL_NAME_MAX])
{
	static const char suffix[] = "-256color", *const siblings[] = { "-direct", "-256color" };
	size_t len = strlen(env->term), cut = sizeof suffix - 1;
	bool has_suffix = len > cut && strcmp(env->term + len - cut, suffix) == 0;
	struct strbuf name;
	int n = 0;

	for (size_t i = 0; is_truecolor(env) && !strstr(env->term, "-direct") && i < COUNT(siblings); i++) {
		strbuf_init(&name, names[n], TERMINAL_NAME_MAX);
		strbuf_add_bytes(&name, env->term, has_suffix ? len - cut : len);
		strbuf_add(&name, siblings[i]);
		n += !name.truncated;
	}
	if (n > 0 && strcmp(names[n - 1], env->term) == 0)
		return n;
	strbuf_init(&name, names[n], TERMINAL_NAME_MAX);
	strbuf_add(&name, env->term);
	return n + 1;
}

bool terminal_takes_titles(const char *term)
{
	static const char *const families[] = { "alacritty", "foot", "kitty", "konsole", "rxvt",
						"screen",    "st-",  "tmux",  "vte",     "xterm" };

	for (size_t i = 0; i < COUNT(families); i++)
		if (strncmp(term, families[i], strlen(families[i])) == 0)
			return true;
	return false;
}
