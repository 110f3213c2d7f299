// SPDX-License-Identifier: Apache-2.0
#include "wire/fields.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "opscon/metric.h"
#include "text/text.h"

// ---- writing

void wire_write_double(struct json_writer *w, const char *name, double value)
{
	if (isinf(value))
		json_text(w, name, value > 0 ? "+Inf" : "-Inf");
	else
		json_double(w, name, value);
}

static int64_t whole_of(enum wire_kind kind, const void *at)
{
	uint64_t large;

	switch (kind) {
	case WIRE_KIND_U8:
		return *(const uint8_t *)at;
	case WIRE_KIND_U16:
		return *(const uint16_t *)at;
	case WIRE_KIND_U32:
		return *(const uint32_t *)at;
	case WIRE_KIND_I32:
		return *(const int32_t *)at;
	case WIRE_KIND_I64:
		return *(const int64_t *)at;
	case WIRE_KIND_SIZE:
		large = *(const size_t *)at;
		return large > INT64_MAX ? INT64_MAX : (int64_t)large;
	default:
		large = *(const uint64_t *)at;
		return large > INT64_MAX ? INT64_MAX : (int64_t)large;
	}
}

static void write_text(struct json_writer *w, const struct wire_field *field, const char *text)
{
	if (text && (*text || field->kind == WIRE_KIND_OPTIONAL))
		json_text(w, field->name, text);
}

static void write_number(struct json_writer *w, const struct wire_field *field, const void *at)
{
	int64_t value = whole_of(field->kind, at);

	if (value || field->is_needed)
		json_int(w, field->name, value);
}

static void write_field(struct json_writer *w, const struct wire_field *field, const void *at)
{
	switch (field->kind) {
	case WIRE_KIND_TEXT:
	case WIRE_KIND_LINES:
	case WIRE_KIND_OPTIONAL:
		write_text(w, field, *(const char *const *)at);
		break;
	case WIRE_KIND_CHARS:
		write_text(w, field, at);
		break;
	case WIRE_KIND_BOOL:
		if (*(const bool *)at)
			json_bool(w, field->name, true);
		break;
	case WIRE_KIND_DOUBLE:
		if (*(const double *)at != 0 || signbit(*(const double *)at))
			wire_write_double(w, field->name, *(const double *)at);
		break;
	case WIRE_KIND_WORD:
		if (*(const unsigned *)at || field->is_needed)
			json_text(w, field->name, field->words->name(*(const unsigned *)at));
		break;
	default:
		write_number(w, field, at);
	}
}

void wire_fields_write(struct json_writer *w, const struct wire_field *fields, size_t n, const void *from)
{
	for (size_t i = 0; i < n; i++)
		write_field(w, &fields[i], (const char *)from + fields[i].offset);
}

// ---- reading

