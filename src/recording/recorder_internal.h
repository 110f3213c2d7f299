#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Inside the recorder: recorder.c is the owner's side, recorder_thread.c that of the thread. */
#include "base/batch_thread.h"
#include "recording/file_writer.h"
#include "recording/recorder.h"
#include "recording/records.h"
#include "recording/turns.h"
#include "wire/plans.h"

struct fleet_snapshot;

struct recorder_job { // a block to be written
	struct batch_job link;
	struct block_head head;
	bool begins_file;
	int64_t aged_ms; // wall: what is older than the limit by then goes
	size_t n;
	char raw[];
};

struct recorder {
	struct batch_thread thread;
	struct recorder_state shared; // under the thread's lock

	// of the thread alone
	int dir_fd; // AT_FDCWD with a path
	bool is_dir;
	char place[RECORDER_PATH_MAX]; // the directory or the path, for people
	struct file_writer file;
	struct block_codec codec;
	struct about about;
	uint64_t n_written, n_written_before;
	size_t n_files;
	int64_t named_ms; // wall: of the file's name
	int error;
	char path[RECORDER_PATH_MAX];

	// of both, never changed
	bool is_waiting;
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
	bool begins_file;                      // with the batch
	size_t n_files_wanted;                 // with that which the batch begins
	bool has_begun;                        // the first snapshot
	int64_t filling_since_ms;              // mono: of the oldest in the batch; 0 none
	int64_t file_begun_ms, snapshot_at_ms; // mono
	int64_t file_begun_wall_ms, aged_ms;   // wall
	uint64_t n_since_snapshot;             // bytes
	size_t n_waiting;                      // bytes on the way to the disk
	void (*wake)(void *ctx);
	void *ctx;
};

extern const struct batch_class recorder_batch_class;

int recorder_open_file(struct recorder *recorder, int64_t now_ms); // the first one, before there is a thread
