// SPDX-License-Identifier: Apache-2.0
/* hub: what is read, and how each mistake in it is told. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tests/unit/config/config_rows.h"

static const char full[] =
	"hub:\n"
	"  listen: ['127.0.0.1:8430', '[0::1]:8431', 'Localhost:8432', '0.0.0.0:8433', '[::]:8434']\n"
	"  socket: run/hub.sock\n"
	"  tls: {cert: /etc/opscon/hub.pem, key: hub.key, client_ca: /etc/opscon/ca.pem}\n"
	"  token_file: /etc/opscon/tokens.json\n"
	"  origins: ['HTTPS://Ops.example.net:443', 'http://[::1]:8430', 'http://x:80']\n"
	"  hosts: [Ops.example.net, 'ops:8430', '[::1]:1']\n"
	"  limits:\n"
	"    clients: 500\n"
	"    clients_per_user: 3\n"
	"    unauthenticated: 8\n"
	"    unauthenticated_time: 2s\n"
	"    requests_per_minute: 60\n"
	"    message: 64KiB\n"
	"    queue: 2MiB\n"
	"    ring: 4MiB\n"
	"    idle: 2m\n"
	"    sweep: 10s\n"
	"  peers:\n"
	"  - {uid: 0, role: none}\n"
	"  - {user: alice, role: deployer}\n"
	"  - {group: ops, role: Operator}\n"
	"  roles:\n"
	"  - {user: alice, deny: 'env=prod'}\n"
	"  - {group: ops, role: viewer}\n"
	"  - {token: ci, role: operator, allow: 'tier=web', deny: 'name=~db*'}\n"
	"  approval:\n"
	"  - {action: restart, environment: prod, needed: false}\n"
	"  - {action: [upgrade, delete], environment: 'prod*'}\n"
	"  - {}\n"
	"  record: {dir: recordings, size: 64MiB, age: 2d, level: 9}\n";

START_TEST(a_hub_is_read_whole)
{
	struct config config;
	const struct hub_config *hub = &config.hub;

	rows_load_well(full, &config);
	ck_assert_uint_eq(hub->n_listens, 5);
	ck_assert_str_eq(hub->listens[1].host, "::1");
	ck_assert(hub->listens[1].is_ipv6 && hub->listens[1].is_loopback && hub->listens[1].port == 8431);
	ck_assert_str_eq(hub->listens[2].host, "127.0.0.1");
	ck_assert(hub->listens[2].is_loopback && !hub->listens[2].is_any);
	ck_assert(hub->listens[3].is_any && !hub->listens[3].is_loopback && !hub->listens[3].is_ipv6);
	ck_assert(hub->listens[4].is_any && hub->listens[4].is_ipv6);
	ck_assert_str_eq(hub->socket, "/tmp/run/hub.sock");
	ck_assert_str_eq(hub->key_file, "/tmp/hub.key");
	ck_assert_str_eq(hub->client_ca_file, "/etc/opscon/ca.pem");
	ck_assert_str_eq(hub->token_file, "/etc/opscon/tokens.json");
	ck_assert_str_eq(hub->origins[0], "https://ops.example.net");
	ck_assert_str_eq(hub->origins[1], "http://[::1]:8430");
	ck_assert_str_eq(hub->origins[2], "http://x");
	ck_assert_str_eq(hub->hosts[0], "ops.example.net");
	ck_assert_uint_eq(hub->n_hosts, 3);
	config_finish(&config);
}
END_TEST

START_TEST(limits_and_recording_are_read)
{
	struct config config;
	const struct hub_config *hub = &config.hub;

	rows_load_well(full, &config);
	ck_assert_uint_eq(hub->n_clients, 500);
	ck_assert_uint_eq(hub->n_clients_a_user, 3);
	ck_assert_uint_eq(hub->n_unauthenticated, 8);
	ck_assert_uint_eq(hub->unauthenticated_ms, 2000);
	ck_assert_uint_eq(hub->n_requests_a_minute, 60);
	ck_assert_uint_eq(hub->message_bytes, 64 << 10);
	ck_assert_uint_eq(hub->queue_bytes, 2 << 20);
	ck_assert_uint_eq(hub->ring_bytes, 4 << 20);
	ck_assert_uint_eq(hub->idle_ms, 120000);
	ck_assert_uint_eq(hub->sweep_ms, 10000);
	ck_assert_str_eq(hub->record.dir, "/tmp/recordings");
	ck_assert_uint_eq(hub->record.max_bytes, 64 << 20);
	ck_assert_int_eq(hub->record.max_age_ms, INT64_C(2) * 86400000);
	ck_assert_uint_eq(hub->record.zstd_level, 9);
	config_finish(&config);
}
END_TEST

START_TEST(peers_roles_and_approvals_are_read)
{
	struct config config;
	const struct hub_config *hub = &config.hub;

	rows_load_well(full, &config);
	ck_assert_uint_eq(hub->n_peers, 3);
	ck_assert(hub->peers[0].who == HUB_WHO_UID && hub->peers[0].uid == 0 && hub->peers[0].role == ROLE_NONE);
	ck_assert(hub->peers[1].who == HUB_WHO_USER && hub->peers[1].uid == -1);
	ck_assert_str_eq(hub->peers[2].name, "ops");
	ck_assert(hub->peers[2].who == HUB_WHO_GROUP && hub->peers[2].role == ROLE_OPERATOR);
	ck_assert_uint_eq(hub->n_roles, 3);
	ck_assert(hub->roles[0].role == ROLE_ADMIN && !hub->roles[0].allow);
	ck_assert_str_eq(hub->roles[0].deny, "env=prod");
	ck_assert(hub->roles[2].who == HUB_WHO_TOKEN && hub->roles[2].role == ROLE_OPERATOR);
	ck_assert_str_eq(hub->roles[2].allow, "tier=web");
	ck_assert_uint_eq(hub->n_approvals, 3);
	ck_assert(!hub->approvals[0].is_needed && hub->approvals[0].verbs == 1U << VERB_RESTART);
	ck_assert(hub->approvals[1].is_needed && hub->approvals[1].verbs == (1U << VERB_UPGRADE | 1U << VERB_DELETE));
	ck_assert(hub->approvals[2].is_needed && hub->approvals[2].verbs == 0 && !hub->approvals[2].environment);
	config_finish(&config);
}
END_TEST

START_TEST(without_a_word_it_is_a_socket_and_as_documented)
{
	struct config config;
	const struct hub_config *hub = &config.hub;

	rows_load_well("fleet: {name: x}\n", &config);
	ck_assert(hub->n_listens == 0 && !hub->socket && !hub->cert_file && !hub->token_file && !hub->record.dir);
	ck_assert(hub->n_clients == 1000 && hub->n_clients_a_user == 16 && hub->n_requests_a_minute == 120);
	ck_assert(hub->n_unauthenticated == 64 && hub->unauthenticated_ms == 10000);
	ck_assert(hub->queue_bytes == 1 << 20 && hub->message_bytes == 256 << 10 && hub->ring_bytes == 16 << 20);
	ck_assert(hub->idle_ms == 300000 && hub->sweep_ms == 60000);
	ck_assert(hub->n_peers == 0 && hub->n_roles == 0 && hub->n_approvals == 0);
	config_finish(&config);
}
END_TEST

#define PEER "hub:\n  peers:\n  - "
#define ROLES "hub:\n  roles:\n  - "

START_TEST(each_mistake_names_its_place_and_what_was_expected)
{
	static const struct {
		const char *text;
		unsigned line, column;
		const char *what;
	} table[] = {
		{ "hub: []", 1, 6, "a list; expected a mapping" },
		{ "hub: {lisen: []}", 1, 7, "unknown key \"lisen\"; did you mean listen?" },
		{ "hub: {listen: x}", 1, 15, "\"x\"; expected a list of addresses" },
		{ "hub: {listen: [8430]}", 1, 16, "\"8430\"; expected an address and a port such as 127.0.0.1:8430" },
		{ "hub: {listen: ['ops:8430']}", 1, 16, "expected an address and a port" },
		{ "hub: {listen: [':8430']}", 1, 16, "expected an address and a port" },
		{ "hub: {listen: ['127.0.0.1:0']}", 1, 16, "expected an address and a port" },
		{ "hub: {listen: ['127.0.0.1:65536']}", 1, 16, "expected an address and a port" },
		{ "hub: {listen: ['[::1:8430']}", 1, 16, "expected an address and a port" },
		{ "hub: {listen: ['[localhost]:8430']}", 1, 16, "expected an address and a port" },
		{ "hub: {listen: ['::1:8430']}", 1, 16, "expected an address and a port" },
		{ "hub: {listen: ['127.0.0.1:8430', 'localhost:8430']}", 1, 34,
		  "\"localhost:8430\" is there already; expected it once" },
		{ "hub: {listen: ['10.0.0.1:8430']}", 1, 16, "\"10.0.0.1:8430\" without TLS; expected tls:" },
		{ "hub: {listen: ['0.0.0.0:8430']}", 1, 16, "without TLS" },
		{ "hub: {listen: ['[::ffff:127.0.0.1]:8430']}", 1, 16, "without TLS" },
		{ "hub: {tls: {cert: a}}", 1, 12, "cert without key; expected cert and key together" },
		{ "hub: {tls: {key: a}}", 1, 12, "key without cert; expected cert and key together" },
		{ "hub: {tls: {client_ca: a}}", 1, 12, "client_ca without cert and key" },
		{ "hub: {tls: {ca: a}}", 1, 13, "unknown key \"ca\"" },
		{ "hub: {socket: []}", 1, 15, "a list; expected text" },
		{ "hub: {origins: [ops.example.net]}", 1, 17, "expected an origin such as https://ops.example.net" },
		{ "hub: {origins: ['https://ops/']}", 1, 17, "expected an origin" },
		{ "hub: {origins: ['https://']}", 1, 17, "expected an origin" },
		{ "hub: {origins: ['null']}", 1, 17, "expected an origin" },
		{ "hub: {origins: ['*']}", 1, 17, "expected an origin" },
		{ "hub: {origins: ['https://a:b@x']}", 1, 17, "expected an origin" },
		{ "hub: {hosts: ['https://ops']}", 1, 15, "expected a host such as ops.example.net" },
		{ "hub: {hosts: ['*.example.net']}", 1, 15, "expected a host" },
		{ "hub: {hosts: ['ops:']}", 1, 15, "expected a host" },
		{ "hub: {hosts: ['[::1']}", 1, 15, "expected a host" },
		{ "hub: {limits: {clients: 0}}", 1, 25, "expected a whole number from 1 to 100000" },
		{ "hub: {limits: {message: 1KiB}}", 1, 25, "expected a size" },
		{ "hub: {limits: {idle: 5}}", 1, 22, "expected a duration" },
		{ "hub: {limits: {unauthenticated: 5000}}", 1, 33, "expected a whole number from 1 to 4096" },
		{ PEER "{user: a}", 3, 5, "no role; expected one" },
		{ PEER "{role: viewer}", 3, 5, "expected exactly one of user, group and uid" },
		{ PEER "{user: a, uid: 1, role: viewer}", 3, 5, "expected exactly one of user, group and uid" },
		{ PEER "{user: a, role: root}", 3, 21, "\"root\"; expected none, viewer, operator, deployer or admin" },
		{ PEER "{uid: -1, role: viewer}", 3, 11, "expected a whole number from 0 to 4294967294" },
		{ PEER "{token: a, role: viewer}", 3, 6, "unknown key \"token\"" },
		{ ROLES "{user: a}", 3, 5, "it limits nothing; expected role, allow or deny" },
		{ ROLES "{role: viewer}", 3, 5, "expected exactly one of user, group and token" },
		{ ROLES "{token: a, allow: '=x'}", 3, 23, "not a selector" },
		{ "hub: {approval: [{action: reboot}]}", 1, 27, "\"reboot\"; expected create, start" },
		{ "hub: {approval: [{needed: maybe}]}", 1, 27, "\"maybe\"; expected" },
		{ "hub: {record: {size: 5MiB}}", 1, 15, "no dir; expected one" },
		{ "hub: {record: {dir: x, level: 20}}", 1, 31, "expected a whole number from 1 to 19" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct config_errors errors;
		struct config config;
		int r = rows_load(table[i].text, strlen(table[i].text), &config, &errors);

		ck_assert_msg(r == -EINVAL, "%s was taken", table[i].text);
		ck_assert_msg(errors.n == 1, "%s: %zu mistakes", table[i].text, errors.n);
		ck_assert_msg(errors.items[0].line == table[i].line && errors.items[0].column == table[i].column &&
				      strstr(errors.items[0].text, table[i].what),
			      "%s: %u:%u: %s", table[i].text, errors.items[0].line, errors.items[0].column,
			      errors.items[0].text);
	}
}
END_TEST

START_TEST(all_mistakes_are_told_together)
{
	struct config_errors errors;
	struct config config;
	static const char text[] = "hub:\n  tls: {cert: a}\n  listen: [x]\n  hosts: ['*']\n  peers:\n  - {role: x}\n"
				   "  - {user: a, role: viewer}\n  - {user: b}\n";

	ck_assert_int_eq(rows_load(text, strlen(text), &config, &errors), -EINVAL);
	ck_assert_uint_eq(errors.n, 5);
}
END_TEST

START_TEST(a_socket_path_fits_the_kernel)
{
	char text[300];
	struct config_errors errors;
	struct config config;

	snprintf(text, sizeof text, "hub: {socket: /%0106d}\n", 0);
	rows_load_well(text, &config);
	config_finish(&config);
	snprintf(text, sizeof text, "hub: {socket: /%0107d}\n", 0);
	ck_assert_int_eq(rows_load(text, strlen(text), &config, &errors), -EINVAL);
	ck_assert_ptr_nonnull(strstr(errors.items[0].text, "a path of 108 bytes; expected at most 107"));
}
END_TEST

START_TEST(its_places_follow_the_configuration)
{
	struct config config;
	char out[200], small[8];

	setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	ck_assert_int_eq(config_hub_socket(NULL, out, sizeof out), 0);
	ck_assert_str_eq(out, "/run/user/7/opscon/hub.sock");
	setenv("XDG_RUNTIME_DIR", "relative", 1);
	ck_assert_int_eq(config_hub_socket(NULL, out, sizeof out), 0);
	ck_assert_str_eq(out, "/run/opscon/hub.sock");
	ck_assert_int_eq(config_hub_socket(NULL, small, sizeof small), -ENAMETOOLONG);
	rows_load_well(full, &config);
	ck_assert_int_eq(config_hub_socket(&config, out, sizeof out), 0);
	ck_assert_str_eq(out, "/tmp/run/hub.sock");
	ck_assert_int_eq(config_hub_token_file(&config, out, sizeof out), 0);
	ck_assert_str_eq(out, "/etc/opscon/tokens.json");
	config_finish(&config);
	rows_load_well("state_dir: /var/lib/opscon\n", &config);
	ck_assert_int_eq(config_hub_token_file(&config, out, sizeof out), 0);
	ck_assert_str_eq(out, "/var/lib/opscon/hub-tokens.json");
	config_finish(&config);
}
END_TEST

START_TEST(want_of_memory_is_survived_everywhere)
{
	int r = -ENOMEM;

	for (long n = 0; r == -ENOMEM; n++) {
		struct config_errors errors;
		struct config config;

		ck_assert_int_lt(n, 5000);
		mem_fail_after(n);
		r = rows_load(full, strlen(full), &config, &errors);
		mem_fail_after(-1);
		ck_assert(r == 0 || r == -ENOMEM);
		if (r == 0)
			config_finish(&config);
	}
}
END_TEST

SUITE("config/hub", a_hub_is_read_whole, limits_and_recording_are_read, peers_roles_and_approvals_are_read,
      without_a_word_it_is_a_socket_and_as_documented, each_mistake_names_its_place_and_what_was_expected,
      all_mistakes_are_told_together, a_socket_path_fits_the_kernel, its_places_follow_the_configuration,
      want_of_memory_is_survived_everywhere)
