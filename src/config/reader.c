// SPDX-License-Identifier: Apache-2.0
#include "config/reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "config/suggest.h"
#include "text/text.h"

enum { FIELDS_MAX = 48 };

// A full list gives its last warning up for a mistake: what a file is refused for must be seen.
static bool make_room(struct config_errors *errors, bool is_warning)
{
	if (errors->n < CONFIG_ERRORS_MAX)
		return true;
	errors->n_more++;
	for (size_t i = errors->n; i-- > 0 && !is_warning;) {
		if (!errors->items[i].is_warning)
			continue;
		errors->n--;
		memmove(errors->items + i, errors->items + i + 1, (errors->n - i) * sizeof errors->items[0]);
		return true;
	}
	return false;
}

void config_errors_add(struct config_errors *errors, const struct config_error *error)
{
	size_t at;

	if (!make_room(errors, error->is_warning))
		return;
	at = errors->n;
	// In the order of the file, whatever the order of reading.
	while (at > 0 && (errors->items[at - 1].line > error->line || (errors->items[at - 1].line == error->line &&
								       errors->items[at - 1].column > error->column))) {
		errors->items[at] = errors->items[at - 1];
		at--;
	}
	errors->items[at] = *error;
	errors->n++;
}

static void add(struct reader *reader, const yaml_mark_t *mark, bool is_warning, const char *format, va_list args)
	__attribute__((format(printf, 4, 0)));

static void add(struct reader *reader, const yaml_mark_t *mark, bool is_warning, const char *format, va_list args)
{
	struct config_error error = { .is_warning = is_warning };

	snprintf(error.path, sizeof error.path, "%s", reader->path ? reader->path : "");
	text_trim(error.path);
	if (mark) {
		error.line = (unsigned)mark->line + 1;
		error.column = (unsigned)mark->column + 1;
	}
	vsnprintf(error.text, sizeof error.text, format, args);
	text_trim(error.text);
	config_errors_add(reader->errors, &error);
	reader->has_mistakes |= !is_warning;
}

void reader_mistake(struct reader *reader, const yaml_node_t *node, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(reader, node ? &node->start_mark : NULL, false, format, args);
	va_end(args);
}

void reader_warn(struct reader *reader, const yaml_node_t *node, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(reader, node ? &node->start_mark : NULL, true, format, args);
	va_end(args);
}

