// SPDX-License-Identifier: Apache-2.0
/* The token file as JSON:
 *
 *   {"version":1,"tokens":[{"name":"alice","hash":"9f86…","role":"operator","created_ms":1764100000000,
 *     "expires_ms":1771876000000,"networks":["10.0.0.0/8"],"allow":"tier=web","deny":"env=prod"}]}
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "formats/json.h"
#include "formats/json_writer.h"
#include "hub/access_tokens.h"
#include "opscon/agent.h"
#include "text/text.h"

enum { VERSION = 1, SELECTOR_MAX = 1024 };

struct parsing {
	struct token token;
	const char *name; // for mistakes: clean, or NULL while it is not known
	char *why;
};

static int mistake(struct parsing *p, const char *what)
{
	if (p->name)
		snprintf(p->why, TOKENS_WHY_MAX, "token %s: %s", p->name, what);
	else
		snprintf(p->why, TOKENS_WHY_MAX, "%s", what);
	return -EINVAL;
}

// A text without NUL and within its limit, on the heap. 0, -EINVAL, -ENOMEM.
static int copy_text(const struct json_value *value, size_t max, char **out)
{
	struct json_text text;

	if (json_read_text(value, &text) < 0 || text.n > max || memchr(text.bytes, '\0', text.n))
		return -EINVAL;
	*out = mem_strndup(text.bytes, text.n);
	return *out ? 0 : -ENOMEM;
}

static int take_name(struct parsing *p, const struct json_value *value)
{
	int r = copy_text(value, TOKEN_NAME_MAX, &p->token.name);

	if (r == -ENOMEM)
		return r;
	if (r < 0 || !token_name_is_fine(p->token.name))
		return mistake(p, "a token without a name of letters, digits and . _ - @");
	p->name = p->token.name;
	return 0;
}

static int take_hash(struct parsing *p, const struct json_value *value)
{
	struct json_text text;
	size_t n = 0;

	if (json_read_text(value, &text) < 0 || text.n != 2 * TOKEN_HASH_BYTES ||
	    sodium_hex2bin(p->token.hash, TOKEN_HASH_BYTES, text.bytes, text.n, NULL, &n, NULL) < 0 ||
	    n != TOKEN_HASH_BYTES)
		return mistake(p, "its hash is not 64 hexadecimal digits");
	return 0;
}

static int take_role(struct parsing *p, const struct json_value *value)
{
	char word[16];
	struct json_text text;

	if (json_read_text(value, &text) == 0 && text.n < sizeof word && !memchr(text.bytes, '\0', text.n)) {
		memcpy(word, text.bytes, text.n);
		word[text.n] = '\0';
		if (role_from_name(word, &p->token.role) == 0 && p->token.role != ROLE_NONE)
			return 0;
	}
	return mistake(p, "its role is not viewer, operator, deployer or admin");
}

static int take_time(struct parsing *p, const struct json_value *value, int64_t *out)
{
	if (json_read_int(value, out) == 0 && *out > 0)
		return 0;
	return mistake(p, "a time that is not milliseconds since 1970");
}

static int take_selector(struct parsing *p, const struct json_value *value, char **out)
{
	struct selector *selector = NULL;
	char why[120], words[200];
	int r = copy_text(value, SELECTOR_MAX, out);

	if (r == 0 && !text_is_clean(*out))
		r = -EINVAL;
	if (r < 0)
		return r == -ENOMEM ? r : mistake(p, "a selector that is no text");
	r = selector_parse(*out, &selector, why, sizeof why);
	selector_free(selector);
	if (r != -EINVAL)
		return r;
	snprintf(words, sizeof words, "not a selector: %s", why);
	return mistake(p, words);
}

static int take_networks(struct parsing *p, const struct json_value *value)
{
	size_t n = json_array_length(value);
	struct token *token = &p->token;

	// An empty list would say "from nowhere"; as nothing at all it would let everybody in.
	if (json_kind(value) != JSON_ARRAY || n == 0 || n > TOKEN_NETWORKS_MAX)
		return mistake(p, "its networks are no list of 1 to 64");
	token->networks = mem_calloc(n, sizeof *token->networks);
	if (!token->networks)
		return -ENOMEM;
	for (; token->n_networks < n; token->n_networks++) {
		char *text = NULL;
		int r = copy_text(json_array_at(value, token->n_networks), NETWORK_TEXT_MAX, &text);

		if (r == 0)
			r = network_parse(text, &token->networks[token->n_networks]);
		mem_free(text);
		if (r < 0)
			return r == -ENOMEM ? r : mistake(p, "a network that is none, such as 10.0.0.0/8");
	}
	return 0;
}

static bool is(const struct json_text *text, const char *word)
{
	return text->n == strlen(word) && memcmp(text->bytes, word, text->n) == 0;
}

static int take_member(struct parsing *p, const struct json_text *key, const struct json_value *value)
{
	if (is(key, "name"))
		return 0; // taken already
	if (is(key, "hash"))
		return take_hash(p, value);
	if (is(key, "role"))
		return take_role(p, value);
	if (is(key, "created_ms"))
		return take_time(p, value, &p->token.created_ms);
	if (is(key, "expires_ms"))
		return take_time(p, value, &p->token.expires_ms);
	if (is(key, "networks"))
		return take_networks(p, value);
	if (is(key, "allow"))
		return take_selector(p, value, &p->token.allow);
	if (is(key, "deny"))
		return take_selector(p, value, &p->token.deny);
	return mistake(p, "it says what this version does not understand");
}

static int parse_token(const struct json_value *object, struct tokens *out, char *why)
{
	struct parsing p = { .why = why };
	struct json_members members;
	struct json_text key;
	const struct json_value *value;
	int r = take_name(&p, json_member(object, "name"));

	json_members_init(&members, object);
	while (r == 0 && json_members_next(&members, &key, &value))
		r = take_member(&p, &key, value);
	if (r == 0 && !json_member(object, "hash"))
		r = mistake(&p, "it has no hash");
	if (r == 0 && p.token.role == ROLE_NONE)
		r = mistake(&p, "it has no role");
	if (r == 0 && tokens_named(out, p.name))
		r = mistake(&p, "it is there twice");
	if (r < 0) {
		token_finish(&p.token);
		return r;
	}
	return tokens_add(out, &p.token);
}

static int parse_document(const struct json_value *root, struct tokens *out, char *why)
{
	struct parsing p = { .why = why };
	const struct json_value *list = json_member(root, "tokens");
	struct json_members members;
	struct json_text key;
	const struct json_value *value;
	int64_t version;

	if (json_read_int(json_member(root, "version"), &version) < 0 || version != VERSION)
		return mistake(&p, "it is no token file of version 1");
	json_members_init(&members, root);
	while (json_members_next(&members, &key, &value))
		if (!is(&key, "version") && !is(&key, "tokens"))
			return mistake(&p, "it says what this version does not understand");
	if (json_kind(list) != JSON_ARRAY || json_array_length(list) > TOKENS_MAX)
		return mistake(&p, "its tokens are no list of at most 2000");
	for (size_t i = 0; i < json_array_length(list); i++) {
		int r = parse_token(json_array_at(list, i), out, why);

		if (r < 0)
			return r;
	}
	return 0;
}

int tokens_parse(const char *text, size_t n, struct tokens *out, char why[TOKENS_WHY_MAX])
{
	struct json_value *root = NULL;
	struct json_error error;
	int r = json_parse(text, n, &root, &error);

	*out = (struct tokens){ 0 };
	why[0] = '\0';
	if (r == -EINVAL)
		snprintf(why, TOKENS_WHY_MAX, "it is not JSON: %s at byte %zu", error.reason, error.offset);
	if (r < 0)
		return r;
	r = parse_document(root, out, why);
	json_free(root);
	if (r < 0)
		tokens_finish(out);
	return r;
}

static void put_token(struct json_writer *w, const struct token *token)
{
	char hash[2 * TOKEN_HASH_BYTES + 1], network[NETWORK_TEXT_MAX];

	json_open(w, NULL, '{');
	json_text(w, "name", token->name);
	json_text(w, "hash", sodium_bin2hex(hash, sizeof hash, token->hash, TOKEN_HASH_BYTES));
	json_text(w, "role", role_name(token->role));
	if (token->created_ms)
		json_int(w, "created_ms", token->created_ms);
	if (token->expires_ms)
		json_int(w, "expires_ms", token->expires_ms);
	if (token->n_networks) {
		json_open(w, "networks", '[');
		for (size_t i = 0; i < token->n_networks; i++) {
			network_format(&token->networks[i], network);
			json_text(w, NULL, network);
		}
		json_close(w, ']');
	}
	if (token->allow)
		json_text(w, "allow", token->allow);
	if (token->deny)
		json_text(w, "deny", token->deny);
	json_close(w, '}');
}

int tokens_format(const struct tokens *tokens, struct bytes *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	json_int(&w, "version", VERSION);
	json_open(&w, "tokens", '[');
	for (size_t i = 0; i < tokens->n; i++)
		put_token(&w, &tokens->items[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	json_newline(&w);
	return w.error;
}
