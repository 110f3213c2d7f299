#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The recorder: takes events as they come, and has a thread write them, so that nobody waits for a disk.
 *
 * Each file begins with a snapshot of the fleet, and another one follows now and then, so that a reader can begin near
 * any time. A file of its own (`path`), or a directory (`dir`) of files that follow each other and of which the oldest
 * go. A disk that is slow costs events (a gap, told, and closed by a snapshot), one that fails ends the recording, or,
 * of a directory that `keeps_trying`, stops it until another file can be begun; the program goes on. It knows no clock
 * and no loop: the owner calls recorder_tick() each second, and recorder_take_in() when `wake` was called.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "opscon/fleet.h"
#include "recording/about.h"
#include "recording/shelf.h"

struct recorder;

struct recorder_limits {
	uint64_t file_bytes;     // of a directory's files: begins another one past that; 0: 64 MiB
	int64_t file_ms;         // or after that long; 0: a day
	struct shelf_limits all; // of a directory
	int64_t snapshot_ms;     // between two snapshots; 0: 10 minutes
	uint64_t snapshot_bytes; // or events, before compression; 0: 16 MiB
	int64_t flush_ms;        // how long an event waits for others in memory, and what a crash may cost; 0: 5 s
	size_t waiting_bytes;    // what may wait for the disk; 0: 64 MiB
	int64_t retry_ms;        // until it tries again after a failure, twice as long each time; 0: 5 s
	int64_t retry_max_ms;    // and at most; 0: a minute
	int zstd_level;          // 1..19; 0: 3
};

struct recorder_options {
	const char *path, *dir;        // one of them; `dir` is made when it is not there, mode 0700
	const char *fleet_name, *boot; // NULL: none, one of its own
	const char *dropped;           // of an export: what was left out; NULL: nothing
	bool is_demo;
	bool is_waiting;   // no thread: each call returns when the disk has what it hands over
	bool keeps_trying; // of a directory: a failure, also that of its first file, is no end
	struct recorder_limits limits;
	const struct fleet *fleet; // borrowed; has taken in what recorder_take() is given
	void (*wake)(void *ctx);   // on the recorder's thread: recorder_take_in() is due. NULL: nobody is told
	void *ctx;
};

enum { RECORDER_PATH_MAX = 4096 };

struct recorder_state {
	// 0; what ended the recording, or why it stands still: a negative errno. It is 0 again when a file that was
	// begun since has a whole snapshot on the disk.
	int error;
	int64_t written_ms;           // wall: of the newest event that was written; 0 none
	int64_t begun_ms;             // wall: when the file was
	char path[RECORDER_PATH_MAX]; // of the file that is written, or was last
	uint64_t n_bytes;             // written, in all files
	uint64_t n_file_bytes;        // written, in that file
	uint64_t n_events;            // recorded, as they came
	uint64_t n_records;           // handed over to be written: those, and what snapshots restate
	uint64_t n_lost;              // because the disk was too slow, or took nothing
	size_t n_files;               // begun
	bool is_behind;               // events are being lost
};

/* Begins to record: the first file is there, and a snapshot is on its way; or, where it keeps trying, the state says
 * why there is none yet. 0; negative errno with why: -EEXIST for a path where something is already, -EBUSY for a
 * directory that another process records into.
 */
int recorder_create(const struct recorder_options *options, struct instant now, struct recorder **out, char *why,
		    size_t why_size);

void recorder_take(struct recorder *recorder, const struct event *event, struct instant now);
void recorder_tick(struct recorder *recorder, struct instant now); // once a second
/* Before each of those, where time is that of this process. When no tick came for 10 s it was stopped, or the machine
 * slept, and saw nothing: a snapshot with a gap before it. True: it is so, and what was to be taken is in the snapshot.
 */
bool recorder_wake(struct recorder *recorder, struct instant now);
void recorder_take_in(struct recorder *recorder);                            // what has become of what was handed over
const struct recorder_state *recorder_look(const struct recorder *recorder); // as of the last call

void recorder_mend(struct recorder *recorder,
		   struct instant now); // the fleet has changed otherwise: a snapshot with a gap before it

/* Writes what waits, and the index, and ends the thread. 0, the error that ended the recording, or -ETIMEDOUT: a disk
 * that does not answer, and what is left of it is left to the end of the process. *out (may be NULL)
 * is the last state. NULL is fine.
 */
int recorder_destroy(struct recorder *recorder, struct instant now, unsigned timeout_ms, struct recorder_state *out);