int wire_bad(struct wire_scan *scan, const char *name, const char *what)
{
	if (scan->why)
		snprintf(scan->why, EVENT_JSON_WHY_MAX, "%s: %s", name, what);
	return -EINVAL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int wire_parse(struct wire_scan *scan, const char *what, const char *text, size_t n, struct json_tape *tape)
{
	int r;

	while (n && is_blank(text[n - 1]))
		n--;
	while (n && is_blank(*text)) {
		text++;
		n--;
	}
	r = json_tape_read(tape, text, n);
	return r == -EINVAL ? wire_bad(scan, what, "not JSON") : r;
}

int wire_read_int(const struct json_node *node, int64_t *out)
{
	bool is_negative;
	uint64_t value = 0, max;
	size_t i;

	if (node_kind(node) != JSON_NUMBER)
		return -EINVAL;
	is_negative = node->bytes[0] == '-';
	max = is_negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
	for (i = is_negative; i < node->n; i++) {
		unsigned digit = (unsigned char)node->bytes[i] - (unsigned)'0';

		if (digit > 9 || value > (max - digit) / 10)
			return -EINVAL;
		value = 10 * value + digit;
	}
	*out = is_negative ? (int64_t)(0 - value) : (int64_t)value;
	return 0;
}

int wire_read_ms(const struct json_node *node, int64_t since_ms, int64_t *out)
{
	int64_t ms;

	if (wire_read_int(node, &ms) < 0 || __builtin_add_overflow(since_ms, ms, out) || *out < -WIRE_TIME_MAX ||
	    *out > WIRE_TIME_MAX)
		return -EINVAL;
	return 0;
}

int wire_read_double(struct wire_scan *scan, const struct json_node *node, const char *name, double *out)
{
	struct json_text text;

	if (node_kind(node) == JSON_NULL) {
		*out = NAN;
		return 0;
	}
	if (node_read_text(node, &text) == 0 && text.n == 4 &&
	    (memcmp(text.bytes, "+Inf", 4) == 0 || memcmp(text.bytes, "-Inf", 4) == 0)) {
		*out = text.bytes[0] == '+' ? INFINITY : -INFINITY;
		return 0;
	}
	return node_read_number(node, out) < 0 ? wire_bad(scan, name, "expected a number") : 0;
}

int wire_read_word(struct wire_scan *scan, const struct json_node *node, const char *name,
		   const struct wire_words *words, unsigned *out)
{
	struct json_text text;

	if (node_read_text(node, &text) < 0)
		return wire_bad(scan, name, "expected a word");
	for (unsigned i = 0; i < words->n; i++) {
		const char *word = words->name(i);

		if (strlen(word) == text.n && memcmp(word, text.bytes, text.n) == 0) {
			*out = i;
			return 0;
		}
	}
	return wire_bad(scan, name, "not one of its words");
}

char *wire_read_text(const struct json_node *node, size_t max)
{
	struct json_text text = { "", 0 };

	node_read_text(node, &text);
	return text_clean_dup(text.bytes, text.n, TEXT_ONE_LINE, max);
}

static int read_text(struct wire_scan *scan, const struct json_node *value, const struct wire_field *field,
		     const char **to)
{
	bool is_lines = field->kind == WIRE_KIND_LINES;
	size_t max = field->size ? field->size : is_lines ? WIRE_LINES_MAX : WIRE_TEXT_MAX;
	struct json_text text;

	if (node_read_text(value, &text) < 0)
		return wire_bad(scan, field->name, "expected a text");
	*to = text_clean_dup(text.bytes, text.n, is_lines ? TEXT_KEEP_NEWLINES : TEXT_ONE_LINE, max);
	return *to ? 0 : -ENOMEM;
}

static int read_chars(struct wire_scan *scan, const struct json_node *value, const struct wire_field *field, char *to)
{
	struct json_text text;

	if (node_read_text(value, &text) < 0)
		return wire_bad(scan, field->name, "expected a text");
	text_clean(text.bytes, text.n, TEXT_ONE_LINE, to, field->size, NULL);
	return 0;
}

static void put_whole(enum wire_kind kind, int64_t value, void *to)
{
	switch (kind) {
	case WIRE_KIND_U8:
		*(uint8_t *)to = (uint8_t)value;
		break;
	case WIRE_KIND_U16:
		*(uint16_t *)to = (uint16_t)value;
		break;
	case WIRE_KIND_U32:
		*(uint32_t *)to = (uint32_t)value;
		break;
	case WIRE_KIND_I32:
		*(int32_t *)to = (int32_t)value;
		break;
	case WIRE_KIND_I64:
		*(int64_t *)to = value;
		break;
	case WIRE_KIND_SIZE:
		*(size_t *)to = (size_t)value;
		break;
	default:
		*(uint64_t *)to = (uint64_t)value;
	}
}

static int read_whole(struct wire_scan *scan, const struct json_node *value, const struct wire_field *field, void *to)
{
	static const struct {
		int64_t min, max;
	} ranges[] = {
		[WIRE_KIND_U8] = { 0, UINT8_MAX },
		[WIRE_KIND_U16] = { 0, UINT16_MAX },
		[WIRE_KIND_U32] = { 0, UINT32_MAX },
		[WIRE_KIND_U64] = { 0, INT64_MAX },
		[WIRE_KIND_SIZE] = { 0, INT32_MAX },
		[WIRE_KIND_I32] = { INT32_MIN, INT32_MAX },
		[WIRE_KIND_I64] = { -WIRE_TIME_MAX, WIRE_TIME_MAX },
	};
	int64_t number;

	if (wire_read_int(value, &number) < 0)
		return wire_bad(scan, field->name, "expected a whole number");
	if (number < ranges[field->kind].min || number > ranges[field->kind].max)
		return wire_bad(scan, field->name, "out of range");
	put_whole(field->kind, number, to);
	return 0;
}

int wire_field_read(struct wire_scan *scan, const struct json_node *value, const struct wire_field *field, void *to)
{
	switch (field->kind) {
	case WIRE_KIND_TEXT:
	case WIRE_KIND_LINES:
	case WIRE_KIND_OPTIONAL:
		return read_text(scan, value, field, to);
	case WIRE_KIND_CHARS:
		return read_chars(scan, value, field, to);
	case WIRE_KIND_BOOL:
		return node_read_bool(value, to) < 0 ? wire_bad(scan, field->name, "expected true or false") : 0;
	case WIRE_KIND_DOUBLE:
		return wire_read_double(scan, value, field->name, to);
	case WIRE_KIND_WORD:
		return wire_read_word(scan, value, field->name, field->words, to);
	default:
		return read_whole(scan, value, field, to);
	}
}

// Members come in the order of the table, nearly always: the search begins where the last one ended.
static const struct wire_field *find(const struct wire_field *fields, size_t n, size_t *at,
				     const struct json_text *name)
{
	for (size_t tried = 0; tried < n; tried++) {
		const struct wire_field *field = &fields[*at];

		*at = *at + 1 == n ? 0 : *at + 1;
		if (strlen(field->name) == name->n && memcmp(field->name, name->bytes, name->n) == 0)
			return field;
	}
	return NULL;
}

static int check_needed(struct wire_scan *scan, const struct wire_field *fields, size_t n, uint64_t seen)
{
	for (size_t i = 0; i < n; i++)
		if (fields[i].is_needed && !(seen >> i & 1))
			return wire_bad(scan, fields[i].name, "missing");
	return 0;
}

static int fill_texts(const struct wire_field *fields, size_t n, void *to)
{
	for (size_t i = 0; i < n; i++) {
		const char **text = (const char **)(void *)((char *)to + fields[i].offset);

		if ((fields[i].kind != WIRE_KIND_TEXT && fields[i].kind != WIRE_KIND_LINES) || *text)
			continue;
		*text = mem_strdup("");
		if (!*text)
			return -ENOMEM;
	}
	return 0;
}

int wire_fields_read(struct wire_scan *scan, const struct json_node *object, const struct wire_field *fields, size_t n,
		     void *to)
{
	struct node_walk walk;
	const struct json_node *value;
	struct json_text name;
	uint64_t seen = 0; // no table has 64 fields
	size_t at = 0;
	int r = 0;

	if (node_kind(object) != JSON_OBJECT)
		return wire_bad(scan, "data", "expected an object");
	node_walk_members(&walk, object);
	while (r == 0 && (value = node_walk_next(&walk, &name))) {
		const struct wire_field *field = find(fields, n, &at, &name);

		if (!field || (node_kind(value) == JSON_NULL && field->kind != WIRE_KIND_DOUBLE))
			continue;
		r = wire_field_read(scan, value, field, (char *)to + field->offset);
		seen |= UINT64_C(1) << (field - fields);
	}
	if (r == 0)
		r = check_needed(scan, fields, n, seen);
	return r < 0 ? r : fill_texts(fields, n, to);
}

int wire_array_begin(struct wire_scan *scan, const struct json_node *object, const char *name, size_t max, size_t size,
		     struct node_walk *walk, void *items, size_t *n)
{
	const struct json_node *array = node_member(object, name);
	void *memory = NULL;
	struct node_walk count;

	*n = 0;
	memcpy(items, &memory, sizeof memory);
	if (node_kind(array) != JSON_NULL && node_kind(array) != JSON_ARRAY)
		return wire_bad(scan, name, "expected a list");
	node_walk_array(&count, array);
	while (*n <= max && node_walk_next(&count, NULL))
		++*n;
	if (*n > max) {
		*n = 0;
		return wire_bad(scan, name, "too many");
	}
	node_walk_array(walk, array);
	if (!*n)
		return 0;
	memory = mem_calloc(*n, size);
	memcpy(items, &memory, sizeof memory);
	if (memory)
		return 0;
	*n = 0;
	return -ENOMEM;
}

// ---- sets

void wire_set_write(struct json_writer *w, const char *name, unsigned set, const struct wire_words *words)
{
	if (!set)
		return;
	json_open(w, name, '[');
	for (unsigned i = 0; i < words->n; i++)
		if (set >> i & 1)
			json_text(w, NULL, words->name(i));
	json_close(w, ']');
}

int wire_set_read(struct wire_scan *scan, const struct json_node *object, const char *name,
		  const struct wire_words *words, unsigned *out)
{
	const struct json_node *array = node_member(object, name), *value;
	struct wire_scan quiet = { 0 };
	struct node_walk walk;
	unsigned i;

	*out = 0;
	if (node_kind(array) != JSON_NULL && node_kind(array) != JSON_ARRAY)
		return wire_bad(scan, name, "expected a list");
	node_walk_array(&walk, array);
	while ((value = node_walk_next(&walk, NULL))) {
		if (node_kind(value) != JSON_STRING)
			return wire_bad(scan, name, "expected words");
		if (wire_read_word(&quiet, value, name, words, &i) == 0)
			*out |= 1U << i;
	}
	return 0;
}

// ---- numbers of things

static int64_t look_up(const struct wire_scan *scan, enum wire_id kind, uint32_t remote, const char *key)
{
	const struct event_reader *reader = scan->reader;

	return reader && reader->id ? reader->id(reader->ctx, kind, remote, key) : remote;
}

uint32_t wire_map_mention(struct wire_scan *scan, enum wire_id kind, uint32_t remote)
{
	int64_t local = remote ? look_up(scan, kind, remote, NULL) : 0;

	return local > 0 && local <= UINT32_MAX ? (uint32_t)local : 0;
}

uint32_t wire_map(struct wire_scan *scan, enum wire_id kind, uint32_t remote, const char *key)
{
	int64_t local = remote ? look_up(scan, kind, remote, key) : 0;

	if (remote && (local <= 0 || local > UINT32_MAX)) {
		scan->is_no_one = true;
		return 0;
	}
	return (uint32_t)local;
}

int wire_map_series(struct wire_scan *scan, uint16_t remote, const char *id, uint16_t *out)
{
	int64_t local;

	if (remote >= SERIES_MAX)
		return wire_bad(scan, "series", "out of range");
	local = look_up(scan, WIRE_ID_SERIES, remote, id);
	scan->is_no_one |= local < 0 || local >= SERIES_MAX;
	*out = local < 0 || local >= SERIES_MAX ? 0 : (uint16_t)local;
	return 0;
}
