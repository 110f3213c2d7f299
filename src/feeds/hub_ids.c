// SPDX-License-Identifier: Apache-2.0
#include "feeds/hub_ids.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"
#include "base/table.h"
#include "opscon/metric.h"

enum { GONE_KEPT = 10000 }; // agents nobody has any more: should they come back, they are the same ones

struct remote_key {
	uint32_t kind, hub, remote;
};

struct local_key {
	uint32_t kind, local;
};

struct id_entry {
	struct remote_key theirs;
	struct local_key ours;
	UT_hash_handle hh;            // hub_ids::by_remote
	UT_hash_handle hh_local;      // hub_ids::by_local; of an agent it is not there
	struct id_entry *prev, *next; // hub_ids::kept[kind], the oldest first; of an agent it is not there
};

struct known_agent {
	char *key; // owned
	uint32_t local;
	uint32_t remotes[HUBS_MAX + 1];  // by hub; 0: it does not have it
	uint32_t named;                  // bit = 1 << hub: it has named it since it began to tell all
	uint8_t voice;                   // the hub that is heard of it; 0: nobody has it
	UT_hash_handle hh;               // hub_ids::agents, by key
	UT_hash_handle hh_local;         // hub_ids::agents_by_local
	struct known_agent *prev, *next; // hub_ids::gone, the longest gone first
};

struct series_claim {
	char *id;         // owned; NULL: free
	uint32_t holders; // bit = 1 << hub
};

struct hub_ids {
	struct id_entry *by_remote, *by_local;
	struct id_entry *kept[HUB_ID_KINDS];
	size_t n_kept[HUB_ID_KINDS];
	struct known_agent *agents, *agents_by_local;
	struct known_agent *gone;
	size_t n_gone;
	uint32_t last[HUB_ID_KINDS];
	struct series_claim series[SERIES_MAX];
	uint16_t series_of[HUBS_MAX + 1][SERIES_MAX]; // ours, plus one; 0: not defined
};

int hub_ids_create(struct hub_ids **out)
{
	*out = mem_calloc(1, sizeof **out);
	return *out ? 0 : -ENOMEM;
}

static void entry_free(struct hub_ids *ids, struct id_entry *entry)
{
	enum hub_id_kind kind = (enum hub_id_kind)entry->theirs.kind;

	if (!ids->by_remote) // never: it is in there
		return;
	HASH_DEL(ids->by_remote, entry);
	if (kind != HUB_ID_AGENT) {
		HASH_DELETE(hh_local, ids->by_local, entry);
		DL_DELETE(ids->kept[kind], entry);
		ids->n_kept[kind]--;
	}
	mem_free(entry);
}

static void agent_free(struct hub_ids *ids, struct known_agent *agent)
{
	if (!ids->agents || !ids->agents_by_local) // never: it is in there
		return;
	HASH_DEL(ids->agents, agent);
	HASH_DELETE(hh_local, ids->agents_by_local, agent);
	if (!agent->voice) {
		DL_DELETE(ids->gone, agent);
		ids->n_gone--;
	}
	mem_free(agent->key);
	mem_free(agent);
}

void hub_ids_destroy(struct hub_ids *ids)
{
	if (!ids)
		return;
	while (ids->by_remote)
		entry_free(ids, ids->by_remote);
	while (ids->agents)
		agent_free(ids, ids->agents);
	for (size_t i = 0; i < SERIES_MAX; i++)
		mem_free(ids->series[i].id);
	mem_free(ids);
}

static struct id_entry *find(const struct hub_ids *ids, uint8_t hub, enum hub_id_kind kind, uint32_t remote)
{
	struct remote_key key = { kind, hub, remote };
	struct id_entry *entry;

	HASH_FIND(hh, ids->by_remote, &key, sizeof key, entry);
	return entry;
}

static struct known_agent *agent_of(const struct hub_ids *ids, uint32_t local)
{
	struct known_agent *agent;

	HASH_FIND(hh_local, ids->agents_by_local, &local, sizeof local, agent);
	return agent;
}

