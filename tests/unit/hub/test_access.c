// SPDX-License-Identifier: Apache-2.0
/* Who somebody is, for how long, and how much they may ask for. */
#include "tests/support/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "hub/access_internal.h"
#include "opscon/fleet.h"
#include "tests/unit/hub/access_bench.h"

enum { DAY_MS = 86400000 };

// ---- peers

START_TEST(without_rules_the_hubs_own_user_is_admin_and_nobody_else_comes_in)
{
	struct access_identity identity;
	struct access_bench b;

	access_bench_init(&b);
	ck_assert_int_eq(access_bench_open(&b), 0);
	ck_assert_int_eq(access_bench_peer(&b, BENCH_HUB_UID, 100, &identity), 0);
	ck_assert_int_eq(identity.role, ROLE_ADMIN);
	ck_assert_str_eq(identity.name, "hub");
	ck_assert_str_eq(identity.origin, "unix socket, pid 4711");
	access_identity_finish(&identity);
	ck_assert_int_eq(access_bench_peer(&b, 1000, 1000, &identity), -EACCES);
	ck_assert_int_eq(access_bench_peer(&b, 0, 0, &identity), -EACCES);
	ck_assert_str_eq(access_bench_last(&b)->user, "root");
	ck_assert_str_eq(access_bench_last(&b)->error, "root is not among the peers of the hub's configuration");
	ck_assert_int_eq(access_bench_last(&b)->action, AUDIT_LOGIN);
	access_bench_finish(&b);
}
END_TEST

START_TEST(the_first_rule_that_matches_a_peer_decides)
{
	static const struct hub_peer peers[] = {
		{ .who = HUB_WHO_UID, .uid = 1002, .role = ROLE_NONE },
		{ .who = HUB_WHO_USER, .name = "alice", .uid = -1, .role = ROLE_DEPLOYER },
		{ .who = HUB_WHO_GROUP, .name = "ops", .uid = -1, .role = ROLE_OPERATOR },
		{ .who = HUB_WHO_GROUP, .name = "dev", .uid = -1, .role = ROLE_VIEWER },
		{ .who = HUB_WHO_UID, .uid = BENCH_HUB_UID, .role = ROLE_VIEWER },
	};
	static const struct {
		int64_t uid, gid;
		enum role role;
		const char *name;
	} table[] = {
		{ 1000, 50, ROLE_DEPLOYER, "alice" }, { 1001, 50, ROLE_OPERATOR, "bob" },
		{ 1001, 1001, ROLE_VIEWER, "bob" }, // by a supplementary group
		{ 1002, 50, ROLE_NONE, "" },          { 4000, 50, ROLE_OPERATOR, "uid 4000" },
		{ 4000, 4000, ROLE_NONE, "" },        { BENCH_HUB_UID, 100, ROLE_VIEWER, "hub" },
	};
	struct access_bench b;

	access_bench_init(&b);
	b.config.peers = peers;
	b.config.n_peers = sizeof peers / sizeof peers[0];
	ck_assert_msg(access_bench_open(&b) == 0, "%s", b.why);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct access_identity identity;
		int r = access_bench_peer(&b, table[i].uid, table[i].gid, &identity);

		ck_assert_msg(r == (table[i].role == ROLE_NONE ? -EACCES : 0), "uid %d", (int)table[i].uid);
		ck_assert_int_eq(identity.role, table[i].role);
		if (r == 0)
			ck_assert_str_eq(identity.name, table[i].name);
		access_identity_finish(&identity);
	}
	access_bench_finish(&b);
}
END_TEST

