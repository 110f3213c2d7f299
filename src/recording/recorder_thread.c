// SPDX-License-Identifier: Apache-2.0
/* What touches the disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/container_of.h"
#include "base/file.h"
#include "recording/recorder_internal.h"

static struct recorder_job *job_of(struct batch_job *link)
{
	return container_of(link, struct recorder_job, link);
}

static int open_file(struct recorder *recorder, int64_t now_ms)
{
	char *name = recorder->name;
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
	recorder->owes_entry |= r == 0;
	return r;
}

// A directory that may not be read is none of our business otherwise.
static int sync_parent(const char *path)
{
	int r = file_sync_parent(AT_FDCWD, path);

	return r == -EACCES ? 0 : r;
}

// A file is as durable as its directory's entry, and a directory as its parent's.
static int sync_entries(struct recorder *recorder)
{
	int r = 0;

	if (recorder->owes_entry && !recorder->is_dir)
		r = sync_parent(recorder->place);
	else if (recorder->owes_entry)
		r = file_sync_directory(recorder->dir_fd);
	if (r == 0 && recorder->owes_place)
		r = sync_parent(recorder->place);
	if (r == 0)
		recorder->owes_entry = recorder->owes_place = false;
	return r;
}

static const char lock_name[] = "opscon.lock";

/* After a failure it may be another directory, as when a disk was put back in its place. It is recorded into by one
 * process at a time: two would each keep its files within the limit of both.
 */
static int open_directory(struct recorder *recorder)
{
	char words[40];

	dir_lock_release(&recorder->dir_lock);
	if (recorder->dir_fd >= 0)
		close(recorder->dir_fd);
	recorder->dir_fd = -1;
	if (mkdir(recorder->place, 0700) == 0)
		recorder->owes_place = true;
	else if (errno != EEXIST)
		return -errno;
	recorder->dir_fd = open(recorder->place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (recorder->dir_fd < 0)
		return -errno;
	snprintf(words, sizeof words, "pid %ld", (long)getpid());
	return dir_lock_take(recorder->dir_fd, lock_name, words, &recorder->dir_lock, recorder->holder);
}

int recorder_open_place(struct recorder *recorder, int64_t now_ms)
{
	int r = recorder->is_dir ? open_directory(recorder) : 0;

	if (r == 0)
		r = open_file(recorder, now_ms);
	recorder->is_tentative = r == 0 && recorder->keeps_trying;
	return r;
}

// As much of the limit stays free as the file that is written may still take.
static int trim(struct recorder *recorder, int64_t now_ms)
{
	uint64_t size = recorder->file.size, whole = recorder->limits.file_bytes;
	size_t n_removed;
	int r;

	if (!recorder->is_dir)
		return 0;
	r = shelf_trim(recorder->dir_fd, &recorder->limits.all, whole > size ? whole - size : 0, now_ms, &n_removed);
	recorder->owes_entry |= n_removed > 0;
	return r;
}

static int begin_file(struct recorder *recorder, const struct recorder_job *job)
{
	int r = job->begins_again ? 0 : file_writer_close(&recorder->file, &recorder->codec);

	recorder->n_written_before += recorder->file.size;
	recorder->file.size = 0;
	if (r == 0)
		r = job->begins_again ? recorder_open_place(recorder, job->head.from_ms)
				      : open_file(recorder, job->head.from_ms);
	return r == 0 ? trim(recorder, job->aged_ms) : r;
}

static int write_job(struct recorder *recorder, struct recorder_job *job)
{
	int r = 0;

	if (job->begins_file || job->begins_again)
		r = begin_file(recorder, job);
	if (r == 0)
		r = file_writer_add(&recorder->file, &recorder->codec, &job->head, job->raw, job->n);
	if (r == 0 && (job->head.flags & BLOCK_ENDS_SNAPSHOT))
		r = file_writer_sync(&recorder->file);
	if (r == 0 && (job->head.flags & BLOCK_ENDS_SNAPSHOT))
		r = sync_entries(recorder);
	if (r < 0)
		return r;
	if (job->head.flags & BLOCK_ENDS_SNAPSHOT) {
		recorder->is_tentative = false;
		recorder->stopped = 0;
	}
	if (!recorder->is_tentative)
		recorder->written_ms = job->head.to_ms;
	return 0;
}

// The file is closed as far as it goes; one in which nothing stands that could be understood is taken away again.
static void fail(struct recorder *recorder, int error)
{
	recorder->error = recorder->stopped = error;
	recorder->n_failures++;
	file_writer_close(&recorder->file, &recorder->codec);
	if (recorder->is_tentative && unlinkat(recorder->dir_fd, recorder->name, 0) == 0) {
		recorder->file.size = 0;
		recorder->n_files--;
		recorder->owes_entry = true;
	}
	recorder->is_tentative = false;
}

static void work(void *ctx, const struct batch_jobs *jobs)
{
	struct recorder *recorder = ctx;

	for (struct batch_job *link = jobs->first; link; link = link->next) {
		struct recorder_job *job = job_of(link);
		int r;

		if (job->begins_again)
			recorder->error = 0;
		r = recorder->error ? 0 : write_job(recorder, job);
		if (r < 0)
			fail(recorder, r);
		if (recorder->error)
			recorder->n_unwritten += job->head.n_records;
	}
	recorder->n_written = recorder->n_written_before + recorder->file.size;
}

static void publish(void *ctx)
{
	struct recorder *recorder = ctx;
	struct recorder_state *shared = &recorder->shared;

	shared->error = recorder->stopped;
	shared->written_ms = recorder->written_ms;
	shared->begun_ms = recorder->about.started_ms;
	shared->n_lost = recorder->n_unwritten;
	recorder->shared_failures = recorder->n_failures;
	shared->n_bytes = recorder->n_written;
	shared->n_file_bytes = recorder->file.size;
	shared->n_files = recorder->n_files;
	memcpy(shared->path, recorder->path, sizeof shared->path);
}

static void begin(void *ctx)
{
	struct recorder *recorder = ctx;
	int r = recorder->error ? 0 : trim(recorder, recorder->about.started_ms);

	if (r < 0)
		fail(recorder, r);
}

static void end(void *ctx)
{
	struct recorder *recorder = ctx;
	int r = file_writer_close(&recorder->file, &recorder->codec);

	if (r == 0 && !recorder->error)
		r = sync_entries(recorder);
	recorder->n_written = recorder->n_written_before + recorder->file.size;
	if (!recorder->error && r < 0)
		recorder->stopped = r;
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
