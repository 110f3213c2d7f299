// SPDX-License-Identifier: Apache-2.0
#include "poll/prober.h"

#include <errno.h>
#include <string.h>

#include "poll/prober_internal.h"

static const struct probe_options default_options = {
	.interval_ms = 60000,
	.timeout_ms = 5000,
	.connect_timeout_ms = 2000,
	.max_in_flight = 256,
};

static bool is_wanted(const struct agent *agent)
{
	return !agent->is_paused && (agent->health_url || agent->metrics_url);
}

static struct probed *find(const struct prober *prober, uint32_t id)
{
	struct probed *probed;

	HASH_FIND(hh, prober->agents, &id, sizeof id, probed);
	return probed;
}

static void timer_cb(uv_timer_t *timer)
{
	struct prober *prober = timer->data;
	struct schedule_entry *entry;
	int64_t now_ms = clock_now().mono_ms;
	bool is_late;

	prober->armed_ms = INT64_MAX;
	while (!prober->is_closing && !prober->is_paused &&
	       (entry = schedule_take(&prober->schedule, now_ms, &is_late))) {
		if (is_late)
			prober->n_skipped++;
		else
			probed_round((struct probed *)entry);
	}
	if (prober->is_closing)
		return;
	prober_pump(prober);
	prober_arm(prober);
}

void prober_arm(struct prober *prober)
{
	int64_t due_ms = schedule_due_ms(&prober->schedule), wait_ms;

	if (prober->is_closing || prober->is_paused || due_ms == INT64_MAX) {
		uv_timer_stop(&prober->timer);
		prober->armed_ms = INT64_MAX;
		return;
	}
	if (due_ms == prober->armed_ms)
		return;
	prober->armed_ms = due_ms;
	wait_ms = due_ms - clock_now().mono_ms;
	uv_timer_start(&prober->timer, timer_cb, wait_ms > 0 ? (uint64_t)wait_ms : 0, 0);
}

static void beat_cb(uv_timer_t *beat)
{
	struct prober *prober = beat->data;

	loop_lag_beat(&prober->lag, clock_now());
	admission_age(&prober->admission, clock_now().mono_ms);
	if (prober->admission.n_waiting)
		prober_pump(prober);
	// After a suspend the timers of the loop, whose clock stood still, would all come late.
	if (prober->lag.last_ms >= LOOP_BEAT_MS) {
		prober->armed_ms = INT64_MAX;
		prober_arm(prober);
	}
}

static void handle_closed_cb(uv_handle_t *handle)
{
	struct prober *prober = handle->data;
	void (*closed_cb)(void *ctx) = prober->closed_cb;
	void *closed_ctx = prober->closed_ctx;

	if (--prober->n_handles)
		return;
	mem_free(prober);
	if (closed_cb)
		closed_cb(closed_ctx);
}

static void drop(struct prober *prober, struct probed *probed)
{
	HASH_DEL(prober->agents, probed);
	schedule_remove(&prober->schedule, &probed->entry);
	probed_cancel(probed);
	probed->is_removed = true;
	if (!probed->is_delivering)
		probed_free(probed);
}

void prober_close(struct prober *prober, void (*closed_cb)(void *ctx), void *ctx)
{
	if (!prober || prober->is_closing)
		return;
	prober->is_closing = true;
	prober->closed_cb = closed_cb;
	prober->closed_ctx = ctx;
	while (prober->agents)
		drop(prober, prober->agents);
	schedule_finish(&prober->schedule);
	uv_close((uv_handle_t *)&prober->timer, handle_closed_cb);
	uv_close((uv_handle_t *)&prober->beat, handle_closed_cb);
}

static void copy_options(struct probe_options *to, const struct probe_options *from)
{
	*to = *from;
	to->interval_ms = from->interval_ms ? from->interval_ms : default_options.interval_ms;
	to->timeout_ms = from->timeout_ms ? from->timeout_ms : default_options.timeout_ms;
	to->connect_timeout_ms =
		from->connect_timeout_ms ? from->connect_timeout_ms : default_options.connect_timeout_ms;
	to->max_in_flight = from->max_in_flight ? from->max_in_flight : default_options.max_in_flight;
	to->proxy = to->ca_file = NULL; // the client's
}

int prober_create(uv_loop_t *loop, struct http_client *client, const struct probe_options *options,
		  prober_sample_cb sample_cb, void *ctx, struct prober **out)
{
	struct prober *prober = mem_calloc(1, sizeof *prober);

	*out = NULL;
	if (!prober)
		return -ENOMEM;
	*prober = (struct prober){
		.loop = loop,
		.client = client,
		.sample_cb = sample_cb,
		.ctx = ctx,
		.armed_ms = INT64_MAX,
		.n_handles = 2,
	};
	copy_options(&prober->options, options ? options : &default_options);
	schedule_init(&prober->schedule);
	admission_init(&prober->admission, prober->options.max_in_flight);
	loop_lag_init(&prober->lag, clock_now());
	uv_timer_init(loop, &prober->timer); // a timer's init cannot fail
	uv_timer_init(loop, &prober->beat);
	prober->timer.data = prober->beat.data = prober;
	uv_timer_start(&prober->beat, beat_cb, LOOP_BEAT_MS, LOOP_BEAT_MS);
	*out = prober;
	return 0;
}

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

