// SPDX-License-Identifier: Apache-2.0
#include "recording/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "recording/shelf.h"
#include "recording/tape_internal.h"

// ---- opening

static int explain(int r, const char *path, const char *name, char *why, size_t size)
{
	const char *what = r == -EBADMSG   ? "this is no recording, or its beginning is damaged"
			   : r == -ENOTSUP ? "it was written by a later version of opscon"
			   : r == -ENODATA ? "there is no recording in it"
					   : strerrordesc_np(-r);

	snprintf(why, size, "%s%s%s: %s", path, *name ? "/" : "", name, what ? what : "failed");
	return r;
}

static int make_room(struct tape *tape, size_t n)
{
	tape->files = mem_calloc(n, sizeof *tape->files);
	tape->first = mem_calloc(n + 1, sizeof *tape->first);
	tape->is_after_gap = mem_calloc(n, sizeof *tape->is_after_gap);
	return tape->files && tape->first && tape->is_after_gap ? 0 : -ENOMEM;
}

// The files of a directory are all open at once.
static bool may_open_more(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= limit.rlim_max)
		return false;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

// Files that do not say which part they are follow each other, as far as all that lie there could be opened.
static bool lacks_something(const struct tape *tape, size_t file, bool was_one_left_out)
{
	const struct file_reader *of = &tape->files[file], *before = of - 1;

	if (file == 0 || strcmp(of->about.boot, before->about.boot) != 0)
		return false;
	if (before->was_torn || before->n_lost_end)
		return true;
	return of->about.part && before->about.part ? of->about.part != before->about.part + 1 : was_one_left_out;
}

static int add_file(struct tape *tape, int at, const char *name, bool was_one_left_out)
{
	struct file_reader *file = &tape->files[tape->n_files];
	int r = file_reader_open(file, at, name, &tape->codec);

	if (r == -EMFILE && may_open_more())
		r = file_reader_open(file, at, name, &tape->codec);
	if (r < 0)
		return r;
	tape->is_after_gap[tape->n_files] = lacks_something(tape, tape->n_files, was_one_left_out);
	tape->n_blocks += file->n_blocks;
	tape->first[++tape->n_files] = tape->n_blocks;
	return 0;
}

static bool is_short_of_means(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE;
}

// A file that cannot be read is left out of many, as long as one is left.
static int open_directory(struct tape *tape, int fd, const char *path, char *why, size_t why_size)
{
	bool was_one_left_out = false;
	struct shelf shelf;
	size_t skip;
	int r = shelf_read(fd, &shelf), failure = 0;

	if (r < 0)
		return explain(r, path, "", why, why_size);
	skip = shelf.n > TAPE_FILES_MAX ? shelf.n - TAPE_FILES_MAX : 0;
	r = make_room(tape, shelf.n + 1);
	for (size_t i = skip; i < shelf.n && !is_short_of_means(r); i++) {
		r = add_file(tape, fd, shelf.files[i].name, was_one_left_out);
		was_one_left_out = r < 0;
		if (r < 0)
			failure = explain(r, path, shelf.files[i].name, why, why_size);
	}
	shelf_finish(&shelf);
	if (is_short_of_means(r))
		return explain(r, path, "", why, why_size);
	if (!tape->n_files)
		return failure ? failure : explain(-ENODATA, path, "", why, why_size);
	return 0;
}

static int open_path(struct tape *tape, const char *path, char *why, size_t why_size)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd >= 0) {
		r = open_directory(tape, fd, path, why, why_size);
		close(fd);
		return r;
	}
	r = errno == ENOTDIR ? make_room(tape, 1) : -errno;
	if (r == 0)
		r = add_file(tape, AT_FDCWD, path, false);
	return r < 0 ? explain(r, path, "", why, why_size) : 0;
}

