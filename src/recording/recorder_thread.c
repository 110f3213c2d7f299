// SPDX-License-Identifier: Apache-2.0
/* What touches the disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/container_of.h"
#include "recording/recorder_internal.h"

static struct recorder_job *job_of(struct batch_job *link)
{
	return container_of(link, struct recorder_job, link);
}

int recorder_open_file(struct recorder *recorder, int64_t now_ms)
{
	char name[SHELF_NAME_MAX];
	int r;

	recorder->about.started_ms = now_ms;
	recorder->about.part = (uint32_t)recorder->n_files + 1;
	recorder->named_ms = now_ms > recorder->named_ms ? now_ms : recorder->named_ms + 1; // the clock may be set back
	if (!recorder->is_dir) {
		snprintf(recorder->path, sizeof recorder->path, "%s", recorder->place);
		r = file_writer_open(&recorder->file, AT_FDCWD, recorder->place, &recorder->codec, &recorder->about);
	} else {
		shelf_name(recorder->named_ms, recorder->about.boot, name);
		if ((size_t)snprintf(recorder->path, sizeof recorder->path, "%s/%s", recorder->place, name) >=
		    sizeof recorder->path)
			return -ENAMETOOLONG;
		r = file_writer_open(&recorder->file, recorder->dir_fd, name, &recorder->codec, &recorder->about);
	}
	if (r == 0)
		recorder->n_files++;
	return r;
}

// As much of the limit stays free as the file that is written may still take.
static int trim(struct recorder *recorder, int64_t now_ms)
{
	uint64_t size = recorder->file.size, whole = recorder->limits.file_bytes;

	if (!recorder->is_dir)
		return 0;
	return shelf_trim(recorder->dir_fd, &recorder->limits.all, whole > size ? whole - size : 0, now_ms, NULL);
}

static int begin_file(struct recorder *recorder, const struct recorder_job *job)
{
	int r = file_writer_close(&recorder->file, &recorder->codec);

	recorder->n_written_before += recorder->file.size;
	if (r == 0)
		r = recorder_open_file(recorder, job->head.from_ms);
	return r == 0 ? trim(recorder, job->aged_ms) : r;
}

static int write_job(struct recorder *recorder, struct recorder_job *job)
{
	int r = 0;

	if (job->begins_file)
		r = begin_file(recorder, job);
	if (r == 0)
		r = file_writer_add(&recorder->file, &recorder->codec, &job->head, job->raw, job->n);
	if (r == 0 && (job->head.flags & BLOCK_ENDS_SNAPSHOT))
		r = file_writer_sync(&recorder->file);
	return r;
}

static void work(void *ctx, const struct batch_jobs *jobs)
{
	struct recorder *recorder = ctx;

	for (struct batch_job *link = jobs->first; link && !recorder->error; link = link->next)
		recorder->error = write_job(recorder, job_of(link));
	if (recorder->error)
		file_writer_close(&recorder->file, &recorder->codec); // as far as it goes
	recorder->n_written = recorder->n_written_before + recorder->file.size;
}

static void publish(void *ctx)
{
	struct recorder *recorder = ctx;
	struct recorder_state *shared = &recorder->shared;

	shared->error = recorder->error;
	shared->n_bytes = recorder->n_written;
	shared->n_file_bytes = recorder->file.size;
	shared->n_files = recorder->n_files;
	memcpy(shared->path, recorder->path, sizeof shared->path);
}

static void begin(void *ctx)
{
	struct recorder *recorder = ctx;

	recorder->error = trim(recorder, recorder->about.started_ms);
}

static void end(void *ctx)
{
	struct recorder *recorder = ctx;
	int r = file_writer_close(&recorder->file, &recorder->codec);

	recorder->n_written = recorder->n_written_before + recorder->file.size;
	if (!recorder->error)
		recorder->error = r;
	publish(recorder); // nobody else looks any more
}

static void wake(void *ctx)
{
	struct recorder *recorder = ctx;

	if (recorder->wake)
		recorder->wake(recorder->ctx);
}

const struct batch_class recorder_batch_class = {
	.begin = begin,
	.work = work,
	.publish = publish,
	.end = end,
	.wake = wake,
};
