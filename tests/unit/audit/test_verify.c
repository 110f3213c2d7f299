// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/segment.h"
#include "base/memory.h"
#include "tests/unit/audit/trail.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// A trail to spoil: 250 records in several segments of about a hundred, checkpoints at 100, 200, ends and the close.
enum { N_RECORDS = 250, SMALL = 40000 };

struct lines {
	char *text[400];
	size_t n;
};

static void split(const struct trail *trail, const char *name, struct lines *out)
{
	size_t n;
	char *text = trail_read(trail, name, &n), *rest = text;

	out->n = 0;
	while (*rest) {
		char *end = strchr(rest, '\n');

		out->text[out->n++] = strndup(rest, (size_t)(end - rest));
		rest = end + 1;
	}
	free(text);
}

static void join(const struct trail *trail, const char *name, struct lines *lines)
{
	size_t n = 0;
	char *text;

	for (size_t i = 0; i < lines->n; i++)
		n += strlen(lines->text[i]) + 1;
	text = malloc(n + 1);
	n = 0;
	for (size_t i = 0; i < lines->n; i++) {
		n += (size_t)sprintf(text + n, "%s\n", lines->text[i]);
		free(lines->text[i]);
	}
	trail_write(trail, name, text, n);
	free(text);
}

// Chains the lines from `from` on anew, as somebody would who hides a change.
static void rechain(struct lines *lines, size_t from)
{
	for (size_t i = from; i < lines->n; i++) {
		struct audit_chain chain = { 0 };
		struct audit_link link;
		char text[AUDIT_LINK_MAX], *line;
		size_t n_link;

		ck_assert_int_eq(audit_link_read(lines->text[i], strlen(lines->text[i]), &link), 0);
		audit_hash_of(lines->text[i - 1], strlen(lines->text[i - 1]), &chain.head);
		chain.n = link.seq - 1;
		n_link = audit_chain_link(&chain, text);
		line = malloc(strlen(lines->text[i]) + 2 * AUDIT_LINK_MAX);
		sprintf(line, "%s%s", text, lines->text[i] + n_link);
		free(lines->text[i]);
		lines->text[i] = line;
	}
}

static void set_letter(char *line)
{
	char *found = strstr(line, "agent-");

	ck_assert_ptr_nonnull(found);
	found[0] = 'A';
}

// ---- what can be done to it

static void edit(struct trail *trail)
{
	struct lines lines;

	split(trail, "audit-000001.jsonl", &lines);
	set_letter(lines.text[9]);
	join(trail, "audit-000001.jsonl", &lines);
}

static void edit_last(struct trail *trail)
{
	struct lines lines;

	split(trail, "audit-000003.jsonl", &lines);
	set_letter(lines.text[lines.n - 1]);
	join(trail, "audit-000003.jsonl", &lines);
}

static void edit_end_of_segment(struct trail *trail)
{
	struct lines lines;

	split(trail, "audit-000001.jsonl", &lines);
	set_letter(lines.text[lines.n - 1]);
	join(trail, "audit-000001.jsonl", &lines);
}

static void delete_one(struct trail *trail)
{
	struct lines lines;

	split(trail, "audit-000001.jsonl", &lines);
	free(lines.text[9]);
	memmove(lines.text + 9, lines.text + 10, (--lines.n - 9) * sizeof lines.text[0]);
	join(trail, "audit-000001.jsonl", &lines);
}

static void delete_and_number_anew(struct trail *trail)
{
	struct lines lines;

	split(trail, "audit-000001.jsonl", &lines);
	free(lines.text[9]);
	memmove(lines.text + 9, lines.text + 10, (--lines.n - 9) * sizeof lines.text[0]);
	memcpy(strstr(lines.text[9], "\"seq\":") + 6, "10", 2);
	join(trail, "audit-000001.jsonl", &lines);
}

static void insert(struct trail *trail)
{
	struct lines lines;

	split(trail, "audit-000001.jsonl", &lines);
	memmove(lines.text + 10, lines.text + 9, (lines.n++ - 9) * sizeof lines.text[0]);
	lines.text[10] = strdup(lines.text[9]);
	join(trail, "audit-000001.jsonl", &lines);
}

