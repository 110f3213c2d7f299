#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Plans and operations for tests, on agents of a fleet fixture. Every failure aborts the running Check test. */
#include "opscon/operation.h"
#include "tests/support/fleet_fixture.h"

struct plan_wish {
	enum verb verb;
	bool is_forced;
	const char *version, *patch, *typed, *refusal, *reason; // NULL is ""
	enum guard guard;
	enum rollout_kind kind;
	uint16_t batch; // rolling: targets a wave; 0: all in one
	const uint32_t *agents;
	size_t n;
	const bool *is_hidden; // NULL: none
	uint32_t no, token;
};

// As the engine would make it: look, stop, start, verify; with a way back but for delete. One reference.
struct plan *plan_fixture(struct fleet_fixture *f, const struct plan_wish *wish);
void plan_fixture_text(const char **field, const char *text);       // another text for a field of it
void plan_fixture_send(struct fleet_fixture *f, struct plan *plan); // drops the reference

// Nothing has begun. One reference; it holds the plan.
struct operation *operation_fixture(const struct plan *plan, enum operation_state state);
// A target: so many of its steps are done, the next is under way or, when it failed, in error.
void operation_fixture_target(struct operation *operation, size_t i, enum target_state state, size_t n_done,
			      const char *error);
void operation_fixture_send(struct fleet_fixture *f, struct operation *operation); // drops the reference

void lifecycle_fixture_send(struct fleet_fixture *f, uint32_t agent, const struct agent_lifecycle *lifecycle);
