// SPDX-License-Identifier: Apache-2.0
#include "recording/export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "opscon/fleet.h"
#include "recording/recorder.h"
#include "wire/event_json.h"

struct cutter {
	struct tape *tape; // borrowed
	struct tape_facts facts;
	int64_t from_ms, to_ms;
	struct tape_place from, end; // of what is cut out: by places, as the clock may have been set
	struct fleet *fleet;         // owned: as it was then
	struct recorder *recorder;   // owned: from `from` on
	struct event_reader reader;
	struct tape_place place;
	bool takes_restated, has_gap;
	bool owes_gap;              // to the file: it is noted with what comes next
	size_t start_block;         // what is missing before it is of no account
	int64_t at_ms;              // wall: of the record that was read last
	struct export_outcome *out; // borrowed
};

static struct instant at(int64_t ms)
{
	return (struct instant){ .mono_ms = ms, .wall_ms = ms };
}

// All that may have been left out; what was is counted.
static void list_dropped(char *out, size_t size)
{
	struct strbuf text;

	strbuf_init(&text, out, size);
	for (int i = 0; i < REDACTED_COUNT; i++)
		strbuf_addf(&text, "%s%s", i ? ", " : "", redacted_name((enum redacted)i));
}

static int begin(struct cutter *cutter, const char *path, char *why, size_t why_size)
{
	const struct about *about = cutter->facts.about;
	char dropped[ABOUT_DROPPED_MAX];
	const struct recorder_options options = {
		.path = path,
		.fleet_name = about->fleet,
		.dropped = dropped,
		.is_demo = about->is_demo,
		.is_waiting = true,
		.fleet = cutter->fleet,
	};

	list_dropped(dropped, sizeof dropped);
	return recorder_create(&options, at(cutter->from_ms), &cutter->recorder, why, why_size);
}

// Something could not be read: the next snapshot that was recorded mends what is known.
static void leave_gap(struct cutter *cutter)
{
	cutter->has_gap = true;
	cutter->owes_gap = cutter->recorder != NULL; // before it begins nothing is missing in it
}

// By a snapshot of what is known, as the next one that was recorded may not come any more.
static void note_gap(struct cutter *cutter, int64_t at_ms)
{
	if (cutter->owes_gap)
		recorder_mend(cutter->recorder, at(at_ms));
	cutter->owes_gap = false;
}

static int take_event(struct cutter *cutter, struct event *event, int64_t at_ms)
{
	bool is_end = event->type == EVENT_SNAPSHOT && event->u.snapshot.is_end;
	int r = 0;

	if (!redact_event(event, cutter->out->n_redacted))
		return 0;
	r = fleet_apply(cutter->fleet, event);
	if (cutter->recorder && is_end) {
		recorder_mend(cutter->recorder, at(at_ms));
		cutter->owes_gap = false;
	} else if (cutter->recorder && !cutter->takes_restated) {
		recorder_take(cutter->recorder, event, at(at_ms));
	}
	if (is_end)
		cutter->takes_restated = false;
	if (r == 0 && cutter->recorder) {
		recorder_tick(cutter->recorder, at(at_ms));
		r = recorder_look(cutter->recorder)->error;
	}
	return r;
}

/* Behind something that cannot be read. The end of a snapshot may have been there: what it has not said until then is
 * not known.
 */
static int leave_hole(struct cutter *cutter)
{
	struct event *event;
	int r;

	if (!cutter->takes_restated || tape_snapshot_goes_on(cutter->tape, cutter->place.block))
		return 0;
	event = event_new(EVENT_SNAPSHOT, cutter->at_ms, 0);
	if (!event)
		return -ENOMEM;
	event->channel = CHANNEL_SYSTEM;
	event->is_restated = true;
	event->u.snapshot.is_end = true;
	event->u.snapshot.overall_since_ms = cutter->at_ms;
	r = take_event(cutter, event, cutter->at_ms);
	event_unref(event);
	return r;
}

// What a snapshot says is known already, unless something is missing before it.
static int enter(struct cutter *cutter)
{
	unsigned flags = tape_flags(cutter->tape, &cutter->place);
	bool is_other = tape_is_other_run(cutter->tape, &cutter->place);
	bool is_start = cutter->place.block > 0 && cutter->place.block == cutter->start_block;
	struct tape_damage before = { 0 };
	int r = 0;

	if (tape_damage_add_lost(cutter->tape, &cutter->place, is_start ? &before : &cutter->out->damage)) {
		r = leave_hole(cutter);
		if (!is_start)
			leave_gap(cutter);
	}
	if (is_other)
		event_reader_forget(&cutter->reader);
	if (flags & BLOCK_BEGINS_SNAPSHOT && (flags & BLOCK_AFTER_GAP || is_other || cutter->has_gap)) {
		cutter->takes_restated = true;
		cutter->has_gap = false;
	}
	return r;
}

