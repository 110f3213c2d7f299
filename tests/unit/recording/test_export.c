// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "opscon/fleet.h"
#include "recording/export.h"
#include "recording/redact.h"
#include "tests/support/event_dice.h"
#include "tests/support/suite.h"
#include "tests/unit/recording/studio.h"
#include "wire/event_json.h"

enum { MINUTE = 60000 };

START_TEST(urls_lose_what_could_be_a_secret)
{
	static const struct {
		const char *text, *is;
	} rows[] = {
		{ "", "" },
		{ "no url", "no url" },
		{ "http://host/path", "http://host/path" },
		{ "http://bob:pw@host:80/path", "http://host:80/path" },
		{ "see https://a:b@x/y?token=s, then http://c@z.", "see https://x/y then http://z." },
		{ "http://host?key=1#frag", "http://host" },
		{ "mail bob@host or ftp://host/a@b", "mail bob@host or ftp://host/a@b" },
		{ "http://a@b@c/", "http://c/" },
		{ "://", "://" },
		{ "http://", "http://" },
		{ "x://?", "x://" },
		{ "http://bob:p,w;x'(y)|@host/", "http://host/" }, // all of it may stand in a password
		{ "get http://host/p?token=s,e;c)r'et now", "get http://host/p now" },
		{ "http://host/p#access_token=s", "http://host/p" },
		{ "http://a:b@x,http://c:d@y?e", "http://x,http://y" },
	};
	char text[128];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(text, sizeof text, "%s", rows[i].text);
		ck_assert_int_eq(redact_urls(text), strcmp(rows[i].text, rows[i].is) != 0);
		ck_assert_str_eq(text, rows[i].is);
	}
}
END_TEST

static void make_recording(struct studio *studio)
{
	studio_init(studio, 20, 5000);
	studio_record(studio, "in.rec");
	studio_play(studio, 20 * MINUTE);
	ck_assert_int_eq(studio_end(studio), 0);
}

// All texts of a recording, one after the other.
static void read_texts(const struct studio *studio, const char *name, struct bytes *out)
{
	struct tape *tape = studio_tape(studio, name);
	struct tape_place place = tape_begin(tape);
	struct record record;

	bytes_init(out, 64 << 20);
	while (tape_next(tape, &place, &record) == 1) {
		ck_assert_int_eq(bytes_add(out, record.text, record.n), 0);
		ck_assert_int_eq(bytes_add(out, "\n", 1), 0);
	}
	tape_close(tape);
}

START_TEST(no_secret_is_left_and_what_happened_is)
{
	static const char *const secrets[] = { "hunter2", "s3cret", "observedValue", "/control" };
	struct export_options options = { 0 };
	struct export_outcome outcome;
	struct studio studio;
	struct tape *tape;
	struct bytes before, after;
	char why[256];

	make_recording(&studio);
	tape = studio_tape(&studio, "in.rec");
	options.path = studio_path(&studio, "out.rec");
	ck_assert_int_eq(recording_export(tape, &options, &outcome, why, sizeof why), 0);
	tape_close(tape);
	read_texts(&studio, "in.rec", &before);
	read_texts(&studio, "out.rec", &after);
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
		ck_assert_msg(strstr(before.data, secrets[i]), "%s was never there", secrets[i]);
		ck_assert_msg(!strstr(after.data, secrets[i]), "%s is left", secrets[i]);
	}
	ck_assert_ptr_nonnull(strstr(after.data, "http://wiki.example/runbook"));
	ck_assert_ptr_nonnull(strstr(after.data, "HTTP 503: says unhealthy"));
	ck_assert_uint_gt(outcome.n_redacted[REDACTED_BODIES], 1000);
	ck_assert_uint_eq(outcome.n_redacted[REDACTED_CONTROLS], 20);
	ck_assert_uint_gt(outcome.n_redacted[REDACTED_CREDENTIALS], 0);
	ck_assert_uint_eq(outcome.n_bad, 0);
	bytes_finish(&before);
	bytes_finish(&after);
	studio_finish(&studio);
}
END_TEST

