// SPDX-License-Identifier: Apache-2.0
#include "poll/contact.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/endpoints.h"
#include "base/container_of.h"
#include "base/hash.h"
#include "base/table.h"
#include "formats/prometheus.h"
#include "opscon/health.h"
#include "opscon/sample.h"
#include "poll/admission.h"

enum {
	HUNG_MAX = 2,           // timeouts in a row after which a host is left alone for now
	STATUS_NO_ANSWER = 408, // stands for a path that hung or broke off while others of its host may be well
	PATH_MAX_BYTES = 4096,
};

static const struct contact_options default_options = {
	.timeout_ms = 2000,
	.max_in_flight = 64,
	.retry_min_ms = 1000,
	.retry_max_ms = 60000,
	.interval_ms = 60000,
};

struct contacted {
	struct admission_ticket ticket;
	UT_hash_handle hh; // contact::agents, by id
	uint32_t id;
	const struct agent *agent; // a reference
	struct contact *contact;
	struct http_transfer *transfer; // borrowed
	struct endpoint_search search;
	enum endpoint_kind kind; // of the request that is out
	int64_t due_ms;          // uv_now() of the next try; INT64_MAX while one is under way
	uint32_t n_tries, n_requests, n_hung;
	enum reason reason; // of the last failure in this try
	char detail[REASON_DETAIL_MAX];
};

struct contact {
	uv_loop_t *loop;
	struct http_client *client;
	uv_timer_t timer;
	struct contact_options options;
	contact_result_cb result_cb;
	void *ctx;
	struct contacted *agents; // owned
	struct admission admission;
	int64_t armed_ms; // when the timer is set for; INT64_MAX: not
	bool is_closing;
	void (*closed_cb)(void *ctx);
	void *closed_ctx;
};

static void timer_cb(uv_timer_t *timer);

static void arm(struct contact *contact, int64_t due_ms)
{
	int64_t wait_ms = due_ms - (int64_t)uv_now(contact->loop);

	if (contact->is_closing || due_ms >= contact->armed_ms)
		return;
	contact->armed_ms = due_ms;
	uv_timer_start(&contact->timer, timer_cb, wait_ms > 0 ? (uint64_t)wait_ms : 0, 0);
}

static void contacted_free(struct contacted *contacted)
{
	struct contact *contact = contacted->contact;

	HASH_DEL(contact->agents, contacted);
	http_request_cancel(contacted->transfer);
	admission_leave(&contact->admission, &contacted->ticket);
	agent_unref(contacted->agent);
	mem_free(contacted);
}

// Doubles from the least to the most, less up to a quarter: hosts that came to be down together part.
static int64_t retry_after(const struct contacted *contacted)
{
	const struct contact_options *options = &contacted->contact->options;
	uint32_t interval_ms = contacted->agent->interval_ms ? contacted->agent->interval_ms : options->interval_ms;
	uint32_t most_ms = interval_ms < options->retry_max_ms ? interval_ms : options->retry_max_ms;
	uint32_t n = contacted->n_tries ? contacted->n_tries - 1 : 0;
	uint64_t wait = n < 16 ? (uint64_t)options->retry_min_ms << n : most_ms;

	if (wait > most_ms)
		wait = most_ms;
	return (int64_t)(wait - hash_mix(contacted->id * 31ULL + n) % (wait / 4 + 1));
}

static void tell(struct contacted *contacted, const struct contact_result *result)
{
	struct contact *contact = contacted->contact;
	const struct agent *agent = agent_ref(contacted->agent);
	struct contact_result told = *result;

	told.agent = agent;
	told.n_requests = contacted->n_requests;
	told.n_tries = contacted->n_tries;
	admission_leave(&contact->admission, &contacted->ticket);
	// Forgotten before it is told, so that the callback may add the agent again.
	if (told.is_decided) {
		contacted_free(contacted);
	} else {
		contacted->due_ms = (int64_t)uv_now(contact->loop) + told.retry_ms;
		arm(contact, contacted->due_ms);
	}
	contact->result_cb(&told, contact->ctx);
	agent_unref(agent);
}

static void give_up(struct contacted *contacted)
{
	struct contact_result result = { .reason = contacted->reason, .retry_ms = retry_after(contacted) };

	memcpy(result.detail, contacted->detail, sizeof result.detail);
	tell(contacted, &result);
}