static struct id_entry *entry_add(struct hub_ids *ids, uint8_t hub, enum hub_id_kind kind, uint32_t remote,
				  uint32_t local)
{
	struct id_entry *entry = mem_calloc(1, sizeof *entry);

	if (!entry)
		return NULL;
	entry->theirs = (struct remote_key){ kind, hub, remote };
	entry->ours = (struct local_key){ kind, local };
	HASH_ADD(hh, ids->by_remote, theirs, sizeof entry->theirs, entry);
	if (TABLE_ADD_FAILED(entry)) {
		mem_free(entry);
		return NULL;
	}
	if (kind == HUB_ID_AGENT)
		return entry;
	HASH_ADD(hh_local, ids->by_local, ours, sizeof entry->ours, entry);
	if (!entry->hh_local.tbl) {
		HASH_DEL(ids->by_remote, entry);
		mem_free(entry);
		return NULL;
	}
	DL_APPEND(ids->kept[kind], entry);
	if (ids->n_kept[kind]++ == HUB_IDS_KEPT)
		entry_free(ids, ids->kept[kind]);
	return entry;
}

uint32_t hub_ids_local(struct hub_ids *ids, uint8_t hub, enum hub_id_kind kind, uint32_t remote)
{
	struct id_entry *entry = remote ? find(ids, hub, kind, remote) : NULL;

	if (!remote || (!entry && kind == HUB_ID_AGENT))
		return 0;
	if (!entry)
		entry = entry_add(ids, hub, kind, remote, ids->last[kind] + 1);
	if (!entry)
		return 0;
	if (entry->ours.local > ids->last[kind])
		ids->last[kind] = entry->ours.local;
	return entry->ours.local;
}

static struct known_agent *agent_add(struct hub_ids *ids, const char *key)
{
	struct known_agent *agent = mem_calloc(1, sizeof *agent);

	if (!agent)
		return NULL;
	agent->key = mem_strdup(key);
	agent->local = ids->last[HUB_ID_AGENT] + 1;
	if (agent->key)
		HASH_ADD_KEYPTR(hh, ids->agents, agent->key, strlen(agent->key), agent);
	if (agent->key && !TABLE_ADD_FAILED(agent)) {
		HASH_ADD(hh_local, ids->agents_by_local, local, sizeof agent->local, agent);
		if (agent->hh_local.tbl) {
			ids->last[HUB_ID_AGENT]++;
			DL_APPEND(ids->gone, agent); // until somebody has it
			ids->n_gone++;
			return agent;
		}
		HASH_DEL(ids->agents, agent);
	}
	mem_free(agent->key);
	mem_free(agent);
	return NULL;
}

static void set_voice(struct hub_ids *ids, struct known_agent *agent, uint8_t hub)
{
	bool was_gone = !agent->voice;

	agent->voice = hub;
	if (was_gone == !hub)
		return;
	if (hub) {
		DL_DELETE(ids->gone, agent);
		ids->n_gone--;
		return;
	}
	DL_APPEND(ids->gone, agent);
	if (ids->n_gone++ == GONE_KEPT)
		agent_free(ids, ids->gone);
}

static void unbind(struct hub_ids *ids, struct known_agent *agent, uint8_t hub)
{
	struct id_entry *entry = agent ? find(ids, hub, HUB_ID_AGENT, agent->remotes[hub]) : NULL;

	if (entry)
		entry_free(ids, entry);
	if (agent)
		agent->remotes[hub] = 0;
}

uint32_t hub_ids_agent(struct hub_ids *ids, uint8_t hub, uint32_t remote, const char *key)
{
	struct id_entry *entry = find(ids, hub, HUB_ID_AGENT, remote);
	struct known_agent *agent;

	HASH_FIND(hh, ids->agents, key, strlen(key), agent);
	if (entry && (!agent || entry->ours.local != agent->local))
		return 0;
	if (!agent)
		agent = agent_add(ids, key);
	if (!agent)
		return 0;
	if (!entry) {
		unbind(ids, agent, hub);
		if (!entry_add(ids, hub, HUB_ID_AGENT, remote, agent->local))
			return 0;
		agent->remotes[hub] = remote;
	}
	agent->named |= 1u << hub;
	if (!agent->voice)
		set_voice(ids, agent, hub);
	return agent->local;
}