START_TEST(a_part_is_cut_out_with_how_it_stood_then)
{
	struct export_options options = { .from_ms = FLEET_STORY_BEGIN_MS + 12 * MINUTE,
					  .to_ms = FLEET_STORY_BEGIN_MS + 15 * MINUTE };
	struct export_outcome outcome;
	struct tape_facts facts;
	struct studio studio;
	struct tape *tape;
	char why[256];

	make_recording(&studio);
	tape = studio_tape(&studio, "in.rec");
	options.path = studio_path(&studio, "out.rec");
	ck_assert_int_eq(recording_export(tape, &options, &outcome, why, sizeof why), 0);
	tape_close(tape);
	tape = studio_tape(&studio, "out.rec");
	tape_look(tape, &facts);
	ck_assert_int_eq(facts.from_ms, options.from_ms);
	ck_assert_int_ge(facts.to_ms, options.to_ms - 5000);
	ck_assert_int_le(facts.to_ms, options.to_ms);
	ck_assert_str_eq(facts.about->fleet, "Platform");
	ck_assert_ptr_nonnull(strstr(facts.about->dropped, "excerpts of answers"));
	ck_assert(!facts.was_torn);
	ck_assert_uint_eq(facts.n_gaps, 0);
	tape_close(tape);
	studio_finish(&studio);
}
END_TEST

static void write_at(const char *path, off_t at, size_t n)
{
	static const char zeros[200];
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, zeros, n, at), (ssize_t)n);
	close(fd);
}

// Two hundred bytes are more than a block's head, so that what is in one is hit.
START_TEST(what_cannot_be_read_is_a_gap_in_the_part)
{
	struct export_options options = { 0 };
	struct export_outcome outcome;
	struct tape_damage damage;
	struct tape_facts facts;
	struct studio studio;
	struct tape *tape;
	char why[256];

	make_recording(&studio);
	tape = studio_tape(&studio, "in.rec");
	tape_look(tape, &facts);
	ck_assert_int_eq(tape_check(tape, &damage), 0);
	ck_assert_uint_eq(damage.n_blocks, 0);
	tape_close(tape);
	write_at(studio_path(&studio, "in.rec"), (off_t)facts.n_bytes / 2, 200);
	write_at(studio_path(&studio, "in.rec"), (off_t)facts.n_bytes, 7);
	tape = studio_tape(&studio, "in.rec");
	tape_look(tape, &facts);
	ck_assert(!facts.was_torn);
	ck_assert_uint_eq(facts.n_stray, 7);
	ck_assert_int_eq(tape_check(tape, &damage), 0);
	ck_assert_uint_ge(damage.n_blocks + damage.n_places, 1);
	ck_assert_int_gt(damage.from_ms, facts.from_ms);
	ck_assert_int_gt(damage.to_ms, damage.from_ms);
	ck_assert_int_lt(damage.to_ms, facts.to_ms);
	options.path = studio_path(&studio, "out.rec");
	ck_assert_int_eq(recording_export(tape, &options, &outcome, why, sizeof why), 0);
	ck_assert_uint_eq(outcome.damage.n_blocks, damage.n_blocks);
	ck_assert_uint_eq(outcome.damage.n_places, damage.n_places);
	ck_assert_int_eq(outcome.damage.from_ms, damage.from_ms);
	tape_close(tape);
	tape = studio_tape(&studio, "out.rec");
	tape_look(tape, &facts);
	ck_assert_uint_ge(facts.n_gaps, 1);
	ck_assert_uint_eq(facts.n_stray, 0);
	tape_close(tape);
	studio_finish(&studio);
}
END_TEST

