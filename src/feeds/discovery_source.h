#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One discovery source at work: what discovery.c (lifetimes), file_sd.c and http_sd.c share. */
#include <stdbool.h>
#include <uv.h>

#include "agents/target_groups.h"
#include "feeds/discovery.h"

struct file_sd_job;

// A file as it was when it was last applied or refused.
struct file_sd_stamp {
	int64_t mtime_ns, size;
	uint64_t inode;
};

struct file_sd_file {
	char *path; // owned
	struct file_sd_stamp stamp;
	bool is_seen; // mark of the sweep at hand
};

// One list of a source: the URL, a file of the pattern, the pattern itself.
struct source_list {
	char *name;    // owned
	char *problem; // owned: as told; NULL none
	bool was_read;
};

struct source {
	struct discovery *discovery;           // owner
	const struct discovery_source *config; // borrowed
	uv_timer_t timer;
	uv_fs_event_t watch;
	bool has_watch, is_read, is_closing;
	struct source_list *lists; // owned
	size_t n_lists;

	struct file_sd_file *files; // owned
	size_t n_files;
	struct file_sd_job *job; // in the pool; NULL when none
	bool reads_again;        // something changed while the job ran

	struct http_transfer *transfer; // NULL when none
};

void source_publish(struct source *source, const char *name, struct agent *const *agents, size_t n);
// Tells a problem unless it was told already; text NULL: it is over.
void source_problem(struct source *source, const char *name, const char *text);
void source_finds_nothing(struct source *source, const char *name); // the same for a pattern that matches no file
void source_forget(struct source *source, const char *name);        // a list that is no more; its problem is over

int file_sd_start(struct source *source); // 0 or negative errno
void file_sd_finish(struct source *source);
int http_sd_start(struct source *source);
void http_sd_finish(struct source *source);
void source_job_done(struct source *source); // a pool job has ended: a source that is closing may go