START_TEST(roles_narrow_and_never_add)
{
	static const struct hub_peer peers[] = {
		{ .who = HUB_WHO_GROUP, .name = "ops", .uid = -1, .role = ROLE_DEPLOYER }
	};
	static const struct hub_role roles[] = {
		{ .who = HUB_WHO_USER, .name = "alice", .role = ROLE_ADMIN, .deny = "env=prod" },
		{ .who = HUB_WHO_GROUP, .name = "ops", .role = ROLE_OPERATOR, .allow = "tier=web" },
		{ .who = HUB_WHO_USER, .name = "bob", .role = ROLE_NONE },
		{ .who = HUB_WHO_TOKEN, .name = "alice", .role = ROLE_VIEWER },
	};
	struct access_identity identity;
	struct access_bench b;
	char token[64];

	access_bench_init(&b);
	b.config.peers = peers;
	b.config.n_peers = 1;
	b.config.roles = roles;
	b.config.n_roles = 4;
	access_bench_token(&b, &(struct bench_token){ "alice", ROLE_ADMIN, 0, NULL, "name=~*", NULL }, token);
	ck_assert_msg(access_bench_open(&b) == 0, "%s", b.why);
	ck_assert_int_eq(access_bench_peer(&b, 1000, 50, &identity), 0);
	ck_assert_int_eq(identity.role, ROLE_OPERATOR);
	ck_assert_uint_eq(identity.n_scopes, 2);
	ck_assert(identity.scopes[0].is_deny && !identity.scopes[1].is_deny);
	access_identity_finish(&identity);
	ck_assert_int_eq(access_bench_peer(&b, 1001, 50, &identity), -EACCES);
	ck_assert_str_eq(access_bench_last(&b)->error, "bob may do nothing here");
	// A token of a user's name is not that user.
	ck_assert_int_eq(access_bearer(b.access, token, access_bench_from("192.0.2.7", 5), b.now, &identity), 0);
	ck_assert_int_eq(identity.role, ROLE_VIEWER);
	ck_assert_uint_eq(identity.n_scopes, 1);
	access_identity_finish(&identity);
	access_bench_finish(&b);
}
END_TEST

START_TEST(a_name_that_nobody_has_is_a_mistake)
{
	static const struct hub_peer peers[] = {
		{ .who = HUB_WHO_USER, .name = "nobody7", .uid = -1, .role = ROLE_NONE }
	};
	static const struct hub_role roles[] = { { .who = HUB_WHO_GROUP, .name = "nogroup7", .role = ROLE_VIEWER } };
	struct access_bench b;

	access_bench_init(&b);
	b.config.peers = peers;
	b.config.n_peers = 1;
	ck_assert_int_eq(access_bench_open(&b), -EINVAL);
	ck_assert_str_eq(b.why, "user nobody7 is not known on this machine");
	b.config.n_peers = 0;
	b.config.roles = roles;
	b.config.n_roles = 1;
	ck_assert_int_eq(access_bench_open(&b), -EINVAL);
	ck_assert_str_eq(b.why, "group nogroup7 is not known on this machine");
	access_bench_finish(&b);
}
END_TEST

START_TEST(whose_groups_are_not_known_is_let_in_by_none)
{
	static const struct hub_peer peers[] = {
		{ .who = HUB_WHO_USER, .name = "alice", .uid = -1, .role = ROLE_ADMIN }
	};
	static const struct hub_role roles[] = { { .who = HUB_WHO_GROUP, .name = "dev", .role = ROLE_VIEWER } };
	const struct access_cred cred = { .pid = 1, .uid = 1000, .gid = 1000, .lacks_groups = true };
	struct access_identity identity;
	struct access_bench b;

	access_bench_init(&b);
	b.config.peers = peers;
	b.config.n_peers = 1;
	ck_assert_int_eq(access_bench_open(&b), 0);
	ck_assert_int_eq(access_peer(b.access, &cred, b.now, &identity, b.why), 0); // nothing depends on them
	b.config.roles = roles;
	b.config.n_roles = 1;
	ck_assert_int_eq(access_reload(b.access, &b.config, b.now, b.why), 0);
	ck_assert_int_eq(access_recheck(b.access, &identity, b.now, b.why), -EACCES);
	ck_assert_str_eq(b.why, "the groups of alice cannot be read, and there are rules about groups");
	access_identity_finish(&identity);
	ck_assert_int_eq(access_peer(b.access, &cred, b.now, &identity, b.why), -EACCES);
	access_bench_finish(&b);
}
END_TEST

// ---- tokens