// The whole of it, cut at its end: folded anew it shows what the whole shows, but for what was left out.
START_TEST(nobody_is_said_to_sit_anywhere)
{
	struct event *lease = event_new(EVENT_LEASE, 1000, 1), *approval = event_new(EVENT_APPROVAL, 1000, 0);
	struct event *operation = NULL;
	struct event_dice dice = { .state = 7 };
	uint64_t n[REDACTED_COUNT] = { 0 };

	lease->u.lease.holder = mem_strdup("alice on ops1 pts/3");
	lease->u.lease.doing = mem_strdup("restart");
	approval->u.approval.asker = mem_strdup("alice on ops1");
	approval->u.approval.by = mem_strdup("bob");
	approval->u.approval.what = mem_strdup("restart it on Monday");
	operation = dice_event(&dice, EVENT_OPERATION, 1000);
	mem_free((char *)operation->u.operation->targets[0].error);
	((struct operation *)operation->u.operation)->targets[0].error =
		mem_strdup("too late: alice on ops1 pts/3 has had it since");
	for (int again = 0; again < 2; again++) {
		ck_assert(redact_event(lease, n) && redact_event(approval, n) && redact_event(operation, n));
		ck_assert_uint_eq(n[REDACTED_ADDRESSES], 3); // the second time there is nothing left
		ck_assert_str_eq(lease->u.lease.holder, "alice");
		ck_assert_str_eq(approval->u.approval.asker, "alice");
		ck_assert_str_eq(approval->u.approval.what, "restart it on Monday");
		ck_assert_str_eq(operation->u.operation->targets[0].error, "too late: alice has had it since");
	}
	event_unref(lease);
	event_unref(approval);
	event_unref(operation);
	event_dice_finish(&dice);
}
END_TEST

// A clock that was wrong for a while ends no part.
START_TEST(a_part_goes_on_behind_a_clock_that_was_wrong)
{
	struct export_options options = { .from_ms = FLEET_STORY_BEGIN_MS + MINUTE,
					  .to_ms = FLEET_STORY_BEGIN_MS + 10 * MINUTE };
	struct export_outcome outcome;
	struct record record;
	struct studio studio;
	struct tape *tape;
	char why[256];

	studio_init(&studio, 6, 5000);
	studio_record(&studio, "in.rec");
	studio_play(&studio, 2 * MINUTE);
	studio.story.now_ms += 60 * MINUTE;
	studio_play(&studio, MINUTE);
	studio.story.now_ms -= 60 * MINUTE;
	studio_play(&studio, 2 * MINUTE);
	ck_assert_int_eq(studio_end(&studio), 0);
	tape = studio_tape(&studio, "in.rec");
	options.path = studio_path(&studio, "out.rec");
	ck_assert_int_eq(recording_export(tape, &options, &outcome, why, sizeof why), 0);
	tape_close(tape);
	tape = studio_tape(&studio, "out.rec");
	ck_assert_int_eq(tape_before(tape, tape_end(tape), &record), 1);
	ck_assert_int_ge(record.at_ms, FLEET_STORY_BEGIN_MS + 4 * MINUTE);
	ck_assert_int_le(record.at_ms, FLEET_STORY_BEGIN_MS + 6 * MINUTE);
	tape_close(tape);
	studio_finish(&studio);
}
END_TEST

