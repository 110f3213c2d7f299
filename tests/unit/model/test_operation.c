// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "model/verb_refusal.h"
#include "opscon/driver.h"
#include "opscon/feed.h"
#include "opscon/operation.h"
#include "tests/support/suite.h"

#define EACH_WORD(count, type, name_of, from_name)                                                                     \
	for (int i = 0; i < (count); i++) {                                                                            \
		type got = (type)0;                                                                                    \
                                                                                                                       \
		ck_assert_str_ne(name_of((type)i), "?");                                                               \
		ck_assert_int_eq(from_name(name_of((type)i), &got), 0);                                                \
		ck_assert_int_eq((int)got, i);                                                                         \
	}                                                                                                              \
	ck_assert_str_eq(name_of((type)(count)), "?");                                                                 \
	ck_assert_int_eq(from_name("no such word", &(type){ (type)0 }), -EINVAL)

START_TEST(every_word_of_operations_can_be_read_back)
{
	EACH_WORD(VERB_COUNT, enum verb, verb_name, verb_from_name);
	EACH_WORD(PROVISIONING_COUNT, enum provisioning, provisioning_name, provisioning_from_name);
	EACH_WORD(ROLLOUT_KIND_COUNT, enum rollout_kind, rollout_kind_name, rollout_kind_from_name);
	EACH_WORD(GUARD_COUNT, enum guard, guard_name, guard_from_name);
	EACH_WORD(OPERATION_STATE_COUNT, enum operation_state, operation_state_name, operation_state_from_name);
	EACH_WORD(TARGET_STATE_COUNT, enum target_state, target_state_name, target_state_from_name);
	for (int i = 0; i < ROLLOUT_FIGURE_COUNT; i++)
		ck_assert_str_ne(rollout_figure_name((enum rollout_figure)i), "?");
	for (int i = 0; i < VERB_COUNT; i++)
		ck_assert_str_ne(verb_past((enum verb)i), "?");
	for (int i = 0; i <= DRIVER_UNKNOWN; i++)
		ck_assert_str_ne(driver_outcome_name((enum driver_outcome)i), "?");
}
END_TEST

START_TEST(an_operation_is_over_once_and_for_all)
{
	static const bool over[OPERATION_STATE_COUNT] = {
		[OPERATION_SUCCEEDED] = true, [OPERATION_FAILED] = true,        [OPERATION_ROLLED_BACK] = true,
		[OPERATION_ABORTED] = true,   [OPERATION_INDETERMINATE] = true,
	};

	for (int i = 0; i < OPERATION_STATE_COUNT; i++)
		ck_assert_int_eq(operation_is_over((enum operation_state)i), over[i]);
}
END_TEST

// A letter for each verb in the order of the enumeration: create, start, stop, restart, suspend (p), resume (m),
// upgrade, rollback (b), delete, configure (f).
static const char letters[] = "cstrpmubdf";

static const struct {
	enum lifecycle state;
	const char *allowed;
} table[] = {
	{ LIFECYCLE_DRAFT, "cd" },        { LIFECYCLE_PROVISIONED, "cd" }, { LIFECYCLE_DEPLOYED, "stubdf" },
	{ LIFECYCLE_RUNNING, "trpubdf" }, { LIFECYCLE_STOPPED, "srubdf" }, { LIFECYCLE_SUSPENDED, "tmdf" },
	{ LIFECYCLE_ERRORED, "trubdf" },  { LIFECYCLE_REVOKED, "" },
};

static void check_state(enum lifecycle state, const char *allowed)
{
	const struct agent_lifecycle lifecycle = {
		.is_observed = true,
		.observed = state,
		.driver = "http",
		.verbs = ~0u,
		.version = "2",
		.previous = "1",
		.instance = "",
		.holder = "",
	};
	char why[VERB_REFUSAL_MAX];

	for (int i = 0; i < VERB_COUNT; i++) {
		bool is_allowed = strchr(allowed, letters[i]);

		ck_assert_msg(!verb_refusal(&lifecycle, (enum verb)i, why)[0] == is_allowed, "%s when %s: %s",
			      verb_name((enum verb)i), lifecycle_name(state), why);
	}
}

START_TEST(each_state_allows_its_verbs_and_says_why_not_others)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		check_state(table[i].state, table[i].allowed);
}
END_TEST

