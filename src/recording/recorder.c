// SPDX-License-Identifier: Apache-2.0
#include "recording/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/container_of.h"
#include "base/memory.h"
#include "fleet/snapshot.h"
#include "recording/recorder_internal.h"
#include "text/text.h"
#include "wire/event_json.h"

enum {
	JOBS_MAX = 4096,
	TEXT_KEPT = 1 << 20, // bytes of memory
	SLICE_TAKE = 16,     // events of a snapshot beside each one that happens, ...
	SLICE_TICK = 4000,   // ... and each second: some 10 ms
	STANDSTILL_MS = 10000,
};

static const struct recorder_limits defaults = {
	.file_bytes = 64 << 20,
	.file_ms = 24 * 3600 * INT64_C(1000),
	.snapshot_ms = 600 * INT64_C(1000),
	.snapshot_bytes = 16 << 20,
	.flush_ms = 5000,
	.waiting_bytes = 64 << 20,
	.retry_ms = 5000,
	.retry_max_ms = 60000,
};

// ---- to the thread

// A gap: nothing is taken until there is room again, and then a snapshot mends it.
static void fall_behind(struct recorder *recorder)
{
	recorder->state.is_behind = true;
	recorder->state.n_lost += recorder->batch.head.n_records;
	fleet_snapshot_destroy(recorder->snapshot);
	recorder->snapshot = NULL;
	record_batch_reset(&recorder->batch);
	recorder->flags = 0;
	recorder->filling_since_ms = 0;
}

static struct recorder_job *make_job(struct recorder *recorder)
{
	const struct record_batch *batch = &recorder->batch;
	size_t n = record_batch_bytes(batch);
	struct recorder_job *job = mem_alloc(sizeof *job + n);

	if (!job)
		return NULL;
	*job = (struct recorder_job){ .head = batch->head,
				      .begins_file = recorder->begins_file,
				      .begins_again = recorder->begins_again,
				      .aged_ms = recorder->aged_ms,
				      .n = n };
	job->head.kind = BLOCK_EVENTS;
	job->head.flags = (uint8_t)recorder->flags;
	record_batch_copy(batch, job->raw);
	return job;
}

// What was handed over since the failure, and what waits to be, is lost with it.
static void stand_still(struct recorder *recorder)
{
	fall_behind(recorder);
	recorder->begins_file = recorder->begins_again = false;
	recorder->n_files_wanted = 0;
	recorder->is_trying = false;
	recorder->retry_at_ms = 0;
}

static void take_state(struct recorder *recorder)
{
	const struct recorder_state *shared = &recorder->shared;

	recorder->state.error = shared->error;
	recorder->state.written_ms = shared->written_ms;
	recorder->state.begun_ms = shared->begun_ms;
	recorder->state.n_bytes = shared->n_bytes;
	recorder->state.n_file_bytes = shared->n_file_bytes;
	recorder->state.n_files = shared->n_files;
	recorder->state.n_lost += shared->n_lost - recorder->seen_unwritten;
	recorder->seen_unwritten = shared->n_lost;
	memcpy(recorder->state.path, shared->path, sizeof shared->path);
	if (recorder->shared_failures != recorder->seen_failures) {
		recorder->seen_failures = recorder->shared_failures;
		stand_still(recorder);
	}
	recorder->is_trying = recorder->is_trying && shared->error;
}

// What the thread would do, here and now.
static void do_job(struct recorder *recorder, struct recorder_job *job)
{
	struct batch_jobs jobs = { 0 };

	record_batch_reset(&recorder->batch); // it is in the job
	batch_jobs_push(&jobs, &job->link);
	recorder_batch_class.work(recorder, &jobs);
	recorder_batch_class.publish(recorder);
	take_state(recorder);
	mem_free(job);
}

