// SPDX-License-Identifier: Apache-2.0
#include "console/keymap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "console/console.h"
#include "text/text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool is_same_key(const struct key *a, const struct key *b)
{
	return a->code == b->code && a->mods == b->mods;
}

// Fingers send these to tmux and to shells without being asked.
static bool is_reflex(const struct key *key)
{
	return key->mods == KEY_MOD_CTRL && key->code < 0x80 && strchr("abdkwz", (int)key->code);
}

static void unbind(struct keymap *keymap, const struct key *key)
{
	size_t n = 0;

	for (size_t i = 0; i < keymap->n; i++)
		if (!is_same_key(&keymap->bindings[i].key, key))
			keymap->bindings[n++] = keymap->bindings[i];
	keymap->n = n;
}

static void bind_key(struct keymap *keymap, const struct key *key, enum command command)
{
	struct binding *binding;

	if (keymap->n == KEYMAP_MAX)
		return;
	binding = &keymap->bindings[keymap->n++];
	binding->key = *key;
	binding->command = command;
	key_name(key, binding->name, sizeof binding->name);
}

static void bind_defaults(struct keymap *keymap)
{
	for (int i = 0; i < COMMAND_COUNT; i++) {
		const char *at = command_info((enum command)i)->keys;

		while (*at) {
			size_t n = strcspn(at, " ");
			char name[KEYMAP_NAME_MAX];
			struct key key;

			snprintf(name, sizeof name, "%.*s", (int)n, at);
			if (key_from_name(name, &key) == 0)
				bind_key(keymap, &key, (enum command)i);
			at += n + (at[n] == ' ');
		}
	}
}

int console_check_key_cb(void *ctx, const struct key_config *config, char *why, size_t why_size)
{
	enum command command = command_from_id(config->command);
	struct key key;

	(void)ctx;
	if (key_from_name(config->key, &key) < 0) {
		snprintf(why, why_size, "there is no such key");
		return -EINVAL;
	}
	if (strcmp(config->command, "none") == 0)
		return 0;
	if (command == COMMAND_NONE) {
		snprintf(why, why_size, "there is no command %.*s; expected one that the palette lists, or none",
			 text_fit(config->command, 40), config->command);
		return -EINVAL;
	}
	if (command_info(command)->is_acting && is_reflex(&key)) {
		snprintf(why, why_size, "is a reflex of tmux and shells: nothing that acts goes there");
		return -EINVAL;
	}
	return 0;
}

static void bind_configured(struct keymap *keymap, const struct key_config *config)
{
	enum command command = command_from_id(config->command);
	struct key key;
	char why[160];

	if (console_check_key_cb(NULL, config, why, sizeof why) < 0) {
		if (!keymap->problem[0])
			snprintf(keymap->problem, sizeof keymap->problem, "key %.*s: %s", text_fit(config->key, 20),
				 config->key, why);
		return;
	}
	key_from_name(config->key, &key);
	unbind(keymap, &key);
	if (command != COMMAND_NONE)
		bind_key(keymap, &key, command);
}

static void help_line(struct keymap *keymap, const char *keys, const char *text)
{
	size_t i = keymap->n_help;

	if (i == KEYMAP_HELP_MAX)
		return;
	keymap->help[i].key = NULL;
	keymap->help[i].text = text;
	if (keys) {
		snprintf(keymap->help_keys[i], sizeof keymap->help_keys[i], "%s", keys);
		text_trim(keymap->help_keys[i]);
		keymap->help[i].key = keymap->help_keys[i];
	}
	keymap->n_help++;
}

static void help_command(struct keymap *keymap, enum command command)
{
	char keys[64];
	struct strbuf all;

	strbuf_init(&all, keys, sizeof keys);
	for (size_t i = 0; i < keymap->n; i++)
		if (keymap->bindings[i].command == command)
			strbuf_addf(&all, "%s%s", all.len ? " " : "", keymap->bindings[i].name);
	if (all.len)
		help_line(keymap, keys, command_info(command)->description);
}

