// SPDX-License-Identifier: Apache-2.0
#include "feeds/direct_trail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/find.h"
#include "base/list.h"
#include "base/memory.h"
#include "feeds/direct_internal.h"
#include "services/audit_logger.h"

static bool is_ending(const struct direct_trail *trail)
{
	return __atomic_load_n(&trail->is_ending, __ATOMIC_RELAXED);
}

static uint64_t n_recorded(const struct direct_feed *feed)
{
	return feed->audit ? audit_logger_state(feed->audit)->n_records : 0;
}

// ---- pages

static void list_work(uv_work_t *work)
{
	struct direct_trail *trail = work->data;

	audit_list_read(trail->dir, AUDIT_LIST_MAX, &trail->list, &trail->trouble);
}

static void tell_list(struct direct_trail *trail)
{
	struct event *event = event_new(EVENT_AUDIT_LIST, clock_now().wall_ms, 0);
	const struct audit_trouble *trouble = &trail->trouble;

	if (event) {
		event->u.audit_list = trail->list;
		trail->list = (struct audit_list){ 0 };
		event->u.audit_list.dir = mem_strdup(trail->dir);
		event->u.audit_list.why = mem_strdup(trouble->error ? trouble->text : "");
		event->u.audit_list.n_signed =
			trail->feed->audit ? audit_logger_state(trail->feed->audit)->n_signed : 0;
	}
	event_emit(&trail->feed->sink, event);
}

static void list_done(uv_work_t *work, int status)
{
	struct direct_trail *trail = work->data;

	trail->is_listing = false;
	if (is_ending(trail)) {
		direct_part_closed(trail->feed);
		return;
	}
	if (status == 0)
		tell_list(trail);
	audit_list_finish(&trail->list);
}

int direct_trail_list(struct direct_feed *feed)
{
	struct direct_trail *trail = &feed->trail;
	int r;

	if (!trail->dir)
		return -ENOTSUP;
	trail->has_reader = true;
	if (trail->is_listing)
		return 0;
	trail->n_listed = n_recorded(feed);
	trail->trouble = (struct audit_trouble){ 0 };
	r = uv_queue_work(feed->loop, &trail->list_work, list_work, list_done);
	trail->is_listing = r == 0;
	return r;
}

// ---- one record

enum { HASHING_MAX = 64 };

struct hashing {
	struct direct_trail *trail;
	struct hashing *next; // direct_trail::hashing
	uv_work_t work;
	uint64_t seq;
	struct audit_hash hash;
	struct audit_trouble trouble;
	int error;
};

static void hash_work(uv_work_t *work)
{
	struct hashing *hashing = work->data;

	hashing->error = audit_find_hash(hashing->trail->dir, hashing->seq, &hashing->hash, &hashing->trouble);
}

static void tell_hash(const struct hashing *hashing)
{
	struct event *event = event_new(EVENT_AUDIT_HEAD, clock_now().wall_ms, 0);

	if (!event)
		return;
	event->u.audit_head.seq = hashing->seq;
	if (hashing->error == 0)
		audit_hash_hex(&hashing->hash, event->u.audit_head.hash);
	event->u.audit_head.why = mem_strdup(hashing->error == 0          ? ""
					     : hashing->error == -ENOENT  ? AUDIT_HEAD_GONE
					     : hashing->error == -EBADMSG ? AUDIT_HEAD_CUT
					     : hashing->error == -ENODATA ? "it does not stand there yet"
					     : hashing->trouble.text[0]   ? hashing->trouble.text
									  : strerrordesc_np(-hashing->error));
	event_emit(&hashing->trail->feed->sink, event);
}

static void hash_done(uv_work_t *work, int status)
{
	struct hashing *hashing = work->data;
	struct direct_trail *trail = hashing->trail;

	trail->n_hashing--;
	LL_DELETE(trail->hashing, hashing);
	if (is_ending(trail))
		direct_part_closed(trail->feed);
	else if (status == 0)
		tell_hash(hashing);
	mem_free(hashing);
}

int direct_trail_hash(struct direct_feed *feed, const char *number)
{
	struct direct_trail *trail = &feed->trail;
	struct hashing *hashing;
	char *end = NULL;
	uint64_t seq;
	int r;

	if (!trail->dir)
		return -ENOTSUP;
	if (!number || number[0] < '0' || number[0] > '9')
		return -EINVAL;
	seq = strtoull(number, &end, 10);
	if (*end)
		return -EINVAL;
	LL_FOREACH(trail->hashing, hashing)
		if (hashing->seq == seq)
			return 0; // one answer is enough
	if (trail->n_hashing == HASHING_MAX)
		return -EBUSY;
	hashing = mem_calloc(1, sizeof *hashing);
	if (!hashing)
		return -ENOMEM;
	hashing->trail = trail;
	hashing->work.data = hashing;
	hashing->seq = seq;
	r = uv_queue_work(feed->loop, &hashing->work, hash_work, hash_done);
	if (r < 0) {
		mem_free(hashing);
		return r;
	}
	LL_PREPEND(trail->hashing, hashing);
	trail->n_hashing++;
	return 0;
}

// ---- verifying

