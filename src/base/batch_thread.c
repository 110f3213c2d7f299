// SPDX-License-Identifier: Apache-2.0
#include "base/batch_thread.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

void batch_jobs_push(struct batch_jobs *jobs, struct batch_job *job)
{
	job->next = NULL;
	if (jobs->last)
		jobs->last->next = job;
	else
		jobs->first = job;
	jobs->last = job;
	jobs->n++;
}

struct batch_job *batch_jobs_pop(struct batch_jobs *jobs)
{
	struct batch_job *job = jobs->first;

	if (!job)
		return NULL;
	jobs->first = job->next;
	if (!jobs->first)
		jobs->last = NULL;
	jobs->n--;
	return job;
}

static void append_jobs(struct batch_jobs *to, struct batch_jobs *from)
{
	if (!from->first)
		return;
	if (to->last)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	to->n += from->n;
	*from = (struct batch_jobs){ 0 };
}

// ---- the thread

static void *run(void *arg)
{
	struct batch_thread *thread = arg;
	const struct batch_class *class = thread->class;
	struct batch_jobs jobs = { 0 };
	bool is_over = false;

	if (class->begin)
		class->begin(thread->ctx);
	while (!is_over) {
		pthread_mutex_lock(&thread->mutex);
		if (class->publish)
			class->publish(thread->ctx);
		append_jobs(&thread->answered, &jobs);
		if (!thread->is_left)
			class->wake(thread->ctx);
		while (!thread->waiting.first && !thread->is_stopping)
			pthread_cond_wait(&thread->has_work, &thread->mutex);
		is_over = thread->is_stopping && !thread->waiting.first;
		append_jobs(&jobs, &thread->waiting);
		pthread_mutex_unlock(&thread->mutex);
		if (jobs.first)
			class->work(thread->ctx, &jobs);
	}
	if (class->end)
		class->end(thread->ctx);
	return NULL;
}

// ---- the owner

// Signals are the main thread's.
static int create_thread(struct batch_thread *thread)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = -pthread_create(&thread->thread, NULL, run, thread);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r;
}

void batch_thread_finish(struct batch_thread *thread)
{
	pthread_cond_destroy(&thread->has_work);
	pthread_mutex_destroy(&thread->mutex);
}

int batch_thread_start(struct batch_thread *thread, const struct batch_class *class, void *ctx, size_t n_max)
{
	int r;

	*thread = (struct batch_thread){ .class = class, .ctx = ctx, .n_max = n_max };
	pthread_mutex_init(&thread->mutex, NULL);
	pthread_cond_init(&thread->has_work, NULL);
	r = create_thread(thread);
	if (r < 0)
		batch_thread_finish(thread);
	return r;
}

void batch_thread_lock(struct batch_thread *thread)
{
	pthread_mutex_lock(&thread->mutex);
}

void batch_thread_unlock(struct batch_thread *thread)
{
	pthread_mutex_unlock(&thread->mutex);
}

int batch_thread_put(struct batch_thread *thread, struct batch_job *job)
{
	bool has_room;

	pthread_mutex_lock(&thread->mutex);
	has_room = thread->waiting.n < thread->n_max;
	if (has_room)
		batch_jobs_push(&thread->waiting, job);
	pthread_mutex_unlock(&thread->mutex);
	if (!has_room)
		return -ENOBUFS;
	pthread_cond_signal(&thread->has_work); // unlocked: who is woken would only wait again
	return 0;
}

struct batch_jobs batch_thread_take(struct batch_thread *thread)
{
	struct batch_jobs jobs = { 0 };

	pthread_mutex_lock(&thread->mutex);
	append_jobs(&jobs, &thread->answered);
	pthread_mutex_unlock(&thread->mutex);
	return jobs;
}

int batch_thread_stop(struct batch_thread *thread, unsigned timeout_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&thread->mutex);
	thread->is_stopping = true;
	pthread_cond_signal(&thread->has_work);
	pthread_mutex_unlock(&thread->mutex);
	if (pthread_timedjoin_np(thread->thread, NULL, &until) != 0) {
		pthread_mutex_lock(&thread->mutex);
		thread->is_left = true;
		pthread_mutex_unlock(&thread->mutex);
		pthread_detach(thread->thread);
		return -ETIMEDOUT;
	}
	return 0;
}
