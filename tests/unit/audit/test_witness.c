// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/find.h"
#include "base/memory.h"
#include "tests/unit/audit/trail.h"
#include "tests/unit/audit/witness_bench.h"

START_TEST(remembers_what_it_has_seen)
{
	begin();
	ck_assert_int_eq(heard('a', 0), WITNESS_GOOD); // there is nothing yet
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(heard('a', 120), WITNESS_ASK);
	ck_assert_uint_eq(ask, 100);
	ck_assert_int_eq(told('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(witness_save(witness), 0);
	ck_assert_int_eq(witness_save(witness), 0); // nothing is new
	reopen();
	ck_assert_int_eq(heard('a', 120), WITNESS_GOOD);
	ck_assert_int_eq(heard('a', 121), WITNESS_ASK);
	ck_assert_uint_eq(ask, 120);
	end();
}
END_TEST

START_TEST(finds_a_trail_that_shrank)
{
	begin();
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(heard('a', 99), WITNESS_SHRUNK);
	ck_assert_str_eq(why, HUB ": records of its audit trail are missing (record 100 was seen, 99 now)");
	ck_assert_int_eq(heard('a', 0), WITNESS_SHRUNK); // an empty one as well
	ck_assert_int_eq(witness_save(witness), 0);
	reopen();
	ck_assert_int_eq(heard('a', 99), WITNESS_SHRUNK); // it stays so
	end();
}
END_TEST

START_TEST(finds_a_trail_that_was_written_anew)
{
	begin();
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(heard('b', 100), WITNESS_FORKED); // as long, and another
	ck_assert_ptr_nonnull(strstr(why, "is not the one that was seen"));
	ck_assert_int_eq(heard('b', 150), WITNESS_ASK); // longer by now
	ck_assert_int_eq(told('b', 100), WITNESS_FORKED);
	ck_assert_int_eq(told('a', 100), WITNESS_ASK); // nobody asked any more
	ck_assert_int_eq(witness_save(witness), 0);
	reopen();
	ck_assert_int_eq(heard('b', 151), WITNESS_ASK); // what was seen is kept as it was
	ck_assert_uint_eq(ask, 100);
	ck_assert_int_eq(told('b', 100), WITNESS_FORKED);
	end();
}
END_TEST

START_TEST(believes_nothing_before_it_is_told)
{
	begin();
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(heard('a', 120), WITNESS_ASK);
	ck_assert_int_eq(told('a', 99), WITNESS_ASK); // of another record
	ck_assert_int_eq(heard('a', 130), WITNESS_ASK);
	ck_assert_uint_eq(ask, 100);
	ck_assert_int_eq(witness_save(witness), 0);
	reopen();
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD); // 120 was never remembered
	ck_assert_int_eq(answer_by(witness, "ws://else", 1, hash('a', 1), ""), WITNESS_ASK);
	end();
}
END_TEST

START_TEST(says_what_can_no_longer_be_told)
{
	begin();
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(heard('a', 5000), WITNESS_ASK);
	ck_assert_int_eq(answer_by(witness, HUB, 100, "", AUDIT_HEAD_GONE), WITNESS_LOST);
	ck_assert_ptr_nonnull(strstr(why, "no longer keeps the record"));
	ck_assert_int_eq(heard('a', 5000), WITNESS_GOOD); // from here on anew
	ck_assert_int_eq(heard('a', 4999), WITNESS_SHRUNK);
	end();
}
END_TEST

// A hub whose trail was tampered with must not get away with saying nothing.
START_TEST(silence_is_no_reason_to_forget)
{
	begin();
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(heard('b', 5000), WITNESS_ASK);
	ck_assert_int_eq(answer_by(witness, HUB, 100, "", "audit-000001.jsonl cannot be read: Input/output error"),
			 WITNESS_UNTOLD);
	ck_assert_str_eq(why, HUB ": record 100 of its audit trail is not told: audit-000001.jsonl cannot be read: "
				  "Input/output error");
	ck_assert_int_eq(witness_save(witness), 0);
	reopen();
	ck_assert_int_eq(heard('b', 5001), WITNESS_ASK);
	ck_assert_uint_eq(ask, 100);
	ck_assert_int_eq(answer_by(witness, HUB, 100, "", AUDIT_HEAD_CUT), WITNESS_FORKED);
	ck_assert_ptr_nonnull(strstr(why, "a record of its audit trail is missing among others (record 100 was seen"));
	ck_assert_int_eq(heard('b', 5002), WITNESS_ASK);
	ck_assert_int_eq(told('b', 100), WITNESS_FORKED);
	end();
}
END_TEST

START_TEST(takes_no_nonsense_for_a_hash)
{
	struct witness_sight sight = { .n = 100, .head = "not hex", .key = "" };

	begin();
	ck_assert_int_eq(witness_heard(witness, HUB, &sight, &ask, why), WITNESS_FORKED);
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(heard('a', 101), WITNESS_ASK);
	ck_assert_int_eq(answer_by(witness, HUB, 100, "zz", ""), WITNESS_FORKED);
	end();
}
END_TEST

START_TEST(finds_another_key)
{
	struct witness_sight sight = { .n = 100, .head = hash('a', 100), .key = hash('k', 1) };

	begin();
	ck_assert_int_eq(witness_heard(witness, HUB, &sight, &ask, why), WITNESS_GOOD);
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD); // it does not say
	sight.head = hash('a', 100);
	sight.key = hash('k', 2);
	ck_assert_int_eq(witness_heard(witness, HUB, &sight, &ask, why), WITNESS_REKEYED);
	ck_assert_ptr_nonnull(strstr(why, "signed by another key"));
	ck_assert_int_eq(witness_save(witness), 0);
	reopen();
	ck_assert_int_eq(witness_heard(witness, HUB, &sight, &ask, why), WITNESS_REKEYED);
	end();
}
END_TEST

