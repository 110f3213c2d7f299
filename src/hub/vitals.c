// SPDX-License-Identifier: Apache-2.0
/* The hub about itself, as Prometheus text: what an operator of the hub is woken for. */
#include "hub/internal.h"

#include <inttypes.h>
#include <malloc.h>

#include "fleet/memory.h"

struct vitals {
	struct bytes *out;
	int error;
};

static void head(struct vitals *v, const char *name, const char *type, const char *help)
{
	int r = bytes_addf(v->out, "# HELP opscon_hub_%s %s\n# TYPE opscon_hub_%s %s\n", name, help, name, type);

	v->error = v->error ? v->error : r;
}

static void line(struct vitals *v, const char *name, const char *labels, uint64_t value)
{
	int r = bytes_addf(v->out, "opscon_hub_%s%s %" PRIu64 "\n", name, labels, value);

	v->error = v->error ? v->error : r;
}

static void single(struct vitals *v, const char *name, const char *type, const char *help, uint64_t value)
{
	head(v, name, type, help);
	line(v, name, "", value);
}

static void write_fleet(struct vitals *v, const struct hub *hub)
{
	const struct fleet_counts *counts = fleet_counts(hub->fleet);
	const struct fleet_feed *feed = fleet_feed(hub->fleet);

	head(v, "agents", "gauge", "Agents by state; those left alone on purpose are in none.");
	for (int i = 0; i < HEALTH_STATE_COUNT; i++) {
		char labels[64];

		snprintf(labels, sizeof labels, "{state=\"%s\"}", health_state_name((enum health_state)i));
		line(v, "agents", labels, counts->by_state[i]);
	}
	single(v, "probes_total", "counter", "Probes that came to an end.", hub->counters.n_probes);
	single(v, "probes_in_flight", "gauge", "Probes under way.", feed->n_in_flight);
	single(v, "probes_waiting", "gauge", "Probes that wait for a place.", feed->n_waiting);
	single(v, "poll_lag_milliseconds", "gauge", "How late the polling loop was, lately.", feed->lag_ms);
	single(v, "operations_open", "gauge", "Operations that are not over.", fleet_n_operations_open(hub->fleet));
	single(v, "alerts_firing", "gauge", "Alerts that nobody has acknowledged.",
	       fleet_n_alerts_in(hub->fleet, ALERT_ACTIVE));
}

static void write_clients(struct vitals *v, const struct hub *hub)
{
	struct access_counts access;
	const struct hub_client *client;
	uint64_t n_queued = 0, n_framed = 0, n_behind = 0, n_snapshots = 0;

	access_counts(hub->access, &access);
	DL_FOREACH(hub->clients, client) {
		n_queued += client->outbox.n_bytes;
		n_framed += client->ws ? websocket_pending(client->ws) : 0;
		n_behind += client->is_behind;
		n_snapshots += client->state == CLIENT_SNAPSHOT;
	}
	single(v, "clients", "gauge", "Clients that have said hello.", hub->n_clients);
	single(v, "clients_behind", "gauge", "Clients whose socket does not take what there is at once.", n_behind);
	single(v, "clients_in_snapshot", "gauge", "Clients that are being told how it stands.", n_snapshots);
	single(v, "unauthenticated", "gauge", "Connections that nobody has proven to be anybody on.",
	       access.n_unauthenticated);
	single(v, "socket_connections", "gauge", "Connections to the socket in the file system.", access.n_peers);
	single(v, "tokens", "gauge", "Tokens that let somebody in.", access.n_tokens);
	single(v, "queue_bytes", "gauge", "Bytes that wait in the queues of all clients.", n_queued);
	single(v, "framed_bytes", "gauge", "Bytes that are framed and not yet taken by a socket.", n_framed);
	single(v, "ring_bytes", "gauge", "Bytes of events that are kept for who comes back.", hub->stream.n_bytes);
}

