// SPDX-License-Identifier: Apache-2.0
#include "formats/prom_recall.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "formats/prom_line.h"
#include "formats/prom_scan.h"
#include "formats/prom_value.h"

enum {
	BYTES_FIRST = 64 * 1024,
	BUCKETS_FIRST = 1024,
	SAMPLES_JUDGED = 1 << 20, // after so many it is seen how many were recognised
};

/* What stands between two values. The text begins with a line and ends with the blank after the series. Places are
 * offsets into prom_recall::bytes, and 0 is none.
 */
struct known {
	uint32_t next;    // what came next
	uint32_t sibling; // in the same bucket
	uint32_t hash;
	uint16_t len, n_lines, line_at; // the text, lines in it, where the sample's begins
	uint16_t series_at, series_len, name_len, labels_at, labels_len;
	uint16_t family_at, family_len; // of the last # TYPE in the text
	uint8_t family_type;
	bool has_family;
	uint8_t format;
	bool is_passed;
	char text[];
};

struct prom_recall {
	char *bytes; // owned: struct known, one after the other
	uint32_t used, cap;
	uint32_t *buckets; // owned; a power of two
	uint32_t n_buckets, n_known;
	uint32_t first[2];       // by format: what the last body began with
	uint32_t last, expected; // what was read last, and what should come now
	bool is_at_start;
	bool was_given; // what was read last, once before
	uint32_t n_samples, n_recognised;
};

static struct known *known_at(const struct prom_recall *recall, uint32_t place)
{
	return (struct known *)(void *)(recall->bytes + place);
}

int prom_recall_create(struct prom_recall **out)
{
	*out = mem_calloc(1, sizeof **out);
	return *out ? 0 : -ENOMEM;
}

void prom_recall_destroy(struct prom_recall *recall)
{
	if (!recall)
		return;
	mem_free(recall->bytes);
	mem_free(recall->buckets);
	mem_free(recall);
}

void prom_recall_forget(struct prom_recall *recall)
{
	mem_free(recall->bytes);
	mem_free(recall->buckets);
	*recall = (struct prom_recall){ 0 };
}

size_t prom_recall_memory(const struct prom_recall *recall)
{
	return sizeof *recall + recall->cap + recall->n_buckets * sizeof *recall->buckets;
}

// ---- what is known

static struct known *find(const struct prom_recall *recall, const char *text, size_t n, enum prom_format format,
			  uint32_t hash)
{
	uint32_t place = recall->n_buckets ? recall->buckets[hash & (recall->n_buckets - 1)] : 0;

	for (; place; place = known_at(recall, place)->sibling) {
		struct known *known = known_at(recall, place);

		if (known->hash == hash && known->len == n && known->format == format &&
		    memcmp(known->text, text, n) == 0)
			return known;
	}
	return NULL;
}

static uint32_t place_of(const struct prom_recall *recall, const struct known *known)
{
	return (uint32_t)((const char *)known - recall->bytes);
}

static void link_known(struct prom_recall *recall, struct known *known)
{
	uint32_t *bucket = &recall->buckets[known->hash & (recall->n_buckets - 1)];

	known->sibling = *bucket;
	*bucket = place_of(recall, known);
}

static size_t size_of(size_t text_len)
{
	return (sizeof(struct known) + text_len + 7) & ~(size_t)7;
}

static bool reserve_buckets(struct prom_recall *recall)
{
	uint32_t n = recall->n_buckets ? recall->n_buckets * 2 : BUCKETS_FIRST;
	uint32_t *buckets;

	if (recall->n_known < recall->n_buckets)
		return true;
	buckets = mem_calloc(n, sizeof *buckets);
	if (!buckets)
		return false;
	mem_free(recall->buckets);
	recall->buckets = buckets;
	recall->n_buckets = n;
	for (uint32_t place = 8; place < recall->used; place += (uint32_t)size_of(known_at(recall, place)->len))
		link_known(recall, known_at(recall, place));
	return true;
}

static bool reserve_bytes(struct prom_recall *recall, size_t size)
{
	uint32_t cap = recall->cap ? recall->cap * 2 : BYTES_FIRST;
	char *bytes;

	if (!recall->used)
		recall->used = 8; // no place is 0
	if (recall->used + size <= recall->cap)
		return true;
	if (cap > PROM_RECALL_BYTES_MAX)
		return false;
	bytes = mem_realloc(recall->bytes, cap);
	if (!bytes)
		return false;
	recall->bytes = bytes;
	recall->cap = cap;
	return true;
}

static struct known *add(struct prom_recall *recall, const struct known *model, const char *text)
{
	struct known *known;

	if (!reserve_bytes(recall, size_of(model->len)) || !reserve_buckets(recall))
		return NULL;
	known = known_at(recall, recall->used);
	*known = *model;
	memcpy(known->text, text, model->len);
	link_known(recall, known);
	recall->used += (uint32_t)size_of(model->len);
	recall->n_known++;
	return known;
}

static uint16_t count_lines(const char *text, size_t n)
{
	uint16_t lines = 1;

	for (const char *p = text; (p = memchr(p, '\n', n - (size_t)(p - text))); p++)
		lines++;
	return lines;
}

static void describe(const struct prom_parser *parser, const struct prom_sample *sample, const char *text, size_t n,
		     struct known *out)
{
	const char *line = memrchr(text, '\n', n);