static void insert_garbage(struct trail *trail)
{
	struct lines lines;

	split(trail, "audit-000001.jsonl", &lines);
	memmove(lines.text + 10, lines.text + 9, (lines.n++ - 9) * sizeof lines.text[0]);
	lines.text[9] = strdup("{\"seq\":10}");
	join(trail, "audit-000001.jsonl", &lines);
}

static void reorder(struct trail *trail)
{
	struct lines lines;
	char *line;

	split(trail, "audit-000001.jsonl", &lines);
	line = lines.text[9];
	lines.text[9] = lines.text[10];
	lines.text[10] = line;
	join(trail, "audit-000001.jsonl", &lines);
}

static void truncate_last(struct trail *trail)
{
	struct lines lines;

	split(trail, "audit-000003.jsonl", &lines);
	for (int i = 0; i < 5; i++)
		free(lines.text[--lines.n]);
	join(trail, "audit-000003.jsonl", &lines);
}

static void cut_last(struct trail *trail)
{
	size_t n;
	char *text = trail_read(trail, "audit-000003.jsonl", &n);

	trail_write(trail, "audit-000003.jsonl", text, n - 10);
	free(text);
}

static void cut_first(struct trail *trail)
{
	size_t n;
	char *text = trail_read(trail, "audit-000001.jsonl", &n);

	trail_write(trail, "audit-000001.jsonl", text, n - 10);
	free(text);
}

static void rechain_whole(struct trail *trail)
{
	struct lines lines;

	split(trail, "audit-000001.jsonl", &lines);
	set_letter(lines.text[9]);
	rechain(&lines, 10);
	join(trail, "audit-000001.jsonl", &lines);
}

static void rechain_last(struct trail *trail)
{
	struct lines lines;

	split(trail, "audit-000003.jsonl", &lines);
	set_letter(lines.text[3]);
	rechain(&lines, 4);
	join(trail, "audit-000003.jsonl", &lines);
}

static void drop(const struct trail *trail, const char *name)
{
	char path[160];

	trail_path(trail, name, path, sizeof path);
	ck_assert_int_eq(unlink(path), 0);
}

static void lose_middle(struct trail *trail)
{
	drop(trail, "audit-000002.jsonl");
}

static void lose_last(struct trail *trail)
{
	drop(trail, "audit-000003.jsonl");
}

static void empty_middle(struct trail *trail)
{
	trail_write(trail, "audit-000002.jsonl", "", 0);
}

static void swap(struct trail *trail)
{
	char a[160], b[160], c[160];

	trail_path(trail, "audit-000001.jsonl", a, sizeof a);
	trail_path(trail, "audit-000002.jsonl", b, sizeof b);
	trail_path(trail, "aside", c, sizeof c);
	ck_assert_int_eq(rename(a, c) | rename(b, a) | rename(c, b), 0);
}

// A segment of another trail of the same key, in the place of ours.
static void swap_in(struct trail *trail)
{
	struct trail other;
	char path[160];
	size_t n;
	char *text;

	trail_init(&other);
	trail_path(trail, "key", path, sizeof path);
	other.options.key = path;
	other.options.segment_bytes = SMALL;
	trail_fill(&other, N_RECORDS);
	text = trail_read(&other, "audit-000002.jsonl", &n);
	trail_write(trail, "audit-000002.jsonl", text, n);
	free(text);
	trail_finish(&other);
}

static void truncate_and_go_on(struct trail *trail)
{
	truncate_last(trail);
	trail_fill(trail, 3);
}

static void truncate_and_go_far_on(struct trail *trail)
{
	truncate_last(trail);
	trail_fill(trail, 120);
}

static void lose_checkpoints(struct trail *trail)
{
	drop(trail, "checkpoints");
}

static void keep_one_checkpoint(struct trail *trail)
{
	size_t n;
	char *text = trail_read(trail, "checkpoints", &n);

	trail_write(trail, "checkpoints", text, (size_t)(strstr(text, "=\n\nopscon") + 3 - text));
	free(text);
}

