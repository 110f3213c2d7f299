#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The chain: every line holds its number and the SHA-256 of the line before it, over that line's exact bytes without
 * the newline. A line begins with its link, `{"seq":N,"prev":"HEX",`, and ends with `}`; the first line of a trail has
 * number 1 and zeros.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	AUDIT_HASH_BYTES = 32,
	AUDIT_HASH_HEX = 2 * AUDIT_HASH_BYTES,
	AUDIT_LINK_MAX = 128,   // bytes of a link
	AUDIT_LINE_MAX = 65536, // bytes of a line, newline included
};

struct audit_hash {
	unsigned char bytes[AUDIT_HASH_BYTES];
};

void audit_hash_of(const void *data, size_t n, struct audit_hash *out);
void audit_hash_hex(const struct audit_hash *hash, char out[AUDIT_HASH_HEX + 1]); // lower case
int audit_hash_from_hex(const char *text, size_t n, struct audit_hash *out);      // either case. 0 or -EINVAL
bool audit_hash_is(const struct audit_hash *a, const struct audit_hash *b);

struct audit_chain {
	uint64_t n;             // number of the newest line; 0: there is none
	struct audit_hash head; // its hash; zeros when there is none
};

// Writes the link of the line that comes next, terminated; returns its length.
size_t audit_chain_link(const struct audit_chain *chain, char out[AUDIT_LINK_MAX]);
void audit_chain_add(struct audit_chain *chain, const char *line, size_t n); // n: without the newline

struct audit_link {
	uint64_t seq;
	const char *prev; // AUDIT_HASH_HEX characters, borrowed from the line; maybe no digits
};

// Reads the link of a line, n without the newline. 0, or -EINVAL for what is no line of a trail.
int audit_link_read(const char *line, size_t n, struct audit_link *out);

// Whether the line's link says that it comes right after the chain's head.
bool audit_chain_takes(const struct audit_chain *chain, const struct audit_link *link);