START_TEST(a_token_lets_its_holder_in_and_no_other)
{
	struct access_identity identity;
	struct access_bench b;
	char token[64], other[80];
	struct audit_person person;

	access_bench_init(&b);
	access_bench_token(&b, &(struct bench_token){ "ci", ROLE_DEPLOYER, 0, NULL, NULL, "env=prod" }, token);
	ck_assert_int_eq(access_bench_open(&b), 0);
	ck_assert_int_eq(access_bearer(b.access, token, access_bench_from("192.0.2.7", 50022), b.now, &identity), 0);
	person = access_person(&identity);
	ck_assert_str_eq(person.user, "ci");
	ck_assert_str_eq(person.origin, "192.0.2.7 port 50022 (token)");
	ck_assert_str_eq(person.role, "deployer");
	ck_assert_int_eq(person.uid, -1);
	ck_assert_uint_eq(identity.n_scopes, 1);
	access_identity_finish(&identity);
	for (size_t i = 7; token[i]; i++) { // each character counts
		snprintf(other, sizeof other, "%s", token);
		other[i] = other[i] == 'x' ? 'y' : 'x';
		ck_assert_int_eq(access_bearer(b.access, other, access_bench_from("192.0.2.7", 1), b.now, &identity),
				 -EACCES);
	}
	snprintf(other, sizeof other, "%sA", token);
	ck_assert_int_eq(access_bearer(b.access, other, access_bench_from("192.0.2.7", 1), b.now, &identity), -EACCES);
	snprintf(other, sizeof other, "%.*s", (int)strlen(token) - 1, token);
	ck_assert_int_eq(access_bearer(b.access, other, access_bench_from("192.0.2.7", 1), b.now, &identity), -EACCES);
	access_bench_finish(&b);
}
END_TEST

START_TEST(a_refused_token_has_its_reason_on_record_alone)
{
	static const struct {
		const char *name, *from;
		int64_t later_ms;
		const char *error;
	} table[] = {
		{ "short", "192.0.2.7", 59999, NULL },
		{ "short", "192.0.2.7", 60000, "the token has expired" },
		{ "near", "10.1.2.3", 0, NULL },
		{ "near", "192.0.2.7", 0, "the token is not for use from there" },
		{ "near", "2001:db8::1", 0, "the token is not for use from there" },
		{ "", "192.0.2.7", 0, "no token" },
		{ "x", "192.0.2.7", 0, "no such token" },
	};
	struct access_bench b;
	char tokens[2][64];

	access_bench_init(&b);
	access_bench_token(&b, &(struct bench_token){ "short", ROLE_VIEWER, BENCH_START_MS + 60000, NULL, NULL, NULL },
			   tokens[0]);
	access_bench_token(&b, &(struct bench_token){ "near", ROLE_VIEWER, 0, "10.0.0.0/8", NULL, NULL }, tokens[1]);
	ck_assert_int_eq(access_bench_open(&b), 0);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const char *name = table[i].name;
		const char *header = strcmp(name, "short") == 0  ? tokens[0]
				     : strcmp(name, "near") == 0 ? tokens[1]
				     : *name                     ? "Bearer opt_x"
								 : NULL;
		struct access_identity identity;
		int r = access_bearer(b.access, header, access_bench_from(table[i].from, 1),
				      instant_add(b.now, table[i].later_ms), &identity);

		ck_assert_msg(r == (table[i].error ? -EACCES : 0), "%zu: %d", i, r);
		if (table[i].error) {
			ck_assert_str_eq(access_bench_last(&b)->error, table[i].error);
			ck_assert_str_eq(access_bench_last(&b)->user, *name == 'x' ? "" : name);
		}
		access_identity_finish(&identity);
	}
	access_bench_finish(&b);
}
END_TEST

START_TEST(a_revoked_token_ends_its_session)
{
	struct access_identity identity;
	struct access_bench b;
	char token[64];

	access_bench_init(&b);
	access_bench_token(&b, &(struct bench_token){ "ci", ROLE_ADMIN, 0, NULL, NULL, NULL }, token);
	ck_assert_int_eq(access_bench_open(&b), 0);
	ck_assert_int_eq(access_bearer(b.access, token, access_bench_from("192.0.2.7", 1), b.now, &identity), 0);
	ck_assert_int_eq(access_refresh(b.access, b.now, b.why), 0);
	ck_assert_int_eq(access_recheck(b.access, &identity, b.now, b.why), 0);
	access_bench_revoke(&b, "ci");
	ck_assert_int_eq(access_refresh(b.access, b.now, b.why), 1);
	ck_assert_int_eq(access_recheck(b.access, &identity, b.now, b.why), -EACCES);
	ck_assert_str_eq(b.why, "the token was revoked");
	ck_assert_str_eq(identity.name, "ci"); // until its session has ended
	// Another one of that name is another one.
	access_identity_finish(&identity);
	ck_assert_int_eq(access_bearer(b.access, token, access_bench_from("192.0.2.7", 1), b.now, &identity), -EACCES);
	access_bench_finish(&b);
}
END_TEST