// Also where its plan was told long before the part begins.
START_TEST(an_operation_of_before_is_in_the_part)
{
	struct export_options options = { .from_ms = FLEET_STORY_BEGIN_MS + 3 * MINUTE };
	struct event_dice dice = { .state = 5 };
	struct export_outcome outcome;
	struct event_reader reader;
	struct tape_place place;
	struct studio studio;
	struct fleet *fleet;
	struct record record;
	struct tape *tape;
	char why[256];

	studio_init(&studio, 3, 5000);
	studio.options.limits.snapshot_ms = MINUTE;
	studio_record(&studio, "in.rec");
	studio_play(&studio, 1000);
	studio.story.sink.emit(studio.story.sink.ctx, dice_event(&dice, EVENT_OPERATION, studio.story.now_ms));
	studio_play(&studio, 4 * MINUTE);
	ck_assert_int_eq(studio_end(&studio), 0);
	tape = studio_tape(&studio, "in.rec");
	options.path = studio_path(&studio, "out.rec");
	ck_assert_int_eq(recording_export(tape, &options, &outcome, why, sizeof why), 0);
	tape_close(tape);
	tape = studio_tape(&studio, "out.rec");
	place = tape_begin(tape);
	event_reader_init(&reader, 0);
	ck_assert_int_eq(fleet_create(NULL, &fleet), 0);
	while (tape_next(tape, &place, &record) == 1) {
		struct event *event = NULL;

		ck_assert_int_eq(event_json_read(&reader, record.text, record.n, &event, why), EVENT_JSON_TAKEN);
		ck_assert_int_eq(fleet_apply(fleet, event), 0);
		event_unref(event);
	}
	ck_assert_uint_eq(fleet_n_operations(fleet), 1);
	event_reader_finish(&reader);
	fleet_destroy(fleet);
	tape_close(tape);
	event_dice_finish(&dice);
	studio_finish(&studio);
}
END_TEST