static void edit_checkpoint(struct trail *trail)
{
	size_t n;
	char *text = trail_read(trail, "checkpoints", &n), *count = strstr(text, "\n100\n");

	ck_assert_ptr_nonnull(count);
	memcpy(count, "\n101\n", 5);
	trail_write(trail, "checkpoints", text, n);
	free(text);
}

static void spoil_checkpoint(struct trail *trail)
{
	size_t n;
	char *text = trail_read(trail, "checkpoints", &n);

	text[3] = 'x';
	trail_write(trail, "checkpoints", text, n);
	free(text);
}

static void lose_key(struct trail *trail)
{
	drop(trail, "key.pub");
}

static void spoil_key(struct trail *trail)
{
	trail_write(trail, "key.pub", "no key\n", 7);
}

static void other_key(struct trail *trail)
{
	struct trail other;
	size_t n;
	char *text;

	trail_init(&other);
	trail_fill(&other, 1);
	text = trail_read(&other, "key.pub", &n);
	trail_write(trail, "key.pub", text, n);
	free(text);
	trail_finish(&other);
}

static void lose_all(struct trail *trail)
{
	drop(trail, "audit-000001.jsonl");
	drop(trail, "audit-000002.jsonl");
	drop(trail, "audit-000003.jsonl");
}

// Of another trail that has the same key.
static void other_checkpoints(struct trail *trail)
{
	struct trail other;
	char path[160];
	size_t n;
	char *text;

	trail_init(&other);
	trail_path(trail, "key", path, sizeof path);
	other.options.key = path;
	trail_fill(&other, 3);
	text = trail_read(&other, "checkpoints", &n);
	trail_write(trail, "checkpoints", text, n);
	free(text);
	trail_finish(&other);
}

static void make_link(const struct trail *trail, const char *name, const char *to)
{
	char path[160];

	drop(trail, name);
	trail_path(trail, name, path, sizeof path);
	ck_assert_int_eq(symlink(to, path), 0);
}

static void lead_nowhere(struct trail *trail)
{
	make_link(trail, "audit-000002.jsonl", "nowhere");
}

static void make_folder_of_segment(struct trail *trail)
{
	make_link(trail, "audit-000002.jsonl", "/tmp");
}

static void make_folder_of_checkpoints(struct trail *trail)
{
	make_link(trail, "checkpoints", "/tmp");
}

static void make_loop_of_checkpoints(struct trail *trail)
{
	make_link(trail, "checkpoints", "checkpoints");
}

static void insert_endless_line(struct trail *trail)
{
	struct lines lines;

	split(trail, "audit-000002.jsonl", &lines);
	free(lines.text[9]);
	lines.text[9] = malloc(200001);
	memset(lines.text[9], 'x', 200000);
	lines.text[9][200000] = '\0';
	join(trail, "audit-000002.jsonl", &lines);
}

// The record after the hundredth, which is signed: it is the one that does not fit.
static void chain_to_another(struct trail *trail)
{
	struct lines lines;
	size_t i = 0;
	char *hash;

	split(trail, "audit-000002.jsonl", &lines);
	while (!strstr(lines.text[i], "\"seq\":101,"))
		ck_assert_uint_lt(++i, lines.n);
	hash = strstr(lines.text[i], "\"prev\":\"") + 8;
	*hash = *hash == '0' ? '1' : '0';
	rechain(&lines, i + 1);
	join(trail, "audit-000002.jsonl", &lines);
}

static void leave_an_empty_one(struct trail *trail)
{
	drop(trail, "audit-000001.jsonl");
	drop(trail, "audit-000002.jsonl");
	trail_write(trail, "audit-000003.jsonl", "", 0);
}

static void nothing(struct trail *trail)
{
	(void)trail;
}

static void lose_first(struct trail *trail)
{
	drop(trail, "audit-000001.jsonl");
}

