#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The alerts themselves: raising, resolving, what people do about them. Used by alerts.c alone, which knows when. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/table.h"
#include "opscon/alert.h"
#include "opscon/event.h"
#include "opscon/feed.h"
#include "services/deadlines.h"

struct alert_entry {
	struct alert alert;              // texts owned
	struct alert_entry *prev, *next; // alert_book::resolved, oldest first; or the owner's list of open ones
	struct deadline snooze;          // alert_book::snoozes
	UT_hash_handle hh;               // alert_book::entries
};

struct alert_book {
	struct event_sink sink;
	struct alert_entry *entries;  // owned, by id
	struct alert_entry *resolved; // borrowed
	size_t n_resolved, n_open;
	struct deadlines snoozes;
	uint32_t last_id;
};

void alert_book_finish(struct alert_book *book);

struct alert_terms {
	uint32_t agent, n_agents;
	const char *rule, *summary; // borrowed
	enum severity severity;
	double value;
	const struct alert *before; // borrowed: it goes on; its age, and what people did. NULL: it is new
};

// The entry stands in *slot (NULL: no memory) before anybody is told, for telling may lead back to the caller.
void alert_book_raise(struct alert_book *book, const struct alert_terms *terms, struct alert_entry **slot,
		      struct instant now);
void alert_book_resolve(struct alert_book *book, struct alert_entry *entry, struct instant now);
// Another summary and number of agents; summary NULL: the same. Without memory the old one stays.
void alert_book_update(struct alert_book *book, struct alert_entry *entry, const char *summary, uint32_t n_agents,
		       struct instant now);
int alert_book_request(struct alert_book *book, const struct request *request, struct instant now); // alerts_request()
void alert_book_tick(struct alert_book *book, struct instant now);                                  // ends snoozes
const struct alert_entry *alert_book_get(const struct alert_book *book, uint32_t id);
