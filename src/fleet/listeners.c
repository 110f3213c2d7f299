// SPDX-License-Identifier: Apache-2.0
/* Listeners may come and go while they are being told: who leaves is only marked, and swept when the last call is over.
 */
#include <errno.h>

#include "fleet/fleet.h"

int fleet_listen(struct fleet *fleet, fleet_listener_cb cb, void *ctx)
{
	struct fleet_listener *listeners = mem_realloc(fleet->listeners, (fleet->n_listeners + 1) * sizeof *listeners);

	if (!listeners)
		return -ENOMEM;
	fleet->listeners = listeners;
	listeners[fleet->n_listeners++] = (struct fleet_listener){ cb, ctx };
	return 0;
}

static void sweep(struct fleet *fleet)
{
	size_t n = 0;

	for (size_t i = 0; i < fleet->n_listeners; i++)
		if (fleet->listeners[i].cb)
			fleet->listeners[n++] = fleet->listeners[i];
	fleet->n_listeners = n;
}

void fleet_unlisten(struct fleet *fleet, fleet_listener_cb cb, void *ctx)
{
	for (size_t i = 0; i < fleet->n_listeners; i++)
		if (fleet->listeners[i].cb == cb && fleet->listeners[i].ctx == ctx)
			fleet->listeners[i].cb = NULL;
	if (!fleet->notifying)
		sweep(fleet);
}

void fleet_notify(struct fleet *fleet, enum fleet_change change, uint32_t agent)
{
	size_t n = fleet->n_listeners; // who comes during the call hears of the next change
	struct fleet_entry *entry = agent ? fleet_entry(fleet, agent) : NULL;

	fleet->n_changes++;
	if (entry)
		entry->public.version = fleet->n_changes;
	fleet->notifying++;
	for (size_t i = 0; i < n; i++)
		if (fleet->listeners[i].cb)
			fleet->listeners[i].cb(fleet->listeners[i].ctx, change, agent);
	if (--fleet->notifying == 0)
		sweep(fleet);
}