static const struct row {
	const char *name;
	void (*spoil)(struct trail *trail);
	enum audit_finding finding;
	const char *text;
	struct audit_place bad;
} rows[] = {
	{ "nothing", nothing, AUDIT_SOUND, "", { 0, 0, 0 } },
	{ "edit", edit, AUDIT_TAMPERED, "this record was changed: the next one is chained to another", { 1, 10, 10 } },
	{ "edit the last",
	  edit_last,
	  AUDIT_TAMPERED,
	  "this record, or one since the last that is signed, was changed",
	  { 3, 0, 0 } },
	{ "edit the end of a segment", edit_end_of_segment, AUDIT_TAMPERED, "was changed", { 1, 0, 0 } },
	{ "delete", delete_one, AUDIT_TAMPERED, "records before this one are missing", { 1, 10, 11 } },
	{ "delete and number anew", delete_and_number_anew, AUDIT_TAMPERED, "this record was changed", { 1, 9, 9 } },
	{ "insert", insert, AUDIT_TAMPERED, "this record was put in, or moved here", { 1, 11, 10 } },
	{ "insert garbage", insert_garbage, AUDIT_TAMPERED, "this is no record", { 1, 10, 0 } },
	{ "reorder", reorder, AUDIT_TAMPERED, "records before this one are missing", { 1, 10, 11 } },
	{ "truncate", truncate_last, AUDIT_TRUNCATED, "a checkpoint counts", { 0, 0, 0 } },
	{ "cut the last record", cut_last, AUDIT_TRUNCATED, "the last record is cut short", { 3, 0, 0 } },
	{ "cut within", cut_first, AUDIT_TAMPERED, "this record is cut short", { 1, 0, 0 } },
	{ "re-chain", rechain_whole, AUDIT_TAMPERED, "since the last that is signed", { 1, 0, 0 } },
	{ "re-chain the end", rechain_last, AUDIT_TAMPERED, "since the last that is signed", { 3, 0, 0 } },
	{ "lose a segment", lose_middle, AUDIT_TAMPERED, "records before this one are missing", { 3, 1, 0 } },
	{ "lose the last segment", lose_last, AUDIT_TRUNCATED, "a checkpoint counts", { 0, 0, 0 } },
	{ "empty a segment", empty_middle, AUDIT_TAMPERED, "this segment is empty", { 2, 1, 0 } },
	{ "swap segments", swap, AUDIT_TAMPERED, "this is not the first record of this segment", { 1, 1, 0 } },
	{ "swap one in", swap_in, AUDIT_TAMPERED, "this segment is of another trail", { 2, 1, 0 } },
	{ "truncate and go on", truncate_and_go_on, AUDIT_TAMPERED, "records after one that counts", { 0, 0, 0 } },
	{ "truncate and go far on",
	  truncate_and_go_far_on,
	  AUDIT_TAMPERED,
	  "since the last that is signed",
	  { 3, 0, 0 } },
	{ "lose the checkpoints",
	  lose_checkpoints,
	  AUDIT_UNANCHORED,
	  "no checkpoint vouches for any of it",
	  { 0, 0, 0 } },
	{ "keep one checkpoint", keep_one_checkpoint, AUDIT_UNANCHORED, "no checkpoint covers records", { 0, 0, 0 } },
	{ "edit a checkpoint", edit_checkpoint, AUDIT_TAMPERED, "is not what was signed", { 0, 0, 0 } },
	{ "spoil a checkpoint", spoil_checkpoint, AUDIT_TAMPERED, "checkpoint 1 is no checkpoint", { 0, 0, 0 } },
	{ "lose the key", lose_key, AUDIT_UNREADABLE, "the key key.pub: No such file or directory", { 0, 0, 0 } },
	{ "spoil the key", spoil_key, AUDIT_UNREADABLE, "key.pub is no key", { 0, 0, 0 } },
	{ "another key", other_key, AUDIT_TAMPERED, "checkpoint 1 is not", { 0, 0, 0 } },
	{ "checkpoints of another trail", other_checkpoints, AUDIT_TAMPERED, "is of another trail", { 0, 0, 0 } },
	{ "a segment that leads nowhere", lead_nowhere, AUDIT_UNREADABLE, "audit-000002.jsonl: No such", { 0, 0, 0 } },
	{ "a folder as segment", make_folder_of_segment, AUDIT_UNREADABLE, "segment 2: Is a dir", { 0, 0, 0 } },
	{ "a folder as checkpoints", make_folder_of_checkpoints, AUDIT_UNREADABLE, "the checkpoints: Is", { 0, 0, 0 } },
	{ "a loop as checkpoints", make_loop_of_checkpoints, AUDIT_UNREADABLE, "checkpoints: Too many", { 0, 0, 0 } },
	{ "an endless line", insert_endless_line, AUDIT_TAMPERED, "this is no record", { 2, 10, 0 } },
	{ "chain to another", chain_to_another, AUDIT_TAMPERED, "is not chained to the one before", { 2, 0, 101 } },
	{ "an empty segment alone", leave_an_empty_one, AUDIT_UNREADABLE, "there is no record", { 0, 0, 0 } },
	{ "lose all", lose_all, AUDIT_UNREADABLE, "there is no audit trail in", { 0, 0, 0 } },
	{ "retention", lose_first, AUDIT_SOUND, "", { 0, 0, 0 } },
};

