// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "operations/policy.h"

static const char *const production[] = { "prod*" };
static const struct operations_config usual = { .production = production, .n_production = 1 };

START_TEST(the_usual_guards_are_by_verb_number_and_environment)
{
	static const struct {
		enum verb verb;
		const char *environment;
		bool is_last_healthy;
		size_t n;
		enum guard guard;
	} table[] = {
		{ VERB_START, "", false, 1, GUARD_REVERSIBLE },
		{ VERB_RESUME, "dev", false, 1, GUARD_REVERSIBLE },
		{ VERB_START, "dev", false, 2, GUARD_TYPE_NAME },
		{ VERB_START, "prod", false, 1, GUARD_TYPE_NAME },
		{ VERB_CREATE, "dev", false, 1, GUARD_CONFIRM },
		{ VERB_STOP, "dev", false, 1, GUARD_CONFIRM },
		{ VERB_RESTART, "dev", false, 1, GUARD_CONFIRM },
		{ VERB_SUSPEND, "dev", false, 1, GUARD_CONFIRM },
		{ VERB_CONFIGURE, "dev", false, 1, GUARD_CONFIRM },
		{ VERB_UPGRADE, "dev", false, 1, GUARD_CONFIRM },
		{ VERB_ROLLBACK, "dev", false, 1, GUARD_CONFIRM },
		{ VERB_DELETE, "dev", false, 1, GUARD_CONFIRM },
		{ VERB_STOP, "dev", true, 1, GUARD_TYPE_NAME },
		{ VERB_STOP, "dev", false, 12, GUARD_TYPE_NAME },
		{ VERB_STOP, "production", false, 1, GUARD_TYPE_NAME },
		{ VERB_UPGRADE, "prod-eu", false, 1, GUARD_REASON },
		{ VERB_ROLLBACK, "prod", false, 1, GUARD_REASON },
		{ VERB_UPGRADE, "dev", false, 12, GUARD_TYPE_NAME },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_msg(policy_guard(&usual, table[i].verb, table[i].environment, table[i].is_last_healthy,
					   table[i].n) == table[i].guard,
			      "%zu: %s in %s", i, verb_name(table[i].verb), table[i].environment);
}
END_TEST

START_TEST(the_first_rule_that_matches_decides)
{
	static const struct guard_rule rules[] = {
		{ .verbs = 1U << VERB_DELETE, .environment = "prod*", .is_refused = true },
		{ .verbs = 1U << VERB_STOP | 1U << VERB_DELETE, .is_refused = true, .why = "nobody stops anything" },
		{ .environment = "dev", .guard = GUARD_CONFIRM },
		{ .environment = "prod", .guard = GUARD_REASON },
	};
	struct operations_config config = usual;
	char out[POLICY_REFUSAL_MAX];

	config.guards = rules;
	config.n_guards = 4;
	ck_assert_str_eq(policy_refusal(&config, VERB_DELETE, "prod", out),
			 "the configuration rules out delete in prod");
	ck_assert_str_eq(policy_refusal(&config, VERB_DELETE, "dev", out), "nobody stops anything");
	ck_assert_str_eq(policy_refusal(&config, VERB_RESTART, "prod", out), "");
	ck_assert_int_eq(policy_guard(&config, VERB_RESTART, "dev", true, 50), GUARD_CONFIRM);
	ck_assert_int_eq(policy_guard(&config, VERB_START, "prod", false, 1), GUARD_REASON);
	ck_assert_int_eq(policy_guard(&config, VERB_START, "production", false, 1), GUARD_TYPE_NAME);
	ck_assert_int_eq(policy_guard(&config, VERB_STOP, "dev", false, 1), GUARD_CONFIRM);
	config.guards = &(struct guard_rule){ .is_refused = true };
	config.n_guards = 1;
	ck_assert_str_eq(policy_refusal(&config, VERB_START, "", out), "the configuration rules out start");
}
END_TEST

START_TEST(read_only_is_whole_or_by_environment)
{
	static const char *const frozen[] = { "prod*", "" };
	struct operations_config config = usual;
	char out[POLICY_REFUSAL_MAX];

	config.read_only = frozen;
	config.n_read_only = 2;
	ck_assert_str_eq(policy_refusal(&config, VERB_START, "prod-eu", out), "prod-eu is read-only");
	ck_assert_str_eq(policy_refusal(&config, VERB_START, "", out), "it is read-only");
	ck_assert_str_eq(policy_refusal(&config, VERB_START, "dev", out), "");
	config.is_read_only = true;
	ck_assert_str_eq(policy_refusal(&config, VERB_START, "dev", out), "read-only");
	ck_assert(policy_is_production(&config, "prod-eu"));
	ck_assert(!policy_is_production(&config, "dev"));
}
END_TEST

#define TARGET(n, s, e, r)                                                                                             \
	{                                                                                                              \
		.name = (n), .service = (s), .environment = (e), .refusal = (r)                                        \
	}

START_TEST(what_is_typed_names_what_the_targets_share)
{
	static const struct {
		struct plan_target targets[3];
		size_t n;
		const char *typed;
	} table[] = {
		{ { TARGET("a", "cache", "prod", ""), TARGET("b", "cache", "dev", "") }, 2, "cache" },
		{ { TARGET("a", "", "prod", "") }, 1, "a" },
		{ { TARGET("a", "cache", "prod", "") }, 1, "cache" },
		{ { TARGET("a", "cache", "prod", ""), TARGET("b", "api", "prod", "") }, 2, "prod" },
		{ { TARGET("a", "", "prod", ""), TARGET("b", "", "prod", "") }, 2, "prod" },
		{ { TARGET("a", "", "", ""), TARGET("b", "", "", "") }, 2, "stop 2" },
		{ { TARGET("a", "x", "prod", ""), TARGET("b", "y", "dev", "no"), TARGET("c", "z", "dev", "") },
		  3,
		  "stop 2" },
		{ { TARGET("a", "x", "prod", "no"), TARGET("b", "y", "dev", "") }, 2, "y" },
	};
	char out[POLICY_TYPED_MAX];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		ck_assert_str_eq(policy_typed(table[i].targets, table[i].n, VERB_STOP, out), table[i].typed);
}
END_TEST

START_TEST(only_exactly_what_is_asked_for_confirms)
{
	static const struct {
		enum guard guard;
		const char *refusal, *typed, *reason, *why; // NULL: taken
	} table[] = {
		{ GUARD_CONFIRM, "", NULL, NULL, NULL },
		{ GUARD_CONFIRM, "read-only", NULL, NULL, "read-only" },
		{ GUARD_TYPE_NAME, "", "cache", NULL, NULL },
		{ GUARD_TYPE_NAME, "", "Cache", NULL, "\"cache\" must be typed to confirm it" },
		{ GUARD_TYPE_NAME, "", "cache ", NULL, "\"cache\" must be typed to confirm it" },
		{ GUARD_TYPE_NAME, "", NULL, NULL, "\"cache\" must be typed to confirm it" },
		{ GUARD_REASON, "", "cache", NULL, "a reason must be given" },
		{ GUARD_REASON, "", "cache", " \t", "a reason must be given" },
		{ GUARD_REASON, "", "cache", "CVE", NULL },
		{ GUARD_REASON, "", "", "CVE", "\"cache\" must be typed to confirm it" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct plan plan = { .guard = table[i].guard, .typed = "cache", .refusal = table[i].refusal };
		char why[128] = "";
		int r = policy_check(&plan, table[i].typed, table[i].reason, why, sizeof why);

		ck_assert_int_eq(r, table[i].why ? -EPERM : 0);
		ck_assert_str_eq(why, table[i].why ? table[i].why : "");
	}
}
END_TEST

// Of a rollout whose every figure is another one than is configured.
static bool is_figure(const struct rollout *a, const struct rollout *b, enum rollout_figure figure)
{
	switch (figure) {
	case ROLLOUT_FIGURE_KIND:
		return a->kind == b->kind;
	case ROLLOUT_FIGURE_BATCH:
		return a->batch == b->batch;
	case ROLLOUT_FIGURE_MAX_UNAVAILABLE:
		return a->max_unavailable == b->max_unavailable;
	case ROLLOUT_FIGURE_WAIT:
		return a->wait_ms == b->wait_ms;
	case ROLLOUT_FIGURE_MIN_HEALTHY:
		return a->min_healthy_ms == b->min_healthy_ms;
	case ROLLOUT_FIGURE_VERIFY:
		return a->verify_ms == b->verify_ms;
	case ROLLOUT_FIGURE_CANARY:
		return memcmp(a->canary_percent, b->canary_percent, sizeof a->canary_percent) == 0;
	case ROLLOUT_FIGURE_ERROR_SHARE:
		return a->max_error_share == b->max_error_share;
	case ROLLOUT_FIGURE_LATENCY_GROWTH:
		return a->max_latency_growth == b->max_latency_growth;
	default:
		return a->rolls_back == b->rolls_back;
	}
}

static const struct operations_config figures = {
	.rollout = { ROLLOUT_ROLLING, 3, 2, 7000, 4000, 90000, { 5, 100 }, 0.01, 0.2, true },
	.canary_wait_ms = 8000,
};

START_TEST(what_is_not_said_of_a_rollout_is_as_configured)
{
	static const struct rollout said = { ROLLOUT_BLUE_GREEN, 9, 8, 1, 2, 3, { 50, 100 }, 0.5, 1.5, false };

	for (unsigned unsaid = 0; unsaid <= ROLLOUT_FIGURES_ALL; unsaid++) {
		const struct operation_params params = { .verb = VERB_UPGRADE, .rollout = said, .unsaid = unsaid };
		struct rollout rollout = policy_rollout(&figures, &params);

		for (int figure = 0; figure < ROLLOUT_FIGURE_COUNT; figure++)
			ck_assert_msg(is_figure(&rollout, unsaid & 1U << figure ? &figures.rollout : &said,
						(enum rollout_figure)figure),
				      "%s with %x unsaid", rollout_figure_name((enum rollout_figure)figure), unsaid);
	}
}
END_TEST

START_TEST(the_wait_that_is_configured_is_that_of_the_kind)
{
	struct operations_config beside = figures;
	struct operation_params params = { .verb = VERB_RESTART, .unsaid = ROLLOUT_FIGURES_ALL };

	ck_assert_uint_eq(policy_rollout(&figures, &params).wait_ms, 7000);
	params.unsaid &= ~(1U << ROLLOUT_FIGURE_KIND);
	params.rollout.kind = ROLLOUT_CANARY;
	ck_assert_uint_eq(policy_rollout(&figures, &params).wait_ms, 8000);
	beside.rollout.kind = ROLLOUT_BLUE_GREEN; // there is nothing new to stand beside the old one
	params.unsaid = ROLLOUT_FIGURES_ALL;
	ck_assert_int_eq(policy_rollout(&beside, &params).kind, ROLLOUT_ROLLING);
	params.verb = VERB_UPGRADE;
	ck_assert_int_eq(policy_rollout(&beside, &params).kind, ROLLOUT_BLUE_GREEN);
}
END_TEST

SUITE("policy", the_usual_guards_are_by_verb_number_and_environment, the_first_rule_that_matches_decides,
      read_only_is_whole_or_by_environment, what_is_typed_names_what_the_targets_share,
      only_exactly_what_is_asked_for_confirms, what_is_not_said_of_a_rollout_is_as_configured,
      the_wait_that_is_configured_is_that_of_the_kind)
