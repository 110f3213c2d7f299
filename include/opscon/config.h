#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The configuration: opscon.yml (or the command line) as one immutable struct. See opscon.yml(5). */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/agent.h"
#include "opscon/exec_profile.h"
#include "opscon/metric.h"
#include "opscon/operation.h"
#include "opscon/role.h"
#include "opscon/status.h"

// Fleet-wide defaults; an agent's own non-zero value wins.
struct probe_options {
	uint32_t interval_ms;        // 60000; 5000 for URLs on the command line and the demo
	uint32_t timeout_ms;         // 5000
	uint32_t connect_timeout_ms; // 2000
	uint32_t slow_ms;            // 0: no limit
	uint16_t fall, rise;         // 3, 2
	uint32_t max_in_flight;      // 256
	uint64_t max_body_bytes;     // 16 MiB decoded
	uint64_t max_wire_bytes;     // 4 MiB
	uint32_t max_header_bytes;   // 64 KiB
	uint32_t max_headers;        // 200
	const char *proxy;           // NULL: none; the environment is not looked at
	const char *ca_file;         // NULL: the system's
};

struct discovery_source {
	enum { SOURCE_FILE_SD, SOURCE_HTTP_SD } kind;
	const char *path;     // a file or glob, or a URL
	uint32_t refresh_ms;  // http_sd: 60000; file_sd: re-read at least this often besides being watched
	struct labels labels; // added to each agent found
};

struct panel_config {
	const char *id, *title, *expr;
	enum metric_unit unit;
	enum metric_better better;
	double warn, critical; // NaN: none
	const char *selector;  // agents it is for; NULL: all that expose it
};

enum comparison { COMPARE_GT, COMPARE_GE, COMPARE_LT, COMPARE_LE, COMPARE_EQ, COMPARE_NE };

struct rule_config {
	const char *name, *summary; // summary may be NULL: made from the rule
	const char *series;         // id of a panel or built-in series; or NULL when
	const char *expr;           // an expression of its own
	const char *selector;       // NULL: all
	enum comparison comparison;
	double threshold;
	int64_t for_ms, keep_firing_for_ms;
	enum severity severity;
};

struct environment_config {
	const char *name;
	const char *colour; // "red" "yellow" "green" "blue" "grey"
};

// What somebody says of environments: a configuration, or a hub in its greeting. Texts are borrowed.
struct environment_said {
	const char *name;   // of the environment; with is_production a glob (* and ?) of those that are
	const char *colour; // as above; "" not said
	bool is_production;
	uint8_t hub; // who says so
};

struct key_config {
	const char *key, *command;
};

struct audit_config {
	const char *dir;        // NULL: `audit` in the state directory
	const char *key;        // NULL: `key` in that directory
	int64_t retention_ms;   // 90 days
	size_t n_records;       // 100000
	uint64_t segment_bytes; // 16 MiB
	bool has_syslog;
};

// A rule about who must be asked what; of those that match a target the first one decides.
struct guard_rule {
	unsigned verbs;          // bit = 1 << verb; 0: any
	const char *environment; // a glob (* and ?); NULL: any
	enum guard guard;        // that much is asked, be it more or less than otherwise
	bool is_refused;         // nothing of the kind is done at all; `guard` does not count
	const char *why;         // with is_refused: for people; NULL: made from the rule
};

struct operations_config {
	struct rollout rollout;        // unless asked for otherwise; `kind` and what all kinds share; wait_ms: rolling
	uint32_t canary_wait_ms;       // 5 min: of a canary phase
	uint16_t n_concurrent;         // 1..OPERATION_CONCURRENT_MAX: targets at once; 10
	const char *const *production; // globs of environments: "prod", "production"
	size_t n_production;
	bool is_read_only;            // nothing is carried out at all
	const char *const *read_only; // globs of environments in which nothing is
	size_t n_read_only;
	const struct guard_rule *guards;
	size_t n_guards;
};

// The rollout of that kind as it is configured.
static inline struct rollout operations_rollout(const struct operations_config *config, enum rollout_kind kind)
{
	struct rollout rollout = config->rollout;

	rollout.kind = kind;
	if (kind == ROLLOUT_CANARY)
		rollout.wait_ms = config->canary_wait_ms;
	return rollout;
}

// The configured kind of rollout, for that verb: only an upgrade has a new one to stand beside the old one.
static inline enum rollout_kind operations_kind(const struct operations_config *config, enum verb verb)
{
	bool is_beside = config->rollout.kind == ROLLOUT_BLUE_GREEN;

	return is_beside && verb != VERB_UPGRADE ? ROLLOUT_ROLLING : config->rollout.kind;
}

