// SPDX-License-Identifier: Apache-2.0
/* Every request and every verb asked by every role, and what it is about. */
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "hub/access.h"
#include "hub/access_internal.h"
#include "tests/support/operation_fixture.h"

/* Which roles may, one letter each: v(iewer) o(perator) d(eployer) a(dmin). Of those that go by the verb of what they
 * are about there is a word instead.
 */
static const char *const requests[REQUEST_TYPE_COUNT] = {
	[REQUEST_WATCH] = "voda",
	[REQUEST_UNWATCH] = "voda",
	[REQUEST_PROBE_NOW] = "oda",
	[REQUEST_ALERT_ACK] = "oda",
	[REQUEST_ALERT_UNACK] = "oda",
	[REQUEST_ALERT_SNOOZE] = "oda",
	[REQUEST_ALERT_NOTE] = "oda",
	[REQUEST_MAINTENANCE] = "oda",
	[REQUEST_PIN] = "oda",
	[REQUEST_UNPIN] = "oda",
	[REQUEST_SHRINK_ACCEPT] = "a",
	[REQUEST_SHRINK_REFUSE] = "a",
	[REQUEST_PLAN] = "by verb",
	[REQUEST_SUBMIT] = "by verb",
	[REQUEST_OPERATION_PAUSE] = "oda",
	[REQUEST_OPERATION_RESUME] = "by verb",
	[REQUEST_OPERATION_ABORT] = "oda",
	[REQUEST_OPERATION_ROLLBACK] = "by verb, no operator",
	[REQUEST_PAUSE_ALL] = "oda",
	[REQUEST_OBSERVE] = "oda",
	[REQUEST_AUDIT_LIST] = "voda",
	[REQUEST_AUDIT_CLOSE] = "voda",
	[REQUEST_AUDIT_VERIFY] = "oda",
	[REQUEST_AUDIT_REOPEN] = "a",
	[REQUEST_HISTORY] = "voda",
	[REQUEST_LOOK] = "voda",
	[REQUEST_PLAN_KEEP] = "oda",
	[REQUEST_PLAN_DROP] = "voda",
	[REQUEST_APPROVE] = "by verb",
	[REQUEST_DISAPPROVE] = "by verb",
	[REQUEST_AUDIT_HASH] = "voda",
};

static const char *const verbs[VERB_COUNT + 1] = {
	[VERB_CREATE] = "da",   [VERB_START] = "oda",    [VERB_STOP] = "oda",   [VERB_RESTART] = "oda",
	[VERB_SUSPEND] = "oda", [VERB_RESUME] = "oda",   [VERB_UPGRADE] = "da", [VERB_ROLLBACK] = "da",
	[VERB_DELETE] = "a",    [VERB_CONFIGURE] = "da", [VERB_COUNT] = "",
};

static const char letters[ROLE_COUNT + 2] = { [ROLE_NONE] = '-',     [ROLE_VIEWER] = 'v', [ROLE_OPERATOR] = 'o',
					      [ROLE_DEPLOYER] = 'd', [ROLE_ADMIN] = 'a',  [ROLE_COUNT] = '?' };

static bool may(enum role role, enum request_type type, enum verb verb)
{
	const char *who = requests[type];
	bool is_by_verb = strncmp(who, "by verb", 7) == 0;

	if (strcmp(who, "by verb, no operator") == 0 && role == ROLE_OPERATOR)
		return false;
	return strchr(is_by_verb ? verbs[verb] : who, letters[role]) != NULL;
}