static int take(struct cutter *cutter, const struct record *record)
{
	struct event *event = NULL;
	int r;

	if (record->flags & RECORD_RESTATED && !cutter->takes_restated)
		return 0;
	r = event_json_read(&cutter->reader, record->text, record->n, &event, NULL);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		cutter->out->n_bad++;
		leave_gap(cutter);
	}
	if (event && !cutter->takes_restated) // else its end notes it
		note_gap(cutter, record->at_ms);
	r = event ? take_event(cutter, event, record->at_ms) : 0;
	event_unref(event);
	return r;
}

// The next record, or what is in its place.
static int cut_next(struct cutter *cutter)
{
	struct record record = { .at_ms = cutter->at_ms };
	int r = 0;

	if (cutter->place.record == 0)
		r = enter(cutter);
	if (r == 0)
		r = tape_next(cutter->tape, &cutter->place, &record);
	if (r == 1) {
		cutter->at_ms = record.at_ms;
		return take(cutter, &record);
	}
	if (r != -EBADMSG)
		return r;
	tape_damage_add(cutter->tape, cutter->place.block - 1, &cutter->out->damage);
	leave_gap(cutter);
	return leave_hole(cutter);
}

static int cut(struct cutter *cutter, const char *path, char *why, size_t why_size)
{
	int r = 0;

	while (r == 0) {
		if (tape_compare(&cutter->place, &cutter->from) >= 0 && !cutter->recorder)
			r = begin(cutter, path, why, why_size);
		if (r < 0)
			return r;
		if (tape_compare(&cutter->place, &cutter->end) >= 0)
			break;
		r = cut_next(cutter);
	}
	if (r == 0 && cutter->end.block == cutter->facts.n_blocks &&
	    tape_damage_add_lost(cutter->tape, &cutter->end, &cutter->out->damage))
		leave_gap(cutter);
	if (r == 0)
		note_gap(cutter, cutter->to_ms);
	return r;
}

static int finish(struct cutter *cutter, int r, const char *path)
{
	bool was_begun = cutter->recorder != NULL;
	struct recorder_state state;
	int end = recorder_destroy(cutter->recorder, at(cutter->to_ms), 0, &state);

	cutter->out->n_events = state.n_records;
	cutter->out->n_bytes = state.n_bytes;
	event_reader_finish(&cutter->reader);
	fleet_destroy(cutter->fleet);
	r = r ? r : end;
	if (r < 0 && was_begun)
		unlink(path);
	return r;
}

static int prepare(struct cutter *cutter, const struct export_options *options)
{
	const struct tape_facts *facts = &cutter->facts;
	int r;

	tape_look(cutter->tape, &cutter->facts);
	cutter->from_ms = options->from_ms > facts->from_ms ? options->from_ms : facts->from_ms;
	cutter->to_ms = options->to_ms && options->to_ms < facts->to_ms ? options->to_ms : facts->to_ms;
	if (!facts->n_blocks || cutter->from_ms > cutter->to_ms)
		return -ERANGE;
	r = fleet_create(NULL, &cutter->fleet);
	if (r == 0)
		r = tape_at_time(cutter->tape, cutter->from_ms, &cutter->from);
	if (r == 0)
		r = tape_at_time(cutter->tape, cutter->to_ms, &cutter->end);
	if (r == 0)
		cutter->place = tape_snapshot_before(cutter->tape, cutter->from);
	cutter->start_block = cutter->place.block;
	cutter->at_ms = cutter->from_ms;
	return r;
}

int recording_export(struct tape *tape, const struct export_options *options, struct export_outcome *out, char *why,
		     size_t why_size)
{
	struct cutter cutter = { .tape = tape, .out = out, .takes_restated = true };
	int r;

	*out = (struct export_outcome){ 0 };
	why[0] = '\0';
	event_reader_init(&cutter.reader, 0);
	r = prepare(&cutter, options);
	if (r == 0)
		r = cut(&cutter, options->path, why, why_size);
	r = finish(&cutter, r, options->path);
	if (r == -ERANGE)
		snprintf(why, why_size, "nothing of the recording is of that time");
	else if (r < 0 && !why[0])
		snprintf(why, why_size, "%s", strerrordesc_np(-r));
	return r;
}
