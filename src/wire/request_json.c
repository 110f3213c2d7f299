// SPDX-License-Identifier: Apache-2.0
#include "wire/request_json.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "text/codepoint.h"
#include "text/text.h"
#include "wire/payloads.h"
#include "wire/request_scan.h"
#include "wire/words.h"

#define IN_REQUEST(member) WIRE_AT(struct request, member)

static const struct wire_field fields[] = {
	{ "type", WIRE_KIND_WORD, IN_REQUEST(type), .words = &wire_request_types, .is_needed = true },
	{ "agent", WIRE_KIND_U32, IN_REQUEST(agent) },
	{ "alert", WIRE_KIND_U32, IN_REQUEST(alert) },
	{ "until_ms", WIRE_KIND_I64, IN_REQUEST(until_ms) },
	{ "token", WIRE_KIND_U32, IN_REQUEST(token) },
	{ "operation", WIRE_KIND_U32, IN_REQUEST(operation) },
};

// Those of the request, in the order of request_text::texts; what the plan is for has the rest.
static const struct {
	const char *name;
	size_t offset;
} texts[] = {
	{ "who", IN_REQUEST(who) },     { "text", IN_REQUEST(text) },     { "hash", IN_REQUEST(hash) },
	{ "typed", IN_REQUEST(typed) }, { "reason", IN_REQUEST(reason) },
};

enum { N_TEXTS = WIRE_COUNT(texts), PARAMS_VERSION = N_TEXTS, PARAMS_PATCH, PARAMS_REASON };

_Static_assert(PARAMS_REASON + 1 == WIRE_COUNT(((struct request_text *)0)->texts), "there is room for all");

static const char **text_in(const struct request *request, size_t i)
{
	return (const char **)(void *)((char *)(uintptr_t)request + texts[i].offset);
}

// ---- writing

static uint32_t look_up(const struct request_ids *ids, enum wire_id kind, uint32_t local, int *error)
{
	int64_t remote = local;

	if (local && ids && ids->id)
		remote = ids->id(ids->ctx, kind, local);
	if (local && (remote <= 0 || remote > UINT32_MAX))
		*error = -ENOENT;
	return *error < 0 ? 0 : (uint32_t)remote;
}

static int put_agents(struct json_writer *w, const struct request *request, const struct request_ids *ids)
{
	int r = 0;

	if (!request->n_agents)
		return 0;
	json_open(w, "agents", '[');
	for (size_t i = 0; i < request->n_agents; i++)
		json_int(w, NULL, look_up(ids, WIRE_ID_AGENT, request->agents[i], &r));
	json_close(w, ']');
	if (!request->is_hidden)
		return r;
	json_open(w, "hidden", '['); // their places in the list
	for (size_t i = 0; i < request->n_agents; i++)
		if (request->is_hidden[i])
			json_int(w, NULL, (int64_t)i);
	json_close(w, ']');
	return r;
}

// Two halves where it needs them.
static int add_escaped(struct bytes *out, uint32_t codepoint)
{
	if (codepoint < 0x10000)
		return bytes_addf(out, "\\u%04x", (unsigned)codepoint);
	codepoint -= 0x10000;
	return bytes_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 | codepoint >> 10),
			  (unsigned)(0xdc00 | (codepoint & 0x3ff)));
}

/* A patch is JSON, and must come through as what it means: characters that would be made visible on the way are said as
 * escapes. Between its texts there are none but blanks. 0, -ENOMEM, -EMSGSIZE.
 */
static int write_patch(const char *patch, struct bytes *out)
{
	size_t n = strlen(patch);
	int r = 0;

	while (n && r == 0) {
		uint32_t codepoint = ' ';
		int used = codepoint_decode(patch, n, &codepoint);

		if (used < 0) { // it is no JSON, nor is this
			used = -used;
			r = bytes_add(out, "\\x", 2);
		} else if (codepoint == '\t' || codepoint == '\n' || codepoint == '\r') {
			r = bytes_add(out, " ", 1);
		} else if (codepoint < ' ' || codepoint >= 0x7f) {
			r = add_escaped(out, codepoint);
		} else {
			r = bytes_add(out, patch, 1);
		}
		patch += used;
		n -= (size_t)used;
	}
	return r;
}

static int put_params(struct json_writer *w, const struct operation_params *given)
{
	struct operation_params params = *given;
	struct bytes patch;
	int r = 0;

	bytes_init(&patch, REQUEST_JSON_MAX);
	if (params.patch && !text_is_clean(params.patch)) {
		r = write_patch(params.patch, &patch);
		params.patch = patch.data;
	}
	if (r == 0) {
		json_open(w, "params", '{');
		wire_params_write(w, &params);
		json_close(w, '}');
	}
	bytes_finish(&patch);
	return r;
}

