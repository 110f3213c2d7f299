// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>

#include "services/provisioning_proof.h"

static struct driver_sight sight(const char *version, const char *previous, const char *instance)
{
	struct driver_sight made = { .exists = true, .state = LIFECYCLE_RUNNING };

	snprintf(made.version, sizeof made.version, "%s", version);
	snprintf(made.previous, sizeof made.previous, "%s", previous);
	snprintf(made.instance, sizeof made.instance, "%s", instance);
	return made;
}

// What is told decides; what is not told is not asked for.
START_TEST(running_what_was_wanted_is_proof)
{
	static const struct {
		enum verb verb;
		const char *before[3], *now[3]; // version, previous, instance
		bool is_reached;
	} table[] = {
		{ VERB_UPGRADE, { "1", "", "a" }, { "2", "", "b" }, true },
		{ VERB_UPGRADE, { "1", "", "a" }, { "2", "", "a" }, true }, // as wanted
		{ VERB_UPGRADE, { "1", "", "a" }, { "1", "", "b" }, false },
		{ VERB_UPGRADE, { "1", "", "a" }, { "sha256:2", "", "b" }, true },
		{ VERB_UPGRADE, { "1", "", "a" }, { "sha256:2", "", "a" }, false },
		{ VERB_UPGRADE, { "", "", "a" }, { "", "", "a" }, false }, // no version is told
		{ VERB_UPGRADE, { "", "", "a" }, { "", "", "b" }, true },
		{ VERB_UPGRADE, { "", "", "" }, { "", "", "" }, true }, // nor an instance
		{ VERB_ROLLBACK, { "2", "1", "a" }, { "1", "", "b" }, true },
		{ VERB_ROLLBACK, { "2", "1", "a" }, { "2", "1", "a" }, false },
		{ VERB_ROLLBACK, { "2", "the one before", "" }, { "1", "the one before", "" }, true },
		{ VERB_ROLLBACK, { "2", "the one before", "" }, { "2", "the one before", "" }, false },
		{ VERB_ROLLBACK, { "", "the one before", "" }, { "", "the one before", "" }, true },
		{ VERB_ROLLBACK, { "", "the one before", "a" }, { "", "the one before", "a" }, false },
		{ VERB_ROLLBACK, { "", "the one before", "a" }, { "", "the one before", "b" }, true },
		{ VERB_RESTART, { "", "", "a" }, { "", "", "a" }, false },
		{ VERB_RESTART, { "", "", "a" }, { "", "", "b" }, true },
		{ VERB_RESTART, { "", "", "" }, { "", "", "" }, true },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct operation_params params = { .verb = table[i].verb, .version = "2" };
		const struct driver_sight before = sight(table[i].before[0], table[i].before[1], table[i].before[2]);
		struct driver_sight now = sight(table[i].now[0], table[i].now[1], table[i].now[2]);

		ck_assert_msg(proof_is_reached(&params, &before, &now) == table[i].is_reached, "%zu", i);
		now.state = LIFECYCLE_ERRORED;
		ck_assert_msg(!proof_is_reached(&params, &before, &now), "%zu", i);
	}
}
END_TEST

// Where nothing tells it, an answer that did not come stays a question.
START_TEST(what_cannot_be_seen_proves_nothing)
{
	const struct operation_params upgrade = { .verb = VERB_UPGRADE, .version = "2" };
	const struct driver_sight nothing = sight("", "", ""), first = sight("", "", "a"), second = sight("", "", "b");

	ck_assert_int_eq((int)proof_of(&upgrade, true, &nothing, &nothing), PROOF_NONE);
	ck_assert_int_eq((int)proof_of(&upgrade, true, &first, &first), PROOF_NOT_DONE);
	ck_assert_int_eq((int)proof_of(&upgrade, true, &first, &second), PROOF_DONE);
}
END_TEST

SUITE("provisioning proof", running_what_was_wanted_is_proof, what_cannot_be_seen_proves_nothing)
