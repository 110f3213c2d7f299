// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "formats/prom_scan.h"
#include "formats/prometheus.h"
#include "text/codepoint.h"

// 15 letters and _, 10 digits, 3 colon, 32 blanks, 16 what stops a quoted value: sums of the CHAR_ bits. C has no
// ranges.
// clang-format off
const uint8_t prom_chars[256] = {
	16,  0,  0,  0,  0,  0,  0,  0,  0, 32,  0,  0,  0,  0,  0,  0, // 0x00
	 0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0, // 0x10
	32,  0, 16,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0, // 0x20
	10, 10, 10, 10, 10, 10, 10, 10, 10, 10,  3,  0,  0,  0,  0,  0, // 0x30
	 0, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, // 0x40
	15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,  0, 16,  0,  0, 15, // 0x50
	 0, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, // 0x60
	15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,  0,  0,  0,  0,  0, // 0x70
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, // 0x80
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, // 0x90
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, // 0xA0
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, // 0xB0
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, // 0xC0
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, // 0xD0
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, // 0xE0
	16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, // 0xF0
};
// clang-format on

const char *prom_scan_value(const char *p, const char *end, bool *has_escape)
{
	uint32_t ignored;
	int used;

	*has_escape = false;
	for (;;) {
		while (p < end && !prom_is(*p, CHAR_STOP))
			p++;
		if (p == end || *p == '\0')
			return NULL;
		if (*p == '"')
			return p;
		if (*p == '\\') {
			*has_escape = true;
			p++;
			// What else may follow is looked at as if it stood alone; see prom_label_value().
			p += p < end && (*p == '"' || *p == '\\');
			continue;
		}
		used = codepoint_decode(p, (size_t)(end - p), &ignored);
		if (used < 0)
			return NULL;
		p += used;
	}
}

const char *prom_scan_label(const char *p, const char *end, struct prom_label *out)
{
	const char *name_end = prom_scan_label_name(p, end);

	if (!name_end)
		return NULL;
	out->name = p;
	out->name_len = (size_t)(name_end - p);
	p = prom_skip(name_end, end, CHAR_BLANK);
	if (p == end || *p != '=')
		return NULL;
	p = prom_skip(p + 1, end, CHAR_BLANK);
	if (p == end || *p != '"')
		return NULL;
	out->value = ++p;
	p = prom_scan_value(p, end, &out->has_escape);
	if (!p)
		return NULL;
	out->value_len = (size_t)(p - out->value);
	return p + 1;
}

void prom_labels_init(struct prom_labels *labels, const struct prom_sample *sample)
{
	labels->at = sample->series + sample->labels_at;
	labels->end = labels->at + sample->labels_len;
}

bool prom_labels_next(struct prom_labels *labels, struct prom_label *out)
{
	const char *p = labels->at;

	while (p < labels->end && (prom_is(*p, CHAR_BLANK) || *p == ','))
		p++;
	p = prom_scan_label(p, labels->end, out);
	if (!p)
		return false;
	labels->at = p;
	return true;
}

bool prom_sample_label(const struct prom_sample *sample, const char *name, struct prom_label *out)
{
	size_t n = strlen(name);
	struct prom_labels labels;

	prom_labels_init(&labels, sample);
	while (prom_labels_next(&labels, out))
		if (out->name_len == n && memcmp(out->name, name, n) == 0)
			return true;
	return false;
}

// The character that an escape stands for, or NUL when the backslash stands for itself.
static char unescaped(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case '"':
	case '\\':
		return c;
	default:
		return '\0';
	}
}

int prom_label_value(const struct prom_label *label, char *out, size_t size)
{
	const char *p = label->value, *end = p + label->value_len;
	size_t len = 0;
	char c;

	while (p < end) {
		c = *p++;
		if (c == '\\' && p < end && unescaped(*p))
			c = unescaped(*p++);
		if (len + 1 >= size)
			return -EMSGSIZE;
		out[len++] = c;
	}
	if (size == 0)
		return -EMSGSIZE;
	out[len] = '\0';
	return (int)len;
}

static uint64_t load(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return word;
}

uint64_t prom_series_hash(const struct prom_sample *sample)
{
	const uint64_t factor = 0x9e3779b97f4a7c15ULL;
	const char *p = sample->series, *last = p + sample->series_len - 8;
	uint64_t h = sample->series_len * factor, tail = 0;

	if (sample->series_len < 8) {
		memcpy(&tail, p, sample->series_len);
		return hash_mix(h ^ tail);
	}
	for (; p < last; p += 8) {
		h = (h ^ load(p)) * factor;
		h ^= h >> 32;
	}
	return hash_mix(h ^ load(last)); // the last word may overlap the one before
}
