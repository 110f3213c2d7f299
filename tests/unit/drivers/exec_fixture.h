#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A driver "exec" whose commands are scripts that the test writes into a directory of its own. */
#include <uv.h>

#include "drivers/exec.h"
#include "opscon/config.h"

enum { EXEC_LINES_MAX = 4096 };

struct exec_fixture {
	char dir[64];
	uv_loop_t loop;
	struct config config; // drivers.exec only
	struct exec_profile profile;
	struct exec_reading readings[8];
	struct label labels[4];
	struct agent agent;
	struct operation_params params;
	struct driver *driver;
	// Of the last run:
	struct driver_answer answer;
	unsigned n_answers;
	char lines[EXEC_LINES_MAX]; // with \n between, as many as fit
	char last_line[128];
	unsigned n_lines;
	bool is_closed;
};

void exec_set_up(struct exec_fixture *f);
void exec_tear_down(struct exec_fixture *f); // closes the driver; the loop must be empty then

// Makes an executable file of the directory; its path, good until the next call but seven.
const char *exec_script(struct exec_fixture *f, const char *name, const char *text);
const char *exec_path(struct exec_fixture *f, const char *name);
bool exec_exists(struct exec_fixture *f, const char *name);

// Begins a step; `command` is a verb, EXEC_FORCE_STOP, or -1 to observe.
struct driver_run *exec_begin(struct exec_fixture *f, int command, uint32_t timeout_ms, const char *expected_instance);
// The same, until its answer is there.
const struct driver_answer *exec_ask(struct exec_fixture *f, int command, uint32_t timeout_ms,
				     const char *expected_instance);
void exec_wait_answer(struct exec_fixture *f);
// Turns the loop until the file is there (ten seconds at most).
void exec_wait_file(struct exec_fixture *f, const char *name);
