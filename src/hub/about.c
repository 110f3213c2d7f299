// SPDX-License-Identifier: Apache-2.0
/* What the hub says of itself: in its hello, and in its status for who is told no other way. */
#include "hub/internal.h"

#include <errno.h>
#include <stdio.h>

#include "base/memory.h"
#include "formats/json_writer.h"

// Whoever is attached takes no environment for a milder one: which are production first, and then colours.
static int fill_environments(const struct config *config, struct wire_welcome *out)
{
	size_t n = config->operations.n_production + config->n_environments;

	out->environments = mem_calloc(n + 1, sizeof *out->environments);
	if (!out->environments)
		return -ENOMEM;
	for (size_t i = 0; i < n && i < WIRE_ENVIRONMENTS_MAX; i++) {
		struct wire_environment *to = &out->environments[out->n_environments++];
		const struct environment_config *from;

		to->is_production = i < config->operations.n_production;
		if (to->is_production) {
			snprintf(to->name, sizeof to->name, "%s", config->operations.production[i]);
			continue;
		}
		from = &config->environments[i - config->operations.n_production];
		snprintf(to->name, sizeof to->name, "%s", from->name);
		snprintf(to->colour, sizeof to->colour, "%s", from->colour);
	}
	return 0;
}

int hub_about(const struct hub *hub, struct wire_welcome *out)
{
	char shard[SHARD_TEXT_MAX];

	snprintf(out->fleet, sizeof out->fleet, "%s", hub->fleet_name);
	snprintf(out->shard, sizeof out->shard, "%s", shard_text(&hub->shard, shard));
	out->is_demo = hub->is_demo;
	out->is_read_only = hub->is_read_only;
	if (!hub->whole)
		return 0;
	snprintf(out->strategy, sizeof out->strategy, "%s", rollout_kind_name(hub->whole->operations.rollout.kind));
	return fill_environments(hub->whole, out);
}

void hub_about_write(struct json_writer *w, void *ctx)
{
	const struct wire_welcome *about = ctx;

	json_open(w, "hub", '{');
	json_text(w, "fleet", about->fleet);
	json_text(w, "shard", about->shard);
	json_bool(w, "demo", about->is_demo);
	json_bool(w, "read_only", about->is_read_only);
	json_text(w, "strategy", about->strategy);
	json_open(w, "environments", '[');
	for (size_t i = 0; i < about->n_environments; i++) {
		json_open(w, NULL, '{');
		json_text(w, "name", about->environments[i].name);
		json_text(w, "colour", about->environments[i].colour);
		json_bool(w, "is_production", about->environments[i].is_production);
		json_close(w, '}');
	}
	json_close(w, ']');
	json_close(w, '}');
}