START_TEST(a_token_that_expires_ends_its_session)
{
	struct access_identity identity;
	struct access_bench b;
	char token[64];

	access_bench_init(&b);
	access_bench_token(&b, &(struct bench_token){ "ci", ROLE_ADMIN, BENCH_START_MS + 1000, NULL, NULL, NULL },
			   token);
	ck_assert_int_eq(access_bench_open(&b), 0);
	ck_assert_int_eq(access_bearer(b.access, token, access_bench_from("192.0.2.7", 1), b.now, &identity), 0);
	ck_assert_int_eq(identity.expires_ms, BENCH_START_MS + 1000);
	access_bench_pass(&b, 1000);
	ck_assert_int_eq(access_recheck(b.access, &identity, b.now, b.why), -EACCES);
	ck_assert_str_eq(b.why, "the token has expired");
	access_identity_finish(&identity);
	access_bench_finish(&b);
}
END_TEST

START_TEST(a_reload_is_applied_to_live_sessions)
{
	static const struct hub_peer before[] = {
		{ .who = HUB_WHO_USER, .name = "alice", .uid = -1, .role = ROLE_ADMIN }
	};
	static const struct hub_role roles[] = {
		{ .who = HUB_WHO_USER, .name = "alice", .role = ROLE_VIEWER, .deny = "env=prod" },
	};
	struct access_identity identity;
	struct access_bench b;

	access_bench_init(&b);
	b.config.peers = before;
	b.config.n_peers = 1;
	ck_assert_int_eq(access_bench_open(&b), 0);
	ck_assert_int_eq(access_bench_peer(&b, 1000, 1000, &identity), 0);
	identity.session = 7;
	b.config.roles = roles;
	b.config.n_roles = 1;
	ck_assert_int_eq(access_reload(b.access, &b.config, b.now, b.why), 0);
	ck_assert_str_eq(access_bench_last(&b)->resource, "hub/access");
	ck_assert_int_eq(access_recheck(b.access, &identity, b.now, b.why), 1);
	ck_assert(identity.role == ROLE_VIEWER && identity.n_scopes == 1 && identity.session == 7);
	ck_assert_str_eq(access_bench_last(&b)->role, "viewer");
	ck_assert_str_eq(access_bench_last(&b)->details, "role was=admin;");
	ck_assert_str_eq(identity.origin, "unix socket, pid 4711");
	ck_assert_int_eq(access_recheck(b.access, &identity, b.now, b.why), 0);
	b.config.n_peers = 0;
	ck_assert_int_eq(access_reload(b.access, &b.config, b.now, b.why), 0);
	ck_assert_int_eq(access_recheck(b.access, &identity, b.now, b.why), -EACCES);
	access_identity_finish(&identity);
	access_bench_finish(&b);
}
END_TEST

static void spoil(const char *path)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, "{", 1), 1);
	close(fd);
}

START_TEST(a_token_file_that_breaks_leaves_the_tokens_there_were)
{
	struct access_identity identity;
	struct access_bench b;
	char token[64];

	access_bench_init(&b);
	access_bench_token(&b, &(struct bench_token){ "ci", ROLE_ADMIN, 0, NULL, NULL, NULL }, token);
	ck_assert_int_eq(access_bench_open(&b), 0);
	spoil(b.path);
	ck_assert_int_eq(access_refresh(b.access, b.now, b.why), -EINVAL);
	ck_assert_ptr_nonnull(strstr(b.why, "it is not JSON"));
	ck_assert_int_eq(access_bench_last(&b)->result, AUDIT_FAILURE);
	ck_assert_int_eq(access_refresh(b.access, b.now, b.why), 0); // once for each change
	ck_assert_int_eq(access_reload(b.access, &b.config, b.now, b.why), -EINVAL);
	ck_assert_int_eq(access_bearer(b.access, token, access_bench_from("192.0.2.7", 1), b.now, &identity), 0);
	access_identity_finish(&identity);
	unlink(b.path); // a file that is gone holds none
	ck_assert_int_eq(access_refresh(b.access, b.now, b.why), 1);
	ck_assert_int_eq(access_bearer(b.access, token, access_bench_from("192.0.2.7", 1), b.now, &identity), -EACCES);
	access_bench_finish(&b);
}
END_TEST

