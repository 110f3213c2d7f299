// SPDX-License-Identifier: Apache-2.0
#include "services/panel_table.h"

#include <math.h>

static const struct panel_kind_info kinds[KIND_COUNT + 1] = {
	[KIND_NODE] = { "node_exporter", { "node_cpu_seconds_total", "node_exporter_build_info" }, true },
	[KIND_REDIS] = { "redis_exporter", { "redis_up", "redis_exporter_build_info" }, true },
	[KIND_PROMETHEUS] = { "prometheus", { "prometheus_build_info", "prometheus_tsdb_head_series" }, false },
	[KIND_ALERTMANAGER] = { "alertmanager", { "alertmanager_build_info", "alertmanager_alerts" }, false },
	[KIND_BLACKBOX] = { "blackbox_exporter", { "probe_success" }, true },
	[KIND_HTTP] = { "http",
			{ "http_requests_total", "http_request_duration_seconds_bucket",
			  "http_server_requests_seconds_count" },
			false },
	[KIND_PROCESS] = { "process", { "process_cpu_seconds_total", "go_goroutines" }, false },
	[KIND_COUNT] = { "", { NULL }, false },
};

#define NET "{device!=\"lo\",device!~\"veth*\",device!~\"docker*\",device!~\"br-*\"}"
#define REAL "{fstype!=\"tmpfs\",fstype!=\"overlay\",fstype!=\"squashfs\"}"

