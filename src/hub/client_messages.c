// SPDX-License-Identifier: Apache-2.0
/* What a client says. */
#include "hub/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"

enum { MESSAGE_BYTES_MAX = 64 << 10 };

// ---- hello

static void fill_welcome(const struct hub_client *client, bool is_resumed, struct wire_welcome *out)
{
	const struct hub *hub = client->hub;
	struct hub_audit audit = { .why = "" };

	*out = (struct wire_welcome){
		.protocol = WIRE_PROTOCOL,
		.session = client->session,
		.is_resumed = is_resumed,
		.at_ms = hub_now().wall_ms,
	};
	snprintf(out->version, sizeof out->version, "%s", OPSCON_VERSION);
	snprintf(out->boot, sizeof out->boot, "%s", hub->boot);
	snprintf(out->you, sizeof out->you, "%s", client->identity.name);
	snprintf(out->role, sizeof out->role, "%s", role_name(client->identity.role));
	for (int c = 0; c < CHANNEL_COUNT; c++)
		out->last[c] = hub->stream.last[c];
	if (!hub->audit)
		return;
	hub->audit(hub->ctx, &audit);
	out->has_audit = audit.head[0] != '\0';
	out->n_audit_records = audit.n_records;
	snprintf(out->audit_head, sizeof out->audit_head, "%s", audit.head);
	snprintf(out->audit_key, sizeof out->audit_key, "%s", audit.key);
}

static int welcome(struct hub_client *client, bool is_resumed)
{
	struct wire_welcome said;
	struct bytes message;
	int r;

	fill_welcome(client, is_resumed, &said);
	r = hub_about(client->hub, &said);
	bytes_init(&message, MESSAGE_BYTES_MAX);
	if (r == 0)
		r = wire_welcome_write(&said, &message);
	if (r == 0)
		r = hub_client_send(client, &message);
	bytes_finish(&message);
	mem_free(said.environments);
	return r;
}

// To whom its rights are limited: at first only when they are.
static void tell_limits(struct hub_client *client)
{
	struct wire_limits *limits = mem_calloc(1, sizeof *limits);
	struct bytes message;

	if (!limits)
		return; // it will be refused instead
	for (size_t i = 0; i < client->identity.n_scopes && limits->n < WIRE_SCOPES_MAX; i++) {
		const struct access_scope *scope = &client->identity.scopes[i];
		char *out = limits->scopes[limits->n];

		if (snprintf(out, WIRE_SCOPE_MAX, "%s %s", scope->is_deny ? "deny" : "allow", scope->text) <
		    WIRE_SCOPE_MAX)
			limits->n++;
	}
	bytes_init(&message, MESSAGE_BYTES_MAX);
	if (wire_limits_write(limits, &message) == 0)
		(void)hub_client_send(client, &message);
	bytes_finish(&message);
	mem_free(limits);
}

static int begin_session(struct hub_client *client, const struct wire_hello *hello, char why[ACCESS_WHY_MAX])
{
	struct hub *hub = client->hub;
	char says[3 * WIRE_NAME_MAX + 4];
	int r;

	client->session = client->identity.session = ++hub->last_session;
	snprintf(says, sizeof says, "%s %s%s%s", hello->client, hello->version, hello->tty[0] ? ", " : "", hello->tty);
	r = access_begin(hub->access, &client->identity, says, hub_now(), why);
	if (r < 0)
		return r;
	client->has_session = true;
	client->came_ms = hub_now().wall_ms;
	hub_conn_slot_end(hub, &client->has_slot, client->slot);
	hub->n_clients++;
	hub->counters.n_clients_ever++;
	hub_warm(hub);
	log_line(LOG_INFO, "session %u: %s (%s) from %s with %s", client->session, client->identity.name,
		 role_name(client->identity.role), client->identity.origin, says);
	return 0;
}