START_TEST(every_role_is_asked_for_every_request_and_verb)
{
	size_t n = 0, n_allowed = 0;

	for (int type = 0; type < REQUEST_TYPE_COUNT; type++) {
		ck_assert_msg(requests[type] != NULL, "%s is not in this table",
			      request_type_name((enum request_type)type));
		for (int verb = 0; verb <= VERB_COUNT; verb++)
			for (int role = 0; role <= ROLE_COUNT; role++) {
				const struct access_identity identity = { .name = "x", .role = (enum role)role };
				const struct access_about about = { .verb = (enum verb)verb };
				char why[ACCESS_WHY_MAX];
				int r = access_decide(&identity, (enum request_type)type, &about, why);
				bool is_allowed = may((enum role)role, (enum request_type)type, (enum verb)verb);

				ck_assert_msg(r == (is_allowed ? 0 : -EPERM), "%s of %s by %s: %d",
					      request_type_name((enum request_type)type), verb_name((enum verb)verb),
					      role_name((enum role)role), r);
				ck_assert_msg((r == 0) == (why[0] == '\0'), "%s", why);
				n++;
				n_allowed += r == 0;
			}
	}
	ck_assert_uint_eq(n, (size_t)REQUEST_TYPE_COUNT * (VERB_COUNT + 1) * (ROLE_COUNT + 1));
	ck_assert_uint_gt(n_allowed, 500);
}
END_TEST

START_TEST(what_nobody_knows_nobody_may)
{
	const struct access_identity admin = { .name = "x", .role = ROLE_ADMIN };
	const struct access_identity beyond = { .name = "x", .role = (enum role)99 };
	struct access_about about = { .verb = VERB_COUNT };
	char why[ACCESS_WHY_MAX];

	ck_assert_int_eq(access_decide(&admin, REQUEST_TYPE_COUNT, &about, why), -EPERM);
	ck_assert_int_eq(access_decide(&admin, (enum request_type)4000, &about, why), -EPERM);
	ck_assert_int_eq(access_decide(&admin, (enum request_type) - 1, &about, why), -EPERM);
	ck_assert_int_eq(access_decide(&beyond, REQUEST_WATCH, &about, why), -EPERM);
	about.verb = (enum verb)77;
	ck_assert_int_eq(access_decide(&admin, REQUEST_PLAN, &about, why), -EPERM);
	about.is_missing = true;
	ck_assert_int_eq(access_decide(&admin, (enum request_type)4000, &about, why), -EPERM);
}
END_TEST

START_TEST(a_refusal_says_which_role_may)
{
	const struct access_identity viewer = { .name = "v", .role = ROLE_VIEWER };
	const struct access_identity mechanic = { .name = "o", .role = ROLE_OPERATOR };
	const struct access_identity nobody = { .name = "n", .role = ROLE_NONE };
	const struct access_about about = { .verb = VERB_DELETE };
	char why[ACCESS_WHY_MAX];

	ck_assert_int_eq(access_decide(&viewer, REQUEST_SUBMIT, &about, why), -EPERM);
	ck_assert_str_eq(why, "submit (delete) is not allowed to a viewer; expected admin");
	ck_assert_int_eq(access_decide(&viewer, REQUEST_ALERT_ACK, &about, why), -EPERM);
	ck_assert_str_eq(why, "alert_ack is not allowed to a viewer; expected operator");
	access_decide(&mechanic, REQUEST_PLAN, &(struct access_about){ .verb = VERB_UPGRADE }, why);
	ck_assert_str_eq(why, "plan (upgrade) is not allowed to an operator; expected deployer");
	access_decide(&nobody, REQUEST_LOOK, &(struct access_about){ 0 }, why);
	ck_assert_str_eq(why, "look is not allowed to somebody without a role; expected viewer");
}
END_TEST

// ---- scopes

static struct access_identity somebody(enum role role)
{
	return (struct access_identity){ .name = "alice", .role = role };
}

static int ask(const struct access_identity *identity, const struct request *request, struct fleet_fixture *f,
	       const struct plan *plan, char why[ACCESS_WHY_MAX])
{
	struct access_about about;
	int r;

	ck_assert_int_eq(access_about_init(&about, request, f->fleet, plan), 0);
	r = access_decide(identity, request->type, &about, why);
	access_about_finish(&about);
	return r;
}

