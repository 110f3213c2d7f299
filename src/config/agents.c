// SPDX-License-Identifier: Apache-2.0
/* agents: what is watched, one by one. */
#include <errno.h>
#include <string.h>

#include "agents/target.h"
#include "base/table.h"
#include "config/secrets.h"
#include "config/sections.h"
#include "config/values.h"
#include "model/agent.h"
#include "text/text.h"

// An agent as written; texts in the arena.
struct written {
	const char *name, *id;
	const yaml_node_t *url, *health_node, *metrics_node;
	struct operated operated;
	int dialect;
	uint32_t interval_ms, timeout_ms, slow_ms;
	uint16_t fall, rise;
	struct labels labels;
	bool is_paused;
	struct agent_tls tls;
	char *authorization; // owned
};

static const char *const dialects[DIALECT_COUNT + 1] = {
	[DIALECT_AUTO] = "auto",
	[DIALECT_STATUS] = "status",
	[DIALECT_HEALTH_JSON] = "health+json",
	[DIALECT_ACTUATOR] = "actuator",
	[DIALECT_KUBERNETES] = "kubernetes",
	[DIALECT_ASPNET] = "aspnet",
	[DIALECT_MICROPROFILE] = "microprofile",
	[DIALECT_CONSUL] = "consul",
	[DIALECT_SIMPLE] = "simple",
	[DIALECT_PROMETHEUS] = "prometheus",
	[DIALECT_METRICS] = "metrics",
};

static const struct field agent_fields[] = {
	{ "name", value_text, offsetof(struct written, name), .max = 200 },
	{ "url", value_node, offsetof(struct written, url), .is_required = true },
	{ "id", value_text, offsetof(struct written, id), .max = 200 },
	{ .name = "health", .read = value_node, .offset = offsetof(struct written, health_node) },
	{ .name = "metrics", .read = value_node, .offset = offsetof(struct written, metrics_node) },
	{ .name = "driver", .read = value_node, .offset = offsetof(struct written, operated.driver) },
	{ .name = "control", .read = value_node, .offset = offsetof(struct written, operated.control) },
	{ .name = "docker", .read = value_node, .offset = offsetof(struct written, operated.docker) },
	{ .name = "exec", .read = value_node, .offset = offsetof(struct written, operated.exec) },
	{ "dialect", value_choice, offsetof(struct written, dialect), .words = dialects },
	{ "interval", value_duration32, offsetof(struct written, interval_ms), .min = 1000, .max = 86400000 },
	{ "timeout", value_duration32, offsetof(struct written, timeout_ms), .min = 100, .max = 300000 },
	{ "slow", value_duration32, offsetof(struct written, slow_ms), .min = 1, .max = 300000 },
	{ "fall", value_count16, offsetof(struct written, fall), .min = 1, .max = 100 },
	{ "rise", value_count16, offsetof(struct written, rise), .min = 1, .max = 100 },
	{ .name = "labels", .read = value_labels, .offset = offsetof(struct written, labels) },
	{ .name = "paused", .read = value_bool, .offset = offsetof(struct written, is_paused) },
	{ .name = "insecure", .read = value_bool, .offset = offsetof(struct written, tls.is_insecure) },
	{ .name = "tls", .read = value_tls, .offset = offsetof(struct written, tls) },
	{ .name = "auth", .read = secret_auth, .offset = offsetof(struct written, authorization) },
	{ .name = "authorization", .read = secret_refuse },
	{ .name = "password", .read = secret_refuse },
	{ .name = "token", .read = secret_refuse },
	{ .name = NULL },
};

// Names and ids that are taken, each with the line it was first given on.
struct taken {
	UT_hash_handle hh;
	const char *text; // borrowed from the agent
	size_t line;
};

struct list {
	struct draft *draft;
	struct taken *keys, *names;
};

// False after a mistake was listed.
static bool take(struct reader *reader, struct taken **table, const char *what, const char *text,
		 const yaml_node_t *node)
{
	struct taken *item;

	HASH_FIND(hh, *table, text, strlen(text), item);
	if (item) {
		reader_mistake(reader, node, "the %s %.*s is taken (line %zu); expected one of its own", what,
			       text_fit(text, 100), text, item->line);
		return false;
	}
	item = mem_calloc(1, sizeof *item);
	if (item) {
		item->text = text;
		item->line = node->start_mark.line + 1;
		HASH_ADD_KEYPTR(hh, *table, item->text, strlen(text), item);
	}
	if (!item || TABLE_ADD_FAILED(item)) {
		mem_free(item);
		reader->is_out_of_memory = true;
	}
	return true;
}

static void forget(struct taken **table)
{
	struct taken *item, *next;

	HASH_ITER(hh, *table, item, next) {
		HASH_DEL(*table, item);
		mem_free(item);
	}
}

static void set_text(struct reader *reader, const char **to, const char *from)
{
	if (!from)
		return;
	mem_free((char *)*to);
	*to = mem_strdup(from);
	reader->is_out_of_memory |= !*to;
}

