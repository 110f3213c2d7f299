// SPDX-License-Identifier: Apache-2.0
#include "audit/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

enum {
	SIGNATURE = 4 + crypto_sign_BYTES,
	HEAD_BASE64 = sodium_base64_ENCODED_LEN(AUDIT_HASH_BYTES, sodium_base64_VARIANT_ORIGINAL),
	SIGNATURE_BASE64 = sodium_base64_ENCODED_LEN(SIGNATURE, sodium_base64_VARIANT_ORIGINAL),
	BODY_MAX = 256,
};

static const char dash[] = "— ";
enum { DASH = sizeof dash - 1, ORIGIN = sizeof AUDIT_ORIGIN - 1 };

int audit_checkpoint_sign(const struct audit_checkpoint *checkpoint, const struct audit_key *key, struct bytes *out)
{
	char body[BODY_MAX], head[HEAD_BASE64], signature[SIGNATURE_BASE64];
	unsigned char blob[SIGNATURE];
	int n;

	sodium_bin2base64(head, sizeof head, checkpoint->head.bytes, AUDIT_HASH_BYTES, sodium_base64_VARIANT_ORIGINAL);
	n = snprintf(body, sizeof body, AUDIT_ORIGIN "%s\n%" PRIu64 "\n%s\n", checkpoint->log_id, checkpoint->n, head);
	memcpy(blob, key->id, sizeof key->id);
	crypto_sign_detached(blob + sizeof key->id, NULL, (const unsigned char *)body, (unsigned long long)n,
			     key->secret);
	sodium_bin2base64(signature, sizeof signature, blob, sizeof blob, sodium_base64_VARIANT_ORIGINAL);
	return bytes_addf(out, "%s\n%s%s %s\n\n", body, dash, key->name, signature);
}

// ---- reading

struct line {
	const char *text; // not terminated
	size_t n;
};

// The next line of text[*at..n), without its newline; false when it has none.
static bool next_line(const char *text, size_t n, size_t *at, struct line *out)
{
	const char *end = memchr(text + *at, '\n', n - *at);

	if (!end)
		return false;
	*out = (struct line){ text + *at, (size_t)(end - text) - *at };
	*at += out->n + 1;
	return true;
}

static int read_body(const struct line lines[3], struct audit_checkpoint *out)
{
	size_t n_id = lines[0].n - ORIGIN, used;

	if (lines[0].n <= ORIGIN || memcmp(lines[0].text, AUDIT_ORIGIN, ORIGIN) != 0 || n_id >= sizeof out->log_id)
		return -EINVAL;
	memcpy(out->log_id, lines[0].text + ORIGIN, n_id);
	out->log_id[n_id] = '\0';
	if (strspn(out->log_id, "0123456789abcdef") != n_id)
		return -EINVAL;
	if (number_parse_u64(lines[1].text, lines[1].n, INT64_MAX, &out->n) < 0 || lines[1].text[0] == '0')
		return -EINVAL;
	if (sodium_base642bin(out->head.bytes, AUDIT_HASH_BYTES, lines[2].text, lines[2].n, NULL, &used, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0)
		return -EINVAL;
	return used == AUDIT_HASH_BYTES ? 0 : -EINVAL;
}

// 0, -EKEYREJECTED, -ENOKEY: it is somebody else's.
static int check_signature(const struct line *line, const struct line *body, const struct audit_key *key)
{
	size_t n_name = strlen(key->name), used;
	unsigned char blob[SIGNATURE];
	const char *text = line->text + DASH;

	if (line->n < DASH + n_name + 1 || memcmp(text, key->name, n_name) != 0 || text[n_name] != ' ')
		return -ENOKEY;
	if (sodium_base642bin(blob, sizeof blob, text + n_name + 1, line->n - DASH - n_name - 1, NULL, &used, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    used != SIGNATURE || memcmp(blob, key->id, sizeof key->id) != 0)
		return -ENOKEY;
	if (crypto_sign_verify_detached(blob + sizeof key->id, (const unsigned char *)body->text, body->n,
					key->public) != 0)
		return -EKEYREJECTED;
	return 0;
}

// The lines of signers up to the empty one.
static int read_signatures(const char *text, size_t n, size_t *at, const struct line *body, const struct audit_key *key)
{
	int result = key ? -ENOKEY : 0, one;
	struct line line;

	for (;;) {
		if (!next_line(text, n, at, &line))
			return -ENODATA;
		if (line.n == 0)
			return result;
		if (line.n < DASH || memcmp(line.text, dash, DASH) != 0)
			return -EINVAL;
		one = result == -ENOKEY ? check_signature(&line, body, key) : -ENOKEY;
		if (one != -ENOKEY)
			result = one;
	}
}

int audit_checkpoint_read(const char *text, size_t n, const struct audit_key *key, struct audit_checkpoint *out,
			  size_t *used)
{
	struct line lines[4], body;
	int r, signature;

	*used = 0;
	for (size_t i = 0; i < 4; i++)
		if (!next_line(text, n, used, &lines[i]))
			return -ENODATA;
	body = (struct line){ text, (size_t)(lines[3].text - text) };
	r = lines[3].n == 0 ? read_body(lines, out) : -EINVAL;
	signature = read_signatures(text, n, used, &body, key);
	return r < 0 && signature != -ENODATA ? r : signature;
}