static const struct panel_row rows[] = {
	{ KIND_NODE, "cpu", "CPU busy", UNIT_PERCENT, BETTER_LOWER, 70, 90,
	  "100 * (1 - (rate(node_cpu_seconds_total{mode=\"idle\"}) + "
	  "first(rate(node_cpu_seconds_total{mode=\"iowait\"}), 0)) / rate(node_cpu_seconds_total))" },
	{ KIND_NODE, "memory", "Memory used", UNIT_PERCENT, BETTER_LOWER, 80, 95,
	  "100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)" },
	{ KIND_NODE, "disk", "Disk used", UNIT_PERCENT, BETTER_LOWER, 80, 90,
	  "100 * (1 - first(node_filesystem_avail_bytes{mountpoint=\"/\"} / "
	  "node_filesystem_size_bytes{mountpoint=\"/\"}, "
	  "node_filesystem_avail_bytes" REAL " / node_filesystem_size_bytes" REAL "))" },
	{ KIND_NODE, "load", "Load, 1 min", UNIT_NONE, BETTER_LOWER, NAN, NAN, "node_load1" },
	{ KIND_NODE, "net_in", "Network in", UNIT_BYTES_PER_SECOND, BETTER_NEITHER, NAN, NAN,
	  "rate(node_network_receive_bytes_total" NET ")" },
	{ KIND_NODE, "net_out", "Network out", UNIT_BYTES_PER_SECOND, BETTER_NEITHER, NAN, NAN,
	  "rate(node_network_transmit_bytes_total" NET ")" },

	{ KIND_REDIS, "redis_up", "Redis up", UNIT_NONE, BETTER_HIGHER, NAN, 1, "min(redis_up)" },
	{ KIND_REDIS, "redis_memory", "Redis memory", UNIT_BYTES, BETTER_LOWER, NAN, NAN, "redis_memory_used_bytes" },
	{ KIND_REDIS, "redis_clients", "Redis clients", UNIT_NONE, BETTER_NEITHER, NAN, NAN,
	  "redis_connected_clients" },
	{ KIND_REDIS, "redis_ops", "Redis commands", UNIT_PER_SECOND, BETTER_NEITHER, NAN, NAN,
	  "rate(redis_commands_processed_total)" },
	{ KIND_REDIS, "redis_hits", "Redis hit rate", UNIT_PERCENT, BETTER_HIGHER, NAN, NAN,
	  "100 * rate(redis_keyspace_hits_total) / "
	  "(rate(redis_keyspace_hits_total) + rate(redis_keyspace_misses_total))" },

	{ KIND_PROMETHEUS, "prom_series", "Head series", UNIT_NONE, BETTER_NEITHER, NAN, NAN,
	  "prometheus_tsdb_head_series" },
	{ KIND_PROMETHEUS, "prom_samples", "Samples in", UNIT_PER_SECOND, BETTER_NEITHER, NAN, NAN,
	  "rate(prometheus_tsdb_head_samples_appended_total)" },
	{ KIND_PROMETHEUS, "prom_requests", "HTTP requests", UNIT_PER_SECOND, BETTER_NEITHER, NAN, NAN,
	  "rate(prometheus_http_requests_total)" },
	{ KIND_PROMETHEUS, "prom_p95", "HTTP p95", UNIT_MILLISECONDS, BETTER_LOWER, 500, 1000,
	  "1000 * p95(prometheus_http_request_duration_seconds)" },

	{ KIND_ALERTMANAGER, "am_alerts", "Active alerts", UNIT_NONE, BETTER_LOWER, NAN, NAN,
	  "alertmanager_alerts{state=\"active\"}" },
	{ KIND_ALERTMANAGER, "am_sent", "Notifications", UNIT_PER_MINUTE, BETTER_NEITHER, NAN, NAN,
	  "60 * rate(alertmanager_notifications_total)" },
	{ KIND_ALERTMANAGER, "am_failed", "Notifications failed", UNIT_PER_MINUTE, BETTER_LOWER, NAN, NAN,
	  "60 * rate(alertmanager_notifications_failed_total)" },

	{ KIND_BLACKBOX, "probe_success", "Probe success", UNIT_NONE, BETTER_HIGHER, NAN, 1, "min(probe_success)" },
	{ KIND_BLACKBOX, "probe_duration", "Probe duration", UNIT_MILLISECONDS, BETTER_LOWER, NAN, NAN,
	  "1000 * max(probe_duration_seconds)" },

	{ KIND_HTTP, "http_rate", "Requests", UNIT_PER_SECOND, BETTER_NEITHER, NAN, NAN,
	  "first(rate(http_requests_total), rate(http_server_requests_seconds_count), "
	  "rate(http_request_duration_seconds_count))" },
	{ KIND_HTTP, "http_errors", "Server errors", UNIT_PERCENT, BETTER_LOWER, 0.1, 1,
	  "100 * first(rate(http_requests_total{code=~\"5*\"}), rate(http_requests_total{status=~\"5*\"}), "
	  "rate(http_requests_total{status_code=~\"5*\"}), rate(http_server_requests_seconds_count{status=~\"5*\"}), "
	  "0) / "
	  "first(rate(http_requests_total), rate(http_server_requests_seconds_count))" },
	{ KIND_HTTP, "http_p95", "Latency p95", UNIT_MILLISECONDS, BETTER_LOWER, 500, 1000,
	  "1000 * first(p95(http_request_duration_seconds), p95(http_server_requests_seconds))" },

	{ KIND_PROCESS, "process_cpu", "Process CPU", UNIT_PERCENT, BETTER_LOWER, NAN, NAN,
	  "100 * rate(process_cpu_seconds_total)" },
	{ KIND_PROCESS, "rss", "Resident memory", UNIT_BYTES, BETTER_LOWER, NAN, NAN, "process_resident_memory_bytes" },
	{ KIND_PROCESS, "fds", "Open files", UNIT_NONE, BETTER_LOWER, NAN, NAN, "process_open_fds" },
	{ KIND_PROCESS, "goroutines", "Goroutines", UNIT_NONE, BETTER_LOWER, NAN, NAN, "go_goroutines" },
};

const struct panel_kind_info *panel_kind_info(enum panel_kind kind)
{
	return &kinds[kind];
}

size_t panel_rows(const struct panel_row **out)
{
	*out = rows;
	return sizeof rows / sizeof rows[0];
}