static void make_help(struct keymap *keymap)
{
	// What belongs together stands together; the most wanted first.
	static const enum command as_read[] = {
		COMMAND_REPLAY_STEP,   COMMAND_REPLAY_BACK,   COMMAND_REPLAY_NEXT,   COMMAND_REPLAY_PREVIOUS,
		COMMAND_REPLAY_FASTER, COMMAND_REPLAY_SLOWER, COMMAND_REPLAY_TIME,   COMMAND_UP,
		COMMAND_DOWN,          COMMAND_LEFT,          COMMAND_RIGHT,         COMMAND_PAGE_UP,
		COMMAND_PAGE_DOWN,     COMMAND_FIRST,         COMMAND_LAST,          COMMAND_ENTER,
		COMMAND_BACK,          COMMAND_NEXT_PANE,     COMMAND_PREVIOUS_PANE, COMMAND_JUMP_BACK,
		COMMAND_JUMP_FORWARD,  COMMAND_OVERVIEW,      COMMAND_AGENT,         COMMAND_ALERTS,
		COMMAND_METRICS,       COMMAND_TIMELINE,      COMMAND_OPERATIONS,    COMMAND_AUDIT,
		COMMAND_VERIFY,        COMMAND_FILTER,        COMMAND_CONTEXT,       COMMAND_CLEAR,
		COMMAND_NEWLY_BAD,     COMMAND_DIFFERS,       COMMAND_SORT,          COMMAND_REVERSE,
		COMMAND_RANGE,         COMMAND_STATES,        COMMAND_EXPAND,        COMMAND_TYPES,
		COMMAND_SEVERITY,      COMMAND_ACK,           COMMAND_SNOOZE,        COMMAND_NOTE,
		COMMAND_PROBE,         COMMAND_MAINTENANCE,   COMMAND_MARK,          COMMAND_MARK_ALL,
		COMMAND_ACT,           COMMAND_HOLD,          COMMAND_ABORT,         COMMAND_ROLL_BACK,
		COMMAND_PAUSE_ALL,     COMMAND_AGREE,         COMMAND_PIN,           COMMAND_ANSWER,
		COMMAND_EXPORT,        COMMAND_REOPEN_AUDIT,  COMMAND_HELP,          COMMAND_PALETTE,
		COMMAND_UTC,           COMMAND_PAUSE,         COMMAND_THEME,         COMMAND_QUIT,
	};

	_Static_assert(COUNT(as_read) == COMMAND_COUNT, "each command has its place in the help");

	static const char *const titles[] = { [SECTION_REPLAY] = "The recording",
					      [SECTION_MOVE] = "Moving",
					      [SECTION_LOOK] = "Looking",
					      [SECTION_ACT] = "Acting",
					      [SECTION_PROGRAM] = "The program" };

	keymap->n_help = 0;
	for (size_t section = keymap->is_replay ? 0 : SECTION_MOVE; section < COUNT(titles); section++) {
		help_line(keymap, NULL, titles[section]);
		for (size_t i = 0; i < COUNT(as_read); i++)
			if (command_info(as_read[i])->section == section)
				help_command(keymap, as_read[i]);
	}
}

void keymap_init(struct keymap *keymap, const struct config *config)
{
	memset(keymap, 0, sizeof *keymap);
	bind_defaults(keymap);
	for (size_t i = 0; config && i < config->n_keys; i++)
		bind_configured(keymap, &config->keys[i]);
	make_help(keymap);
}

void keymap_use_replay(struct keymap *keymap)
{
	keymap->is_replay = true;
	make_help(keymap);
}

bool keymap_has(const struct keymap *keymap, enum command command)
{
	return keymap->is_replay || command_info(command)->section != SECTION_REPLAY;
}

static enum command find(const struct keymap *keymap, const struct key *key, enum screen_id screen, bool is_replay)
{
	for (size_t i = 0; i < keymap->n; i++) {
		const struct binding *binding = &keymap->bindings[i];
		const struct command_info *info = command_info(binding->command);

		if (is_same_key(&binding->key, key) && info->screens & 1U << screen &&
		    (info->section == SECTION_REPLAY) == is_replay)
			return binding->command;
	}
	return COMMAND_NONE;
}

enum command keymap_find(const struct keymap *keymap, const struct key *key, enum screen_id screen)
{
	enum command command = keymap->is_replay ? find(keymap, key, screen, true) : COMMAND_NONE;

	return command == COMMAND_NONE ? find(keymap, key, screen, false) : command;
}

