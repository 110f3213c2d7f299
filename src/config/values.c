// SPDX-License-Identifier: Apache-2.0
#include "config/values.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/human.h"
#include "base/memory.h"
#include "base/number.h"
#include "text/text.h"

enum { TEXT_BYTES = 256 };

void value_text(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	const char *text = reader_scalar(reader, node, "text");
	size_t max = field->max ? (size_t)field->max : TEXT_BYTES;
	mem_auto char *clean = NULL;
	char *copy;

	if (!text)
		return;
	if (strlen(text) > max) {
		reader_mistake(reader, node, "%zu bytes; expected at most %zu", strlen(text), max);
		return;
	}
	clean = text_clean_dup(text, strlen(text), TEXT_ONE_LINE, TEXT_FIELD_MAX);
	copy = clean ? arena_strdup(reader->arena, clean) : NULL;
	if (copy)
		*(const char **)out = copy;
	else
		reader->is_out_of_memory = true;
}

const char *value_expression(struct reader *reader, const yaml_node_t *node, const char *what, const char *name)
{
	static const struct field limits = { .max = 2048 };
	const struct config_checks *checks = reader->checks;
	const char *text = NULL;
	char why[160] = "";

	if (node)
		value_text(reader, node, &limits, &text);
	if (text && checks->expression && checks->expression(checks->ctx, text, why, sizeof why) < 0)
		reader_mistake(reader, node, "the expression of %s %s: %s", what, name ? name : "without a name", why);
	return text;
}

void value_selector(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct selector *selector = NULL;
	const char *text = NULL;
	char why[120];
	int r;

	value_text(reader, node, field, &text);
	if (!text)
		return;
	r = selector_parse(text, &selector, why, sizeof why);
	selector_free(selector);
	if (r == -ENOMEM)
		reader->is_out_of_memory = true;
	else if (r < 0)
		reader_mistake(reader, node, "not a selector: %s", why);
	else
		*(const char **)out = text;
}

const char *value_resolve_path(struct reader *reader, const char *path)
{
	size_t n_dir = path[0] == '/' ? 0 : strlen(reader->dir);
	char *whole = reader_alloc(reader, n_dir + strlen(path) + 1);

	if (!whole)
		return NULL;
	memcpy(whole, reader->dir, n_dir);
	memcpy(whole + n_dir, path, strlen(path) + 1);
	return whole;
}

void value_path(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	const struct field limits = { .max = field->max ? field->max : 1024 };
	const char *text = NULL, *whole;

	value_text(reader, node, &limits, &text);
	whole = text ? value_resolve_path(reader, text) : NULL;
	if (whole)
		*(const char **)out = whole;
}

void value_file(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	const char *path = NULL;
	char quote[QUOTE_MAX];

	value_path(reader, node, field, &path);
	if (!path)
		return;
	if (access(path, R_OK) < 0)
		reader_mistake(reader, node, "%s: %s; expected a file that can be read", reader_quote(node, quote),
			       strerrordesc_np(errno));
	else
		*(const char **)out = path;
}

static const char *duration(int64_t ms, char *out)
{
	if (ms == 0 || ms % 1000 == 0)
		return human_duration(ms, out);
	snprintf(out, HUMAN_MAX, "%lldms", (long long)ms);
	return out;
}

static bool read_duration(struct reader *reader, const yaml_node_t *node, const struct field *field, int64_t *out)
{
	static const char expected[] = "a duration such as 500ms, 5s or 1m30s";
	const char *text = reader_scalar(reader, node, expected);
	char quote[QUOTE_MAX], low[HUMAN_MAX], high[HUMAN_MAX];
	int64_t max = field->max ? field->max : INT64_C(366) * 86400000, ms = 0;
	int r;

	if (!text)
		return false;
	r = strcmp(text, "0") == 0 ? 0 : human_parse_duration(text, &ms);
	if (r == -EINVAL) {
		reader_mistake(reader, node, "%s; expected %s", reader_quote(node, quote), expected);
		return false;
	}
	if (r < 0 || ms < field->min || ms > max) {
		reader_mistake(reader, node, "%s; expected a duration from %s to %s", reader_quote(node, quote),
			       duration(field->min, low), duration(max, high));
		return false;
	}
	*out = ms;
	return true;
}

