#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Bearer tokens and the file that knows them. A token is 256 random bits, "opt_" and 43 characters of base64url; what
 * is kept is its SHA-256, so that neither the file nor a copy of it lets anybody in.
 *
 * The file is JSON, one object a token, see opscon.yml(5). It belongs to whoever reads it, and nobody else can read or
 * write it. What is not understood makes it refused as a whole: a limit that is not known must not be passed over.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "hub/access_network.h"
#include "opscon/role.h"

struct bytes;

enum {
	TOKEN_TEXT_MAX = 48, // with the terminator
	TOKEN_HASH_BYTES = 32,
	TOKEN_NAME_MAX = 64, // bytes
	TOKEN_NETWORKS_MAX = 64,
	TOKENS_MAX = 2000,
	TOKENS_FILE_MAX = 16 << 20,
	TOKENS_WHY_MAX = 240,
};

struct token {
	char *name; // owned, as the other texts: letters, digits and . _ - @
	unsigned char hash[TOKEN_HASH_BYTES];
	enum role role;                 // ROLE_VIEWER..ROLE_ADMIN
	int64_t created_ms, expires_ms; // wall; expires 0: never
	struct network *networks;       // owned
	size_t n_networks;              // 0: from anywhere
	char *allow, *deny;             // selectors; NULL: none
};

struct tokens {
	struct token *items; // owned, in the order of creation
	size_t n;
};

int token_make(char out[TOKEN_TEXT_MAX]); // 0, or -EIO without a random source. Wipe it after use
void token_wipe(char text[TOKEN_TEXT_MAX]);
void token_hash(const void *text, size_t n, unsigned char out[TOKEN_HASH_BYTES]);
bool token_name_is_fine(const char *name);

/* The token in the value of an Authorization header: "Bearer", any case, spaces, and the rest of it. Never fails: where
 * there is none, n is 0.
 */
const char *token_of_header(const char *authorization, size_t *n);

// Compares with each one there is, in the same time wherever it stands and whether it does. NULL: none.
// *n_compared (may be NULL) is how many were compared.
const struct token *tokens_find(const struct tokens *tokens, const unsigned char hash[TOKEN_HASH_BYTES],
				size_t *n_compared);
// The same in a hurry, for a hash that was found before.
const struct token *tokens_hashed(const struct tokens *tokens, const unsigned char hash[TOKEN_HASH_BYTES]);
const struct token *tokens_named(const struct tokens *tokens, const char *name); // NULL: none

// Takes the token over, whatever happens. 0; -EEXIST: one has that name; -ENOSPC; -ENOMEM.
int tokens_add(struct tokens *tokens, struct token *token);
int tokens_remove(struct tokens *tokens, const char *name); // 0 or -ENOENT
void tokens_finish(struct tokens *tokens);
void token_finish(struct token *token);

// 0; -EINVAL with why; -ENOMEM.
int tokens_parse(const char *text, size_t n, struct tokens *out, char why[TOKENS_WHY_MAX]);
int tokens_format(const struct tokens *tokens, struct bytes *out);

// By what a file is known again; zeros: there is none.
struct tokens_stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed; // ctime
};

int tokens_stamp(const char *path, struct tokens_stamp *out); // 0 (also for no file) or negative errno
bool tokens_stamp_is(const struct tokens_stamp *a, const struct tokens_stamp *b);

/* 0, without a file with no tokens; -EACCES, -EINVAL and others with why; -ENOMEM. `stamp` is set in any case.
 */
int tokens_load(const char *path, struct tokens *out, struct tokens_stamp *stamp, char why[TOKENS_WHY_MAX]);

/* Changes the file under its lock (PATH.lock beside it): reads it, calls `edit`, and replaces it unless that is
 * negative. 0, or negative errno with why; -EBUSY: somebody else has been changing it for TOKENS_LOCK_MS.
 */
enum { TOKENS_LOCK_MS = 5000 };
int tokens_change(const char *path, int (*edit)(void *ctx, struct tokens *tokens, char why[TOKENS_WHY_MAX]), void *ctx,
		  char why[TOKENS_WHY_MAX]);