START_TEST(scopes_limit_to_which_agents)
{
	const struct operation_params restart = { .verb = VERB_RESTART };
	struct fleet_fixture f;
	struct access_identity web = somebody(ROLE_DEPLOYER);
	uint32_t a, b, c, list[3];
	struct request request = { .type = REQUEST_PLAN, .params = &restart, .agents = list };
	char why[ACCESS_WHY_MAX];

	fleet_fixture_init(&f);
	a = fleet_fixture_add(&f, "Web1", "web", "dev");
	b = fleet_fixture_add(&f, "Web2", "web", "prod");
	c = fleet_fixture_add(&f, "Db1", "db", "dev");
	ck_assert_int_eq(access_scope_add(&web, "tier=web", false), 0);
	ck_assert_int_eq(access_scope_add(&web, "env=prod", true), 0);
	list[0] = a;
	request.n_agents = 1;
	ck_assert_int_eq(ask(&web, &request, &f, NULL, why), 0);
	list[0] = c;
	ck_assert_int_eq(ask(&web, &request, &f, NULL, why), -EPERM);
	ck_assert_str_eq(why, "Db1 is not among the agents of alice (allow tier=web)");
	list[0] = b;
	ck_assert_int_eq(ask(&web, &request, &f, NULL, why), -EPERM); // deny wins
	ck_assert_str_eq(why, "Web2 is not among the agents of alice (deny env=prod)");
	list[0] = a;
	list[1] = c;
	request.n_agents = 2; // one is enough
	ck_assert_int_eq(ask(&web, &request, &f, NULL, why), -EPERM);
	list[1] = 4000;
	ck_assert_int_eq(ask(&web, &request, &f, NULL, why), -EPERM);
	ck_assert_str_eq(why, "alice may do this to some agents only, and one of these is not known any more");
	access_identity_finish(&web);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(the_fleet_as_a_whole_is_inside_no_limits)
{
	static const enum request_type whole[] = { REQUEST_PROBE_NOW, REQUEST_PAUSE_ALL,    REQUEST_SHRINK_ACCEPT,
						   REQUEST_UNPIN,     REQUEST_AUDIT_REOPEN, REQUEST_MAINTENANCE };
	static const enum request_type looking[] = { REQUEST_WATCH, REQUEST_LOOK, REQUEST_HISTORY, REQUEST_AUDIT_LIST };
	struct access_identity limited = somebody(ROLE_ADMIN), whole_one = somebody(ROLE_ADMIN);
	struct fleet_fixture f;
	char why[ACCESS_WHY_MAX];
	uint32_t db;

	fleet_fixture_init(&f);
	db = fleet_fixture_add(&f, "Db1", "db", "dev");
	ck_assert_int_eq(access_scope_add(&limited, "tier=web", false), 0);
	for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
		const struct request request = { .type = whole[i] };

		ck_assert_int_eq(ask(&limited, &request, &f, NULL, why), -EPERM);
		ck_assert_ptr_nonnull(strstr(why, "it is about the whole fleet"));
		ck_assert_int_eq(ask(&whole_one, &request, &f, NULL, why), 0);
	}
	for (size_t i = 0; i < sizeof looking / sizeof looking[0]; i++) {
		const struct request request = { .type = looking[i], .agent = db };

		ck_assert_int_eq(ask(&limited, &request, &f, NULL, why), 0);
	}
	access_identity_finish(&limited);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(an_alert_belongs_to_its_agent)
{
	struct access_identity web = somebody(ROLE_OPERATOR), viewer = somebody(ROLE_VIEWER);
	struct request request = { .type = REQUEST_ALERT_ACK };
	uint32_t web_alert, db_alert, fleet_alert;
	struct fleet_fixture f;
	char why[ACCESS_WHY_MAX];

	fleet_fixture_init(&f);
	web_alert = fleet_fixture_alert(&f, fleet_fixture_add(&f, "Web1", "web", "dev"), SEVERITY_CRITICAL,
					ALERT_ACTIVE, "agent_down", "down", MINUTE_MS);
	db_alert = fleet_fixture_alert(&f, fleet_fixture_add(&f, "Db1", "db", "dev"), SEVERITY_CRITICAL, ALERT_ACTIVE,
				       "agent_down", "down", MINUTE_MS);
	fleet_alert = fleet_fixture_alert(&f, 0, SEVERITY_CRITICAL, ALERT_ACTIVE, "outage", "many are down", MINUTE_MS);
	ck_assert_int_eq(access_scope_add(&web, "tier=web", false), 0);
	request.alert = web_alert;
	ck_assert_int_eq(ask(&web, &request, &f, NULL, why), 0);
	request.alert = db_alert;
	ck_assert_int_eq(ask(&web, &request, &f, NULL, why), -EPERM);
	request.alert = fleet_alert;
	ck_assert_int_eq(ask(&web, &request, &f, NULL, why), -EPERM);
	request.alert = 4000;
	ck_assert_int_eq(ask(&web, &request, &f, NULL, why), -ENOENT);
	ck_assert_int_eq(ask(&viewer, &request, &f, NULL, why), -EPERM);
	access_identity_finish(&web);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(a_plan_and_an_operation_bring_their_verb_and_targets)
{
	struct access_identity operator= somebody(ROLE_OPERATOR), deployer = somebody(ROLE_DEPLOYER);
	struct fleet_fixture f;
	struct request submit = { .type = REQUEST_SUBMIT, .operation = 7 }, control = { .operation = 7 };
	uint32_t agents[2];
	struct plan *plan;
	char why[ACCESS_WHY_MAX];

	fleet_fixture_init(&f);
	agents[0] = fleet_fixture_add(&f, "Web1", "web", "dev");
	agents[1] = fleet_fixture_add(&f, "Db1", "db", "dev");
	plan = plan_fixture(
		&f, &(struct plan_wish){ .verb = VERB_UPGRADE, .version = "2", .agents = agents, .n = 2, .no = 7 });
	ck_assert_int_eq(ask(&operator, & submit, &f, plan, why), -EPERM);
	ck_assert_int_eq(ask(&deployer, &submit, &f, plan, why), 0);
	ck_assert_int_eq(ask(&deployer, &submit, &f, NULL, why), -ENOENT);
	control.type = REQUEST_OPERATION_PAUSE;
	ck_assert_int_eq(ask(&operator, & control, &f, NULL, why), -ENOENT);
	operation_fixture_send(&f, operation_fixture(plan, OPERATION_RUNNING));
	ck_assert_int_eq(ask(&operator, & control, &f, NULL, why), 0);
	control.type = REQUEST_OPERATION_RESUME; // goes on with an upgrade
	ck_assert_int_eq(ask(&operator, & control, &f, NULL, why), -EPERM);
	ck_assert_int_eq(ask(&deployer, &control, &f, NULL, why), 0);
	ck_assert_int_eq(access_scope_add(&deployer, "tier=web", false), 0);
	ck_assert_int_eq(ask(&deployer, &control, &f, NULL, why), -EPERM);
	ck_assert_int_eq(ask(&deployer, &submit, &f, plan, why), -EPERM);
	plan_unref(plan);
	access_identity_finish(&deployer);
	fleet_fixture_finish(&f);
}
END_TEST

START_TEST(every_request_is_about_something)
{
	struct fleet_fixture f;

	fleet_fixture_init(&f);
	for (int type = 0; type <= REQUEST_TYPE_COUNT; type++) {
		const struct request request = { .type = (enum request_type)type, .agent = 99 };
		struct access_about about;

		ck_assert_int_eq(access_about_init(&about, &request, f.fleet, NULL), 0);
		ck_assert(about.n_agents == 0 && about.verb == VERB_COUNT);
		access_about_finish(&about);
	}
	fleet_fixture_finish(&f);
}
END_TEST

SUITE("hub/access_decide", every_role_is_asked_for_every_request_and_verb, what_nobody_knows_nobody_may,
      a_refusal_says_which_role_may, scopes_limit_to_which_agents, the_fleet_as_a_whole_is_inside_no_limits,
      an_alert_belongs_to_its_agent, a_plan_and_an_operation_bring_their_verb_and_targets,
      every_request_is_about_something)
