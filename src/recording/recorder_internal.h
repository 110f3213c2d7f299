#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Inside the recorder: recorder.c is the owner's side, recorder_thread.c that of the thread. */
#include "base/batch_thread.h"
#include "base/dir_lock.h"
#include "recording/file_writer.h"
#include "recording/recorder.h"
#include "recording/records.h"
#include "recording/turns.h"
#include "wire/plans.h"

struct fleet_snapshot;

struct recorder_job { // a block to be written
	struct batch_job link;
	struct block_head head;
	bool begins_file, begins_again; // again: after a failure
	int64_t aged_ms;                // wall: what is older than the limit by then goes
	size_t n;
	char raw[];
};

struct recorder {
	struct batch_thread thread;
	struct recorder_state shared; // under the thread's lock
	uint32_t shared_failures;

	// of the thread alone
	int dir_fd; // -1: none, or it is not open
	struct dir_lock dir_lock;
	char holder[DIR_LOCK_WORDS_MAX]; // who has the directory instead of us; ""
	bool is_dir;
	char place[RECORDER_PATH_MAX]; // the directory or the path, for people
	struct file_writer file;
	struct block_codec codec;
	struct about about;
	uint64_t n_written, n_written_before;
	size_t n_files;
	int64_t named_ms; // wall: of the file's name
	int error;        // of the last attempt: nothing is written until there is another one
	int stopped;      // as it is told: until the snapshot of another attempt is on the disk
	uint32_t n_failures;
	uint64_t n_unwritten; // events handed over
	int64_t written_ms;   // wall
	bool owes_entry;      // a name was made or taken away, and the disk may not know
	bool owes_place;      // the same of the directory itself
	bool is_tentative;    // the file: no whole snapshot is in it yet, and nothing else says what it is about
	char path[RECORDER_PATH_MAX], name[SHELF_NAME_MAX];

	// of both, never changed
	bool is_waiting, keeps_trying;
	struct recorder_limits limits;

	// of the owner alone
	const struct fleet *fleet; // borrowed
	struct recorder_state state;
	struct record_batch batch;
	struct bytes text; // of one event
	struct turns turns;
	struct wire_told told;
	struct fleet_snapshot *snapshot;       // owned: being told; NULL none
	unsigned flags;                        // enum block_flag of the batch
	bool begins_file, begins_again;        // with the batch
	size_t n_files_wanted;                 // with that which the batch begins
	bool is_trying;                        // to begin again; the state's error stands until it has
	uint32_t seen_failures;                // of n_failures
	uint64_t seen_unwritten;               // of n_unwritten
	int64_t retry_at_ms, retry_wait_ms;    // mono; 0: not known yet, none so far
	int64_t again_at_ms;                   // mono: of the last try
	bool has_begun;                        // the first snapshot
	int64_t filling_since_ms;              // mono: of the oldest in the batch; 0 none
	int64_t file_begun_ms, snapshot_at_ms; // mono
	int64_t ticked_ms;                     // mono: of the last tick
	int64_t file_begun_wall_ms, aged_ms;   // wall
	uint64_t n_since_snapshot;             // bytes
	size_t n_waiting;                      // bytes on the way to the disk
	void (*wake)(void *ctx);
	void *ctx;
};

extern const struct batch_class recorder_batch_class;

// The first one, before there is a thread, and its directory.
int recorder_open_place(struct recorder *recorder, int64_t now_ms);
