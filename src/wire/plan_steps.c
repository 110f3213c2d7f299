// SPDX-License-Identifier: Apache-2.0
#include "wire/plan_steps.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

enum { STEPS_MAX = 200000, COPIED_MAX = 64 << 20 };

static const struct wire_field fields[] = {
	{ "label", WIRE_KIND_TEXT, WIRE_AT(struct plan_step, label) },
	{ "precondition", WIRE_KIND_TEXT, WIRE_AT(struct plan_step, precondition) },
	{ "action", WIRE_KIND_TEXT, WIRE_AT(struct plan_step, action) },
	{ "postcondition", WIRE_KIND_TEXT, WIRE_AT(struct plan_step, postcondition) },
	{ "timeout_ms", WIRE_KIND_U32, WIRE_AT(struct plan_step, timeout_ms) },
	{ "primitive", WIRE_KIND_U16, WIRE_AT(struct plan_step, primitive) },
	{ "is_mutating", WIRE_KIND_BOOL, WIRE_AT(struct plan_step, is_mutating) },
};

// ---- writing

static size_t bytes_of(const struct plan_step *step)
{
	return sizeof *step + strlen(step->label) + strlen(step->precondition) + strlen(step->action) +
	       strlen(step->postcondition);
}

static uint64_t hash_of(const struct plan_step *step)
{
	uint64_t hash = step->timeout_ms ^ (uint64_t)step->primitive << 32 ^ (uint64_t)step->is_mutating << 48;

	hash = hash_mix(hash ^ hash_keyed(step->label, strlen(step->label)));
	hash = hash_mix(hash ^ hash_keyed(step->precondition, strlen(step->precondition)));
	hash = hash_mix(hash ^ hash_keyed(step->action, strlen(step->action)));
	return hash_mix(hash ^ hash_keyed(step->postcondition, strlen(step->postcondition)));
}

static bool is_same(const struct plan_step *a, const struct plan_step *b)
{
	return a->timeout_ms == b->timeout_ms && a->primitive == b->primitive && a->is_mutating == b->is_mutating &&
	       strcmp(a->label, b->label) == 0 && strcmp(a->precondition, b->precondition) == 0 &&
	       strcmp(a->action, b->action) == 0 && strcmp(a->postcondition, b->postcondition) == 0;
}

uint32_t step_number(struct step_numbers *numbers, const struct plan_step *step)
{
	size_t at = hash_of(step) & (numbers->n_slots - 1);

	while (numbers->slots[at] && !is_same(numbers->steps[numbers->slots[at] - 1], step))
		at = (at + 1) & (numbers->n_slots - 1);
	if (!numbers->slots[at]) {
		numbers->steps[numbers->n++] = step;
		numbers->slots[at] = (uint32_t)numbers->n;
	}
	return numbers->slots[at] - 1;
}

// What the reader's copies of them will take.
static size_t number_all(struct step_numbers *numbers, const struct plan_step *steps, size_t n)
{
	size_t n_bytes = 0;

	for (size_t i = 0; i < n; i++) {
		step_number(numbers, &steps[i]);
		n_bytes += bytes_of(&steps[i]);
	}
	return n_bytes;
}

int step_numbers_init(struct step_numbers *numbers, const struct plan *plan)
{
	size_t n = 1, n_bytes = 0;

	*numbers = (struct step_numbers){ .n_slots = 64 };
	for (size_t i = 0; i < plan->n_targets; i++)
		n += plan->targets[i].n_steps + plan->targets[i].n_undo;
	while (numbers->n_slots < 2 * n)
		numbers->n_slots *= 2;
	numbers->steps = mem_alloc(n * sizeof(numbers->steps[0]));
	numbers->slots = mem_calloc(numbers->n_slots, sizeof(numbers->slots[0]));
	if (!numbers->steps || !numbers->slots)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n_targets; i++)
		n_bytes += number_all(numbers, plan->targets[i].steps, plan->targets[i].n_steps) +
			   number_all(numbers, plan->targets[i].undo, plan->targets[i].n_undo);
	return numbers->n > STEPS_MAX || n_bytes > COPIED_MAX ? -EMSGSIZE : 0;
}

void step_numbers_finish(struct step_numbers *numbers)
{
	mem_free(numbers->steps);
	mem_free(numbers->slots);
}

void step_numbers_write(struct json_writer *w, const struct step_numbers *numbers)
{
	json_open(w, "steps", '[');
	for (size_t i = 0; i < numbers->n; i++) {
		json_open(w, NULL, '{');
		wire_fields_write(w, fields, WIRE_COUNT(fields), numbers->steps[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

// ---- reading

static void free_step(struct plan_step *step)
{
	mem_free((char *)step->label);
	mem_free((char *)step->precondition);
	mem_free((char *)step->action);
	mem_free((char *)step->postcondition);
}

int step_list_read(struct wire_scan *scan, const struct json_node *plan, struct step_list *out)
{
	struct node_walk walk;
	int r;

	*out = (struct step_list){ .room = COPIED_MAX };
	r = wire_array_begin(scan, plan, "steps", STEPS_MAX, sizeof *out->steps, &walk, &out->steps, &out->n);
	for (size_t i = 0; r == 0 && i < out->n; i++)
		r = wire_fields_read(scan, node_walk_next(&walk, NULL), fields, WIRE_COUNT(fields), &out->steps[i]);
	return r;
}

void step_list_finish(struct step_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free_step(&list->steps[i]);
	mem_free(list->steps);
}

static int copy_step(const struct plan_step *from, struct plan_step *to)
{
	*to = *from;
	to->label = mem_strdup(from->label);
	to->precondition = mem_strdup(from->precondition);
	to->action = mem_strdup(from->action);
	to->postcondition = mem_strdup(from->postcondition);
	return to->label && to->precondition && to->action && to->postcondition ? 0 : -ENOMEM;
}

int step_list_copy(struct wire_scan *scan, struct step_list *list, const struct json_node *target, const char *name,
		   struct plan_step **steps, size_t *n)
{
	struct node_walk walk;
	int r = wire_array_begin(scan, target, name, EVENT_JSON_STEPS_MAX, sizeof **steps, &walk, steps, n);

	for (size_t i = 0; r == 0 && i < *n; i++) {
		size_t bytes;
		int64_t no;

		if (wire_read_int(node_walk_next(&walk, NULL), &no) < 0 || no < 0 || (uint64_t)no >= list->n)
			return wire_bad(scan, name, "not the number of a step");
		bytes = bytes_of(&list->steps[no]);
		if (bytes > list->room)
			return wire_bad(scan, name, "too large");
		list->room -= bytes;
		r = copy_step(&list->steps[no], &(*steps)[i]);
	}
	return r;
}
