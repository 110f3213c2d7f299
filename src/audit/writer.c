// SPDX-License-Identifier: Apache-2.0
#include "audit/writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "audit/record.h"
#include "audit/syslog.h"
#include "base/memory.h"

enum job_kind { JOB_APPEND, JOB_CHECKPOINT, JOB_REOPEN };

struct job {
	enum job_kind kind;
	struct job *next; // of the list it is on
	uint64_t ticket;
	int64_t at_ms;
	enum audit_level level;
	audit_done_cb done;
	void *ctx;
	int error;
	size_t n;
	char body[];
};

struct jobs { // a queue
	struct job *first, *last;
	size_t n;
};

struct audit_writer {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t has_work;
	struct jobs waiting, answered;   // under the mutex
	struct audit_writer_state state; // under the mutex
	bool is_stopping, is_left;       // under the mutex; left: nobody listens any more

	// of the thread alone
	struct audit_store_options options; // texts owned
	struct audit_store *store;          // NULL: not open
	struct audit_trouble trouble;
	struct audit_syslog syslog;
	bool has_syslog;
	int64_t now_ms; // of the newest job

	// of the owner alone
	struct bytes who, body;
	uint64_t ticket;
	void (*wake)(void *ctx);
	void *ctx;
};

static void push(struct jobs *jobs, struct job *job)
{
	job->next = NULL;
	if (jobs->last)
		jobs->last->next = job;
	else
		jobs->first = job;
	jobs->last = job;
	jobs->n++;
}

static void append_jobs(struct jobs *to, struct jobs *from)
{
	if (!from->first)
		return;
	if (to->last)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	to->n += from->n;
	*from = (struct jobs){ 0 };
}

// ---- the thread

static void open_store(struct audit_writer *writer, const char *broken)
{
	struct audit_store_options options = writer->options;

	options.broken = broken;
	writer->trouble = (struct audit_trouble){ 0 };
	audit_store_open(&options, writer->now_ms, &writer->store, &writer->trouble);
}

static void reopen(struct audit_writer *writer)
{
	char why[AUDIT_TROUBLE_MAX];

	memcpy(why, writer->trouble.text, sizeof why);
	if (writer->store && !writer->trouble.error)
		return; // it is well
	audit_store_close(writer->store);
	writer->store = NULL;
	open_store(writer, why);
}

// The jobs from `from` up to `end` were written; they are as durable as this sync says.
static void sync_run(struct audit_writer *writer, struct job *from, const struct job *end)
{
	int r = writer->store ? audit_store_sync(writer->store) : writer->trouble.error;

	if (writer->store)
		writer->trouble = *audit_store_trouble(writer->store);
	for (struct job *job = from; job != end; job = job->next) {
		if (job->error == 0)
			job->error = r;
		if (job->kind == JOB_APPEND && job->error == 0 && writer->has_syslog)
			audit_syslog_send(&writer->syslog, job->body, job->n, job->level, job->at_ms);
	}
}

static void work(struct audit_writer *writer, const struct jobs *jobs)
{
	struct job *from = jobs->first;

	for (struct job *job = from; job; job = job->next) {
		writer->now_ms = job->at_ms ? job->at_ms : writer->now_ms;
		if (job->kind == JOB_REOPEN) {
			sync_run(writer, from, job);
			reopen(writer);
			from = job;
		} else if (!writer->store) {
			job->error = writer->trouble.error;
		} else if (job->kind == JOB_APPEND) {
			job->error = audit_store_append(writer->store, job->body, job->n, job->at_ms);
		} else {
			job->error = audit_store_checkpoint(writer->store);
		}
	}
	sync_run(writer, from, NULL);
}

// Under the mutex.
static void publish(struct audit_writer *writer)
{
	struct audit_writer_state *state = &writer->state;

	state->is_open = writer->store && !writer->trouble.error;
	state->trouble = writer->trouble;
	if (writer->store) {
		state->n_records = audit_store_n(writer->store);
		state->n_signed = audit_store_n_signed(writer->store);
	}
	state->n_syslog_failed = writer->syslog.n_failed;
}

static void *run(void *arg)
{
	struct audit_writer *writer = arg;
	struct jobs jobs = { 0 };
	bool is_over = false;

	open_store(writer, NULL);
	while (!is_over) {
		pthread_mutex_lock(&writer->mutex);
		publish(writer);
		append_jobs(&writer->answered, &jobs);
		if (!writer->is_left)
			writer->wake(writer->ctx);
		while (!writer->waiting.first && !writer->is_stopping)
			pthread_cond_wait(&writer->has_work, &writer->mutex);
		is_over = writer->is_stopping && !writer->waiting.first;
		append_jobs(&jobs, &writer->waiting);
		pthread_mutex_unlock(&writer->mutex);
		if (jobs.first)
			work(writer, &jobs);
	}
	audit_store_close(writer->store);
	writer->store = NULL;
	audit_syslog_finish(&writer->syslog);
	return NULL;
}

// ---- the owner

static int copy_options(struct audit_writer *writer, const struct audit_writer_options *options)
{
	struct audit_store_options *own = &writer->options;

	*own = options->store;
	own->who = &writer->who;
	own->broken = NULL;
	own->dir = mem_strdup(options->store.dir);
	own->key = mem_strdup(options->store.key);
	own->holder = mem_strdup(options->store.holder);
	own->key_name = mem_strdup(options->store.key_name);
	if (!own->dir || !own->holder || !own->key_name || (options->store.key && !own->key))
		return -ENOMEM;
	writer->has_syslog = options->syslog != NULL;
	audit_syslog_init(&writer->syslog, mem_strdup(options->syslog), options->who->host);
	if (writer->has_syslog && !writer->syslog.path)
		return -ENOMEM;
	return audit_identity_json(options->who, &writer->who);
}

