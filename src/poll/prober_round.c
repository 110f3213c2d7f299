// SPDX-License-Identifier: Apache-2.0
/* One round of one agent: a place, its health probe, its scrape, a sample for each. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/container_of.h"
#include "poll/prober_internal.h"

enum { SCRAPE_LEAST_MS = 1000, SCRAPE_MARGIN_MS = 50 };

static const char accept_health[] = "application/health+json, application/json;q=0.9, text/plain;q=0.8, */*;q=0.5";
static const char accept_metrics[] =
	"text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.5, */*;q=0.1";

void probed_free(struct probed *probed)
{
	agent_unref(probed->agent);
	mem_free(probed);
}

void probed_cancel(struct probed *probed)
{
	http_request_cancel(probed->transfer);
	probed->transfer = NULL;
	probed->generation++;
	admission_leave(&probed->prober->admission, &probed->ticket);
}

static uint32_t interval_of(const struct probed *probed)
{
	return probed->agent->interval_ms ? probed->agent->interval_ms : probed->prober->options.interval_ms;
}

// A failure that is ours, or that may be, is no judgement.
static void excuse(const struct probed *probed, struct sample *sample)
{
	int64_t lag_ms = loop_lag_since(&probed->prober->lag, probed->started, sample->at);

	if (lag_ms > interval_of(probed) / 2) {
		sample->reason = REASON_PROBER_OVERLOAD;
		snprintf(sample->detail, sizeof sample->detail, "our own loop stood still meanwhile");
	} else if (loop_lag_is_step(probed->started, sample->at)) {
		sample->reason = REASON_PROBER_OVERLOAD;
		snprintf(sample->detail, sizeof sample->detail, "our own clock was set meanwhile");
	}
}

// False: the callback has made the round void, and the agent perhaps gone.
static bool deliver(struct probed *probed, struct sample *sample)
{
	struct prober *prober = probed->prober;
	const struct agent *agent = agent_ref(probed->agent);
	uint32_t generation = probed->generation;
	bool is_valid;

	sample->agent = agent;
	prober->n_overload += reason_is_ours(sample->reason);
	probed->is_delivering = true;
	prober->sample_cb(sample, prober->ctx);
	probed->is_delivering = false;
	agent_unref(agent);
	is_valid = !probed->is_removed && probed->generation == generation;
	if (probed->is_removed)
		probed_free(probed);
	return is_valid;
}

// The connection itself is what failed: asking again on it says the same.
static bool is_connection_gone(enum reason reason)
{
	switch (reason) {
	case REASON_DNS_NXDOMAIN:
	case REASON_DNS_TIMEOUT:
	case REASON_CONNECT_REFUSED:
	case REASON_CONNECT_TIMEOUT:
	case REASON_NO_ROUTE:
	case REASON_TLS_EXPIRED:
	case REASON_TLS_NAME:
	case REASON_TLS_UNTRUSTED:
	case REASON_TLS_PROTO:
	case REASON_PROBER_OVERLOAD:
	case REASON_OFFLINE:
		return true;
	default:
		return false;
	}
}

static size_t origin_length(const char *url)
{
	const char *authority = strstr(url, "://");

	return authority ? (size_t)(authority + 3 - url) + strcspn(authority + 3, "/?#") : 0;
}

static bool is_same_origin(const char *a, const char *b)
{
	size_t n = origin_length(a);

	return n == origin_length(b) && strncmp(a, b, n) == 0;
}

// Connected, and then kept waiting.
static bool is_timeout(enum reason reason)
{
	return reason == REASON_TIMEOUT_HEADERS || reason == REASON_TIMEOUT_BODY;
}

static void finish_round(struct probed *probed, enum reason reason)
{
	struct prober *prober = probed->prober;

	admission_leave(&prober->admission, &probed->ticket);
	probed->ticket.is_slow = is_timeout(reason) || reason == REASON_CONNECT_TIMEOUT || reason == REASON_DNS_TIMEOUT;
}

static void start_request(struct probed *probed, enum probe_kind kind);

// After a request's own sample: the scrape, a sample in its stead, or the end of the round.
static void go_on(struct probed *probed, enum probe_kind kind, enum reason reason, const char *detail)
{
	const struct agent *agent = probed->agent;
	struct sample gap = {
		.kind = PROBE_METRICS,
		.at = clock_now(),
		.reason = reason,
		.timing = { -1, -1, -1, -1, 0 },
	};

	if (kind != PROBE_HEALTH || !agent->metrics_url) {
		finish_round(probed, reason);
		return;
	}
	if (!is_connection_gone(reason) || !is_same_origin(agent->health_url, agent->metrics_url)) {
		probed->has_hung = is_timeout(reason) && is_same_origin(agent->health_url, agent->metrics_url);
		start_request(probed, PROBE_METRICS);
		return;
	}
	snprintf(gap.detail, sizeof gap.detail, "%s", detail);
	finish_round(probed, reason);
	(void)deliver(probed, &gap);
}