static void take_hello(struct hub_client *client, const struct wire_hello *hello)
{
	struct hub *hub = client->hub;
	char why[ACCESS_WHY_MAX] = "";
	size_t n_missing;
	bool is_resumed;

	if (hello->protocol < WIRE_PROTOCOL) {
		hub_client_close(client, WIRE_ERROR_VERSION, "this hub speaks version 1 of the protocol");
		return;
	}
	if (begin_session(client, hello, why) < 0) {
		hub_client_close(client, WIRE_ERROR_LIMIT, why);
		return;
	}
	client->channels = hello->channels ? hello->channels : WIRE_CHANNELS_ALL;
	snprintf(client->sits_at, sizeof client->sits_at, "%.60s%s%.60s", hello->host,
		 hello->host[0] && hello->tty[0] ? " " : "", hello->tty);
	is_resumed = hello->boot[0] && strcmp(hello->boot, hub->boot) == 0 &&
		     stream_holds(&hub->stream, hello->last, client->channels, &n_missing) &&
		     n_missing < client->outbox.bytes_max / 2;
	if (welcome(client, is_resumed) < 0)
		hub_client_close(client, WIRE_ERROR_INTERNAL, "out of memory");
	else if (is_resumed)
		hub_client_resume(client, hello->last);
	else
		hub_client_snapshot(client);
	if (client->identity.n_scopes)
		tell_limits(client);
	hub_presence_tell(client);
}

// ---- the rest

static void take_channels(struct hub_client *client, enum wire_type type, unsigned channels)
{
	unsigned before = client->channels;
	struct access *access = client->hub->access;
	char why[ACCESS_WHY_MAX];
	struct bytes message;

	client->channels = type == WIRE_SUBSCRIBE ? before | channels : before & ~channels;
	if ((client->channels & ~before) == 0)
		return;
	// A snapshot costs more than most requests, and counts as one.
	if (access_charge(access, &client->identity, wire_type_name(WIRE_SUBSCRIBE), hub_now(), why) < 0) {
		hub_client_close(client, WIRE_ERROR_LIMIT, why);
		return;
	}
	// How it stands on the new ones is told with all the others, since they hang together.
	hub_client_drop(client);
	if (client->state == CLIENT_CLOSING)
		return;
	bytes_init(&message, MESSAGE_BYTES_MAX);
	if (wire_resync_write("subscribed to more", &message) == 0)
		(void)hub_client_send(client, &message);
	bytes_finish(&message);
	hub_client_snapshot(client);
}

static void send_pong(struct hub_client *client, uint64_t id)
{
	struct bytes message;

	bytes_init(&message, MESSAGE_BYTES_MAX);
	if (wire_ping_write(WIRE_PONG, id, &message) == 0)
		(void)hub_client_send(client, &message);
	bytes_finish(&message);
}

static void take_message(struct hub_client *client, const struct wire_message *message)
{
	if (client->state == CLIENT_NEW && message->type != WIRE_HELLO) {
		hub_client_close(client, WIRE_ERROR_PROTOCOL, "expected hello first");
		return;
	}
	switch (message->type) {
	case WIRE_HELLO:
		if (client->state == CLIENT_NEW)
			take_hello(client, &message->u.hello);
		else
			hub_client_close(client, WIRE_ERROR_PROTOCOL, "hello was said before");
		break;
	case WIRE_SUBSCRIBE:
	case WIRE_UNSUBSCRIBE:
		take_channels(client, message->type, message->u.channels);
		break;
	case WIRE_REQUEST:
		hub_client_request(client, message->id, &message->u.request.request);
		break;
	case WIRE_PING:
		send_pong(client, message->id);
		break;
	default: // a pong
		break;
	}
}

void hub_client_message(struct hub_client *client, const char *text, size_t n)
{
	struct wire_message *message = mem_calloc(1, sizeof *message);
	char why[EVENT_JSON_WHY_MAX] = "";
	int r = message ? wire_message_read(WIRE_CLIENT, NULL, text, n, message, why) : -ENOMEM;

	if (r == 0)
		take_message(client, message);
	else if (r == -ENOTSUP && message->type == WIRE_REQUEST && client->state != CLIENT_NEW)
		hub_client_answer(client, message->id, -ENOTSUP, why);
	else if (r == -EINVAL || (r == -ENOTSUP && client->state == CLIENT_NEW))
		hub_client_close(client, WIRE_ERROR_PROTOCOL, why);
	else if (r == -ENOMEM)
		hub_client_close(client, WIRE_ERROR_INTERNAL, "out of memory");
	if (message)
		wire_message_finish(message);
	mem_free(message);
}

void hub_client_recheck(struct hub_client *client, struct instant now)
{
	char why[ACCESS_WHY_MAX] = "";
	int r;

	if (client->state == CLIENT_CLOSING || client->state == CLIENT_GONE)
		return;
	r = access_recheck(client->hub->access, &client->identity, now, why);
	if (r < 0)
		hub_client_close(client, WIRE_ERROR_AUTH, why);
	if (r != 1 || !client->has_session)
		return;
	tell_limits(client);
	hub_presence_tell(client);
}
