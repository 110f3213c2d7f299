// SPDX-License-Identifier: Apache-2.0
/* The audit trail's figures: audit_trail durable|grouped DIR prints `KEY OURS THEIRS`; audit_trail make DIR N writes a
 * trail of N records for others to verify.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/identity.h"
#include "audit/record.h"
#include "audit/writer.h"
#include "tests/bench/durable.h"

enum { GROUPED = 60000 };

static uint64_t n_done;
static int first_error;

static void on_done(void *ctx, uint64_t ticket, int error)
{
	(void)ctx;
	n_done = ticket;
	if (error && !first_error)
		first_error = error;
}

// As a loop would: sleeps until it is woken, then takes what is done.
static void wait_for(struct audit_writer *writer, uint64_t ticket)
{
	unsigned long seen = 0;

	for (;;) {
		audit_writer_take(writer);
		if (first_error)
			durable_fail("a record", first_error);
		if (n_done >= ticket)
			return;
		durable_sleep(&seen);
	}
}

static const struct audit_field before[] = { { "state", { .kind = AUDIT_TEXT, .u.text = "active" } } };
static const struct audit_field after[] = { { "state", { .kind = AUDIT_TEXT, .u.text = "acknowledged" } } };
static const struct audit_record record = {
	.phase = AUDIT_EVENT,
	.action = AUDIT_UPDATE,
	.result = AUDIT_SUCCESS,
	.resource_kind = "alert",
	.resource_id = "agent_down",
	.reason = "looking into it",
	.before = { before, 1 },
	.after = { after, 1 },
};

static struct audit_writer *open_writer(const char *dir)
{
	struct audit_writer *writer;
	struct audit_identity who;
	struct audit_writer_options options = {
		.store = { .dir = dir, .holder = "bench", .key_name = "bench", .segment_bytes = 16 << 20 },
		.who = &who,
		.wake = durable_wake,
	};
	int r;

	audit_identity_here(&who);
	r = audit_writer_create(&options, INT64_C(1764100000000), &writer);
	if (r < 0)
		durable_fail(dir, r);
	return writer;
}

static uint64_t put(struct audit_writer *writer)
{
	uint64_t ticket = 0;
	int r;

	while ((r = audit_writer_put(writer, &record, INT64_C(1764100000000), on_done, NULL, &ticket)) == -ENOBUFS)
		wait_for(writer, n_done + 1);
	if (r < 0)
		durable_fail("a record", r);
	return ticket;
}

static size_t trail_bytes(const char *dir)
{
	char path[1024];

	snprintf(path, sizeof path, "%s/audit-000001.jsonl", dir);
	return durable_bytes(path);
}

// What the trail takes for one record: the bare calls append as much.
static size_t line_bytes(struct audit_writer *writer, const char *dir)
{
	size_t had;

	wait_for(writer, put(writer)); // after the line that begins a segment
	had = trail_bytes(dir);
	wait_for(writer, put(writer));
	return trail_bytes(dir) - had;
}

static void put_each(void *ctx)
{
	struct audit_writer *writer = ctx;

	for (int i = 0; i < DURABLE_EACH; i++)
		wait_for(writer, put(writer));
}

static void bench_durable(const char *dir)
{
	struct audit_writer *writer = open_writer(dir);

	durable_bench("audit_durable", dir, line_bytes(writer, dir), put_each, writer);
	audit_writer_destroy(writer, 60000);
}

// As fast as they come: one sync covers all that came meanwhile.
static void bench_grouped(const char *dir)
{
	struct audit_writer *writer = open_writer(dir);
	uint64_t ticket = put(writer);
	double begin;

	wait_for(writer, ticket);
	begin = durable_now_s();
	for (int i = 0; i < GROUPED; i++)
		ticket = put(writer);
	wait_for(writer, ticket);
	printf("audit_grouped %.0f 0\n", GROUPED / (durable_now_s() - begin));
	audit_writer_destroy(writer, 60000);
}

static void make(const char *dir, long n)
{
	struct audit_writer *writer = open_writer(dir);
	uint64_t ticket = 0;

	for (long i = 0; i < n; i++)
		ticket = put(writer);
	wait_for(writer, ticket);
	audit_writer_destroy(writer, 60000);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "durable") == 0)
		bench_durable(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "grouped") == 0)
		bench_grouped(argv[2]);
	else if (argc == 4 && strcmp(argv[1], "make") == 0)
		make(argv[2], atol(argv[3]));
	else
		return 2;
	return 0;
}
