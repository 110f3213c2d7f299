// SPDX-License-Identifier: Apache-2.0
#include "simulator/internal.h"

static const struct {
	size_t agent;
	enum simulator_fault fault;
} cast[] = {
	{ 7, SIMULATOR_FAULT_SLOW },        // WowSearch
	{ 9, SIMULATOR_FAULT_ERROR500 },    // WowSupport
	{ 12, SIMULATOR_FAULT_FLAPPING },   // WowIntegration
	{ 15, SIMULATOR_FAULT_RESTARTING }, // WowBenchmark
	{ 16, SIMULATOR_FAULT_AUTH401 },    // WowTrialManager
	{ 17, SIMULATOR_FAULT_HANG },       // WowMatcher
	{ 20, SIMULATOR_FAULT_HTML },       // WowDesigner
};

// One healthy agent at a time has a bad spell, and the next one only when it is over.
static const struct {
	uint32_t after_ms; // since the scene before; the first also follows the last
	size_t agent;
	enum simulator_fault fault;
} scenes[] = {
	{ 20000, 5, SIMULATOR_FAULT_DEGRADED },                                          // WowMemory
	{ 30000, 5, SIMULATOR_FAULT_NONE },     { 40000, 11, SIMULATOR_FAULT_ERROR500 }, // WowScaling
	{ 30000, 11, SIMULATOR_FAULT_NONE },    { 60000, 1, SIMULATOR_FAULT_DEGRADED },  // WowAgentFactory
	{ 45000, 1, SIMULATOR_FAULT_NONE },
};

enum { N_SCENES = sizeof scenes / sizeof scenes[0] };

void scenario_deal(enum simulator_fault *faults, size_t n)
{
	for (size_t i = 0; i < n; i++)
		faults[i] = SIMULATOR_FAULT_NONE;
	for (size_t i = 0; i < sizeof cast / sizeof cast[0]; i++) {
		if (cast[i].agent < n)
			faults[cast[i].agent] = cast[i].fault;
	}
}

void scenario_start(struct simulator *sim, uint64_t now_ms)
{
	sim->scene = 0;
	sim->scene_due_ms = now_ms + scenes[0].after_ms;
}

uint64_t scenario_run_due(struct simulator *sim, uint64_t now_ms)
{
	while (sim->scene_due_ms <= now_ms) {
		size_t agent = scenes[sim->scene].agent;

		if (agent < sim->n_agents)
			simulator_set_fault(sim, agent, scenes[sim->scene].fault);
		sim->scene = (sim->scene + 1) % N_SCENES;
		sim->scene_due_ms += scenes[sim->scene].after_ms;
	}
	return sim->scene_due_ms;
}
