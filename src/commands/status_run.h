#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Waits until everybody has been asked and prints what is known: `status`, and the demo without a terminal. */
#include <stdbool.h>

#include "opscon/health.h"
#include "report/report.h"

struct session;

struct status_run {
	const char *format;
	enum health_state fail_on; // HEALTH_DEGRADED or HEALTH_DOWN
	bool is_hard;              // wait for hard verdicts
};

#define STATUS_RUN_DEFAULT                                                                                             \
	{                                                                                                              \
		.format = "table", .fail_on = HEALTH_DEGRADED                                                          \
	}

// Runs the session's loop until every verdict is in. Returns the exit code.
int status_run(const struct status_run *run, struct session *session);

// The exit code of a state, by the rule of --fail-on or of a monitoring plugin. What could not be read weighs less than
// what was found to be bad.
int status_exit_code(const struct status_run *run, enum health_state overall, bool is_complete);

// Whether the terminal's locale has UTF-8, and whether colours are wanted on stdout.
bool status_has_unicode(void);