START_TEST(keeps_hubs_apart)
{
	const struct witness_sight sight = { .n = 7, .head = hash('b', 7), .key = "" };

	begin();
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD);
	ck_assert_int_eq(witness_heard(witness, "unix:/run/opscon/hub.sock", &sight, &ask, why), WITNESS_GOOD);
	ck_assert_int_eq(witness_save(witness), 0);
	reopen();
	ck_assert_int_eq(heard('a', 100), WITNESS_GOOD);
	for (int i = 0; i < WITNESS_HUBS_MAX; i++) { // the one not heard of for longest makes room
		struct witness_sight other = {
			.n = 7, .head = hash('b', 7), .key = "", .at_ms = INT64_C(1795446300000)
		};
		char name[32];

		snprintf(name, sizeof name, "ws://%d", i);
		ck_assert_int_eq(witness_heard(witness, name, &other, &ask, why), WITNESS_GOOD);
	}
	ck_assert_int_eq(heard('c', 3), WITNESS_GOOD); // nothing is known of it any more
	end();
}
END_TEST

static void write_file(const char *text)
{
	FILE *file = fopen(bench_path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void check_bad(const char *text)
{
	struct witness *out;

	write_file(text);
	ck_assert_int_eq(witness_open(bench_path, &out, why), -EINVAL);
	ck_assert_ptr_null(out);
	ck_assert_ptr_nonnull(strstr(why, "line 1"));
}

START_TEST(leaves_a_file_alone_that_is_none_of_its_own)
{
	char line[400];
	struct witness *out;
	struct stat st;

	begin();
	ck_assert_int_eq(heard('a', 1), WITNESS_GOOD);
	ck_assert_int_eq(witness_save(witness), 0);
	ck_assert_int_eq(stat(bench_path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	check_bad("hello\n");
	snprintf(line, sizeof line, "0 %s - 1 ws://a\n", hash('a', 1));
	check_bad(line);
	snprintf(line, sizeof line, "1 %s k 1 ws://a\n", hash('a', 1));
	check_bad(line);
	snprintf(line, sizeof line, "1 xyz - 1 ws://a\n");
	check_bad(line);
	snprintf(line, sizeof line, "1 %s - 1 ws://\033[2J\n", hash('a', 1));
	check_bad(line);
	snprintf(line, sizeof line, "\n1 %s - 1 ws://a\n1 %s - 1 ws://a\n", hash('a', 1), hash('a', 1)); // twice
	write_file(line);
	ck_assert_int_eq(witness_open(bench_path, &out, why), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "line 3"));
	snprintf(line, sizeof line, "%s/further", bench_path); // within what is no directory
	ck_assert_int_eq(witness_open(line, &out, why), -ENOTDIR);
	ck_assert_int_eq(unlink(bench_path), 0);
	ck_assert_int_eq(mkdir(bench_path, 0700), 0);
	ck_assert_int_lt(witness_open(bench_path, &out, why), 0);
	ck_assert(why[0]);
	ck_assert_int_eq(heard('a', 1), WITNESS_GOOD);
	ck_assert_int_lt(witness_save(witness), 0);
	end();
}
END_TEST

START_TEST(survives_want_of_memory)
{
	struct witness *out;

	begin();
	mem_fail_after(0);
	ck_assert_int_eq(witness_open(bench_path, &out, why), -ENOMEM);
	mem_fail_after(1);
	ck_assert_int_eq(witness_open(bench_path, &out, why), -ENOMEM);
	mem_fail_after(0);
	ck_assert_int_eq(heard('a', 1), WITNESS_GOOD); // not remembered
	mem_fail_after(-1);
	ck_assert_int_eq(heard('b', 1), WITNESS_GOOD);
	mem_fail_after(0);
	ck_assert_int_eq(witness_save(witness), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_int_eq(witness_save(witness), 0);
	mem_fail_after(2);
	ck_assert_int_eq(witness_open(bench_path, &out, why), -ENOMEM);
	mem_fail_after(-1);
	witness_close(NULL);
	end();
}
END_TEST

// ---- against a real trail, forked and shrunk

static struct trail trail;

static enum witness_finding hear_trail(void)
{
	struct witness_sight sight = { .key = "", .at_ms = INT64_C(1795446245000) };
	struct audit_trouble trouble = { 0 };
	char head[AUDIT_HASH_HEX + 1], asked[AUDIT_HASH_HEX + 1] = "";
	enum witness_finding finding;
	struct audit_hash out;
	int r;

	ck_assert_int_eq(trail_open(&trail), 0);
	sight.n = audit_store_n(trail.store);
	out = audit_store_head(trail.store);
	trail_close(&trail);
	audit_hash_hex(&out, head);
	sight.head = head;
	finding = witness_heard(witness, HUB, &sight, &ask, why);
	if (finding != WITNESS_ASK)
		return finding;
	r = audit_find_hash(trail.dir, ask, &out, &trouble);
	if (r == 0)
		audit_hash_hex(&out, asked);
	else
		ck_assert(r == -ENOENT || r == -EBADMSG);
	return answer_by(witness, HUB, ask, asked, r == -ENOENT ? AUDIT_HEAD_GONE : r < 0 ? AUDIT_HEAD_CUT : "");
}

// What stands in a segment up to a share of its lines.
static void cut(const char *name, size_t keep_lines)
{
	size_t n, at = 0;
	char *text = trail_read(&trail, name, &n);

	while (keep_lines-- && at < n)
		at += strcspn(text + at, "\n") + 1;
	trail_write(&trail, name, text, at);
	mem_free(text);
}

static void begin_trail(void)
{
	begin();
	trail_init(&trail);
	trail.options.segment_bytes = 8000;
	trail_fill(&trail, 60);
	ck_assert(trail_has(&trail, "audit-000002.jsonl"));
	ck_assert_int_eq(hear_trail(), WITNESS_GOOD);
	trail_fill(&trail, 5);
	ck_assert_int_eq(hear_trail(), WITNESS_GOOD);
	trail_fill(&trail, 30); // into further segments
	ck_assert_int_eq(hear_trail(), WITNESS_GOOD);
}

static void end_trail(void)
{
	trail_finish(&trail);
	end();
}

START_TEST(a_trail_that_only_grows_is_good)
{
	begin_trail();
	trail_fill(&trail, 1);
	ck_assert_int_eq(hear_trail(), WITNESS_GOOD);
	end_trail();
}
END_TEST

START_TEST(a_trail_that_was_cut_is_found_even_when_it_grew_again)
{
	char name[AUDIT_FILE_NAME_MAX];
	uint32_t last = 1;

	begin_trail();
	do
		audit_segment_name(++last, name);
	while (trail_has(&trail, name));
	audit_segment_name(last - 1, name);
	cut(name, 2);
	trail_write(&trail, "checkpoints", "", 0); // and whoever did it took care of these
	ck_assert_int_eq(hear_trail(), WITNESS_SHRUNK);
	trail_fill(&trail, 60);
	ck_assert_int_eq(hear_trail(), WITNESS_FORKED);
	end_trail();
}
END_TEST

// Only the oldest segments are ever taken away as wholes.
START_TEST(a_record_that_is_missing_among_others_is_no_old_one)
{
	struct audit_trouble trouble = { 0 };
	struct audit_hash out;
	char name[AUDIT_FILE_NAME_MAX], *text;
	size_t n, at, n_missing = 0;

	begin_trail();
	audit_segment_name(2, name);
	text = trail_read(&trail, name, &n);
	at = strcspn(text, "\n") + 1;
	at += strcspn(text + at, "\n") + 1;
	trail_write(&trail, name, text, at); // all of it but two lines is gone
	mem_free(text);
	for (uint64_t seq = 1; seq <= 95; seq++) {
		int r = audit_find_hash(trail.dir, seq, &out, &trouble);

		ck_assert(r == 0 || r == -EBADMSG);
		n_missing += r == -EBADMSG;
	}
	ck_assert_uint_gt(n_missing, 3);
	ck_assert_str_eq(trouble.text, "");
	end_trail();
}
END_TEST

START_TEST(a_new_segment_may_hold_nothing_yet)
{
	struct audit_trouble trouble = { 0 };
	struct audit_hash out;
	char name[AUDIT_FILE_NAME_MAX];
	uint32_t last = 1;

	begin_trail();
	do
		audit_segment_name(++last, name);
	while (trail_has(&trail, name));
	trail_write(&trail, name, "", 0);
	ck_assert_int_eq(audit_find_hash(trail.dir, 95, &out, &trouble), 0);
	ck_assert_int_eq(audit_find_hash(trail.dir, 100000, &out, &trouble), -ENODATA);
	end_trail();
}
END_TEST

START_TEST(finds_the_hash_of_any_record)
{
	struct audit_trouble trouble = { 0 };
	struct audit_hash out, again;
	char name[AUDIT_FILE_NAME_MAX], path_of[160];

	begin_trail();
	for (uint64_t seq = 1; seq <= 95; seq++)
		ck_assert_int_eq(audit_find_hash(trail.dir, seq, &out, &trouble), 0);
	ck_assert_int_eq(audit_find_hash(trail.dir, 1, &again, &trouble), 0);
	ck_assert(!audit_hash_is(&out, &again));
	ck_assert_int_eq(audit_find_hash(trail.dir, 0, &out, &trouble), -ENOENT);
	ck_assert_int_eq(audit_find_hash(trail.dir, 100000, &out, &trouble), -ENODATA);
	ck_assert_int_eq(audit_find_hash("/nonexistent/opscon", 1, &out, &trouble), -ENOENT);
	trouble = (struct audit_trouble){ 0 };
	audit_segment_name(1, name);
	trail_path(&trail, name, path_of, sizeof path_of);
	ck_assert_int_eq(unlink(path_of), 0); // retention took it
	ck_assert_int_eq(audit_find_hash(trail.dir, 1, &out, &trouble), -ENOENT);
	ck_assert_int_eq(mkdir(path_of, 0700), 0);
	ck_assert_int_lt(audit_find_hash(trail.dir, 1, &out, &trouble), 0);
	ck_assert(trouble.text[0]);
	ck_assert_int_eq(rmdir(path_of), 0);
	ck_assert_int_eq(symlink("/dev/null", path_of), 0); // no link is followed
	trouble = (struct audit_trouble){ 0 };
	ck_assert_int_lt(audit_find_hash(trail.dir, 1, &out, &trouble), 0);
	ck_assert_ptr_nonnull(strstr(trouble.text, "audit-000001.jsonl cannot be read"));
	ck_assert_int_eq(unlink(path_of), 0);
	trail_write(&trail, name, "this is no record\n", 18);
	ck_assert_int_eq(audit_find_hash(trail.dir, 1, &out, &trouble), -EBADMSG);
	for (long n = 0; n < 2; n++) {
		mem_fail_after(n);
		ck_assert_int_eq(audit_find_hash(trail.dir, 90, &out, &trouble), -ENOMEM);
		mem_fail_after(-1);
	}
	end_trail();
}
END_TEST

SUITE("audit: witness", remembers_what_it_has_seen, finds_a_trail_that_shrank, finds_a_trail_that_was_written_anew,
      believes_nothing_before_it_is_told, says_what_can_no_longer_be_told, silence_is_no_reason_to_forget,
      takes_no_nonsense_for_a_hash, finds_another_key, keeps_hubs_apart, leaves_a_file_alone_that_is_none_of_its_own,
      survives_want_of_memory, a_record_that_is_missing_among_others_is_no_old_one, a_new_segment_may_hold_nothing_yet,
      a_trail_that_only_grows_is_good, a_trail_that_was_cut_is_found_even_when_it_grew_again,
      finds_the_hash_of_any_record)
