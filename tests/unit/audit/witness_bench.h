#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A witness with a file of its own, and a hub whose trail begins with a seed: what it hears and is told of that. */
#include "audit/witness.h"
#include "opscon/audit.h"

#define HUB "wss://hub.example:8430"

extern char bench_dir[64], bench_path[96], why[WITNESS_WHY_MAX]; // of its file; what the last finding is in words
extern struct witness *witness;
extern uint64_t ask; // the record that it wants to know the hash of

void begin(void);
void reopen(void); // as another process would
void end(void);

const char *hash(char seed, uint64_t n); // of the n-th record; four of them are valid at once
enum witness_finding heard(char seed, uint64_t n);
enum witness_finding told(char seed, uint64_t n);
enum witness_finding answer_by(struct witness *by, const char *hub, uint64_t n, const char *text, const char *why_not);