void value_duration32(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	int64_t ms;

	if (read_duration(reader, node, field, &ms))
		*(uint32_t *)out = (uint32_t)ms;
}

void value_duration64(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	int64_t ms;

	if (read_duration(reader, node, field, &ms))
		*(int64_t *)out = ms;
}

static bool read_count(struct reader *reader, const yaml_node_t *node, const struct field *field, uint64_t *out)
{
	const char *text = reader_scalar(reader, node, "a whole number");
	char quote[QUOTE_MAX];

	if (!text)
		return false;
	if (number_parse_u64(text, strlen(text), (uint64_t)field->max, out) < 0 || (int64_t)*out < field->min) {
		reader_mistake(reader, node, "%s; expected a whole number from %lld to %lld", reader_quote(node, quote),
			       (long long)field->min, (long long)field->max);
		return false;
	}
	return true;
}

void value_count16(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	uint64_t n;

	if (read_count(reader, node, field, &n))
		*(uint16_t *)out = (uint16_t)n;
}

void value_count32(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	uint64_t n;

	if (read_count(reader, node, field, &n))
		*(uint32_t *)out = (uint32_t)n;
}

void value_count(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	uint64_t n;

	if (read_count(reader, node, field, &n))
		*(size_t *)out = (size_t)n;
}

static bool read_bytes(struct reader *reader, const yaml_node_t *node, const struct field *field, uint64_t *out)
{
	static const struct {
		const char *name;
		unsigned shift;
	} units[] = { { "", 0 }, { "B", 0 }, { "KiB", 10 }, { "MiB", 20 }, { "GiB", 30 } };
	const char *text = reader_scalar(reader, node, "a size such as 64KiB or 16MiB"), *unit;
	char quote[QUOTE_MAX], low[HUMAN_MAX], high[HUMAN_MAX];
	uint64_t n = 0;

	if (!text)
		return false;
	unit = text + strspn(text, "0123456789");
	if (number_parse_u64(text, (size_t)(unit - text), UINT32_MAX, &n) == 0) {
		unit += *unit == ' ';
		for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
			*out = n << units[i].shift;
			if (strcasecmp(unit, units[i].name) == 0 && *out >= (uint64_t)field->min &&
			    *out <= (uint64_t)field->max)
				return true;
		}
	}
	reader_mistake(reader, node, "%s; expected a size such as 64KiB, from %s to %s", reader_quote(node, quote),
		       human_bytes((double)field->min, low), human_bytes((double)field->max, high));
	return false;
}

void value_bytes(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	uint64_t n;

	if (read_bytes(reader, node, field, &n))
		*(uint64_t *)out = n;
}

void value_bytes32(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	uint64_t n;

	if (read_bytes(reader, node, field, &n))
		*(uint32_t *)out = (uint32_t)n;
}

void value_number(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	const char *text = reader_scalar(reader, node, "a number");
	char quote[QUOTE_MAX];
	double value;

	(void)field;
	if (!text)
		return;
	if (number_parse(text, strlen(text), &value) < 0 || !(value - value == 0))
		reader_mistake(reader, node, "%s; expected a number such as 90 or 0.5", reader_quote(node, quote));
	else
		*(double *)out = value;
}

void value_bool(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on" };
	const char *text = reader_scalar(reader, node, "true or false");
	char quote[QUOTE_MAX];

	(void)field;
	for (size_t i = 0; text && i < sizeof words / sizeof words[0]; i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*(bool *)out = i % 2;
			return;
		}
	}
	if (text)
		reader_mistake(reader, node, "%s; expected true or false", reader_quote(node, quote));
}

void value_node(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	(void)reader;
	(void)field;
	*(const yaml_node_t **)out = node;
}

void value_mapping(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	reader_mapping(reader, node, field->fields, out);
}