int tape_open(const char *path, struct tape **out, char *why, size_t why_size)
{
	struct tape *tape = mem_calloc(1, sizeof *tape);
	int r;

	*out = NULL;
	if (!tape)
		return explain(-ENOMEM, path, "", why, why_size);
	for (int i = 0; i < 2; i++)
		bytes_init(&tape->pages[i].raw, BLOCK_RAW_MAX);
	r = open_path(tape, path, why, why_size);
	if (r < 0) {
		tape_close(tape);
		return r;
	}
	*out = tape;
	return 0;
}

void tape_close(struct tape *tape)
{
	if (!tape)
		return;
	for (size_t i = 0; i < tape->n_files; i++)
		file_reader_close(&tape->files[i]);
	for (int i = 0; i < 2; i++)
		bytes_finish(&tape->pages[i].raw);
	block_codec_finish(&tape->codec);
	mem_free(tape->files);
	mem_free(tape->first);
	mem_free(tape->is_after_gap);
	mem_free(tape);
}

// ---- blocks

size_t tape_file_of(const struct tape *tape, size_t block)
{
	size_t low = 0, high = tape->n_files;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (tape->first[mid] <= block)
			low = mid;
		else
			high = mid;
	}
	while (tape->first[low + 1] <= block) // files without blocks
		low++;
	return low;
}

struct block_place *tape_place_of(const struct tape *tape, size_t block)
{
	size_t file = tape_file_of(tape, block);

	return &tape->files[file].blocks[block - tape->first[file]];
}

static const struct block_head *head_of(const struct tape *tape, size_t block)
{
	return &tape_place_of(tape, block)->head;
}

static unsigned flags_of(const struct tape *tape, size_t block)
{
	const struct block_place *place = tape_place_of(tape, block);
	size_t file = tape_file_of(tape, block);
	unsigned flags = place->head.flags;

	if (flags & BLOCK_BEGINS_SNAPSHOT &&
	    (place->n_lost || (block == tape->first[file] && tape->is_after_gap[file])))
		flags |= BLOCK_AFTER_GAP;
	return flags;
}

int tape_load(struct tape *tape, int which, size_t block, const struct record_table **out)
{
	struct page *page = &tape->pages[which];
	size_t file = tape_file_of(tape, block);
	int r;

	*out = &page->table;
	if (page->is_valid && page->block == block)
		return 0;
	page->is_valid = false;
	r = file_reader_block(&tape->files[file], block - tape->first[file], &tape->codec, &page->raw);
	if (r == 0)
		r = record_table_open(page->raw.data, page->raw.len, head_of(tape, block), &page->table);
	if (r == -EIO)
		r = -EBADMSG; // a bad sector
	if (r == 0 || r == -EBADMSG)
		tape_place_of(tape, block)->state = r == 0 ? BLOCK_IS_WHOLE : BLOCK_IS_BAD;
	page->block = block;
	page->is_valid = r == 0;
	return r;
}

void tape_look(const struct tape *tape, struct tape_facts *out)
{
	*out = (struct tape_facts){ .about = &tape->files[0].about,
				    .n_files = tape->n_files,
				    .n_blocks = tape->n_blocks };
	for (size_t i = 0; i < tape->n_blocks; i++) {
		const struct block_head *head = head_of(tape, i);

		if (i == 0 || head->from_ms < out->from_ms)
			out->from_ms = head->from_ms;
		if (i == 0 || head->to_ms > out->to_ms)
			out->to_ms = head->to_ms;
		out->n_snapshots += (head->flags & BLOCK_BEGINS_SNAPSHOT) != 0;
		out->n_gaps += flags_of(tape, i) & BLOCK_AFTER_GAP || tape_is_after_hole(tape, i);
		out->n_records += head->n_records;
		out->n_changes += head->n_changes;
		out->n_transitions += head->n_transitions;
		out->n_raw_bytes += head->raw_bytes;
	}
	for (size_t i = 0; i < tape->n_files; i++) {
		out->n_bytes += tape->files[i].size;
		out->was_torn |= tape->files[i].was_torn;
		out->n_cut += tape->files[i].was_torn ? tape->files[i].n_lost_end : 0;
		out->n_stray += tape->files[i].n_stray;
		out->n_damaged_files += tape->files[i].is_about_lost || tape->files[i].is_index_lost;
	}
}

