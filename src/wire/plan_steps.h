#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The steps of a plan, each said once: most targets have the same ones, and then they stand by their numbers. */
#include <stddef.h>
#include <stdint.h>

#include "wire/fields.h"

// ---- writing

struct step_numbers {
	const struct plan_step **steps; // owned; borrowed ones, by number
	uint32_t *slots;                // owned: hash table of numbers + 1; 0 empty
	size_t n, n_slots;
};

// 0; -EMSGSIZE: more than a reader takes; -ENOMEM. Finish it in any case.
int step_numbers_init(struct step_numbers *numbers, const struct plan *plan);
void step_numbers_finish(struct step_numbers *numbers);
uint32_t step_number(struct step_numbers *numbers, const struct plan_step *step);   // of a step of that plan
void step_numbers_write(struct json_writer *w, const struct step_numbers *numbers); // as member `steps`

// ---- reading

struct step_list {
	struct plan_step *steps; // owned
	size_t n;
	size_t room; // bytes that copies may still take
};

int step_list_read(struct wire_scan *scan, const struct json_node *plan, struct step_list *out); // finish in each case
void step_list_finish(struct step_list *list);
// Copies of the steps that are named by the member: 0, -EINVAL with why, -ENOMEM; *steps are the owner's in each case.
int step_list_copy(struct wire_scan *scan, struct step_list *list, const struct json_node *target, const char *name,
		   struct plan_step **steps, size_t *n);
