// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "model/agent.h"

// Where `name` is, or where it would be inserted.
static size_t label_position(const struct labels *labels, const char *name, bool *is_there)
{
	size_t i = 0;

	while (i < labels->n && strcmp(labels->items[i].name, name) < 0)
		i++;
	*is_there = i < labels->n && strcmp(labels->items[i].name, name) == 0;
	return i;
}

int labels_set(struct labels *labels, const char *name, const char *value)
{
	bool is_there;
	size_t at = label_position(labels, name, &is_there);
	char *new_value = mem_strdup(value);
	char *new_name = is_there ? NULL : mem_strdup(name);
	struct label *items = labels->items;

	if (new_value && new_name)
		items = mem_realloc(labels->items, (labels->n + 1) * sizeof *items);
	if (!new_value || (!is_there && (!new_name || !items))) {
		mem_free(new_value);
		mem_free(new_name);
		return -ENOMEM;
	}
	if (is_there) {
		mem_free((char *)items[at].value);
		items[at].value = new_value;
		return 0;
	}
	labels->items = items;
	memmove(items + at + 1, items + at, (labels->n - at) * sizeof *items);
	items[at] = (struct label){ .name = new_name, .value = new_value };
	labels->n++;
	return 0;
}

static bool copy_text(const char **to, const char *from)
{
	*to = mem_strdup(from);
	return *to || !from;
}

static bool copy_labels(struct labels *to, const struct labels *from)
{
	*to = (struct labels){ 0 };
	for (size_t i = 0; i < from->n; i++)
		if (labels_set(to, from->items[i].name, from->items[i].value) < 0)
			return false;
	return true;
}

struct agent *agent_copy(const struct agent *from)
{
	struct agent *to = mem_calloc(1, sizeof *to);
	bool is_whole;

	if (!to)
		return NULL;
	*to = *from;
	to->refs = 1;
	to->labels = (struct labels){ 0 };
	// No short cut: every text must stop being the other agent's, copied or not.
	is_whole = copy_text(&to->key, from->key);
	is_whole &= copy_text(&to->name, from->name);
	is_whole &= copy_text(&to->url, from->url);
	is_whole &= copy_text(&to->health_url, from->health_url);
	is_whole &= copy_text(&to->metrics_url, from->metrics_url);
	is_whole &= copy_text(&to->driver, from->driver);
	is_whole &= copy_text(&to->control_url, from->control_url);
	is_whole &= copy_text(&to->control_target, from->control_target);
	is_whole &= copy_text(&to->source, from->source);
	is_whole &= copy_text(&to->authorization, from->authorization);
	is_whole &= copy_text(&to->tls.ca_file, from->tls.ca_file);
	is_whole &= copy_text(&to->tls.cert_file, from->tls.cert_file);
	is_whole &= copy_text(&to->tls.key_file, from->tls.key_file);
	is_whole &= copy_labels(&to->labels, &from->labels);
	if (!is_whole) {
		agent_unref(to);
		return NULL;
	}
	return to;
}