	*out = (struct known){
		.len = (uint16_t)n,
		.n_lines = count_lines(text, n),
		.line_at = (uint16_t)(line ? line + 1 - text : 0),
		.series_at = (uint16_t)(sample->series - text),
		.series_len = (uint16_t)sample->series_len,
		.name_len = (uint16_t)sample->name_len,
		.labels_at = (uint16_t)sample->labels_at,
		.labels_len = (uint16_t)sample->labels_len,
		.format = (uint8_t)parser->format,
	};
	if (parser->family_len && parser->family >= text) {
		out->has_family = true;
		out->family_at = (uint16_t)(parser->family - text);
		out->family_len = (uint16_t)parser->family_len;
		out->family_type = (uint8_t)parser->family_type;
	}
}

// Finds or keeps what ends with the series of a sample just read. NULL when it is not to be kept.
static struct known *recognise(struct prom_recall *recall, const struct prom_parser *parser,
			       const struct prom_sample *sample, const char *text)
{
	const char *end = sample->series + sample->series_len;
	size_t n = (size_t)(end + 1 - text);
	struct known *known, model;
	uint32_t hash;

	if (n > PROM_RECALL_TEXT_MAX || !prom_is(*end, CHAR_BLANK))
		return NULL;
	hash = (uint32_t)hash_keyed(text, n);
	known = find(recall, text, n, parser->format, hash);
	if (known)
		return known;
	describe(parser, sample, text, n, &model);
	model.hash = hash;
	return add(recall, &model, text);
}

// ---- a body

void prom_recall_begin(struct prom_recall *recall, const struct prom_parser *parser)
{
	if (recall->n_samples >= SAMPLES_JUDGED) {
		if (recall->n_recognised < recall->n_samples / 2)
			prom_recall_forget(recall);
		recall->n_samples = recall->n_recognised = 0;
	}
	recall->last = 0;
	recall->is_at_start = true;
	recall->expected = recall->first[parser->format];
}

// What was read is `known` (NULL: nothing that is kept), and so what came before it is followed by that.
static void follow(struct prom_recall *recall, enum prom_format format, const struct known *known)
{
	uint32_t place = known ? place_of(recall, known) : 0;

	if (recall->last && known_at(recall, recall->last)->next != place)
		known_at(recall, recall->last)->next = place;
	if (recall->is_at_start)
		recall->first[format] = place;
	recall->is_at_start = false;
	recall->last = place;
	recall->expected = known ? known->next : 0;
}

// What was foreseen, if it is what comes.
static const struct known *foreseen(const struct prom_recall *recall, const struct prom_parser *parser)
{
	const struct known *known;

	if (!recall->expected || parser->n_samples == PROM_SAMPLES_MAX)
		return NULL;
	known = known_at(recall, recall->expected);
	if ((size_t)(parser->end - parser->at) <= known->len || memcmp(parser->at, known->text, known->len) != 0)
		return NULL;
	return known;
}

static void take_family(struct prom_parser *parser, const struct known *known, const char *text)
{
	if (!known->has_family)
		return;
	parser->family = text + known->family_at;
	parser->family_len = known->family_len;
	parser->family_type = (enum prom_type)known->family_type;
}

static void advance(struct prom_parser *parser, const struct known *known, const char *to)
{
	take_family(parser, known, parser->at);
	parser->line += known->n_lines;
	parser->n_samples++;
	parser->at = to;
}

// False when the value has to be read to know that it is one.
static bool pass_over(struct prom_parser *parser, const struct known *known)
{
	const char *end = prom_value_line_end(parser->at + known->len, parser->end, parser->format);

	if (!end)
		return false;
	advance(parser, known, end + 1);
	return true;
}

// The sample of a line whose series is known. False when its end cannot be read.
static bool give(struct prom_parser *parser, const struct known *known, struct prom_sample *out)
{
	const char *text = parser->at, *value = text + known->len;
	const char *end = memchr(value, '\n', (size_t)(parser->end - value));

	if (!end || end - (text + known->line_at) > PROM_LINE_MAX || end[-1] == '\r')
		return false;
	*out = (struct prom_sample){
		.series = text + known->series_at,
		.series_len = known->series_len,
		.name_len = known->name_len,
		.labels_at = known->labels_at,
		.labels_len = known->labels_len,
		.line = parser->line + known->n_lines,
	};
	if (!prom_read_reading(out, value, end, parser->format))
		return false;
	advance(parser, known, end + 1);
	prom_classify(parser, out);
	return true;
}

/* Reads on as prom_next() does. Of what was foreseen only the line of the sample is left to read. Returns what it is
 * known as, NULL for a stranger.
 */
static const struct known *read_plainly(struct prom_recall *recall, struct prom_parser *parser,
					const struct known *known, struct prom_sample *out, bool *is_end)
{
	size_t n_bad_lines = parser->n_bad_lines;
	const char *text = parser->at;

	if (known) {
		take_family(parser, known, text);
		parser->line += known->n_lines - 1U;
		parser->at = text + known->line_at;
	}
	*is_end = !prom_next(parser, out);
	return *is_end || parser->n_bad_lines != n_bad_lines ? NULL : recognise(recall, parser, out, text);
}

bool prom_recall_next(struct prom_recall *recall, struct prom_parser *parser, struct prom_sample *out)
{
	const struct known *known;
	bool is_read, is_end;

	do {
		known = foreseen(recall, parser);
		is_read = known && (known->is_passed ? pass_over(parser, known) : give(parser, known, out));
		recall->n_recognised += is_read;
		recall->n_samples++;
		if (!is_read) {
			known = read_plainly(recall, parser, known, out, &is_end);
			if (is_end)
				return false;
		}
		recall->was_given = is_read;
		follow(recall, parser->format, known);
	} while (known && known->is_passed);
	return true;
}

void prom_recall_pass(struct prom_recall *recall)
{
	if (recall->last)
		known_at(recall, recall->last)->is_passed = true;
}

bool prom_recall_was_given(const struct prom_recall *recall)
{
	return recall->was_given;
}