START_TEST(what_was_done_to_it_is_found_and_named)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct audit_verdict verdict;
		struct trail trail;

		trail_init(&trail);
		trail.options.segment_bytes = SMALL;
		trail_fill(&trail, N_RECORDS);
		verdict = trail_verify(&trail);
		ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
		ck_assert_uint_eq(verdict.n_segments, 3);
		row->spoil(&trail);
		verdict = trail_verify(&trail);
		ck_assert_msg(verdict.finding == row->finding, "%s: %d, %s", row->name, verdict.finding, verdict.text);
		ck_assert_msg(strstr(verdict.text, row->text) != NULL, "%s: %s", row->name, verdict.text);
		ck_assert_msg(!*verdict.text == !*row->text, "%s: %s", row->name, verdict.text);
		ck_assert_msg(verdict.bad.segment == row->bad.segment, "%s: segment %u", row->name,
			      verdict.bad.segment);
		if (row->bad.line)
			ck_assert_msg(verdict.bad.line == row->bad.line, "%s: line %lu", row->name,
				      (unsigned long)verdict.bad.line);
		if (row->bad.seq)
			ck_assert_msg(verdict.bad.seq == row->bad.seq, "%s: record %lu", row->name,
				      (unsigned long)verdict.bad.seq);
		// What is trusted ends before what is bad.
		if (verdict.bad.seq)
			ck_assert_msg(verdict.n_signed < verdict.bad.seq, "%s", row->name);
		if (strstr(verdict.text, "was changed"))
			ck_assert_msg(verdict.chained == verdict.bad.seq - 1, "%s: chained up to %lu", row->name,
				      (unsigned long)verdict.chained);
		trail_finish(&trail);
	}
}
END_TEST

START_TEST(a_head_known_from_elsewhere_finds_what_the_key_can_hide)
{
	struct audit_verify_options options = { 0 };
	struct audit_verdict verdict;
	struct trail trail;

	trail_init(&trail);
	trail_fill(&trail, 20);
	options.dir = trail.dir;
	verdict = trail_verify(&trail);
	ck_assert_int_eq(verdict.finding, AUDIT_SOUND);
	ck_assert_uint_eq(verdict.chained, 21);
	ck_assert_uint_eq(verdict.n_signed, 21);
	options.head_n = 21;
	options.head = verdict.head;
	trail_fill(&trail, 3);
	ck_assert_int_eq(audit_verify(&options, &verdict), 0);
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	options.head.bytes[0] ^= 1;
	ck_assert_int_eq(audit_verify(&options, &verdict), 0);
	ck_assert_int_eq(verdict.finding, AUDIT_TAMPERED);
	ck_assert_uint_eq(verdict.bad.seq, 21);
	options.head_n = 100;
	ck_assert_int_eq(audit_verify(&options, &verdict), 0);
	ck_assert_int_eq(verdict.finding, AUDIT_TRUNCATED);
	trail_finish(&trail);
}
END_TEST

