// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "text/text.h"
#include "wire/event_scan.h"
#include "wire/message_words.h"
#include "wire/request_scan.h"
#include "wire/words.h"

static int read_u64(struct wire_scan *scan, const struct json_node *object, const char *name, uint64_t *out)
{
	const struct wire_field field = { name, WIRE_KIND_U64, 0 };
	const struct json_node *value = node_member(object, name);

	*out = 0;
	return node_kind(value) == JSON_NULL ? 0 : wire_field_read(scan, value, &field, out);
}

static int read_why(struct wire_scan *scan, const struct json_node *object, char out[WIRE_WHY_MAX])
{
	static const struct wire_field field = { "why", WIRE_KIND_CHARS, 0, .size = WIRE_WHY_MAX };
	const struct json_node *value = node_member(object, field.name);

	out[0] = '\0';
	return node_kind(value) == JSON_NULL ? 0 : wire_field_read(scan, value, &field, out);
}

// Channels that are not known are passed over.
static int read_last(struct wire_scan *scan, const struct json_node *object, uint64_t last[CHANNEL_COUNT])
{
	const struct json_node *seqs = node_member(object, "last");
	int r = 0;

	if (node_kind(seqs) != JSON_NULL && node_kind(seqs) != JSON_OBJECT)
		return wire_bad(scan, "last", "expected an object");
	for (unsigned i = 0; r == 0 && i < CHANNEL_COUNT; i++)
		r = read_u64(scan, seqs, channel_name((enum channel)i), &last[i]);
	return r;
}

static int read_hello(struct wire_scan *scan, const struct json_node *object, struct wire_message *out)
{
	struct wire_hello *hello = &out->u.hello;
	int r = wire_fields_read(scan, object, wire_hello_fields, wire_n_hello_fields, hello);

	if (r == 0)
		r = read_last(scan, object, hello->last);
	if (r == 0)
		r = wire_set_read(scan, object, "channels", &wire_channels, &hello->channels);
	if (node_kind(node_member(object, "channels")) == JSON_NULL)
		hello->channels = WIRE_CHANNELS_ALL;
	return r;
}

static int read_environments(struct wire_scan *scan, const struct json_node *object, struct wire_welcome *welcome)
{
	struct node_walk walk;
	int r = wire_array_begin(scan, object, "environments", WIRE_ENVIRONMENTS_MAX, sizeof *welcome->environments,
				 &walk, &welcome->environments, &welcome->n_environments);

	for (size_t i = 0; r == 0 && i < welcome->n_environments; i++)
		r = wire_fields_read(scan, node_walk_next(&walk, NULL), wire_environment_fields,
				     wire_n_environment_fields, &welcome->environments[i]);
	return r;
}

static int read_welcome(struct wire_scan *scan, const struct json_node *object, struct wire_message *out)
{
	struct wire_welcome *welcome = &out->u.welcome;
	const struct json_node *audit = node_member(object, "audit");
	int r = wire_fields_read(scan, object, wire_welcome_fields, wire_n_welcome_fields, welcome);

	if (r == 0)
		r = read_last(scan, object, welcome->last);
	welcome->has_audit = node_kind(audit) != JSON_NULL;
	if (r == 0 && welcome->has_audit)
		r = wire_fields_read(scan, audit, wire_audit_fields, wire_n_audit_fields, welcome);
	return r < 0 ? r : read_environments(scan, object, welcome);
}

static int read_channels(struct wire_scan *scan, const struct json_node *object, struct wire_message *out)
{
	return wire_set_read(scan, object, "channels", &wire_channels, &out->u.channels);
}

static int read_request(struct wire_scan *scan, const struct json_node *object, struct wire_message *out)
{
	int r = read_u64(scan, object, "id", &out->id);

	return r < 0 ? r : request_scan(scan, node_member(object, "request"), &out->u.request);
}

static int read_ping(struct wire_scan *scan, const struct json_node *object, struct wire_message *out)
{
	return read_u64(scan, object, "id", &out->id);
}

static int read_event(struct wire_scan *scan, const struct json_node *object, struct wire_message *out)
{
	struct wire_event *event = &out->u.event;
	unsigned channel;
	int r = wire_read_word(scan, node_member(object, "channel"), "channel", &wire_channels, &channel);

	if (r == 0)
		r = read_u64(scan, object, "seq", &event->seq);
	if (r == 0)
		r = read_u64(scan, object, "prev", &event->prev);
	if (r < 0)
		return r;
	event->channel = (enum channel)channel;
	r = event_scan(scan, node_member(object, "event"), &event->event);
	if (r < 0)
		return r;
	event->outcome = r;
	if (event->event) {
		event->event->channel = event->channel;
		event->event->seq = event->seq;
	}
	return 0;
}

