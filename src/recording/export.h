#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A part of a recording as a file of its own, to attach to a post-mortem: without what could be a secret (redact.h). It
 * begins with a snapshot of how things stood then.
 */
#include "recording/redact.h"
#include "recording/tape.h"

struct export_options {
	const char *path;       // of a file that must not be there yet
	int64_t from_ms, to_ms; // wall; 0: the recording's own
};

struct export_outcome {
	uint64_t n_events, n_bytes;
	uint64_t n_redacted[REDACTED_COUNT]; // from the snapshot on that it begins with
	struct tape_damage damage;           // blocks that could not be read: a gap, noted in the file
	uint64_t n_bad;                      // and events
};

/* 0; -ERANGE: nothing of it is of that time; -EEXIST and other errors of files, with why. What was written of a file
 * that could not be finished is taken away again.
 */
int recording_export(struct tape *tape, const struct export_options *options, struct export_outcome *out, char *why,
		     size_t why_size);
