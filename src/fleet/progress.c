// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "fleet/fleet.h"

static size_t find(const struct fleet *fleet, uint32_t id)
{
	size_t i = 0;

	while (i < fleet->n_progress && fleet->progress[i].event->u.progress.id != id)
		i++;
	return i;
}

// Whose place a new one takes: the oldest that has ended, else the oldest.
static size_t victim(const struct fleet *fleet)
{
	for (size_t i = fleet->n_progress; i-- > 0;)
		if (fleet->progress[i].event->u.progress.ended_ms)
			return i;
	return fleet->n_progress - 1;
}

static void drop(struct fleet *fleet, size_t at)
{
	event_unref(fleet->progress[at].event);
	fleet->n_progress--;
	memmove(fleet->progress + at, fleet->progress + at + 1, (fleet->n_progress - at) * sizeof *fleet->progress);
}

int fleet_progress_changed(struct fleet *fleet, const struct event *event)
{
	size_t at = find(fleet, event->u.progress.id);

	if (at < fleet->n_progress && fleet_begins_anew(fleet, event, fleet->progress[at].restated)) {
		drop(fleet, at);
		at = fleet->n_progress;
	}
	if (at < fleet->n_progress) {
		event_unref(fleet->progress[at].event);
	} else {
		if (fleet->n_progress == FLEET_PROGRESS_MAX)
			drop(fleet, victim(fleet));
		fleet->n_progress_came++;
		memmove(fleet->progress + 1, fleet->progress, fleet->n_progress * sizeof *fleet->progress);
		fleet->n_progress++;
		at = 0;
	}
	fleet->progress[at] =
		(struct fleet_progress){ .event = fleet_keep(event), .restated = fleet_restore_number(fleet) };
	fleet_notify(fleet, FLEET_PROGRESS, event->agent);
	return 0;
}

void fleet_progress_settle(struct fleet *fleet, const struct fleet_restore *restore)
{
	for (size_t i = fleet->n_progress; i-- > 0;) {
		const struct fleet_progress *known = &fleet->progress[i];
		uint32_t agent = known->event->agent;

		if (known->event->origin != restore->origin || known->restated == restore->number)
			continue;
		drop(fleet, i);
		fleet_notify(fleet, FLEET_PROGRESS, agent);
	}
}

void fleet_progress_finish(struct fleet *fleet)
{
	while (fleet->n_progress)
		drop(fleet, fleet->n_progress - 1);
}

size_t fleet_n_progress(const struct fleet *fleet)
{
	return fleet->n_progress;
}

int64_t fleet_progress_as_of_ms(const struct fleet *fleet, const struct progress *progress)
{
	size_t at = progress->ended_ms ? fleet->n_progress : find(fleet, progress->id);

	return at < fleet->n_progress ? fleet_hub_as_of_ms(fleet, fleet->progress[at].event->origin) : 0;
}

const struct progress *fleet_progress_at(const struct fleet *fleet, size_t i)
{
	return &fleet->progress[i].event->u.progress;
}