START_TEST(a_hub_does_not_begin_with_a_broken_token_file)
{
	struct access_bench b;
	char token[64];

	access_bench_init(&b);
	access_bench_token(&b, &(struct bench_token){ "ci", ROLE_ADMIN, 0, NULL, NULL, NULL }, token);
	spoil(b.path);
	ck_assert_int_eq(access_bench_open(&b), -EINVAL);
	ck_assert_ptr_null(b.access);
	ck_assert_ptr_nonnull(strstr(b.why, "the token file /tmp/opscon-access-"));
	access_bench_finish(&b);
}
END_TEST

// ---- clients and quotas

static void open_with(struct access_bench *b, uint32_t n_clients, uint32_t n_a_user, uint32_t n_requests)
{
	static const struct hub_peer peers[] = {
		{ .who = HUB_WHO_USER, .name = "alice", .uid = -1, .role = ROLE_VIEWER },
		{ .who = HUB_WHO_USER, .name = "bob", .uid = -1, .role = ROLE_ADMIN }
	};

	access_bench_init(b);
	b->config.peers = peers;
	b->config.n_peers = 2;
	b->config.n_clients = n_clients;
	b->config.n_clients_a_user = n_a_user;
	b->config.n_requests_a_minute = n_requests;
	ck_assert_int_eq(access_bench_open(b), 0);
}

START_TEST(clients_are_counted_by_user_and_in_all)
{
	struct access_identity alice, bob;
	struct access_bench b;
	struct access_counts counts;

	open_with(&b, 3, 2, 10);
	ck_assert_int_eq(access_bench_peer(&b, 1000, 1000, &alice), 0);
	ck_assert_int_eq(access_bench_peer(&b, 1001, 1001, &bob), 0);
	alice.session = 1;
	ck_assert_int_eq(access_begin(b.access, &alice, "opscon 1.0", b.now, b.why), 0);
	ck_assert_int_eq(access_bench_last(&b)->action, AUDIT_LOGIN);
	ck_assert_int_eq(access_bench_last(&b)->result, AUDIT_SUCCESS);
	ck_assert_str_eq(access_bench_last(&b)->details, "client=opscon 1.0;");
	ck_assert_uint_eq(access_bench_last(&b)->session, 1);
	ck_assert_int_eq(access_begin(b.access, &alice, NULL, b.now, b.why), 0);
	ck_assert_int_eq(access_begin(b.access, &alice, NULL, b.now, b.why), -EAGAIN);
	ck_assert_str_eq(b.why, "alice has 2 clients, as many as one user may");
	ck_assert_int_eq(access_begin(b.access, &bob, NULL, b.now, b.why), 0);
	ck_assert_int_eq(access_begin(b.access, &bob, NULL, b.now, b.why), -EAGAIN);
	ck_assert_str_eq(b.why, "the hub has 3 clients, as many as it may");
	access_end(b.access, &alice, "the connection was closed", b.now);
	ck_assert_int_eq(access_bench_last(&b)->action, AUDIT_LOGOUT);
	ck_assert_str_eq(access_bench_last(&b)->details, "why=the connection was closed;");
	ck_assert_int_eq(access_begin(b.access, &bob, NULL, b.now, b.why), 0);
	access_counts(b.access, &counts);
	ck_assert_uint_eq(counts.n_clients, 3);
	access_identity_finish(&alice);
	access_identity_finish(&bob);
	access_bench_finish(&b);
}
END_TEST

