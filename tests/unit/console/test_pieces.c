// SPDX-License-Identifier: Apache-2.0
/* The parts that are functions of their input alone. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "console/context.h"
#include "console/dialog.h"
#include "console/environment.h"
#include "console/fuzzy.h"
#include "console/history.h"
#include "console/keymap.h"
#include "console/picker.h"
#include "console/prompt.h"
#include "model/agent.h"
#include "text/text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { HELP_CELLS = 44 }; // of a description beside its keys, with two columns on 120 cells

START_TEST(fuzzy_finds_letters_in_order)
{
	static const struct {
		const char *text, *query;
		bool matches;
		uint64_t matched;
	} table[] = {
		{ "WowCache", "", true, 0 },
		{ "WowCache", "wc", true, 0x9 },
		{ "WowCache", "CACHE", true, 0xf8 },
		{ "WowCache", "cw", false, 0 },
		{ "", "a", false, 0 },
		{ "cache prod", "prod cache", true, 0x3df },
		{ "a-b-cache", "cache", true, 0x1f0 },
		{ "Ünïcode", "üï", true, 0x5 },
		{ "xcacache", "cache", true, 0xf8 },
		{ "   ", " ", true, 0 },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct fuzzy_match match;

		ck_assert_msg(fuzzy_match(table[i].text, table[i].query, &match) == table[i].matches, "%s in %s",
			      table[i].query, table[i].text);
		if (table[i].matches)
			ck_assert_msg(match.matched == table[i].matched, "%s in %s: %lx", table[i].query, table[i].text,
				      (unsigned long)match.matched);
	}
}
END_TEST

START_TEST(fuzzy_likes_starts_runs_and_short_texts)
{
	static const struct {
		const char *better, *worse, *query;
	} table[] = {
		{ "WowCache", "WowSearch", "ca" },        { "cache", "my_cache", "cache" },
		{ "my cache", "mycaxche", "cache" },      { "WowEvent", "WowDevEnt", "event" },
		{ "ab", "ab and much more of it", "ab" },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct fuzzy_match better = { 0 }, worse = { 0 };

		ck_assert(fuzzy_match(table[i].better, table[i].query, &better));
		fuzzy_match(table[i].worse, table[i].query, &worse);
		ck_assert_msg(better.score > worse.score, "%s: %s %d, %s %d", table[i].query, table[i].better,
			      better.score, table[i].worse, worse.score);
	}
}
END_TEST

static enum prompt_outcome type(struct prompt *prompt, const char *names)
{
	enum prompt_outcome outcome = PROMPT_IGNORED;

	while (*names) {
		size_t n = strcspn(names, " ");
		char name[32];
		struct key key;

		snprintf(name, sizeof name, "%.*s", (int)n, names);
		names += n + (names[n] == ' ');
		ck_assert_int_eq(key_from_name(name, &key), 0);
		outcome = prompt_key(prompt, &key);
	}
	return outcome;
}

START_TEST(a_prompt_is_edited_as_in_a_shell)
{
	static const struct {
		const char *start, *keys, *text;
		size_t cursor;
	} table[] = {
		{ "", "a b c", "abc", 3 },
		{ "abc", "Left Left x", "axbc", 2 },
		{ "abc", "C-a x C-e y", "xabcy", 5 },
		{ "abc", "Home Del End BSpace", "b", 1 },
		{ "one two  ", "C-w", "one ", 4 },
		{ "one two", "C-b C-k", "one tw", 6 },
		{ "one two", "Left C-u", "o", 0 },
		{ "a\u00e9\u4e2d", "BSpace Left Right", "a\u00e9", 3 },
		{ "ae\u0301", "BSpace", "a", 1 }, // a base goes with its marks
		{ "ab", "C-a C-d C-f C-h", "", 0 },
		{ "ab", "F5 M-x C-l", "ab", 2 },
		{ "", "BSpace C-w C-u Del", "", 0 },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct prompt prompt;

		prompt_open(&prompt, "/", table[i].start);
		type(&prompt, table[i].keys);
		ck_assert_str_eq(prompt.text, table[i].text);
		ck_assert_uint_eq(prompt.cursor, table[i].cursor);
	}
}
END_TEST

START_TEST(a_paste_is_inserted_and_never_submits)
{
	struct prompt prompt;
	struct key key = { .code = KEY_CODE_PASTE, .text = "one\ntwo\x1b[2J" };
	static char large[100000];

	prompt_open(&prompt, "/", "<>");
	prompt_key(&prompt, &(struct key){ .code = KEY_CODE_LEFT });
	ck_assert_int_eq(prompt_key(&prompt, &key), PROMPT_EDITED);
	ck_assert_str_eq(prompt.text, "<one two^[[2J>");
	memset(large, 'x', sizeof large - 1);
	key.text = large;
	prompt_key(&prompt, &key);
	ck_assert_uint_eq(strlen(prompt.text), PROMPT_MAX - 1);
	ck_assert_int_eq(prompt_key(&prompt, &key), PROMPT_MOVED); // full
	ck_assert_int_eq(type(&prompt, "Enter"), PROMPT_SUBMITTED);
	ck_assert_int_eq(type(&prompt, "Esc"), PROMPT_CANCELLED);
	ck_assert_int_eq(type(&prompt, "C-c"), PROMPT_CANCELLED);
}
END_TEST

START_TEST(a_prompt_shows_its_mistake_until_it_is_mended)
{
	struct prompt prompt;
	struct prompt_view view;

	prompt_open(&prompt, "/", "a=");
	prompt_fail(&prompt, "a value is missing");
	prompt_show(&prompt, &view);
	ck_assert_str_eq(view.error, "a value is missing");
	type(&prompt, "b");
	prompt_show(&prompt, &view);
	ck_assert_str_eq(view.error, "");
	ck_assert_uint_eq(view.cursor, 3);
}
END_TEST

START_TEST(history_goes_back_and_forward)
{
	struct history history;
	struct place place;

	history_init(&history, (struct place){ SCREEN_OVERVIEW, 0 });
	ck_assert(!history_back(&history, &place));
	history_go(&history, (struct place){ SCREEN_AGENT, 1 });
	history_go(&history, (struct place){ SCREEN_AGENT, 1 }); // staying put
	history_go(&history, (struct place){ SCREEN_METRICS, 1 });
	ck_assert(history_back(&history, &place));
	ck_assert_int_eq(place.screen, SCREEN_AGENT);
	ck_assert(history_forward(&history, &place));
	ck_assert_int_eq(place.screen, SCREEN_METRICS);
	ck_assert(!history_forward(&history, &place));
	history_back(&history, &place);
	history_go(&history, (struct place){ SCREEN_ALERTS, 0 }); // what was forward is forgotten
	ck_assert(!history_forward(&history, &place));
	history_forget(&history, 1);
	ck_assert(history_back(&history, &place));
	ck_assert_int_eq(place.screen, SCREEN_OVERVIEW);
	ck_assert(!history_back(&history, &place));
	for (uint32_t agent = 10; agent < 100; agent++)
		history_go(&history, (struct place){ SCREEN_AGENT, agent });
	ck_assert_uint_eq(history.n, HISTORY_MAX);
	ck_assert_uint_eq(history.places[HISTORY_MAX - 1].agent, 99);
	history_init(&history, (struct place){ SCREEN_AGENT, 5 });
	history_forget(&history, 5);
	ck_assert_uint_eq(history.n, 1);
}
END_TEST

START_TEST(a_dialog_is_not_answered_by_reflex)
{
	static const char *const buttons[] = { "Keep", "Drop" };
	struct instant opened = { 1000, 0 }, later = { 1000 + DIALOG_GUARD_MS, 0 };
	static const struct {
		const char *key;
		bool is_later;
		int outcome;
		size_t focused;
	} table[] = {
		{ "Enter", false, DIALOG_OPEN, 0 }, { "space", false, DIALOG_OPEN, 0 },
		{ "y", true, DIALOG_OPEN, 0 },      { "Enter", true, DIALOG_CANCEL, 0 },
		{ "Esc", false, DIALOG_CANCEL, 0 }, { "Tab", true, DIALOG_OPEN, 1 },
		{ "S-Tab", true, DIALOG_OPEN, 2 },  { "Left", true, DIALOG_OPEN, 2 },
		{ "C-m", true, DIALOG_OPEN, 0 },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct dialog dialog;
		struct dialog_view view;
		struct key key;

		if (key_from_name(table[i].key, &key) < 0)
			continue;
		dialog_open(&dialog, "t", "x", buttons, 2);
		dialog_painted(&dialog, opened);
		ck_assert_int_eq(dialog_key(&dialog, &key, table[i].is_later ? later : opened), table[i].outcome);
		dialog_show(&dialog, &view);
		ck_assert_uint_eq(view.focused, table[i].focused);
		ck_assert_str_eq(view.buttons[0], "Cancel");
	}
}
END_TEST

START_TEST(a_paste_answers_no_dialog)
{
	static const char *const buttons[] = { "Keep", "Drop" };
	struct dialog dialog;
	struct key tab = { .code = KEY_CODE_TAB }, enter = { .code = KEY_CODE_ENTER };

	dialog_open(&dialog, "t", "x", buttons, 2);
	dialog_painted(&dialog, (struct instant){ 0, 0 });
	ck_assert_int_eq(dialog_key(&dialog, &(struct key){ .code = KEY_CODE_PASTE, .text = "\r\n" },
				    (struct instant){ 900, 0 }),
			 DIALOG_OPEN);
	dialog_key(&dialog, &tab, (struct instant){ 900, 0 });
	dialog_key(&dialog, &tab, (struct instant){ 900, 0 });
	ck_assert_int_eq(dialog_key(&dialog, &enter, (struct instant){ 900, 0 }), 2);
	ck_assert(!dialog.is_open);
}
END_TEST

static enum command press(const struct keymap *keymap, const char *name, enum screen_id screen)
{
	struct key key;

	ck_assert_int_eq(key_from_name(name, &key), 0);
	return keymap_find(keymap, &key, screen);
}

// A key may mean something else on some screens: that comes first, and so it is what is found there.
static bool is_narrower(const struct binding *first, const struct binding *second)
{
	unsigned some = command_info(first->command)->screens, all = command_info(second->command)->screens;

	return !(some & all) || (some != all && (some & all) == some);
}

START_TEST(every_default_key_is_a_key_and_has_one_meaning)
{
	struct keymap keymap;

	keymap_init(&keymap, NULL);
	for (int i = 0; i < COMMAND_COUNT; i++) {
		const struct command_info *info = command_info((enum command)i);

		ck_assert_msg(*keymap_key(&keymap, (enum command)i), "%s has no key", info->id);
		ck_assert_int_eq(command_from_id(info->id), i);
		if (i)
			ck_assert_str_lt(command_info((enum command)(i - 1))->id, info->id);
		ck_assert(*info->description && *info->hint);
		ck_assert_msg(text_width(info->description) <= HELP_CELLS, "%s is cut", info->id);
	}
	for (size_t i = 0; i < keymap.n; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_msg(strcmp(keymap.bindings[i].name, keymap.bindings[j].name) != 0 ||
					      is_narrower(&keymap.bindings[j], &keymap.bindings[i]),
				      "%s stands twice", keymap.bindings[i].name);
}
END_TEST

START_TEST(no_reflex_acts)
{
	static const char *const reflexes[] = { "C-b", "C-a", "C-d", "C-k", "C-w", "C-z" };
	struct keymap keymap;

	for (size_t i = 0; i < COUNT(reflexes); i++) {
		struct key_config keys[] = { { reflexes[i], "ack" } };
		struct config config = { .keys = keys, .n_keys = 1 };

		keymap_init(&keymap, &config);
		ck_assert_int_eq(press(&keymap, reflexes[i], SCREEN_ALERTS), COMMAND_NONE);
		ck_assert_ptr_nonnull(strstr(keymap.problem, reflexes[i]));
		keys[0].command = "down"; // moving is nobody's loss
		keymap_init(&keymap, &config);
		ck_assert_int_eq(press(&keymap, reflexes[i], SCREEN_ALERTS), COMMAND_DOWN);
	}
}
END_TEST

START_TEST(keys_can_be_remapped)
{
	struct key_config keys[] = {
		{ "x", "quit" }, { "q", "none" }, { "F7", "help" }, { "nokey", "help" }, { "F8", "nocommand" }
	};
	struct config config = { .keys = keys, .n_keys = COUNT(keys) };
	struct keymap keymap;
	struct key_hint hints[KEYMAP_HINTS_MAX];
	size_t n;

	keymap_init(&keymap, &config);
	ck_assert_int_eq(press(&keymap, "x", SCREEN_OVERVIEW), COMMAND_QUIT);
	ck_assert_int_eq(press(&keymap, "q", SCREEN_OVERVIEW), COMMAND_NONE);
	ck_assert_int_eq(press(&keymap, "F7", SCREEN_OVERVIEW), COMMAND_HELP);
	ck_assert_str_eq(keymap.problem, "key nokey: there is no such key");
	ck_assert_int_eq(press(&keymap, "s", SCREEN_HELP), COMMAND_NONE); // where it does not apply
	n = keymap_hints(&keymap, SCREEN_OVERVIEW, false, hints);
	ck_assert_str_eq(hints[n - 2].key, "x"); // after it only what can be left out
	ck_assert_str_eq(hints[n - 2].text, "quit");
	for (size_t i = 0; i < keymap.n_help; i++)
		if (keymap.help[i].key && strcmp(keymap.help[i].text, command_info(COMMAND_EXPORT)->description) == 0)
			ck_abort_msg("help tells of a key that is taken");
	for (int screen = 0; screen < SCREEN_COUNT; screen++)
		ck_assert_uint_gt(keymap_hints(&keymap, (enum screen_id)screen, false, hints), 2);
}
END_TEST

START_TEST(kinds_narrow_and_choices_widen)
{
	struct labels labels = { 0 };
	struct agent agent = { .id = 1, .key = "K1", .name = "one" };
	static const struct {
		struct {
			enum picker_kind kind;
			const char *item;
		} picks[4];
		bool matches;
		const char *summary;
	} table[] = {
		{ { { 0 } }, true, "" },
		{ { { PICK_AGENTS, "k1" } }, true, "k1" },
		{ { { PICK_AGENTS, "k2" } }, false, "k2" },
		{ { { PICK_AGENTS, "k2" }, { PICK_AGENTS, "K1" } }, true, "2 agents" },
		{ { { PICK_TIERS, "GUARDIAN" }, { PICK_ENVIRONMENTS, "prod" } }, true, "tier GUARDIAN, env prod" },
		{ { { PICK_TIERS, "guardian" }, { PICK_ENVIRONMENTS, "dev" } }, false, "tier guardian, env dev" },
		{ { { PICK_SERVICES, "" } }, true, "service none" },
		{ { { PICK_LABELS, "team=a" }, { PICK_LABELS, "team=core" } }, true, "2 labels" },
		{ { { PICK_LABELS, "team=core" }, { PICK_LABELS, "env=dev" } }, false, "2 labels" },
		{ { { PICK_LABELS, "team=core" }, { PICK_LABELS, "env=prod" }, { PICK_LABELS, "env=x" } },
		  true,
		  "3 labels" },
		{ { { PICK_LABELS, "nope=1" } }, false, "nope=1" },
	};

	labels_set(&labels, "tier", "guardian");
	labels_set(&labels, "env", "prod");
	labels_set(&labels, "team", "core");
	agent.labels = labels;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct context context;
		char summary[128];

		context_init(&context);
		for (size_t j = 0; j < 4 && table[i].picks[j].item; j++) {
			ck_assert_int_eq(context_add(&context, table[i].picks[j].kind, table[i].picks[j].item), 0);
			context_add(&context, table[i].picks[j].kind, table[i].picks[j].item); // twice is once
		}
		ck_assert_msg(context_matches(&context, &agent) == table[i].matches, "row %zu", i);
		context_summary(&context, NULL, NULL, summary, sizeof summary);
		ck_assert_str_eq(summary, table[i].summary);
		ck_assert(context_is_empty(&context) == (i == 0));
		context_finish(&context);
	}
	labels_finish(&labels);
}
END_TEST

static enum picker_outcome pick_key(struct picker *picker, const char *name)
{
	struct key key;

	ck_assert_int_eq(key_from_name(name, &key), 0);
	return picker_key(picker, &key, 3);
}

static void open_letters(struct picker *picker, bool is_multi)
{
	static const char *const names[] = { "alpha", "beta", "gamma", "delta", "epsilon" };

	picker_open(picker, PICK_AGENTS, "t", "p", is_multi);
	for (size_t i = 0; i < COUNT(names); i++)
		ck_assert_int_eq(picker_add(picker, names[i], names[i], "", !is_multi && i == 2), 0);
	ck_assert_int_eq(picker_settle(picker), 0);
}

START_TEST(many_can_be_picked)
{
	struct picker picker = { 0 };
	struct picker_view view;
	size_t at = 0;

	open_letters(&picker, true);
	pick_key(&picker, "space");
	pick_key(&picker, "Down");
	pick_key(&picker, "space");
	picker_show(&picker, &view);
	ck_assert_uint_eq(view.n_picked, 2);
	ck_assert_uint_eq(view.cursor, 3);
	ck_assert_str_eq(picker_picked(&picker, &at), "alpha");
	ck_assert_str_eq(picker_picked(&picker, &at), "gamma");
	ck_assert_ptr_null(picker_picked(&picker, &at));
	pick_key(&picker, "e"); // what is picked stays picked when it is not listed
	pick_key(&picker, "p");
	picker_show(&picker, &view);
	ck_assert_uint_eq(view.n_items, 1);
	ck_assert_uint_eq(view.n_total, 5);
	pick_key(&picker, "M-a");
	ck_assert_uint_eq(picker.n_picked, 3);
	pick_key(&picker, "C-u");
	pick_key(&picker, "M-c");
	ck_assert_uint_eq(picker.n_picked, 0);
	ck_assert_int_eq(pick_key(&picker, "Enter"), PICKER_TAKEN); // none, on purpose
	ck_assert_uint_eq(picker.n_picked, 0);
	ck_assert_int_eq(pick_key(&picker, "Tab"), PICKER_NEXT_KIND);
	ck_assert_int_eq(pick_key(&picker, "S-Tab"), PICKER_PREVIOUS_KIND);
	ck_assert_int_eq(pick_key(&picker, "Esc"), PICKER_CANCELLED);
	picker_close(&picker);
}
END_TEST

START_TEST(enter_without_picks_takes_what_is_under_the_cursor)
{
	struct picker picker = { 0 };
	size_t at = 0;

	open_letters(&picker, true);
	pick_key(&picker, "Down");
	ck_assert_int_eq(pick_key(&picker, "Enter"), PICKER_TAKEN);
	ck_assert_str_eq(picker_picked(&picker, &at), "beta");
	picker_close(&picker);
	open_letters(&picker, false);
	ck_assert_str_eq(picker_choice(&picker), "gamma"); // the cursor starts on what holds now
	pick_key(&picker, "PgDn");
	ck_assert_str_eq(picker_choice(&picker), "epsilon");
	pick_key(&picker, "PgUp");
	pick_key(&picker, "Up");
	ck_assert_str_eq(picker_choice(&picker), "alpha");
	for (int i = 0; i < 3; i++)
		pick_key(&picker, "z");
	ck_assert_ptr_null(picker_choice(&picker));
	ck_assert_int_eq(pick_key(&picker, "Enter"), PICKER_GOES_ON);
	picker_close(&picker);
}
END_TEST

START_TEST(where_one_can_be_picked_two_are_one)
{
	struct picker picker = { 0 };
	struct picker_view view;
	size_t at = 0;

	picker_open(&picker, PICK_TIME_RANGE, "t", "p", false);
	ck_assert_int_eq(picker_add(&picker, "one", "one", "", true), 0);
	ck_assert_int_eq(picker_add(&picker, "", "", "", false), 0);
	ck_assert_int_eq(picker_add(&picker, "two", "two", "", true), 0);
	ck_assert_int_eq(picker_settle(&picker), 0);
	picker_show(&picker, &view);
	ck_assert_uint_eq(view.n_picked, 1);
	ck_assert(!view.items[0].is_picked && view.items[2].is_picked);
	ck_assert_str_eq(picker_choice(&picker), "two");
	ck_assert_str_eq(picker_picked(&picker, &at), "two");
	ck_assert_ptr_null(picker_picked(&picker, &at));
	pick_key(&picker, "space"); // types a blank: there is nothing to add to
	ck_assert_uint_eq(picker.n_picked, 1);
	picker_close(&picker);
}
END_TEST

START_TEST(any_part_of_a_label_finds_it_among_many)
{
	struct picker picker = { 0 };
	char name[32];

	picker_open(&picker, PICK_AGENTS, "t", "p", true);
	ck_assert_int_eq(picker_settle(&picker), 0);
	ck_assert_ptr_null(picker_choice(&picker)); // of none at all
	ck_assert_int_eq(pick_key(&picker, "space"), PICKER_GOES_ON);
	ck_assert_int_eq(pick_key(&picker, "Enter"), PICKER_GOES_ON);
	picker_open(&picker, PICK_AGENTS, "t", "p", true);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "WowAgent-%02d", i);
		ck_assert_int_eq(picker_add(&picker, name, name, "", false), 0);
	}
	ck_assert_int_eq(picker_settle(&picker), 0);
	for (const char *c = "gEnT-73"; *c; c++)
		picker_key(&picker, &(struct key){ .code = (unsigned char)*c }, 3);
	ck_assert_uint_eq(picker.n_shown, 1);
	ck_assert_str_eq(picker_choice(&picker), "WowAgent-73");
	picker_close(&picker);
}
END_TEST

static style_t style_with(const struct config *config, const struct environments_said *said, const char *name)
{
	struct tally tally = { 0 };
	style_t style;

	tally_add(&tally, name, HEALTH_UP);
	style = environment_style(config, said, &tally);
	tally_clear(&tally);
	return style;
}

// Whatever is configured here, and whichever of several hubs it is.
START_TEST(what_hubs_say_of_environments_counts_and_the_most_delicate_most)
{
	static const char *const production[] = { "live*" };
	struct environment_config configured[] = { { "moon", "red" }, { "blue", "green" } };
	const struct config none = { 0 };
	const struct config config = { .environments = configured,
				       .n_environments = COUNT(configured),
				       .operations = { .production = production, .n_production = 1 } };
	static const struct environment_said items[] = {
		{ .name = "blue", .colour = "red", .hub = 1 },
		{ .name = "eu*", .colour = "", .is_production = true, .hub = 1 },
		{ .name = "eu-test", .colour = "green", .hub = 1 },
		{ .name = "moon", .colour = "green", .hub = 1 },
		{ .name = "prod", .colour = "green", .hub = 1 },
		{ .name = "qa", .colour = "green", .hub = 1 },
		{ .name = "qa", .colour = "yellow", .hub = 2 },
		{ .name = "eu-test", .colour = "green", .hub = 2 },
		{ .name = "dev", .colour = "red", .hub = 3 }, // who is not there
	};
	const struct environments_said own = { 0 }, one = { items, COUNT(items), 1U << 1 },
				       both = { items, COUNT(items), 1U << 1 | 1U << 2 };
	static const struct {
		const char *name;
		style_t with_none, with_config, one, one_config, both;
	} table[] = {
		{ "blue", STYLE_ENV_OTHER, STYLE_ENV_DEV, STYLE_ENV_PROD, STYLE_ENV_PROD, STYLE_ENV_PROD },
		{ "eu-west", STYLE_ENV_OTHER, STYLE_ENV_OTHER, STYLE_ENV_PROD, STYLE_ENV_PROD, STYLE_ENV_PROD },
		{ "eu-test", STYLE_ENV_OTHER, STYLE_ENV_OTHER, STYLE_ENV_DEV, STYLE_ENV_DEV, STYLE_ENV_DEV },
		{ "moon", STYLE_ENV_OTHER, STYLE_ENV_PROD, STYLE_ENV_DEV, STYLE_ENV_PROD, STYLE_ENV_OTHER },
		{ "live-eu", STYLE_ENV_OTHER, STYLE_ENV_PROD, STYLE_ENV_OTHER, STYLE_ENV_PROD, STYLE_ENV_OTHER },
		{ "prod", STYLE_ENV_PROD, STYLE_ENV_PROD, STYLE_ENV_DEV, STYLE_ENV_DEV, STYLE_ENV_PROD },
		{ "qa", STYLE_ENV_STAGING, STYLE_ENV_STAGING, STYLE_ENV_DEV, STYLE_ENV_DEV, STYLE_ENV_STAGING },
		{ "dev", STYLE_ENV_DEV, STYLE_ENV_DEV, STYLE_ENV_DEV, STYLE_ENV_DEV, STYLE_ENV_DEV },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		const char *name = table[i].name;

		ck_assert_msg(style_with(&none, &own, name) == table[i].with_none, "%s", name);
		ck_assert_msg(style_with(&config, &own, name) == table[i].with_config, "%s configured", name);
		ck_assert_msg(style_with(&none, &one, name) == table[i].one, "%s at a hub", name);
		ck_assert_msg(style_with(&config, &one, name) == table[i].one_config, "%s at a hub, configured", name);
		ck_assert_msg(style_with(NULL, &both, name) == table[i].both, "%s at two hubs", name);
	}
}
END_TEST

START_TEST(nobody_takes_prod_for_staging)
{
	const struct environments_said own = { 0 };
	struct environment_config configured[] = { { "blue-zone", "red" }, { "prod", "green" } };
	struct config config = { .environments = configured, .n_environments = 1 };
	static const struct {
		const char *names[3];
		style_t style;
	} table[] = {
		{ { NULL }, STYLE_HEADER },
		{ { "" }, STYLE_HEADER },
		{ { "prod" }, STYLE_ENV_PROD },
		{ { "Production" }, STYLE_ENV_PROD },
		{ { "uat" }, STYLE_ENV_STAGING },
		{ { "dev" }, STYLE_ENV_DEV },
		{ { "moon" }, STYLE_ENV_OTHER },
		{ { "dev", "prod" }, STYLE_ENV_PROD },
		{ { "dev", "staging" }, STYLE_ENV_STAGING },
		{ { "blue-zone" }, STYLE_ENV_PROD },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct tally tally = { 0 };

		for (size_t j = 0; j < 3 && table[i].names[j]; j++)
			tally_add(&tally, table[i].names[j], HEALTH_UP);
		ck_assert_msg(environment_style(&config, &own, &tally) == table[i].style, "row %zu", i);
		tally_clear(&tally);
	}
	config.n_environments = 2;
	struct tally tally = { 0 };

	tally_add(&tally, "prod", HEALTH_UP);
	ck_assert_int_eq(environment_style(&config, &own, &tally), STYLE_ENV_DEV);
	tally_remove(&tally, "none", HEALTH_UP);
	tally_remove(&tally, "prod", HEALTH_UP);
	ck_assert_uint_eq(tally.n, 0);
	tally_clear(&tally);
}
END_TEST

START_TEST(help_tells_of_every_command_once)
{
	struct keymap keymap;

	keymap_init(&keymap, NULL);
	for (int command = 0; command < COMMAND_COUNT; command++) {
		const struct command_info *info = command_info((enum command)command);
		size_t n = 0;

		for (size_t i = 0; i < keymap.n_help; i++)
			n += keymap.help[i].key && strcmp(keymap.help[i].text, info->description) == 0;
		ck_assert_uint_eq(n, *info->keys != 0 && info->section != SECTION_REPLAY);
	}
	ck_assert_str_eq(keymap.help[0].text, "Moving");
	ck_assert_str_eq(keymap.help[1].text, "one up");
	ck_assert_str_eq(keymap.help[2].text, "one down");
}
END_TEST

SUITE("console pieces", where_one_can_be_picked_two_are_one, any_part_of_a_label_finds_it_among_many,
      fuzzy_finds_letters_in_order, fuzzy_likes_starts_runs_and_short_texts, a_prompt_is_edited_as_in_a_shell,
      a_paste_is_inserted_and_never_submits, a_prompt_shows_its_mistake_until_it_is_mended,
      history_goes_back_and_forward, a_dialog_is_not_answered_by_reflex, a_paste_answers_no_dialog,
      every_default_key_is_a_key_and_has_one_meaning, no_reflex_acts, keys_can_be_remapped,
      kinds_narrow_and_choices_widen, many_can_be_picked, enter_without_picks_takes_what_is_under_the_cursor,
      nobody_takes_prod_for_staging, what_hubs_say_of_environments_counts_and_the_most_delicate_most,
      help_tells_of_every_command_once)
