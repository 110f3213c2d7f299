// SPDX-License-Identifier: Apache-2.0
/* The Authorization header, an empty line, and a token file. */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "hub/access_tokens.h"
#include "tests/fuzz/fuzz.h"

static void check_token(const struct tokens *tokens, const struct token *token)
{
	struct selector *selector = NULL;
	char text[NETWORK_TEXT_MAX], why[160];
	struct network again;

	fuzz_expect(token_name_is_fine(token->name), "a token has a name");
	fuzz_expect(tokens_named(tokens, token->name) == token, "and it alone");
	fuzz_expect(token->role > ROLE_NONE && token->role < ROLE_COUNT, "a token has a role");
	fuzz_expect(token->created_ms >= 0 && token->expires_ms >= 0, "times are after 1970");
	fuzz_expect(!token->networks == !token->n_networks, "networks are counted");
	for (size_t i = 0; i < token->n_networks; i++) {
		network_format(&token->networks[i], text);
		fuzz_expect(network_parse(text, &again) == 0, "a network is read as it is written");
		fuzz_expect(memcmp(again.address, token->networks[i].address, sizeof again.address) == 0 &&
				    again.bits == token->networks[i].bits,
			    "and is the same");
	}
	for (int i = 0; i < 2; i++) {
		const char *limit = i ? token->allow : token->deny;

		if (!limit)
			continue;
		fuzz_expect(selector_parse(limit, &selector, why, sizeof why) == 0, "a limit is a selector");
		selector_free(selector);
	}
}

static void check_written(const struct tokens *tokens)
{
	char why[TOKENS_WHY_MAX];
	struct bytes out, second;
	struct tokens again;

	bytes_init(&out, TOKENS_FILE_MAX);
	bytes_init(&second, TOKENS_FILE_MAX);
	fuzz_expect(tokens_format(tokens, &out) == 0, "tokens can be written");
	fuzz_expect(tokens_parse(out.data, out.len, &again, why) == 0, "and read again");
	fuzz_expect(tokens_format(&again, &second) == 0 && out.len == second.len &&
			    memcmp(out.data, second.data, out.len) == 0,
		    "as what they were");
	bytes_finish(&out);
	bytes_finish(&second);
	tokens_finish(&again);
}

static void check_found(const struct tokens *tokens, const char *token, size_t n)
{
	unsigned char hash[TOKEN_HASH_BYTES];
	const struct token *found;
	size_t n_compared = 0;
	bool is_there = false;

	token_hash(token, n, hash);
	found = tokens_find(tokens, hash, &n_compared);
	for (size_t i = 0; i < tokens->n; i++)
		is_there |= memcmp(tokens->items[i].hash, hash, sizeof hash) == 0;
	fuzz_expect(n_compared == tokens->n, "all are compared");
	fuzz_expect(is_there == (found != NULL), "the right one is found, and no other");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *header = fuzz_part(&input, "\n\n", NULL), *file;
	char why[TOKENS_WHY_MAX] = "";
	size_t n_file, n;
	const char *token = token_of_header(header, &n);
	struct tokens tokens;
	int r;

	fuzz_expect(n == 0 || (token >= header && token + n <= header + strlen(header)), "a token is of its header");
	fuzz_expect(n == 0 || (token[0] != ' ' && token[n - 1] != ' '), "and has no blanks around it");
	n_file = input.n;
	file = fuzz_text(input.at, n_file);
	r = tokens_parse(file, n_file, &tokens, why);
	fuzz_expect(r == 0 || r == -EINVAL, "a file is taken or refused");
	fuzz_expect((r == 0) == !why[0], "what is refused has a reason");
	fuzz_expect_clean(why, "the reason is clean");
	fuzz_expect(r == 0 || tokens.n == 0, "a file is taken whole or not at all");
	for (size_t i = 0; i < tokens.n; i++)
		check_token(&tokens, &tokens.items[i]);
	if (r == 0)
		check_written(&tokens);
	check_found(&tokens, token, n);
	tokens_finish(&tokens);
	mem_free(header);
	mem_free(file);
	return 0;
}
