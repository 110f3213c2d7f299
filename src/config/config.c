// SPDX-License-Identifier: Apache-2.0
#include "opscon/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "config/exec_profiles.h"
#include "config/sections.h"
#include "config/values.h"
#include "text/text.h"

// In the order of reading: what others build on comes first.
static const struct field sections[] = {
	{ .name = "fleet", .read = section_fleet },
	{ .name = "drivers", .read = section_drivers },
	{ .name = "operations", .read = section_operations },
	{ .name = "defaults", .read = section_defaults },
	{ .name = "limits", .read = section_limits },
	{ .name = "agents", .read = section_agents },
	{ .name = "discovery", .read = section_discovery },
	{ .name = "panels", .read = section_panels },
	{ .name = "rules", .read = section_rules },
	{ .name = "environments", .read = section_environments },
	{ .name = "keys", .read = section_keys },
	{ .name = "ui", .read = section_ui },
	{ .name = "retention", .read = section_retention },
	{ .name = "audit", .read = section_audit },
	{ .name = "attach", .read = section_attach },
	{ .name = "state_dir", .read = section_state_dir },
	{ .name = "hub", .read = section_hub }, // which is asked about with the state directory
	{ .name = NULL },
};

static const char *const production[] = { "prod", "production" };

void config_defaults(struct config *config)
{
	*config = (struct config){
		.fleet_name = "",
		.probe = {
			.interval_ms = 60000,
			.timeout_ms = 5000,
			.connect_timeout_ms = 2000,
			.fall = 3,
			.rise = 2,
			.max_in_flight = 256,
			.max_body_bytes = 16 << 20,
			.max_wire_bytes = 4 << 20,
			.max_header_bytes = 64 << 10,
			.max_headers = 200,
		},
		.theme = "dark",
		.refresh_ms = 1000,
		.retention_ms = 3600000,
		.n_points = 10000,
		.audit = {
			.retention_ms = INT64_C(90) * 86400000,
			.n_records = 100000,
			.segment_bytes = 16 << 20,
		},
		.operations = {
			.rollout = {
				.kind = ROLLOUT_ROLLING,
				.batch = 1,
				.max_unavailable = 1,
				.wait_ms = 60000,
				.min_healthy_ms = 10000,
				.verify_ms = 300000,
				.canary_percent = { 10, 50, 100 },
				.max_error_share = 0.05,
				.max_latency_growth = 0.5,
				.rolls_back = true,
			},
			.canary_wait_ms = 300000,
			.n_concurrent = OPERATION_CONCURRENT_MAX,
			.production = production,
			.n_production = sizeof production / sizeof production[0],
		},
		.drivers.exec = {
			.profiles = exec_profiles_ready,
			.n_profiles = n_exec_profiles_ready,
		},
		.hub = {
			.n_clients = 1000,
			.n_unauthenticated = 64,
			.unauthenticated_ms = 10000,
			.queue_bytes = 1 << 20,
			.message_bytes = 256 << 10,
			.n_requests_a_minute = 120,
			.n_clients_a_user = 16,
			.idle_ms = 300000,
			.sweep_ms = 60000,
			.ring_bytes = 16 << 20,
			.record = {
				.max_bytes = 1 << 30,
				.max_age_ms = INT64_C(7) * 86400000,
				.zstd_level = 3,
			},
		},
	};
}

void config_hurry(struct config *config)
{
	struct operations_config *operations = &config->operations;

	operations->rollout.wait_ms = operations->canary_wait_ms = 2000;
	operations->rollout.min_healthy_ms = 2000;
	operations->rollout.verify_ms = 15000;
}

void config_finish(struct config *config)
{
	for (size_t i = 0; i < config->n_agents; i++)
		agent_unref(config->agents[i]);
	arena_destroy(config->arena);
	*config = (struct config){ 0 };
}

// ---- the file

static int read_file(const char *path, struct bytes *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), r; // a FIFO must not hold us up
	struct stat status;

	if (fd < 0)
		return -errno;
	r = fstat(fd, &status) < 0 ? -errno : S_ISREG(status.st_mode) ? file_read_all(fd, out) : -EISDIR;
	close(fd);
	return r;
}

// -ENOENT, -EACCES, -ENOMEM and -EINVAL as they are; everything else is -EIO.
static int refuse_file(const char *path, int r, struct config_errors *errors)
{
	struct config_error error = { 0 };

	text_clean(path, strlen(path), TEXT_ONE_LINE, error.path, sizeof error.path, NULL);
	if (r == -EMSGSIZE)
		snprintf(error.text, sizeof error.text, "too large; expected at most %d MiB", CONFIG_BYTES_MAX >> 20);
	else if (r == -EISDIR)
		snprintf(error.text, sizeof error.text, "not a regular file; expected a configuration");
	else
		snprintf(error.text, sizeof error.text, "%s; expected a configuration that can be read",
			 strerrordesc_np(-r));
	config_errors_add(errors, &error);
	if (r == -EMSGSIZE || r == -EISDIR)
		return -EINVAL;
	return r == -ENOENT || r == -EACCES || r == -ENOMEM ? r : -EIO;
}

// ---- loading

static int read_document(struct reader *reader, struct config *config)
{
	const yaml_node_t *root = reader_root(reader);
	struct draft draft = { .config = config };

	config->path = arena_strdup(reader->arena, reader->path);
	reader->is_out_of_memory |= !config->path;
	if (root)
		reader_mapping(reader, root, sections, &draft);
	if (reader->is_out_of_memory)
		return -ENOMEM;
	return reader->has_mistakes ? -EINVAL : 0;
}

int config_load(const char *path, struct config *out, struct config_errors *errors)
{
	static const struct config_checks none;

	return config_load_checked(path, &none, out, errors);
}

int config_load_checked(const char *path, const struct config_checks *checks, struct config *out,
			struct config_errors *errors)
{
	struct config config;
	struct reader reader;
	struct bytes text;
	int r;

	errors->n = errors->n_more = 0;
	config_defaults(&config);
	config.arena = arena_create();
	if (!config.arena)
		return -ENOMEM;
	bytes_init(&text, CONFIG_BYTES_MAX);
	r = read_file(path, &text);
	if (r < 0) {
		r = refuse_file(path, r, errors);
	} else {
		r = reader_init(&reader, path, text.data ? text.data : "", text.len, config.arena, errors);
		reader.checks = checks;
		if (r == 0)
			r = read_document(&reader, &config);
		reader_finish(&reader);
	}
	bytes_finish(&text);
	if (r < 0)
		config_finish(&config);
	else
		*out = config;
	return r;
}
