// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>

#include "services/provisioning_proof.h"

static struct driver_sight sight_of(const char *text)
{
	struct driver_sight sight = { .exists = text[0] != '-' };
	char state[16] = "", version[16] = "", previous[16] = "", instance[16] = "";

	// "running 1.0 0.9 i1"; a dot leaves a text out
	if (sight.exists) {
		ck_assert_int_eq(sscanf(text, "%15s %15s %15s %15s", state, version, previous, instance), 4);
		ck_assert_int_eq(lifecycle_from_name(state, &sight.state), 0);
	}
	strcpy(sight.version, strcmp(version, ".") == 0 ? "" : version);
	strcpy(sight.previous, strcmp(previous, ".") == 0 ? "" : previous);
	strcpy(sight.instance, strcmp(instance, ".") == 0 ? "" : instance);
	return sight;
}

static struct operation_params params_of(enum verb verb)
{
	return (struct operation_params){ .verb = verb, .version = "2.0", .patch = "", .reason = "" };
}

static const struct {
	enum verb verb;
	const char *before, *now;
	bool is_reached;
} goal_rows[] = {
	{ VERB_CREATE, "-", "deployed 1.0 . .", true },
	{ VERB_CREATE, "-", "-", false },
	{ VERB_CREATE, "-", "errored 1.0 . .", false },
	{ VERB_START, "stopped 1.0 . i1", "running 1.0 . i2", true },
	{ VERB_START, "stopped 1.0 . i1", "stopped 1.0 . i1", false },
	{ VERB_RESUME, "suspended 1.0 . i1", "running 1.0 . i1", true },
	{ VERB_STOP, "running 1.0 . i1", "stopped 1.0 . i1", true },
	{ VERB_STOP, "running 1.0 . i1", "-", false },
	{ VERB_SUSPEND, "running 1.0 . i1", "suspended 1.0 . i1", true },
	{ VERB_SUSPEND, "running 1.0 . i1", "stopped 1.0 . i1", false },
	{ VERB_RESTART, "running 1.0 . i1", "running 1.0 . i2", true },
	{ VERB_RESTART, "running 1.0 . i1", "running 1.0 . i1", false },
	{ VERB_RESTART, "running 1.0 . .", "running 1.0 . .", true }, // they are not told apart
	{ VERB_RESTART, "running 1.0 . i1", "errored 1.0 . i2", false },
	{ VERB_UPGRADE, "running 1.0 . i1", "running 2.0 1.0 i2", true },
	{ VERB_UPGRADE, "running 1.0 . i1", "running sha256:77 1.0 i2", true }, // asked for by another name
	{ VERB_UPGRADE, "running 1.0 . i1", "running 1.0 . i2", false },
	{ VERB_UPGRADE, "running 1.0 . i1", "stopped 2.0 1.0 i2", false },
	{ VERB_UPGRADE, "running . . i1", "running . . i2", true },
	{ VERB_ROLLBACK, "running 2.0 1.0 i2", "running 1.0 2.0 i3", true },
	{ VERB_ROLLBACK, "running 2.0 1.0 i2", "running 2.0 1.0 i2", false },
	{ VERB_ROLLBACK, "running 2.0 1.0 .", "running 1.0 2.0 .", true },
	{ VERB_ROLLBACK, "running . . i2", "running . . i2", false },
	{ VERB_ROLLBACK, "running 2.0 1.0 i2", "stopped 1.0 2.0 i3", false },
	{ VERB_DELETE, "stopped 1.0 . i1", "-", true },
	{ VERB_DELETE, "stopped 1.0 . i1", "revoked 1.0 . i1", true },
	{ VERB_DELETE, "stopped 1.0 . i1", "stopped 1.0 . i1", false },
	{ VERB_CONFIGURE, "running 1.0 . i1", "running 1.0 . i1", true },
	{ VERB_CONFIGURE, "running 1.0 . i1", "-", false },
};

