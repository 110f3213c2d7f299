// SPDX-License-Identifier: Apache-2.0
#include "base/batch_thread.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

#include "base/container_of.h"
#include "tests/support/suite.h"

enum { N_MAX = 8 };

struct job {
	struct batch_job link;
	int number, n_in_batch;
};

// What the thread does is held at a gate, so that the test says when a batch ends.
struct owner {
	struct batch_thread thread;
	sem_t gate, woken, begun, ended;
	int n_batches, n_published, n_seen; // seen: as published, under the lock
	bool has_begun, blocks_signals;
};

static void begin(void *ctx)
{
	struct owner *owner = ctx;
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	owner->blocks_signals = sigismember(&mask, SIGTERM) == 1;
	owner->has_begun = true;
}

static void work(void *ctx, const struct batch_jobs *jobs)
{
	struct owner *owner = ctx;

	sem_post(&owner->begun);
	sem_wait(&owner->gate);
	owner->n_batches++;
	for (struct batch_job *link = jobs->first; link; link = link->next)
		container_of(link, struct job, link)->n_in_batch = (int)jobs->n;
}

static void publish(void *ctx)
{
	struct owner *owner = ctx;

	owner->n_published = owner->n_batches;
}

static void end(void *ctx)
{
	sem_post(&((struct owner *)ctx)->ended);
}

static void wake(void *ctx)
{
	sem_post(&((struct owner *)ctx)->woken);
}

static const struct batch_class class = { begin, work, publish, end, wake };
static const struct batch_class bare = { .work = work, .wake = wake };

static void init(struct owner *owner, const struct batch_class *of)
{
	*owner = (struct owner){ 0 };
	sem_init(&owner->gate, 0, 0);
	sem_init(&owner->woken, 0, 0);
	sem_init(&owner->begun, 0, 0);
	sem_init(&owner->ended, 0, 0);
	ck_assert_int_eq(batch_thread_start(&owner->thread, of, owner, N_MAX), 0);
	sem_wait(&owner->woken); // it has begun
}

static int put(struct owner *owner, int number)
{
	struct job *job = calloc(1, sizeof *job);
	int r;

	job->number = number;
	r = batch_thread_put(&owner->thread, &job->link);
	if (r < 0)
		free(job);
	return r;
}

static struct job take(struct batch_jobs *jobs)
{
	struct job *job = container_of(batch_jobs_pop(jobs), struct job, link), copy = *job;

	free(job);
	return copy;
}

static void finish(struct owner *owner)
{
	ck_assert_int_eq(batch_thread_stop(&owner->thread, 60000), 0);
	batch_thread_finish(&owner->thread);
}

START_TEST(what_has_come_meanwhile_is_one_batch_in_order)
{
	struct batch_jobs jobs;
	struct owner owner;

	init(&owner, &class);
	ck_assert(owner.has_begun && owner.blocks_signals);
	ck_assert_int_eq(put(&owner, 0), 0);
	sem_wait(&owner.begun);
	for (int i = 1; i <= 3; i++)
		ck_assert_int_eq(put(&owner, i), 0);
	ck_assert_uint_eq(batch_thread_take(&owner.thread).n, 0);
	sem_post(&owner.gate);
	sem_wait(&owner.woken);
	batch_thread_lock(&owner.thread);
	ck_assert_int_eq(owner.n_published, 1);
	batch_thread_unlock(&owner.thread);
	sem_post(&owner.gate);
	sem_wait(&owner.woken);
	jobs = batch_thread_take(&owner.thread);
	ck_assert_uint_eq(jobs.n, 4);
	for (int i = 0; i <= 3; i++) {
		struct job job = take(&jobs);

		ck_assert_int_eq(job.number, i);
		ck_assert_int_eq(job.n_in_batch, i ? 3 : 1);
	}
	ck_assert_ptr_null(batch_jobs_pop(&jobs));
	ck_assert_uint_eq(jobs.n, 0);
	finish(&owner);
	ck_assert_int_eq(sem_trywait(&owner.ended), 0);
}
END_TEST

START_TEST(too_many_are_refused)
{
	struct batch_jobs jobs;
	struct owner owner;

	init(&owner, &bare);
	ck_assert_int_eq(put(&owner, 0), 0);
	sem_wait(&owner.begun); // it waits no more
	for (int i = 1; i <= N_MAX; i++)
		ck_assert_int_eq(put(&owner, i), 0);
	ck_assert_int_eq(put(&owner, N_MAX + 1), -ENOBUFS);
	sem_post(&owner.gate);
	sem_post(&owner.gate);
	ck_assert_int_eq(batch_thread_stop(&owner.thread, 60000), 0); // does what waits
	jobs = batch_thread_take(&owner.thread);
	ck_assert_uint_eq(jobs.n, N_MAX + 1);
	for (int i = 0; i <= N_MAX; i++)
		ck_assert_int_eq(take(&jobs).number, i);
	batch_thread_finish(&owner.thread);
}
END_TEST

START_TEST(who_does_not_end_is_left)
{
	static struct owner owner; // its thread keeps it
	int n_wakes;

	init(&owner, &class);
	ck_assert_int_eq(put(&owner, 0), 0);
	sem_wait(&owner.begun);
	ck_assert_int_eq(batch_thread_stop(&owner.thread, 1), -ETIMEDOUT);
	sem_post(&owner.gate); // it comes to its end after all, and wakes nobody
	sem_wait(&owner.ended);
	sem_getvalue(&owner.woken, &n_wakes);
	ck_assert_int_eq(n_wakes, 0);
	free(container_of(owner.thread.answered.first, struct job, link));
}
END_TEST

SUITE("batch thread", what_has_come_meanwhile_is_one_batch_in_order, too_many_are_refused, who_does_not_end_is_left)