static const struct id_entry *entry_of(const struct hub_ids *ids, enum hub_id_kind kind, uint32_t local)
{
	struct local_key key = { kind, local };
	struct id_entry *entry;

	HASH_FIND(hh_local, ids->by_local, &key, sizeof key, entry);
	return entry;
}

int hub_ids_remote(const struct hub_ids *ids, uint8_t hub, enum hub_id_kind kind, uint32_t local, uint32_t *remote)
{
	const struct known_agent *agent = kind == HUB_ID_AGENT ? agent_of(ids, local) : NULL;
	const struct id_entry *entry = kind == HUB_ID_AGENT ? NULL : entry_of(ids, kind, local);

	*remote = agent ? agent->remotes[hub] : entry && entry->theirs.hub == hub ? entry->theirs.remote : 0;
	return *remote ? 0 : -ENOENT;
}

uint8_t hub_ids_owner(const struct hub_ids *ids, enum hub_id_kind kind, uint32_t local)
{
	const struct known_agent *agent = kind == HUB_ID_AGENT ? agent_of(ids, local) : NULL;
	const struct id_entry *entry = kind == HUB_ID_AGENT ? NULL : entry_of(ids, kind, local);

	return agent ? agent->voice : entry ? (uint8_t)entry->theirs.hub : 0;
}

// The first of the hubs in the mask that has it; 0 none.
static uint8_t heir_of(const struct known_agent *agent, uint8_t but, unsigned others)
{
	for (unsigned hub = 1; hub <= HUBS_MAX; hub++)
		if (hub != but && agent->remotes[hub] && (others & 1u << hub))
			return (uint8_t)hub;
	return 0;
}

unsigned hub_ids_pass_on(struct hub_ids *ids, uint8_t hub, unsigned others)
{
	unsigned heirs = 0;

	for (struct known_agent *agent = ids->agents; agent; agent = agent->hh.next) {
		uint8_t heir = agent->voice == hub ? heir_of(agent, hub, others) : 0;

		if (!heir)
			continue;
		agent->voice = heir;
		heirs |= 1u << heir;
	}
	return heirs;
}

bool hub_ids_agent_gone(struct hub_ids *ids, uint8_t hub, uint32_t local, uint8_t *heir)
{
	struct known_agent *agent = agent_of(ids, local);
	uint8_t next;

	if (heir)
		*heir = agent ? agent->voice : 0;
	if (!agent)
		return false;
	unbind(ids, agent, hub);
	if (agent->voice != hub)
		return false;
	next = heir_of(agent, hub, ~0u);
	if (heir)
		*heir = next;
	set_voice(ids, agent, next);
	return !next;
}

void hub_ids_forget(struct hub_ids *ids, uint8_t hub)
{
	struct id_entry *entry, *next;

	HASH_ITER(hh, ids->by_remote, entry, next)
		if (entry->theirs.hub == hub)
			entry_free(ids, entry);
	// Its agents keep their voice: they are shown as they were until it has told anew, or another hub is heard.
	for (struct known_agent *agent = ids->agents; agent; agent = agent->hh.next)
		agent->remotes[hub] = 0;
	for (unsigned i = 0; i < SERIES_MAX; i++)
		hub_ids_series_drop(ids, hub, (uint16_t)i);
}

void hub_ids_begin(struct hub_ids *ids, uint8_t hub)
{
	for (struct known_agent *agent = ids->agents; agent; agent = agent->hh.next)
		agent->named &= ~(1u << hub);
}