// ---- places

struct tape_place tape_begin(const struct tape *tape)
{
	(void)tape;
	return (struct tape_place){ 0 };
}

struct tape_place tape_end(const struct tape *tape)
{
	return (struct tape_place){ .block = tape->n_blocks };
}

int tape_compare(const struct tape_place *a, const struct tape_place *b)
{
	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	return a->record < b->record ? -1 : a->record > b->record;
}

// Behind a block's last record is before the next block's first.
static void settle(const struct tape *tape, struct tape_place *place)
{
	while (place->block < tape->n_blocks && place->record >= head_of(tape, place->block)->n_records) {
		place->block++;
		place->record = 0;
	}
}

int tape_at_time(struct tape *tape, int64_t at_ms, struct tape_place *out)
{
	const struct record_table *table;
	size_t block = tape->n_blocks;
	struct record record;
	int r;

	*out = tape_begin(tape);
	while (block > 0 && head_of(tape, block - 1)->from_ms > at_ms)
		block--;
	if (block == 0)
		return 0;
	out->block = block - 1;
	r = tape_load(tape, PAGE_LOOK, out->block, &table);
	if (r < 0) { // damaged: behind it
		out->block++;
		return r == -EBADMSG ? 0 : r;
	}
	for (out->record = table->n; out->record > 0; out->record--) {
		record_table_at(table, out->record - 1, &record);
		if (record.at_ms <= at_ms)
			break;
	}
	settle(tape, out);
	return 0;
}

bool tape_begins_run(const struct tape *tape, size_t block)
{
	const struct file_reader *file, *before;

	if (block == 0 || block >= tape->n_blocks)
		return block == 0;
	file = &tape->files[tape_file_of(tape, block)];
	before = &tape->files[tape_file_of(tape, block - 1)];
	return file != before && strcmp(file->about.boot, before->about.boot) != 0;
}

static bool is_bad(const struct tape *tape, size_t block)
{
	return tape_place_of(tape, block)->state == BLOCK_IS_BAD;
}

static size_t nearest_snapshot(const struct tape *tape, size_t block)
{
	bool is_whole = false;

	while (block > 0) {
		unsigned flags = is_bad(tape, --block) ? 0 : flags_of(tape, block);

		is_whole |= (flags & BLOCK_ENDS_SNAPSHOT) != 0;
		if (flags & BLOCK_BEGINS_SNAPSHOT && (is_whole || flags & BLOCK_AFTER_GAP))
			break;
		if (tape_begins_run(tape, block))
			break;
		if (tape_is_after_hole(tape, block))
			is_whole = false;
	}
	return block;
}

// Whether all of a snapshot can be read, as far as it goes before `end`.
static bool is_readable(struct tape *tape, size_t block, size_t end)
{
	const struct record_table *table;

	for (; block < end; block++) {
		if (tape_place_of(tape, block)->state == BLOCK_IS_UNREAD &&
		    tape_load(tape, PAGE_LOOK, block, &table) < 0)
			return false;
		if (flags_of(tape, block) & BLOCK_ENDS_SNAPSHOT)
			return true;
	}
	return true;
}

struct tape_place tape_snapshot_before(struct tape *tape, struct tape_place place)
{
	size_t block = nearest_snapshot(tape, place.block), before = SIZE_MAX;

	while (block != before && !is_readable(tape, block, place.block)) { // what is damaged is known now
		before = block;
		block = nearest_snapshot(tape, place.block);
	}
	return (struct tape_place){ .block = block };
}

int tape_peek(struct tape *tape, const struct tape_place *place, struct record *out)
{
	const struct record_table *table;
	int r;

	if (place->block >= tape->n_blocks)
		return 0;
	r = tape_load(tape, PAGE_READ, place->block, &table);
	if (r < 0)
		return r;
	if (place->record >= table->n)
		return -EINVAL;
	record_table_at(table, place->record, out);
	return 1;
}

