// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "recording/file_reader.h"
#include "recording/records.h"
#include "tests/support/suite.h"
#include "tests/unit/recording/reel.h"

enum { N_BLOCKS = 3 };

static const char *const block_letters[N_BLOCKS] = { "..", ".aB.", "cdE" };
static size_t block_at[N_BLOCKS + 1]; // of the file that was made last, and where the last one ends

static void make_file(struct reel *reel, const char *name)
{
	static const unsigned flags[N_BLOCKS] = { BLOCK_BEGINS_SNAPSHOT, BLOCK_ENDS_SNAPSHOT };
	int64_t from_s = 0;

	reel_begin(reel, name);
	for (size_t i = 0; i < N_BLOCKS; i++) {
		block_at[i] = (size_t)reel->writer.size;
		reel_block(reel, flags[i], from_s, block_letters[i]);
		from_s += (int64_t)strlen(block_letters[i]);
	}
	block_at[N_BLOCKS] = (size_t)reel->writer.size;
}

static struct {
	uint64_t n_lost, n_lost_end; // bytes
	bool is_about_lost, is_index_lost;
} damage; // of the file that was read last

// All letters of a file, or NULL when it cannot be opened.
static const char *letters(struct reel *reel, const char *name, bool *was_torn)
{
	static char out[256];
	struct file_reader reader;
	struct record_table table;
	struct record record;
	struct bytes raw;
	size_t n = 0;

	if (file_reader_open(&reader, AT_FDCWD, reel_path(reel, name), &reel->codec) < 0)
		return NULL;
	bytes_init(&raw, BLOCK_RAW_MAX);
	damage.n_lost = 0;
	damage.n_lost_end = reader.n_lost_end;
	damage.is_about_lost = reader.is_about_lost;
	damage.is_index_lost = reader.is_index_lost;
	for (size_t i = 0; i < reader.n_blocks; i++) {
		damage.n_lost += reader.blocks[i].n_lost;
		if (file_reader_block(&reader, i, &reel->codec, &raw) < 0) {
			out[n++] = '!';
			continue;
		}
		ck_assert_int_eq(record_table_open(raw.data, raw.len, &reader.blocks[i].head, &table), 0);
		for (size_t k = 0; k < table.n; k++) {
			record_table_at(&table, k, &record);
			ck_assert_uint_eq(record.n, 1);
			out[n++] = record.text[0];
		}
	}
	out[n] = '\0';
	*was_torn = reader.was_torn;
	bytes_finish(&raw);
	file_reader_close(&reader);
	return out;
}

static void read_whole(const char *path, struct bytes *out)
{
	int fd = open(path, O_RDONLY);

	bytes_init(out, 1 << 20);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(file_read_all(fd, out), 0);
	close(fd);
}

static void write_whole(const char *path, const void *data, size_t n)
{
	ck_assert_int_eq(file_replace(AT_FDCWD, path, data, n, 0600, FILE_QUICK), 0);
}