START_TEST(so_much_may_be_asked_a_minute)
{
	const struct request watch = { .type = REQUEST_WATCH }, look = { .type = REQUEST_LOOK };
	struct access_identity alice, bob;
	struct access_bench b;
	struct fleet *fleet;
	size_t n;

	ck_assert_int_eq(fleet_create(NULL, &fleet), 0);
	open_with(&b, 10, 10, 10);
	ck_assert_int_eq(access_bench_peer(&b, 1000, 1000, &alice), 0);
	ck_assert_int_eq(access_bench_peer(&b, 1001, 1001, &bob), 0);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(access_allow(b.access, &alice, &watch, fleet, NULL, b.now, b.why), 0);
	n = b.n_records;
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(access_allow(b.access, &alice, &watch, fleet, NULL, b.now, b.why), -EAGAIN);
	ck_assert_str_eq(b.why, "alice asks for more than 10 things a minute");
	ck_assert_uint_eq(b.n_records, n + 1); // told once
	ck_assert_int_eq(access_charge(b.access, &alice, "/v1/status", b.now, b.why), -EAGAIN);
	ck_assert_int_eq(access_charge(b.access, &bob, "/v1/status", b.now, b.why), 0);
	ck_assert_int_eq(access_allow(b.access, &bob, &watch, fleet, NULL, b.now, b.why), 0);
	for (int i = 0; i < 100; i++) // what comes by itself has a measure of its own
		ck_assert_int_eq(access_allow(b.access, &alice, &look, fleet, NULL, b.now, b.why), 0);
	ck_assert_int_eq(access_allow(b.access, &alice, &look, fleet, NULL, b.now, b.why), -EAGAIN);
	access_bench_pass(&b, 5999);
	ck_assert_int_eq(access_allow(b.access, &alice, &watch, fleet, NULL, b.now, b.why), -EAGAIN);
	access_bench_pass(&b, 1);
	ck_assert_int_eq(access_allow(b.access, &alice, &watch, fleet, NULL, b.now, b.why), 0);
	ck_assert_int_eq(access_allow(b.access, &alice, &watch, fleet, NULL, b.now, b.why), -EAGAIN);
	access_bench_pass(&b, INT64_C(400) * DAY_MS); // and no more than a minute is saved up
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(access_allow(b.access, &alice, &watch, fleet, NULL, b.now, b.why), 0);
	ck_assert_int_eq(access_allow(b.access, &alice, &watch, fleet, NULL, b.now, b.why), -EAGAIN);
	access_identity_finish(&alice);
	access_identity_finish(&bob);
	access_bench_finish(&b);
	fleet_destroy(fleet);
}
END_TEST

START_TEST(coming_again_gives_no_fresh_measure)
{
	const struct request watch = { .type = REQUEST_WATCH };
	struct access_identity alice;
	struct access_bench b;
	struct fleet *fleet;

	ck_assert_int_eq(fleet_create(NULL, &fleet), 0);
	open_with(&b, 10, 10, 2);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(access_bench_peer(&b, 1000, 1000, &alice), 0);
		ck_assert_int_eq(access_begin(b.access, &alice, NULL, b.now, b.why), 0);
		ck_assert_int_eq(access_allow(b.access, &alice, &watch, fleet, NULL, b.now, b.why),
				 i < 2 ? 0 : -EAGAIN);
		access_end(b.access, &alice, "", b.now);
		access_identity_finish(&alice);
	}
	access_bench_finish(&b);
	fleet_destroy(fleet);
}
END_TEST

START_TEST(each_refused_request_is_on_record_until_it_is_a_flood)
{
	const struct request ack = { .type = REQUEST_PAUSE_ALL };
	struct access_identity alice;
	struct access_bench b;
	struct fleet *fleet;

	ck_assert_int_eq(fleet_create(NULL, &fleet), 0);
	open_with(&b, 10, 10, 1000);
	ck_assert_int_eq(access_bench_peer(&b, 1000, 1000, &alice), 0);
	alice.session = 9;
	ck_assert_int_eq(access_allow(b.access, &alice, &ack, fleet, NULL, b.now, b.why), -EPERM);
	ck_assert_str_eq(access_bench_last(&b)->user, "alice");
	ck_assert_str_eq(access_bench_last(&b)->role, "viewer");
	ck_assert_uint_eq(access_bench_last(&b)->session, 9);
	ck_assert_str_eq(access_bench_last(&b)->details, "request=pause_all;");
	ck_assert_str_eq(access_bench_last(&b)->error, "pause_all is not allowed to a viewer; expected operator");
	for (int i = 0; i < 99; i++)
		ck_assert_int_eq(access_allow(b.access, &alice, &ack, fleet, NULL, b.now, b.why), -EPERM);
	ck_assert_uint_eq(b.n_records, 60);
	access_bench_pass(&b, 60000);
	access_refused(b.access, &alice, "message", "300000 bytes, more than a message may have", b.now);
	ck_assert_str_eq(access_bench_last(&b)->details, "request=message;not recorded before=40;");
	for (int i = 0; i < 70; i++)
		ck_assert_int_eq(access_allow(b.access, &alice, &ack, fleet, NULL, b.now, b.why), -EPERM);
	access_end(b.access, &alice, "gone", b.now);
	ck_assert_str_eq(access_bench_last(&b)->details, "why=gone;not recorded before=11;");
	access_identity_finish(&alice);
	access_bench_finish(&b);
	fleet_destroy(fleet);
}
END_TEST

