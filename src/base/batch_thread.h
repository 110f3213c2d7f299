#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A thread that does one owner's jobs in order, for what must not hold the owner up: a slow disk.
 *
 * It takes all the jobs that have come since it looked last and does them as one batch, so that one sync covers them.
 * What is done comes back in order: `wake` is called on the thread, and the owner then calls batch_thread_take() on
 * its own. Jobs are the caller's, with a struct batch_job as their first member.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct batch_job {
	struct batch_job *next; // of the queue it is on
};

struct batch_jobs { // a queue
	struct batch_job *first, *last;
	size_t n;
};

void batch_jobs_push(struct batch_jobs *jobs, struct batch_job *job);
struct batch_job *batch_jobs_pop(struct batch_jobs *jobs); // NULL when there is none

// All are called on the thread, with the context of batch_thread_start().
struct batch_class {
	void (*begin)(void *ctx);                               // first; may be NULL
	void (*work)(void *ctx, const struct batch_jobs *jobs); // does a batch, at least one job
	void (*publish)(void *ctx); // before the owner hears of it, under batch_thread_lock(); may be NULL
	void (*end)(void *ctx);     // last; may be NULL
	void (*wake)(void *ctx);    // tells the owner's loop, under the lock
};

struct batch_thread {
	const struct batch_class *class;
	void *ctx;
	size_t n_max; // jobs that may wait
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t has_work;
	struct batch_jobs waiting, answered; // under the mutex
	bool is_stopping, is_left;           // under the mutex; left: nobody listens any more
};

// At most n_max jobs wait. No signal comes to the thread. 0 or negative errno, and then there is nothing to finish.
int batch_thread_start(struct batch_thread *thread, const struct batch_class *class, void *ctx, size_t n_max);

int batch_thread_put(struct batch_thread *thread, struct batch_job *job); // 0; -ENOBUFS: too many wait
struct batch_jobs batch_thread_take(struct batch_thread *thread);         // what is done, oldest first

// What `publish` writes is read under the lock.
void batch_thread_lock(struct batch_thread *thread);
void batch_thread_unlock(struct batch_thread *thread);

/* Does what waits and ends the thread: 0, and what is done is to be taken, for the last time, before
 * batch_thread_finish(). -ETIMEDOUT when it does not come to its end within the time: it and its context are left to
 * the end of the process, and nobody is woken any more.
 */
int batch_thread_stop(struct batch_thread *thread, unsigned timeout_ms);
void batch_thread_finish(struct batch_thread *thread); // of one that was stopped
