// SPDX-License-Identifier: Apache-2.0
/* The figures of an operation's journal: operation_journal durable|grouped DIR prints `KEY OURS THEIRS`. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "operations/journal.h"
#include "tests/bench/durable.h"

enum { GROUPED = 60000 };

static const char id[] = "20261125-225130-restart-1a2b3c4d";
static const int64_t now_ms = INT64_C(1764100000000);

static unsigned long n_put, n_done;

static void on_done(void *ctx, int error)
{
	(void)ctx;
	if (error < 0)
		durable_fail("a record", error);
	n_done++;
}

// As a loop would: sleeps until it is woken, then takes what is done.
static void wait_for(struct journal_writer *writer, unsigned long n)
{
	unsigned long seen = 0;

	for (;;) {
		journal_dispatch(writer);
		if (n_done >= n)
			return;
		durable_sleep(&seen);
	}
}

static struct plan_step steps[] = {
	{ "Observe", "", "GET /control", "", 5000, PRIMITIVE_OBSERVE, false },
	{ "Restart", "", "POST /control/restart", "", 30000, PRIMITIVE_DRIVER, true },
	{ "Verify", "", "probe its health", "", 300000, PRIMITIVE_VERIFY, false },
};
static struct plan_target target = {
	.key = "http://web-1.example:9100",
	.name = "web-1",
	.environment = "prod",
	.service = "web",
	.driver = "http",
	.version = "",
	.previous = "",
	.instance = "",
	.refusal = "",
	.steps = steps,
	.n_steps = 3,
};
static const struct plan plan = {
	.refs = 1,
	.no = 1,
	.who = "bench",
	.params = { .verb = VERB_RESTART, .version = "", .patch = "", .reason = "" },
	.targets = &target,
	.n_targets = 1,
	.n_waves = 1,
	.typed = "",
	.refusal = "",
};
static const struct journal_record record = {
	.kind = JOURNAL_INTENT,
	.at_ms = INT64_C(1764100000000),
	.u.intent = { .target = 0,
		      .step = 1,
		      .attempt = 1,
		      .idempotency_key = "20261125-225130-restart-1a2b3c4d-0-1-1" },
};

static struct journal *open_journal(const char *dir, struct journal_writer **writer)
{
	const struct journal_writer_options options = { .wake = durable_wake };
	const struct journal_start start = {
		.dir = dir,
		.id = id,
		.plan = &plan,
		.holder = "bench",
		.at_ms = now_ms,
	};
	struct journal *journal;
	int r = journal_writer_create(&options, writer);

	if (r == 0)
		r = journal_create(*writer, &start, on_done, NULL, &journal);
	if (r < 0)
		durable_fail(dir, r);
	wait_for(*writer, ++n_put);
	return journal;
}

static void put(struct journal_writer *writer, struct journal *journal)
{
	int r;

	while ((r = journal_append(journal, &record, on_done, NULL)) == -ENOBUFS)
		wait_for(writer, n_done + 1);
	if (r < 0)
		durable_fail("a record", r);
	n_put++;
}

static size_t journal_bytes(const char *dir)
{
	char path[1024];

	snprintf(path, sizeof path, "%s/%s.journal", dir, id);
	return durable_bytes(path);
}

// What the journal takes for one record: the bare calls append as much.
static size_t line_bytes(struct journal_writer *writer, struct journal *journal, const char *dir)
{
	size_t before = journal_bytes(dir);

	put(writer, journal);
	wait_for(writer, n_put);
	return journal_bytes(dir) - before;
}

struct desk {
	struct journal_writer *writer;
	struct journal *journal;
};

static void put_each(void *ctx)
{
	struct desk *desk = ctx;

	for (int i = 0; i < DURABLE_EACH; i++) {
		put(desk->writer, desk->journal);
		wait_for(desk->writer, n_put);
	}
}

static void bench_durable(const char *dir)
{
	struct desk desk;

	desk.journal = open_journal(dir, &desk.writer);
	durable_bench("journal_durable", dir, line_bytes(desk.writer, desk.journal, dir), put_each, &desk);
	journal_writer_destroy(desk.writer, 60000);
}

// As fast as they come: one sync covers all that came meanwhile.
static void bench_grouped(const char *dir)
{
	struct journal_writer *writer;
	struct journal *journal = open_journal(dir, &writer);
	double begin = durable_now_s();

	for (int i = 0; i < GROUPED; i++)
		put(writer, journal);
	wait_for(writer, n_put);
	printf("journal_grouped %.0f 0\n", GROUPED / (durable_now_s() - begin));
	journal_writer_destroy(writer, 60000);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "durable") == 0)
		bench_durable(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "grouped") == 0)
		bench_grouped(argv[2]);
	else
		return 2;
	return 0;
}