START_TEST(a_state_that_is_not_plain_is_explained)
{
	static const struct {
		enum lifecycle state;
		enum verb verb;
		const char *why;
	} rows[] = {
		{ LIFECYCLE_DRAFT, VERB_START, "not deployed yet (draft)" },
		{ LIFECYCLE_PROVISIONED, VERB_STOP, "not deployed yet (provisioned)" },
		{ LIFECYCLE_DEPLOYED, VERB_RESTART, "not started yet (deployed)" },
		{ LIFECYCLE_RUNNING, VERB_START, "it is running" },
		{ LIFECYCLE_STOPPED, VERB_STOP, "it is stopped" },
		{ LIFECYCLE_SUSPENDED, VERB_RESTART, "it is suspended" },
		{ LIFECYCLE_ERRORED, VERB_RESUME, "it has failed (errored)" },
		{ LIFECYCLE_REVOKED, VERB_RESTART, "it was deleted for good (revoked)" },
		{ LIFECYCLE_RUNNING, VERB_CREATE, "it is there already (running)" },
		{ LIFECYCLE_ERRORED, VERB_CREATE, "it is there already (errored)" },
		{ LIFECYCLE_REVOKED, VERB_CREATE, "it was deleted for good (revoked)" },
	};
	struct agent_lifecycle lifecycle = { .is_observed = true,
					     .driver = "http",
					     .verbs = ~0u,
					     .version = "",
					     .previous = "",
					     .instance = "",
					     .holder = "" };
	char why[VERB_REFUSAL_MAX];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		lifecycle.observed = rows[i].state;
		ck_assert_str_eq(verb_refusal(&lifecycle, rows[i].verb, why), rows[i].why);
	}
}
END_TEST

START_TEST(what_stands_in_the_way_is_named)
{
	struct agent_lifecycle lifecycle = {
		.driver = "", .version = "", .previous = "", .instance = "", .holder = ""
	};
	char why[VERB_REFUSAL_MAX];

	ck_assert_str_eq(verb_refusal(&lifecycle, VERB_START, why), "nothing operates it: no driver");
	lifecycle.driver = "exec";
	ck_assert_str_eq(verb_refusal(&lifecycle, VERB_START, why), "its driver, exec, cannot do that");
	lifecycle.verbs = 1U << VERB_START | 1U << VERB_ROLLBACK;
	ck_assert_str_eq(verb_refusal(&lifecycle, VERB_START, why), ""); // its state is not known: the driver is asked
	lifecycle.holder = "alice, pid 7";
	ck_assert_str_eq(verb_refusal(&lifecycle, VERB_START, why), "alice, pid 7 is operating on it");
	lifecycle.holder = "20261126-004011-upgrade-0a1b2c3d";
	lifecycle.is_interrupted = true;
	ck_assert_str_eq(verb_refusal(&lifecycle, VERB_START, why),
			 "operation 20261126-004011-upgrade-0a1b2c3d was interrupted: opscon op resume "
			 "20261126-004011-upgrade-0a1b2c3d, or abort 20261126-004011-upgrade-0a1b2c3d");
	lifecycle.holder = "";
	lifecycle.is_recorded = true;
	lifecycle.recorded = LIFECYCLE_RUNNING;
	ck_assert_str_eq(verb_refusal(&lifecycle, VERB_START, why), "it is running");
	lifecycle.is_observed = true;
	lifecycle.observed = LIFECYCLE_STOPPED; // what is seen counts more than what was left
	ck_assert_str_eq(verb_refusal(&lifecycle, VERB_START, why), "");
	ck_assert_str_eq(verb_refusal(&lifecycle, VERB_ROLLBACK, why), "there is no version to go back to");
	ck_assert_str_eq(verb_refusal(&lifecycle, VERB_COUNT, why), "there is no such verb");
}
END_TEST

START_TEST(a_refused_request_is_refused_in_words)
{
	static const struct {
		enum request_type type;
		int error;
		const char *words;
	} words_of[] = {
		{ REQUEST_OPERATION_PAUSE, -EALREADY, "it is paused already" },
		{ REQUEST_OPERATION_RESUME, -EALREADY, "it is not paused" },
		{ REQUEST_OPERATION_ABORT, -EALREADY, "it ends already" },
		{ REQUEST_OPERATION_ROLLBACK, -EALREADY, "it is rolled back already" },
		{ REQUEST_ALERT_ACK, -EALREADY, "it is so already" },
		{ REQUEST_OPERATION_ROLLBACK, -ENOTSUP, "there is no way back" },
		{ REQUEST_OPERATION_ABORT, -EPERM, "it is about to end" },
		{ REQUEST_SUBMIT, -EPERM, "it is not allowed" },
		{ REQUEST_SUBMIT, -EMFILE, "Too many open files" },
		{ REQUEST_ALERT_ACK, -ESTALE, "the alert has been resolved" },
		{ REQUEST_ALERT_ACK, -EROFS, "this feed can only be watched" },
		{ REQUEST_ALERT_ACK, -EINVAL, "that makes no sense to the feed" },
		{ REQUEST_ALERT_ACK, -ENOTSUP, "this feed cannot do that" },
		{ REQUEST_SUBMIT, -ENOMEM, "out of memory" },
		{ REQUEST_SUBMIT, -ENOTCONN, "the hub is away" },
		{ REQUEST_PROBE_NOW, -ENOTCONN, "the hub is away" },
		{ REQUEST_PLAN, -EXDEV, "they are on several hubs: act on those of one" },
	};

	for (size_t i = 0; i < sizeof words_of / sizeof words_of[0]; i++)
		ck_assert_str_eq(request_refusal(words_of[i].type, words_of[i].error), words_of[i].words);
}
END_TEST

