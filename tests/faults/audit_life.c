// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/audit_life.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "audit/export.h"
#include "audit/query.h"
#include "tests/support/suite.h"

void life_prepare(struct life *life)
{
	struct trail *trail = &life->trail;
	char path[160];
	FILE *file;

	*life = (struct life){ .n_durable = 0 };
	trail_init(trail);
	trail->options.segment_bytes = LIFE_SEGMENT_BYTES;
	trail->options.n_records = 10;
	trail_fill(trail, 3);
	trail_path(trail, "audit-000001.jsonl", path, sizeof path);
	file = fopen(path, "a");
	fputs("{\"seq\":5,\"pre", file);
	fclose(file);
}

static int add_some(struct life *life, int told_fd)
{
	char id[32];
	int r = 0;

	for (int i = 0; i < LIFE_RECORDS && r == 0; i++) {
		snprintf(id, sizeof id, "durable-%d", i);
		r = trail_add(&life->trail, id);
		if (r == 0)
			r = audit_store_sync(life->trail.store);
		if (r == 0)
			life->n_durable = i + 1;
		if (r == 0 && told_fd >= 0 && syscall(SYS_write, told_fd, "x", 1) != 1)
			_exit(1);
	}
	return r;
}

int life_live(struct life *life, int told_fd)
{
	int r = trail_open(&life->trail);

	if (r == 0) {
		r = add_some(life, told_fd);
		trail_close(&life->trail);
	}
	return r;
}

// Every record that was called durable and is not dropped by retention is there, in its place.
static void assert_kept(const struct life *life)
{
	const struct audit_filter filter = { .action = AUDIT_UPDATE, .level = -1, .result = -1, .limit = 1000 };
	struct audit_trouble trouble = { 0 };
	struct audit_found found;
	char id[32];

	ck_assert_int_eq(audit_query(life->trail.dir, &filter, &found, &trouble), 0);
	for (int i = life->n_durable - 1; i >= 0 && i > life->n_durable - 5; i--) {
		bool is_there = false;

		snprintf(id, sizeof id, "\"durable-%d\"", i);
		for (size_t k = 0; k < found.n; k++)
			is_there |= strstr(found.lines[k].text, id) != NULL;
		ck_assert_msg(is_there, "%s is not there", id);
	}
	audit_found_finish(&found);
}

void life_assert_mends(struct life *life, const char *broken)
{
	struct audit_verdict verdict;

	life->trail.options.broken = broken;
	ck_assert_msg(trail_open(&life->trail) == 0, "%s", life->trail.trouble.text);
	trail_close(&life->trail);
	verdict = trail_verify(&life->trail);
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	assert_kept(life);
}

int life_read_all(const struct trail *trail)
{
	const struct audit_filter filter = { .user = "alice", .action = -1, .level = -1, .result = -1, .limit = 5 };
	const struct audit_verify_options options = { .dir = trail->dir };
	struct audit_trouble trouble = { 0 };
	struct audit_verdict verdict;
	struct audit_found found;
	struct bytes out;
	int r = audit_verify(&options, &verdict);

	if (r < 0)
		return r;
	r = audit_query(trail->dir, &filter, &found, &trouble);
	bytes_init(&out, 1 << 20);
	for (int i = 0; i < AUDIT_FORMAT_COUNT && r == 0; i++)
		r = audit_export(&found, (enum audit_format)i, &out);
	bytes_finish(&out);
	audit_found_finish(&found);
	return r;
}
