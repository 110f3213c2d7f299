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

static bool is_known(struct reader *reader, const yaml_node_t *node, const struct hub_config *hub, enum hub_who who,
		     const char *name)
{
	static const enum hub_thing things[] = {
		[HUB_WHO_USER] = HUB_THING_USER, [HUB_WHO_GROUP] = HUB_THING_GROUP, [HUB_WHO_TOKEN] = HUB_THING_TOKEN
	};

	return who == HUB_WHO_UID || hub_ask(reader, node, hub, things[who], name);
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

// What a list is read into.
struct list {
	const struct hub_config *hub; // as read so far
	void *items;                  // of the arena: room for one of each entry
	size_t n;                     // of those without mistakes
};

static struct list read_list(struct reader *reader, const yaml_node_t *node, const struct hub_config *hub,
			     const char *name, size_t item_size, reader_item_cb read)
{
	size_t n = reader_count(reader, node, name);
	struct list list = { .hub = hub, .items = n ? reader_alloc(reader, n * item_size) : NULL };

	if (list.items)
		reader_each(reader, node, read, &list);
	return list;
}

// ---- peers

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
	struct list *list = ctx;
	struct hub_peer *peers = list->items;
	enum hub_who who;

	(void)i;
	if (!read_entry(reader, node, fields, &written) ||
	    !find_who(reader, node, &written, "user, group and uid", &who) ||
	    !is_known(reader, node, list->hub, who, name_of(&written)))
		return;
	peers[list->n++] = (struct hub_peer){
		.who = who,
		.name = name_of(&written),
		.uid = who == HUB_WHO_UID ? (int64_t)written.uid : NO_UID,
		.role = (enum role)written.role,
	};
}

void hub_peers(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct hub_config *hub = out;
	struct list list = read_list(reader, node, hub, "peers", sizeof *hub->peers, read_peer);

	(void)field;
	hub->peers = list.items;
	hub->n_peers = list.n;
}

// ---- roles

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
	struct list *list = ctx;
	struct hub_role *limits = list->items;
	enum hub_who who;

	(void)i;
	if (!read_entry(reader, node, fields, &written) ||
	    !find_who(reader, node, &written, "user, group and token", &who) ||
	    !is_known(reader, node, list->hub, who, name_of(&written)))
		return;
	if (written.role < 0 && !written.allow && !written.deny) {
		reader_mistake(reader, node, "it limits nothing; expected role, allow or deny");
		return;
	}
	limits[list->n++] = (struct hub_role){
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
	struct list list = read_list(reader, node, hub, "roles", sizeof *hub->roles, read_role);

	(void)field;
	hub->roles = list.items;
	hub->n_roles = list.n;
}

// ---- approvals

static void read_approval(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	static const struct field fields[] = {
		{ .name = "action", .read = value_verbs, .offset = offsetof(struct approval_rule, verbs) },
		{ "environment", value_text, offsetof(struct approval_rule, environment), .max = 64 },
		{ .name = "needed", .read = value_bool, .offset = offsetof(struct approval_rule, is_needed) },
		{ .name = NULL },
	};
	struct approval_rule rule = { .is_needed = true };
	struct list *list = ctx;
	struct approval_rule *approvals = list->items;

	(void)i;
	if (read_entry(reader, node, fields, &rule))
		approvals[list->n++] = rule;
}

void hub_approvals(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct hub_config *hub = out;
	struct list list = read_list(reader, node, hub, "approvals", sizeof *hub->approvals, read_approval);

	(void)field;
	hub->approvals = list.items;
	hub->n_approvals = list.n;
}