static bool on_progress(void *ctx, uint64_t n_chained)
{
	struct direct_trail *trail = ctx;

	__atomic_store_n(&trail->n_checked, n_chained, __ATOMIC_RELAXED);
	return !is_ending(trail);
}

static void check_work(uv_work_t *work)
{
	struct direct_trail *trail = work->data;
	const struct audit_verify_options options = {
		.dir = trail->dir, .key = trail->key, .progress = on_progress, .ctx = trail
	};

	trail->check_error = audit_verify(&options, &trail->verdict);
}

static enum audit_check_state state_of(const struct direct_trail *trail)
{
	static const enum audit_check_state states[] = {
		[AUDIT_SOUND] = AUDIT_CHECK_SOUND,       [AUDIT_TAMPERED] = AUDIT_CHECK_BAD,
		[AUDIT_TRUNCATED] = AUDIT_CHECK_BAD,     [AUDIT_UNANCHORED] = AUDIT_CHECK_UNSIGNED,
		[AUDIT_UNREADABLE] = AUDIT_CHECK_FAILED,
	};

	return trail->check_error < 0 ? AUDIT_CHECK_FAILED : states[trail->verdict.finding];
}

// Where the first bad record stands, behind what is wrong with it.
static void explain(const struct direct_trail *trail, char *out, size_t size)
{
	const struct audit_place *bad = &trail->verdict.bad;
	char name[AUDIT_FILE_NAME_MAX];

	if (trail->check_error < 0) {
		snprintf(out, size, "%s", strerrordesc_np(-trail->check_error));
		return;
	}
	audit_segment_name(bad->segment, name);
	if (bad->segment)
		snprintf(out, size, "%s (%s line %llu)", trail->verdict.text, name, (unsigned long long)bad->line);
	else
		snprintf(out, size, "%s", trail->verdict.text);
}

static void tell_check(struct direct_trail *trail)
{
	int64_t now_ms = clock_now().wall_ms;
	struct event *event = event_new(EVENT_AUDIT_CHECK, now_ms, 0);
	char why[AUDIT_TROUBLE_MAX + 60] = "";

	if (!event)
		return;
	event->u.audit_check.n_records = trail->n_records;
	if (trail->is_checking) {
		event->u.audit_check.state = AUDIT_CHECK_RUNNING;
		event->u.audit_check.n_checked = trail->n_told;
	} else {
		explain(trail, why, sizeof why);
		event->u.audit_check.state = state_of(trail);
		event->u.audit_check.n_checked = trail->verdict.chained;
		event->u.audit_check.n_signed = trail->verdict.n_signed;
		event->u.audit_check.at_ms = now_ms;
	}
	event->u.audit_check.why = mem_strdup(why);
	event_emit(&trail->feed->sink, event);
}

static void check_done(uv_work_t *work, int status)
{
	struct direct_trail *trail = work->data;

	(void)status; // it is never cancelled
	trail->is_checking = false;
	if (is_ending(trail))
		direct_part_closed(trail->feed);
	else
		tell_check(trail);
}

int direct_trail_verify(struct direct_feed *feed)
{
	struct direct_trail *trail = &feed->trail;
	int r;

	if (!trail->dir)
		return -ENOTSUP;
	if (trail->is_checking)
		return -EBUSY;
	trail->n_checked = trail->n_told = 0;
	trail->n_records = n_recorded(feed);
	r = uv_queue_work(feed->loop, &trail->check_work, check_work, check_done);
	trail->is_checking = r == 0;
	if (r == 0)
		tell_check(trail);
	return r;
}

// ---- life

void direct_trail_tick(struct direct_feed *feed)
{
	struct direct_trail *trail = &feed->trail;
	uint64_t n_checked = __atomic_load_n(&trail->n_checked, __ATOMIC_RELAXED);

	if (trail->has_reader && n_recorded(feed) != trail->n_listed)
		direct_trail_list(feed);
	if (trail->is_checking && n_checked != trail->n_told) {
		trail->n_told = n_checked;
		tell_check(trail);
	}
}

int direct_trail_init(struct direct_feed *feed, const struct direct_options *options)
{
	struct direct_trail *trail = &feed->trail;
	char key[1200];

	trail->feed = feed;
	trail->list_work.data = trail->check_work.data = trail;
	if (!options->audit || !options->audit_dir)
		return 0;
	trail->dir = mem_strdup(options->audit_dir);
	if (options->audit_key) { // its public half stands beside it
		snprintf(key, sizeof key, "%s.pub", options->audit_key);
		trail->key = mem_strdup(key);
	}
	return trail->dir && (trail->key || !options->audit_key) ? 0 : -ENOMEM;
}

void direct_trail_stop(struct direct_feed *feed)
{
	struct direct_trail *trail = &feed->trail;

	__atomic_store_n(&trail->is_ending, true, __ATOMIC_RELAXED);
	feed->n_open += (size_t)trail->is_listing + (size_t)trail->is_checking + trail->n_hashing;
}

void direct_trail_finish(struct direct_feed *feed)
{
	struct direct_trail *trail = &feed->trail;

	audit_list_finish(&trail->list);
	mem_free(trail->dir);
	mem_free(trail->key);
}