static void end_request(struct probed *probed, struct sample *sample)
{
	struct prober *prober = probed->prober;
	enum reason reason = sample->reason;

	prober->n_polls++;
	sample->kind = probed->kind;
	sample->at = clock_now();
	excuse(probed, sample);
	if (deliver(probed, sample))
		go_on(probed, sample->kind, reason, sample->detail);
}

static void done_cb(const struct http_response *response, void *ctx)
{
	struct probed *probed = ctx;
	struct prober *prober = probed->prober;
	struct sample sample = {
		.reason = response->reason,
		.http_status = response->status,
		.timing = response->timing,
		.wire_bytes = response->wire_bytes,
		.body_bytes = response->body_bytes,
		.content_type = response->content_type,
		.body = response->body,
		.body_len = response->body_len,
	};

	memcpy(sample.detail, response->detail, sizeof sample.detail);
	probed->transfer = NULL;
	end_request(probed, &sample);
	if (!prober->is_closing)
		prober_pump(prober);
}

/* A scrape that hangs must not cost the next health probe: it has to be over when that is due. After a health probe
 * that hung, what can still answer does so at once.
 */
static uint32_t scrape_timeout_ms(const struct probed *probed, uint32_t timeout_ms)
{
	const struct schedule_entry *entry = &probed->entry;
	int64_t now_ms = clock_now().mono_ms, left_ms = SCRAPE_LEAST_MS;

	if (!probed->has_hung)
		left_ms = schedule_next(now_ms, entry->interval_ms, schedule_slot(entry->phase, entry->interval_ms)) -
			  now_ms - SCRAPE_MARGIN_MS;
	if (left_ms < SCRAPE_LEAST_MS)
		left_ms = SCRAPE_LEAST_MS;
	return left_ms < timeout_ms ? (uint32_t)left_ms : timeout_ms;
}

static uint32_t timeout_of(const struct probed *probed, enum probe_kind kind)
{
	const struct agent *agent = probed->agent;
	uint32_t timeout_ms = agent->timeout_ms ? agent->timeout_ms : probed->prober->options.timeout_ms;

	return kind == PROBE_METRICS && agent->health_url ? scrape_timeout_ms(probed, timeout_ms) : timeout_ms;
}

static struct http_request request_of(const struct probed *probed, enum probe_kind kind)
{
	const struct probe_options *options = &probed->prober->options;
	const struct agent *agent = probed->agent;

	return (struct http_request){
		.url = kind == PROBE_HEALTH ? agent->health_url : agent->metrics_url,
		.authorization = agent->authorization,
		.accept = kind == PROBE_HEALTH ? accept_health : accept_metrics,
		.tls = agent->tls,
		.timeout_ms = timeout_of(probed, kind),
		.connect_timeout_ms = options->connect_timeout_ms,
		.limits = {
			.max_body_bytes = options->max_body_bytes,
			.max_wire_bytes = options->max_wire_bytes,
			.max_header_bytes = options->max_header_bytes,
			.max_headers = options->max_headers,
		},
	};
}

static void start_request(struct probed *probed, enum probe_kind kind)
{
	struct http_request request = request_of(probed, kind);
	struct sample sample = { .timing = { -1, -1, -1, -1, 0 } };
	int r;

	probed->kind = kind;
	probed->started = clock_now();
	r = http_request_start(probed->prober->client, &request, done_cb, probed, &probed->transfer);
	if (r == 0)
		return;
	sample.reason = r == -EINVAL ? REASON_PARSE : REASON_PROBER_OVERLOAD;
	snprintf(sample.detail, sizeof sample.detail, "%s",
		 r == -EINVAL ? "the URL or a header cannot be sent" : strerror(-r));
	end_request(probed, &sample);
}

static void start_round(struct probed *probed)
{
	start_request(probed, probed->agent->health_url ? PROBE_HEALTH : PROBE_METRICS);
}

void prober_pump(struct prober *prober)
{
	struct admission_ticket *ticket;
	int64_t now_ms;

	// A request that cannot even be started ends its round in here: no recursion, however many wait.
	if (prober->is_pumping)
		return;
	prober->is_pumping = true;
	now_ms = prober->admission.n_waiting ? clock_now().mono_ms : 0;
	while (!prober->is_closing && (ticket = admission_next(&prober->admission, now_ms)))
		start_round(container_of(ticket, struct probed, ticket));
	prober->is_pumping = false;
}

void probed_round(struct probed *probed)
{
	if (probed->ticket.state != ADMISSION_OUT) {
		probed->prober->n_skipped++; // the round before still runs: never two
		return;
	}
	if (admission_enter(&probed->prober->admission, &probed->ticket, clock_now().mono_ms))
		start_round(probed);
}
