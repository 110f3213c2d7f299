#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Reads a YAML document against tables of fields, and goes on after a mistake so that all of them are told at once.
 *
 * libyaml parses and keeps the place of every node; a table says what a mapping may hold. (libcyaml, which reads
 * against a schema too, ends at the first mistake, knows no mappings with free keys such as labels, and forgets the
 * places, so that a later check could not name a line.)
 *
 * Want of memory is remembered in the reader and told once at the end; readers simply leave their value out.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "config/arena.h"
#include "opscon/config.h"

enum {
	CONFIG_BYTES_MAX = 8 * 1024 * 1024, // of a file
	CONFIG_ITEMS_MAX = 20000,           // in one list
};

struct reader {
	yaml_document_t document;
	char *path;                         // owned: shown in mistakes
	char *dir;                          // owned: relative files are looked up here
	struct arena *arena;                // borrowed
	struct config_errors *errors;       // borrowed
	const struct config_checks *checks; // borrowed
	bool has_mistakes;                  // warnings not counted
	bool is_out_of_memory;
};

// Parses text[0..n). 0; -EINVAL with the mistake listed; -ENOMEM. Free with reader_finish() in every case.
int reader_init(struct reader *reader, const char *path, const char *text, size_t n, struct arena *arena,
		struct config_errors *errors);
void reader_finish(struct reader *reader);
const yaml_node_t *reader_root(struct reader *reader); // NULL: an empty document

// Lists a mistake at a node (NULL: at no place). "what; expected what"; what came from the file goes through
// reader_quote() first.
void reader_mistake(struct reader *reader, const yaml_node_t *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void reader_warn(struct reader *reader, const yaml_node_t *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void config_errors_add(struct config_errors *errors, const struct config_error *error);

enum { QUOTE_MAX = 64 };
const char *reader_quote(const yaml_node_t *node, char out[QUOTE_MAX]); // "5x", a list, a mapping, nothing

struct field {
	const char *name;
	// Reads the value into `out`, which is the struct plus the field's offset; lists mistakes itself.
	void (*read)(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out);
	size_t offset;
	int64_t min, max;           // of numbers and durations (ms); of texts: bytes
	const char *const *words;   // of choices: NULL ends them
	const struct field *fields; // of a mapping within: its own table, ended by a field without a name
	bool is_required;
};

// Reads a mapping in the order of the table, which a field without a name ends. Unknown, repeated and absent keys are
// mistakes. False when the node is no mapping (a mistake was listed; nothing at all is an empty mapping).
bool reader_mapping(struct reader *reader, const yaml_node_t *node, const struct field *fields, void *out);

// True for `key:` with nothing behind it, null and ~.
bool reader_is_nothing(const yaml_node_t *node);

// The text of a scalar; NULL after a mistake was listed.
const char *reader_scalar(struct reader *reader, const yaml_node_t *node, const char *expected);
const yaml_node_t *reader_node(struct reader *reader, int index);

// Walks a list: calls `item` for each. `what` names the list in mistakes. Returns the number of items.
typedef void (*reader_item_cb)(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx);
size_t reader_count(struct reader *reader, const yaml_node_t *node, const char *what);
void reader_each(struct reader *reader, const yaml_node_t *node, reader_item_cb item, void *ctx);

void *reader_alloc(struct reader *reader, size_t n); // in the arena; NULL notes the want of memory
