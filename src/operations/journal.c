// SPDX-License-Identifier: Apache-2.0
#include "operations/journal.h"

#include <errno.h>
#include <string.h>

#include "base/batch_thread.h"
#include "base/container_of.h"
#include "base/list.h"
#include "base/memory.h"
#include "operations/journal_file.h"
#include "operations/journal_plan.h"

enum job_kind { JOB_CREATE, JOB_RESUME, JOB_APPEND, JOB_CLOSE };

struct job {
	struct batch_job link;
	enum job_kind kind;
	struct journal *journal; // borrowed; JOB_CLOSE: owned
	journal_done_cb done;
	journal_resumed_cb resumed;
	void *ctx;
	int error;
	struct journal_story *story; // of JOB_RESUME: owned
	int64_t at_ms;               // the same
	uint32_t no;                 // the same
	size_t n;
	char body[]; // bodies of lines, each with a newline; of JOB_RESUME the holder, terminated
};

struct journal {
	struct journal_writer *writer;
	struct journal *prev, *next; // journal_writer::journals
	struct job *closing;         // owned until it is put: what ends it needs no memory
	int error;                   // why it takes no more, once the owner knows
	struct journal_file file;    // the thread's; its trouble is the owner's once it was told of an error
};

struct journal_writer {
	struct batch_thread thread;
	struct journal_writer_options options;
	struct journal *journals; // open ones, owned
	struct bytes body;        // of what is being put
	size_t n_waiting;
};

static struct job *job_of(struct batch_job *link)
{
	return container_of(link, struct job, link);
}

// ---- the thread

static int add_lines(struct journal_file *file, const struct job *job)
{
	const char *at = job->body, *end = job->body + job->n;
	int r = 0;

	while (r == 0 && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		r = journal_file_add(file, at, (size_t)(newline - at));
		at = newline + 1;
	}
	return r;
}

static void do_job(struct job *job)
{
	struct journal_file *file = &job->journal->file;

	switch (job->kind) {
	case JOB_CREATE:
		job->error = journal_file_create(file);
		if (job->error == 0)
			job->error = add_lines(file, job);
		break;
	case JOB_RESUME:
		job->error = journal_file_resume(file, job->body, job->at_ms, job->no, job->story);
		break;
	case JOB_APPEND:
		job->error = add_lines(file, job);
		break;
	case JOB_CLOSE:
		journal_file_close(file);
		break;
	}
}

// One sync of each file covers all of its records.
static void work(void *ctx, const struct batch_jobs *jobs)
{
	(void)ctx;
	for (struct batch_job *link = jobs->first; link; link = link->next)
		do_job(job_of(link));
	for (struct batch_job *link = jobs->first; link; link = link->next) {
		struct job *job = job_of(link);
		int r = journal_file_sync(&job->journal->file);

		job->error = job->error ? job->error : r;
	}
}

static void wake(void *ctx)
{
	struct journal_writer *writer = ctx;

	writer->options.wake(writer->options.ctx);
}

static const struct batch_class class = { .work = work, .wake = wake };

// ---- the owner

int journal_writer_create(const struct journal_writer_options *options, struct journal_writer **out)
{
	struct journal_writer *writer = mem_calloc(1, sizeof *writer);
	int r;

	*out = NULL;
	if (!writer)
		return -ENOMEM;
	writer->options = *options;
	bytes_init(&writer->body, JOURNAL_BYTES_MAX);
	// How many wait is counted here, so that the end of a journal always gets through.
	r = batch_thread_start(&writer->thread, &class, writer, SIZE_MAX);
	if (r < 0) {
		mem_free(writer);
		return r;
	}
	*out = writer;
	return 0;
}

static void free_job(struct job *job)
{
	if (job->story)
		journal_story_finish(job->story);
	mem_free(job->story);
	mem_free(job);
}

static void free_journal(struct journal *journal)
{
	journal_file_finish(&journal->file);
	mem_free(journal->closing);
	mem_free(journal);
}

static void tell(struct job *job)
{
	struct journal *journal = job->journal;

	if (job->error && !journal->error)
		journal->error = job->error;
	if (job->resumed)
		job->resumed(job->ctx, job->error, job->error ? NULL : job->story);
	else if (job->done)
		job->done(job->ctx, job->error);
}

void journal_dispatch(struct journal_writer *writer)
{
	struct batch_jobs jobs = batch_thread_take(&writer->thread);

	for (struct batch_job *link; (link = batch_jobs_pop(&jobs));) {
		struct job *job = job_of(link);

		if (job->kind == JOB_CLOSE) {
			free_journal(job->journal);
		} else {
			writer->n_waiting--;
			tell(job);
		}
		free_job(job);
	}
}

int journal_writer_destroy(struct journal_writer *writer, unsigned timeout_ms)
{
	int r;

	if (!writer)
		return 0;
	while (writer->journals)
		journal_close(writer->journals);
	r = batch_thread_stop(&writer->thread, timeout_ms);
	if (r < 0)
		return r;
	journal_dispatch(writer);
	batch_thread_finish(&writer->thread);
	bytes_finish(&writer->body);
	mem_free(writer);
	return 0;
}