// An endpoint: a path, a URL, or "none". Says whether it was given.
static bool set_endpoint(struct reader *reader, const char *base, const yaml_node_t *node, const char **to)
{
	const char *given;
	char why[120], *whole = NULL;
	int r;

	if (!node)
		return false;
	given = reader_scalar(reader, node, "a path, a URL or none");
	if (!given)
		return true;
	r = strcmp(given, "none") == 0 ? 0 : target_resolve(base, given, &whole, why, sizeof why);
	if (r == -EINVAL)
		reader_mistake(reader, node, "not a path or URL; %s", why);
	reader->is_out_of_memory |= r == -ENOMEM;
	mem_free((char *)*to);
	*to = whole;
	return true;
}

static void set_labels(struct reader *reader, struct agent *agent, const struct labels *labels)
{
	for (size_t i = 0; i < labels->n; i++)
		if (labels_set(&agent->labels, labels->items[i].name, labels->items[i].value) < 0)
			reader->is_out_of_memory = true;
}

static void set_endpoints(struct reader *reader, struct agent *agent, const struct written *written)
{
	bool has_health = set_endpoint(reader, agent->url, written->health_node, &agent->health_url);
	bool has_metrics = set_endpoint(reader, agent->url, written->metrics_node, &agent->metrics_url);

	if (!has_health && !has_metrics)
		return;
	agent->is_discovering = false;
	agent->dialect = agent->health_url ? DIALECT_AUTO : DIALECT_METRICS;
	if (!agent->health_url && !agent->metrics_url && !reader->has_mistakes)
		reader_mistake(reader, written->url, "neither health nor metrics; expected one of them");
}

static void set_probing(struct reader *reader, const yaml_node_t *node, struct agent *agent,
			const struct written *written, const struct probe_options *probe)
{
	uint32_t interval = written->interval_ms ? written->interval_ms : probe->interval_ms;
	bool is_cut = !written->timeout_ms && probe->timeout_ms > interval; // one it never asked for follows

	if (written->timeout_ms > interval)
		reader_mistake(reader, node, "the timeout is longer than the interval; expected at most the interval");
	agent->interval_ms = written->interval_ms;
	agent->timeout_ms = is_cut ? interval : written->timeout_ms;
	agent->slow_ms = written->slow_ms;
	agent->fall = written->fall;
	agent->rise = written->rise;
	agent->is_paused = written->is_paused;
	if (written->dialect != DIALECT_AUTO)
		agent->dialect = (enum agent_dialect)written->dialect;
}

static struct agent *parse_url(struct reader *reader, const yaml_node_t *node)
{
	const char *text = reader_scalar(reader, node, "a URL such as http://host:9100");
	struct agent *agent = NULL;
	char why[120];
	int r;

	if (!text)
		return NULL;
	r = target_parse(text, "config", &agent, why, sizeof why);
	if (r == -EINVAL)
		reader_mistake(reader, node, "not the address of an agent; %s", why);
	reader->is_out_of_memory |= r == -ENOMEM;
	if (agent && agent->authorization)
		reader_mistake(reader, node,
			       "a password in a URL; expected it in a file of its own: auth: {basic_file: PATH}");
	return agent;
}

static struct agent *build(struct reader *reader, const yaml_node_t *node, const struct draft *draft,
			   struct written *written)
{
	struct agent *agent = written->url ? parse_url(reader, written->url) : NULL;

	if (!agent)
		return NULL;
	set_text(reader, &agent->name, written->name);
	set_text(reader, &agent->key, written->id);
	set_text(reader, &agent->tls.ca_file, written->tls.ca_file);
	set_text(reader, &agent->tls.cert_file, written->tls.cert_file);
	set_text(reader, &agent->tls.key_file, written->tls.key_file);
	agent->tls.is_insecure = written->tls.is_insecure;
	if (written->authorization) {
		mem_free((char *)agent->authorization);
		agent->authorization = written->authorization;
		written->authorization = NULL;
	}
	set_endpoints(reader, agent, written);
	set_probing(reader, node, agent, written, &draft->config->probe);
	set_labels(reader, agent, &draft->labels);
	set_labels(reader, agent, &written->labels);
	operated_apply(reader, node, &written->operated, &draft->operated, &draft->config->drivers.exec, agent);
	return agent;
}

static void read_agent(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	struct list *list = ctx;
	struct written written = { 0 };
	struct agent *agent = NULL;

	(void)i;
	if (reader_mapping(reader, node, agent_fields, &written))
		agent = build(reader, node, list->draft, &written);
	mem_free(written.authorization);
	if (!agent)
		return;
	if (agent->key && agent->name && take(reader, &list->keys, written.id ? "id" : "address", agent->key, node))
		take(reader, &list->names, "name", agent->name, node);
	list->draft->config->agents[list->draft->config->n_agents++] = agent;
}

void section_agents(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	size_t n = reader_count(reader, node, "agents");
	struct list list = { .draft = out };

	(void)field;
	list.draft->config->agents = n ? reader_alloc(reader, n * sizeof(struct agent *)) : NULL;
	if (list.draft->config->agents)
		reader_each(reader, node, read_agent, &list);
	forget(&list.keys);
	forget(&list.names);
}
