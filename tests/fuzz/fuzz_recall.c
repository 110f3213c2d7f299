// SPDX-License-Identifier: Apache-2.0
/* Metrics bodies read with a memory of each other, beside the plain reading of each. The first byte chooses the format
 * and which series are passed over; the bodies follow, divided by lines of "%%". Each is read as it is, then with other
 * digits in its values, then as it is again.
 */
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/recalled.h"

enum { BODIES_MAX = 4 };

struct bodies {
	char *text[BODIES_MAX], *moved[BODIES_MAX];
	size_t n_text[BODIES_MAX];
	size_t n;
};

// The digits after the last blank of each line are others now.
static void move_values(char *text, size_t n)
{
	bool is_value = true;

	for (size_t i = n; i > 0; i--) {
		char *c = &text[i - 1];

		if (*c == '\n')
			is_value = true;
		else if (*c == ' ')
			is_value = false;
		else if (is_value && *c >= '0' && *c <= '9')
			*c = (char)('0' + hash_mix(i + (size_t)*c) % 10);
	}
}

static void read_bodies(struct fuzz_input *input, struct bodies *out)
{
	while (input->n && out->n < BODIES_MAX) {
		size_t n;
		char *text = fuzz_part(input, "%%\n", &n);

		out->text[out->n] = text;
		out->n_text[out->n] = n;
		out->moved[out->n] = mem_strndup(text, n);
		move_values(out->moved[out->n], n);
		out->n++;
	}
}

static void check(struct prom_recall *recall, const char *body, size_t n, enum prom_format format, uint64_t unwanted)
{
	const char *what = recalled_differs(recall, body, n, format, unwanted);

	fuzz_expect(what == NULL, what ? what : "");
}

static void check_all(struct prom_recall *recall, const struct bodies *bodies, enum prom_format format,
		      uint64_t unwanted)
{
	for (size_t i = 0; i < bodies->n; i++) {
		check(recall, bodies->text[i], bodies->n_text[i], format, unwanted);
		check(recall, bodies->moved[i], bodies->n_text[i], format, unwanted);
		check(recall, bodies->text[i], bodies->n_text[i], format, unwanted);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[16] = { 1 }; // so that an input does the same each time
	struct fuzz_input input = { data, size };
	uint8_t how = fuzz_byte(&input);
	enum prom_format format = how & 1 ? PROM_OPENMETRICS : PROM_TEXT;
	struct bodies bodies = { .n = 0 };
	struct prom_recall *recall = NULL;

	hash_set_key(key);
	read_bodies(&input, &bodies);
	fuzz_expect(prom_recall_create(&recall) == 0, "there is memory");
	check_all(recall, &bodies, format, how >> 2);
	if (how & 2) // what was learnt in one format is of no use in the other
		check_all(recall, &bodies, format == PROM_TEXT ? PROM_OPENMETRICS : PROM_TEXT, how >> 2);
	check_all(recall, &bodies, format, how >> 2);
	prom_recall_destroy(recall);
	for (size_t i = 0; i < bodies.n; i++) {
		mem_free(bodies.text[i]);
		mem_free(bodies.moved[i]);
	}
	return 0;
}