START_TEST(want_of_memory_never_lets_anybody_in)
{
	static const struct hub_role roles[] = {
		{ .who = HUB_WHO_TOKEN, .name = "ci", .role = ROLE_VIEWER, .allow = "tier=web", .deny = "env=prod" }
	};
	static const char *const names[] = { "ops.example.net" };
	struct access_identity identity = { .role = ROLE_NONE };
	struct access_bench b;
	char token[64];
	int r = -ENOMEM;

	access_bench_init(&b);
	b.config.roles = roles;
	b.config.n_roles = 1;
	b.config.hosts = names;
	b.config.n_hosts = 1;
	access_bench_token(&b, &(struct bench_token){ "ci", ROLE_ADMIN, 0, NULL, "name=~*", NULL }, token);
	for (long n = 0; r == -ENOMEM; n++) {
		mem_fail_after(n);
		r = access_bench_open(&b);
		mem_fail_after(-1);
		ck_assert_msg(r == 0 || (r == -ENOMEM && !b.access), "%d %s", r, b.why);
	}
	r = -ENOMEM;
	for (long n = 0; r == -ENOMEM; n++) {
		mem_fail_after(n);
		r = access_bearer(b.access, token, access_bench_from("192.0.2.7", 1), b.now, &identity);
		mem_fail_after(-1);
		ck_assert(r == 0 || (r == -ENOMEM && identity.role == ROLE_NONE));
		access_bench_pass(&b, 60000);
	}
	ck_assert(identity.role == ROLE_VIEWER && identity.n_scopes == 3);
	ck_assert_int_eq(access_reload(b.access, &b.config, b.now, b.why), 0);
	r = -ENOMEM;
	for (long n = 0; r < 0; n++) {
		mem_fail_after(n);
		r = access_recheck(b.access, &identity, b.now, b.why);
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
	}
	ck_assert(identity.role == ROLE_VIEWER && identity.n_scopes == 3);
	mem_fail_after(0);
	ck_assert_int_eq(access_begin(b.access, &identity, NULL, b.now, b.why), -EAGAIN);
	mem_fail_after(-1);
	r = -ENOMEM;
	for (long n = 0; r < 0; n++) {
		mem_fail_after(n);
		r = access_reload(b.access, &b.config, b.now, b.why);
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
		ck_assert_int_eq(access_recheck(b.access, &identity, b.now, b.why), 0);
	}
	access_identity_finish(&identity);
	access_bench_finish(&b);
}
END_TEST

START_TEST(this_machine_knows_its_own_users)
{
	struct access_world world;
	char name[64];
	int64_t id;

	access_world_here(&world);
	ck_assert_int_eq(world.uid, geteuid());
	ck_assert_int_eq(world.user_uid(world.ctx, "root", &id), 0);
	ck_assert_int_eq(id, 0);
	ck_assert_int_eq(world.group_gid(world.ctx, "root", &id), 0);
	ck_assert_int_eq(world.user_name(world.ctx, 0, name, sizeof name), 0);
	ck_assert_str_eq(name, "root");
	ck_assert_int_eq(world.user_uid(world.ctx, "no such user", &id), -ENOENT);
	ck_assert_int_eq(world.group_gid(world.ctx, "no such group", &id), -ENOENT);
	ck_assert_int_eq(world.user_name(world.ctx, 4000000000, name, sizeof name), -ENOENT);
}
END_TEST

SUITE("hub/access", without_rules_the_hubs_own_user_is_admin_and_nobody_else_comes_in,
      the_first_rule_that_matches_a_peer_decides, roles_narrow_and_never_add,
      whose_groups_are_not_known_is_let_in_by_none, a_name_that_nobody_has_is_a_mistake,
      a_token_lets_its_holder_in_and_no_other, a_refused_token_has_its_reason_on_record_alone,
      a_revoked_token_ends_its_session, a_token_that_expires_ends_its_session, a_reload_is_applied_to_live_sessions,
      a_token_file_that_breaks_leaves_the_tokens_there_were, a_hub_does_not_begin_with_a_broken_token_file,
      clients_are_counted_by_user_and_in_all, so_much_may_be_asked_a_minute, coming_again_gives_no_fresh_measure,
      each_refused_request_is_on_record_until_it_is_a_flood, want_of_memory_never_lets_anybody_in,
      this_machine_knows_its_own_users)
