#pragma once
// SPDX-License-Identifier: Apache-2.0
// Agents that are not told of singly any more: what has happened to how many of them, as one item. Pure.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "opscon/event.h"

struct happening_phrase;

enum crowd_kind { // the gravest first
	CROWD_DIED,
	CROWD_WANTED_MEMORY,
	CROWD_ILL,
	CROWD_DIED_AND_STARTED,
	CROWD_REMOVED,
	CROWD_REPLACED,
	CROWD_NAMELESS,
	CROWD_ENDED,
	CROWD_STOPPED,
	CROWD_PAUSED,
	CROWD_RESTARTED,
	CROWD_SIGNALLED,
	CROWD_CREATED,
	CROWD_STARTED,
	CROWD_RESUMED,
	CROWD_WELL,
	CROWD_CHECKED,
	CROWD_KIND_COUNT,
};

bool crowd_kind_is_outside(enum crowd_kind kind); // somebody has done it

enum { CROWD_NAMES_MAX = 240 };

struct happening_crowd {
	unsigned n_agents;            // 0: nobody
	unsigned n[CROWD_KIND_COUNT]; // agents
	int64_t at_ms;                // wall: of its first
	bool is_bad;                  // one of them is an error
	enum action_type type;        // of the gravest
	enum severity worst;
	size_t gravest;
	char names[CROWD_NAMES_MAX];
	bool has_more_names;
};

// `had` is what that agent is in it for already (0: nothing; bit = 1 << enum crowd_kind). `name` may be NULL.
void happening_crowd_join(struct happening_crowd *crowd, const struct happening_phrase *phrase, unsigned *had,
			  const char *name);

// All of them in words. The crowd is empty then.
void happening_crowd_leave(struct happening_crowd *crowd, struct happening_phrase *out);
