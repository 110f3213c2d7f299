// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/moving.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/number.h"

enum {
	NUMBER_MAX = 40,
	EVERY = 3, // one sample of so many moves
};

struct place {
	size_t at, n; // of the value in the text
	double value;
	uint64_t hash;
	int is_counter;
};

struct moving {
	char *text; // owned, terminated
	size_t n_text;
	struct place *places; // owned
	size_t n_places;
	char *rendered; // owned
};

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t n = 0;

	if (file && getdelim(&text, &n, '\0', file) < 0) {
		free(text);
		text = NULL;
	}
	if (!text)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	if (file)
		(void)fclose(file);
	return text;
}

static int ends_with(const char *text, size_t n, const char *end)
{
	size_t n_end = strlen(end);

	return n >= n_end && memcmp(text + n - n_end, end, n_end) == 0;
}

static int is_counter(const char *line)
{
	size_t n = strcspn(line, "{ ");

	return ends_with(line, n, "_total") || ends_with(line, n, "_count") || ends_with(line, n, "_sum") ||
	       ends_with(line, n, "_bucket");
}

static void take_line(struct moving *moving, const char *line, size_t n, size_t number)
{
	const char *space = memrchr(line, ' ', n);
	struct place place = { .hash = hash_mix(number) };

	if (line[0] == '#' || !space || number % EVERY)
		return;
	place.at = (size_t)(space + 1 - moving->text);
	place.n = (size_t)(line + n - space - 1);
	place.is_counter = is_counter(line);
	if (number_parse(space + 1, place.n, &place.value) == 0)
		moving->places[moving->n_places++] = place;
}

struct moving *moving_create(const char *path)
{
	struct moving *moving = calloc(1, sizeof *moving);
	size_t n_lines = 0;

	moving->text = read_file(path);
	if (!moving->text) {
		free(moving);
		return NULL;
	}
	moving->n_text = strlen(moving->text);
	for (const char *at = moving->text; *at; at++)
		n_lines += *at == '\n';
	moving->places = calloc(n_lines + 1, sizeof *moving->places);
	for (const char *line = moving->text, *end; (end = strchr(line, '\n')); line = end + 1)
		take_line(moving, line, (size_t)(end - line), n_lines--);
	moving->rendered = malloc(moving->n_text + moving->n_places * NUMBER_MAX + 1);
	return moving;
}

void moving_destroy(struct moving *moving)
{
	if (!moving)
		return;
	free(moving->text);
	free(moving->places);
	free(moving->rendered);
	free(moving);
}

static double value_at(const struct place *place, uint64_t step)
{
	uint64_t sway = hash_mix(place->hash + step) % 100;

	if (place->is_counter)
		return place->value + (double)(step * (place->hash % 50)) + (double)(sway / 10);
	return place->value * (1 + (double)sway / 2000);
}

const char *moving_render(struct moving *moving, uint64_t step, size_t *n)
{
	const char *from = moving->text;
	char *to = moving->rendered;

	for (size_t i = 0; i < moving->n_places; i++) {
		const struct place *place = &moving->places[i];
		size_t n_before = (size_t)(moving->text + place->at - from);

		memcpy(to, from, n_before);
		to += n_before;
		to += number_format(value_at(place, step), to, NUMBER_MAX);
		from = moving->text + place->at + place->n;
	}
	memcpy(to, from, (size_t)(moving->text + moving->n_text - from) + 1);
	*n = (size_t)(to - moving->rendered) + (size_t)(moving->text + moving->n_text - from);
	return moving->rendered;
}
