#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A trail in a directory of its own, for tests: written by a store, looked at and spoilt as files. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/store.h"
#include "audit/verify.h"
#include "opscon/audit.h"

enum { TRAIL_NOW = 1764100000 }; // seconds; records are a second apart

struct trail {
	char root[64], dir[96]; // dir is within root
	struct bytes who;
	struct audit_store_options options; // to be changed before it is opened
	struct audit_store *store;          // NULL: closed
	struct audit_trouble trouble;
	int64_t now_ms;
};

void trail_init(struct trail *trail); // nothing is on disk yet but the root
void trail_finish(struct trail *trail);

int trail_open(struct trail *trail);                                   // as audit_store_open()
int trail_add(struct trail *trail, const char *id);                    // one record about the agent `id`, not synced
void trail_fill(struct trail *trail, int n);                           // so many; opens and closes
int trail_put(struct trail *trail, const struct audit_record *record); // not synced
void trail_close(struct trail *trail);

// Files of the trail.
char *trail_read(const struct trail *trail, const char *name, size_t *n); // owned by the caller, terminated
void trail_write(const struct trail *trail, const char *name, const char *text, size_t n);
void trail_path(const struct trail *trail, const char *name, char *out, size_t size);
bool trail_has(const struct trail *trail, const char *name);

struct audit_verdict trail_verify(const struct trail *trail);
