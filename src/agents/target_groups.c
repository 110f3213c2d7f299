// SPDX-License-Identifier: Apache-2.0
#include "agents/target_groups.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/target.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "model/agent.h"
#include "text/text.h"

enum { LABEL_NAME_MAX = 128 };

int target_group_label(struct target_group *group, const char *name, size_t n_name, const char *value, size_t n_value,
		       char *why, size_t why_size)
{
	mem_auto char *clean_name = NULL, *clean_value = NULL;

	if (n_name == 0 || n_name > LABEL_NAME_MAX || n_value > TARGET_LABEL_BYTES_MAX) {
		snprintf(why, why_size, "expected a label name of 1 to %d bytes and a value of at most %d",
			 LABEL_NAME_MAX, TARGET_LABEL_BYTES_MAX);
		return -EINVAL;
	}
	if (group->labels.n == TARGET_LABELS_MAX) {
		snprintf(why, why_size, "expected at most %d labels in a group", TARGET_LABELS_MAX);
		return -E2BIG;
	}
	clean_name = text_clean_dup(name, n_name, TEXT_ONE_LINE, TEXT_FIELD_MAX);
	clean_value = text_clean_dup(value, n_value, TEXT_ONE_LINE, TEXT_FIELD_MAX);
	if (!clean_name || !clean_value)
		return -ENOMEM;
	return labels_set(&group->labels, clean_name, clean_value);
}

void target_group_finish(struct target_group *group)
{
	labels_finish(&group->labels);
}

// A label of the group, else of its source; NULL when neither has it.
static const char *look_up(const struct target_group *group, const char *name)
{
	const char *value = labels_get(&group->labels, name);

	return value || !group->extra ? value : labels_get(group->extra, name);
}

static void add_encoded(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c > 0x20 && c < 0x7f && !strchr("%&+#", c))
			strbuf_add_char(out, (char)c);
		else
			strbuf_addf(out, "%%%02X", c);
	}
}

static void add_params(struct strbuf *out, const struct labels *labels, bool *has_query)
{
	static const char prefix[] = "__param_";

	for (size_t i = 0; i < labels->n; i++) {
		if (strncmp(labels->items[i].name, prefix, sizeof prefix - 1) != 0)
			continue;
		strbuf_add_char(out, *has_query ? '&' : '?');
		*has_query = true;
		add_encoded(out, labels->items[i].name + sizeof prefix - 1);
		strbuf_add_char(out, '=');
		add_encoded(out, labels->items[i].value);
	}
}

// The metrics path with its query; false when none is given.
static bool metrics_path(const struct target_group *group, char *text, size_t size)
{
	const char *path = look_up(group, "__metrics_path__");
	bool has_query = path && strchr(path, '?'), had_query = has_query;
	struct strbuf out;

	strbuf_init(&out, text, size);
	strbuf_add(&out, path ? path : "/metrics");
	add_params(&out, &group->labels, &has_query);
	if (group->extra)
		add_params(&out, group->extra, &has_query);
	return path || has_query != had_query;
}

static int set_text(const char **field, const char *value)
{
	char *copy = mem_strdup(value);

	if (!copy)
		return -ENOMEM;
	mem_free((char *)*field);
	*field = copy;
	return 0;
}

static int set_url(const char **field, const char *base, const char *path, char *why, size_t why_size)
{
	char *whole;
	int r = target_resolve(base, path, &whole, why, why_size);

	if (r < 0)
		return r;
	mem_free((char *)*field);
	*field = whole;
	return 0;
}

// Paths that the labels name: nothing is searched for then.
static int apply_paths(const struct target_group *group, struct agent *agent, char *why, size_t why_size)
{
	char metrics[TARGET_URL_MAX + 1];
	const char *health = look_up(group, "__health_path__");
	bool has_metrics = metrics_path(group, metrics, sizeof metrics);
	int r = 0;

	if (!health && !has_metrics)
		return 0;
	agent->is_discovering = false;
	if (has_metrics)
		r = set_url(&agent->metrics_url, agent->url, metrics, why, why_size);
	if (r == 0 && health)
		r = set_url(&agent->health_url, agent->url, health, why, why_size);
	// One exporter asked about many: what it is asked tells the agents apart.
	if (r == 0 && has_metrics && strcmp(metrics, "/metrics") != 0)
		r = set_text(&agent->key, agent->metrics_url);
	agent->dialect = agent->health_url ? DIALECT_AUTO : DIALECT_METRICS;
	return r;
}

