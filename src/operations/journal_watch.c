// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/batch_thread.h"
#include "base/container_of.h"
#include "base/memory.h"
#include "base/table.h"
#include "operations/journal_scan.h"

enum job_kind { JOB_LOOK, JOB_SAY, JOB_UNSAY };

struct job {
	struct batch_job link;
	enum job_kind kind;
	int64_t now_ms;
	journal_seen_cb seen;
	journal_taken_cb taken;
	void *ctx;
	bool is_first;
	struct journal_list list; // owned
	int error;
	char id[OPERATION_ID_MAX];
	struct journal_word word;
};

// What was read last of a journal.
struct known {
	char id[OPERATION_ID_MAX];
	struct journal_mark mark;
	bool is_over;
	UT_hash_handle hh; // journal_watch::known
};

struct journal_watch {
	struct batch_thread thread;
	char *dir; // owned
	void (*wake)(void *ctx);
	void *ctx;
	bool is_looking, is_forgotten; // the owner's
	struct known *known;           // the thread's
	bool has_seen;                 // the same
};

static struct job *job_of(struct batch_job *link)
{
	return container_of(link, struct job, link);
}

// ---- the thread

static struct known *know(struct journal_watch *watch, const char *id)
{
	struct known *known;

	HASH_FIND_STR(watch->known, id, known);
	if (known)
		return known;
	known = mem_calloc(1, sizeof *known);
	if (!known)
		return NULL;
	snprintf(known->id, sizeof known->id, "%s", id);
	HASH_ADD_STR(watch->known, id, known);
	if (!TABLE_ADD_FAILED(known))
		return known;
	mem_free(known);
	return NULL;
}

// The mark is taken first: what is written while it is read is another one the next time.
static int look_at(struct journal_watch *watch, int dir_fd, const char *id, struct journal_list *out)
{
	struct known *known = know(watch, id);
	struct journal_story *story = &out->stories[out->n];
	struct journal_mark mark;

	if (!known)
		return -ENOMEM;
	if (known->is_over || journal_mark_at(dir_fd, id, &mark) < 0 || journal_mark_is(&mark, &known->mark))
		return 0;
	out->n++;
	if (journal_read_at(dir_fd, id, 0, story) == -ENOMEM)
		return -ENOMEM;
	known->mark = mark;
	known->is_over = story->operation && !story->error && operation_is_over(story->operation->state);
	return 0;
}

static int look_at_all(struct journal_watch *watch, const struct journal_names *names, struct journal_list *out)
{
	size_t n = names->n < JOURNAL_LIST_MAX ? names->n : JOURNAL_LIST_MAX;
	int r = 0;

	if (n == 0)
		return 0;
	out->stories = mem_calloc(n, sizeof *out->stories);
	if (!out->stories)
		return -ENOMEM;
	for (size_t i = 0; i < n && r == 0; i++)
		r = look_at(watch, dirfd(names->folder), names->ids[i], out);
	return r;
}

static void forget_known(struct journal_watch *watch)
{
	struct known *known, *next;

	HASH_ITER(hh, watch->known, known, next) {
		HASH_DEL(watch->known, known);
		mem_free(known);
	}
}

// What could not be read whole is read anew the next time.
static void look(struct journal_watch *watch, struct job *job)
{
	const int64_t day_ms = INT64_C(86400000);
	struct journal_names names = { 0 };

	job->error = journal_names_read(watch->dir, &names);
	if (job->error == 0)
		job->error = look_at_all(watch, &names, &job->list);
	journal_names_finish(&names);
	job->is_first = !watch->has_seen;
	if (job->error < 0) {
		journal_list_finish(&job->list);
		forget_known(watch);
		watch->has_seen = false;
		return;
	}
	watch->has_seen = true;
	if (job->is_first)
		journal_prune(watch->dir, &job->list, JOURNAL_KEEP, job->now_ms - JOURNAL_KEEP_DAYS * day_ms, NULL);
}

static void do_job(struct journal_watch *watch, struct job *job)
{
	struct journal_word word;

	switch (job->kind) {
	case JOB_LOOK:
		look(watch, job);
		break;
	case JOB_SAY:
		job->error = journal_control_put(watch->dir, job->id, job->word.what, job->word.who);
		break;
	case JOB_UNSAY:
		job->error = journal_control_take(watch->dir, job->id, &word) ? -ETIMEDOUT : 0;
		break;
	}
}

