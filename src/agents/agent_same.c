// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "agents/registry.h"

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same_labels(const struct labels *a, const struct labels *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->items[i].name, b->items[i].name) != 0 ||
		    strcmp(a->items[i].value, b->items[i].value) != 0)
			return false;
	return true;
}

static bool is_same_tls(const struct agent_tls *a, const struct agent_tls *b)
{
	return is_same_text(a->ca_file, b->ca_file) && is_same_text(a->cert_file, b->cert_file) &&
	       is_same_text(a->key_file, b->key_file) && a->is_insecure == b->is_insecure;
}

bool agent_is_same(const struct agent *a, const struct agent *b)
{
	if (!is_same_text(a->key, b->key) || !is_same_text(a->name, b->name) || !is_same_text(a->url, b->url) ||
	    !is_same_text(a->source, b->source) || !is_same_text(a->authorization, b->authorization))
		return false;
	if (!is_same_text(a->health_url, b->health_url) || !is_same_text(a->metrics_url, b->metrics_url) ||
	    !is_same_text(a->control_url, b->control_url) || !is_same_text(a->driver, b->driver) ||
	    !is_same_text(a->control_target, b->control_target))
		return false;
	if (a->dialect != b->dialect || a->is_discovering != b->is_discovering || a->is_paused != b->is_paused)
		return false;
	if (a->interval_ms != b->interval_ms || a->timeout_ms != b->timeout_ms || a->slow_ms != b->slow_ms ||
	    a->fall != b->fall || a->rise != b->rise)
		return false;
	return is_same_tls(&a->tls, &b->tls) && is_same_labels(&a->labels, &b->labels);
}
