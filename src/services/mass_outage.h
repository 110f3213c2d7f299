#pragma once
// SPDX-License-Identifier: Apache-2.0
/* "Is it us?": watches how many agents turn bad inside one interval (health_checker.h says what follows from it). */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/health_checker.h"

struct mass_member {
	int64_t at_ms; // mono: when it turned bad
	bool is_in;
	struct mass_member *prev, *next; // mass_outage::members, oldest first
	void *owner;                     // borrowed
};

struct mass_outage {
	enum health_outage state;
	int64_t interval_ms;
	int64_t test_at_ms;          // mono: TESTING: asked then; OFFLINE: ask again then
	int64_t mass_ms;             // mono: when so many had turned bad last
	struct mass_member *members; // borrowed
	size_t n_members;
	size_t n_agents; // those that count: judged, or about to be
};

// Returns true when a link test is wanted.
bool mass_outage_turned_bad(struct mass_outage *outage, struct mass_member *member, int64_t now_ms);
void mass_outage_leave(struct mass_outage *outage, struct mass_member *member); // not being in is fine

// While offline: true once an interval, when the link should be tested again.
bool mass_outage_retest(struct mass_outage *outage, int64_t now_ms);

// Lets those go who turned bad an interval ago, and ends what is over by that. Also when no answer came.
void mass_outage_tick(struct mass_outage *outage, int64_t now_ms);
int64_t mass_outage_deadline(const struct mass_outage *outage); // mono; INT64_MAX: none