const char *keymap_key(const struct keymap *keymap, enum command command)
{
	for (size_t i = 0; i < keymap->n; i++)
		if (keymap->bindings[i].command == command)
			return keymap->bindings[i].name;
	return "";
}

size_t keymap_hints(const struct keymap *keymap, enum screen_id screen, bool is_operating,
		    struct key_hint hints[KEYMAP_HINTS_MAX])
{
	static const enum command order[SCREEN_COUNT][12] = {
		[SCREEN_OVERVIEW] = { COMMAND_HELP, COMMAND_ENTER, COMMAND_FILTER, COMMAND_ACT, COMMAND_CONTEXT,
				      COMMAND_ALERTS, COMMAND_NEWLY_BAD, COMMAND_SORT, COMMAND_NEXT_PANE,
				      COMMAND_PALETTE, COMMAND_QUIT, COMMAND_MARK },
		[SCREEN_AGENT] = { COMMAND_HELP, COMMAND_BACK, COMMAND_ACT, COMMAND_PROBE, COMMAND_METRICS, COMMAND_ACK,
				   COMMAND_RANGE, COMMAND_NEXT_PANE, COMMAND_EXPORT, COMMAND_PALETTE, COMMAND_QUIT,
				   COMMAND_NONE },
		[SCREEN_ALERTS] = { COMMAND_HELP, COMMAND_BACK, COMMAND_ENTER, COMMAND_ACK, COMMAND_SNOOZE,
				    COMMAND_NOTE, COMMAND_ACT, COMMAND_STATES, COMMAND_FILTER, COMMAND_PALETTE,
				    COMMAND_QUIT, COMMAND_NONE },
		[SCREEN_METRICS] = { COMMAND_HELP, COMMAND_BACK, COMMAND_FILTER, COMMAND_PIN, COMMAND_RANGE,
				     COMMAND_PROBE, COMMAND_PALETTE, COMMAND_QUIT, COMMAND_NONE, COMMAND_NONE,
				     COMMAND_NONE, COMMAND_NONE },
		[SCREEN_TIMELINE] = { COMMAND_HELP, COMMAND_BACK, COMMAND_EXPAND, COMMAND_FILTER, COMMAND_TYPES,
				      COMMAND_SEVERITY, COMMAND_EXPORT, COMMAND_UTC, COMMAND_PALETTE, COMMAND_QUIT,
				      COMMAND_NONE, COMMAND_NONE },
		[SCREEN_OPERATIONS] = { COMMAND_HELP, COMMAND_BACK, COMMAND_ENTER, COMMAND_HOLD, COMMAND_ABORT,
					COMMAND_ROLL_BACK, COMMAND_NEXT_PANE, COMMAND_PALETTE, COMMAND_QUIT,
					COMMAND_NONE, COMMAND_NONE, COMMAND_NONE },
		[SCREEN_AUDIT] = { COMMAND_HELP, COMMAND_BACK, COMMAND_ENTER, COMMAND_FILTER, COMMAND_VERIFY,
				   COMMAND_UTC, COMMAND_PALETTE, COMMAND_QUIT, COMMAND_NONE, COMMAND_NONE, COMMAND_NONE,
				   COMMAND_NONE },
		[SCREEN_HELP] = { COMMAND_BACK, COMMAND_PAGE_DOWN, COMMAND_PALETTE, COMMAND_QUIT, COMMAND_NONE,
				  COMMAND_NONE, COMMAND_NONE, COMMAND_NONE, COMMAND_NONE, COMMAND_NONE, COMMAND_NONE,
				  COMMAND_NONE },
	};
	size_t n = 0;

	if (is_operating && *keymap_key(keymap, COMMAND_PAUSE_ALL))
		hints[n++] = (struct key_hint){ keymap_key(keymap, COMMAND_PAUSE_ALL),
						command_info(COMMAND_PAUSE_ALL)->hint };
	for (size_t i = 0; i < COUNT(order[0]); i++) {
		enum command command = order[screen][i];
		const char *key = command == COMMAND_NONE ? "" : keymap_key(keymap, command);

		if (*key)
			hints[n++] = (struct key_hint){ key, command_info(command)->hint };
	}
	return n;
}
