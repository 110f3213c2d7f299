// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>

#include "base/memory.h"
#include "drivers/table.h"
#include "poll/http.h"
#include "tests/support/http_server.h"

struct fixture {
	uv_loop_t loop;
	struct driver_options options;
	bool is_closed;
};

static void set_up(struct fixture *f)
{
	struct http_client *client;

	*f = (struct fixture){ .is_closed = false };
	ck_assert_int_eq(uv_loop_init(&f->loop), 0);
	ck_assert_int_eq(http_client_create(&f->loop, NULL, &client), 0);
	f->options = (struct driver_options){ .loop = &f->loop, .client = client };
}

static void tear_down(struct fixture *f)
{
	http_client_close(f->options.client, NULL, NULL);
	loop_finish(&f->loop);
}

static void closed_cb(void *ctx)
{
	*(bool *)ctx = true;
}

START_TEST(an_agent_has_the_driver_it_names)
{
	const struct agent with = { .driver = "http", .control_url = "http://h/control" };
	const struct agent bare = { .driver = "http" }, none = { .driver = NULL }, other = { .driver = "telepathy" };
	struct driver_table *table;
	struct fixture f;

	set_up(&f);
	ck_assert_int_eq(driver_table_create(&f.options, &table), 0);
	ck_assert_ptr_nonnull(driver_table_find(table, "http"));
	ck_assert_str_eq(driver_table_of(table, &with)->class->name, "http");
	ck_assert_str_eq(driver_table_find(table, "exec")->class->name, "exec");
	ck_assert_ptr_null(driver_table_of(table, &none));
	ck_assert_ptr_null(driver_table_of(table, &other));
	ck_assert_uint_eq(driver_table_verbs(table, &with), (1U << VERB_COUNT) - 1);
	ck_assert_uint_eq(driver_table_verbs(table, &bare), 0);
	ck_assert_uint_eq(driver_table_verbs(table, &other), 0);
	driver_table_close(table, closed_cb, &f.is_closed);
	ck_assert_msg(!f.is_closed, "it is told from the loop");
	loop_run_until(&f.loop, &f.is_closed);
	driver_table_close(NULL, NULL, NULL);
	tear_down(&f);
}
END_TEST

START_TEST(want_of_memory_leaves_nothing)
{
	struct driver_table *table = NULL;
	struct fixture f;
	int r = -ENOMEM;

	set_up(&f);
	for (long n = 0; r < 0; n++) {
		mem_fail_after(n);
		r = driver_table_create(&f.options, &table);
		mem_fail_after(-1);
		ck_assert(r == 0 || (r == -ENOMEM && !table));
	}
	driver_table_close(table, NULL, NULL);
	tear_down(&f);
}
END_TEST

SUITE("driver table", an_agent_has_the_driver_it_names, want_of_memory_leaves_nothing)