START_TEST(knows_when_a_verb_has_reached_its_goal)
{
	for (size_t i = 0; i < sizeof goal_rows / sizeof goal_rows[0]; i++) {
		struct operation_params params = params_of(goal_rows[i].verb);
		struct driver_sight before = sight_of(goal_rows[i].before), now = sight_of(goal_rows[i].now);

		ck_assert_msg(proof_is_reached(&params, &before, &now) == goal_rows[i].is_reached, "row %zu: %s, %s", i,
			      verb_name(goal_rows[i].verb), goal_rows[i].now);
	}
}
END_TEST

static const struct {
	enum verb verb;
	bool is_last;
	const char *was, *now;
	enum proof proof;
} proof_rows[] = {
	{ VERB_RESTART, true, "running 1.0 . i1", "running 1.0 . i2", PROOF_DONE },
	{ VERB_RESTART, true, "running 1.0 . i1", "running 1.0 . i1", PROOF_NOT_DONE },
	{ VERB_RESTART, true, "running 1.0 . i1", "stopped 1.0 . i1", PROOF_NONE },  // on its way, or dead
	{ VERB_RESTART, true, "running 1.0 . .", "running 1.0 . .", PROOF_NONE },    // which instance?
	{ VERB_RESTART, false, "running 1.0 . i1", "stopped 1.0 . i1", PROOF_DONE }, // its first half
	{ VERB_RESTART, false, "running 1.0 . i1", "running 1.0 . i1", PROOF_NONE }, // it may be one that does not show
	{ VERB_STOP, true, "running 1.0 . i1", "running 1.0 . i1", PROOF_NOT_DONE },
	{ VERB_STOP, true, "stopped 1.0 . i1", "stopped 1.0 . i1", PROOF_NONE }, // it was so before
	{ VERB_DELETE, true, "stopped 1.0 . i1", "-", PROOF_DONE },
	{ VERB_CREATE, true, "-", "-", PROOF_NONE },
	{ VERB_CONFIGURE, true, "running 1.0 . i1", "running 1.0 . i1", PROOF_NONE },
	{ VERB_UPGRADE, false, "stopped 1.0 . i1", "stopped 2.0 1.0 i1", PROOF_DONE },
};

START_TEST(proves_what_became_of_a_step_and_nothing_else)
{
	for (size_t i = 0; i < sizeof proof_rows / sizeof proof_rows[0]; i++) {
		struct operation_params params = params_of(proof_rows[i].verb);
		struct driver_sight was = sight_of(proof_rows[i].was), now = sight_of(proof_rows[i].now);

		ck_assert_msg(proof_of(&params, proof_rows[i].is_last, &was, &now) == proof_rows[i].proof,
			      "row %zu: %s, %s", i, verb_name(proof_rows[i].verb), proof_rows[i].now);
	}
}
END_TEST

START_TEST(has_a_status_for_each_verb_and_each_state)
{
	struct driver_sight deployed = sight_of("deployed 1.0 . .");

	for (int verb = 0; verb < VERB_COUNT; verb++)
		ck_assert_int_ne(proof_provisioning_during((enum verb)verb), PROVISIONING_PENDING);
	ck_assert_int_eq(proof_provisioning_after(LIFECYCLE_DRAFT), PROVISIONING_PENDING);
	ck_assert_int_eq(proof_provisioning_after(LIFECYCLE_SUSPENDED), PROVISIONING_STOPPED);
	ck_assert_int_eq(proof_provisioning_after(LIFECYCLE_ERRORED), PROVISIONING_FAILED);
	ck_assert_int_eq(proof_state_after(VERB_CREATE, &deployed, LIFECYCLE_DRAFT), LIFECYCLE_DEPLOYED);
	ck_assert_int_eq(proof_state_after(VERB_SUSPEND, &deployed, LIFECYCLE_RUNNING), LIFECYCLE_SUSPENDED);
	ck_assert_int_eq(proof_state_after(VERB_CONFIGURE, &deployed, LIFECYCLE_STOPPED), LIFECYCLE_STOPPED);
}
END_TEST

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

SUITE("provisioning_proof", knows_when_a_verb_has_reached_its_goal, proves_what_became_of_a_step_and_nothing_else,
      has_a_status_for_each_verb_and_each_state, running_what_was_wanted_is_proof, what_cannot_be_seen_proves_nothing)