// How the drivers reach what they drive.
struct drivers_config {
	const char *docker_socket;     // of the Docker Engine; NULL: /var/run/docker.sock
	const char *docker_url;        // instead of the socket: "https://host:2376"; NULL: the socket
	struct agent_tls docker_tls;   // with docker_url
	const char *docker_network;    // of containers that are created: "none" "bridge" "host"; NULL: "none"
	bool is_docker_from_discovery; // a list that others keep may name containers
	struct exec_config exec;
};

// ---- the hub

// Where it listens for HTTP: an address as it is bound, never a name that would have to be looked up.
struct hub_listen {
	const char *text; // borrowed; as written: "127.0.0.1:8430", "[::1]:8430", "localhost:8430"
	char host[46];    // "127.0.0.1" "::1" "0.0.0.0"; of localhost "127.0.0.1"
	uint16_t port;    // 1..65535
	bool is_ipv6;     // `host` is for AF_INET6
	bool is_loopback; // anything else needs TLS, which a configuration that was read has
	bool is_any;      // 0.0.0.0 or ::
};

enum hub_who { HUB_WHO_USER, HUB_WHO_GROUP, HUB_WHO_UID, HUB_WHO_TOKEN };

// Who may come in by the unix socket, and as what. The first one that matches decides; where none does, the hub's own
// user is an admin and nobody else comes in.
struct hub_peer {
	enum hub_who who; // user, group or uid
	const char *name; // of a user or a group; NULL of a uid
	int64_t uid;      // HUB_WHO_UID
	enum role role;   // ROLE_NONE: not at all
};

// Narrows what peers or tokens have otherwise; never adds to it. All that match count: the least role, every `allow`,
// any `deny`.
struct hub_role {
	enum hub_who who; // user, group or token
	const char *name;
	enum role role;           // at most this; ROLE_ADMIN: no less than otherwise
	const char *allow, *deny; // selectors; NULL: none
};

// Of these the first that matches a target decides whether a second person has to agree to a plan with it.
struct approval_rule {
	unsigned verbs;          // bit = 1 << verb; 0: any
	const char *environment; // a glob (* and ?); NULL: any
	bool is_needed;
};

struct hub_record_config {
	const char *dir;     // NULL: nothing is recorded
	uint64_t max_bytes;  // of all files together; 1 GiB
	int64_t max_age_ms;  // of the oldest; 7 days
	uint16_t zstd_level; // 1..19; 3
};

struct hub_config {
	const struct hub_listen *listens;
	size_t n_listens;                 // 0: the socket alone
	const char *socket;               // NULL: the default one
	const char *cert_file, *key_file; // NULL: no TLS; both or none
	const char *client_ca_file;       // clients must have a certificate of it; NULL: none is asked for
	const char *token_file;           // NULL: hub-tokens.json in the state directory
	const char *const *origins;       // "https://ops.example.net": lower case, without a default port
	const char *const *hosts;         // "ops.example.net" or with ":port": lower case
	size_t n_origins, n_hosts;
	uint32_t n_clients;           // 1000
	uint32_t n_unauthenticated;   // connections nobody has proven to be anybody on; 64
	uint32_t unauthenticated_ms;  // and how long each may stay so; 10 s
	uint32_t queue_bytes;         // of one client; 1 MiB
	uint32_t message_bytes;       // from a client; 256 KiB
	uint32_t n_requests_a_minute; // of one user; 120
	uint32_t n_clients_a_user;    // 16
	uint32_t idle_ms, sweep_ms;   // 300 s without any traffic either way; looked at every 60 s
	uint64_t ring_bytes;          // events kept for who comes back; 16 MiB
	const struct hub_peer *peers;
	size_t n_peers;
	const struct hub_role *roles;
	size_t n_roles;
	const struct approval_rule *approvals;
	size_t n_approvals;
	struct hub_record_config record;
};

// ---- who attaches to a hub

struct attach_config {
	const char *const *hubs; // addresses as written: "unix:PATH" "ws://host:port" "wss://host:port"
	size_t n_hubs;           // 0: that of this machine
	const char *token_file;  // NULL: no token
	const char *ca_file;     // NULL: the system's
};

