// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/services/engine_bench.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "operations/plan.h"
#include "tests/support/suite.h"

enum { PATIENCE_S = 60, FILE_MAX = 4 << 20 };

struct bench_agent *bench_agent_of(struct engine_bench *b, uint32_t id)
{
	return id >= 1 && id <= b->n_agents && !b->agents[id - 1].is_gone ? &b->agents[id - 1] : NULL;
}

// ---- the world

static struct instant world_now(void *ctx)
{
	return ((struct engine_bench *)ctx)->now;
}

static uint32_t world_random(void *ctx)
{
	return (uint32_t)((struct engine_bench *)ctx)->n_operations * 7919u + ((struct engine_bench *)ctx)->token;
}

static const struct agent *world_agent(void *ctx, uint32_t id)
{
	struct bench_agent *agent = bench_agent_of(ctx, id);

	return agent ? &agent->agent : NULL;
}

static const struct agent *world_agent_by_key(void *ctx, const char *key)
{
	struct engine_bench *b = ctx;

	for (size_t i = 0; i < b->n_agents; i++)
		if (strcmp(b->agents[i].key, key) == 0)
			return world_agent(b, (uint32_t)i + 1);
	return NULL;
}

static struct driver *world_driver(void *ctx, const struct agent *agent)
{
	return agent->driver ? &((struct engine_bench *)ctx)->driver.driver : NULL;
}

static const struct health *world_health(void *ctx, uint32_t id)
{
	struct bench_agent *agent = bench_agent_of(ctx, id);

	return agent && !agent->is_unjudged ? &agent->health : NULL;
}

// A reading a second, and three are enough.
static void world_vitals(void *ctx, uint32_t id, uint32_t after, struct engine_vitals *out)
{
	struct engine_bench *b = ctx;
	struct bench_agent *agent = bench_agent_of(b, id);
	uint32_t no = (uint32_t)(b->now.mono_ms / 1000);

	*out = (struct engine_vitals){ NAN, NAN, NAN, NAN, NAN, no };
	if (!agent || no - after < 3)
		return;
	out->error_share = agent->error_share;
	out->probe_ms = out->probe_high_ms = agent->latency_ms;
	out->p95_ms = out->p95_high_ms = agent->p95_ms > 0 ? agent->p95_ms : NAN;
}

static size_t world_dependents(void *ctx, uint32_t id, const char **names, size_t n)
{
	struct engine_bench *b = ctx;

	if (id != 1 || b->n_agents < 2) // a1 depends on a0
		return 0;
	if (n)
		names[0] = b->agents[1].name;
	return 1;
}

static bool world_is_last_healthy(void *ctx, uint32_t id)
{
	(void)ctx, (void)id;
	return false;
}

static void world_probe(void *ctx, uint32_t id)
{
	(void)id;
	((struct engine_bench *)ctx)->n_probes++;
}

static void world_overlay(void *ctx, uint32_t id, bool is_operated)
{
	struct bench_agent *agent = bench_agent_of(ctx, id);

	if (agent)
		agent->is_operated = is_operated;
}

static void world_rearm(void *ctx)
{
	(void)ctx;
}

static void probe_all(struct engine_bench *b)
{
	for (size_t i = 0; i < b->n_agents; i++) {
		struct bench_agent *agent = &b->agents[i];
		bool is_sick =
			agent->is_sick || (b->sick_version && strcmp(agent->sight.version, b->sick_version) == 0);
		bool is_up = agent->sight.exists && agent->sight.state == LIFECYCLE_RUNNING && !is_sick;

		agent->health.observed = agent->health.toward = !is_up              ? OBSERVED_DOWN
								: agent->is_warning ? OBSERVED_DEGRADED
										    : OBSERVED_UP;
		agent->health.last_probe_ms = b->now.wall_ms;
		if (agent->is_warning && is_up)
			continue;
		*(is_up ? &agent->health.last_success_ms : &agent->health.last_failure_ms) = b->now.wall_ms;
	}
}

// ---- what is told