// Nothing that a probe is made of has changed.
static bool is_same_probe(const struct agent *a, const struct agent *b)
{
	return is_same_text(a->health_url, b->health_url) && is_same_text(a->metrics_url, b->metrics_url) &&
	       is_same_text(a->authorization, b->authorization) && is_same_text(a->key, b->key) &&
	       is_same_text(a->tls.ca_file, b->tls.ca_file) && is_same_text(a->tls.cert_file, b->tls.cert_file) &&
	       is_same_text(a->tls.key_file, b->tls.key_file) && a->tls.is_insecure == b->tls.is_insecure &&
	       a->interval_ms == b->interval_ms && a->timeout_ms == b->timeout_ms && a->is_paused == b->is_paused;
}

// Takes up a (new) description with a first round.
static int begin(struct prober *prober, struct probed *probed)
{
	const struct agent *agent = probed->agent;
	uint32_t interval_ms = agent->interval_ms ? agent->interval_ms : prober->options.interval_ms;
	int r = 0;

	schedule_remove(&prober->schedule, &probed->entry);
	if (is_wanted(agent))
		r = schedule_add(&prober->schedule, &probed->entry, schedule_phase(agent->id), interval_ms,
				 clock_now().mono_ms);
	prober_arm(prober);
	return r;
}

static int add(struct prober *prober, const struct agent *agent)
{
	struct probed *probed = mem_calloc(1, sizeof *probed);
	int r = -ENOMEM;

	if (!probed)
		return -ENOMEM;
	probed->id = agent->id;
	probed->prober = prober;
	probed->agent = agent_ref(agent);
	HASH_ADD(hh, prober->agents, id, sizeof probed->id, probed);
	if (!TABLE_ADD_FAILED(probed)) {
		r = begin(prober, probed);
		if (r == 0)
			return 0;
		HASH_DEL(prober->agents, probed);
	}
	probed_free(probed);
	return r;
}

int prober_put(struct prober *prober, const struct agent *agent)
{
	struct probed *probed = find(prober, agent->id);
	const struct agent *before;
	bool is_same;

	if (!probed)
		return add(prober, agent);
	before = probed->agent;
	is_same = is_same_probe(before, agent);
	probed->agent = agent_ref(agent);
	agent_unref(before);
	if (is_same)
		return 0;
	probed_cancel(probed);
	probed->ticket.is_slow = false;
	return begin(prober, probed);
}

int prober_remove(struct prober *prober, uint32_t id)
{
	struct probed *probed = find(prober, id);

	if (!probed)
		return -ENOENT;
	drop(prober, probed);
	prober_arm(prober);
	return 0;
}

int64_t prober_due_ms(const struct prober *prober, uint32_t id)
{
	const struct probed *probed = find(prober, id);

	return probed && probed->entry.is_queued && !prober->is_paused ? probed->entry.due_ms : INT64_MAX;
}

void prober_limit_slow(struct prober *prober, size_t limit)
{
	admission_limit_slow(&prober->admission, limit);
}

int prober_set_pace(struct prober *prober, uint32_t id, enum pace pace)
{
	struct probed *probed = find(prober, id);

	if (!probed)
		return -ENOENT;
	schedule_set_pace(&prober->schedule, &probed->entry, pace, clock_now().mono_ms);
	prober_arm(prober);
	return 0;
}

int prober_probe_now(struct prober *prober, uint32_t id)
{
	int64_t now_ms = clock_now().mono_ms;
	struct probed *probed, *next;

	if (id) {
		probed = find(prober, id);
		if (!probed)
			return -ENOENT;
		schedule_hurry(&prober->schedule, &probed->entry, now_ms);
	} else {
		HASH_ITER(hh, prober->agents, probed, next)
			schedule_hurry(&prober->schedule, &probed->entry, now_ms);
	}
	prober_arm(prober);
	return 0;
}

void prober_pause(struct prober *prober, bool is_paused)
{
	struct probed *probed, *next;

	if (prober->is_paused == is_paused)
		return;
	prober->is_paused = is_paused;
	if (!is_paused)
		HASH_ITER(hh, prober->agents, probed, next)
			(void)begin(prober, probed); // there is room: nothing was added since
	prober_arm(prober);
}

struct prober_stats prober_stats_read(struct prober *prober)
{
	struct prober_stats stats = {
		.n_agents = HASH_COUNT(prober->agents),
		.n_in_flight = prober->admission.n_in,
		.n_waiting = prober->admission.n_waiting,
		.n_slow = prober->admission.n_slow_in,
		.n_polls = prober->n_polls,
		.n_skipped = prober->n_skipped,
		.n_overload = prober->n_overload,
		.lag_ms = prober->lag.last_ms,
		.lag_worst_ms = prober->lag.worst_ms,
	};

	prober->lag.worst_ms = 0;
	return stats;
}