START_TEST(a_head_that_is_not_kept_any_more_is_no_anchor)
{
	struct audit_verify_options options = { .head_n = 5 };
	struct audit_verdict verdict;
	struct trail trail;

	trail_init(&trail);
	trail.options.segment_bytes = SMALL;
	trail_fill(&trail, N_RECORDS);
	lose_first(&trail);
	options.dir = trail.dir;
	ck_assert_int_eq(audit_verify(&options, &verdict), 0);
	ck_assert_int_eq(verdict.finding, AUDIT_UNANCHORED);
	trail_finish(&trail);
}
END_TEST

static bool stop_at(void *ctx, uint64_t n_chained)
{
	*(uint64_t *)ctx = n_chained;
	return false;
}

START_TEST(it_can_be_ended_on_the_way)
{
	struct audit_verify_options options = { .progress = stop_at };
	struct audit_verdict verdict;
	struct trail trail;
	uint64_t n = 0;

	trail_init(&trail);
	trail_fill(&trail, 1500);
	options.dir = trail.dir;
	options.ctx = &n;
	ck_assert_int_eq(audit_verify(&options, &verdict), -ECANCELED);
	ck_assert_uint_eq(n, 1024);
	ck_assert_uint_eq(verdict.chained, 1024);
	trail_finish(&trail);
}
END_TEST

START_TEST(want_of_memory_is_no_finding)
{
	struct audit_verify_options options = { 0 };
	struct audit_verdict verdict;
	struct trail trail;
	long n = 0;
	int r;

	trail_init(&trail);
	trail_fill(&trail, 5);
	options.dir = trail.dir;
	do {
		mem_fail_once(n++);
		r = audit_verify(&options, &verdict);
		mem_fail_after(-1);
		ck_assert_msg(r == -ENOMEM || (r == 0 && verdict.finding == AUDIT_SOUND), "allocation %ld: %d, %s",
			      n - 1, r, verdict.text);
	} while (r < 0);
	ck_assert_int_gt(n, 3);
	trail_finish(&trail);
}
END_TEST

START_TEST(a_directory_that_is_none_is_unreadable)
{
	const struct audit_verify_options options = { .dir = "/nonexistent/audit" };
	struct audit_verdict verdict;

	ck_assert_int_eq(audit_verify(&options, &verdict), 0);
	ck_assert_int_eq(verdict.finding, AUDIT_UNREADABLE);
	ck_assert_str_eq(verdict.text, "/nonexistent/audit: No such file or directory");
}
END_TEST

START_TEST(what_is_being_written_is_no_truncation)
{
	struct audit_verdict verdict;
	struct trail trail;
	char path[160];
	FILE *file;

	trail_init(&trail);
	ck_assert_int_eq(trail_open(&trail), 0);
	ck_assert_int_eq(trail_add(&trail, "a"), 0);
	ck_assert_int_eq(audit_store_sync(trail.store), 0);
	ck_assert_int_eq(audit_store_enter(trail.store), 0);
	trail_path(&trail, "audit-000001.jsonl", path, sizeof path);
	file = fopen(path, "a");
	fputs("{\"seq\":3,\"prev\":\"", file);
	fclose(file);
	verdict = trail_verify(&trail);
	ck_assert_msg(verdict.finding == AUDIT_SOUND, "%s", verdict.text);
	ck_assert(verdict.is_being_written);
	ck_assert_uint_eq(verdict.chained, 2);
	ck_assert_uint_eq(verdict.n_signed, 1);
	trail_finish(&trail);
}
END_TEST

SUITE("audit verify", it_can_be_ended_on_the_way, want_of_memory_is_no_finding, what_was_done_to_it_is_found_and_named,
      a_head_known_from_elsewhere_finds_what_the_key_can_hide, a_head_that_is_not_kept_any_more_is_no_anchor,
      a_directory_that_is_none_is_unreadable, what_is_being_written_is_no_truncation)
