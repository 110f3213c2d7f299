// SPDX-License-Identifier: Apache-2.0
#include "opscon/agent.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/glob.h"
#include "base/memory.h"
#include "text/text.h"

enum {
	SELECTOR_BYTES_MAX = 1024,
	SELECTOR_TERMS_MAX = 32,
};

enum operator{ OPERATOR_EQUAL, OPERATOR_NOT_EQUAL, OPERATOR_LIKE, OPERATOR_NOT_LIKE, OPERATOR_WORD };

struct term {
	enum operator operator;
	const char *name; // borrowed from selector::text; NULL for a word
	const char *value;
};

struct selector {
	char *text; // owned: the selector cut into terminated names and values
	struct term terms[SELECTOR_TERMS_MAX];
	size_t n;
};

struct parser {
	struct selector *selector;
	char *at;
	char *why;
	size_t why_size;
};

static int refuse(const struct parser *parser, const char *expected)
{
	snprintf(parser->why, parser->why_size, "column %zu: expected %s",
		 (size_t)(parser->at - parser->selector->text) + 1, expected);
	return -EINVAL;
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c == '/' || c == ':';
}

static void skip_spaces(struct parser *parser)
{
	while (*parser->at == ' ')
		parser->at++;
}

// Length of an operator at the text, 0 when there is none.
static size_t read_operator(const char *text, enum operator* out)
{
	static const struct {
		const char *text;
		enum operator operator;
	} operators[] = {
		{ "!=", OPERATOR_NOT_EQUAL },
		{ "!~", OPERATOR_NOT_LIKE },
		{ "=~", OPERATOR_LIKE },
		{ "=", OPERATOR_EQUAL },
	};

	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
		size_t n = strlen(operators[i].text);

		if (strncmp(text, operators[i].text, n) == 0) {
			*out = operators[i].operator;
			return n;
		}
	}
	return 0;
}

/* Reads a value up to the next comma, or a quoted one that may hold commas, and ends it. `at` is left behind the comma;
 * *is_last says that there was none.
 */
static int read_value(struct parser *parser, const char **out, bool *is_last)
{
	char *end;

	skip_spaces(parser);
	if (*parser->at == '"') {
		*out = ++parser->at;
		parser->at += strcspn(parser->at, "\"");
		if (!*parser->at)
			return refuse(parser, "a closing \"");
		*parser->at++ = '\0';
		skip_spaces(parser);
		if (*parser->at && *parser->at != ',')
			return refuse(parser, "a comma after the closing \"");
		*is_last = !*parser->at;
		parser->at += !*is_last;
		return 0;
	}
	*out = parser->at;
	parser->at += strcspn(parser->at, ",=\"");
	if (*parser->at && *parser->at != ',')
		return refuse(parser, "a comma (a value with = or \" in it stands in quotes)");
	*is_last = !*parser->at;
	for (end = parser->at; end > *out && end[-1] == ' '; end--)
		;
	parser->at += !*is_last;
	*end = '\0';
	return 0;
}

static int read_term(struct parser *parser, struct term *term, bool *is_last)
{
	char *name = parser->at, *name_end;
	size_t n;

	while (is_name_char(*parser->at))
		parser->at++;
	name_end = parser->at;
	skip_spaces(parser);
	n = read_operator(parser->at, &term->operator);
	if (!n && *parser->at == '!')
		return refuse(parser, "!= or !~");
	if (!n && *parser->at == '~')
		return refuse(parser, "=~ or !~");
	if (!n) {
		parser->at = name;
		if (!*name || *name == ',')
			return refuse(parser, "a label name or a word");
		term->operator= OPERATOR_WORD;
		return read_value(parser, &term->value, is_last);
	}
	if (name_end == name)
		return refuse(parser, "a label name before the operator");
	parser->at += n;
	*name_end = '\0';
	term->name = name;
	return read_value(parser, &term->value, is_last);
}

static int parse_terms(struct parser *parser)
{
	struct selector *selector = parser->selector;
	bool is_last = false;

	skip_spaces(parser);
	if (!*parser->at)
		return 0;
	while (!is_last) {
		int r;

		skip_spaces(parser);
		if (selector->n == SELECTOR_TERMS_MAX)
			return refuse(parser, "at most 32 terms");
		r = read_term(parser, &selector->terms[selector->n], &is_last);
		if (r < 0)
			return r;
		selector->n++;
	}
	return 0;
}

int selector_parse(const char *text, struct selector **out, char *why, size_t why_size)
{
	struct parser parser = { .why = why, .why_size = why_size };
	int r = -ENOMEM;

	if (strlen(text) > SELECTOR_BYTES_MAX) {
		snprintf(why, why_size, "expected at most %d characters", SELECTOR_BYTES_MAX);
		return -EINVAL;
	}
	parser.selector = mem_calloc(1, sizeof *parser.selector);
	if (parser.selector)
		parser.selector->text = parser.at = mem_strdup(text);
	if (parser.at)
		r = parse_terms(&parser);
	if (r < 0) {
		selector_free(parser.selector);
		return r;
	}
	*out = parser.selector;
	return 0;
}

void selector_free(struct selector *selector)
{
	if (selector)
		mem_free(selector->text);
	mem_free(selector);
}

// Glob with * and ?. Going back to the last star alone is enough, so the time is bounded by the product of the lengths.
static const char *look_up(const struct agent *agent, const char *name)
{
	const char *value;

	if (strcmp(name, "name") == 0)
		value = agent->name;
	else if (strcmp(name, "url") == 0)
		value = agent->url;
	else if (strcmp(name, "id") == 0)
		value = agent->key;
	else if (strcmp(name, "source") == 0)
		value = agent->source;
	else
		value = agent_label(agent, name);
	return value ? value : "";
}

static bool matches_term(const struct term *term, const struct agent *agent)
{
	switch (term->operator) {
	case OPERATOR_EQUAL:
		return strcmp(look_up(agent, term->name), term->value) == 0;
	case OPERATOR_NOT_EQUAL:
		return strcmp(look_up(agent, term->name), term->value) != 0;
	case OPERATOR_LIKE:
		return glob_matches(term->value, look_up(agent, term->name));
	case OPERATOR_NOT_LIKE:
		return !glob_matches(term->value, look_up(agent, term->name));
	case OPERATOR_WORD:
		break;
	}
	return text_find(look_up(agent, "name"), term->value) != NULL;
}

bool selector_matches(const struct selector *selector, const struct agent *agent)
{
	for (size_t i = 0; selector && i < selector->n; i++)
		if (!matches_term(&selector->terms[i], agent))
			return false;
	return true;
}
