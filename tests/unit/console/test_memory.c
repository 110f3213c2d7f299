// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "console/view_file.h"
#include "tests/unit/console/console_fixture.h"

static char *state_dir(char *dir)
{
	snprintf(dir, 64, "/tmp/opscon-state-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	return dir;
}

static void drop_dir(const char *dir)
{
	char path[128];

	snprintf(path, sizeof path, "%s/view", dir);
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0); // nothing else was left there
}

START_TEST(the_context_survives_a_restart)
{
	struct console_fixture f;
	char dir[64];

	console_fixture_init(&f);
	f.options.state_dir = state_dir(dir);
	console_fixture_start(&f);
	console_fixture_keys(&f, "c wowcache Enter s u");
	ck_assert_str_eq(console_fixture_view(&f)->context, "WowCache");
	console_fixture_keys(&f, "t 24h Enter T light Enter");
	console_fixture_start(&f);
	ck_assert_str_eq(console_fixture_view(&f)->context, "WowCache");
	ck_assert_uint_eq(console_fixture_view(&f)->table.n_ids, 1);
	ck_assert_int_eq(console_fixture_view(&f)->range, RANGE_24H);
	ck_assert_int_eq(console_fixture_view(&f)->table.sort, COLUMN_NAME);
	ck_assert(console_fixture_view(&f)->timeline.is_absolute);
	ck_assert_str_eq(console_theme(f.console), "light");
	console_fixture_finish(&f);
	drop_dir(dir);
}
END_TEST

START_TEST(remembered_agents_that_do_not_turn_up_are_taken_out)
{
	struct console_fixture f;
	char dir[64], path[128];
	FILE *file;

	console_fixture_init(&f);
	f.options.state_dir = state_dir(dir);
	snprintf(path, sizeof path, "%s/view", dir);
	file = fopen(path, "w");
	fputs("agent Gone\nagent WowCache\nnonsense\nsort nothing\nrange 9y\n\n\x01\xff x\n", file);
	fclose(file);
	console_fixture_start(&f);
	ck_assert_str_eq(console_fixture_view(&f)->context, "2 agents");
	console_fixture_wait(&f, 9000);
	ck_assert_str_eq(console_fixture_view(&f)->context, "2 agents");
	console_fixture_wait(&f, 1000);
	ck_assert_str_eq(console_fixture_view(&f)->context, "WowCache");
	ck_assert_ptr_nonnull(strstr(console_fixture_view(&f)->message, "1 remembered agent is gone"));
	console_fixture_finish(&f);
	drop_dir(dir);
}
END_TEST

START_TEST(an_agent_that_goes_leaves_the_context_with_a_word)
{
	struct console_fixture f;
	uint32_t id;

	console_fixture_init(&f);
	console_fixture_keys(&f, "c wowcache Enter Enter");
	id = console_fixture_view(&f)->agent;
	ck_assert_int_eq(console_fixture_view(&f)->screen, SCREEN_AGENT);
	fleet_fixture_apply(&f.fleet, event_new(EVENT_AGENT_REMOVED, FIXTURE_NOW_MS, id));
	console_fixture_draw(&f, 120, 36);
	ck_assert_str_eq(console_fixture_view(&f)->context, "");
	ck_assert_int_eq(console_fixture_view(&f)->screen, SCREEN_OVERVIEW);
	ck_assert_uint_eq(console_fixture_view(&f)->table.n_ids, 21);
	ck_assert_uint_eq(console_fixture_view(&f)->scope.total, 21);
	ck_assert(console_fixture_shows(&f, "WowCache is gone"));
	console_fixture_finish(&f);
}
END_TEST

START_TEST(a_file_is_replaced_whole_and_private)
{
	char dir[64], path[128], missing[96];
	struct context context;
	struct view_memory memory = { .context = &context, .sort = COLUMN_LATENCY, .is_descending = true };
	struct view_memory back = { .context = &context };
	struct stat st;

	context_init(&context);
	context_add(&context, PICK_LABELS, "team=a b");
	snprintf(missing, sizeof missing, "%s/made", state_dir(dir));
	ck_assert_int_eq(view_file_save(missing, &memory), 0);
	snprintf(path, sizeof path, "%s/view", missing);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	context_clear(&context);
	ck_assert_int_eq(view_file_load(missing, &back), 0);
	ck_assert(context_has(&context, PICK_LABELS, "TEAM=A B"));
	ck_assert_int_eq(back.sort, COLUMN_LATENCY);
	ck_assert(back.is_descending);
	ck_assert_int_eq(view_file_load("/nowhere", &back), -ENOENT);
	ck_assert_int_lt(view_file_save("/proc/nowhere", &memory), 0);
	context_finish(&context);
	drop_dir(missing);
	drop_dir(dir);
}
END_TEST

START_TEST(want_of_memory_leaves_a_console_or_none)
{
	struct console_fixture f;
	int n_made = 0;

	console_fixture_init(&f);
	for (long allocations = 0; allocations < 200; allocations += 3) {
		struct console *console = NULL;
		int r;

		mem_fail_after(allocations);
		r = console_create(&f.options, f.now, &console);
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
		n_made += r == 0;
		console_destroy(console);
	}
	ck_assert_int_gt(n_made, 0);
	for (long allocations = 0; allocations < 40; allocations++) {
		mem_fail_after(allocations);
		console_key(f.console, &(struct key){ .code = 'c' }, f.now);
		console_key(f.console, &(struct key){ .code = KEY_CODE_DOWN }, f.now);
		console_key(f.console, &(struct key){ .code = KEY_CODE_ENTER }, f.now);
		console_key(f.console, &(struct key){ .code = KEY_CODE_ESCAPE }, f.now);
		mem_fail_after(-1);
	}
	console_fixture_keys(&f, "Esc C");
	ck_assert_uint_eq(console_fixture_view(&f)->table.n_ids, 22);
	console_fixture_finish(&f);
}
END_TEST

SUITE("console memory", the_context_survives_a_restart, remembered_agents_that_do_not_turn_up_are_taken_out,
      an_agent_that_goes_leaves_the_context_with_a_word, a_file_is_replaced_whole_and_private,
      want_of_memory_leaves_a_console_or_none)
