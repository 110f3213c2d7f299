// SPDX-License-Identifier: Apache-2.0
/* Every screen as it is drawn, by its properties over all sizes. */
#include "tests/support/suite.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "tests/unit/console/console_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { WORDS_MAX = 4096, LONG_WORD = 15 };

// The words of screens that have room for everything.
struct words {
	char *items[WORDS_MAX]; // owned, sorted
	size_t n;
};

static const char *const keys[SCREEN_COUNT] = { "o", "2", "3", "4", "5", "6", "7", "?" };

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_known(const struct words *words, const char *word)
{
	char label[64];
	size_t n = strlen(word);

	if (n > 1 && n < sizeof label && word[n - 1] == ':') { // in narrow panes labels stand before their texts
		memcpy(label, word, n - 1);
		label[n - 1] = '\0';
		word = label;
		if (bsearch(&word, words->items, words->n, sizeof word, by_text))
			return true;
		label[n - 1] = ':';
		label[n] = '\0';
	}
	return bsearch(&word, words->items, words->n, sizeof word, by_text) != NULL;
}

// Counts ("2/22", "1-9"), lines and curves differ from size to size; words do not.
static bool is_word(const char *text)
{
	bool has_letter = false;

	for (; *text; text++) {
		if ((unsigned char)*text == 0xe2 && (unsigned char)text[1] >= 0x94 && (unsigned char)text[1] <= 0xa3)
			return false;
		has_letter = has_letter || isalpha((unsigned char)*text);
	}
	return has_letter;
}

static bool ends_in_ellipsis(const char *word)
{
	size_t n = strlen(word);

	return n >= 3 && strcmp(word + n - 3, "…") == 0;
}

// What is too long for a line is broken over two where texts are wrapped.
static bool is_broken(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->n; i++)
		if (strlen(words->items[i]) >= LONG_WORD && strstr(words->items[i], word))
			return true;
	return false;
}

