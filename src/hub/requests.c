// SPDX-License-Identifier: Apache-2.0
/* What a client asks for: whether it may, whose it is, and what of it ends with the client. */
#include "hub/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { ANSWER_BYTES_MAX = 8192 };

void hub_client_answer(struct hub_client *client, uint64_t id, int error, const char *why)
{
	struct bytes message;

	bytes_init(&message, ANSWER_BYTES_MAX);
	if (wire_answer_write(id, error, why, &message) < 0 || hub_client_send(client, &message) == -ENOMEM)
		hub_client_close(client, WIRE_ERROR_INTERNAL, "out of memory");
	bytes_finish(&message);
}

// Carried out in the client's name: what is emitted meanwhile and is for its eyes alone goes to it.
static int pass_on(struct hub_client *client, const struct request *request)
{
	struct hub *hub = client->hub;
	struct hub_client *before = hub->asking;
	int r;

	hub->asking = client;
	r = feed_request(hub->feed, request);
	hub->asking = before;
	return r;
}

// ---- what is counted by client

static size_t find_watch(const struct hub_client *client, uint32_t agent)
{
	size_t i = 0;

	while (i < client->n_watches && client->watches[i] != agent)
		i++;
	return i;
}

static int take_watch(struct hub_client *client, const struct request *request)
{
	size_t at = find_watch(client, request->agent);
	int r;

	if (request->type == REQUEST_UNWATCH) {
		if (at == client->n_watches)
			return -ENOENT;
		client->watches[at] = client->watches[--client->n_watches];
		return pass_on(client, request);
	}
	if (at < client->n_watches)
		return 0;
	if (client->n_watches == HUB_WATCHES_MAX)
		return -ENOBUFS;
	r = pass_on(client, request);
	if (r == 0)
		client->watches[client->n_watches++] = request->agent;
	return r;
}

static int take_history(struct hub_client *client, const struct request *request)
{
	if (!fleet_agent(client->hub->fleet, request->agent))
		return -ENOENT;
	for (size_t i = 0; i < client->n_history; i++)
		if (client->history[i] == request->agent && (i || client->history_at == 0))
			return 0; // it is still to come
	if (client->n_history == HUB_WATCHES_MAX)
		return -ENOBUFS;
	client->history[client->n_history++] = request->agent;
	hub_client_touch(client);
	return 0;
}

static bool is_read(const struct hub *hub)
{
	const struct hub_client *client;

	DL_FOREACH(hub->clients, client) {
		if (client->reads_audit)
			return true;
	}
	return false;
}

static int take_audit(struct hub_client *client, const struct request *request)
{
	bool did_read = client->reads_audit;
	int r;

	if (request->type == REQUEST_AUDIT_VERIFY) {
		r = pass_on(client, request);
		client->asks_check |= r == 0 || r == -EBUSY;
		return r;
	}
	if (request->type == REQUEST_AUDIT_CLOSE) {
		client->reads_audit = false;
		return did_read && !is_read(client->hub) ? pass_on(client, request) : 0;
	}
	client->reads_audit = true;
	r = pass_on(client, request);
	if (r < 0)
		client->reads_audit = did_read;
	return r;
}

static int take_hash(struct hub_client *client, const struct request *request)
{
	int r = pass_on(client, request);

	if (r == 0)
		client->asks_hash = strtoull(request->text, NULL, 10); // a number: the feed has looked
	return r;
}

// ---- plans

// Its token is one of many that may be the same.
static int take_plan(struct hub_client *client, const struct request *request)
{
	struct hub *hub = client->hub;
	struct request ours = *request;

	ours.text = client->sits_at; // for others to see
	ours.token = ++hub->last_token ? hub->last_token : ++hub->last_token;
	hub->tokens[ours.token % HUB_TOKENS] =
		(struct hub_token){ .token = ours.token, .session = client->session, .theirs = request->token };
	return pass_on(client, &ours);
}

static int take_submit(struct hub_client *client, const struct request *request, const struct plan *plan)
{
	int r = pass_on(client, request);

	if (r == 0 && plan)
		hub_presence_does(client, plan);
	return r;
}

static int carry_out(struct hub_client *client, const struct request *request, const struct plan *plan)
{
	switch (request->type) {
	case REQUEST_WATCH:
	case REQUEST_UNWATCH:
		return take_watch(client, request);
	case REQUEST_HISTORY:
		return take_history(client, request);
	case REQUEST_LOOK:
		if (request->agent && !fleet_agent(client->hub->fleet, request->agent))
			return -ENOENT;
		hub_presence_look(client, request->agent);
		return 0;
	case REQUEST_AUDIT_LIST:
	case REQUEST_AUDIT_CLOSE:
	case REQUEST_AUDIT_VERIFY:
		return take_audit(client, request);
	case REQUEST_AUDIT_HASH:
		return take_hash(client, request);
	case REQUEST_PLAN:
		return take_plan(client, request);
	case REQUEST_SUBMIT:
		return take_submit(client, request, plan);
	default:
		return pass_on(client, request);
	}
}

// The plan that a request names: one that was asked for here, or that of an operation.
static const struct plan *named_plan(const struct hub *hub, const struct request *request)
{
	const struct operation *operation = request->operation ? fleet_operation(hub->fleet, request->operation) : NULL;

	if (operation)
		return operation->plan;
	return request->operation ? hub_find_plan(hub, request->operation) : NULL;
}

void hub_client_request(struct hub_client *client, uint64_t id, const struct request *request)
{
	struct hub *hub = client->hub;
	const struct plan *named = named_plan(hub, request), *plan = named ? plan_ref(named) : NULL;
	struct audit_person person = access_person(&client->identity);
	struct request ours = *request;
	char why[ACCESS_WHY_MAX] = "";
	int r;

	// Who asks is who came in, whatever they say.
	ours.session = client->session;
	ours.person = &person;
	ours.who = client->identity.name;
	hub->counters.n_requests++;
	r = access_allow(hub->access, &client->identity, &ours, hub->fleet, plan, hub_now(), why);
	if (r == 0) {
		hub->said[0] = '\0';
		r = carry_out(client, &ours, plan);
		snprintf(why, sizeof why, "%s",
			 r == 0       ? ""
			 : *hub->said ? hub->said
				      : request_refusal(request->type, r));
	}
	hub->counters.n_requests_refused += r < 0 && r != -EAGAIN; // which is under way
	plan_unref((struct plan *)plan);
	hub_client_answer(client, id, r, why);
}

// ---- the end

void hub_client_leave(struct hub_client *client)
{
	struct audit_person person = access_person(&client->identity);
	struct request request = { .session = client->session, .person = &person, .who = client->identity.name };

	request.type = REQUEST_UNWATCH;
	while (client->n_watches) {
		request.agent = client->watches[--client->n_watches];
		(void)pass_on(client, &request);
	}
	request.agent = 0;
	if (client->reads_audit) {
		client->reads_audit = false;
		request.type = REQUEST_AUDIT_CLOSE;
		if (!is_read(client->hub))
			(void)pass_on(client, &request);
	}
	request.type = REQUEST_PLAN_DROP;
	(void)pass_on(client, &request);
	hub_presence_end(client->hub, client->session);
}