unsigned hub_ids_settle(struct hub_ids *ids, uint8_t hub)
{
	struct known_agent *agent, *next;
	unsigned heirs = 0;

	HASH_ITER(hh, ids->agents, agent, next) {
		uint8_t heir;

		if (agent->remotes[hub] && !(agent->named & 1u << hub))
			unbind(ids, agent, hub);
		if (agent->voice != hub || agent->remotes[hub])
			continue;
		heir = heir_of(agent, hub, ~0u);
		heirs |= heir ? 1u << heir : 0;
		set_voice(ids, agent, heir);
	}
	return heirs;
}

static bool claims(struct series_claim *claim, const char *id)
{
	if (claim->id && claim->holders)
		return strcmp(claim->id, id) == 0;
	mem_free(claim->id);
	claim->id = mem_strdup(id);
	return claim->id != NULL;
}

// Where an id stands already, else the hub's own number when it is free, else the last one that is.
static int series_slot(struct hub_ids *ids, uint16_t remote, const char *id)
{
	int slot = -ENOSPC;

	for (int i = 0; i < SERIES_MAX; i++) {
		if (!ids->series[i].holders)
			slot = i;
		else if (strcmp(ids->series[i].id, id) == 0)
			return i;
	}
	return ids->series[remote].holders ? slot : remote;
}

int hub_ids_series(struct hub_ids *ids, uint8_t hub, uint16_t remote, const char *id)
{
	int had = hub_ids_series_local(ids, hub, remote), slot;

	if (remote >= SERIES_MAX)
		return -ENOSPC;
	if (had >= 0 && strcmp(ids->series[had].id, id) == 0)
		return had;
	hub_ids_series_drop(ids, hub, remote);
	slot = series_slot(ids, remote, id);
	if (slot < 0)
		return slot;
	if (!claims(&ids->series[slot], id))
		return -ENOMEM;
	ids->series[slot].holders |= 1u << hub;
	ids->series_of[hub][remote] = (uint16_t)(slot + 1);
	return slot;
}

int hub_ids_series_local(const struct hub_ids *ids, uint8_t hub, uint16_t remote)
{
	return remote < SERIES_MAX && ids->series_of[hub][remote] ? ids->series_of[hub][remote] - 1 : -ENOENT;
}

int hub_ids_series_is(const struct hub_ids *ids, uint8_t hub, uint16_t remote, const char *id)
{
	int slot = hub_ids_series_local(ids, hub, remote);

	return slot >= 0 && strcmp(ids->series[slot].id, id) == 0 ? slot : -ENOENT;
}

bool hub_ids_series_drop(struct hub_ids *ids, uint8_t hub, uint16_t remote)
{
	int slot = hub_ids_series_local(ids, hub, remote);

	if (slot < 0)
		return false;
	ids->series_of[hub][remote] = 0;
	ids->series[slot].holders &= ~(1u << hub);
	return !ids->series[slot].holders;
}

int64_t hub_ids_read(struct hub_ids *ids, uint8_t hub, enum wire_id kind, uint32_t remote, const char *key)
{
	static const enum hub_id_kind kinds[WIRE_ID_COUNT] = {
		[WIRE_ID_AGENT] = HUB_ID_AGENT,         [WIRE_ID_ALERT] = HUB_ID_ALERT,
		[WIRE_ID_OPERATION] = HUB_ID_OPERATION, [WIRE_ID_PROGRESS] = HUB_ID_PROGRESS,
		[WIRE_ID_SESSION] = HUB_ID_SESSION,
	};
	uint32_t local;
	int series;

	if (kind == WIRE_ID_SERIES) {
		if (remote >= SERIES_MAX)
			return -1;
		series = key ? hub_ids_series(ids, hub, (uint16_t)remote, key)
			     : hub_ids_series_local(ids, hub, (uint16_t)remote);
		return series < 0 ? -1 : series;
	}
	local = kind == WIRE_ID_AGENT && key ? hub_ids_agent(ids, hub, remote, key)
					     : hub_ids_local(ids, hub, kinds[kind], remote);
	return local ? (int64_t)local : -1;
}