static int hand_over(struct recorder *recorder, struct recorder_job *job)
{
	size_t n = job->n, n_records = job->head.n_records;
	int r = 0;

	if (recorder->is_waiting)
		do_job(recorder, job);
	else
		r = batch_thread_put(&recorder->thread, &job->link);
	recorder->n_waiting += r == 0 && !recorder->is_waiting ? n : 0;
	recorder->n_since_snapshot += r == 0 ? n : 0;
	recorder->state.n_records += r == 0 ? n_records : 0;
	return r;
}

// Hands the batch over, be it full or not.
static void flush(struct recorder *recorder)
{
	struct recorder_job *job;

	if (!recorder->batch.head.n_records)
		return;
	job = recorder->n_waiting < recorder->limits.waiting_bytes ? make_job(recorder) : NULL;
	if (!job || hand_over(recorder, job) < 0) {
		mem_free(job);
		fall_behind(recorder);
		return;
	}
	recorder->begins_file = recorder->begins_again = false;
	recorder->flags = 0;
	recorder->filling_since_ms = 0;
	record_batch_reset(&recorder->batch);
}

// ---- events

static int write_text(struct recorder *recorder, const struct event *event)
{
	unsigned flags = wire_told_flags(&recorder->told, event);
	int r = wire_is_untold(&recorder->told, event) ? -EMSGSIZE : 0;

	bytes_reset(&recorder->text);
	if (r == 0)
		r = event_json_write(event, flags, &recorder->text);
	while (r == -EMSGSIZE && event->type == EVENT_OPERATION &&
	       (flags = wire_told_shorten(&recorder->told, event->u.operation->no, flags)))
		r = event_json_write(event, flags, &recorder->text);
	return r;
}

// Another snapshot would not bring them either.
static bool is_too_large(int error, const struct event *event)
{
	return error == -EMSGSIZE && (event->type == EVENT_SCRAPE || event->type == EVENT_OPERATION);
}

// What cannot be written down, for want of memory or for its size, is a gap like any other.
static void add(struct recorder *recorder, const struct event *event, unsigned flags, struct instant now)
{
	struct record record = { .at_ms = now.wall_ms, .agent = event->agent, .flags = flags };
	int r = write_text(recorder, event);

	if (r == -EINVAL)
		return; // its maker says itself that it lacks something
	if (is_too_large(r, event))
		return;
	record.text = recorder->text.data;
	record.n = recorder->text.len;
	if (r == 0 && record_batch_bytes(&recorder->batch) + record.n > BLOCK_CUT_BYTES)
		flush(recorder);
	if (recorder->state.is_behind)
		return;
	if (r == 0)
		r = record_batch_add(&recorder->batch, &record);
	if (recorder->text.cap > TEXT_KEPT)
		bytes_finish(&recorder->text);
	if (r < 0) {
		fall_behind(recorder);
		return;
	}
	if (!recorder->filling_since_ms)
		recorder->filling_since_ms = now.mono_ms;
}

// Nothing of the trail: who reads it may read it, and it is kept for itself.
static bool is_recorded(const struct event *event)
{
	return event->type != EVENT_AUDIT_LIST && event->type != EVENT_AUDIT_CHECK && event->type != EVENT_PLAN;
}

// ---- snapshots

static void end_snapshot(struct recorder *recorder)
{
	fleet_snapshot_destroy(recorder->snapshot);
	recorder->snapshot = NULL;
	recorder->flags |= BLOCK_ENDS_SNAPSHOT;
	flush(recorder);
	recorder->n_since_snapshot = 0;
}

static void tell_snapshot(struct recorder *recorder, size_t n, struct instant now)
{
	struct event *event = NULL;

	while (n-- && recorder->snapshot && !recorder->state.is_behind) {
		if (fleet_snapshot_next(recorder->snapshot, now.wall_ms, &event) < 0)
			return; // again the next time
		if (!event) {
			end_snapshot(recorder);
			return;
		}
		turns_take(&recorder->turns, event);
		add(recorder, event, RECORD_RESTATED, now);
		event_unref(event);
	}
}

/* A clock that has just been set forward, by mistake perhaps, makes no file old: it is believed when the next file is
 * begun.
 */