static void conclude(struct contacted *contacted)
{
	struct endpoint_decision decision = endpoint_search_decision(&contacted->search);
	struct contact_result result = {
		.is_decided = true,
		.health_path = decision.health_path,
		.metrics_path = decision.metrics_path,
		.dialect = decision.dialect,
	};

	if (!decision.health_path && !decision.metrics_path) {
		// It answers, but with nothing that could be watched; it may be starting up.
		if (contacted->reason == REASON_NONE) {
			contacted->reason = REASON_BAD_TYPE;
			snprintf(contacted->detail, sizeof contacted->detail,
				 "answers, but none of the usual paths is there");
		}
		give_up(contacted);
		return;
	}
	tell(contacted, &result);
}

static bool is_health(const struct contacted *contacted, const struct http_response *response)
{
	struct sample sample = {
		.agent = contacted->agent,
		.kind = PROBE_HEALTH,
		.reason = response->reason,
		.http_status = response->status,
		.content_type = response->content_type,
		.body = response->body,
		.body_len = response->body_len,
	};
	struct verdict verdict;
	bool is_understood;

	verdict_read(&sample, 0, &verdict);
	is_understood = verdict.dialect != DIALECT_AUTO && verdict.dialect != DIALECT_STATUS;
	verdict_finish(&verdict);
	return is_understood;
}

static bool is_metrics(const struct http_response *response)
{
	struct prom_parser parser;
	struct prom_sample sample;

	if (!response->body)
		return false;
	prom_init(&parser, response->body, response->body_len, prom_format_of(response->content_type));
	return prom_next(&parser, &sample);
}

static void note_failure(struct contacted *contacted, const struct http_response *response)
{
	contacted->reason = response->reason;
	memcpy(contacted->detail, response->detail, sizeof contacted->detail);
}

// Another path of the same host cannot do better.
static bool is_host_gone(struct contacted *contacted, enum reason reason)
{
	switch (reason) {
	case REASON_TIMEOUT_HEADERS:
		return ++contacted->n_hung >= HUNG_MAX;
	case REASON_TIMEOUT_BODY:
	case REASON_RESET:
	case REASON_TOO_LARGE:
	case REASON_TOO_MANY_HEADERS:
	case REASON_BAD_ENCODING:
	case REASON_BAD_BODY:
	case REASON_TRUNCATED:
		return false;
	default: // among them an answer that is not HTTP
		return true;
	}
}

static void ask_next(struct contacted *contacted);
static void pump(struct contact *contact);

static void take_answer(struct contacted *contacted, const struct http_response *response)
{
	struct endpoint_answer answer = { .http_status = response->status, .content_type = response->content_type };

	if (response->reason == REASON_NONE) {
		contacted->n_hung = 0;
		answer.is_understood =
			contacted->kind == ENDPOINT_METRICS ? is_metrics(response) : is_health(contacted, response);
	} else {
		note_failure(contacted, response);
		if (is_host_gone(contacted, response->reason)) {
			give_up(contacted);
			return;
		}
		answer.http_status = STATUS_NO_ANSWER;
	}
	endpoint_search_answer(&contacted->search, &answer);
	ask_next(contacted);
}

static void done_cb(const struct http_response *response, void *ctx)
{
	struct contacted *contacted = ctx;
	struct contact *contact = contacted->contact;

	contacted->transfer = NULL;
	take_answer(contacted, response);
	pump(contact);
}

static void ask_next(struct contacted *contacted)
{
	const struct endpoint_path *path = endpoint_search_next(&contacted->search);
	const struct agent *agent = contacted->agent;
	const struct contact_options *options = &contacted->contact->options;
	struct http_request request = {
		.authorization = agent->authorization,
		.tls = agent->tls,
		.timeout_ms = options->timeout_ms,
	};
	char url[PATH_MAX_BYTES];
	size_t n = strlen(agent->url);
	int r;

	if (!path) {
		conclude(contacted);
		return;
	}
	while (n && agent->url[n - 1] == '/')
		n--;
	snprintf(url, sizeof url, "%.*s%s", (int)n, agent->url, path->path);
	request.url = url;
	contacted->kind = path->kind;
	contacted->n_requests++;
	r = http_request_start(contacted->contact->client, &request, done_cb, contacted, &contacted->transfer);
	if (r == 0)
		return;
	contacted->reason = r == -EINVAL ? REASON_PARSE : REASON_PROBER_OVERLOAD;
	snprintf(contacted->detail, sizeof contacted->detail, "%s",
		 r == -EINVAL ? "the URL cannot be sent" : strerror(-r));
	give_up(contacted);
}

