// SPDX-License-Identifier: Apache-2.0
#include "audit/key.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { ALGORITHM = 0x01, BLOB = 1 + AUDIT_KEY_BYTES };

static const char private_mark[] = "PRIVATE+KEY+";
enum { PRIVATE_MARK = sizeof private_mark - 1 };

static void find_id(struct audit_key *key)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	static const unsigned char middle[] = { '\n', ALGORITHM };
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)key->name, strlen(key->name));
	crypto_hash_sha256_update(&state, middle, sizeof middle);
	crypto_hash_sha256_update(&state, key->public, sizeof key->public);
	crypto_hash_sha256_final(&state, hash);
	memcpy(key->id, hash, sizeof key->id);
}

static bool is_name_byte(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '+';
}

int audit_key_make(const char *name, struct audit_key *out)
{
	if (sodium_init() < 0)
		return -EIO;
	*out = (struct audit_key){ .can_sign = true };
	snprintf(out->name, sizeof out->name, "%s", *name ? name : "opscon");
	for (char *c = out->name; *c; c++)
		if (!is_name_byte((unsigned char)*c))
			*c = '-';
	crypto_sign_keypair(out->public, out->secret);
	find_id(out);
	return 0;
}

void audit_key_wipe(struct audit_key *key)
{
	sodium_memzero(key, sizeof *key);
}

static void format(const struct audit_key *key, const char *mark, const unsigned char *half,
		   char out[AUDIT_KEY_TEXT_MAX])
{
	char base64[sodium_base64_ENCODED_LEN(BLOB, sodium_base64_VARIANT_ORIGINAL)];
	unsigned char blob[BLOB] = { ALGORITHM };

	memcpy(blob + 1, half, AUDIT_KEY_BYTES);
	sodium_bin2base64(base64, sizeof base64, blob, sizeof blob, sodium_base64_VARIANT_ORIGINAL);
	snprintf(out, AUDIT_KEY_TEXT_MAX, "%s%s+%02x%02x%02x%02x+%s\n", mark, key->name, key->id[0], key->id[1],
		 key->id[2], key->id[3], base64);
	sodium_memzero(blob, sizeof blob);
	sodium_memzero(base64, sizeof base64);
}

void audit_key_format_public(const struct audit_key *key, char out[AUDIT_KEY_TEXT_MAX])
{
	format(key, "", key->public, out);
}

// The first half of libsodium's secret key is the seed.
void audit_key_format_private(const struct audit_key *key, char out[AUDIT_KEY_TEXT_MAX])
{
	format(key, private_mark, key->secret, out);
}

// NAME+ID+BASE64 without a mark.
static int parse_parts(const char *text, size_t n, struct audit_key *out, char id[9], unsigned char half[BLOB])
{
	const char *plus = memchr(text, '+', n);
	size_t n_name = plus ? (size_t)(plus - text) : 0, used;

	if (n_name == 0 || n_name >= sizeof out->name || n < n_name + 10 || plus[9] != '+')
		return -EINVAL;
	for (size_t i = 0; i < n_name; i++)
		if (!is_name_byte((unsigned char)text[i]))
			return -EINVAL;
	memcpy(out->name, text, n_name);
	memcpy(id, plus + 1, 8);
	if (sodium_base642bin(half, BLOB, plus + 10, n - n_name - 10, NULL, &used, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0)
		return -EINVAL;
	return used == BLOB && half[0] == ALGORITHM ? 0 : -EINVAL;
}

int audit_key_parse(const char *text, size_t n, struct audit_key *out)
{
	unsigned char half[BLOB] = { 0 };
	char id[9] = "", own_id[9];
	bool is_private;
	int r;

	*out = (struct audit_key){ 0 };
	while (n && strchr(" \t\r\n", text[n - 1]))
		n--;
	is_private = n > PRIVATE_MARK && memcmp(text, private_mark, PRIVATE_MARK) == 0;
	if (is_private) {
		text += PRIVATE_MARK;
		n -= PRIVATE_MARK;
	}
	r = parse_parts(text, n, out, id, half);
	if (r == 0 && is_private)
		crypto_sign_seed_keypair(out->public, out->secret, half + 1);
	else
		memcpy(out->public, half + 1, sizeof out->public);
	out->can_sign = is_private;
	sodium_memzero(half, sizeof half);
	find_id(out);
	snprintf(own_id, sizeof own_id, "%02x%02x%02x%02x", out->id[0], out->id[1], out->id[2], out->id[3]);
	if (r == 0 && strcmp(id, own_id) != 0)
		r = -EINVAL;
	if (r < 0)
		audit_key_wipe(out);
	return r;
}
