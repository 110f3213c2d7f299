// SPDX-License-Identifier: Apache-2.0
/* What of a recording cannot be read: blocks that are damaged, and bytes in which there is none. */
#include <errno.h>
#include <inttypes.h>

#include "recording/tape_internal.h"

// At the end of files before that one, back to the last one in which there is a block.
static uint64_t lost_before_file(const struct tape *tape, size_t file)
{
	uint64_t n = 0;

	while (file-- > 0) {
		n += tape->files[file].was_torn ? 0 : tape->files[file].n_lost_end;
		if (tape->files[file].n_blocks)
			break;
	}
	return n;
}

// Right before a block, or the end.
static uint64_t lost_before(const struct tape *tape, size_t block)
{
	size_t file;

	if (block >= tape->n_blocks)
		return lost_before_file(tape, tape->n_files);
	file = tape_file_of(tape, block);
	return tape_place_of(tape, block)->n_lost + (block == tape->first[file] ? lost_before_file(tape, file) : 0);
}

static bool is_bad(const struct tape *tape, size_t block)
{
	return tape_place_of(tape, block)->state == BLOCK_IS_BAD;
}

bool tape_is_after_hole(const struct tape *tape, size_t block)
{
	return lost_before(tape, block) || (block > 0 && is_bad(tape, block - 1));
}

static void widen(struct tape_damage *damage, int64_t from_ms, int64_t to_ms)
{
	bool is_first = !damage->n_blocks && !damage->n_places;

	if (is_first || from_ms < damage->from_ms)
		damage->from_ms = from_ms;
	if (is_first || to_ms > damage->to_ms)
		damage->to_ms = to_ms;
}

void tape_damage_add(const struct tape *tape, size_t block, struct tape_damage *damage)
{
	const struct block_head *head = &tape_place_of(tape, block)->head;

	widen(damage, head->from_ms, head->to_ms);
	damage->n_blocks++;
}

// Behind the last record before a block, and before the first one from there on.
static void time_around(const struct tape *tape, size_t block, size_t next, int64_t *from_ms, int64_t *to_ms)
{
	*to_ms = tape_place_of(tape, next < tape->n_blocks ? next : tape->n_blocks - 1)->head.from_ms;
	*from_ms = block > 0 ? tape_place_of(tape, block - 1)->head.to_ms : *to_ms;
	if (next >= tape->n_blocks)
		*to_ms = tape_place_of(tape, tape->n_blocks - 1)->head.to_ms;
	if (*to_ms < *from_ms) // the clock was set back
		*from_ms = *to_ms;
}

bool tape_damage_add_lost(const struct tape *tape, const struct tape_place *place, struct tape_damage *damage)
{
	uint64_t n = place->record == 0 && tape->n_blocks ? lost_before(tape, place->block) : 0;
	int64_t from_ms, to_ms;

	if (!n)
		return false;
	time_around(tape, place->block, place->block, &from_ms, &to_ms);
	widen(damage, from_ms, to_ms);
	damage->n_bytes += n;
	damage->n_places++;
	return true;
}

bool tape_hole(const struct tape *tape, const struct tape_place *place, struct tape_damage *out)
{
	size_t block = place->block;

	*out = (struct tape_damage){ 0 };
	if (place->record || !tape->n_blocks || !tape_is_after_hole(tape, block))
		return false;
	out->n_bytes = lost_before(tape, block);
	for (; block > 0 && is_bad(tape, block - 1); block--) {
		out->n_blocks++;
		out->n_bytes += lost_before(tape, block - 1);
	}
	out->n_places = out->n_bytes > 0;
	time_around(tape, block, place->block, &out->from_ms, &out->to_ms);
	return true;
}

bool tape_snapshot_goes_on(const struct tape *tape, size_t block)
{
	for (; block < tape->n_blocks; block++) {
		unsigned flags = tape_place_of(tape, block)->head.flags;

		if (flags & BLOCK_BEGINS_SNAPSHOT || tape_begins_run(tape, block))
			return false;
		if (flags & BLOCK_ENDS_SNAPSHOT)
			return true;
	}
	return false;
}

bool tape_next_snapshot(const struct tape *tape, struct tape_place place, int64_t *from_ms)
{
	for (size_t block = place.block + (place.record > 0); block < tape->n_blocks; block++) {
		const struct block_place *at = tape_place_of(tape, block);

		if (!(at->head.flags & BLOCK_BEGINS_SNAPSHOT) || at->state == BLOCK_IS_BAD)
			continue;
		*from_ms = at->head.from_ms;
		return true;
	}
	return false;
}

void tape_damage_words(const struct tape_damage *damage, char out[TAPE_DAMAGE_WORDS_MAX])
{
	struct strbuf s;

	strbuf_init(&s, out, TAPE_DAMAGE_WORDS_MAX);
	if (damage->n_blocks)
		strbuf_addf(&s, "%zu block%s", damage->n_blocks, damage->n_blocks == 1 ? "" : "s");
	if (damage->n_places)
		strbuf_addf(&s, "%s%" PRIu64 " bytes in %zu place%s", damage->n_blocks ? " and " : "", damage->n_bytes,
			    damage->n_places, damage->n_places == 1 ? "" : "s");
}

int tape_check(struct tape *tape, struct tape_damage *out)
{
	const struct record_table *table;
	int r;

	*out = (struct tape_damage){ 0 };
	for (size_t i = 0; i < tape->n_blocks; i++) {
		tape_damage_add_lost(tape, &(struct tape_place){ .block = i }, out);
		r = tape_load(tape, PAGE_LOOK, i, &table);
		if (r < 0 && r != -EBADMSG)
			return r;
		if (r < 0)
			tape_damage_add(tape, i, out);
	}
	tape_damage_add_lost(tape, &(struct tape_place){ .block = tape->n_blocks }, out);
	return 0;
}
