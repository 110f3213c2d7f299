// SPDX-License-Identifier: Apache-2.0
/* The lists that cannot be read: what others keep and the fleet is made of; and recordings that cannot be written. Few,
 * in the order in which they failed.
 */
#include <errno.h>
#include <string.h>

#include "fleet/fleet.h"

static size_t find(const struct fleet *fleet, uint8_t origin, const char *name)
{
	size_t i = 0;

	while (i < fleet->n_sources &&
	       (fleet->sources[i].event->origin != origin || strcmp(fleet->sources[i].event->u.source.name, name) != 0))
		i++;
	return i;
}

static void drop(struct fleet *fleet, size_t at)
{
	event_unref(fleet->sources[at].event);
	fleet->n_sources_changed++;
	fleet->n_sources--;
	memmove(fleet->sources + at, fleet->sources + at + 1, (fleet->n_sources - at) * sizeof *fleet->sources);
}

static int add(struct fleet *fleet, const struct event *event)
{
	struct fleet_broken *sources = mem_realloc(fleet->sources, (fleet->n_sources + 1) * sizeof *sources);

	if (!sources)
		return -ENOMEM;
	fleet->sources = sources;
	fleet->n_sources_changed++;
	sources[fleet->n_sources++] =
		(struct fleet_broken){ fleet_keep(event), event->at_ms, fleet_restore_number(fleet) };
	return 0;
}

int fleet_source_changed(struct fleet *fleet, const struct event *event)
{
	bool is_read = !event->u.source.why || !*event->u.source.why;
	size_t at;
	int r = 0;

	if (!event->u.source.name)
		return 0;
	at = find(fleet, event->origin, event->u.source.name);
	if (at < fleet->n_sources && fleet_begins_anew(fleet, event, fleet->sources[at].restated)) {
		drop(fleet, at);
		at = fleet->n_sources;
	}
	if (at == fleet->n_sources) {
		r = is_read ? 0 : add(fleet, event);
	} else if (is_read) {
		drop(fleet, at);
	} else { // another reason; it has failed since the first
		event_unref(fleet->sources[at].event);
		fleet->sources[at].event = fleet_keep(event);
		fleet->sources[at].restated = fleet_restore_number(fleet);
	}
	fleet_notify(fleet, FLEET_FEED, 0);
	return r;
}

void fleet_sources_settle(struct fleet *fleet, const struct fleet_restore *restore)
{
	for (size_t i = fleet->n_sources; i-- > 0;)
		if (fleet->sources[i].event->origin == restore->origin && fleet->sources[i].restated != restore->number)
			drop(fleet, i);
	fleet_notify(fleet, FLEET_FEED, 0);
}

void fleet_sources_finish(struct fleet *fleet)
{
	while (fleet->n_sources)
		drop(fleet, fleet->n_sources - 1);
	mem_free(fleet->sources);
}

static size_t look(const struct fleet *fleet, bool are_recordings, struct fleet_source *out, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < fleet->n_sources; i++) {
		const struct event *event = fleet->sources[i].event;

		if (event->u.source.is_recording != are_recordings || (event->u.source.is_empty && fleet->n_agents > 0))
			continue;
		if (found < n)
			out[found] = (struct fleet_source){ .name = event->u.source.name,
							    .why = event->u.source.why,
							    .since_ms = fleet->sources[i].since_ms,
							    .was_read = event->u.source.was_read };
		found++;
	}
	return found;
}

size_t fleet_sources_failed(const struct fleet *fleet, struct fleet_source *out, size_t n)
{
	return look(fleet, false, out, n);
}

size_t fleet_recordings_stopped(const struct fleet *fleet, struct fleet_source *out, size_t n)
{
	return look(fleet, true, out, n);
}