static void destroy(struct audit_writer *writer)
{
	struct jobs *queues[] = { &writer->waiting, &writer->answered };

	for (size_t i = 0; i < 2; i++) {
		for (struct job *job = queues[i]->first, *next; job; job = next) {
			next = job->next;
			mem_free(job);
		}
	}
	pthread_cond_destroy(&writer->has_work);
	pthread_mutex_destroy(&writer->mutex);
	mem_free((char *)writer->options.dir);
	mem_free((char *)writer->options.key);
	mem_free((char *)writer->options.holder);
	mem_free((char *)writer->options.key_name);
	mem_free((char *)writer->syslog.path);
	bytes_finish(&writer->who);
	bytes_finish(&writer->body);
	mem_free(writer);
}

// Signals are the main thread's.
static int start_thread(struct audit_writer *writer)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = -pthread_create(&writer->thread, NULL, run, writer);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r;
}

int audit_writer_create(const struct audit_writer_options *options, int64_t now_ms, struct audit_writer **out)
{
	struct audit_writer *writer = mem_calloc(1, sizeof *writer);
	int r;

	*out = NULL;
	if (!writer)
		return -ENOMEM;
	pthread_mutex_init(&writer->mutex, NULL);
	pthread_cond_init(&writer->has_work, NULL);
	bytes_init(&writer->who, AUDIT_BODY_MAX);
	bytes_init(&writer->body, AUDIT_BODY_MAX);
	writer->wake = options->wake;
	writer->ctx = options->ctx;
	writer->now_ms = now_ms;
	r = copy_options(writer, options);
	if (r == 0)
		r = start_thread(writer);
	if (r < 0) {
		destroy(writer);
		return r;
	}
	*out = writer;
	return 0;
}

static int submit(struct audit_writer *writer, struct job *job)
{
	int r = 0;

	pthread_mutex_lock(&writer->mutex);
	if (writer->waiting.n >= AUDIT_WAITING_MAX) {
		r = -ENOBUFS;
	} else {
		push(&writer->waiting, job);
		pthread_cond_signal(&writer->has_work);
	}
	pthread_mutex_unlock(&writer->mutex);
	if (r < 0)
		mem_free(job);
	return r;
}

int audit_writer_put(struct audit_writer *writer, const struct audit_record *record, int64_t at_ms, audit_done_cb done,
		     void *ctx, uint64_t *ticket)
{
	struct job *job;
	int r;

	bytes_reset(&writer->body);
	r = audit_record_encode(record, &writer->who, at_ms, &writer->body);
	if (r < 0)
		return r;
	job = mem_alloc(sizeof *job + writer->body.len);
	if (!job)
		return -ENOMEM;
	*job = (struct job){ .kind = JOB_APPEND,
			     .ticket = writer->ticket + 1,
			     .at_ms = at_ms,
			     .level = record->level,
			     .done = done,
			     .ctx = ctx,
			     .n = writer->body.len };
	memcpy(job->body, writer->body.data, writer->body.len);
	r = submit(writer, job);
	if (r == 0)
		*ticket = ++writer->ticket;
	return r;
}

static int submit_bare(struct audit_writer *writer, enum job_kind kind, int64_t at_ms)
{
	struct job *job = mem_calloc(1, sizeof *job);

	if (!job)
		return -ENOMEM;
	job->kind = kind;
	job->at_ms = at_ms;
	return submit(writer, job);
}

int audit_writer_checkpoint(struct audit_writer *writer)
{
	return submit_bare(writer, JOB_CHECKPOINT, 0);
}

int audit_writer_reopen(struct audit_writer *writer, int64_t now_ms)
{
	return submit_bare(writer, JOB_REOPEN, now_ms);
}

void audit_writer_take(struct audit_writer *writer)
{
	struct jobs jobs = { 0 };

	pthread_mutex_lock(&writer->mutex);
	append_jobs(&jobs, &writer->answered);
	pthread_mutex_unlock(&writer->mutex);
	for (struct job *job = jobs.first, *next; job; job = next) {
		next = job->next;
		if (job->done)
			job->done(job->ctx, job->ticket, job->error);
		mem_free(job);
	}
}

void audit_writer_look(struct audit_writer *writer, struct audit_writer_state *out)
{
	pthread_mutex_lock(&writer->mutex);
	*out = writer->state;
	pthread_mutex_unlock(&writer->mutex);
}

int audit_writer_destroy(struct audit_writer *writer, unsigned timeout_ms)
{
	struct timespec until;

	if (!writer)
		return 0;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&writer->mutex);
	writer->is_stopping = true;
	pthread_cond_signal(&writer->has_work);
	pthread_mutex_unlock(&writer->mutex);
	if (pthread_timedjoin_np(writer->thread, NULL, &until) != 0) {
		pthread_mutex_lock(&writer->mutex);
		writer->is_left = true;
		pthread_mutex_unlock(&writer->mutex);
		pthread_detach(writer->thread);
		return -ETIMEDOUT;
	}
	audit_writer_take(writer);
	destroy(writer);
	return 0;
}
