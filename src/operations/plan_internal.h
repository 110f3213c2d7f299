#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The parts of plan_make(): what is asked is checked, each target gets its steps, the whole its hash. */
#include "operations/plan.h"

// A plan that is being made. What fails once is over: `error` stays.
struct plan_maker {
	const struct plan_question *question;
	struct plan *plan;
	int error;
};

const char *plan_keep(struct plan_maker *maker, const char *text); // a copy; NULL and an error for want of memory

// 0, -EINVAL with why, -ENOMEM.
int plan_question_check(const struct plan_question *question, char *why, size_t why_size);

// Fills refusal, steps and undo of a target whose other texts are there already.
void plan_target_compile(struct plan_maker *maker, const struct plan_subject *subject, struct plan_target *target);

// Writes plan->hash. 0, -ENOMEM, -EMSGSIZE.
int plan_hash(struct plan *plan);
