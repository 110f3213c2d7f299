// SPDX-License-Identifier: Apache-2.0
/* How many operations are carried out a second: operation_engine DIR prints `KEY OURS 0`. Each is one restart of one
 * agent, with its journal and its audit records on the disk; the agents answer at once, and what has to be waited for
 * but the disk is over at once too: when nothing is on its way there, the clock jumps.
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "audit/identity.h"
#include "opscon/config.h"
#include "services/provisioning_internal.h"

enum { N = 200 };

struct driver_run {
	struct driver_run *next;
	uint32_t agent;
	struct driver_listener listener;
	bool is_mutating;
};

struct bench_agent {
	struct agent agent;
	struct health health;
	struct driver_sight sight;
	char key[40], name[16];
	unsigned n_starts;
};

static struct {
	struct driver driver;
	struct driver_run *first, **last;
	struct bench_agent agents[N];
	struct instant now;
	const struct plan *plan; // the newest, a reference
	size_t n_over, n_well;
	struct provisioning_engine *engine;
	struct journal_writer *journal;
	struct audit_logger *audit;
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	unsigned long n_wakes, n_seen;
} bench = { .last = &bench.first, .mutex = PTHREAD_MUTEX_INITIALIZER, .woken = PTHREAD_COND_INITIALIZER };

static _Noreturn void fail(const char *what, int error)
{
	fprintf(stderr, "operation_engine: %s: %s\n", what, strerror(-error));
	exit(1);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// ---- agents that answer at once

static unsigned verbs(const struct driver *driver, const struct agent *agent)
{
	(void)driver, (void)agent;
	return 1u << VERB_RESTART;
}

static int recipe(const struct driver *driver, const struct agent *agent, const struct operation_params *params,
		  const struct driver_sight *sight, bool is_undo, struct driver_recipe *out)
{
	(void)driver, (void)agent, (void)params, (void)sight;
	if (is_undo)
		return -ENOTSUP;
	driver_recipe_add(out, &(struct plan_step){
				       .label = "Restart",
				       .precondition = "",
				       .action = "POST /control/restart",
				       .postcondition = "",
				       .timeout_ms = 30000,
				       .primitive = PRIMITIVE_DRIVER,
				       .is_mutating = true,
			       });
	return 0;
}

static int begin(struct driver *driver, const struct driver_request *request, const struct driver_listener *listener,
		 struct driver_run **out)
{
	struct driver_run *run = calloc(1, sizeof *run);

	(void)driver;
	if (!run)
		return -ENOMEM;
	run->agent = request->agent->id;
	run->listener = *listener;
	run->is_mutating = request->step->is_mutating;
	*bench.last = run;
	bench.last = &run->next;
	*out = run;
	return 0;
}

static void cancel(struct driver_run *run)
{
	(void)run;
	fail("a step was given up", -ECANCELED);
}

static const struct driver_class class = {
	.name = "bench", .verbs = verbs, .recipe = recipe, .begin = begin, .cancel = cancel
};

static void start(struct bench_agent *agent)
{
	snprintf(agent->sight.instance, sizeof agent->sight.instance, "%u", ++agent->n_starts);
}

// Whether there was anything to answer.
static bool answer_all(void)
{
	struct driver_run *run = bench.first;
	bool has_answered = run != NULL;

	bench.first = NULL;
	bench.last = &bench.first;
	for (struct driver_run *next; run; run = next) {
		struct bench_agent *agent = &bench.agents[run->agent - 1];
		struct driver_answer answer = { .outcome = DRIVER_DONE, .detail = "200", .has_sight = true };

		next = run->next;
		if (run->is_mutating)
			start(agent);
		answer.sight = agent->sight;
		run->listener.done(run->listener.ctx, &answer);
		free(run);
	}
	return has_answered;
}

// ---- the world

static struct instant world_now(void *ctx)
{
	(void)ctx;
	return bench.now;
}

static uint32_t world_random(void *ctx)
{
	static uint32_t last;

	(void)ctx;
	return ++last;
}

static const struct agent *world_agent(void *ctx, uint32_t id)
{
	(void)ctx;
	return &bench.agents[id - 1].agent;
}

static const struct agent *world_agent_by_key(void *ctx, const char *key)
{
	(void)ctx, (void)key;
	return NULL;
}

static struct driver *world_driver(void *ctx, const struct agent *agent)
{
	(void)ctx, (void)agent;
	return &bench.driver;
}

static const struct health *world_health(void *ctx, uint32_t id)
{
	(void)ctx;
	bench.agents[id - 1].health.last_success_ms = bench.now.wall_ms;
	return &bench.agents[id - 1].health;
}

static void world_vitals(void *ctx, uint32_t id, uint32_t after, struct engine_vitals *out)
{
	(void)ctx, (void)id, (void)after;
	*out = (struct engine_vitals){ NAN, NAN, NAN, NAN, NAN, 0 };
}

static size_t world_dependents(void *ctx, uint32_t id, const char **names, size_t n)
{
	(void)ctx, (void)id, (void)names, (void)n;
	return 0;
}

static bool world_is_last_healthy(void *ctx, uint32_t id)
{
	(void)ctx, (void)id;
	return false;
}

static void world_probe(void *ctx, uint32_t id)
{
	(void)ctx, (void)id;
}

static void world_overlay(void *ctx, uint32_t id, bool is_operated)
{
	(void)ctx, (void)id, (void)is_operated;
}

static void world_rearm(void *ctx)
{
	(void)ctx;
}

static void emit(void *ctx, struct event *event)
{
	static bool is_over[4 * N];

	(void)ctx;
	if (event->type == EVENT_PLAN) {
		plan_unref((struct plan *)bench.plan);
		bench.plan = plan_ref(event->u.plan);
	} else if (event->type == EVENT_OPERATION && operation_is_over(event->u.operation->state) &&
		   !is_over[event->u.operation->no % (4 * N)]) {
		is_over[event->u.operation->no % (4 * N)] = true;
		bench.n_over++;
		bench.n_well += event->u.operation->state == OPERATION_SUCCEEDED;
	}
	event_unref(event);
}

// ---- the loop

static void wake(void *ctx)
{
	(void)ctx;
	pthread_mutex_lock(&bench.mutex);
	bench.n_wakes++;
	pthread_cond_signal(&bench.woken);
	pthread_mutex_unlock(&bench.mutex);
}

static void wait_for_disk(void)
{
	pthread_mutex_lock(&bench.mutex);
	while (bench.n_wakes == bench.n_seen)
		pthread_cond_wait(&bench.woken, &bench.mutex);
	bench.n_seen = bench.n_wakes;
	pthread_mutex_unlock(&bench.mutex);
}

static void turn(void)
{
	int64_t due_ms;

	journal_dispatch(bench.journal);
	audit_logger_dispatch(bench.audit);
	if (answer_all())
		return;
	due_ms = provisioning_engine_deadline(bench.engine);
	if (due_ms > bench.now.mono_ms && bench.engine->tickets) {
		wait_for_disk();
		return;
	}
	if (due_ms == INT64_MAX)
		fail("it stands still", -EDEADLK);
	if (due_ms > bench.now.mono_ms)
		bench.now = instant_add(bench.now, due_ms - bench.now.mono_ms);
	provisioning_engine_tick(bench.engine, bench.now);
}

static void request(const struct request *what)
{
	int r = provisioning_engine_request(bench.engine, what, bench.now);

	if (r < 0)
		fail("a request", r);
}

static void submit(uint32_t agent, const struct operation_params *params)
{
	request(&(struct request){ .type = REQUEST_PLAN,
				   .who = "bench",
				   .agents = &agent,
				   .n_agents = 1,
				   .params = params,
				   .token = agent });
	while (!bench.plan || bench.plan->token != agent)
		turn();
	request(&(struct request){ .type = REQUEST_SUBMIT,
				   .who = "bench",
				   .operation = bench.plan->no,
				   .hash = bench.plan->hash,
				   .typed = bench.plan->typed,
				   .reason = "bench" });
}

// ---- the whole

static void open_engine(const char *dir, const struct operations_config *config)
{
	static const struct engine_world world = {
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
	};
	static const struct event_sink sink = { emit, NULL };
	const struct journal_writer_options journal = { .wake = wake };
	struct audit_identity who;
	char audit_dir[1024];
	struct audit_logger_options audit = { .who = &who, .dir = audit_dir, .segment_bytes = 16 << 20, .wake = wake };
	struct engine_options options = {
		.world = &world, .sink = &sink, .config = config, .state_dir = dir, .holder = "bench"
	};
	int r;

	audit_identity_here(&who);
	snprintf(audit_dir, sizeof audit_dir, "%s/audit", dir);
	r = mkdir(dir, 0700) < 0 ? -errno : journal_writer_create(&journal, &bench.journal);
	if (r == 0)
		r = audit_logger_create(&audit, bench.now, &bench.audit);
	options.journal = bench.journal;
	options.audit = bench.audit;
	while (r == 0 && audit_logger_state(bench.audit)->status == AUDIT_LOGGER_OPENING) {
		wait_for_disk();
		audit_logger_dispatch(bench.audit);
	}
	if (r == 0)
		r = provisioning_engine_create(&options, &bench.engine);
	if (r < 0)
		fail(dir, r);
}

static void add_agents(void)
{
	for (size_t i = 0; i < N; i++) {
		struct bench_agent *agent = &bench.agents[i];

		snprintf(agent->name, sizeof agent->name, "a%zu", i);
		snprintf(agent->key, sizeof agent->key, "http://a%zu.example", i);
		agent->agent = (struct agent){
			.id = (uint32_t)i + 1,
			.refs = 1,
			.key = agent->key,
			.name = agent->name,
			.url = agent->key,
			.health_url = agent->key,
			.driver = "bench",
		};
		agent->health = (struct health){ .observed = OBSERVED_UP, .toward = OBSERVED_UP };
		agent->sight = (struct driver_sight){ .exists = true, .state = LIFECYCLE_RUNNING, .version = "1.0" };
		start(agent);
		provisioning_engine_agent(bench.engine, &agent->agent, false, bench.now);
	}
}

int main(int argc, char **argv)
{
	struct operation_params params = { .verb = VERB_RESTART, .version = "", .patch = "", .reason = "" };
	struct config config;
	double begin_s;

	if (argc != 2)
		return 2;
	config_defaults(&config);
	config.operations.rollout.min_healthy_ms = 0;
	params.rollout = operations_rollout(&config.operations, ROLLOUT_ROLLING);
	bench.driver.class = &class;
	bench.now = (struct instant){ .mono_ms = 1000000, .wall_ms = INT64_C(1764100000000) };
	open_engine(argv[1], &config.operations);
	add_agents();
	provisioning_engine_tick(bench.engine, bench.now);
	begin_s = now_s();
	for (uint32_t id = 1; id <= N; id++)
		submit(id, &params);
	while (bench.n_over < N)
		turn();
	printf("operations_dispatched %.1f 0\n", N / (now_s() - begin_s));
	if (bench.n_well < N)
		fail("not all of them went well", -EIO);
	provisioning_engine_destroy(bench.engine);
	journal_writer_destroy(bench.journal, 60000);
	audit_logger_destroy(bench.audit);
	plan_unref((struct plan *)bench.plan);
	return 0;
}
