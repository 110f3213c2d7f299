// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"

static const char sum_key[] = "{\"sum\":\"", seq_key[] = "\",\"seq\":";
enum { SUM_AT = sizeof sum_key - 1, SEQ_AT = SUM_AT + AUDIT_HASH_HEX };

static const char *sum_of(const struct journal_chain *chain)
{
	static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";

	return chain->n ? chain->sum : zeros;
}

static void sum_up(const char *line, size_t n, char out[AUDIT_HASH_HEX + 1])
{
	struct audit_hash hash;

	audit_hash_of(line + SUM_AT, n - SUM_AT, &hash);
	audit_hash_hex(&hash, out);
}

int journal_line_seal(struct journal_chain *chain, const char *body, size_t n, struct bytes *out)
{
	size_t was = out->len;
	int r = bytes_addf(out, "%s%.*s%s%" PRIu64 ",", sum_key, AUDIT_HASH_HEX, sum_of(chain), seq_key, chain->n + 1);
	char sum[AUDIT_HASH_HEX + 1];

	if (r == 0)
		r = bytes_add(out, body, n);
	if (r == 0)
		r = bytes_add(out, "\n", 1);
	if (r < 0) {
		if (out->data)
			out->data[out->len = was] = '\0';
		return r;
	}
	sum_up(out->data + was, out->len - was - 1, sum);
	memcpy(out->data + was + SUM_AT, sum, AUDIT_HASH_HEX);
	memcpy(chain->sum, sum, AUDIT_HASH_HEX);
	chain->n++;
	return 0;
}

static bool has_head(const char *line, size_t n)
{
	return n > SEQ_AT + sizeof seq_key && memcmp(line, sum_key, SUM_AT) == 0 &&
	       memcmp(line + SEQ_AT, seq_key, sizeof seq_key - 1) == 0 && line[n - 1] == '}';
}

static bool has_sum_after(const char *before, char *line, size_t n)
{
	char own[AUDIT_HASH_HEX], sum[AUDIT_HASH_HEX + 1];

	memcpy(own, line + SUM_AT, sizeof own);
	memcpy(line + SUM_AT, before, sizeof own);
	sum_up(line, n, sum);
	memcpy(line + SUM_AT, own, sizeof own);
	return memcmp(own, sum, sizeof own) == 0;
}

bool journal_line_follows(struct journal_chain *chain, char *line, size_t n)
{
	char head[32];
	int n_head = snprintf(head, sizeof head, "%s%" PRIu64 ",", seq_key, chain->n + 1);

	if (!has_head(line, n) || n < SEQ_AT + (size_t)n_head || memcmp(line + SEQ_AT, head, (size_t)n_head) != 0 ||
	    !has_sum_after(sum_of(chain), line, n))
		return false;
	memcpy(chain->sum, line + SUM_AT, AUDIT_HASH_HEX);
	chain->n++;
	return true;
}

bool journal_line_is_good(const char *before, size_t n_before, char *line, size_t n)
{
	return has_head(before, n_before) && has_head(line, n) && has_sum_after(before + SUM_AT, line, n);
}