struct config {
	const char *path;       // NULL: none read
	const char *fleet_name; // "" when not given
	struct probe_options probe;
	struct agent **agents; // references; id 0 until a feed takes them on
	size_t n_agents;
	struct discovery_source *sources;
	size_t n_sources;
	struct panel_config *panels;
	size_t n_panels;
	struct rule_config *rules;
	size_t n_rules;
	struct environment_config *environments;
	size_t n_environments;
	struct key_config *keys;
	size_t n_keys;
	const char *theme; // "dark" (default), "light", "colourblind"; unknown falls back to dark with a notice
	bool is_ascii, has_mouse, is_utc;
	uint32_t refresh_ms;  // the slow clock of ages on screen: 1000
	int64_t retention_ms; // 1 h
	size_t n_points;      // 10000
	struct audit_config audit;
	struct operations_config operations;
	struct drivers_config drivers;
	struct hub_config hub;
	struct attach_config attach;
	const char *state_dir; // as configured; NULL: that of config_state_dir()
	void *arena;           // owner of every text above
};

// One mistake, as check-config prints it: FILE:LINE:COLUMN: what; expected what.
struct config_error {
	char path[256];
	unsigned line, column; // 1-based; 0: not known
	bool is_warning;       // worth saying, but nothing is refused for it
	char text[256];
};

enum { CONFIG_ERRORS_MAX = 64 };

struct config_errors {
	struct config_error items[CONFIG_ERRORS_MAX]; // in the order of the file
	size_t n;
	size_t n_more; // mistakes past the maximum
};

void config_defaults(struct config *config); // no agents, everything else as documented
void config_hurry(struct config *config);    // for the demo: rollouts that take seconds where people take minutes

/* Reads and checks a file. 0; -EINVAL with every mistake found listed in errors; -ENOENT, -EACCES, -EIO (errors has one
 * entry saying so); -ENOMEM. With 0 the errors may hold warnings. On success free with config_finish().
 */
int config_load(const char *path, struct config *out, struct config_errors *errors);

// What a hub's part of a configuration names.
enum hub_thing {
	HUB_THING_USER, // of peers and roles
	HUB_THING_GROUP,
	HUB_THING_TOKEN,
	HUB_THING_CERT, // files
	HUB_THING_KEY,
	HUB_THING_PAIR, // certificate and key, each of which is well by itself
	HUB_THING_CLIENT_CA,
	HUB_THING_TOKEN_FILE,
	HUB_THING_SOCKET,
	HUB_THING_RECORD_DIR,
};

/* What only those who use a configuration can say of it. It is asked while the file is read, so that these mistakes
 * are told together with all others. Each is optional; the callbacks give 0, or negative with why.
 */
struct config_checks {
	int (*expression)(void *ctx, const char *expr, char *why, size_t why_size);      // of panels and rules
	int (*key)(void *ctx, const struct key_config *key, char *why, size_t why_size); // refused: a warning
	/* What a hub would find on this machine, of a configuration that is read so far; 1: a warning with why. Not for
	 * consoles, which read the same file on other machines and as other people.
	 */
	int (*hub)(void *ctx, const struct config *config, enum hub_thing thing, const char *name, char *why,
		   size_t why_size);
	void *ctx;
	const char *const *series; // ids that a rule may watch besides those of panels; NULL: anything goes
	size_t n_series;
};
int config_load_checked(const char *path, const struct config_checks *checks, struct config *out,
			struct config_errors *errors);
void config_finish(struct config *config);

// Where the configuration is: --config, else $XDG_CONFIG_HOME (or ~/.config)/opscon/opscon.yml, else
// /etc/opscon/opscon.yml. 0 with the path; -ENOENT when none exists and none was asked for.
int config_find(const char *asked, char *out, size_t size);
// Where that looks when none was asked for, for people: "/home/x/.config/opscon/opscon.yml, /etc/opscon/opscon.yml".
const char *config_places(char *out, size_t size);

// $XDG_STATE_HOME (or ~/.local/state)/opscon, made with mode 0700. 0 or negative errno.
int config_state_dir(char *out, size_t size);

// Where the hub's socket is when nothing is said: $XDG_RUNTIME_DIR/opscon/hub.sock, else /run/opscon/hub.sock; and its
// token file: hub-tokens.json in the state directory, which is made. `config` as read: what it says wins. 0 or negative
// errno.
int config_hub_socket(const struct config *config, char *out, size_t size);

// Whether any of its addresses speaks TLS: those that are not loopback do, where there is a certificate.
bool config_hub_uses_tls(const struct hub_config *hub);
int config_hub_token_file(const struct config *config, char *out, size_t size);

// Reads HOST:PORT, where HOST is an address (of version 6 in brackets) or localhost. 0, or -EINVAL.
int config_listen_parse(const char *text, struct hub_listen *out);