START_TEST(what_is_written_is_read)
{
	struct file_reader reader;
	struct reel reel;
	struct stat st;
	bool was_torn;

	reel_init(&reel);
	make_file(&reel, "a.rec");
	reel_end(&reel);
	ck_assert_str_eq(letters(&reel, "a.rec", &was_torn), "...aB.cdE");
	ck_assert(!was_torn);
	ck_assert_int_eq(stat(reel_path(&reel, "a.rec"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(file_reader_open(&reader, AT_FDCWD, reel_path(&reel, "a.rec"), &reel.codec), 0);
	ck_assert_str_eq(reader.about.fleet, "Platform");
	ck_assert_str_eq(reader.about.boot, "boot-1");
	ck_assert_int_eq(reader.about.started_ms, REEL_START_MS);
	ck_assert_uint_eq(reader.blocks[1].head.n_transitions, 1);
	ck_assert_int_eq(reader.blocks[1].head.from_ms, REEL_START_MS + 2000);
	ck_assert_int_eq(reader.blocks[1].head.to_ms, REEL_START_MS + 5000);
	file_reader_close(&reader);
	reel_finish(&reel);
}
END_TEST

// The lowest one that is free.
static int next_fd(void)
{
	int fd = dup(STDIN_FILENO);

	close(fd);
	return fd;
}

START_TEST(a_file_that_was_read_is_closed)
{
	struct reel reel;
	bool was_torn;
	int fd;

	reel_init(&reel);
	make_file(&reel, "a.rec");
	reel_end(&reel);
	write_whole(reel_path(&reel, "text"), "hello", 5);
	fd = next_fd();
	ck_assert_ptr_nonnull(letters(&reel, "a.rec", &was_torn));
	ck_assert_ptr_null(letters(&reel, "text", &was_torn));
	ck_assert_int_eq(next_fd(), fd);
	reel_finish(&reel);
}
END_TEST

START_TEST(a_file_that_is_there_is_left_alone)
{
	struct about about = { 0 };
	struct reel reel;
	bool was_torn;

	reel_init(&reel);
	make_file(&reel, "a.rec");
	reel_end(&reel);
	ck_assert_int_eq(file_writer_open(&reel.writer, AT_FDCWD, reel_path(&reel, "a.rec"), &reel.codec, &about),
			 -EEXIST);
	ck_assert_str_eq(letters(&reel, "a.rec", &was_torn), "...aB.cdE");
	reel_finish(&reel);
}
END_TEST

START_TEST(without_its_index_a_file_is_read_to_its_last_whole_block)
{
	struct reel reel;
	bool was_torn;

	reel_init(&reel);
	make_file(&reel, "a.rec");
	reel_crash(&reel);
	ck_assert_str_eq(letters(&reel, "a.rec", &was_torn), "...aB.cdE");
	ck_assert(was_torn);
	reel_finish(&reel);
}
END_TEST

// As on a disk that is full for a while: the half of a block goes again, and the index stands where it should.
START_TEST(a_write_that_fails_half_way_leaves_a_whole_file)
{
	struct record_batch batch;
	struct record record = { .at_ms = REEL_START_MS, .n = 4096 };
	char text[4096], raw[RECORD_HEAD_BYTES + sizeof text];
	int added, closed;
	struct reel reel;
	bool was_torn;

	reel_init(&reel);
	make_file(&reel, "a.rec");
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(hash_mix(i) & 0xff); // that cannot be made smaller
	record_batch_init(&batch);
	record.text = text;
	ck_assert_int_eq(record_batch_add(&batch, &record), 0);
	record_batch_copy(&batch, raw);
	batch.head.kind = BLOCK_EVENTS;
	suite_fill_disk(reel.writer.size + 1000);
	added = file_writer_add(&reel.writer, &reel.codec, &batch.head, raw, sizeof raw);
	closed = file_writer_close(&reel.writer, &reel.codec);
	suite_fill_disk(ULONG_MAX);
	ck_assert_int_eq(added, -EFBIG);
	ck_assert_int_eq(closed, -EFBIG); // of the first failure
	ck_assert_str_eq(letters(&reel, "a.rec", &was_torn), "...aB.cdE");
	ck_assert(!was_torn);
	record_batch_finish(&batch);
	reel_finish(&reel);
}
END_TEST

// What is read of each is a beginning of it that ends with a block.
START_TEST(wherever_it_is_cut_off_what_was_whole_is_read)
{
	static const char *const wholes[] = { "", "..", "...aB.", "...aB.cdE" };
	struct bytes whole;
	struct reel reel;
	size_t at = 0;
	bool was_torn;

	reel_init(&reel);
	make_file(&reel, "a.rec");
	reel_end(&reel);
	read_whole(reel_path(&reel, "a.rec"), &whole);
	for (size_t n = 0; n <= whole.len; n++) {
		const char *read;

		write_whole(reel_path(&reel, "cut.rec"), whole.data, n);
		read = letters(&reel, "cut.rec", &was_torn);
		if (!read) {
			ck_assert_uint_eq(at, 0); // the first block is not there
			continue;
		}
		while (at < 3 && strcmp(read, wholes[at]) != 0)
			at++;
		ck_assert_str_eq(read, wholes[at]);
		ck_assert(was_torn == (n < whole.len));
	}
	ck_assert_uint_eq(at, 3);
	bytes_finish(&whole);
	reel_finish(&reel);
}
END_TEST

// All blocks but those that are left out.
static void expect_but(const char *read, unsigned left_out, size_t i)
{
	char expected[32] = "", found[32] = "";
	size_t n = 0;

	for (size_t k = 0; k < N_BLOCKS; k++)
		if (!(left_out & 1U << k))
			strcat(expected, block_letters[k]);
	for (; read && *read; read++)
		if (*read != '!') // it is said to be bad
			found[n++] = *read;
	ck_assert_msg(strcmp(found, expected) == 0, "byte %zu: %s, not %s", i, found, expected);
}

// Where a byte of a head stands for nothing.
static bool is_padding(size_t at)
{
	return at == 6 || at == 7 || (at >= 28 && at < 32);
}

// Before the first block of events.
static bool is_spare(size_t i)
{
	return i < RECORDING_START_BYTES || is_padding(i - RECORDING_START_BYTES);
}

// Which block a wrong byte costs: of a file with an index heads are in that as well.
static unsigned cost_of(size_t i, bool is_closed)
{
	for (size_t k = 0; k < N_BLOCKS; k++) {
		size_t at = i - block_at[k];

		if (i < block_at[k] || i >= block_at[k + 1])
			continue;
		return at >= BLOCK_HEAD_BYTES || (!is_closed && !is_padding(at)) ? 1U << k : 0;
	}
	return 0;
}

static void check_wrong_byte(struct reel *reel, struct bytes *whole, size_t i, bool is_closed)
{
	unsigned cost = cost_of(i, is_closed);
	const char *read;
	bool was_torn;

	whole->data[i] ^= 0x20;
	write_whole(reel_path(reel, "bad.rec"), whole->data, whole->len);
	read = letters(reel, "bad.rec", &was_torn);
	whole->data[i] ^= 0x20;
	if (i >= sizeof recording_magic && i < sizeof recording_magic + 4) {
		ck_assert_ptr_null(read); // a later format, for all we know
		return;
	}
	expect_but(read, cost, i);
	for (size_t k = 0; k < N_BLOCKS && !is_closed; k++)
		if (cost & 1U << k)
			ck_assert_uint_eq(damage.n_lost + damage.n_lost_end, block_at[k + 1] - block_at[k]);
	ck_assert(was_torn == !is_closed || i >= whole->len - RECORDING_END_BYTES);
	ck_assert(damage.is_about_lost == (i < block_at[0] && !is_spare(i)));
}

START_TEST(a_wrong_byte_costs_its_block_and_no_other)
{
	struct bytes whole;
	struct reel reel;

	for (int is_closed = 0; is_closed < 2; is_closed++) {
		reel_init(&reel);
		make_file(&reel, "a.rec");
		if (is_closed)
			reel_end(&reel);
		else
			reel_crash(&reel);
		read_whole(reel_path(&reel, "a.rec"), &whole);
		for (size_t i = 0; i < whole.len; i++)
			check_wrong_byte(&reel, &whole, i, is_closed);
		bytes_finish(&whole);
		reel_finish(&reel);
	}
}
END_TEST

// What somebody has written over a part of it, or cut out of it, costs the blocks that it touches.
static void check_stretch(struct reel *reel, const struct bytes *whole, size_t from, size_t n, bool is_cut_out)
{
	size_t to = from + n < whole->len ? from + n : whole->len, first = block_at[0];
	unsigned touched = 0;
	struct bytes bad;
	const char *read;
	bool was_torn;

	bytes_init(&bad, whole->len);
	ck_assert_int_eq(bytes_add(&bad, whole->data, whole->len), 0);
	if (is_cut_out) {
		memmove(bad.data + from, bad.data + to, whole->len - to);
		bad.len -= to - from;
	} else {
		memset(bad.data + from, 0xa5, to - from);
	}
	for (size_t k = 0; k < N_BLOCKS; k++)
		touched |= from < block_at[k + 1] && to > block_at[k] ? 1U << k : 0;
	write_whole(reel_path(reel, "bad.rec"), bad.data, bad.len);
	read = letters(reel, "bad.rec", &was_torn);
	if (read || touched != (1U << N_BLOCKS) - 1)
		expect_but(read, touched, from);
	ck_assert(!read || damage.is_about_lost == (from < first && to > RECORDING_START_BYTES));
	bytes_finish(&bad);
}

START_TEST(what_is_written_over_or_cut_out_costs_what_it_touches)
{
	static const size_t lengths[] = { 13, 57, 130, 300 };
	struct bytes whole;
	struct reel reel;

	reel_init(&reel);
	make_file(&reel, "a.rec");
	reel_crash(&reel);
	read_whole(reel_path(&reel, "a.rec"), &whole);
	for (size_t i = 0; i < 2 * sizeof lengths / sizeof lengths[0]; i++)
		for (size_t from = RECORDING_START_BYTES; from < whole.len; from += 3)
			check_stretch(&reel, &whole, from, lengths[i / 2], i % 2);
	check_stretch(&reel, &whole, 0, RECORDING_START_BYTES, false);
	check_stretch(&reel, &whole, 0, RECORDING_START_BYTES + 5, false);
	bytes_finish(&whole);
	reel_finish(&reel);
}
END_TEST

// A file may be nothing but heads that promise much: reading in vain has an end.
START_TEST(as_much_as_is_read_in_vain_has_a_limit)
{
	struct bytes whole, stored;
	struct block_place place;
	struct block_scan scan;
	struct reel reel;
	int fd;

	reel_init(&reel);
	make_file(&reel, "a.rec");
	reel_crash(&reel);
	read_whole(reel_path(&reel, "a.rec"), &whole);
	whole.data[block_at[0] + BLOCK_HEAD_BYTES] ^= 1;
	write_whole(reel_path(&reel, "bad.rec"), whole.data, whole.len);
	fd = open(reel_path(&reel, "bad.rec"), O_RDONLY);
	bytes_init(&stored, 2 * BLOCK_RAW_MAX);
	block_scan_init(&scan, fd, whole.len, &stored);
	ck_assert_int_eq(block_scan_next(&scan, block_at[0], &place), 0);
	ck_assert_uint_eq(place.at, block_at[1]);
	ck_assert_uint_eq(place.n_lost, block_at[1] - block_at[0]);
	scan.n_left = block_at[1] - block_at[0]; // that one, and nothing more
	ck_assert_int_eq(block_scan_next(&scan, block_at[0], &place), -ENODATA);
	close(fd);
	bytes_finish(&stored);
	bytes_finish(&whole);
	reel_finish(&reel);
}
END_TEST

// Who reads it subtracts times from each other.
START_TEST(no_time_is_out_of_this_world)
{
	static const struct {
		int64_t from_ms, to_ms;
		int is;
	} rows[] = {
		{ 0, 0, 0 },
		{ -BLOCK_TIME_MAX, BLOCK_TIME_MAX, 0 },
		{ -BLOCK_TIME_MAX - 1, 0, -EBADMSG },
		{ 0, BLOCK_TIME_MAX + 1, -EBADMSG },
		{ INT64_MIN, INT64_MAX, -EBADMSG },
		{ 1, 0, -EBADMSG },
	};
	const struct record record = { .at_ms = 5000, .text = "x", .n = 1 };
	struct record_batch batch;
	struct record_table table;
	struct block_head head;
	uint8_t bytes[BLOCK_HEAD_BYTES];
	char raw[RECORD_HEAD_BYTES + 1];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		head = (struct block_head){ .kind = BLOCK_EVENTS, .from_ms = rows[i].from_ms, .to_ms = rows[i].to_ms };
		block_put_head(&head, bytes);
		ck_assert_int_eq(block_read_head(bytes, &head), rows[i].is);
	}
	record_batch_init(&batch);
	ck_assert_int_eq(record_batch_add(&batch, &record), 0);
	record_batch_copy(&batch, raw);
	head = batch.head;
	ck_assert_int_eq(record_table_open(raw, sizeof raw, &head, &table), 0);
	head.from_ms = 5001;
	head.to_ms = 6000;
	ck_assert_int_eq(record_table_open(raw, sizeof raw, &head, &table), -EBADMSG);
	head.from_ms = 4000;
	head.to_ms = 4999;
	ck_assert_int_eq(record_table_open(raw, sizeof raw, &head, &table), -EBADMSG);
	record_batch_finish(&batch);
}
END_TEST

START_TEST(blocks_without_records_are_passed_over)
{
	struct reel reel;
	bool was_torn;

	for (int is_closed = 0; is_closed < 2; is_closed++) {
		reel_init(&reel);
		reel_begin(&reel, "a.rec");
		reel_block(&reel, BLOCK_BEGINS_SNAPSHOT, 0, "");
		reel_block(&reel, BLOCK_BEGINS_SNAPSHOT, 0, "a");
		reel_block(&reel, 0, 0, "");
		if (is_closed)
			reel_end(&reel);
		else
			reel_crash(&reel);
		ck_assert_str_eq(letters(&reel, "a.rec", &was_torn), "a");
		reel_finish(&reel);
	}
}
END_TEST

START_TEST(what_is_no_recording_is_refused)
{
	struct file_reader reader;
	struct bytes whole;
	struct reel reel;

	reel_init(&reel);
	write_whole(reel_path(&reel, "text"), "OPSCON RECORDINGS are something else", 36);
	ck_assert_int_eq(file_reader_open(&reader, AT_FDCWD, reel_path(&reel, "text"), &reel.codec), -ENOTSUP);
	write_whole(reel_path(&reel, "text"), "hello", 5);
	ck_assert_int_eq(file_reader_open(&reader, AT_FDCWD, reel_path(&reel, "text"), &reel.codec), -EBADMSG);
	ck_assert_int_eq(mkfifo(reel_path(&reel, "fifo"), 0600), 0);
	ck_assert_int_eq(file_reader_open(&reader, AT_FDCWD, reel_path(&reel, "fifo"), &reel.codec), -EBADMSG);
	ck_assert_int_eq(file_reader_open(&reader, AT_FDCWD, reel_path(&reel, "none"), &reel.codec), -ENOENT);
	make_file(&reel, "a.rec");
	reel_end(&reel);
	read_whole(reel_path(&reel, "a.rec"), &whole);
	whole.data[16] = 2; // a later format
	write_whole(reel_path(&reel, "later.rec"), whole.data, whole.len);
	ck_assert_int_eq(file_reader_open(&reader, AT_FDCWD, reel_path(&reel, "later.rec"), &reel.codec), -ENOTSUP);
	bytes_finish(&whole);
	reel_finish(&reel);
}
END_TEST

START_TEST(each_allocation_that_fails_is_said_and_leaves_nothing)
{
	struct file_reader reader;
	struct bytes raw;
	struct reel reel;
	int r = -ENOMEM;

	reel_init(&reel);
	make_file(&reel, "a.rec");
	reel_end(&reel);
	bytes_init(&raw, BLOCK_RAW_MAX);
	for (long n = 0; r == -ENOMEM; n++) {
		ck_assert_int_lt(n, 1000);
		mem_fail_after(n);
		r = file_reader_open(&reader, AT_FDCWD, reel_path(&reel, "a.rec"), &reel.codec);
		if (r == 0) {
			r = file_reader_block(&reader, 0, &reel.codec, &raw);
			file_reader_close(&reader);
		}
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
	}
	bytes_finish(&raw);
	reel_finish(&reel);
}
END_TEST

SUITE("recording file", what_is_written_is_read, a_file_that_was_read_is_closed, a_file_that_is_there_is_left_alone,
      without_its_index_a_file_is_read_to_its_last_whole_block, a_write_that_fails_half_way_leaves_a_whole_file,
      wherever_it_is_cut_off_what_was_whole_is_read, a_wrong_byte_costs_its_block_and_no_other,
      what_is_written_over_or_cut_out_costs_what_it_touches, as_much_as_is_read_in_vain_has_a_limit,
      no_time_is_out_of_this_world, blocks_without_records_are_passed_over, what_is_no_recording_is_refused,
      each_allocation_that_fails_is_said_and_leaves_nothing)
