// SPDX-License-Identifier: Apache-2.0
/* opscon token list: who may come, from where, to do what to whom, and until when. Never a token: nobody has one. */
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "commands/exit_code.h"
#include "commands/token.h"
#include "formats/json_writer.h"
#include "hub/access_tokens.h"

enum { OUTPUT_MAX = 64 << 20, NETWORKS_MAX = 400 };

static bool is_expired(const struct token *token, int64_t now_ms)
{
	return token->expires_ms && token->expires_ms <= now_ms;
}

static const char *networks(const struct token *token, char out[NETWORKS_MAX])
{
	struct strbuf text;
	char one[NETWORK_TEXT_MAX];

	strbuf_init(&text, out, NETWORKS_MAX);
	for (size_t i = 0; i < token->n_networks; i++) {
		network_format(&token->networks[i], one);
		strbuf_addf(&text, "%s%s", i ? " " : "", one);
	}
	return token->n_networks ? out : "anywhere";
}

static const char *expiry(const struct token *token, int64_t now_ms, char out[HUMAN_MAX])
{
	char date[HUMAN_MAX];

	if (!token->expires_ms)
		return "never";
	snprintf(out, HUMAN_MAX, "%s%s", human_date(token->expires_ms, 0, date),
		 is_expired(token, now_ms) ? " (over)" : "");
	return out;
}

static void write_row(struct bytes *out, const struct token *token, int width, int64_t now_ms, int *error)
{
	char places[NETWORKS_MAX], until[HUMAN_MAX];
	int r = bytes_addf(out, "%-*s  %-8s  %-17s  %s%s%s%s%s\n", width, token->name, role_name(token->role),
			   expiry(token, now_ms, until), networks(token, places), token->allow ? "  allow " : "",
			   token->allow ? token->allow : "", token->deny ? "  deny " : "",
			   token->deny ? token->deny : "");

	*error = *error ? *error : r;
}

static int write_table(struct bytes *out, const struct tokens *tokens, int64_t now_ms)
{
	int width = 4, error;

	for (size_t i = 0; i < tokens->n; i++)
		if ((int)strlen(tokens->items[i].name) > width)
			width = (int)strlen(tokens->items[i].name);
	error = bytes_addf(out, "%-*s  %-8s  %-17s  %s\n", width, "NAME", "ROLE", "EXPIRES (UTC)", "FROM");
	for (size_t i = 0; i < tokens->n; i++)
		write_row(out, &tokens->items[i], width, now_ms, &error);
	return error;
}

static void write_token(struct json_writer *w, const struct token *token, int64_t now_ms)
{
	char network[NETWORK_TEXT_MAX];

	json_open(w, NULL, '{');
	json_text(w, "name", token->name);
	json_text(w, "role", role_name(token->role));
	json_time(w, "created", token->created_ms);
	json_time(w, "expires", token->expires_ms);
	json_bool(w, "expired", is_expired(token, now_ms));
	json_open(w, "networks", '[');
	for (size_t i = 0; i < token->n_networks; i++) {
		network_format(&token->networks[i], network);
		json_text(w, NULL, network);
	}
	json_close(w, ']');
	json_text(w, "allow", token->allow);
	json_text(w, "deny", token->deny);
	json_close(w, '}');
}

static int write_json(struct bytes *out, const struct tokens *tokens, const char *path, int64_t now_ms)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	json_int(&w, "schema_version", 1);
	json_time(&w, "at", now_ms);
	json_text(&w, "file", path);
	json_open(&w, "tokens", '[');
	for (size_t i = 0; i < tokens->n; i++)
		write_token(&w, &tokens->items[i], now_ms);
	json_close(&w, ']');
	json_close(&w, '}');
	json_newline(&w);
	return w.error;
}

int token_list_print(const struct tokens *tokens, const char *path, enum token_format format, int64_t now_ms)
{
	struct bytes out;
	int r;

	bytes_init(&out, OUTPUT_MAX);
	r = format == TOKEN_FORMAT_JSON ? write_json(&out, tokens, path, now_ms) : write_table(&out, tokens, now_ms);
	if (r == 0)
		fwrite(out.data, 1, out.len, stdout);
	else
		fprintf(stderr, "opscon token: %s\n", strerrordesc_np(-r));
	bytes_finish(&out);
	return r < 0 ? EXIT_OURS : EXIT_WELL;
}