static void begin_file(struct recorder *recorder, struct instant now)
{
	int64_t expected_ms = recorder->file_begun_wall_ms + (now.mono_ms - recorder->file_begun_ms);

	recorder->begins_file = true; // also with the next snapshot, should this one not get there
	recorder->n_files_wanted = recorder->state.n_files + 1;
	recorder->aged_ms = now.wall_ms < expected_ms ? now.wall_ms : expected_ms;
	recorder->file_begun_ms = now.mono_ms;
	recorder->file_begun_wall_ms = now.wall_ms;
}

static void begin_snapshot(struct recorder *recorder, bool begins_file, struct instant now)
{
	bool is_mending = recorder->state.is_behind;

	flush(recorder);
	if (recorder->state.is_behind && !is_mending)
		return; // just now
	if (fleet_snapshot_create(recorder->fleet, &recorder->snapshot) < 0) {
		recorder->state.is_behind |= !recorder->has_begun; // what follows the first one means nothing without
		return;
	}
	recorder->has_begun = true;
	recorder->told.n = 0; // whoever begins to read here has no plans
	recorder->state.is_behind = false;
	recorder->flags = BLOCK_BEGINS_SNAPSHOT | (is_mending ? BLOCK_AFTER_GAP : 0u);
	recorder->snapshot_at_ms = now.mono_ms;
	recorder->n_since_snapshot = 0;
	if (begins_file)
		begin_file(recorder, now);
	tell_snapshot(recorder, recorder->is_waiting ? SIZE_MAX : SLICE_TICK, now);
}

static bool wants_file(const struct recorder *recorder, struct instant now)
{
	const struct recorder_limits *limits = &recorder->limits;

	if (!recorder->is_dir || recorder->state.n_files < recorder->n_files_wanted) // it is on its way
		return false;
	return recorder->state.n_file_bytes >= limits->file_bytes ||
	       now.mono_ms - recorder->file_begun_ms >= limits->file_ms;
}

static bool wants_snapshot(const struct recorder *recorder, struct instant now)
{
	const struct recorder_limits *limits = &recorder->limits;

	return recorder->n_since_snapshot >= limits->snapshot_bytes ||
	       now.mono_ms - recorder->snapshot_at_ms >= limits->snapshot_ms;
}

// ---- the owner

static void take_limits(struct recorder_limits *limits)
{
	if (!limits->file_bytes)
		limits->file_bytes = defaults.file_bytes;
	if (limits->all.n_bytes && limits->file_bytes > limits->all.n_bytes / 4)
		limits->file_bytes = limits->all.n_bytes / 4; // whole files go: there must be several
	if (!limits->file_ms)
		limits->file_ms = defaults.file_ms;
	if (limits->all.age_ms && limits->file_ms > limits->all.age_ms / 4)
		limits->file_ms = limits->all.age_ms / 4;
	if (!limits->snapshot_ms)
		limits->snapshot_ms = defaults.snapshot_ms;
	if (!limits->snapshot_bytes)
		limits->snapshot_bytes = defaults.snapshot_bytes;
	if (!limits->flush_ms)
		limits->flush_ms = defaults.flush_ms;
	if (!limits->waiting_bytes)
		limits->waiting_bytes = defaults.waiting_bytes;
	if (!limits->retry_ms)
		limits->retry_ms = defaults.retry_ms;
	if (!limits->retry_max_ms)
		limits->retry_max_ms = defaults.retry_max_ms;
}

static struct recorder *make(const struct recorder_options *options, struct instant now)
{
	struct recorder *recorder = mem_calloc(1, sizeof *recorder);

