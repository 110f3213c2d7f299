// SPDX-License-Identifier: Apache-2.0
/* What a person asks of the hubs: to whom it goes, in their numbers, and what becomes of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "feeds/websocket_manager_internal.h"

static enum hub_id_kind kind_of(enum wire_id kind)
{
	switch (kind) {
	case WIRE_ID_ALERT:
		return HUB_ID_ALERT;
	case WIRE_ID_OPERATION:
		return HUB_ID_OPERATION;
	case WIRE_ID_PROGRESS:
		return HUB_ID_PROGRESS;
	case WIRE_ID_SESSION:
		return HUB_ID_SESSION;
	default:
		return HUB_ID_AGENT;
	}
}

static int64_t remote_id(void *ctx, enum wire_id kind, uint32_t local)
{
	const struct attached *hub = ctx;
	uint32_t remote;

	return hub_ids_remote(hub->manager->ids, hub->no, kind_of(kind), local, &remote) == 0 ? (int64_t)remote : -1;
}

// A request without which nothing is lost when the hub goes away under it.
static bool is_looking(enum request_type type)
{
	switch (type) {
	case REQUEST_WATCH:
	case REQUEST_UNWATCH:
	case REQUEST_PROBE_NOW:
	case REQUEST_OBSERVE:
	case REQUEST_AUDIT_LIST:
	case REQUEST_AUDIT_CLOSE:
	case REQUEST_AUDIT_VERIFY:
	case REQUEST_HISTORY:
	case REQUEST_LOOK:
	case REQUEST_PLAN_KEEP:
	case REQUEST_PLAN_DROP:
		return true;
	default:
		return false;
	}
}

// Somebody wants to know. A connection on which nobody answers may be one that is dead.
static void try_at_once(struct attached *hub)
{
	if (hub_state_is_stale(&hub->state))
		attached_drop(hub, HUB_LOST, "it does not answer any more");
	hub_state_retry(&hub->state, clock_now());
	attached_settle(hub, clock_now());
}

// What it is about, as whoever asks knows it.
static uint32_t about(const struct request *request)
{
	return request->alert ? request->alert : request->operation ? request->operation : request->agent;
}

static int ask(struct attached *hub, const struct request *request)
{
	const struct request_ids ids = { .id = remote_id, .ctx = hub };
	uint64_t id = ++hub->manager->n_requests;
	struct bytes message;
	int r;

	if (!attached_is_live(hub)) {
		if (request->type == REQUEST_PROBE_NOW)
			try_at_once(hub);
		return -ENOTCONN;
	}
	if (hub->n_pending == ATTACHED_PENDING_MAX)
		return -EBUSY;
	bytes_init(&message, WIRE_CLIENT_MESSAGE_MAX);
	r = wire_request_write(id, request, &ids, &message);
	if (r < 0) {
		bytes_finish(&message);
		return r;
	}
	r = attached_send(hub, &message);
	if (r == 0 && request->type != REQUEST_PLAN_KEEP)
		hub->pending[hub->n_pending++] = (struct attached_pending){ id, request->type, about(request) };
	return r;
}

void attached_answered(struct attached *hub, uint64_t id, const struct wire_answer *answer)
{
	for (size_t i = 0; i < hub->n_pending; i++) {
		const struct attached_pending pending = hub->pending[i];

		if (pending.id != id)
			continue;
		hub->n_pending--;
		memmove(hub->pending + i, hub->pending + i + 1, (hub->n_pending - i) * sizeof hub->pending[0]);
		manager_answer(hub->manager, &pending, answer->error < 0 ? answer->error : 0);
		if (answer->error < 0)
			manager_refuse(hub->manager, pending.type, answer->error, answer->why);
		return;
	}
}

// A plan changes nothing, but somebody waits for it.
static const char *lost_words(enum request_type type)
{
	return type == REQUEST_PLAN ? "the hub was lost before it had planned: nothing was changed"
				    : "no answer came before the hub was lost: it may have been done";
}

void attached_forget_pending(struct attached *hub)
{
	size_t n = hub->n_pending;

	hub->n_pending = 0;
	for (size_t i = 0; i < n; i++) {
		const struct attached_pending pending = hub->pending[i];

		manager_answer(hub->manager, &pending, -ENOTCONN);
		if (!is_looking(pending.type))
			manager_refuse(hub->manager, pending.type, -ENOTCONN, lost_words(pending.type));
	}
}

// ---- which hub

static struct attached *hub_at(struct websocket_manager *manager, uint8_t no)
{
	return no >= 1 && no <= manager->n_hubs ? &manager->hubs[no - 1] : NULL;
}

static int find_by(struct websocket_manager *manager, enum hub_id_kind kind, uint32_t local, struct attached **out)
{
	*out = hub_at(manager, hub_ids_owner(manager->ids, kind, local));
	return *out ? 0 : -ENOENT;
}

// All of a plan's agents must be on one.
static int find_by_agents(struct websocket_manager *manager, const struct request *request, struct attached **out)
{
	struct attached *hub;

	*out = NULL;
	for (size_t i = 0; i < request->n_agents; i++) {
		int r = find_by(manager, HUB_ID_AGENT, request->agents[i], &hub);

		if (r < 0)
			return r;
		if (*out && *out != hub)
			return -EXDEV;
		*out = hub;
	}
	return *out ? 0 : -EINVAL;
}

// The one that a request is for; *out is NULL for those that concern all.
static int find_hub(struct websocket_manager *manager, const struct request *request, struct attached **out)
{
	*out = NULL;
	if (manager->n_hubs == 1) {
		*out = &manager->hubs[0];
		return 0;
	}
	if (request->type == REQUEST_PLAN)
		return find_by_agents(manager, request, out);
	if (request->operation)
		return find_by(manager, HUB_ID_OPERATION, request->operation, out);
	if (request->alert)
		return find_by(manager, HUB_ID_ALERT, request->alert, out);
	if (request->agent)
		return find_by(manager, HUB_ID_AGENT, request->agent, out);
	return 0;
}

// The trail on screen is one hub's: the first that is there.
static bool is_for_one(enum request_type type)
{
	return type == REQUEST_AUDIT_LIST || type == REQUEST_AUDIT_CLOSE || type == REQUEST_AUDIT_VERIFY ||
	       type == REQUEST_AUDIT_REOPEN;
}

// 0 when any has taken it.
static int ask_all(struct websocket_manager *manager, const struct request *request)
{
	int result = -ENOTCONN;

	for (size_t i = 0; i < manager->n_hubs; i++) {
		int r = ask(&manager->hubs[i], request);

		if (r == 0 && is_for_one(request->type))
			return 0;
		if (r == 0 || result == -ENOTCONN)
			result = r;
	}
	return result;
}

// ---- what a hub has to know again when it comes back

static int note_watched(struct websocket_manager *manager, uint32_t agent, bool is_watched)
{
	size_t free = ATTACHED_WATCHED_MAX;

	for (size_t i = 0; i < ATTACHED_WATCHED_MAX; i++) {
		if (manager->watched[i] == agent) {
			manager->watched[i] = is_watched ? agent : 0;
			return 0;
		}
		if (!manager->watched[i])
			free = i;
	}
	if (is_watched && free == ATTACHED_WATCHED_MAX)
		return -EBUSY;
	if (is_watched)
		manager->watched[free] = agent;
	return 0;
}

// Whom we look at is told to who has the agent; to the others we look at the fleet.
static int look(struct websocket_manager *manager, uint32_t agent)
{
	int result = -ENOTCONN;

	manager->looked_at = agent;
	for (size_t i = 0; i < manager->n_hubs; i++) {
		struct attached *hub = &manager->hubs[i];
		bool has_it = agent && hub_ids_owner(manager->ids, HUB_ID_AGENT, agent) == hub->no;
		int r = ask(hub, &(struct request){ .type = REQUEST_LOOK, .agent = has_it ? agent : 0 });

		result = r == 0 ? 0 : result;
	}
	return result;
}

void attached_ask_again(struct attached *hub)
{
	struct websocket_manager *manager = hub->manager;
	uint32_t looked_at = manager->looked_at;

	if (!attached_is_live(hub))
		return; // when it has told all
	if (looked_at && hub_ids_owner(manager->ids, HUB_ID_AGENT, looked_at) == hub->no)
		ask(hub, &(struct request){ .type = REQUEST_LOOK, .agent = looked_at });
	for (size_t i = 0; i < ATTACHED_WATCHED_MAX; i++)
		if (manager->watched[i] && hub_ids_owner(manager->ids, HUB_ID_AGENT, manager->watched[i]) == hub->no)
			ask(hub, &(struct request){ .type = REQUEST_WATCH, .agent = manager->watched[i] });
}

int manager_request(struct feed *feed, const struct request *request)
{
	struct websocket_manager *manager = (struct websocket_manager *)feed;
	struct attached *hub;
	int r = 0;

	if (manager->is_stopping)
		return -ENOTCONN;
	if (request->type == REQUEST_WATCH || request->type == REQUEST_UNWATCH)
		r = note_watched(manager, request->agent, request->type == REQUEST_WATCH);
	if (r < 0)
		return r;
	if (request->type == REQUEST_LOOK)
		return look(manager, request->agent);
	r = find_hub(manager, request, &hub);
	if (r < 0)
		return r;
	r = hub ? ask(hub, request) : ask_all(manager, request);
	// It is remembered, and asked for when the hub is back.
	return r == -ENOTCONN && (request->type == REQUEST_WATCH || request->type == REQUEST_UNWATCH) ? 0 : r;
}
