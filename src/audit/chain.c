// SPDX-License-Identifier: Apache-2.0
#include "audit/chain.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

_Static_assert(AUDIT_HASH_BYTES == crypto_hash_sha256_BYTES, "a hash is a SHA-256");

static const char seq_key[] = "{\"seq\":", prev_key[] = ",\"prev\":\"";
enum { SEQ_KEY = sizeof seq_key - 1, PREV_KEY = sizeof prev_key - 1, SEQ_DIGITS_MAX = 18 };

void audit_hash_of(const void *data, size_t n, struct audit_hash *out)
{
	crypto_hash_sha256(out->bytes, data, n);
}

void audit_hash_hex(const struct audit_hash *hash, char out[AUDIT_HASH_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < AUDIT_HASH_BYTES; i++) {
		out[2 * i] = digits[hash->bytes[i] >> 4];
		out[2 * i + 1] = digits[hash->bytes[i] & 15];
	}
	out[AUDIT_HASH_HEX] = '\0';
}

int audit_hash_from_hex(const char *text, size_t n, struct audit_hash *out)
{
	size_t used;

	if (n != AUDIT_HASH_HEX || sodium_hex2bin(out->bytes, sizeof out->bytes, text, n, NULL, &used, NULL) != 0 ||
	    used != AUDIT_HASH_BYTES)
		return -EINVAL;
	return 0;
}

bool audit_hash_is(const struct audit_hash *a, const struct audit_hash *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

size_t audit_chain_link(const struct audit_chain *chain, char out[AUDIT_LINK_MAX])
{
	char hex[AUDIT_HASH_HEX + 1];

	audit_hash_hex(&chain->head, hex);
	return (size_t)snprintf(out, AUDIT_LINK_MAX, "%s%" PRIu64 "%s%s\",", seq_key, chain->n + 1, prev_key, hex);
}

void audit_chain_add(struct audit_chain *chain, const char *line, size_t n)
{
	chain->n++;
	audit_hash_of(line, n, &chain->head);
}

int audit_link_read(const char *line, size_t n, struct audit_link *out)
{
	size_t digits = 0, at = SEQ_KEY;

	if (n < SEQ_KEY || memcmp(line, seq_key, SEQ_KEY) != 0 || line[n - 1] != '}')
		return -EINVAL;
	while (digits <= SEQ_DIGITS_MAX && at + digits < n && line[at + digits] >= '0' && line[at + digits] <= '9')
		digits++;
	if (line[at] == '0' || number_parse_u64(line + at, digits, INT64_MAX, &out->seq) < 0)
		return -EINVAL;
	at += digits;
	if (n - at < PREV_KEY + AUDIT_HASH_HEX + 3 || memcmp(line + at, prev_key, PREV_KEY) != 0)
		return -EINVAL;
	out->prev = line + at + PREV_KEY;
	return memcmp(out->prev + AUDIT_HASH_HEX, "\",", 2) == 0 ? 0 : -EINVAL;
}

bool audit_chain_takes(const struct audit_chain *chain, const struct audit_link *link)
{
	char hex[AUDIT_HASH_HEX + 1];

	if (link->seq != chain->n + 1)
		return false;
	audit_hash_hex(&chain->head, hex);
	return memcmp(link->prev, hex, AUDIT_HASH_HEX) == 0;
}