static void mistake_at(struct reader *reader, const yaml_mark_t *mark, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void mistake_at(struct reader *reader, const yaml_mark_t *mark, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(reader, mark, false, format, args);
	va_end(args);
}

// libyaml gives no line for bytes that are not text, only how far it got.
static void find_mark(const yaml_parser_t *parser, const char *text, size_t n, yaml_mark_t *mark)
{
	*mark = parser->problem_mark;
	if (parser->error != YAML_READER_ERROR)
		return;
	*mark = (yaml_mark_t){ 0 };
	for (size_t i = 0; i < parser->problem_offset && i < n; i++) {
		mark->column++;
		if (text[i] == '\n') {
			mark->line++;
			mark->column = 0;
		}
	}
}

static int note_problem(struct reader *reader, const yaml_parser_t *parser, const char *text, size_t n)
{
	const char *problem = parser->problem ? parser->problem : "not YAML";
	yaml_mark_t mark;

	if (parser->error == YAML_MEMORY_ERROR) {
		reader->is_out_of_memory = true;
		return -ENOMEM;
	}
	find_mark(parser, text, n, &mark);
	mistake_at(reader, &mark, "%s%s%s; expected YAML", problem, parser->context ? " " : "",
		   parser->context ? parser->context : "");
	return -EINVAL;
}

static int load(struct reader *reader, yaml_parser_t *parser, const char *text, size_t n)
{
	yaml_document_t second;
	const yaml_node_t *root;
	int r = 0;

	yaml_parser_set_input_string(parser, (const unsigned char *)text, n);
	yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
	if (!yaml_parser_load(parser, &reader->document)) {
		memset(&reader->document, 0, sizeof reader->document);
		return note_problem(reader, parser, text, n);
	}
	if (!yaml_document_get_root_node(&reader->document))
		return 0;
	if (!yaml_parser_load(parser, &second))
		return note_problem(reader, parser, text, n);
	root = yaml_document_get_root_node(&second);
	if (root) {
		reader_mistake(reader, root, "a second document; expected one");
		r = -EINVAL;
	}
	yaml_document_delete(&second);
	return r;
}

int reader_init(struct reader *reader, const char *path, const char *text, size_t n, struct arena *arena,
		struct config_errors *errors)
{
	const char *slash = strrchr(path, '/');
	yaml_parser_t parser;
	int r;

	*reader = (struct reader){ .arena = arena, .errors = errors };
	reader->path = text_clean_dup(path, strlen(path), TEXT_ONE_LINE, TEXT_FIELD_MAX);
	reader->dir = slash ? mem_strndup(path, (size_t)(slash - path) + 1) : mem_strdup("");
	if (!reader->path || !reader->dir || !yaml_parser_initialize(&parser)) {
		reader->is_out_of_memory = true;
		return -ENOMEM;
	}
	r = load(reader, &parser, text, n);
	yaml_parser_delete(&parser);
	return r;
}

void reader_finish(struct reader *reader)
{
	yaml_document_delete(&reader->document);
	mem_free(reader->path);
	mem_free(reader->dir);
}

const yaml_node_t *reader_root(struct reader *reader)
{
	return yaml_document_get_root_node(&reader->document);
}

const yaml_node_t *reader_node(struct reader *reader, int index)
{
	return yaml_document_get_node(&reader->document, index);
}

const char *reader_quote(const yaml_node_t *node, char out[QUOTE_MAX])
{
	char clean[QUOTE_MAX - 8];
	bool is_cut;

	if (node->type == YAML_SEQUENCE_NODE)
		return "a list";
	if (node->type == YAML_MAPPING_NODE)
		return "a mapping";
	if (reader_is_nothing(node))
		return "nothing";
	text_clean((const char *)node->data.scalar.value, node->data.scalar.length, TEXT_ONE_LINE, clean, sizeof clean,
		   &is_cut);
	snprintf(out, QUOTE_MAX, "\"%s%s\"", clean, is_cut ? "..." : "");
	return out;
}

bool reader_is_nothing(const yaml_node_t *node)
{
	const char *text;

	if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	text = (const char *)node->data.scalar.value;
	return !*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

const char *reader_scalar(struct reader *reader, const yaml_node_t *node, const char *expected)
{
	char quote[QUOTE_MAX];

	if (node->type == YAML_SCALAR_NODE && !reader_is_nothing(node) &&
	    !memchr(node->data.scalar.value, '\0', node->data.scalar.length))
		return (const char *)node->data.scalar.value;
	reader_mistake(reader, node, "%s; expected %s", reader_quote(node, quote), expected);
	return NULL;
}

void *reader_alloc(struct reader *reader, size_t n)
{
	void *memory = arena_alloc(reader->arena, n);

	reader->is_out_of_memory |= !memory;
	return memory;
}

// ---- mappings

static const struct field *find_field(const struct field *fields, const char *name)
{
	while (fields->name && strcmp(fields->name, name) != 0)
		fields++;
	return fields->name ? fields : NULL;
}

static void unknown_key(struct reader *reader, const yaml_node_t *key, const struct field *fields)
{
	const char *words[FIELDS_MAX], *near;
	char quote[QUOTE_MAX];
	size_t n = 0;

	while (n < FIELDS_MAX && fields[n].name) {
		words[n] = fields[n].name;
		n++;
	}
	near = suggest((const char *)key->data.scalar.value, words, n);
	if (near)
		reader_mistake(reader, key, "unknown key %s; did you mean %s?", reader_quote(key, quote), near);
	else
		reader_mistake(reader, key, "unknown key %s; expected one that opscon.yml(5) names here",
			       reader_quote(key, quote));
}

// The value of a key, NULL when absent; a key that stands twice is a mistake at the second.
static const yaml_node_t *find_value(struct reader *reader, const yaml_node_t *node, const char *name)
{
	const yaml_node_t *found = NULL;
	size_t first_line = 0;

	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = reader_node(reader, pair->key);

		if (key->type != YAML_SCALAR_NODE || strcmp((const char *)key->data.scalar.value, name) != 0)
			continue;
		if (found) {
			reader_mistake(reader, key, "%s is given again; expected it once (first on line %zu)", name,
				       first_line);
			continue;
		}
		found = reader_node(reader, pair->value);
		first_line = key->start_mark.line + 1;
	}
	return found;
}

static void check_keys(struct reader *reader, const yaml_node_t *node, const struct field *fields)
{
	char quote[QUOTE_MAX];

	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = reader_node(reader, pair->key);

		if (key->type != YAML_SCALAR_NODE)
			reader_mistake(reader, key, "%s; expected a key", reader_quote(key, quote));
		else if (!find_field(fields, (const char *)key->data.scalar.value))
			unknown_key(reader, key, fields);
	}
}

bool reader_mapping(struct reader *reader, const yaml_node_t *node, const struct field *fields, void *out)
{
	char quote[QUOTE_MAX];
	bool is_mapping = node->type == YAML_MAPPING_NODE;

	if (!is_mapping && !reader_is_nothing(node)) {
		reader_mistake(reader, node, "%s; expected a mapping (key: value)", reader_quote(node, quote));
		return false;
	}
	if (is_mapping)
		check_keys(reader, node, fields);
	for (; fields->name; fields++) {
		const yaml_node_t *value = is_mapping ? find_value(reader, node, fields->name) : NULL;

		if (value)
			fields->read(reader, value, fields, (char *)out + fields->offset);
		else if (fields->is_required)
			reader_mistake(reader, node, "no %s; expected one", fields->name);
	}
	return true;
}

// ---- lists

size_t reader_count(struct reader *reader, const yaml_node_t *node, const char *what)
{
	char quote[QUOTE_MAX];
	size_t n;

	if (reader_is_nothing(node))
		return 0;
	if (node->type != YAML_SEQUENCE_NODE) {
		reader_mistake(reader, node, "%s; expected a list of %s (- ...)", reader_quote(node, quote), what);
		return 0;
	}
	n = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	if (n <= CONFIG_ITEMS_MAX)
		return n;
	reader_mistake(reader, node, "%zu %s; expected at most %d", n, what, CONFIG_ITEMS_MAX);
	return 0;
}

void reader_each(struct reader *reader, const yaml_node_t *node, reader_item_cb item, void *ctx)
{
	size_t n = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);

	for (size_t i = 0; i < n; i++)
		item(reader, reader_node(reader, node->data.sequence.items.start[i]), i, ctx);
}