static void work(void *ctx, const struct batch_jobs *jobs)
{
	for (struct batch_job *link = jobs->first; link; link = link->next)
		do_job(ctx, job_of(link));
}

static void end(void *ctx)
{
	forget_known(ctx);
}

static void wake(void *ctx)
{
	struct journal_watch *watch = ctx;

	watch->wake(watch->ctx);
}

static const struct batch_class class = { .work = work, .end = end, .wake = wake };

// ---- the owner

int journal_watch_create(const struct journal_watch_options *options, struct journal_watch **out)
{
	struct journal_watch *watch = mem_calloc(1, sizeof *watch);
	int r = -ENOMEM;

	*out = NULL;
	if (!watch)
		return -ENOMEM;
	watch->dir = mem_strdup(options->dir);
	watch->wake = options->wake;
	watch->ctx = options->ctx;
	if (watch->dir)
		r = batch_thread_start(&watch->thread, &class, watch, SIZE_MAX);
	if (r < 0) {
		mem_free(watch->dir);
		mem_free(watch);
		return r;
	}
	*out = watch;
	return 0;
}

static struct job *job_new(enum job_kind kind, void *ctx)
{
	struct job *job = mem_calloc(1, sizeof *job);

	if (job) {
		job->kind = kind;
		job->ctx = ctx;
	}
	return job;
}

int journal_watch_look(struct journal_watch *watch, int64_t now_ms, journal_seen_cb done, void *ctx)
{
	struct job *job;

	if (watch->is_looking)
		return -EALREADY;
	job = job_new(JOB_LOOK, ctx);
	if (!job)
		return -ENOMEM;
	job->now_ms = now_ms;
	job->seen = done;
	watch->is_looking = true;
	return batch_thread_put(&watch->thread, &job->link); // as many may wait as there is memory for
}

static int put_word(struct journal_watch *watch, enum job_kind kind, const char *id, const struct journal_word *word,
		    journal_taken_cb taken, void *ctx)
{
	struct job *job = job_new(kind, ctx);

	if (!job)
		return -ENOMEM;
	snprintf(job->id, sizeof job->id, "%s", id);
	job->word = *word;
	job->taken = taken;
	return batch_thread_put(&watch->thread, &job->link);
}

int journal_watch_say(struct journal_watch *watch, const char *id, enum journal_control what, const char *who,
		      journal_taken_cb taken, void *ctx)
{
	struct journal_word word = { .what = what };

	snprintf(word.who, sizeof word.who, "%s", who);
	return put_word(watch, JOB_SAY, id, &word, taken, ctx);
}

int journal_watch_unsay(struct journal_watch *watch, const char *id, journal_taken_cb taken, void *ctx)
{
	return put_word(watch, JOB_UNSAY, id, &(struct journal_word){ .what = JOURNAL_CONTROL_COUNT }, taken, ctx);
}

static void tell(struct journal_watch *watch, struct job *job)
{
	if (job->kind == JOB_LOOK) {
		watch->is_looking = false;
		if (!watch->is_forgotten)
			job->seen(job->ctx, job->error, &job->list, job->is_first);
	} else if (!watch->is_forgotten && (job->kind == JOB_UNSAY || job->error < 0)) {
		job->taken(job->ctx, job->id, job->error);
	}
	journal_list_finish(&job->list);
	mem_free(job);
}

void journal_watch_dispatch(struct journal_watch *watch)
{
	struct batch_jobs jobs = batch_thread_take(&watch->thread);

	for (struct batch_job *link; (link = batch_jobs_pop(&jobs));)
		tell(watch, job_of(link));
}

bool journal_watch_is_looking(const struct journal_watch *watch)
{
	return watch->is_looking;
}

void journal_watch_forget(struct journal_watch *watch)
{
	watch->is_forgotten = true;
}

int journal_watch_destroy(struct journal_watch *watch, unsigned timeout_ms)
{
	int r = watch ? batch_thread_stop(&watch->thread, timeout_ms) : 0;

	if (watch && r == 0) {
		watch->is_forgotten = true;
		journal_watch_dispatch(watch);
		batch_thread_finish(&watch->thread);
		mem_free(watch->dir);
		mem_free(watch);
	}
	return r;
}
