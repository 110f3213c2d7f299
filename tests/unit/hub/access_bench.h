#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Access to a hub of a little world of its own: users root 0, hub 100, alice 1000, bob 1001, mallory 1002; groups ops
 * 50 and dev 51. Time is virtual. Every failure aborts the running Check test.
 */
#include <netinet/in.h>

#include "hub/access.h"

enum { BENCH_HUB_UID = 100, BENCH_RECORDS_MAX = 400 };
#define BENCH_START_MS INT64_C(1795446245000)

// What was put on record, as texts.
struct bench_record {
	enum audit_action action;
	enum audit_result result;
	char user[128], origin[128], role[16], error[256], resource[128], details[300];
	uint32_t session;
};

struct access_bench {
	struct access *access;
	struct hub_config config; // to be changed before access_bench_open() or _reload()
	struct instant now;
	char path[64]; // of the token file
	char why[ACCESS_WHY_MAX];
	struct bench_record records[BENCH_RECORDS_MAX];
	size_t n_records;
};

void access_bench_init(struct access_bench *b); // a configuration as documented, and no token file yet
int access_bench_open(struct access_bench *b);
void access_bench_finish(struct access_bench *b);
void access_bench_pass(struct access_bench *b, int64_t ms);
const struct bench_record *access_bench_last(const struct access_bench *b); // aborts when there is none

struct bench_token {
	const char *name;
	enum role role;
	int64_t expires_ms;
	const char *network, *allow, *deny; // NULL: none
};

void access_bench_token(struct access_bench *b, const struct bench_token *token, char out[64]); // "Bearer opt_..."
void access_bench_revoke(struct access_bench *b, const char *name);

// "192.0.2.7", "2001:db8::1"; borrowed, until the next call but three.
const struct sockaddr *access_bench_from(const char *address, uint16_t port);

int access_bench_peer(struct access_bench *b, int64_t uid, int64_t gid, struct access_identity *out);
