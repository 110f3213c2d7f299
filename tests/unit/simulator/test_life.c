// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <string.h>

#include "simulator/life.h"

enum { BOOT_MS = 1500, PULL_MS = 1000 };

static struct life running(void)
{
	struct life life;

	life_init(&life, "0.4.2", BOOT_MS, PULL_MS);
	return life;
}

static void wait_until_up(struct life *life)
{
	while (life->phase != LIFE_RESTING)
		ck_assert_int_ne(life_run(life, life->due_ms), LIFE_NOTHING);
}

START_TEST(it_runs_and_knows_the_version_before)
{
	static const struct {
		const char *version, *previous;
	} table[] = { { "0.4.2", "0.4.1" }, { "0.5.0", "" }, { "1.0.10", "1.0.9" }, { "seven", "" } };
	struct life life;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		life_init(&life, table[i].version, BOOT_MS, PULL_MS);
		ck_assert_int_eq(life.state, LIFE_RUNNING);
		ck_assert_str_eq(life.previous, table[i].previous);
		ck_assert_int_eq(life_run(&life, UINT64_MAX - 1), LIFE_NOTHING);
	}
}
END_TEST

START_TEST(a_restart_takes_its_time)
{
	struct life life = running();

	ck_assert_int_eq(life_ask(&life, VERB_RESTART, "", 100), LIFE_BOOTS);
	ck_assert_int_eq(life.state, LIFE_STARTING);
	ck_assert_str_eq(life_state_name(life.state), "deployed");
	ck_assert_uint_eq(life.n_boots, 1);
	ck_assert_int_eq(life_run(&life, 100 + BOOT_MS - 1), LIFE_NOTHING);
	ck_assert_uint_eq(life_percent(&life, 100 + BOOT_MS / 2), 50);
	ck_assert_uint_eq(life_percent(&life, 100 + BOOT_MS), 99);
	ck_assert_int_eq(life_run(&life, 100 + BOOT_MS), LIFE_UP);
	ck_assert_int_eq(life.state, LIFE_RUNNING);
	ck_assert_str_eq(life.version, "0.4.2");
	ck_assert_str_eq(life.previous, "0.4.1");
}
END_TEST

START_TEST(an_upgrade_goes_on_with_the_old_one_until_it_has_the_new)
{
	struct life life = running();

	ck_assert_int_eq(life_ask(&life, VERB_UPGRADE, "0.5.0", 0), LIFE_NOTHING);
	ck_assert_int_eq(life.phase, LIFE_PULLING);
	ck_assert_int_eq(life.state, LIFE_RUNNING);
	ck_assert_str_eq(life.version, "0.4.2");
	ck_assert_int_eq(life_run(&life, PULL_MS), LIFE_BOOTS);
	ck_assert_str_eq(life.version, "0.5.0");
	ck_assert_str_eq(life.previous, "0.4.2");
	ck_assert_int_eq(life_run(&life, PULL_MS + BOOT_MS), LIFE_UP);
	ck_assert_int_eq(life_ask(&life, VERB_ROLLBACK, "", 9000), LIFE_BOOTS);
	ck_assert_str_eq(life.version, "0.4.2");
	ck_assert_str_eq(life.previous, "");
	wait_until_up(&life);
	ck_assert_str_eq(life_refusal(&life, VERB_ROLLBACK, "", false), "there is no version to go back to");
}
END_TEST

START_TEST(versions_are_what_their_names_say)
{
	struct life life = running();

	ck_assert(!life_is_bad(&life) && !life_is_slow(&life));
	life_ask(&life, VERB_UPGRADE, "1-bad", 0);
	wait_until_up(&life);
	ck_assert(life_is_bad(&life));
	life_ask(&life, VERB_UPGRADE, "1-slow", 0);
	wait_until_up(&life);
	ck_assert(!life_is_bad(&life) && life_is_slow(&life));
	life_ask(&life, VERB_UPGRADE, "1-missing", 0);
	ck_assert_int_eq(life_run(&life, PULL_MS), LIFE_FAILS);
	ck_assert_int_eq(life.state, LIFE_RUNNING);
	ck_assert_str_eq(life.version, "1-slow");
	life_ask(&life, VERB_STOP, "", 0);
	ck_assert_msg(!life_is_slow(&life), "it is not up");
}
END_TEST

