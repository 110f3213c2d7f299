// SPDX-License-Identifier: Apache-2.0
#include "hub/access_tokens.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

static const char prefix[] = "opt_";

_Static_assert(TOKEN_HASH_BYTES == crypto_hash_sha256_BYTES, "a token's hash is a SHA-256");

int token_make(char out[TOKEN_TEXT_MAX])
{
	unsigned char bits[32];

	if (sodium_init() < 0)
		return -EIO;
	memcpy(out, prefix, sizeof prefix - 1);
	randombytes_buf(bits, sizeof bits);
	sodium_bin2base64(out + sizeof prefix - 1, TOKEN_TEXT_MAX - (sizeof prefix - 1), bits, sizeof bits,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(bits, sizeof bits);
	return 0;
}

void token_wipe(char text[TOKEN_TEXT_MAX])
{
	sodium_memzero(text, TOKEN_TEXT_MAX);
}

void token_hash(const void *text, size_t n, unsigned char out[TOKEN_HASH_BYTES])
{
	crypto_hash_sha256(out, text, n);
}

bool token_name_is_fine(const char *name)
{
	static const char others[] = "._-@";
	size_t n = strlen(name);

	if (n == 0 || n > TOKEN_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = name[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!is_letter && (i == 0 || !strchr(others, c)))
			return false;
	}
	return true;
}

const char *token_of_header(const char *authorization, size_t *n)
{
	static const char scheme[] = "Bearer ";
	const char *at = authorization;

	*n = 0;
	if (!at || strncasecmp(at, scheme, sizeof scheme - 1) != 0)
		return "";
	at += sizeof scheme - 1;
	at += strspn(at, " ");
	*n = strlen(at);
	while (*n && (at[*n - 1] == ' ' || at[*n - 1] == '\t'))
		--*n;
	return at;
}

const struct token *tokens_find(const struct tokens *tokens, const unsigned char hash[TOKEN_HASH_BYTES],
				size_t *n_compared)
{
	size_t found = 0; // its number from 1; chosen without a branch

	for (size_t i = 0; i < tokens->n; i++) {
		size_t is = sodium_memcmp(tokens->items[i].hash, hash, TOKEN_HASH_BYTES) == 0;
		size_t mask = (size_t)0 - is;

		found = (found & ~mask) | ((i + 1) & mask);
	}
	if (n_compared)
		*n_compared = tokens->n;
	return found ? &tokens->items[found - 1] : NULL;
}

const struct token *tokens_hashed(const struct tokens *tokens, const unsigned char hash[TOKEN_HASH_BYTES])
{
	for (size_t i = 0; i < tokens->n; i++)
		if (memcmp(tokens->items[i].hash, hash, TOKEN_HASH_BYTES) == 0)
			return &tokens->items[i];
	return NULL;
}

const struct token *tokens_named(const struct tokens *tokens, const char *name)
{
	for (size_t i = 0; i < tokens->n; i++)
		if (strcmp(tokens->items[i].name, name) == 0)
			return &tokens->items[i];
	return NULL;
}

void token_finish(struct token *token)
{
	mem_free(token->name);
	mem_free(token->networks);
	mem_free(token->allow);
	mem_free(token->deny);
	*token = (struct token){ 0 };
}

int tokens_add(struct tokens *tokens, struct token *token)
{
	struct token *items = NULL;
	int r = 0;

	if (tokens_named(tokens, token->name))
		r = -EEXIST;
	else if (tokens->n >= TOKENS_MAX)
		r = -ENOSPC;
	else if (!(items = mem_realloc(tokens->items, (tokens->n + 1) * sizeof *items)))
		r = -ENOMEM;
	if (r < 0) {
		token_finish(token);
		return r;
	}
	tokens->items = items;
	tokens->items[tokens->n++] = *token;
	*token = (struct token){ 0 };
	return 0;
}

int tokens_remove(struct tokens *tokens, const char *name)
{
	for (size_t i = 0; i < tokens->n; i++) {
		if (strcmp(tokens->items[i].name, name) != 0)
			continue;
		token_finish(&tokens->items[i]);
		tokens->n--;
		memmove(tokens->items + i, tokens->items + i + 1, (tokens->n - i) * sizeof *tokens->items);
		return 0;
	}
	return -ENOENT;
}

void tokens_finish(struct tokens *tokens)
{
	for (size_t i = 0; i < tokens->n; i++)
		token_finish(&tokens->items[i]);
	mem_free(tokens->items);
	*tokens = (struct tokens){ 0 };
}
