// SPDX-License-Identifier: Apache-2.0
/* hub: who may come in by the socket, what narrows their rights, and whose plans two people agree to. */
#include "config/hub.h"
#include "config/values.h"

static const char *const roles[ROLE_COUNT + 1] = {
	[ROLE_NONE] = "none",         [ROLE_VIEWER] = "viewer", [ROLE_OPERATOR] = "operator",
	[ROLE_DEPLOYER] = "deployer", [ROLE_ADMIN] = "admin",
};

enum { NO_UID = -1 };

// What both lists hold.
struct written {
	const char *user, *group, *token, *allow, *deny;
	size_t uid;
	int role;
};

static const struct written nothing = { .uid = SIZE_MAX, .role = -1 };

// Exactly one of them, or a mistake.
static bool find_who(struct reader *reader, const yaml_node_t *node, const struct written *written,
		     const char *expected, enum hub_who *who)
{
	bool has_uid = written->uid != SIZE_MAX;

	if (!!written->user + !!written->group + !!written->token + has_uid != 1) {
		reader_mistake(reader, node, "expected exactly one of %s", expected);
		return false;
	}
	*who = written->user    ? HUB_WHO_USER
	       : written->group ? HUB_WHO_GROUP
	       : written->token ? HUB_WHO_TOKEN
				: HUB_WHO_UID;
	return true;
}

static const char *name_of(const struct written *written)
{
	return written->user ? written->user : written->group ? written->group : written->token;
}

// Reads one entry; false when it has mistakes, so that no second one is made of the first.
static bool read_entry(struct reader *reader, const yaml_node_t *node, const struct field *fields, void *written)
{
	bool had_mistakes = reader->has_mistakes, is_well;

	reader->has_mistakes = false;
	is_well = reader_mapping(reader, node, fields, written) && !reader->has_mistakes;
	reader->has_mistakes |= had_mistakes;
	return is_well;
}

// ---- peers

struct peers {
	struct hub_peer *items;
	size_t n;
};

static void read_peer(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	static const struct field fields[] = {
		{ "user", value_text, offsetof(struct written, user), .max = 100 },
		{ "group", value_text, offsetof(struct written, group), .max = 100 },
		{ "uid", value_count, offsetof(struct written, uid), .max = UINT32_MAX - 1 },
		{ "role", value_choice, offsetof(struct written, role), .words = roles, .is_required = true },
		{ .name = NULL },
	};
	struct written written = nothing;
	struct peers *peers = ctx;
	enum hub_who who;

	(void)i;
	if (!read_entry(reader, node, fields, &written) ||
	    !find_who(reader, node, &written, "user, group and uid", &who))
		return;
	peers->items[peers->n++] = (struct hub_peer){
		.who = who,
		.name = name_of(&written),
		.uid = who == HUB_WHO_UID ? (int64_t)written.uid : NO_UID,
		.role = (enum role)written.role,
	};
}

void hub_peers(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct hub_config *hub = out;
	size_t n = reader_count(reader, node, "peers");
	struct peers peers = { .items = n ? reader_alloc(reader, n * sizeof *peers.items) : NULL };

	(void)field;
	if (peers.items)
		reader_each(reader, node, read_peer, &peers);
	hub->peers = peers.items;
	hub->n_peers = peers.n;
}

// ---- roles

struct limits {
	struct hub_role *items;
	size_t n;
};

static void read_role(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	static const struct field fields[] = {
		{ "user", value_text, offsetof(struct written, user), .max = 100 },
		{ "group", value_text, offsetof(struct written, group), .max = 100 },
		{ "token", value_text, offsetof(struct written, token), .max = 64 },
		{ "role", value_choice, offsetof(struct written, role), .words = roles },
		{ "allow", value_selector, offsetof(struct written, allow), .max = 1024 },
		{ "deny", value_selector, offsetof(struct written, deny), .max = 1024 },
		{ .name = NULL },
	};
	struct written written = nothing;
	struct limits *limits = ctx;
	enum hub_who who;

	(void)i;
	if (!read_entry(reader, node, fields, &written) ||
	    !find_who(reader, node, &written, "user, group and token", &who))
		return;
	if (written.role < 0 && !written.allow && !written.deny) {
		reader_mistake(reader, node, "it limits nothing; expected role, allow or deny");
		return;
	}
	limits->items[limits->n++] = (struct hub_role){
		.who = who,
		.name = name_of(&written),
		.role = written.role < 0 ? ROLE_ADMIN : (enum role)written.role,
		.allow = written.allow,
		.deny = written.deny,
	};
}

void hub_roles(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct hub_config *hub = out;
	size_t n = reader_count(reader, node, "roles");
	struct limits limits = { .items = n ? reader_alloc(reader, n * sizeof *limits.items) : NULL };

	(void)field;
	if (limits.items)
		reader_each(reader, node, read_role, &limits);
	hub->roles = limits.items;
	hub->n_roles = limits.n;
}

// ---- approvals

struct approvals {
	struct approval_rule *items;
	size_t n;
};

static void read_approval(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	static const struct field fields[] = {
		{ .name = "action", .read = value_verbs, .offset = offsetof(struct approval_rule, verbs) },
		{ "environment", value_text, offsetof(struct approval_rule, environment), .max = 64 },
		{ .name = "needed", .read = value_bool, .offset = offsetof(struct approval_rule, is_needed) },
		{ .name = NULL },
	};
	struct approval_rule rule = { .is_needed = true };
	struct approvals *approvals = ctx;

	(void)i;
	if (read_entry(reader, node, fields, &rule))
		approvals->items[approvals->n++] = rule;
}

void hub_approvals(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct hub_config *hub = out;
	size_t n = reader_count(reader, node, "approvals");
	struct approvals approvals = { .items = n ? reader_alloc(reader, n * sizeof *approvals.items) : NULL };

	(void)field;
	if (approvals.items)
		reader_each(reader, node, read_approval, &approvals);
	hub->approvals = approvals.items;
	hub->n_approvals = approvals.n;
}
