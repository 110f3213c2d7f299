// SPDX-License-Identifier: Apache-2.0
/* Who depends on whom, and who stands beside whom: of plans asked for many agents in a large fleet. Made when it is
 * asked for first after the fleet has changed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "feeds/direct_internal.h"

enum { INDEX_KEY_MAX = 600 };

struct direct_group {
	char *key;      // owned: "d:NAME" who depends on NAME; "s:SERVICE\nENV" its instances
	uint32_t *ids;  // owned
	size_t n, room; // of ids
	UT_hash_handle hh;
};

void direct_index_drop(struct direct_feed *feed)
{
	struct direct_group *group, *next;

	HASH_ITER(hh, feed->groups, group, next) {
		HASH_DEL(feed->groups, group);
		mem_free(group->key);
		mem_free(group->ids);
		mem_free(group);
	}
	feed->has_groups = false;
}

static struct direct_group *find(const struct direct_feed *feed, const char *key)
{
	struct direct_group *group;

	HASH_FIND_STR(feed->groups, key, group);
	return group;
}

static struct direct_group *create(struct direct_feed *feed, const char *key)
{
	struct direct_group *group = mem_calloc(1, sizeof *group);

	if (!group)
		return NULL;
	group->key = mem_strdup(key);
	if (group->key)
		HASH_ADD_KEYPTR(hh, feed->groups, group->key, strlen(group->key), group);
	if (!group->key || TABLE_ADD_FAILED(group)) {
		mem_free(group->key);
		mem_free(group);
		return NULL;
	}
	return group;
}

static int add(struct direct_feed *feed, const char *key, uint32_t id)
{
	struct direct_group *group = find(feed, key);

	if (!group)
		group = create(feed, key);
	if (!group)
		return -ENOMEM;
	if (group->n == group->room) {
		size_t room = group->room ? 2 * group->room : 4;
		uint32_t *ids = mem_realloc(group->ids, room * sizeof *ids);

		if (!ids)
			return -ENOMEM;
		group->ids = ids;
		group->room = room;
	}
	group->ids[group->n++] = id;
	return 0;
}

static const char *service_key(const struct agent *agent, char out[INDEX_KEY_MAX])
{
	snprintf(out, INDEX_KEY_MAX, "s:%s\n%s", agent_label(agent, "service"), agent_label(agent, "env"));
	return out;
}

// The label's names, by commas; spaces around them do not count.
static int add_dependencies(struct direct_feed *feed, const struct agent *agent)
{
	const char *at = agent_label(agent, "depends_on");
	char key[INDEX_KEY_MAX];
	int r = 0;

	while (r == 0 && *at) {
		size_t n = strcspn(at, ","), trimmed = n;

		while (trimmed > 0 && at[trimmed - 1] == ' ')
			trimmed--;
		if (trimmed) {
			snprintf(key, sizeof key, "d:%.*s", (int)trimmed, at);
			r = add(feed, key, agent->id);
		}
		at += n;
		at += strspn(at, ", ");
	}
	return r;
}

// Short of memory there is none, and it is tried again when it is asked for again.
static int make(struct direct_feed *feed)
{
	struct watched *watched, *next;
	char key[INDEX_KEY_MAX];
	int r = 0;

	if (feed->has_groups)
		return 0;
	HASH_ITER(hh, feed->watched, watched, next) {
		r = add_dependencies(feed, watched->agent);
		if (r == 0 && *agent_label(watched->agent, "service"))
			r = add(feed, service_key(watched->agent, key), watched->id);
		if (r < 0)
			break;
	}
	if (r < 0)
		direct_index_drop(feed);
	feed->has_groups = r == 0;
	return r;
}

size_t direct_dependents(struct direct_feed *feed, const struct agent *agent, const char **names, size_t n)
{
	char key[INDEX_KEY_MAX];
	const struct direct_group *group;

	snprintf(key, sizeof key, "d:%s", agent->name);
	group = make(feed) == 0 ? find(feed, key) : NULL;
	for (size_t i = 0; group && i < group->n && i < n; i++)
		names[i] = direct_watched(feed, group->ids[i])->agent->name;
	return group ? group->n : 0;
}

bool direct_is_last_healthy(struct direct_feed *feed, const struct agent *agent)
{
	char key[INDEX_KEY_MAX];
	const struct direct_group *group;
	const struct health *health = health_checker_health(feed->health, agent->id);

	if (!health || health_state(health) != HEALTH_UP || !*agent_label(agent, "service") || make(feed) < 0)
		return false;
	group = find(feed, service_key(agent, key));
	for (size_t i = 0; group && i < group->n; i++) {
		const struct health *other = health_checker_health(feed->health, group->ids[i]);

		if (group->ids[i] != agent->id && other && health_state(other) == HEALTH_UP)
			return false;
	}
	return true;
}