int tape_next(struct tape *tape, struct tape_place *place, struct record *out)
{
	int r;

	settle(tape, place);
	r = tape_peek(tape, place, out);
	if (r < 0) {
		place->block++;
		place->record = 0;
	} else if (r == 1) {
		place->record++;
		settle(tape, place);
	}
	return r;
}

// To the record right before the place. False at the beginning.
static bool step_back(const struct tape *tape, struct tape_place *place)
{
	while (place->record == 0) {
		if (place->block == 0)
			return false;
		place->record = head_of(tape, --place->block)->n_records;
	}
	place->record--;
	return true;
}

int tape_before(struct tape *tape, struct tape_place place, struct record *out)
{
	const struct record_table *table;
	int r;

	if (!step_back(tape, &place))
		return 0;
	r = tape_load(tape, PAGE_LOOK, place.block, &table);
	if (r < 0)
		return r;
	record_table_at(table, place.record, out);
	return 1;
}

unsigned tape_flags(const struct tape *tape, const struct tape_place *place)
{
	return place->record == 0 && place->block < tape->n_blocks ? flags_of(tape, place->block) : 0;
}

bool tape_is_other_run(const struct tape *tape, const struct tape_place *place)
{
	return place->record == 0 && tape_begins_run(tape, place->block);
}

const char *tape_boot(const struct tape *tape, size_t block)
{
	return tape->files[tape_file_of(tape, block)].about.boot;
}

bool tape_gap(const struct tape *tape, const struct tape_place *place, int64_t *from_ms, int64_t *to_ms)
{
	struct tape_damage hole;

	if (place->block == 0 || place->block >= tape->n_blocks)
		return false;
	if (tape_hole(tape, place, &hole)) {
		*from_ms = hole.from_ms;
		*to_ms = hole.to_ms;
	} else if (tape_flags(tape, place) & BLOCK_AFTER_GAP || tape_is_other_run(tape, place)) {
		*from_ms = head_of(tape, place->block - 1)->to_ms;
		*to_ms = head_of(tape, place->block)->from_ms;
	} else {
		return false;
	}
	return *from_ms < *to_ms;
}

// ---- finding

static bool may_have(const struct block_head *head, unsigned flags)
{
	return (flags & RECORD_CHANGE && head->n_changes) || (flags & RECORD_TRANSITION && head->n_transitions) ||
	       (flags & ~(unsigned)(RECORD_CHANGE | RECORD_TRANSITION)) != 0;
}

static bool is_match(const struct record_table *table, size_t i, unsigned flags)
{
	struct record record;

	record_table_at(table, i, &record);
	return record.flags & flags && !(record.flags & RECORD_RESTATED);
}

// Of one block, from a record on, or before it. True with the one behind the match.
static bool find_in(const struct record_table *table, size_t from, int direction, unsigned flags, size_t *behind)
{
	if (direction > 0) {
		for (size_t i = from; i < table->n; i++)
			if (is_match(table, i, flags)) {
				*behind = i + 1;
				return true;
			}
		return false;
	}
	for (size_t i = from < table->n ? from : table->n; i-- > 0;)
		if (is_match(table, i, flags)) {
			*behind = i + 1;
			return true;
		}
	return false;
}

int tape_find(struct tape *tape, struct tape_place from, int direction, unsigned flags, struct tape_place *out)
{
	const struct record_table *table;
	size_t behind;
	int r;

	if (direction < 0 && !step_back(tape, &from)) // the record before the place is the one that is seen now
		return 0;
	while (from.block < tape->n_blocks) {
		if (may_have(head_of(tape, from.block), flags)) {
			r = tape_load(tape, PAGE_LOOK, from.block, &table);
			if (r < 0 && r != -EBADMSG)
				return r;
			if (r == 0 && find_in(table, from.record, direction, flags, &behind)) {
				*out = (struct tape_place){ from.block, behind };
				settle(tape, out);
				return 1;
			}
		}
		if (direction < 0 && from.block == 0)
			return 0;
		from.block += direction > 0 ? 1 : SIZE_MAX;
		from.record = direction > 0 ? 0 : SIZE_MAX;
	}
	return 0;
}