START_TEST(what_was_deleted_can_be_made_again)
{
	struct life life = running();

	life_ask(&life, VERB_DELETE, "", 0);
	ck_assert_str_eq(life_state_name(life.state), "revoked");
	ck_assert_str_eq(life_health_name(life.state), "deleted");
	ck_assert_str_eq(life_refusal(&life, VERB_START, "", false), "it was deleted");
	ck_assert_ptr_null(life_refusal(&life, VERB_CREATE, "", false));
	life_ask(&life, VERB_CREATE, "", 0);
	wait_until_up(&life);
	ck_assert_str_eq(life.version, "0.4.2");
	ck_assert_str_eq(life_refusal(&life, VERB_CREATE, "", false), "it exists");
}
END_TEST

START_TEST(every_verb_has_its_states)
{
	static const char *const refusals[][VERB_COUNT] = {
		[LIFE_RUNNING] = { [VERB_CREATE] = "it exists",
				   [VERB_START] = "it is not stopped",
				   [VERB_RESUME] = "it is not suspended" },
		[LIFE_STOPPED] = { [VERB_CREATE] = "it exists",
				   [VERB_STOP] = "it is stopped already",
				   [VERB_SUSPEND] = "it is not running",
				   [VERB_RESUME] = "it is not suspended" },
		[LIFE_SUSPENDED] = { [VERB_CREATE] = "it exists",
				     [VERB_START] = "it is not stopped",
				     [VERB_RESTART] = "it is suspended",
				     [VERB_SUSPEND] = "it is suspended" },
	};
	static const enum life_state states[] = { LIFE_RUNNING, LIFE_STOPPED, LIFE_SUSPENDED };

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		for (int verb = 0; verb < VERB_COUNT; verb++) {
			const char *wanted = refusals[states[i]][verb], *refusal;
			struct life life = running();

			if (states[i] != LIFE_RUNNING)
				life_ask(&life, states[i] == LIFE_STOPPED ? VERB_STOP : VERB_SUSPEND, "", 0);
			refusal = life_refusal(&life, (enum verb)verb, "1", false);
			ck_assert_msg(wanted ? refusal && strcmp(refusal, wanted) == 0 : !refusal, "%s %s: %s",
				      life_state_name(life.state), verb_name((enum verb)verb), refusal);
		}
	}
}
END_TEST

START_TEST(one_thing_at_a_time)
{
	struct life life = running();
	uint32_t revision = life.revision;

	ck_assert_int_eq(life_ask(&life, VERB_CONFIGURE, "", 0), LIFE_NOTHING);
	ck_assert_uint_gt(life.revision, revision);
	life_ask(&life, VERB_RESTART, "", 0);
	for (int verb = VERB_START; verb < VERB_COUNT; verb++)
		ck_assert_str_eq(life_refusal(&life, (enum verb)verb, "1", false), "something else is under way");
	ck_assert_ptr_null(life_refusal(&life, VERB_STOP, "", true));
	life_ask(&life, VERB_STOP, "", 0);
	ck_assert_int_eq(life.phase, LIFE_RESTING);
	ck_assert_uint_eq(life.due_ms, UINT64_MAX);
	ck_assert_int_eq(life_ask(&life, VERB_START, "", 0), LIFE_BOOTS);
	wait_until_up(&life);
	life_ask(&life, VERB_SUSPEND, "", 0);
	ck_assert_int_eq(life_ask(&life, VERB_RESUME, "", 0), LIFE_NOTHING);
	ck_assert_int_eq(life.state, LIFE_RUNNING);
}
END_TEST

START_TEST(versions_are_short_and_plain)
{
	char longer[LIFE_VERSION_MAX + 1];
	struct life life = running();

	memset(longer, 'a', LIFE_VERSION_MAX);
	longer[LIFE_VERSION_MAX] = '\0';
	ck_assert(life_version_is_valid("ghcr.io/x/y:1.5.0-rc_1+b@sha256"));
	ck_assert(life_version_is_valid(longer + 1));
	ck_assert(!life_version_is_valid(longer));
	ck_assert(!life_version_is_valid(""));
	ck_assert(!life_version_is_valid("1\"2"));
	ck_assert_str_eq(life_refusal(&life, VERB_UPGRADE, "", false), "that is no version");
}
END_TEST

SUITE("simulator/life", it_runs_and_knows_the_version_before, a_restart_takes_its_time,
      an_upgrade_goes_on_with_the_old_one_until_it_has_the_new, versions_are_what_their_names_say,
      what_was_deleted_can_be_made_again, every_verb_has_its_states, one_thing_at_a_time, versions_are_short_and_plain)
