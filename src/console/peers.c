// SPDX-License-Identifier: Apache-2.0
#include "console/peers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct member {
	const struct fleet_agent *agent;
	const char *group, *version;
	int32_t latency_us; // 0: not known
};

static int by_group_and_version(const void *a, const void *b)
{
	const struct member *left = a, *right = b;
	int order = strcmp(left->group, right->group);

	return order ? order : strcmp(left->version, right->version);
}

static int by_latency(const void *a, const void *b)
{
	const struct member *left = a, *right = b;

	return (left->latency_us > right->latency_us) - (left->latency_us < right->latency_us);
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static struct member member_of(const struct fleet_agent *agent)
{
	const char *service = agent_label(agent->agent, "service");
	int32_t latency_us = fleet_agent_latency_us(agent);

	return (struct member){ .agent = agent,
				.group = *service ? service : agent_label(agent->agent, "tier"),
				.version = agent_label(agent->agent, "version"),
				.latency_us = latency_us > 0 ? latency_us : 0 };
}

// The version of more than half, or NULL; members are sorted by version.
static const char *majority(const struct member *members, size_t n)
{
	size_t run = 0;

	for (size_t i = 0; i < n; i++) {
		run = i && strcmp(members[i].version, members[i - 1].version) == 0 ? run + 1 : 1;
		if (run * 2 > n)
			return members[i].version;
	}
	return NULL;
}

static int32_t median_latency(const struct member *members, size_t n)
{
	size_t first = 0;

	while (first < n && members[first].latency_us == 0)
		first++;
	return n - first < PEERS_MIN ? 0 : members[first + (n - first - 1) / 2].latency_us;
}

static void judge(struct peers *peers, struct member *members, size_t n)
{
	const char *version = n < PEERS_MIN ? NULL : majority(members, n);
	int64_t limit;

	qsort(members, n, sizeof *members, by_latency);
	limit = (int64_t)median_latency(members, n) * PEERS_SLOW_FACTOR;
	for (size_t i = 0; i < n; i++) {
		bool is_odd = version && strcmp(members[i].version, version) != 0;
		bool is_slow = limit && members[i].latency_us > limit && members[i].latency_us > PEERS_SLOW_FLOOR_US;

		if (is_odd || is_slow)
			peers->ids[peers->n++] = members[i].agent->agent->id;
	}
}

int peers_compute(struct peers *peers, const struct fleet *fleet)
{
	size_t n = fleet_n_agents(fleet), end;
	struct member *members = mem_calloc(n + 1, sizeof *members);

	peers_finish(peers);
	peers->ids = mem_calloc(n + 1, sizeof *peers->ids);
	if (!members || !peers->ids) {
		mem_free(members);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		members[i] = member_of(fleet_agent_at(fleet, i));
	qsort(members, n, sizeof *members, by_group_and_version);
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && strcmp(members[end].group, members[i].group) == 0;)
			end++;
		judge(peers, members + i, end - i);
	}
	qsort(peers->ids, peers->n, sizeof *peers->ids, by_number);
	mem_free(members);
	return 0;
}

bool peers_differs(const struct peers *peers, uint32_t id)
{
	return peers->n && bsearch(&id, peers->ids, peers->n, sizeof id, by_number);
}

void peers_finish(struct peers *peers)
{
	mem_free(peers->ids);
	*peers = (struct peers){ 0 };
}
