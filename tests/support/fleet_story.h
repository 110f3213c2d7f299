#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Days in the life of a fleet, in no time: the events of agents that are probed and scraped, some of which go down and
 * come back, with alerts and what people do about them. The same seed tells the same story.
 *
 *   struct fleet_story story;
 *   fleet_story_init(&story, 1000, 60000, 1, &sink);
 *   while (story.now_ms < FLEET_STORY_BEGIN_MS + 24 * 3600 * 1000)
 *           fleet_story_step(&story);
 *   fleet_story_finish(&story);
 */
#include <stddef.h>
#include <stdint.h>

#include "opscon/event.h"

#define FLEET_STORY_BEGIN_MS INT64_C(1795446000000) // 2026-11-23T15:00:00Z

enum { STORY_SERIES = 6, STORY_FALL = 3 };

struct story_agent {
	struct health health;
	double values[STORY_SERIES];
	uint32_t alert;      // open; 0 none
	uint32_t n_bad_left; // results that are bad yet
};

struct fleet_story {
	struct event_sink sink;     // borrowed context
	struct story_agent *agents; // owned
	size_t n_agents, next;
	uint32_t interval_ms, n_alerts;
	uint32_t shift; // agent number 1 is "agent-0001" and so many more
	uint64_t random, n_events;
	int64_t now_ms; // wall
};

// Emits the fleet's agents and series. Aborts the running test for want of memory.
void fleet_story_init(struct fleet_story *story, size_t n_agents, uint32_t interval_ms, uint64_t seed,
		      const struct event_sink *sink);
// The same of agents that come later: number 1 is "agent-0003" with a shift of 2.
void fleet_story_init_shifted(struct fleet_story *story, size_t n_agents, uint32_t interval_ms, uint64_t seed,
			      uint32_t shift, const struct event_sink *sink);
void fleet_story_step(struct fleet_story *story); // the next agent's turn: time goes on
void fleet_story_finish(struct fleet_story *story);
