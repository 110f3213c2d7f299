// SPDX-License-Identifier: Apache-2.0
#include "opscon/agent.h"

#include <string.h>

#include "base/memory.h"
#include "model/agent.h"

struct agent *agent_ref(const struct agent *agent)
{
	struct agent *shared = (struct agent *)agent; // the count is the one thing about an agent that changes

	shared->refs++;
	return shared;
}

void labels_finish(struct labels *labels)
{
	for (size_t i = 0; i < labels->n; i++) {
		mem_free((char *)labels->items[i].name);
		mem_free((char *)labels->items[i].value);
	}
	mem_free(labels->items);
	*labels = (struct labels){ 0 };
}

static void agent_free(struct agent *agent)
{
	const char *texts[] = {
		agent->key,
		agent->name,
		agent->url,
		agent->health_url,
		agent->metrics_url,
		agent->control_url,
		agent->source,
		agent->authorization,
		agent->tls.ca_file,
		agent->tls.cert_file,
		agent->tls.key_file,
		agent->driver,
		agent->control_target,
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		mem_free((char *)texts[i]);
	labels_finish(&agent->labels);
	mem_free(agent);
}

void agent_unref(const struct agent *agent)
{
	struct agent *shared = (struct agent *)agent;

	if (shared && --shared->refs == 0)
		agent_free(shared);
}

const char *labels_get(const struct labels *labels, const char *name)
{
	size_t low = 0, high = labels->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(name, labels->items[mid].name);

		if (order == 0)
			return labels->items[mid].value;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const char *agent_label(const struct agent *agent, const char *name)
{
	const char *value = labels_get(&agent->labels, name);

	return value ? value : "";
}

bool agent_is_discovered(const struct agent *agent)
{
	return agent->source &&
	       (strncmp(agent->source, "file_sd:", 8) == 0 || strncmp(agent->source, "http_sd:", 8) == 0);
}