// ---- jobs

static struct job *make_job(enum job_kind kind, struct journal *journal, const char *body, size_t n)
{
	struct job *job = mem_alloc(sizeof *job + n);

	if (!job)
		return NULL;
	*job = (struct job){ .kind = kind, .journal = journal, .n = n };
	if (n)
		memcpy(job->body, body, n);
	return job;
}

static void put(struct journal *journal, struct job *job)
{
	journal->writer->n_waiting++;
	batch_thread_put(&journal->writer->thread, &job->link);
}

static int make_journal(struct journal_writer *writer, const char *dir, const char *id, struct journal **out)
{
	struct journal *journal;

	*out = NULL;
	if (!journal_id_is_valid(id))
		return -EINVAL;
	if (writer->n_waiting >= JOURNAL_WAITING_MAX)
		return -ENOBUFS;
	journal = mem_calloc(1, sizeof *journal);
	if (!journal)
		return -ENOMEM;
	journal->writer = writer;
	journal->closing = make_job(JOB_CLOSE, journal, NULL, 0);
	if (journal_file_init(&journal->file, dir, id) < 0 || !journal->closing) {
		free_journal(journal);
		return -ENOMEM;
	}
	journal->file.after_record = writer->options.after_record;
	journal->file.after_ctx = writer->options.after_ctx;
	*out = journal;
	return 0;
}

static void open_journal(struct journal *journal, struct job *first, struct journal **out)
{
	DL_APPEND(journal->writer->journals, journal);
	put(journal, first);
	*out = journal;
}

// A line whose body has just been added to the buffer.
static int end_line(struct bytes *out, size_t was, int r)
{
	if (r == 0 && out->len - was > JOURNAL_LINE_MAX - JOURNAL_LINE_EXTRA)
		r = -EMSGSIZE;
	return r ? r : bytes_add(out, "\n", 1);
}

static int encode_plan(const struct journal_start *start, struct bytes *out)
{
	const struct journal_head head = { start->id, start->holder, start->at_ms, start->estimated_ms };
	int r;

	bytes_reset(out);
	r = end_line(out, 0, journal_plan_encode(&head, start->plan, out));
	for (size_t i = 0; r == 0 && i < start->plan->n_targets; i++) {
		size_t was = out->len;

		r = end_line(out, was, journal_member_encode(&start->plan->targets[i], start->at_ms, out));
	}
	return r;
}

int journal_create(struct journal_writer *writer, const struct journal_start *start, journal_done_cb done, void *ctx,
		   struct journal **out)
{
	struct journal *journal;
	struct job *job = NULL;
	int r = make_journal(writer, start->dir, start->id, &journal);

	*out = NULL;
	if (r < 0)
		return r;
	r = encode_plan(start, &writer->body);
	if (r == 0)
		job = make_job(JOB_CREATE, journal, writer->body.data, writer->body.len);
	if (!job) {
		free_journal(journal);
		return r ? r : -ENOMEM;
	}
	job->done = done;
	job->ctx = ctx;
	open_journal(journal, job, out);
	return 0;
}

int journal_resume(struct journal_writer *writer, const struct journal_resume *resume, journal_resumed_cb done,
		   void *ctx, struct journal **out)
{
	struct journal *journal;
	struct job *job;
	int r = make_journal(writer, resume->dir, resume->id, &journal);

	*out = NULL;
	if (r < 0)
		return r;
	job = make_job(JOB_RESUME, journal, resume->holder, strlen(resume->holder) + 1);
	if (job)
		job->story = mem_calloc(1, sizeof *job->story);
	if (!job || !job->story) {
		mem_free(job);
		free_journal(journal);
		return -ENOMEM;
	}
	job->at_ms = resume->at_ms;
	job->no = resume->no;
	job->resumed = done;
	job->ctx = ctx;
	open_journal(journal, job, out);
	return 0;
}

int journal_append(struct journal *journal, const struct journal_record *record, journal_done_cb done, void *ctx)
{
	struct bytes *body = &journal->writer->body;
	struct job *job;
	int r;

	if (journal->error)
		return journal->error;
	if (journal->writer->n_waiting >= JOURNAL_WAITING_MAX)
		return -ENOBUFS;
	bytes_reset(body);
	r = end_line(body, 0, journal_record_encode(record, body));
	if (r < 0)
		return r;
	job = make_job(JOB_APPEND, journal, body->data, body->len);
	if (!job)
		return -ENOMEM;
	job->done = done;
	job->ctx = ctx;
	put(journal, job);
	return 0;
}

const char *journal_trouble(const struct journal *journal)
{
	return journal->error ? journal->file.trouble.text : "";
}

void journal_close(struct journal *journal)
{
	struct job *closing;

	if (!journal)
		return;
	closing = journal->closing;
	journal->closing = NULL;
	DL_DELETE(journal->writer->journals, journal);
	batch_thread_put(&journal->writer->thread, &closing->link);
}
