// SPDX-License-Identifier: Apache-2.0
#include "audit/writer.h"

#include <errno.h>
#include <string.h>

#include "audit/record.h"
#include "audit/syslog.h"
#include "base/batch_thread.h"
#include "base/container_of.h"
#include "base/memory.h"

enum job_kind { JOB_APPEND, JOB_CHECKPOINT, JOB_REOPEN };

struct job {
	struct batch_job link;
	enum job_kind kind;
	uint64_t ticket;
	int64_t at_ms;
	enum audit_level level;
	audit_done_cb done;
	void *ctx;
	int error;
	size_t n;
	char body[];
};

struct audit_writer {
	struct batch_thread thread;
	struct audit_writer_state state; // under the thread's lock

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

static struct job *job_of(struct batch_job *link)
{
	return container_of(link, struct job, link);
}

// ---- the thread

static void open_store(struct audit_writer *writer, const char *broken)
{
	struct audit_store_options options = writer->options;

	options.broken = broken;
	writer->trouble = (struct audit_trouble){ 0 };
	audit_store_open(&options, writer->now_ms, &writer->store, &writer->trouble);
}

// Another process had the lock: nothing is broken, and whatever comes next tries again.
static bool is_held(const struct audit_writer *writer)
{
	return writer->trouble.error == -EBUSY && !(writer->store && audit_store_is_broken(writer->store));
}

static void reopen(struct audit_writer *writer)
{
	char why[AUDIT_TROUBLE_MAX];

	if (!writer->trouble.error)
		return; // it is well
	if (is_held(writer)) {
		if (writer->store)
			audit_store_enter(writer->store);
		else
			open_store(writer, NULL);
		return;
	}
	memcpy(why, writer->trouble.text, sizeof why);
	audit_store_close(writer->store);
	writer->store = NULL;
	open_store(writer, why);
}

// The jobs from `from` up to `end` were written; they are as durable as this sync says.
static void sync_run(struct audit_writer *writer, struct job *from, const struct batch_job *end)
{
	int r = writer->store ? audit_store_sync(writer->store) : writer->trouble.error;

	if (writer->store)
		writer->trouble = *audit_store_trouble(writer->store);
	for (struct batch_job *link = &from->link; link != end; link = link->next) {
		struct job *job = job_of(link);

		if (job->error == 0)
			job->error = r;
		if (job->kind == JOB_APPEND && job->error == 0 && writer->has_syslog)
			audit_syslog_send(&writer->syslog, job->body, job->n, job->level, job->at_ms);
	}
}

static void work(void *ctx, const struct batch_jobs *jobs)
{
	struct audit_writer *writer = ctx;
	struct job *from = job_of(jobs->first);

	if (!writer->store && is_held(writer) && from->kind != JOB_REOPEN)
		open_store(writer, NULL);
	for (struct batch_job *link = jobs->first; link; link = link->next) {
		struct job *job = job_of(link);

		writer->now_ms = job->at_ms ? job->at_ms : writer->now_ms;
		if (job->kind == JOB_REOPEN) {
			sync_run(writer, from, link);
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

static void publish(void *ctx)
{
	struct audit_writer *writer = ctx;
	struct audit_writer_state *state = &writer->state;

	state->is_open = writer->store && !writer->trouble.error;
	state->is_held = is_held(writer);
	state->trouble = writer->trouble;
	if (writer->store) {
		state->n_records = audit_store_n(writer->store);
		state->n_signed = audit_store_n_signed(writer->store);
		state->head = audit_store_head(writer->store);
		state->key = audit_store_key(writer->store);
	}
	state->n_syslog_failed = writer->syslog.n_failed;
}

static void begin(void *ctx)
{
	open_store(ctx, NULL);
}

static void end(void *ctx)
{
	struct audit_writer *writer = ctx;

	audit_store_close(writer->store);
	writer->store = NULL;
	audit_syslog_finish(&writer->syslog);
}

static void wake(void *ctx)
{
	struct audit_writer *writer = ctx;

	writer->wake(writer->ctx);
}

static const struct batch_class class = {
	.begin = begin,
	.work = work,
	.publish = publish,
	.end = end,
	.wake = wake,
};

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
	mem_free((char *)writer->options.dir);
	mem_free((char *)writer->options.key);
	mem_free((char *)writer->options.holder);
	mem_free((char *)writer->options.key_name);
	mem_free((char *)writer->syslog.path);
	bytes_finish(&writer->who);
	bytes_finish(&writer->body);
	mem_free(writer);
}

int audit_writer_create(const struct audit_writer_options *options, int64_t now_ms, struct audit_writer **out)
{
	struct audit_writer *writer = mem_calloc(1, sizeof *writer);
	int r;

	*out = NULL;
	if (!writer)
		return -ENOMEM;
	bytes_init(&writer->who, AUDIT_BODY_MAX);
	bytes_init(&writer->body, AUDIT_BODY_MAX);
	writer->wake = options->wake;
	writer->ctx = options->ctx;
	writer->now_ms = now_ms;
	r = copy_options(writer, options);
	if (r == 0)
		r = batch_thread_start(&writer->thread, &class, writer, AUDIT_WAITING_MAX);
	if (r < 0) {
		destroy(writer);
		return r;
	}
	*out = writer;
	return 0;
}

static int submit(struct audit_writer *writer, struct job *job)
{
	int r = batch_thread_put(&writer->thread, &job->link);

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
	struct batch_jobs jobs = batch_thread_take(&writer->thread);

	for (struct batch_job *link; (link = batch_jobs_pop(&jobs));) {
		struct job *job = job_of(link);

		if (job->done)
			job->done(job->ctx, job->ticket, job->error);
		mem_free(job);
	}
}

void audit_writer_look(struct audit_writer *writer, struct audit_writer_state *out)
{
	batch_thread_lock(&writer->thread);
	*out = writer->state;
	batch_thread_unlock(&writer->thread);
}

int audit_writer_destroy(struct audit_writer *writer, unsigned timeout_ms)
{
	int r;

	if (!writer)
		return 0;
	r = batch_thread_stop(&writer->thread, timeout_ms);
	if (r < 0)
		return r;
	audit_writer_take(writer);
	batch_thread_finish(&writer->thread);
	destroy(writer);
	return 0;
}