START_TEST(a_recipe_keeps_the_texts_of_its_steps_and_says_when_it_is_full)
{
	struct driver_recipe recipe = { .n = 0 };
	char label[] = "Stop";
	const struct plan_step step = { .label = label, .action = "POST /stop", .timeout_ms = 7, .is_mutating = true };

	driver_recipe_add(&recipe, &step);
	memset(label, 'x', sizeof label - 1);
	ck_assert_str_eq(recipe.steps[0].label, "Stop");
	ck_assert_str_eq(recipe.steps[0].precondition, "");
	ck_assert_uint_eq(recipe.steps[0].timeout_ms, 7);
	ck_assert(!recipe.is_short);
	for (int i = 0; i < DRIVER_STEPS_MAX; i++)
		driver_recipe_add(&recipe, &step);
	ck_assert(recipe.is_short);
	ck_assert_uint_eq(recipe.n, DRIVER_STEPS_MAX);
}
END_TEST

START_TEST(a_recipe_has_room_for_texts_of_four_kibibytes)
{
	struct driver_recipe recipe = { .n = 0 };
	char action[3000];

	memset(action, 'a', sizeof action);
	action[sizeof action - 1] = '\0';
	driver_recipe_add(&recipe, &(struct plan_step){ .label = "one", .action = action });
	ck_assert(!recipe.is_short);
	driver_recipe_add(&recipe, &(struct plan_step){ .label = "two", .action = action });
	ck_assert(recipe.is_short);
}
END_TEST

START_TEST(who_says_that_it_is_not_there_is_named)
{
	struct agent agent = { .control_target = "web-1" };
	struct agent_lifecycle lifecycle = { .is_observed = true,
					     .observed = LIFECYCLE_DRAFT,
					     .driver = "docker",
					     .verbs = ~0u,
					     .version = "",
					     .previous = "",
					     .instance = "",
					     .holder = "" };
	char why[VERB_REFUSAL_MAX];

	ck_assert_str_eq(verb_refusal_of(&agent, &lifecycle, VERB_STOP, why), "there is no container web-1");
	ck_assert_str_eq(verb_refusal_of(&agent, &lifecycle, VERB_CREATE, why), "");
	lifecycle.observed = LIFECYCLE_STOPPED;
	ck_assert_str_eq(verb_refusal_of(&agent, &lifecycle, VERB_STOP, why), "it is stopped");
	lifecycle.observed = LIFECYCLE_DRAFT;
	lifecycle.driver = "exec";
	ck_assert_str_eq(verb_refusal_of(&agent, &lifecycle, VERB_STOP, why),
			 "it is not there, by the commands of web-1");
	ck_assert_str_eq(verb_refusal_of(&agent, &lifecycle, VERB_CREATE, why), "");
	lifecycle.driver = "http";
	ck_assert_str_eq(verb_refusal_of(&agent, &lifecycle, VERB_STOP, why),
			 "it is not there, its control endpoint says");
	lifecycle.is_observed = false; // nobody has asked it: it was recorded so
	lifecycle.is_recorded = true;
	ck_assert_str_eq(verb_refusal_of(&agent, &lifecycle, VERB_STOP, why), "not deployed yet (draft)");
	lifecycle.is_observed = true;
	lifecycle.driver = "docker";
	lifecycle.holder = "alice";
	ck_assert_str_eq(verb_refusal_of(&agent, &lifecycle, VERB_STOP, why), "alice is operating on it");
	lifecycle.holder = "";
	agent.control_target = NULL;
	ck_assert_str_eq(verb_refusal_of(&agent, &lifecycle, VERB_STOP, why), "not deployed yet (draft)");
}
END_TEST

SUITE("operation", every_word_of_operations_can_be_read_back, an_operation_is_over_once_and_for_all,
      each_state_allows_its_verbs_and_says_why_not_others, a_state_that_is_not_plain_is_explained,
      what_stands_in_the_way_is_named, a_refused_request_is_refused_in_words,
      a_recipe_keeps_the_texts_of_its_steps_and_says_when_it_is_full, a_recipe_has_room_for_texts_of_four_kibibytes,
      who_says_that_it_is_not_there_is_named)
