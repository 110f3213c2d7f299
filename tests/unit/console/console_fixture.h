#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A console on the platform fleet with a feed that only writes down what it is asked. Time stands still but for
 * console_fixture_wait().
 */
#include "console/console.h"
#include "console/state.h"
#include "tests/support/audit_fixture.h"
#include "tests/support/fleet_fixture.h"
#include "tests/support/operation_fixture.h"

enum { REQUESTS_MAX = 64, AGENTS_MAX = 64 };

struct fake_feed {
	struct feed base;
	struct request requests[REQUESTS_MAX]; // texts are copies
	char texts[REQUESTS_MAX][128], who[REQUESTS_MAX][32];
	size_t n;
	int answer;                  // what a request gives
	bool takes_plans;            // that one is taken all the same
	uint32_t agents[AGENTS_MAX]; // of the last plan that was asked for, as is_hidden
	bool is_hidden[AGENTS_MAX];
	struct operation_params params; // of it, with copies of its texts
	char version[64], patch[128];
	char typed[64], reason[128], hash[PLAN_HASH_HEX + 1]; // of the last request
	size_t n_audit_lists, n_audit_checks, n_audit_closes; // counted apart, too
	int audit_answer;
	uint32_t observed[AGENTS_MAX]; // asked to be looked at: counted apart
	size_t n_observed;
};

struct console_fixture {
	struct fleet_fixture fleet;
	struct fake_feed feed;
	struct console_options options;
	struct console *console;
	struct canvas canvas;
	struct instant now;
};

void console_fixture_init(struct console_fixture *f);  // platform fleet, 120x36, drawn once
void console_fixture_empty(struct console_fixture *f); // nobody there
void console_fixture_finish(struct console_fixture *f);
void console_fixture_start(struct console_fixture *f); // (re)starts the console with f->options

// Keys by name, blank between: "j j Enter". A name that is no key is typed letter by letter: "wowcache".
void console_fixture_keys(struct console_fixture *f, const char *names);
void console_fixture_paste(struct console_fixture *f, const char *text);
void console_fixture_wait(struct console_fixture *f, int64_t ms);
void console_fixture_draw(struct console_fixture *f, int width, int height);
bool console_fixture_shows(struct console_fixture *f, const char *text); // as last drawn
const struct view *console_fixture_view(const struct console_fixture *f);
const struct request *
console_fixture_request(const struct console_fixture *f);              // the last one; fails when there is none
const char *console_fixture_selected(const struct console_fixture *f); // name of the agent under the cursor