START_TEST(what_happens_to_a_container_is_kept_without_its_name)
{
	static const struct {
		const char *text, *left;
		uint64_t n;
	} rows[] = {
		{ "docker: box-1", "", 1 },
		{ "exit code 137, out of memory; docker: box-1", "exit code 137, out of memory", 1 },
		{ "there is no container box-1", "there is no container", 1 },
		{ "it is not there, by the commands of web", "it is not there", 1 },
		{ "it is not there, its control endpoint says", "it is not there, its control endpoint says", 0 },
		{ "a0: there is no container box-1, and b is paused", "a0: there is no container, and b is paused", 1 },
		{ "docker: the Engine does not answer", "docker: the Engine does not answer", 0 },
		{ "undocker: box-1", "undocker: box-1", 0 },
		{ "it is called box-2 now", "it is called box-2 now", 0 },
		{ "", "", 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct event *event = event_new(EVENT_NOTICE, 1, 1);
		uint64_t n[REDACTED_COUNT] = { 0 };

		event->u.notice.title = mem_strdup("a0 died");
		event->u.notice.text = mem_strdup(rows[i].text);
		ck_assert(redact_event(event, n));
		ck_assert_str_eq(event->u.notice.text, rows[i].left);
		ck_assert_str_eq(event->u.notice.title, "a0 died");
		ck_assert_uint_eq(n[REDACTED_CONTROLS], rows[i].n);
		event_unref(event);
	}
}
END_TEST

// Every text of an event, but for ids, hashes and words of our own.
static void spoil(const char **text)
{
	mem_free((char *)*text);
	*text = mem_strdup("see http://bob:hunter2@host/x?key=hunter2");
	ck_assert_ptr_nonnull(*text);
}

static void spoil_plan(struct plan *plan)
{
	spoil(&plan->params.version);
	spoil(&plan->params.reason);
	spoil(&plan->typed);
	spoil(&plan->refusal);
	for (size_t i = 0; i < plan->n_targets; i++) {
		struct plan_target *target = &plan->targets[i];

		spoil(&target->key);
		spoil(&target->name);
		spoil(&target->environment);
		spoil(&target->service);
		spoil(&target->version);
		spoil(&target->previous);
		spoil(&target->instance);
		spoil(&target->refusal);
		for (size_t k = 0; k < target->n_dependents; k++)
			spoil(&target->dependents[k]);
		for (size_t k = 0; k < target->n_steps; k++) {
			spoil(&target->steps[k].label);
			spoil(&target->steps[k].precondition);
			spoil(&target->steps[k].action);
			spoil(&target->steps[k].postcondition);
		}
	}
}

static void spoil_operation(struct operation *operation)
{
	spoil_plan((struct plan *)operation->plan);
	spoil(&operation->why);
	spoil(&operation->output);
	for (size_t i = 0; i < operation->plan->n_targets; i++) {
		spoil(&operation->targets[i].error);
		spoil(&operation->targets[i].version);
	}
}

static void spoil_progress(struct progress *progress)
{
	spoil(&progress->title);
	for (size_t i = 0; i < progress->n_steps; i++) {
		spoil(&progress->steps[i].label);
		spoil(&progress->steps[i].description);
		spoil(&progress->steps[i].error);
	}
}

static void spoil_event(struct event *event)
{
	switch (event->type) {
	case EVENT_ALERT:
		spoil(&event->u.alert.rule);
		spoil(&event->u.alert.summary);
		spoil(&event->u.alert.note);
		break;
	case EVENT_PROGRESS:
		spoil_progress(&event->u.progress);
		break;
	case EVENT_LIFECYCLE:
		spoil(&event->u.lifecycle.version);
		spoil(&event->u.lifecycle.previous);
		spoil(&event->u.lifecycle.instance);
		break;
	case EVENT_OPERATION:
		spoil_operation((struct operation *)event->u.operation);
		break;
	case EVENT_ACTION:
		spoil(&event->u.action.title);
		spoil(&event->u.action.text);
		break;
	case EVENT_NOTICE:
		spoil(&event->u.notice.title);
		spoil(&event->u.notice.text);
		break;
	case EVENT_FEED:
		spoil(&event->u.feed.detail);
		break;
	case EVENT_SOURCE:
		spoil(&event->u.source.name);
		spoil(&event->u.source.why);
		break;
	case EVENT_TIMELINE:
		spoil(&event->u.timeline.agent_name);
		spoil(&event->u.timeline.title);
		spoil(&event->u.timeline.description);
		break;
	case EVENT_PRESENCE:
		spoil(&event->u.presence.doing);
		break;
	case EVENT_LEASE:
		spoil(&event->u.lease.doing);
		break;
	case EVENT_APPROVAL:
		spoil(&event->u.approval.what);
		spoil(&event->u.approval.reason);
		if (event->u.approval.whole)
			spoil_plan((struct plan *)event->u.approval.whole);
		break;
	case EVENT_SERIES_DEFINED:
		spoil(&event->u.series.id);
		spoil(&event->u.series.title);
		spoil(&event->u.series.expr);
		break;
	default:
		break;
	}
}

START_TEST(every_type_of_event_is_rid_of_credentials)
{
	struct event_dice dice = { .state = 11 };

	for (int i = 0; i < 20 * EVENT_TYPE_COUNT; i++) {
		struct event *event = dice_event(&dice, (enum event_type)(i % EVENT_TYPE_COUNT), 1000);
		uint64_t n[REDACTED_COUNT] = { 0 };
		struct bytes text;

		bool is_left_out = event->type == EVENT_SCRAPE || event->type == EVENT_PLAN ||
				   event->type == EVENT_AUDIT_LIST || event->type == EVENT_AUDIT_CHECK;

		spoil_event(event);
		ck_assert(redact_event(event, n) == !is_left_out);
		ck_assert_uint_eq(n[REDACTED_SCRAPES], event->type == EVENT_SCRAPE);
		if (!is_left_out) {
			bytes_init(&text, 1 << 20);
			ck_assert_int_eq(event_json_write(event, EVENT_JSON_PLAN, &text), 0);
			ck_assert_msg(!strstr(text.data, "hunter2"), "of %s there is left: %s",
				      event_type_name(event->type), text.data);
			bytes_finish(&text);
		}
		event_unref(event);
	}
	event_dice_finish(&dice);
}
END_TEST

// What is told of an operation is in the timeline of a snapshot, too.
START_TEST(nobody_sits_anywhere_in_the_timeline_either)
{
	struct event *item = event_new(EVENT_TIMELINE, 1000, 1), *notice = event_new(EVENT_NOTICE, 1000, 0);
	struct event *life = event_new(EVENT_LIFECYCLE, 1000, 1);
	uint64_t n[REDACTED_COUNT] = { 0 };

	item->u.timeline.description = mem_strdup("too late: alice on ops1 pts/3 has had it since");
	notice->u.notice.text = mem_strdup("WowCache: alice on 192.0.2.7 is about to stop it; until 12:00:00 UTC");
	life->u.lifecycle.holder = mem_strdup("alice on ops1, op-7");
	ck_assert(redact_event(item, n) && redact_event(notice, n) && redact_event(life, n));
	ck_assert_uint_eq(n[REDACTED_ADDRESSES], 3);
	ck_assert_str_eq(item->u.timeline.description, "too late: alice has had it since");
	ck_assert_str_eq(notice->u.notice.text, "WowCache: alice is about to stop it; until 12:00:00 UTC");
	ck_assert_str_eq(life->u.lifecycle.holder, "alice");
	event_unref(item);
	event_unref(notice);
	event_unref(life);
}
END_TEST

START_TEST(what_is_cut_twice_is_the_same)
{
	struct export_options options = { 0 };
	struct export_outcome first, second;
	struct studio studio;
	struct tape *tape;
	struct bytes once, twice;
	char why[256];

	make_recording(&studio);
	tape = studio_tape(&studio, "in.rec");
	options.path = studio_path(&studio, "once.rec");
	ck_assert_int_eq(recording_export(tape, &options, &first, why, sizeof why), 0);
	tape_close(tape);
	tape = studio_tape(&studio, "once.rec");
	options.path = studio_path(&studio, "twice.rec");
	ck_assert_int_eq(recording_export(tape, &options, &second, why, sizeof why), 0);
	tape_close(tape);
	for (int i = 0; i < REDACTED_COUNT; i++)
		ck_assert_uint_eq(second.n_redacted[i], 0);
	read_texts(&studio, "once.rec", &once);
	read_texts(&studio, "twice.rec", &twice);
	ck_assert_uint_eq(first.n_events, second.n_events);
	bytes_finish(&once);
	bytes_finish(&twice);
	studio_finish(&studio);
}
END_TEST

START_TEST(what_cannot_be_cut_leaves_nothing)
{
	struct export_options options = { .from_ms = FLEET_STORY_BEGIN_MS + 300 * MINUTE };
	struct export_outcome outcome;
	struct studio studio;
	struct tape *tape;
	char why[256];

	make_recording(&studio);
	tape = studio_tape(&studio, "in.rec");
	options.path = studio_path(&studio, "out.rec");
	ck_assert_int_eq(recording_export(tape, &options, &outcome, why, sizeof why), -ERANGE);
	ck_assert_str_eq(why, "nothing of the recording is of that time");
	ck_assert_int_ne(access(options.path, F_OK), 0);
	options.from_ms = 0;
	options.path = studio_path(&studio, "in.rec");
	ck_assert_int_eq(recording_export(tape, &options, &outcome, why, sizeof why), -EEXIST);
	ck_assert_int_eq(access(options.path, F_OK), 0); // somebody else's
	tape_close(tape);
	studio_finish(&studio);
}
END_TEST

SUITE("recording export", urls_lose_what_could_be_a_secret, no_secret_is_left_and_what_happened_is,
      a_part_is_cut_out_with_how_it_stood_then, what_cannot_be_read_is_a_gap_in_the_part,
      a_part_goes_on_behind_a_clock_that_was_wrong, an_operation_of_before_is_in_the_part,
      nobody_is_said_to_sit_anywhere, what_happens_to_a_container_is_kept_without_its_name,
      every_type_of_event_is_rid_of_credentials, nobody_sits_anywhere_in_the_timeline_either,
      what_is_cut_twice_is_the_same, what_cannot_be_cut_leaves_nothing)