int request_json_write(const struct request *request, const struct request_ids *ids, struct bytes *out)
{
	size_t was = out->len;
	struct request mapped = *request;
	struct json_writer w;
	int r = 0;

	mapped.agent = look_up(ids, WIRE_ID_AGENT, request->agent, &r);
	mapped.alert = look_up(ids, WIRE_ID_ALERT, request->alert, &r);
	mapped.operation = look_up(ids, WIRE_ID_OPERATION, request->operation, &r);
	json_writer_init(&w, out);
	json_open(&w, NULL, '{');
	wire_fields_write(&w, fields, WIRE_COUNT(fields), &mapped);
	for (size_t i = 0; i < N_TEXTS; i++) {
		const char *text = *text_in(request, i);

		if (text && *text)
			json_text(&w, texts[i].name, text);
	}
	if (r == 0)
		r = put_agents(&w, request, ids);
	if (r == 0 && request->params)
		r = put_params(&w, request->params);
	json_close(&w, '}');
	if (r == 0)
		r = w.error;
	if (r < 0 && out->data)
		out->data[out->len = was] = '\0';
	return r;
}

// ---- reading

static int read_texts(struct wire_scan *scan, const struct json_node *object, struct request_text *out)
{
	for (size_t i = 0; i < N_TEXTS; i++) {
		const struct json_node *value = node_member(object, texts[i].name);

		if (node_kind(value) != JSON_NULL && node_kind(value) != JSON_STRING)
			return wire_bad(scan, texts[i].name, "expected a text");
		out->texts[i] = wire_read_text(value, REQUEST_JSON_TEXT_MAX);
		if (!out->texts[i])
			return -ENOMEM;
		*text_in(&out->request, i) = out->texts[i];
	}
	return 0;
}

static int read_agents(struct wire_scan *scan, const struct json_node *object, struct request_text *out)
{
	static const struct wire_field agent = { "agents", WIRE_KIND_U32, 0 };
	struct node_walk walk;
	int r = wire_array_begin(scan, object, agent.name, OPERATION_TARGETS_MAX, sizeof *out->agents, &walk,
				 &out->agents, &out->request.n_agents);

	for (size_t i = 0; r == 0 && i < out->request.n_agents; i++)
		r = wire_field_read(scan, node_walk_next(&walk, NULL), &agent, &out->agents[i]);
	out->request.agents = out->agents;
	return r;
}

static int read_hidden(struct wire_scan *scan, const struct json_node *object, struct request_text *out)
{
	const struct json_node *list = node_member(object, "hidden"), *value;
	struct node_walk walk;

	if (node_kind(list) == JSON_NULL || !out->request.n_agents)
		return 0;
	out->is_hidden = mem_calloc(out->request.n_agents, sizeof *out->is_hidden);
	if (!out->is_hidden)
		return -ENOMEM;
	out->request.is_hidden = out->is_hidden;
	node_walk_array(&walk, list);
	while ((value = node_walk_next(&walk, NULL))) {
		int64_t i;

		if (wire_read_int(value, &i) < 0 || i < 0 || (uint64_t)i >= out->request.n_agents)
			return wire_bad(scan, "hidden", "no place in the list");
		out->is_hidden[i] = true;
	}
	return 0;
}

static int read_params(struct wire_scan *scan, const struct json_node *object, struct request_text *out)
{
	const struct json_node *params = node_member(object, "params");
	int r;

	if (node_kind(params) == JSON_NULL)
		return 0;
	r = wire_params_read(scan, params, &out->params);
	out->texts[PARAMS_VERSION] = (char *)(uintptr_t)out->params.version;
	out->texts[PARAMS_PATCH] = (char *)(uintptr_t)out->params.patch;
	out->texts[PARAMS_REASON] = (char *)(uintptr_t)out->params.reason;
	out->request.params = &out->params;
	return r;
}

int request_scan(struct wire_scan *scan, const struct json_node *object, struct request_text *out)
{
	struct wire_scan quiet = { 0 };
	const struct json_node *type = node_member(object, "type");
	unsigned known;
	int r;

	*out = (struct request_text){ 0 };
	if (node_kind(type) == JSON_STRING && wire_read_word(&quiet, type, "type", &wire_request_types, &known) < 0) {
		wire_bad(scan, "request", "of a type that this version does not know");
		return -ENOTSUP;
	}
	r = wire_fields_read(scan, object, fields, WIRE_COUNT(fields), &out->request);
	if (r == 0)
		r = read_texts(scan, object, out);
	if (r == 0)
		r = read_agents(scan, object, out);
	if (r == 0)
		r = read_hidden(scan, object, out);
	return r < 0 ? r : read_params(scan, object, out);
}

int request_json_read(const char *text, size_t n, struct request_text *out, char why[REQUEST_JSON_WHY_MAX])
{
	struct wire_scan scan = { .why = why };
	struct json_tape tape;
	int r;

	*out = (struct request_text){ 0 };
	if (n > REQUEST_JSON_MAX)
		return wire_bad(&scan, "request", "too large");
	r = wire_parse(&scan, "request", text, n, &tape);
	if (r == 0)
		r = request_scan(&scan, tape.nodes, out);
	json_tape_finish(&tape);
	return r;
}

void request_text_finish(struct request_text *request)
{
	for (size_t i = 0; i < WIRE_COUNT(request->texts); i++)
		mem_free(request->texts[i]);
	mem_free(request->agents);
	mem_free(request->is_hidden);
	*request = (struct request_text){ 0 };
}
