// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "wire/message_words.h"
#include "wire/words.h"

static void begin(struct json_writer *w, struct bytes *out, enum wire_type type)
{
	json_writer_init(w, out);
	json_open(w, NULL, '{');
	json_text(w, "type", wire_type_name(type));
}

static int end(struct json_writer *w, size_t was)
{
	json_close(w, '}');
	if (w->error && w->out->data)
		w->out->data[w->out->len = was] = '\0';
	return w->error;
}

static void put_last(struct json_writer *w, const uint64_t last[CHANNEL_COUNT])
{
	json_open(w, "last", '{');
	for (unsigned i = 0; i < CHANNEL_COUNT; i++)
		if (last[i])
			json_int(w, channel_name((enum channel)i), (int64_t)last[i]);
	json_close(w, '}');
}

static void put_channels(struct json_writer *w, unsigned channels)
{
	wire_set_write(w, "channels", channels, &wire_channels);
	if (!channels) { // none is something else than what is not said
		json_open(w, "channels", '[');
		json_close(w, ']');
	}
}

int wire_hello_write(const struct wire_hello *hello, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	begin(&w, out, WIRE_HELLO);
	wire_fields_write(&w, wire_hello_fields, wire_n_hello_fields, hello);
	put_last(&w, hello->last);
	put_channels(&w, hello->channels);
	return end(&w, was);
}

static void put_environments(struct json_writer *w, const struct wire_welcome *welcome)
{
	if (!welcome->n_environments)
		return;
	json_open(w, "environments", '[');
	for (size_t i = 0; i < welcome->n_environments; i++) {
		json_open(w, NULL, '{');
		wire_fields_write(w, wire_environment_fields, wire_n_environment_fields, &welcome->environments[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

int wire_welcome_write(const struct wire_welcome *welcome, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	begin(&w, out, WIRE_HELLO);
	wire_fields_write(&w, wire_welcome_fields, wire_n_welcome_fields, welcome);
	put_last(&w, welcome->last);
	if (welcome->has_audit) {
		json_open(&w, "audit", '{');
		wire_fields_write(&w, wire_audit_fields, wire_n_audit_fields, welcome);
		json_close(&w, '}');
	}
	put_environments(&w, welcome);
	return end(&w, was);
}

int wire_channels_write(enum wire_type type, unsigned channels, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	begin(&w, out, type);
	put_channels(&w, channels);
	return end(&w, was);
}

int wire_request_write(uint64_t id, const struct request *request, const struct request_ids *ids, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;
	int r;

	begin(&w, out, WIRE_REQUEST);
	json_int(&w, "id", (int64_t)id);
	if (!w.error)
		w.error = bytes_add(out, ",\"request\":", 11);
	r = w.error ? w.error : request_json_write(request, ids, out);
	if (!w.error)
		w.error = r;
	return end(&w, was);
}

int wire_ping_write(enum wire_type type, uint64_t id, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	begin(&w, out, type);
	json_int(&w, "id", (int64_t)id);
	return end(&w, was);
}

int wire_answer_write(uint64_t id, int error, const char *why, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	begin(&w, out, WIRE_ANSWER);
	json_int(&w, "id", (int64_t)id);
	if (error)
		json_text(&w, "error", wire_errno_name(error));
	if (why && *why)
		json_text(&w, "why", why);
	return end(&w, was);
}

int wire_resync_write(const char *why, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	begin(&w, out, WIRE_RESYNC);
	json_text(&w, "why", why);
	return end(&w, was);
}

int wire_limits_write(const struct wire_limits *limits, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	begin(&w, out, WIRE_LIMITS);
	json_open(&w, "scopes", '[');
	for (size_t i = 0; i < limits->n; i++)
		json_text(&w, NULL, limits->scopes[i]);
	json_close(&w, ']');
	return end(&w, was);
}

int wire_error_write(enum wire_error_code code, const char *why, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	begin(&w, out, WIRE_ERROR);
	json_text(&w, "code", wire_error_name(code));
	json_text(&w, "why", why);
	return end(&w, was);
}

size_t wire_event_prefix(enum channel channel, uint64_t seq, uint64_t prev, char out[WIRE_PREFIX_MAX])
{
	return (size_t)snprintf(out, WIRE_PREFIX_MAX,
				"{\"type\":\"event\",\"channel\":\"%s\",\"seq\":%" PRIu64 ",\"prev\":%" PRIu64
				",\"event\":",
				channel_name(channel), seq, prev);
}
