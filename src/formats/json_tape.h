#pragma once
// SPDX-License-Identifier: Apache-2.0
/* JSON of health answers and of events, read in place: checked and laid out in one pass as one array of nodes that
 * point into the text. Nothing is allocated for one of the usual size. Takes and refuses exactly what json_parse()
 * does, which has the words for a refusal; lists of targets, which are long-lived and large, stay with that one.
 *
 * Of duplicate names the last one wins, in the place of the first. A name ends at a NUL. Readers take NULL for "absent"
 * and answer as they do for a value of another kind.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/json.h"

enum { JSON_TAPE_FIRST = 80 };

struct json_node {
	const char *name, *bytes; // of a member; of a string or a number. Borrowed from the text, or from `unescaped`
	uint32_t n_name, n;
	uint32_t size;      // of an array or object: nodes in it, itself included; else 1
	uint32_t stand_in;  // a later node of the same name, as an offset from this one; 0: none
	uint8_t kind;       // enum json_kind
	bool is_true;       // JSON_BOOL
	bool is_overridden; // a duplicate that an earlier node stands in for
};

struct json_tape {
	struct json_node *nodes; // in the order written
	size_t n, cap;
	char *unescaped; // owned: strings that had escapes
	size_t n_unescaped;
	struct json_node first[JSON_TAPE_FIRST];
};

/* Reads text[0..n), without blanks around it and n at most JSON_BYTES_MAX. 0, -EINVAL or -ENOMEM; finish it in each
 * case. The text is borrowed until then.
 */
int json_tape_read(struct json_tape *tape, const char *text, size_t n);
void json_tape_finish(struct json_tape *tape);

enum json_kind node_kind(const struct json_node *node);
int node_read_bool(const struct json_node *node, bool *out); // 0 or -ENOENT, here and below
int node_read_number(const struct json_node *node, double *out);
int node_read_text(const struct json_node *node, struct json_text *out); // not terminated

const struct json_node *node_member(const struct json_node *object, const char *name);

struct node_walk {
	const struct json_node *at, *end;
};

// The members of an object, or the elements of an array: of anything else there are none.
void node_walk_members(struct node_walk *walk, const struct json_node *object);
void node_walk_array(struct node_walk *walk, const struct json_node *array);
const struct json_node *node_walk_next(struct node_walk *walk, struct json_text *name); // NULL at the end; name may be