static int read_answer(struct wire_scan *scan, const struct json_node *object, struct wire_message *out)
{
	const struct json_node *error = node_member(object, "error");
	struct json_text name;
	int r = read_u64(scan, object, "id", &out->id);

	if (r == 0)
		r = read_why(scan, object, out->u.answer.why);
	if (r < 0 || node_kind(error) == JSON_NULL)
		return r;
	if (node_read_text(error, &name) < 0)
		return wire_bad(scan, "error", "expected a word");
	out->u.answer.error = wire_errno_from_name(name.bytes, name.n);
	return 0;
}

static int read_resync(struct wire_scan *scan, const struct json_node *object, struct wire_message *out)
{
	return read_why(scan, object, out->u.why);
}

static int read_limits(struct wire_scan *scan, const struct json_node *object, struct wire_message *out)
{
	static const struct wire_field field = { "scopes", WIRE_KIND_CHARS, 0, .size = WIRE_SCOPE_MAX };
	struct wire_limits *limits = &out->u.limits;
	const struct json_node *scope;
	struct node_walk walk;
	int r = 0;

	node_walk_array(&walk, node_member(object, field.name));
	while (r == 0 && limits->n < WIRE_SCOPES_MAX && (scope = node_walk_next(&walk, NULL)))
		r = wire_field_read(scan, scope, &field, limits->scopes[limits->n++]);
	return r;
}

static int read_error(struct wire_scan *scan, const struct json_node *object, struct wire_message *out)
{
	struct wire_scan quiet = { 0 };
	unsigned code = WIRE_ERROR_COUNT;

	wire_read_word(&quiet, node_member(object, "code"), "code", &wire_errors, &code);
	out->u.error.code = (enum wire_error_code)code;
	return read_why(scan, object, out->u.error.why);
}

typedef int (*read_cb)(struct wire_scan *scan, const struct json_node *object, struct wire_message *out);

static const read_cb readers[2][WIRE_TYPE_COUNT] = {
	[WIRE_CLIENT] = {
		[WIRE_HELLO] = read_hello,
		[WIRE_SUBSCRIBE] = read_channels,
		[WIRE_UNSUBSCRIBE] = read_channels,
		[WIRE_REQUEST] = read_request,
		[WIRE_PING] = read_ping,
		[WIRE_PONG] = read_ping,
	},
	[WIRE_HUB] = {
		[WIRE_HELLO] = read_welcome,
		[WIRE_PING] = read_ping,
		[WIRE_PONG] = read_ping,
		[WIRE_EVENT] = read_event,
		[WIRE_ANSWER] = read_answer,
		[WIRE_RESYNC] = read_resync,
		[WIRE_ERROR] = read_error,
		[WIRE_LIMITS] = read_limits,
	},
};

static int scan_message(struct wire_scan *scan, enum wire_side from, const struct json_node *object,
			struct wire_message *out)
{
	struct wire_scan quiet = { 0 };
	const struct json_node *name = node_member(object, "type");
	unsigned type;

	if (node_kind(name) != JSON_STRING)
		return wire_bad(scan, "message", "expected an object with a type");
	if (wire_read_word(&quiet, name, "type", &wire_types, &type) < 0 || !readers[from][type]) {
		wire_bad(scan, "message", "of a type that this version does not know");
		return -ENOTSUP;
	}
	out->type = (enum wire_type)type;
	out->from = from;
	return readers[from][type](scan, object, out);
}

int wire_message_read(enum wire_side from, struct event_reader *reader, const char *text, size_t n,
		      struct wire_message *out, char why[EVENT_JSON_WHY_MAX])
{
	struct wire_scan scan = { .reader = reader, .why = why };
	struct json_tape tape;
	int r;

	memset(out, 0, sizeof *out);
	out->type = WIRE_TYPE_COUNT;
	if (n > (from == WIRE_CLIENT ? WIRE_CLIENT_MESSAGE_MAX : WIRE_HUB_MESSAGE_MAX))
		return wire_bad(&scan, "message", "too large");
	r = wire_parse(&scan, "message", text, n, &tape);
	if (r == 0)
		r = scan_message(&scan, from, tape.nodes, out);
	json_tape_finish(&tape);
	return r;
}

void wire_message_finish(struct wire_message *message)
{
	if (message->type == WIRE_REQUEST)
		request_text_finish(&message->u.request);
	if (message->type == WIRE_EVENT)
		event_unref(message->u.event.event);
	if (message->type == WIRE_HELLO && message->from == WIRE_HUB)
		mem_free(message->u.welcome.environments);
	memset(message, 0, sizeof *message);
	message->type = WIRE_TYPE_COUNT;
}
