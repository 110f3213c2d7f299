// SPDX-License-Identifier: Apache-2.0
#include "agents/command_template.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "text/text.h"

enum { PLACEHOLDER_MAX = 128 + sizeof "label:" };

struct values {
	const struct agent *agent;
	const char *version;
	char host[COMMAND_VALUE_MAX + 2]; // room for {url_host}
};

// ---- values

// "http://user.example:9100" -> "user.example"; "http://[::1]:80" -> "::1".
static const char *url_host(struct values *values)
{
	const char *from = strstr(values->agent->url, "://");
	bool is_bracketed;

	from = from ? from + 3 : values->agent->url;
	is_bracketed = *from == '[';
	from += is_bracketed;
	snprintf(values->host, sizeof values->host, "%.*s", (int)strcspn(from, is_bracketed ? "]" : ":/?#"), from);
	return values->host;
}

// What a placeholder stands for; NULL when there is none of that name.
static const char *value_of(struct values *values, const char *name)
{
	static const char *const labels[] = { "env", "service", "unit" };

	if (strcmp(name, "name") == 0)
		return values->agent->name;
	if (strcmp(name, "key") == 0)
		return values->agent->key;
	if (strcmp(name, "url_host") == 0)
		return url_host(values);
	if (strcmp(name, "version") == 0)
		return values->version ? values->version : "";
	if (strncmp(name, "label:", 6) == 0)
		return agent_label(values->agent, name + 6);
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
		if (strcmp(name, labels[i]) == 0)
			return agent_label(values->agent, name);
	return NULL;
}

static bool is_allowed(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("._:@/+-", c));
}

static bool climbs(const char *value)
{
	for (;;) {
		size_t n = strcspn(value, "/");

		if (n == 2 && memcmp(value, "..", 2) == 0)
			return true;
		if (!value[n])
			return false;
		value += n + 1;
	}
}

static int refuse(const char *name, const char *what, const char *expected, char *why, size_t why_size)
{
	snprintf(why, why_size, "{%.*s}: %s; expected %s", text_fit(name, 64), name, what, expected);
	text_trim(why);
	return -EINVAL;
}

// What stands at `at`, as far as it can be shown.
static const char *describe(const char *at, char *out, size_t size)
{
	char clean[32];
	const char *next = clean;
	struct text_cluster cluster = { .bytes = "" };

	text_clean(at, strnlen(at, 8), TEXT_ONE_LINE, clean, sizeof clean, NULL);
	text_next(&next, &cluster);
	if (cluster.codepoint == ' ')
		return "a blank in its value";
	snprintf(out, size, "%.*s in its value", cluster.n_bytes, cluster.bytes);
	return out;
}

static int check_value(const char *name, const char *value, char *why, size_t why_size)
{
	const char *at = value;
	char what[64];

	if (!*value)
		return refuse(name, "no value", "one", why, why_size);
	if (strlen(value) > COMMAND_VALUE_MAX)
		return refuse(name, "too long", "at most 200 bytes", why, why_size);
	while (is_allowed(*at))
		at++;
	if (*at)
		return refuse(name, describe(at, what, sizeof what), "letters, digits and . _ : @ / + -", why,
			      why_size);
	if (*value == '-')
		return refuse(name, "a value that begins with -", "one that is no option", why, why_size);
	if (climbs(value))
		return refuse(name, ".. in its value", "a path that leads down", why, why_size);
	return 0;
}

// ---- arguments

enum piece_kind { PIECE_END, PIECE_TEXT, PIECE_PLACEHOLDER, PIECE_STRAY };

struct piece {
	enum piece_kind kind;
	const char *text;           // of PIECE_TEXT: n bytes of the argument
	size_t n;                   //
	char name[PLACEHOLDER_MAX]; // of PIECE_PLACEHOLDER
};

static struct piece next_piece(const char **at)
{
	const char *from = *at;
	struct piece piece = { .kind = PIECE_TEXT, .text = from, .n = strcspn(from, "{}") };

	if (!*from) {
		piece.kind = PIECE_END;
	} else if (piece.n == 0 && from[1] == from[0]) { // {{ and }}
		piece.n = 1;
		*at += 2;
		return piece;
	} else if (piece.n == 0) {
		size_t n = strcspn(from + 1, "{}");
		bool is_one = from[0] == '{' && from[1 + n] == '}' && n < sizeof piece.name;

		piece.kind = is_one ? PIECE_PLACEHOLDER : PIECE_STRAY;
		snprintf(piece.name, sizeof piece.name, "%.*s", (int)n, from + 1);
		piece.n = n + 2;
	}
	*at += piece.kind == PIECE_STRAY ? 0 : piece.n;
	return piece;
}