static void write_counters(struct vitals *v, const struct hub *hub)
{
	const struct hub_counters *c = &hub->counters;
	struct access_counts access;

	access_counts(hub->access, &access);
	single(v, "clients_total", "counter", "Clients that have ever said hello.", c->n_clients_ever);
	single(v, "resumed_total", "counter", "Clients that came back and lacked no more than was kept.", c->n_resumed);
	single(v, "snapshots_total", "counter", "Snapshots begun.", c->n_snapshots);
	single(v, "resyncs_total", "counter", "Queues that were dropped for a fresh snapshot.", c->n_resyncs);
	single(v, "dropped_total", "counter", "Events dropped with such a queue.", c->n_dropped);
	single(v, "conflated_total", "counter", "Events that a newer one of the same thing made superfluous.",
	       c->n_conflated);
	single(v, "disconnected_slow_total", "counter", "Clients that took too little.", c->n_disconnected_slow);
	single(v, "turned_away_total", "counter", "Connections that were closed at once: too many.", c->n_turned_away);
	single(v, "tls_failed_total", "counter", "Handshakes of TLS that came to nothing.", c->n_tls_failed);
	single(v, "refused_total", "counter", "Everything that access was refused to.", access.n_refused);
	single(v, "requests_total", "counter", "Requests of clients.", c->n_requests);
	single(v, "requests_refused_total", "counter", "Those that were not carried out.", c->n_requests_refused);
	single(v, "messages_received_total", "counter", "Messages of clients.", c->n_messages_in);
	single(v, "bytes_sent_total", "counter", "Bytes that the sockets of clients took.", c->n_bytes_out);
	single(v, "events_lost_total", "counter", "Events that there was no memory for.", c->n_lost);
	head(v, "events_total", "counter", "Events by channel.");
	for (int i = 0; i < CHANNEL_COUNT; i++) {
		char labels[64];

		snprintf(labels, sizeof labels, "{channel=\"%s\"}", channel_name((enum channel)i));
		line(v, "events_total", labels, c->n_events[i]);
	}
	head(v, "http_responses_total", "counter", "Answers over HTTP by class.");
	for (int i = 1; i < 6; i++) {
		char labels[32];

		snprintf(labels, sizeof labels, "{class=\"%dxx\"}", i);
		line(v, "http_responses_total", labels, c->n_http[i]);
	}
}

/* What it keeps, of which all but the heap has an upper limit: a heap that grows when they have come to theirs is a
 * leak.
 */
static void write_memory(struct vitals *v, const struct hub *hub)
{
	struct mallinfo2 heap = mallinfo2();

	single(v, "heap_bytes", "gauge", "Bytes that are allocated in this process.", heap.uordblks + heap.hblkhd);
	single(v, "heap_free_bytes", "gauge", "Bytes that are held ready for that.", heap.fordblks);
	single(v, "points_bytes", "gauge", "Bytes of points that are kept.", fleet_points_bytes(hub->fleet));
	single(v, "timeline_items", "gauge", "Items of the timeline.", fleet_n_timeline(hub->fleet));
	single(v, "alerts_kept", "gauge", "Alerts, those that are over included.", fleet_n_alerts(hub->fleet));
}

static void write_recording(struct vitals *v, const struct hub *hub)
{
	struct hub_recording recording = { 0 };

	if (hub->recording)
		hub->recording(hub->ctx, &recording);
	if (!recording.is_on)
		return;
	single(v, "recording_well", "gauge", "Whether what happens is being recorded.", recording.is_well);
	single(v, "recording_bytes_total", "counter", "Bytes of recordings that were written.", recording.n_bytes);
	single(v, "recorded_total", "counter", "Events that were recorded.", recording.n_events);
	single(v, "recording_lost_total", "counter", "Events that are in no recording.", recording.n_lost);
}

int hub_vitals_write(struct hub *hub, struct bytes *out)
{
	struct vitals v = { .out = out };
	struct hub_audit audit = { .is_well = true, .why = "" };

	head(&v, "build_info", "gauge", "Which opscon this is.");
	line(&v, "build_info", "{version=\"" OPSCON_VERSION "\"}", 1);
	single(&v, "uptime_seconds", "gauge", "Since the hub began.",
	       (uint64_t)(hub_now().mono_ms - hub->started_ms) / 1000);
	single(&v, "loop_lag_milliseconds", "gauge", "How late this loop was at worst within a minute.",
	       (uint64_t)hub->lag_ms);
	if (hub->shard.n) {
		single(&v, "shard", "gauge", "Which part of the fleet it watches.", hub->shard.i);
		single(&v, "shards", "gauge", "Of how many.", hub->shard.n);
	}
	write_fleet(&v, hub);
	write_clients(&v, hub);
	write_counters(&v, hub);
	write_memory(&v, hub);
	if (hub->audit) {
		hub->audit(hub->ctx, &audit);
		single(&v, "audit_well", "gauge", "Whether the audit trail can be written.", audit.is_well);
		single(&v, "audit_records", "gauge", "Records of the audit trail.", audit.n_records);
	}
	write_recording(&v, hub);
	return v.error;
}
