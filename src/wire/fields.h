#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A struct as the members of a JSON object, by a table that is read in both directions. Used inside wire/ only.
 *
 * Written is what is not 0, "" or false; NaN is null, and infinities are "+Inf" and "-Inf". Read is what is there: a
 * member that is absent or null leaves its field as it was, zeros at first, but for texts, which are never NULL then.
 * `is_needed` is for what nobody should take for its zero: that an agent is up.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/json_tape.h"
#include "formats/json_writer.h"
#include "wire/event_json.h"

enum { WIRE_TEXT_MAX = 8192, WIRE_LINES_MAX = 64 << 10 };

#define WIRE_TIME_MAX (INT64_C(1) << 53) // no time is further from 1970: whoever counts with two of them may

enum wire_kind {
	WIRE_KIND_TEXT,     // const char *, owned by the struct when it was read; NULL is written as ""
	WIRE_KIND_LINES,    // the same with newlines
	WIRE_KIND_OPTIONAL, // the same in one line; NULL is something else than ""
	WIRE_KIND_CHARS,    // char[size]
	WIRE_KIND_BOOL,
	WIRE_KIND_U8,
	WIRE_KIND_U16,
	WIRE_KIND_U32,
	WIRE_KIND_U64, // up to INT64_MAX
	WIRE_KIND_SIZE,
	WIRE_KIND_I32,
	WIRE_KIND_I64, // milliseconds: up to WIRE_TIME_MAX, or back as far
	WIRE_KIND_DOUBLE,
	WIRE_KIND_WORD, // an enumeration
};

struct wire_words {
	const char *(*name)(unsigned value);
	unsigned n;
};

struct wire_field {
	const char *name;
	enum wire_kind kind;
	size_t offset;
	size_t size; // of texts: bytes at most (0: WIRE_TEXT_MAX, WIRE_LINES_MAX), terminator included for CHARS
	const struct wire_words *words;
	bool is_needed; // written whatever it is, and must be there
};

#define WIRE_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define WIRE_AT(type, member) offsetof(type, member)

void wire_fields_write(struct json_writer *w, const struct wire_field *fields, size_t n, const void *from);

// One reading of one text.
struct wire_scan {
	struct event_reader *reader; // borrowed; NULL: numbers stay, and no plan is kept
	char *why;                   // borrowed; EVENT_JSON_WHY_MAX bytes
	bool is_no_one;              // a number that has none here: what is read will be passed over
};

// Says what is wrong with which member, and answers -EINVAL. `what` is ours.
int wire_bad(struct wire_scan *scan, const char *name, const char *what);

/* All the members of a table; texts that were read stay in *to, whose owner frees them in either case. 0, -EINVAL with
 * why (also when `object` is none), -ENOMEM.
 */
int wire_fields_read(struct wire_scan *scan, const struct json_node *object, const struct wire_field *fields, size_t n,
		     void *to);
int wire_field_read(struct wire_scan *scan, const struct json_node *value, const struct wire_field *field, void *to);

// Lays out text[0..n), blanks around it left out. 0, -EINVAL with why (in the words of `what`), -ENOMEM; finish it.
int wire_parse(struct wire_scan *scan, const char *what, const char *text, size_t n, struct json_tape *tape);

// ---- single values

int wire_read_int(const struct json_node *node, int64_t *out);                  // a whole number, exactly. 0 or -EINVAL
int wire_read_ms(const struct json_node *node, int64_t since_ms, int64_t *out); // the same, of a time since another
int wire_read_double(struct wire_scan *scan, const struct json_node *node, const char *name, double *out);
int wire_read_word(struct wire_scan *scan, const struct json_node *node, const char *name,
		   const struct wire_words *words, unsigned *out);
char *wire_read_text(const struct json_node *node, size_t max); // cleaned; NULL for want of memory; "" when it is none
void wire_write_double(struct json_writer *w, const char *name, double value);

/* An array of at most `max` elements: 0 and *n, -EINVAL with why. Absent is none. `items` points to a pointer,
 * which becomes zeroed memory of as many elements, NULL when there are none; -ENOMEM.
 */
int wire_array_begin(struct wire_scan *scan, const struct json_node *object, const char *name, size_t max, size_t size,
		     struct node_walk *walk, void *items, size_t *n);

// A set of words (bit = 1 << value), left out when it is empty. Words that are not known are passed over.
void wire_set_write(struct json_writer *w, const char *name, unsigned set, const struct wire_words *words);
int wire_set_read(struct wire_scan *scan, const struct json_node *object, const char *name,
		  const struct wire_words *words, unsigned *out);

// ---- numbers of things

// The number here of what the sender calls `remote`; 0 stays 0. Without one, 0, and the scan is_no_one.
uint32_t wire_map(struct wire_scan *scan, enum wire_id kind, uint32_t remote, const char *key);
uint32_t wire_map_mention(struct wire_scan *scan, enum wire_id kind, uint32_t remote); // the same; 0 is good enough
int wire_map_series(struct wire_scan *scan, uint16_t remote, const char *id, uint16_t *out); // 0; -EINVAL: too great