static bool is_placeholder(const char *name)
{
	static const struct agent nobody = { .key = "", .name = "", .url = "" };
	struct values values = { .agent = &nobody };

	return strcmp(name, "label:") != 0 && value_of(&values, name);
}

int command_argument_check(const char *argument, bool *has_any, bool *has_version, char *why, size_t why_size)
{
	bool is_filled = false, is_versioned = false;
	const char *at = argument;
	struct piece piece;

	while ((piece = next_piece(&at)).kind != PIECE_END) {
		if (piece.kind == PIECE_STRAY) {
			snprintf(why, why_size, "a brace by itself; expected {{ or }} for one");
			return -EINVAL;
		}
		if (piece.kind != PIECE_PLACEHOLDER)
			continue;
		if (!is_placeholder(piece.name))
			return refuse(piece.name, "unknown",
				      "name, key, env, service, unit, url_host, version or label:NAME", why, why_size);
		is_filled = true;
		is_versioned |= strcmp(piece.name, "version") == 0;
	}
	if (is_filled && strpbrk(argument, " \t\n")) {
		snprintf(why, why_size, "a blank beside a placeholder; expected each argument by itself");
		return -EINVAL;
	}
	if (has_any)
		*has_any = is_filled;
	if (has_version)
		*has_version = is_versioned;
	return 0;
}

static int fill_argument(const char *argument, struct values *values, struct strbuf *out, char *why, size_t why_size)
{
	struct piece piece;

	while ((piece = next_piece(&argument)).kind != PIECE_END) {
		const char *value = piece.kind == PIECE_PLACEHOLDER ? value_of(values, piece.name) : NULL;

		if (piece.kind == PIECE_TEXT) {
			strbuf_add_bytes(out, piece.text, piece.n);
			continue;
		}
		if (!value)
			return refuse(piece.name, "unknown", "a placeholder", why, why_size);
		if (check_value(piece.name, value, why, why_size) < 0)
			return -EINVAL;
		strbuf_add(out, value);
	}
	return 0;
}

int command_fill(const char *const *arguments, const struct agent *agent, const char *version, struct command *out,
		 char *why, size_t why_size)
{
	struct values values = { .agent = agent, .version = version };

	out->n = out->used = 0;
	for (; *arguments; arguments++) {
		struct strbuf text;

		if (out->n == EXEC_ARGUMENTS_MAX || out->used == sizeof out->memory)
			break;
		strbuf_init(&text, out->memory + out->used, sizeof out->memory - out->used);
		if (fill_argument(*arguments, &values, &text, why, why_size) < 0)
			return -EINVAL;
		if (text.truncated)
			break;
		out->argv[out->n++] = text.data;
		out->used += text.len + 1;
	}
	out->argv[out->n] = NULL;
	if (!*arguments && out->n)
		return 0;
	snprintf(why, why_size, "expected a command of 1 to %d arguments and %d bytes", EXEC_ARGUMENTS_MAX,
		 COMMAND_BYTES_MAX);
	return -EINVAL;
}

// ---- for people

static void add_quoted(struct strbuf *out, const char *text)
{
	bool is_plain = *text;

	for (const char *c = text; *c; c++)
		is_plain &= is_allowed(*c) || *c == '=' || *c == ',' || *c == '%';
	if (is_plain) {
		strbuf_add(out, text);
		return;
	}
	strbuf_add_char(out, '\'');
	for (; *text; text++)
		strbuf_addf(out, *text == '\'' ? "'\\''" : "%c", *text);
	strbuf_add_char(out, '\'');
}

void command_describe(const struct command *command, char *out, size_t size)
{
	static const char more[] = "\xe2\x80\xa6";
	struct strbuf text;

	strbuf_init(&text, out, size);
	for (size_t i = 0; i < command->n; i++) {
		strbuf_add(&text, i ? " " : "");
		add_quoted(&text, command->argv[i]);
	}
	if (!text.truncated || size < sizeof more)
		return;
	out[size - sizeof more] = '\0';
	text_trim(out);
	memcpy(out + strlen(out), more, sizeof more);
}
