// SPDX-License-Identifier: Apache-2.0
/* hub: one hub for many consoles. The same file is read by consoles, so whether the hub's own files (its key, its
 * tokens) can be read is for the hub to say.
 */
#include "config/hub.h"

#include <string.h>

#include "base/container_of.h"
#include "config/sections.h"
#include "config/values.h"

enum { SOCKET_PATH_MAX = 107 }; // of the kernel

bool hub_ask(struct reader *reader, const yaml_node_t *node, const struct hub_config *hub, enum hub_thing thing,
	     const char *name)
{
	const struct config_checks *checks = reader->checks;
	const void *whole = (const char *)hub - offsetof(struct config, hub);
	char why[256] = "";
	int r;

	if (!checks->hub || !name)
		return true;
	r = checks->hub(checks->ctx, whole, thing, name, why, sizeof why);
	if (r < 0)
		reader_mistake(reader, node, "%s", why);
	else if (r > 0)
		reader_warn(reader, node, "%s", why);
	return r >= 0;
}

static void read_thing(struct reader *reader, const yaml_node_t *node, const struct hub_config *hub,
		       enum hub_thing thing, const char **path)
{
	static const struct field limits = { .max = 1024 };

	value_path(reader, node, &limits, path);
	hub_ask(reader, node, hub, thing, *path);
}

// All of struct hub_config.

static void value_cert(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct hub_config *hub = out;

	(void)field;
	read_thing(reader, node, hub, HUB_THING_CERT, &hub->cert_file);
}

static void value_key(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct hub_config *hub = out;

	(void)field;
	read_thing(reader, node, hub, HUB_THING_KEY, &hub->key_file);
}

static void value_client_ca(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct hub_config *hub = out;

	(void)field;
	read_thing(reader, node, hub, HUB_THING_CLIENT_CA, &hub->client_ca_file);
}

static void value_token_file(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct hub_config *hub = out;

	(void)field;
	read_thing(reader, node, hub, HUB_THING_TOKEN_FILE, &hub->token_file);
}

// A path, short enough for a socket.
static void value_socket(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct hub_config *hub = out;
	const char *path = NULL;

	value_path(reader, node, field, &path);
	if (path && strlen(path) > SOCKET_PATH_MAX)
		reader_mistake(reader, node, "a path of %zu bytes; expected at most %d", strlen(path), SOCKET_PATH_MAX);
	else if (path && hub_ask(reader, node, hub, HUB_THING_SOCKET, path))
		hub->socket = path;
}

static void section_tls(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ .name = "cert", .read = value_cert },
		{ .name = "key", .read = value_key },
		{ .name = "client_ca", .read = value_client_ca },
		{ .name = NULL },
	};
	struct hub_config *hub = out;
	bool had_mistakes = reader->has_mistakes, is_well;

	(void)field;
	reader->has_mistakes = false;
	is_well = reader_mapping(reader, node, fields, hub) && !reader->has_mistakes;
	reader->has_mistakes |= had_mistakes;
	if (hub->cert_file && hub->key_file) {
		if (is_well)
			hub_ask(reader, node, hub, HUB_THING_PAIR, hub->cert_file);
		return;
	}
	if (!is_well)
		return;
	if (hub->cert_file || hub->key_file)
		reader_mistake(reader, node, "%s without %s; expected cert and key together",
			       hub->cert_file ? "cert" : "key", hub->cert_file ? "key" : "cert");
	else if (hub->client_ca_file)
		reader_mistake(reader, node, "client_ca without cert and key; expected these as well");
}

static void section_hub_limits(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	enum { KIB = 1 << 10, MIB = 1 << 20, HOUR_MS = 3600000 };
	static const struct field fields[] = {
		{ "clients", value_count32, offsetof(struct hub_config, n_clients), .min = 1, .max = 100000 },
		{ "clients_per_user", value_count32, offsetof(struct hub_config, n_clients_a_user), .min = 1,
		  .max = 100000 },
		{ "unauthenticated", value_count32, offsetof(struct hub_config, n_unauthenticated), .min = 1,
		  .max = 4096 },
		{ "unauthenticated_time", value_duration32, offsetof(struct hub_config, unauthenticated_ms), .min = 100,
		  .max = 600000 },
		{ "requests_per_minute", value_count32, offsetof(struct hub_config, n_requests_a_minute), .min = 1,
		  .max = 100000 },
		{ "message", value_bytes32, offsetof(struct hub_config, message_bytes), .min = 4 * KIB,
		  .max = 16 * MIB },
		{ "queue", value_bytes32, offsetof(struct hub_config, queue_bytes), .min = 64 * KIB,
		  .max = 1024 * MIB },
		{ "ring", value_bytes, offsetof(struct hub_config, ring_bytes), .min = 64 * KIB,
		  .max = INT64_C(16) << 30 },
		{ "idle", value_duration32, offsetof(struct hub_config, idle_ms), .min = 1000, .max = 24 * HOUR_MS },
		{ "sweep", value_duration32, offsetof(struct hub_config, sweep_ms), .min = 100, .max = HOUR_MS },
		{ .name = NULL },
	};

	(void)field;
	reader_mapping(reader, node, fields, out);
}

static void value_record_dir(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct hub_config *hub = container_of(out, struct hub_config, record);

	value_path(reader, node, field, &hub->record.dir);
	hub_ask(reader, node, hub, HUB_THING_RECORD_DIR, hub->record.dir);
}

static void section_record(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ .name = "dir", .read = value_record_dir, .is_required = true },
		{ "size", value_bytes, offsetof(struct hub_record_config, max_bytes), .min = 1 << 20,
		  .max = INT64_C(1) << 42 },
		{ "age", value_duration64, offsetof(struct hub_record_config, max_age_ms), .min = 60000 },
		{ "level", value_count16, offsetof(struct hub_record_config, zstd_level), .min = 1, .max = 19 },
		{ .name = NULL },
	};

	(void)field;
	reader_mapping(reader, node, fields, out);
}

void section_hub(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ .name = "tls", .read = section_tls }, // before the addresses that need it
		{ .name = "listen", .read = hub_listens },
		{ .name = "socket", .read = value_socket },
		{ .name = "token_file", .read = value_token_file },
		{ .name = "origins", .read = hub_origins },
		{ .name = "hosts", .read = hub_hosts },
		{ .name = "limits", .read = section_hub_limits },
		{ .name = "peers", .read = hub_peers },
		{ .name = "roles", .read = hub_roles },
		{ .name = "approval", .read = hub_approvals },
		{ .name = "record", .read = section_record, .offset = offsetof(struct hub_config, record) },
		{ .name = NULL },
	};
	struct draft *draft = out;
	struct hub_config *hub = &draft->config->hub;

	(void)field;
	if (reader_mapping(reader, node, fields, hub) && reader->checks->hub && hub->cert_file && hub->n_listens &&
	    !config_hub_uses_tls(hub))
		reader_warn(reader, node,
			    "the certificate of tls is used by no address of listen: loopback gets no TLS; expected an "
			    "address that is not loopback, or no tls");
}
