// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/audit/witness_bench.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char bench_dir[64], bench_path[96], why[WITNESS_WHY_MAX];
struct witness *witness;
uint64_t ask;

void reopen(void)
{
	witness_close(witness);
	ck_assert_int_eq(witness_open(bench_path, &witness, why), 0);
}

void begin(void)
{
	strcpy(bench_dir, "/tmp/opscon-witness-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(bench_dir));
	snprintf(bench_path, sizeof bench_path, "%s/witness", bench_dir);
	witness = NULL;
	reopen();
}

void end(void)
{
	char command[128];

	witness_close(witness);
	snprintf(command, sizeof command, "rm -rf %s", bench_dir);
	ck_assert_int_eq(system(command), 0);
}

// The hash of the n-th record of a trail that was begun with a seed.
const char *hash(char seed, uint64_t n)
{
	static char hex[4][AUDIT_HASH_HEX + 1];
	static unsigned next;
	struct audit_hash out;
	char text[32];

	snprintf(text, sizeof text, "%c%llu", seed, (unsigned long long)n);
	audit_hash_of(text, strlen(text), &out);
	audit_hash_hex(&out, hex[next % 4]);
	return hex[next++ % 4];
}

enum witness_finding heard(char seed, uint64_t n)
{
	const struct witness_sight sight = {
		.n = n, .head = n ? hash(seed, n) : "", .key = "", .at_ms = INT64_C(1795446245000)
	};

	return witness_heard(witness, HUB, &sight, &ask, why);
}

enum witness_finding answer_by(struct witness *by, const char *hub, uint64_t n, const char *text, const char *why_not)
{
	return witness_told(by, hub, &(struct witness_answer){ .seq = n, .hash = text, .why_not = why_not }, why);
}

enum witness_finding told(char seed, uint64_t n)
{
	return answer_by(witness, HUB, n, hash(seed, n), "");
}