static void take_operation(struct engine_bench *b, const struct operation *operation)
{
	bool is_new = !b->operation || b->operation->no != operation->no || b->operation->state != operation->state;
	size_t used = strlen(b->states);

	if (is_new)
		snprintf(b->states + used, sizeof b->states - used, "%s ", operation_state_name(operation->state));
	b->n_operations++;
	b->n_over += is_new && operation_is_over(operation->state);
	operation_unref(b->operation);
	b->operation = operation_ref(operation);
}

static void take_history(struct engine_bench *b, const struct operation *operation)
{
	ck_assert(operation_is_over(operation->state));
	ck_assert_int_ge(strcmp(operation->id, b->history ? b->history->id : ""), 0); // the oldest first
	operation_unref(b->history);
	b->history = operation_ref(operation);
	b->n_history++;
}

static void take_lease(struct engine_bench *b, const struct event *event)
{
	struct bench_lease *lease = &b->leases[event->agent - 1];

	ck_assert_uint_ge(event->u.lease.epoch, lease->epoch);
	lease->epoch = event->u.lease.epoch;
	lease->session = event->u.lease.session;
	lease->until_ms = event->u.lease.until_ms;
	snprintf(lease->holder, sizeof lease->holder, "%s", event->u.lease.holder);
	lease->n_told++;
}

static void take_approval(struct engine_bench *b, const struct event *event)
{
	size_t used = strlen(b->approvals);

	snprintf(b->approvals + used, sizeof b->approvals - used, "%s%s ",
		 event->u.approval.is_unasked ? "unasked-" : "", approval_state_name(event->u.approval.state));
	snprintf(b->approval_reason, sizeof b->approval_reason, "%s", event->u.approval.reason);
	snprintf(b->approval_what, sizeof b->approval_what, "%s: %s", event->u.approval.asker, event->u.approval.what);
	snprintf(b->approval_by, sizeof b->approval_by, "%s", event->u.approval.by);
	ck_assert_str_eq(event->u.approval.whole->hash, event->u.approval.hash);
	ck_assert_uint_eq(event->u.approval.whole->no, event->u.approval.plan);
}

static void emit(void *ctx, struct event *event)
{
	struct engine_bench *b = ctx;

	switch (event->type) {
	case EVENT_PLAN:
		plan_unref(b->plan);
		b->plan = plan_ref(event->u.plan);
		break;
	case EVENT_OPERATION:
		if (event->is_restated)
			take_history(b, event->u.operation);
		else
			take_operation(b, event->u.operation);
		break;
	case EVENT_LIFECYCLE:
		b->n_lifecycles++;
		b->lives[event->agent - 1] = event->u.lifecycle;
		break;
	case EVENT_NOTICE:
		b->n_notices++;
		snprintf(b->notice, sizeof b->notice, "%s: %s", event->u.notice.title, event->u.notice.text);
		break;
	case EVENT_LEASE:
		take_lease(b, event);
		break;
	case EVENT_APPROVAL:
		take_approval(b, event);
		break;
	default:
		ck_abort_msg("an event that is not the engine's");
	}
	if (b->on_event)
		b->on_event(b, event);
	event_unref(event);
}

// ---- threads

static void wake(void *ctx)
{
	struct engine_bench *b = ctx;

	pthread_mutex_lock(&b->mutex);
	b->n_wakes++;
	pthread_cond_signal(&b->woken);
	pthread_mutex_unlock(&b->mutex);
}

static void dispatch(struct engine_bench *b)
{
	if (b->journal)
		journal_dispatch(b->journal);
	if (b->watch)
		journal_watch_dispatch(b->watch);
	if (b->audit)
		audit_logger_dispatch(b->audit);
}

static void wait_for_wake(struct engine_bench *b)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&b->mutex);
	while (b->n_wakes == b->n_seen)
		ck_assert_int_eq(pthread_cond_timedwait(&b->woken, &b->mutex, &until), 0);
	b->n_seen = b->n_wakes;
	pthread_mutex_unlock(&b->mutex);
}