/* What operates it. A list may come over the network: the path is one on the agent's own address, so that nobody is
 * made to tell another machine what to do.
 */
static int apply_control(const struct target_group *group, struct agent *agent, char *why, size_t why_size)
{
	const char *path = look_up(group, "__control_path__"), *driver = look_up(group, "__driver__");
	const char *target = look_up(group, "__control_target__");
	int r = 0;

	if (path && *path && strstr(path, "://")) {
		snprintf(why, why_size, "expected a path in __control_path__");
		return -EINVAL;
	}
	if (path && *path)
		r = set_url(&agent->control_url, agent->url, path, why, why_size);
	if (!driver || !*driver)
		driver = agent->control_url ? "http" : NULL;
	if (r == 0 && driver)
		r = set_text(&agent->driver, driver);
	if (r == 0 && target && *target)
		r = set_text(&agent->control_target, target);
	return r;
}

static int apply_labels(struct agent *agent, const struct labels *labels)
{
	for (size_t i = 0; i < labels->n; i++) {
		if (strncmp(labels->items[i].name, "__", 2) == 0)
			continue;
		if (labels_set(&agent->labels, labels->items[i].name, labels->items[i].value) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int describe(const struct target_group *group, struct agent *agent, char *why, size_t why_size)
{
	const char *id = look_up(group, "__agent_id__"), *name = look_up(group, "__agent_name__");
	int r = apply_paths(group, agent, why, why_size);

	if (r == 0)
		r = apply_control(group, agent, why, why_size);
	if (!name || !*name)
		name = look_up(group, "instance");
	if (r == 0 && group->extra)
		r = apply_labels(agent, group->extra);
	if (r == 0)
		r = apply_labels(agent, &group->labels);
	if (r == 0 && id && *id)
		r = set_text(&agent->key, id);
	if (r == 0 && name && *name)
		r = set_text(&agent->name, name);
	return r;
}

static int append(struct target_list *list, struct agent *agent)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 64;
		struct agent **agents = mem_realloc(list->agents, cap * sizeof(struct agent *));

		if (!agents)
			return -ENOMEM;
		list->agents = agents;
		list->cap = cap;
	}
	list->agents[list->n++] = agent;
	return 0;
}

int target_group_add(const struct target_group *group, const char *address, size_t n, struct target_list *list,
		     char *why, size_t why_size)
{
	char text[TARGET_URL_MAX + 16];
	const char *scheme = look_up(group, "__scheme__");
	bool is_whole = memmem(address, n, "://", 3) != NULL;
	struct agent *agent;
	int r;

	if (list->n == TARGETS_MAX) {
		snprintf(why, why_size, "expected at most %d targets in one list", TARGETS_MAX);
		return -E2BIG;
	}
	if (n > TARGET_URL_MAX || memchr(address, '\0', n)) {
		snprintf(why, why_size, "expected host:port of at most %d characters", TARGET_URL_MAX);
		return -EINVAL;
	}
	if (scheme && strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) {
		snprintf(why, why_size, "expected http or https in __scheme__");
		return -EINVAL;
	}
	snprintf(text, sizeof text, "%s%.*s",
		 is_whole || !scheme || n == 0 ? ""
		 : scheme[4]                   ? "https://"
					       : "http://",
		 (int)n, address);
	r = target_parse(text, group->source, &agent, why, why_size);
	if (r < 0)
		return r;
	r = describe(group, agent, why, why_size);
	if (r == 0)
		r = append(list, agent);
	if (r < 0)
		agent_unref(agent);
	return r;
}

void target_list_finish(struct target_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		agent_unref(list->agents[i]);
	mem_free(list->agents);
	*list = (struct target_list){ 0 };
}
