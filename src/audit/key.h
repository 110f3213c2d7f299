#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The Ed25519 key that signs checkpoints, in the text forms of C2SP signed notes: NAME+ID+BASE64 for the public half,
 * PRIVATE+KEY+NAME+ID+BASE64 for the seed. The base64 holds the algorithm's byte 0x01 and then the 32 bytes; ID is the
 * first 4 bytes of SHA-256(NAME, 0x0A, 0x01, public key), in hex.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { AUDIT_KEY_NAME_MAX = 128, AUDIT_KEY_BYTES = 32, AUDIT_KEY_TEXT_MAX = 320 };

struct audit_key {
	char name[AUDIT_KEY_NAME_MAX];
	unsigned char id[4];
	unsigned char public[AUDIT_KEY_BYTES];
	unsigned char secret[2 * AUDIT_KEY_BYTES]; // zeros unless it can sign
	bool can_sign;
};

// A fresh key. What a name may not hold (spaces, plus signs, controls) becomes '-'. 0, or -EIO without a random source.
int audit_key_make(const char *name, struct audit_key *out);
void audit_key_wipe(struct audit_key *key);

void audit_key_format_public(const struct audit_key *key, char out[AUDIT_KEY_TEXT_MAX]);
void audit_key_format_private(const struct audit_key *key, char out[AUDIT_KEY_TEXT_MAX]); // wipe it after use

// Either form; white space after it is skipped. 0 or -EINVAL.
int audit_key_parse(const char *text, size_t n, struct audit_key *out);
