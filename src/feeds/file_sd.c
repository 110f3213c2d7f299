// SPDX-License-Identifier: Apache-2.0
/* file_sd: files are found and read in libuv's pool, so that a slow disk never holds the loop; they are parsed on the
 * loop. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "config/target_groups_yaml.h"
#include "feeds/discovery_internal.h"
#include "feeds/discovery_source.h"

// A file found by the worker. `data` is there only when it differs from what was applied last.
struct found_file {
	char *path; // owned
	struct file_sd_stamp stamp;
	char *data; // owned; NULL: unchanged or unreadable
	size_t n;
	int error; // 0 or negative errno
};

struct file_sd_job {
	uv_work_t work;
	struct source *source;      // borrowed; outlives the job
	char *pattern;              // owned
	struct file_sd_file *known; // owned copy, for the worker alone
	size_t n_known;
	struct found_file *found; // owned
	size_t n_found;
	int error;
};

static void job_free(struct file_sd_job *job)
{
	for (size_t i = 0; i < job->n_known; i++)
		mem_free(job->known[i].path);
	for (size_t i = 0; i < job->n_found; i++) {
		mem_free(job->found[i].path);
		mem_free(job->found[i].data);
	}
	mem_free(job->known);
	mem_free(job->found);
	mem_free(job->pattern);
	mem_free(job);
}

static struct file_sd_stamp stamp_of(const struct stat *st)
{
	return (struct file_sd_stamp){
		.mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
		.size = (int64_t)st->st_size,
		.inode = (uint64_t)st->st_ino,
	};
}

static bool is_same_stamp(const struct file_sd_stamp *a, const struct file_sd_stamp *b)
{
	return a->mtime_ns == b->mtime_ns && a->size == b->size && a->inode == b->inode;
}

static const struct file_sd_file *find_file(const struct file_sd_file *files, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(files[i].path, path) == 0)
			return &files[i];
	return NULL;
}

static int read_whole(int fd, size_t size, struct found_file *file)
{
	file->data = mem_alloc(size + 1);
	if (!file->data)
		return -ENOMEM;
	while (file->n < size) {
		ssize_t n = read(fd, file->data + file->n, size - file->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		file->n += (size_t)n;
	}
	file->data[file->n] = '\0';
	return 0;
}

static void read_file(const struct file_sd_job *job, struct found_file *file)
{
	const struct file_sd_file *known = find_file(job->known, job->n_known, file->path);
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO must not hold us
	struct stat st;

	if (fd < 0) {
		file->error = -errno;
		return;
	}
	if (fstat(fd, &st) < 0) {
		file->error = -errno;
	} else if (!S_ISREG(st.st_mode)) {
		file->error = -EINVAL;
	} else if (st.st_size > TARGET_GROUPS_BYTES_MAX) {
		file->error = -EFBIG;
	} else {
		file->stamp = stamp_of(&st);
		if (!known || !is_same_stamp(&known->stamp, &file->stamp))
			file->error = read_whole(fd, (size_t)st.st_size, file);
	}
	close(fd);
}

static void work(uv_work_t *req)
{
	struct file_sd_job *job = req->data;
	glob_t matches = { 0 };
	int r = glob(job->pattern, 0, NULL, &matches);

	if (r == GLOB_NOSPACE || r == GLOB_ABORTED)
		job->error = r == GLOB_NOSPACE ? -ENOMEM : -EIO;
	else if (matches.gl_pathc > FILE_SD_FILES_MAX)
		job->error = -E2BIG;
	else if (matches.gl_pathc)
		job->found = mem_calloc(matches.gl_pathc, sizeof *job->found);
	if (!job->error && matches.gl_pathc && !job->found)
		job->error = -ENOMEM;
	for (size_t i = 0; !job->error && i < matches.gl_pathc; i++) {
		struct found_file *file = &job->found[job->n_found];

		file->path = mem_strdup(matches.gl_pathv[i]);
		if (!file->path) {
			job->error = -ENOMEM;
			break;
		}
		job->n_found++;
		read_file(job, file);
	}
	globfree(&matches);
}

static bool is_yaml(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (strcmp(dot, ".yml") == 0 || strcmp(dot, ".yaml") == 0);
}

static void name_source(const char *path, char *out, size_t size)
{
	snprintf(out, size, "file_sd:%s", path);
}

// Remembers what a file looked like; one that was not known before gets a place.
static int remember(struct source *source, const struct found_file *found)
{
	struct file_sd_file *file = (struct file_sd_file *)find_file(source->files, source->n_files, found->path);

	if (!file) {
		struct file_sd_file *files = mem_realloc(source->files, (source->n_files + 1) * sizeof *files);

		if (!files)
			return -ENOMEM;
		source->files = files;
		file = &files[source->n_files];
		*file = (struct file_sd_file){ .path = mem_strdup(found->path) };
		if (!file->path)
			return -ENOMEM;
		source->n_files++;
	}
	file->stamp = found->stamp;
	file->is_seen = true;
	return 0;
}

static void apply_file(struct source *source, const struct found_file *found)
{
	struct target_list list = { 0 };
	struct target_error error = { 0 };
	char name[1024], text[400];
	int r = found->error;

	name_source(found->path, name, sizeof name);
	if (r < 0) {
		snprintf(text, sizeof text, "%s: %s", found->path, r == -EFBIG ? "larger than 16 MiB" : strerror(-r));
		source_problem(source, name, text);
		return;
	}
	if (!found->data)
		return; // as it was
	if (is_yaml(found->path))
		r = target_groups_parse_yaml(found->data, found->n, name, &source->config->labels, &list, &error);
	else
		r = target_groups_parse_json(found->data, found->n, name, &source->config->labels, &list, &error);
	if (r == 0) {
		source_problem(source, name, NULL); // first: the list may be refused, which is a problem again
		source_publish(source, name, list.agents, list.n);
	} else {
		snprintf(text, sizeof text, "%s:%u:%u: %s", found->path, error.line, error.column,
			 r == -ENOMEM ? strerror(ENOMEM) : error.text);
		source_problem(source, name, text);
	}
	target_list_finish(&list);
}

// A file that was listed and is not any more: an empty list.
static void drop_unseen(struct source *source)
{
	size_t kept = 0;

	for (size_t i = 0; i < source->n_files; i++) {
		struct file_sd_file *file = &source->files[i];
		char name[1024];

		if (file->is_seen) {
			source->files[kept++] = *file;
			continue;
		}
		name_source(file->path, name, sizeof name);
		source_publish(source, name, NULL, 0);
		source_problem(source, name, NULL);
		if (strcmp(file->path, source->config->path) != 0) // named by a pattern: it may never come back
			source_forget(source, name);
		mem_free(file->path);
	}
	source->n_files = kept;
}

static bool find_found(const struct file_sd_job *job, const char *path)
{
	for (size_t i = 0; i < job->n_found; i++)
		if (strcmp(job->found[i].path, path) == 0)
			return true;
	return false;
}

static void apply(struct source *source, const struct file_sd_job *job)
{
	char name[1024];

	name_source(source->config->path, name, sizeof name);
	if (job->error) {
		source_problem(source, name, strerror(-job->error));
		return;
	}
	if (job->n_found == 0 && source->n_files == 0) {
		source_finds_nothing(source, name);
		return;
	}
	if (!find_found(job, source->config->path)) // a pattern, and no list itself
		source_problem(source, name, NULL);
	for (size_t i = 0; i < source->n_files; i++)
		source->files[i].is_seen = false;
	for (size_t i = 0; i < job->n_found; i++) {
		// An unreadable file is still there: its agents stay, and it is read again next time.
		if (job->found[i].error)
			job->found[i].stamp = (struct file_sd_stamp){ 0 };
		if (remember(source, &job->found[i]) == 0)
			apply_file(source, &job->found[i]);
	}
	drop_unseen(source);
}

static void read_again(struct source *source);

static void after_work(uv_work_t *req, int status)
{
	struct file_sd_job *job = req->data;
	struct source *source = job->source;

	if (status == 0 && !source->is_closing) {
		apply(source, job);
		source->is_read = true;
	}
	job_free(job);
	source->job = NULL; // only now: a list's reader may close the discovery, which then waits for us
	if (!source->is_closing && source->reads_again)
		read_again(source);
	source_job_done(source);
}

static struct file_sd_job *job_new(struct source *source)
{
	struct file_sd_job *job = mem_calloc(1, sizeof *job);

	if (!job)
		return NULL;
	*job = (struct file_sd_job){
		.work.data = job,
		.source = source,
		.pattern = mem_strdup(source->config->path),
		.known = mem_calloc(source->n_files, sizeof *job->known),
	};
	for (size_t i = 0; job->known && i < source->n_files; i++) {
		job->known[i] = source->files[i];
		job->known[i].path = mem_strdup(source->files[i].path);
		if (!job->known[i].path)
			break;
		job->n_known++;
	}
	if (!job->pattern || !job->known || job->n_known < source->n_files) {
		job_free(job);
		return NULL;
	}
	return job;
}

static void read_again(struct source *source)
{
	if (source->job) {
		source->reads_again = true;
		return;
	}
	source->reads_again = false;
	source->job = job_new(source);
	if (source->job && uv_queue_work(discovery_loop(source->discovery), &source->job->work, work, after_work) < 0) {
		job_free(source->job);
		source->job = NULL;
	}
}

static void on_timer(uv_timer_t *timer)
{
	read_again(timer->data);
}

static void schedule(struct source *source, uint64_t first_ms)
{
	uint64_t refresh_ms = source->config->refresh_ms ? source->config->refresh_ms : FILE_SD_REFRESH_MS;

	uv_timer_start(&source->timer, on_timer, first_ms, refresh_ms);
}

// Whoever writes the file may need several system calls: read when it has been quiet for a moment.
static void on_event(uv_fs_event_t *watch, const char *filename, int events, int status)
{
	(void)filename;
	(void)events;
	if (status == 0)
		schedule(watch->data, FILE_SD_SETTLE_MS);
}

// The directory is watched, not the file: a rename over the file is seen, and so is a new match of the glob.
static void watch_directory(struct source *source)
{
	char *copy = mem_strdup(source->config->path);

	if (!copy || uv_fs_event_init(discovery_loop(source->discovery), &source->watch) < 0) {
		mem_free(copy);
		return;
	}
	source->has_watch = true;
	source->watch.data = source;
	uv_fs_event_start(&source->watch, on_event, dirname(copy), 0); // without it the refresh still reads
	mem_free(copy);
}

int file_sd_start(struct source *source)
{
	watch_directory(source);
	schedule(source, 0);
	return 0;
}

void file_sd_finish(struct source *source)
{
	if (source->job)
		uv_cancel((uv_req_t *)&source->job->work);
	for (size_t i = 0; i < source->n_files; i++)
		mem_free(source->files[i].path);
	mem_free(source->files);
	source->files = NULL;
	source->n_files = 0;
}