	if (!recorder)
		return NULL;
	file_writer_init(&recorder->file);
	record_batch_init(&recorder->batch);
	bytes_init(&recorder->text, RECORD_TEXT_MAX);
	about_init(&recorder->about, now.wall_ms);
	recorder->dir_fd = -1;
	recorder->is_dir = !options->path;
	recorder->is_waiting = options->is_waiting;
	recorder->ticked_ms = now.mono_ms;
	recorder->keeps_trying = options->keeps_trying && recorder->is_dir;
	recorder->fleet = options->fleet;
	recorder->limits = options->limits;
	recorder->wake = options->wake;
	recorder->ctx = options->ctx;
	take_limits(&recorder->limits);
	recorder->codec.level = recorder->limits.zstd_level;
	snprintf(recorder->place, sizeof recorder->place, "%s", options->path ? options->path : options->dir);
	for (size_t n = strlen(recorder->place); n > 1 && recorder->place[n - 1] == '/';)
		recorder->place[--n] = '\0'; // it has a parent that is another one
	snprintf(recorder->about.fleet, sizeof recorder->about.fleet, "%s",
		 options->fleet_name ? options->fleet_name : "");
	text_trim(recorder->about.fleet);
	if (options->boot)
		snprintf(recorder->about.boot, sizeof recorder->about.boot, "%s", options->boot);
	recorder->about.is_demo = options->is_demo;
	snprintf(recorder->about.dropped, sizeof recorder->about.dropped, "%s",
		 options->dropped ? options->dropped : "");
	return recorder;
}

static void free_all(struct recorder *recorder)
{
	fleet_snapshot_destroy(recorder->snapshot);
	file_writer_finish(&recorder->file);
	block_codec_finish(&recorder->codec);
	record_batch_finish(&recorder->batch);
	bytes_finish(&recorder->text);
	turns_finish(&recorder->turns);
	dir_lock_release(&recorder->dir_lock);
	if (recorder->dir_fd >= 0)
		close(recorder->dir_fd);
	mem_free(recorder);
}

// What a disk refuses now it may take later.
static int begin(struct recorder *recorder, int64_t now_ms)
{
	int r = recorder_open_place(recorder, now_ms);

	if (r < 0 && r != -ENOMEM && r != -EBUSY && recorder->keeps_trying) {
		recorder->error = recorder->stopped = r;
		recorder->n_failures++;
		r = 0;
	}
	recorder_batch_class.publish(recorder);
	take_state(recorder);
	if (r == 0 && !recorder->is_waiting)
		r = batch_thread_start(&recorder->thread, &recorder_batch_class, recorder, JOBS_MAX);
	return r;
}

int recorder_create(const struct recorder_options *options, struct instant now, struct recorder **out, char *why,
		    size_t why_size)
{
	struct recorder *recorder = make(options, now);
	int r = recorder ? begin(recorder, now.wall_ms) : -ENOMEM;

	*out = NULL;
	if (r < 0) {
		if (r == -EBUSY && recorder && recorder->holder[0])
			snprintf(why, why_size, "%s: another process records into it: %s", options->dir,
				 recorder->holder);
		else
			snprintf(why, why_size, "%s: %s", options->path ? options->path : options->dir, strerror(-r));
		if (recorder)
			free_all(recorder);
		return r;
	}
	if (!recorder->state.error)
		begin_snapshot(recorder, false, now);
	recorder->file_begun_ms = now.mono_ms;
	recorder->file_begun_wall_ms = now.wall_ms;
	*out = recorder;
	return 0;
}

static bool has_ended(const struct recorder *recorder)
{
	return recorder->state.error && !recorder->keeps_trying;
}

void recorder_take(struct recorder *recorder, const struct event *event, struct instant now)
{
	unsigned flags;

	if (has_ended(recorder) || !is_recorded(event))
		return;
	flags = turns_take(&recorder->turns, event);
	if (recorder->state.is_behind) {
		recorder->state.n_lost++;
		return;
	}
	add(recorder, event, flags, now);
	recorder->state.n_events += !recorder->state.is_behind;
	tell_snapshot(recorder, SLICE_TAKE, now);
}