static void begin(struct contacted *contacted)
{
	contacted->n_tries++;
	contacted->n_requests = contacted->n_hung = 0;
	contacted->reason = REASON_NONE;
	contacted->detail[0] = '\0';
	endpoint_search_init(&contacted->search, !contacted->agent->health_url, !contacted->agent->metrics_url);
	ask_next(contacted);
}

static void pump(struct contact *contact)
{
	struct admission_ticket *ticket;

	while (!contact->is_closing && (ticket = admission_next(&contact->admission, 0)))
		begin(container_of(ticket, struct contacted, ticket));
}

static void timer_cb(uv_timer_t *timer)
{
	struct contact *contact = timer->data;
	struct contacted *contacted, *next;
	int64_t now_ms = (int64_t)uv_now(contact->loop), due_ms = INT64_MAX;

	contact->armed_ms = INT64_MAX;
	// Only queued here: a callback may remove any of them, so nothing is started while the table is walked.
	HASH_ITER(hh, contact->agents, contacted, next) {
		if (contacted->due_ms <= now_ms) {
			contacted->due_ms = INT64_MAX;
			admission_wait(&contact->admission, &contacted->ticket);
		} else if (contacted->due_ms < due_ms) {
			due_ms = contacted->due_ms;
		}
	}
	if (due_ms < INT64_MAX)
		arm(contact, due_ms);
	pump(contact);
}

int contact_add(struct contact *contact, const struct agent *agent)
{
	struct contacted *contacted;

	HASH_FIND(hh, contact->agents, &agent->id, sizeof agent->id, contacted);
	if (contacted)
		return -EEXIST;
	contacted = mem_calloc(1, sizeof *contacted);
	if (!contacted)
		return -ENOMEM;
	contacted->id = agent->id;
	contacted->contact = contact;
	contacted->due_ms = (int64_t)uv_now(contact->loop);
	HASH_ADD(hh, contact->agents, id, sizeof contacted->id, contacted);
	if (TABLE_ADD_FAILED(contacted)) {
		mem_free(contacted);
		return -ENOMEM;
	}
	contacted->agent = agent_ref(agent);
	arm(contact, contacted->due_ms);
	return 0;
}

int contact_remove(struct contact *contact, uint32_t id)
{
	struct contacted *contacted;

	HASH_FIND(hh, contact->agents, &id, sizeof id, contacted);
	if (!contacted)
		return -ENOENT;
	contacted_free(contacted);
	arm(contact, (int64_t)uv_now(contact->loop)); // somebody may have waited for its place
	return 0;
}

size_t contact_pending(const struct contact *contact)
{
	return HASH_COUNT(contact->agents);
}

int contact_create(uv_loop_t *loop, struct http_client *client, const struct contact_options *options,
		   contact_result_cb result_cb, void *ctx, struct contact **out)
{
	struct contact *contact = mem_calloc(1, sizeof *contact);
	struct contact_options *own;

	*out = NULL;
	if (!contact)
		return -ENOMEM;
	*contact = (struct contact){
		.loop = loop, .client = client, .result_cb = result_cb, .ctx = ctx, .armed_ms = INT64_MAX
	};
	own = &contact->options;
	*own = options ? *options : default_options;
	own->timeout_ms = own->timeout_ms ? own->timeout_ms : default_options.timeout_ms;
	own->max_in_flight = own->max_in_flight ? own->max_in_flight : default_options.max_in_flight;
	own->retry_min_ms = own->retry_min_ms ? own->retry_min_ms : default_options.retry_min_ms;
	own->retry_max_ms = own->retry_max_ms ? own->retry_max_ms : default_options.retry_max_ms;
	own->interval_ms = own->interval_ms ? own->interval_ms : default_options.interval_ms;
	admission_init(&contact->admission, own->max_in_flight);
	uv_timer_init(loop, &contact->timer); // cannot fail
	contact->timer.data = contact;
	*out = contact;
	return 0;
}

static void timer_closed_cb(uv_handle_t *handle)
{
	struct contact *contact = handle->data;
	void (*closed_cb)(void *ctx) = contact->closed_cb;
	void *closed_ctx = contact->closed_ctx;

	mem_free(contact);
	if (closed_cb)
		closed_cb(closed_ctx);
}

void contact_close(struct contact *contact, void (*closed_cb)(void *ctx), void *ctx)
{
	if (!contact || contact->is_closing)
		return;
	contact->is_closing = true;
	contact->closed_cb = closed_cb;
	contact->closed_ctx = ctx;
	while (contact->agents)
		contacted_free(contact->agents);
	uv_close((uv_handle_t *)&contact->timer, timer_closed_cb);
}
