// SPDX-License-Identifier: Apache-2.0
/* opscon token list: who may come, from where, to do what to whom, until when, and when they last came. Never a token:
 * nobody has one.
 */
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

// "2026-11-26 05:08Z"
static const char *minute(int64_t at_ms, char out[HUMAN_MAX])
{
	char date[HUMAN_MAX], time[HUMAN_MAX];

	snprintf(out, HUMAN_MAX, "%.10s %.5sZ", human_date(at_ms, 0, date), human_time_of_day(at_ms, 0, time));
	return out;
}

static const char *expiry(const struct token *token, int64_t now_ms, char out[HUMAN_MAX])
{
	char at[HUMAN_MAX], left[HUMAN_MAX];

	if (!token->expires_ms)
		return "never";
	if (is_expired(token, now_ms))
		snprintf(out, HUMAN_MAX, "%.18s expired", minute(token->expires_ms, at));
	else
		snprintf(out, HUMAN_MAX, "%.18s in %.12s", minute(token->expires_ms, at),
			 human_duration(token->expires_ms - now_ms, left));
	return out;
}

static const char *use(const struct token_list *list, size_t i, char out[HUMAN_MAX])
{
	if (!list->has_uses || (list->is_cut && !list->last_ms[i]))
		return "not known";
	return list->last_ms[i] ? minute(list->last_ms[i], out) : "none";
}

static int write_row(struct bytes *out, const struct token_list *list, size_t i, int width)
{
	const struct token *token = &list->tokens->items[i];
	char places[NETWORKS_MAX], until[HUMAN_MAX], last[HUMAN_MAX];

	return bytes_addf(out, "%-*s  %-8s  %-28s  %-17s  %s%s%s%s%s\n", width, token->name, role_name(token->role),
			  expiry(token, list->now_ms, until), use(list, i, last), networks(token, places),
			  token->allow ? "  allow " : "", token->allow ? token->allow : "",
			  token->deny ? "  deny " : "", token->deny ? token->deny : "");
}

static int write_table(struct bytes *out, const struct token_list *list)
{
	const struct tokens *tokens = list->tokens;
	int width = 4, r;

	for (size_t i = 0; i < tokens->n; i++)
		if ((int)strlen(tokens->items[i].name) > width)
			width = (int)strlen(tokens->items[i].name);
	r = bytes_addf(out, "%-*s  %-8s  %-28s  %-17s  %s\n", width, "NAME", "ROLE", "EXPIRES (UTC)", "LAST SESSION",
		       "FROM");
	for (size_t i = 0; i < tokens->n && r == 0; i++)
		r = write_row(out, list, i, width);
	return r;
}

static void write_token(struct json_writer *w, const struct token_list *list, size_t i)
{
	const struct token *token = &list->tokens->items[i];
	char network[NETWORK_TEXT_MAX];

	json_open(w, NULL, '{');
	json_text(w, "name", token->name);
	json_text(w, "role", role_name(token->role));
	json_time(w, "created", token->created_ms);
	json_time(w, "expires", token->expires_ms);
	json_bool(w, "expired", is_expired(token, list->now_ms));
	json_time(w, "last_session", list->last_ms[i]);
	json_open(w, "networks", '[');
	for (size_t j = 0; j < token->n_networks; j++) {
		network_format(&token->networks[j], network);
		json_text(w, NULL, network);
	}
	json_close(w, ']');
	json_text(w, "allow", token->allow);
	json_text(w, "deny", token->deny);
	json_close(w, '}');
}

static int write_json(struct bytes *out, const struct token_list *list)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	json_int(&w, "schema_version", 1);
	json_time(&w, "at", list->now_ms);
	json_text(&w, "file", list->path);
	json_bool(&w, "has_last_sessions", list->has_uses && !list->is_cut); // else null is not "never"
	json_open(&w, "tokens", '[');
	for (size_t i = 0; i < list->tokens->n; i++)
		write_token(&w, list, i);
	json_close(&w, ']');
	json_close(&w, '}');
	json_newline(&w);
	return w.error;
}

int token_list_print(const struct token_list *list, enum token_format format)
{
	struct bytes out;
	int r;

	bytes_init(&out, OUTPUT_MAX);
	r = format == TOKEN_FORMAT_JSON ? write_json(&out, list) : write_table(&out, list);
	if (r == 0)
		fwrite(out.data, 1, out.len, stdout);
	else
		fprintf(stderr, "opscon token: %s\n", strerrordesc_np(-r));
	bytes_finish(&out);
	return r < 0 ? EXIT_OURS : EXIT_WELL;
}
