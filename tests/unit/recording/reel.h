#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A recording's file made by hand: records of one letter, in blocks and with flags as a test wants them.
 *
 *   reel_begin(&reel, "a.rec");
 *   reel_block(&reel, BLOCK_BEGINS_SNAPSHOT | BLOCK_ENDS_SNAPSHOT, "0aAb", "0:"); // see reel_block()
 *   reel_end(&reel);
 */
#include "recording/file_writer.h"

enum { REEL_START_MS = 1000000 };

struct reel {
	char dir[64];
	struct file_writer writer;
	struct block_codec codec;
	const char *boot;
	uint32_t part; // of the next file
};

void reel_init(struct reel *reel);   // makes the directory
void reel_finish(struct reel *reel); // and removes it

const char *reel_path(const struct reel *reel, const char *name); // valid until the next call
void reel_begin(struct reel *reel, const char *name);
void reel_end(struct reel *reel);   // with an index
void reel_crash(struct reel *reel); // without

/* A block of one record a letter, a second apart, the first one at from_s after REEL_START_MS. A small letter is a
 * plain record, a capital one a transition, a digit a change that is none, '.' a restatement.
 */
void reel_block(struct reel *reel, unsigned flags, int64_t from_s, const char *letters);