void bench_settle(struct engine_bench *b)
{
	dispatch(b);
	while (b->engine->tickets || b->engine->recovering || (b->watch && journal_watch_is_looking(b->watch))) {
		wait_for_wake(b);
		dispatch(b);
	}
}

// ---- lifetime

static void add_agent(struct engine_bench *b, size_t i)
{
	struct bench_agent *agent = &b->agents[i];

	snprintf(agent->name, sizeof agent->name, "a%zu", i);
	snprintf(agent->key, sizeof agent->key, "http://a%zu.test", i);
	agent->labels[0] = (struct label){ "env", "test" };
	agent->labels[1] = (struct label){ "service", "svc" };
	agent->agent = (struct agent){
		.id = (uint32_t)i + 1,
		.refs = 1,
		.key = agent->key,
		.name = agent->name,
		.url = agent->key,
		.health_url = agent->key,
		.driver = "fake",
		.labels = { agent->labels, 2 },
	};
	agent->error_share = 0;
	agent->latency_ms = 10;
	agent->health = (struct health){ .freshness = FRESHNESS_FRESH };
	snprintf(agent->sight.version, sizeof agent->sight.version, "1.0");
	bench_agent_start(agent);
}

static void make_dirs(struct engine_bench *b)
{
	// In memory where there is such a place: thousands of records are waited for, and a disk is slow at that.
	strcpy(b->root, access("/dev/shm", W_OK) == 0 ? "/dev/shm/opscon-engine-XXXXXX" : "/tmp/opscon-engine-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(b->root));
	snprintf(b->state_dir, sizeof b->state_dir, "%s/state", b->root);
	snprintf(b->audit_dir, sizeof b->audit_dir, "%s/audit", b->root);
	ck_assert_int_eq(mkdir(b->state_dir, 0700), 0);
}

static void start_threads(struct engine_bench *b)
{
	const struct journal_writer_options journal = {
		.wake = wake,
		.ctx = b,
		.after_record = b->after_record,
		.after_ctx = b,
	};
	char dir[120];
	const struct journal_watch_options watch = { .dir = dir, .wake = wake, .ctx = b };
	const struct audit_logger_options audit = {
		.who = &b->who,
		.dir = b->audit_dir,
		.segment_bytes = 16 << 20,
		.wake = wake,
		.ctx = b,
	};

	audit_identity_here(&b->who);
	snprintf(dir, sizeof dir, "%s/operations", b->state_dir);
	ck_assert_int_eq(journal_writer_create(&journal, &b->journal), 0);
	ck_assert_int_eq(journal_watch_create(&watch, &b->watch), 0);
	ck_assert_int_eq(audit_logger_create(&audit, b->now, &b->audit), 0);
	while (audit_logger_state(b->audit)->status == AUDIT_LOGGER_OPENING) {
		wait_for_wake(b);
		dispatch(b);
	}
}

void bench_start(struct engine_bench *b)
{
	const struct engine_world world = {
		.now = world_now,
		.random = world_random,
		.agent = world_agent,
		.agent_by_key = world_agent_by_key,
		.driver = world_driver,
		.health = world_health,
		.vitals = world_vitals,
		.dependents = world_dependents,
		.is_last_healthy = world_is_last_healthy,
		.probe = world_probe,
		.overlay = world_overlay,
		.rearm = world_rearm,
		.ctx = b,
	};
	const struct event_sink sink = { emit, b };
	struct engine_options options = {
		.world = &world,
		.sink = &sink,
		.config = &b->config,
		.holder = b->holder ? b->holder : "alice, pid 1",
		.approvals = b->approval_rules,
		.n_approvals = b->n_approval_rules,
		.is_demo = b->is_demo,
	};

	if (!b->is_demo) {
		start_threads(b);
		options.journal = b->journal;
		options.watch = b->watch;
		options.audit = b->audit;
		options.state_dir = b->state_dir;
	}
	ck_assert_int_eq(provisioning_engine_create(&options, &b->engine), 0);
	for (size_t i = 0; i < b->n_agents; i++)
		provisioning_engine_agent(b->engine, &b->agents[i].agent, b->agents[i].is_gone, b->now);
	ck_assert_int_eq(provisioning_engine_deadline(b->engine), 0); // it has something to look at
	if (b->fail_at)
		mem_fail_once(b->fail_at - 1);
	provisioning_engine_tick(b->engine, b->now);
	if (!b->is_in_haste)
		bench_settle(b);
	mem_fail_once(-1);
}

void bench_prepare(struct engine_bench *b, size_t n_agents, bool is_demo)
{
	*b = (struct engine_bench){
		.now = { .mono_ms = 1000000, .wall_ms = INT64_C(1764100000000) },
		.n_agents = n_agents,
		.driver = { .driver.class = &bench_driver_class },
		.is_demo = is_demo,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.woken = PTHREAD_COND_INITIALIZER,
	};
	b->driver.bench = b;
	b->config.rollout = bench_params(VERB_RESTART).rollout;
	b->config.n_concurrent = OPERATION_CONCURRENT_MAX;
	for (size_t i = 0; i < n_agents; i++)
		add_agent(b, i);
	probe_all(b);
	if (!is_demo)
		make_dirs(b);
}

void bench_init(struct engine_bench *b, size_t n_agents, bool is_demo)
{
	bench_prepare(b, n_agents, is_demo);
	bench_start(b);
}

void bench_kill(struct engine_bench *b)
{
	provisioning_engine_destroy(b->engine);
	b->engine = NULL;
	journal_writer_destroy(b->journal, JOURNAL_CLOSE_MS);
	journal_watch_destroy(b->watch, JOURNAL_CLOSE_MS);
	audit_logger_destroy(b->audit);
	b->journal = NULL;
	b->watch = NULL;
	b->audit = NULL;
	ck_assert_ptr_null(b->driver.runs);
}

void bench_finish(struct engine_bench *b)
{
	char command[128];

	bench_kill(b);
	plan_unref(b->plan);
	operation_unref(b->operation);
	operation_unref(b->history);
	if (!b->is_demo) {
		snprintf(command, sizeof command, "rm -rf %s", b->root);
		ck_assert_int_eq(system(command), 0);
	}
	ck_assert_uint_eq(b->n_undispatched, 0);
	for (size_t i = 0; i < b->n_agents; i++)
		ck_assert_uint_eq(b->agents[i].agent.refs, 1);
}

// ---- time

void bench_advance(struct engine_bench *b, int64_t ms)
{
	b->now = instant_add(b->now, ms);
	probe_all(b);
	bench_answer_due(b);
	provisioning_engine_tick(b->engine, b->now);
	bench_settle(b);
}

void bench_until(struct engine_bench *b, bool (*is_so)(struct engine_bench *b), int64_t limit_ms)
{
	int64_t until_ms = b->now.mono_ms + limit_ms;

	bench_settle(b);
	while (!is_so(b)) {
		int64_t next_ms = provisioning_engine_deadline(b->engine), answer_ms = bench_next_answer(b);

		if (answer_ms < next_ms)
			next_ms = answer_ms;
		ck_assert_msg(next_ms <= until_ms, "it does not come to be: %s%s", b->states, b->notice);
		bench_advance(b, next_ms > b->now.mono_ms ? next_ms - b->now.mono_ms : 1);
	}
}

// ---- asking

void bench_script(struct engine_bench *b, size_t agent, struct bench_row row)
{
	struct bench_row *script = b->agents[agent].script;

	while (script->step)
		script++;
	*script = row;
}

struct operation_params bench_params(enum verb verb)
{
	return (struct operation_params){
		.verb = verb,
		.version = verb == VERB_UPGRADE ? "2.0" : "",
		.patch = verb == VERB_CONFIGURE ? "{\"level\":3,\"token\":\"hunter2\",\"on\":true,\"off\":null}" : "",
		.reason = "",
		.rollout = { .kind = ROLLOUT_ROLLING,
			     .batch = 1,
			     .max_unavailable = 1,
			     .wait_ms = 1000,
			     .min_healthy_ms = 2000,
			     .verify_ms = 20000,
			     .canary_percent = { 10, 50, 100 },
			     .max_error_share = 0.05,
			     .max_latency_growth = 0.5,
			     .rolls_back = true },
	};
}

bool bench_has_plan(struct engine_bench *b)
{
	return b->plan && b->plan->token == b->token;
}

bool bench_is_over(struct engine_bench *b)
{
	return b->engine->n_ops == 0;
}

int bench_plan_of(struct engine_bench *b, const struct operation_params *params, const uint32_t *agents, size_t n)
{
	const struct request request = {
		.type = REQUEST_PLAN,
		.who = "alice",
		.agents = agents,
		.n_agents = n,
		.params = params,
		.token = ++b->token,
	};
	int r = provisioning_engine_request(b->engine, &request, b->now);

	if (r == 0)
		bench_until(b, bench_has_plan, 60000);
	return r;
}

bool bench_plan_quietly(struct engine_bench *b, const struct operation_params *params, size_t n)
{
	static const uint32_t ids[] = { 1, 2, 3, 4 };
	const struct request request = {
		.type = REQUEST_PLAN,
		.agents = ids,
		.n_agents = n,
		.params = params,
		.token = ++b->token,
	};
	int r = provisioning_engine_request(b->engine, &request, b->now);

	for (int i = 0; r == 0 && b->engine->plannings && i < 1000; i++)
		bench_advance(b, 100);
	ck_assert_ptr_null(b->engine->plannings);
	return bench_has_plan(b);
}

int bench_plan(struct engine_bench *b, const struct operation_params *params, size_t n)
{
	static const uint32_t ids[BENCH_AGENTS_MAX] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

	return bench_plan_of(b, params, ids, n);
}

int bench_submit(struct engine_bench *b)
{
	const struct request request = {
		.type = REQUEST_SUBMIT,
		.who = "alice",
		.operation = b->plan->no,
		.hash = b->plan->hash,
		.typed = b->plan->typed,
		.reason = "it is slow",
		.person = b->person,
	};

	return provisioning_engine_request(b->engine, &request, b->now);
}

int bench_ask(struct engine_bench *b, enum request_type type)
{
	const struct request request = {
		.type = type, .who = "bob", .operation = b->operation->no, .person = b->person
	};

	return provisioning_engine_request(b->engine, &request, b->now);
}

void bench_do(struct engine_bench *b, enum verb verb, size_t n)
{
	struct operation_params params = bench_params(verb);

	ck_assert_int_eq(bench_plan(b, &params, n), 0);
	ck_assert_msg(bench_submit(b) == 0, "%s", b->notice);
	bench_until(b, bench_is_over, 3600000);
}

const struct operation_target *bench_target(const struct engine_bench *b, size_t i)
{
	return &b->operation->targets[i];
}

// ---- files

static unsigned count_in(const char *path, const char *text)
{
	FILE *file = fopen(path, "re");
	char *data = calloc(1, FILE_MAX);
	unsigned n = 0;

	if (file && fread(data, 1, FILE_MAX - 1, file) > 0)
		for (const char *at = data; (at = strstr(at, text)); at++)
			n++;
	if (file)
		fclose(file);
	free(data);
	return n;
}

unsigned bench_count(const struct engine_bench *b, const char *suffix, const char *text)
{
	char folder[160], path[480];
	struct dirent *entry;
	unsigned n = 0;
	DIR *dir;

	if (strcmp(suffix, ".journal") == 0)
		snprintf(folder, sizeof folder, "%s/operations", b->state_dir);
	else
		snprintf(folder, sizeof folder, "%s", b->audit_dir);
	dir = opendir(folder);
	while (dir && (entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);

		if (length < strlen(suffix) || strcmp(entry->d_name + length - strlen(suffix), suffix) != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		n += count_in(path, text);
	}
	if (dir)
		closedir(dir);
	return n;
}