// The waits grow until it has gone well for as long as the longest of them.
static void try_again(struct recorder *recorder, struct instant now)
{
	const struct recorder_limits *limits = &recorder->limits;

	if (!recorder->retry_at_ms) {
		if (now.mono_ms - recorder->again_at_ms > 2 * limits->retry_max_ms)
			recorder->retry_wait_ms = 0;
		recorder->retry_wait_ms = recorder->retry_wait_ms ? 2 * recorder->retry_wait_ms : limits->retry_ms;
		if (recorder->retry_wait_ms > limits->retry_max_ms)
			recorder->retry_wait_ms = limits->retry_max_ms;
		recorder->retry_at_ms = now.mono_ms + recorder->retry_wait_ms;
	}
	if (now.mono_ms < recorder->retry_at_ms)
		return;
	recorder->retry_at_ms = 0;
	recorder->again_at_ms = now.mono_ms;
	recorder->is_trying = recorder->begins_again = true;
	begin_snapshot(recorder, true, now);
	if (recorder->state.is_behind) // there was no memory for it, or it has failed already
		stand_still(recorder);
}

void recorder_tick(struct recorder *recorder, struct instant now)
{
	recorder->ticked_ms = now.mono_ms;
	recorder_take_in(recorder);
	if (recorder->state.error && !recorder->is_trying) {
		if (recorder->keeps_trying)
			try_again(recorder, now);
		return;
	}
	if (recorder->state.is_behind) {
		if (recorder->n_waiting <= recorder->limits.waiting_bytes / 2)
			begin_snapshot(recorder, false, now);
		return;
	}
	if (recorder->snapshot)
		tell_snapshot(recorder, SLICE_TICK, now);
	else if (wants_file(recorder, now))
		begin_snapshot(recorder, true, now);
	else if (wants_snapshot(recorder, now))
		begin_snapshot(recorder, false, now);
	if (recorder->filling_since_ms && now.mono_ms - recorder->filling_since_ms >= recorder->limits.flush_ms)
		flush(recorder);
}

void recorder_mend(struct recorder *recorder, struct instant now)
{
	if (recorder->state.error && !recorder->is_trying)
		return;
	flush(recorder);
	fall_behind(recorder);
	begin_snapshot(recorder, false, now);
}

bool recorder_wake(struct recorder *recorder, struct instant now)
{
	if (now.mono_ms - recorder->ticked_ms <= STANDSTILL_MS)
		return false;
	recorder->ticked_ms = now.mono_ms;
	if (recorder->state.error || recorder->state.is_behind) // there will be a gap
		return false;
	recorder_mend(recorder, now);
	return true;
}

void recorder_take_in(struct recorder *recorder)
{
	struct batch_jobs jobs;

	if (recorder->is_waiting)
		return;
	jobs = batch_thread_take(&recorder->thread);
	for (struct batch_job *link; (link = batch_jobs_pop(&jobs));) {
		struct recorder_job *job = container_of(link, struct recorder_job, link);

		recorder->n_waiting -= job->n;
		mem_free(job);
	}
	batch_thread_lock(&recorder->thread);
	take_state(recorder);
	batch_thread_unlock(&recorder->thread);
}

const struct recorder_state *recorder_look(const struct recorder *recorder)
{
	return &recorder->state;
}

static int stop_writing(struct recorder *recorder, unsigned timeout_ms)
{
	int r = 0;

	if (recorder->is_waiting) {
		recorder_batch_class.end(recorder);
		take_state(recorder);
	} else {
		r = batch_thread_stop(&recorder->thread, timeout_ms);
		recorder_take_in(recorder);
	}
	return r;
}

int recorder_destroy(struct recorder *recorder, struct instant now, unsigned timeout_ms, struct recorder_state *out)
{
	int r;

	if (out)
		*out = (struct recorder_state){ 0 };
	if (!recorder)
		return 0;
	if (!recorder->state.error || recorder->is_trying)
		tell_snapshot(recorder, SIZE_MAX, now);
	flush(recorder);
	r = stop_writing(recorder, timeout_ms);
	if (out)
		*out = recorder->state;
	if (r < 0)
		return r;
	r = recorder->state.error;
	if (!recorder->is_waiting)
		batch_thread_finish(&recorder->thread);
	free_all(recorder);
	return r;
}
