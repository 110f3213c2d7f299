// SPDX-License-Identifier: Apache-2.0
#include "simulator/simulator.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "simulator/control.h"

static uint32_t or_default(uint32_t value, uint32_t fallback)
{
	return value ? value : fallback;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void free_all(struct simulator *sim)
{
	if (sim->spare_fd >= 0)
		close(sim->spare_fd);
	for (size_t i = 0; i < sim->n_agents; i++)
		control_finish(&sim->agents[i]);
	mem_free(sim->agents);
	mem_free(sim);
}

void simulator_handle_closed(struct simulator *sim)
{
	sim->n_handles--;
	if (sim->is_stopping && sim->n_handles == 0)
		free_all(sim);
}

static void closed_cb(uv_handle_t *handle)
{
	simulator_handle_closed(handle->data);
}

static void turn(struct sim_agent *agent, uint64_t now_ms)
{
	struct simulator *sim = agent->sim;

	if (agent->is_refusing) {
		model_restart(&agent->model, clock_now().wall_ms);
		listener_set_refusing(agent, false);
		agent->turn_ms = now_ms + sim->up_ms;
	} else {
		listener_set_refusing(agent, true);
		http_end_all(agent);
		agent->turn_ms = now_ms + sim->down_ms;
	}
}

static uint64_t run_turns(struct simulator *sim, uint64_t now_ms)
{
	if (now_ms < sim->turn_due_ms)
		return sim->turn_due_ms;
	sim->turn_due_ms = UINT64_MAX;
	for (size_t i = 0; i < sim->n_agents; i++) {
		struct sim_agent *agent = &sim->agents[i];

		if (agent->fault != SIMULATOR_FAULT_RESTARTING)
			continue;
		if (agent->turn_ms <= now_ms)
			turn(agent, now_ms);
		sim->turn_due_ms = min_u64(sim->turn_due_ms, agent->turn_ms);
	}
	return sim->turn_due_ms;
}

static void timer_cb(uv_timer_t *timer)
{
	struct simulator *sim = timer->data;
	uint64_t now_ms = uv_now(sim->loop), due_ms;

	sim->timer_due_ms = UINT64_MAX;
	due_ms = http_resume_due(sim, now_ms);
	due_ms = min_u64(due_ms, raw_drip_due(sim, now_ms));
	due_ms = min_u64(due_ms, run_turns(sim, now_ms));
	due_ms = min_u64(due_ms, control_run_due(sim, now_ms));
	if (sim->scene_due_ms != UINT64_MAX)
		due_ms = min_u64(due_ms, scenario_run_due(sim, now_ms));
	if (due_ms != UINT64_MAX)
		simulator_wake_at(sim, due_ms);
}

void simulator_wake_at(struct simulator *sim, uint64_t due_ms)
{
	uint64_t now_ms = uv_now(sim->loop);

	if (due_ms >= sim->timer_due_ms)
		return;
	sim->timer_due_ms = due_ms;
	uv_timer_start(&sim->timer, timer_cb, due_ms > now_ms ? due_ms - now_ms : 0, 0);
}

void simulator_set_incident(struct sim_agent *agent)
{
	bool is_incident = agent->fault == SIMULATOR_FAULT_DEGRADED || life_is_bad(&agent->life);

	if (is_incident != agent->model.is_incident)
		model_set_incident(&agent->model, is_incident, clock_now().wall_ms);
}

static void apply_fault(struct sim_agent *agent, enum simulator_fault fault)
{
	struct simulator *sim = agent->sim;

	agent->fault = fault;
	agent->n_health = 0;
	simulator_set_incident(agent);
	listener_set_refusing(agent, false);
	if (fault != SIMULATOR_FAULT_RESTARTING)
		return;
	// The first life is cut short by agent, so that not all go down at once.
	agent->turn_ms = uv_now(sim->loop) + sim->up_ms / 2 + agent->model.key % (sim->up_ms / 2 + 1);
	sim->turn_due_ms = min_u64(sim->turn_due_ms, agent->turn_ms);
	simulator_wake_at(sim, agent->turn_ms);
}

void simulator_set_fault(struct simulator *simulator, size_t i, enum simulator_fault fault)
{
	struct sim_agent *agent = &simulator->agents[i];

	if (agent->fault == fault)
		return;
	http_end_all(agent);
	raw_end_all(agent);
	apply_fault(agent, fault);
}

void simulator_heal(struct sim_agent *agent)
{
	if (!simulator_fault_is_cured(agent->fault))
		return;
	raw_end_all(agent);
	apply_fault(agent, SIMULATOR_FAULT_NONE);
}

static int deal(const struct simulator_options *options, struct simulator *sim)
{
	enum simulator_fault *faults = mem_calloc(sim->n_agents, sizeof *faults);
	int r = 0;

	if (!faults)
		return -ENOMEM;
	if (options->is_demo)
		scenario_deal(faults, sim->n_agents);
	else
		r = simulator_faults_deal(options->shares, options->n_shares, options->seed, faults, sim->n_agents);
	for (size_t i = 0; i < sim->n_agents && !r; i++)
		apply_fault(&sim->agents[i], faults[i]);
	mem_free(faults);
	return r;
}

static int create(uv_loop_t *loop, const struct simulator_options *options, struct simulator **out)
{
	struct simulator *sim = mem_calloc(1, sizeof *sim);

	if (!sim)
		return -ENOMEM;
	sim->agents = mem_calloc(options->n_agents, sizeof *sim->agents);
	if (!sim->agents) {
		mem_free(sim);
		return -ENOMEM;
	}
	sim->loop = loop;
	sim->n_agents = options->n_agents;
	sim->body_kb = options->body_kb;
	sim->slow_ms = or_default(options->slow_ms, 1500);
	sim->drip_ms = or_default(options->drip_ms, 1000);
	sim->up_ms = or_default(options->up_ms, 25000);
	sim->down_ms = or_default(options->down_ms, 7000);
	sim->failed = options->failed;
	sim->ctx = options->ctx;
	sim->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sim->late_ms = or_default(options->late_ms, 45000);
	sim->timer_due_ms = sim->turn_due_ms = sim->scene_due_ms = sim->control_due_ms = UINT64_MAX;
	for (size_t i = 0; i < sim->n_agents; i++) {
		sim->agents[i].sim = sim;
		sim->agents[i].fd = -1;
		roster_get(i, &sim->agents[i].who);
		model_init(&sim->agents[i].model, options->seed, i);
		life_init(&sim->agents[i].life, sim->agents[i].who.version, or_default(options->boot_ms, 1500),
			  or_default(options->pull_ms, 1000));
	}
	(void)uv_timer_init(loop, &sim->timer); // cannot fail
	sim->timer.data = sim;
	sim->n_handles = 1;
	*out = sim;
	return 0;
}

static size_t connections_allowed(size_t n_agents)
{
	struct rlimit limit;
	uint64_t used = (uint64_t)n_agents + SIMULATOR_FDS_RESERVED;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return SIZE_MAX;
	return limit.rlim_cur > used ? (size_t)((limit.rlim_cur - used) / 20 * 19) : 1;
}

static int start(struct simulator *sim, const struct simulator_options *options, const struct sockaddr_in *first)
{
	int r = listener_open_all(sim, first);

	if (!r)
		r = deal(options, sim);
	if (r)
		return r;
	sim->conns_max = connections_allowed(sim->n_agents);
	if (options->is_demo) {
		scenario_start(sim, uv_now(sim->loop));
		simulator_wake_at(sim, sim->scene_due_ms);
	}
	return 0;
}

int simulator_start(uv_loop_t *loop, const struct simulator_options *options, struct simulator **out)
{
	struct simulator *sim = NULL;
	struct sockaddr_in first;
	int r = listener_parse(options->listen ? options->listen : "127.0.0.1:0", &first);

	if (r || options->n_agents < 1 || options->n_agents > SIMULATOR_AGENTS_MAX)
		return -EINVAL;
	uv_update_time(loop);
	r = create(loop, options, &sim);
	if (!r)
		r = start(sim, options, &first);
	if (r) {
		simulator_stop(sim);
		return r;
	}
	*out = sim;
	return 0;
}

void simulator_stop(struct simulator *simulator)
{
	if (!simulator)
		return;
	simulator->is_stopping = true;
	for (size_t i = 0; i < simulator->n_agents; i++) {
		raw_end_all(&simulator->agents[i]);
		listener_close(&simulator->agents[i]);
	}
	http_stop(simulator);
	uv_close((uv_handle_t *)&simulator->timer, closed_cb);
}

size_t simulator_count(const struct simulator *simulator)
{
	return simulator->n_agents;
}

size_t simulator_connections(const struct simulator *simulator)
{
	return simulator->n_conns;
}

void simulator_target_get(const struct simulator *simulator, size_t i, struct simulator_target *out)
{
	const struct sim_agent *agent = &simulator->agents[i];

	*out = (struct simulator_target){
		.url = agent->url,
		.name = agent->who.name,
		.tier = agent->who.tier,
		.env = agent->who.env,
		.service = agent->who.service,
		.version = agent->who.version,
		.fault = agent->fault,
	};
}

uint64_t simulator_raise_limits(size_t n_agents)
{
	struct rlimit limit, wanted;
	uint64_t need = 2 * (uint64_t)n_agents + SIMULATOR_FDS_RESERVED;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= need)
		need = limit.rlim_max;
	wanted = (struct rlimit){ .rlim_cur = need, .rlim_max = need };
	if (setrlimit(RLIMIT_NOFILE, &wanted) < 0) { // the hard limit is only for the privileged to raise
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? 0 : limit.rlim_cur;
}
