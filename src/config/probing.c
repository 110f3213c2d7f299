// SPDX-License-Identifier: Apache-2.0
/* fleet, defaults, limits, retention: how everything is probed and how much is kept. */
#include <errno.h>

#include "agents/target.h"
#include "config/sections.h"
#include "config/values.h"

void section_fleet(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ "name", value_text, offsetof(struct config, fleet_name), .max = 64 },
		{ .name = NULL },
	};
	struct draft *draft = out;

	(void)field;
	reader_mapping(reader, node, fields, draft->config);
}

// The proxy is asked for every agent, so a word in its place would lose the whole fleet.
static void value_proxy(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	const char *text = NULL;
	struct agent *agent = NULL;
	char why[120];
	int r;

	value_text(reader, node, field, &text);
	if (!text)
		return;
	r = target_parse(text, "", &agent, why, sizeof why);
	if (r == -ENOMEM)
		reader->is_out_of_memory = true;
	else if (r < 0)
		reader_mistake(reader, node, "not the address of a proxy; %s", why);
	else if (agent->authorization)
		reader_mistake(reader, node, "a password in the address of a proxy; expected http://host:port");
	else
		*(const char **)out = text;
	agent_unref(agent);
}

struct defaults {
	struct probe_options probe;
	struct labels labels;
	struct operated operated;
};

void section_defaults(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ "interval", value_duration32, offsetof(struct defaults, probe.interval_ms), .min = 1000,
		  .max = 86400000 },
		{ "timeout", value_duration32, offsetof(struct defaults, probe.timeout_ms), .min = 100, .max = 300000 },
		{ "connect_timeout", value_duration32, offsetof(struct defaults, probe.connect_timeout_ms), .min = 100,
		  .max = 60000 },
		{ "slow", value_duration32, offsetof(struct defaults, probe.slow_ms), .min = 0, .max = 300000 },
		{ "fall", value_count16, offsetof(struct defaults, probe.fall), .min = 1, .max = 100 },
		{ "rise", value_count16, offsetof(struct defaults, probe.rise), .min = 1, .max = 100 },
		{ "proxy", value_proxy, offsetof(struct defaults, probe.proxy), .max = TARGET_URL_MAX },
		{ .name = "ca", .read = value_file, .offset = offsetof(struct defaults, probe.ca_file) },
		{ .name = "labels", .read = value_labels, .offset = offsetof(struct defaults, labels) },
		{ .name = "driver", .read = value_node, .offset = offsetof(struct defaults, operated.driver) },
		{ .name = "control", .read = value_node, .offset = offsetof(struct defaults, operated.control) },
		{ .name = "exec", .read = value_node, .offset = offsetof(struct defaults, operated.exec) },
		{ .name = NULL },
	};
	struct draft *draft = out;
	struct defaults defaults = { .probe = draft->config->probe };
	uint32_t timeout_ms = defaults.probe.timeout_ms;

	(void)field;
	defaults.probe.timeout_ms = 0;
	reader_mapping(reader, node, fields, &defaults);
	if (!defaults.probe.timeout_ms) // one that was never asked for follows the interval
		defaults.probe.timeout_ms =
			timeout_ms < defaults.probe.interval_ms ? timeout_ms : defaults.probe.interval_ms;
	if (defaults.probe.timeout_ms > defaults.probe.interval_ms)
		reader_mistake(reader, node, "the timeout is longer than the interval; expected at most the interval");
	draft->config->probe = defaults.probe;
	draft->labels = defaults.labels;
	operated_read_defaults(reader, node, &defaults.operated, &draft->config->drivers.exec, &draft->operated);
}

void section_limits(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ "in_flight", value_count32, offsetof(struct probe_options, max_in_flight), .min = 1, .max = 10000 },
		{ "body", value_bytes, offsetof(struct probe_options, max_body_bytes), .min = 1024, .max = 256 << 20 },
		{ "wire", value_bytes, offsetof(struct probe_options, max_wire_bytes), .min = 1024, .max = 256 << 20 },
		{ "header_bytes", value_bytes32, offsetof(struct probe_options, max_header_bytes), .min = 1024,
		  .max = 1 << 20 },
		{ "headers", value_count32, offsetof(struct probe_options, max_headers), .min = 10, .max = 10000 },
		{ .name = NULL },
	};
	struct draft *draft = out;

	(void)field;
	reader_mapping(reader, node, fields, &draft->config->probe);
}

void section_retention(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field fields[] = {
		{ "time", value_duration64, offsetof(struct config, retention_ms), .min = 60000,
		  .max = INT64_C(30) * 86400000 },
		{ "points", value_count, offsetof(struct config, n_points), .min = 10, .max = 1000000 },
		{ .name = NULL },
	};
	struct draft *draft = out;

	(void)field;
	reader_mapping(reader, node, fields, draft->config);
}
