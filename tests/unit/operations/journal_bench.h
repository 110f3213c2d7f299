#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A directory of journals, a writer that is waited for, and one operation as a script, for tests. */
#include <pthread.h>
#include <stdbool.h>

#include "operations/journal.h"
#include "operations/recovery.h"

#define JOURNAL_BENCH_ID "20261125-225130-restart-1a2b3c4d"
enum { JOURNAL_BENCH_TARGETS = 3 };

static const int64_t journal_bench_now = 1764100000000;

struct journal_bench {
	char root[64], dir[96], path[160]; // dir is within root, path is that of JOURNAL_BENCH_ID
	struct plan *plan;                 // a rolling restart of three agents: observe, stop, start, verify; back
	struct journal_writer *writer;     // NULL: not started
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	unsigned long n_wakes;
	bool is_done; // what was waited for
	int error;    // what it said
	struct journal_story *story;
};

void journal_bench_init(struct journal_bench *bench);
void journal_bench_finish(struct journal_bench *bench); // the writer ends, the directory goes

void journal_bench_start(struct journal_bench *bench, void (*after_record)(void *ctx), void *ctx);
void journal_bench_stop(struct journal_bench *bench);

// As the calls they are named for; what is put is waited for. 0 or negative errno, of the call or of what came of it.
int journal_bench_create(struct journal_bench *bench, const char *id, struct journal **out);
int journal_bench_append(struct journal_bench *bench, struct journal *journal, const struct journal_record *record);
int journal_bench_resume(struct journal_bench *bench, const char *id, struct journal **out,
			 struct journal_story **story);

void journal_bench_wake(void *ctx);
void journal_bench_done(void *ctx, int error);
void journal_bench_wait(struct journal_bench *bench); // until journal_bench_done() was called
void journal_bench_free_story(struct journal_story *story);

// A journal with the whole plan and the first n records of the script, closed.
void journal_bench_write(struct journal_bench *bench, const char *id, size_t n);

char *journal_bench_load(const struct journal_bench *bench, size_t *n); // the file's bytes; free()
void journal_bench_store(const struct journal_bench *bench, const char *data, size_t n);

/* An operation from its start to its end: the first target goes well, the answer of the second one is lost and a look
 * finds what became of it, a person pauses and goes on, the third one fails and is taken back.
 */
struct script_row {
	struct journal_record record;
	// What is right when it ends after this record.
	enum recovery_kind kind;
	struct {
		enum recovery_target is;
		uint16_t next_step;
	} targets[JOURNAL_BENCH_TARGETS];
};

size_t journal_script(const struct script_row **rows);