static void learn(const struct console_fixture *f, struct words *words)
{
	struct bytes text;
	char *save = NULL;

	bytes_init(&text, 1 << 20);
	ck_assert_int_eq(canvas_dump(&f->canvas, false, &text), 0);
	for (char *word = strtok_r(text.data, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		if (!is_word(word) || ends_in_ellipsis(word) || is_known(words, word))
			continue;
		ck_assert_uint_lt(words->n, WORDS_MAX);
		words->items[words->n++] = mem_strdup(word);
		qsort(words->items, words->n, sizeof words->items[0], by_text);
	}
	bytes_finish(&text);
}

static void check_words(const struct console_fixture *f, const struct words *words, int screen)
{
	struct bytes text;
	char *save = NULL;

	bytes_init(&text, 1 << 20);
	ck_assert_int_eq(canvas_dump(&f->canvas, false, &text), 0);
	for (char *word = strtok_r(text.data, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		if (!is_word(word) || ends_in_ellipsis(word) || is_known(words, word))
			continue;
		if (strcmp(word, "more") == 0 || (screen == SCREEN_AGENT && is_broken(words, word)))
			continue;
		ck_abort_msg("screen %d at %dx%d cuts a word: %s", screen, f->canvas.width, f->canvas.height, word);
	}
	bytes_finish(&text);
}

static void learn_all(struct console_fixture *f, struct words *words)
{
	static const int sizes[][2] = { { 500, 200 }, { 300, 100 }, { 200, 60 }, { 120, 100 }, { 100, 100 } };

	*words = (struct words){ 0 };
	for (int screen = 0; screen < SCREEN_COUNT; screen++)
		for (size_t i = 0; i < COUNT(sizes); i++) {
			console_fixture_draw(f, sizes[i][0], sizes[i][1]);
			console_fixture_keys(f, keys[screen]);
			ck_assert_int_eq(console_fixture_view(f)->screen, screen);
			learn(f, words);
			if (screen == SCREEN_HELP)
				console_fixture_keys(f, "Esc"); // its key closes it, too
		}
}

// Operations in every state, so that their screen has something to show.
static void add_operations(struct console_fixture *f)
{
	const uint32_t *ids = console_fixture_view(f)->table.ids;

	for (int state = 0; state < OPERATION_STATE_COUNT; state++) {
		struct plan *plan =
			plan_fixture(&f->fleet, &(struct plan_wish){ .verb = (enum verb)state,
								     .version = "0.4.3",
								     .reason = "rack move",
								     .agents = ids,
								     .n = state == OPERATION_SUCCEEDED ? 1 : 5,
								     .batch = 2,
								     .no = (uint32_t)state + 1 });
		struct operation *operation = operation_fixture(plan, (enum operation_state)state);

		plan_unref(plan);
		operation_fixture_target(operation, 0, TARGET_FAILED, 2, "connection refused");
		plan_fixture_text(&operation->why, "too many targets are bad at once");
		plan_fixture_text(&operation->output, "stopping\nstarting");
		operation_fixture_send(&f->fleet, operation);
	}
}

START_TEST(nothing_is_cut_without_an_ellipsis)
{
	struct console_fixture f;
	struct words words;

	console_fixture_init(&f);
	add_operations(&f);
	learn_all(&f, &words);
	ck_assert_uint_gt(words.n, 200);
	for (int screen = 0; screen < SCREEN_COUNT; screen++) {
		console_fixture_keys(&f, keys[screen]);
		ck_assert_int_eq(console_fixture_view(&f)->screen, screen);
		for (int width = 20; width < 200; width += width < 90 ? 1 : 7)
			for (int height = 1; height < 60; height += height < 24 ? 3 : 8) {
				console_fixture_draw(&f, width, height);
				check_words(&f, &words, screen);
			}
	}
	for (size_t i = 0; i < words.n; i++)
		mem_free(words.items[i]);
	console_fixture_finish(&f);
}
END_TEST

// Wide characters stand in two cells, the right one empty, and no half of one is left over.
static void check_cells(const struct canvas *canvas)
{
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++) {
			const struct cell *cell = canvas_cell(canvas, x, y);

			if (cell->width == 1)
				continue;
			x++;
			if (cell->width != 2 || x >= canvas->width || canvas_cell(canvas, x, y)->width != 0)
				ck_abort_msg("half a character at %d,%d of %dx%d", x, y, canvas->width, canvas->height);
		}
}

START_TEST(wide_and_combining_characters_stay_whole_at_any_size)
{
	static const char *const names[] = { "日本語エージェント", "Ange\u0301line", "한국어-서비스-이름이-아주-길다" };
	struct console_fixture f;

	console_fixture_init(&f);
	for (size_t i = 0; i < COUNT(names); i++) {
		uint32_t id = fleet_fixture_add(&f.fleet, names[i], "東京", "本番");

		fleet_fixture_health(&f.fleet, id, OBSERVED_DOWN, REASON_RESET, (int64_t)i * SECOND_MS);
		fleet_fixture_probed(&f.fleet, id, REASON_RESET, 0, 3000);
		fleet_fixture_alert(&f.fleet, id, SEVERITY_CRITICAL, ALERT_ACTIVE, "規則", "応答がありません e\u0301",
				    0);
		fleet_fixture_action(&f.fleet, id, "真理", "確認しました", "調査中 e\u0301", 0);
	}
	console_fixture_draw(&f, 120, 36);
	add_operations(&f);
	for (int screen = 0; screen < SCREEN_COUNT; screen++) {
		console_fixture_keys(&f, keys[screen]);
		for (int width = 1; width < 130; width += width < 60 ? 1 : 5)
			for (int height = 1; height < 40; height += 4) {
				console_fixture_draw(&f, width, height);
				check_cells(&f.canvas);
			}
	}
	console_fixture_finish(&f);
}
END_TEST

SUITE("console drawn", nothing_is_cut_without_an_ellipsis, wide_and_combining_characters_stay_whole_at_any_size)
