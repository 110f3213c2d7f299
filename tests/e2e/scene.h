#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the end-to-end tests of the console share: a directory of their own with a simulated fleet and a configuration,
 * the console on it, and a state directory that is nobody else's.
 *
 *   struct scene s;
 *   scene_open(&s);
 *   scene_simulate(&s, (const char *[]){ "--agents", "6", NULL });
 *   t = scene_console(&s, NULL, 120, 36);
 *   ...
 *   scene_quit(t);
 *   scene_close(&s);
 *
 * The current directory becomes the scene's.
 */
#include <sys/types.h>

#include "tests/support/process.h"
#include "tests/support/pty.h"

// Of one wait. It is only ever used up by a test that fails, so it is long enough for a sanitizer on a busy machine.
enum { SCENE_MS = 20000 };

struct scene {
	char dir[64], state[96]; // state: "XDG_STATE_HOME=..."
	pid_t simulator;
};

void scene_open(struct scene *s);
void scene_close(struct scene *s);

void scene_await_socket(const char *path);            // until it is there
void scene_write(const char *name, const char *text); // a file in the current directory
char *scene_read(const char *name);                   // its text; free() it. Fails the test when it is not there

// `opscon simulate --targets targets.json` with these options (NULL-terminated), and an opscon.yml that watches it once
// a second. A simulator that runs is replaced.
void scene_simulate(struct scene *s, const char *const options[]);

// `opscon ARGS...` with the scene's state. `env` may be NULL.
struct term *scene_start(const struct scene *s, const char *const args[], const char *const env[], int cols, int rows);
struct process_result scene_run(const struct scene *s, const char *const args[]);

// The console on the simulated fleet, `more` options (may be NULL) at the end.
struct term *scene_console(const struct scene *s, const char *const more[], int cols, int rows);

// Of the one alert there is (agent_down): acknowledged, noted on ("looking into it"), snoozed. Ends in the list of
// alerts.
void scene_take_care(struct term *t);

// Holds the audit trail as another process that writes it would, until the descriptor is closed.
int scene_hold_trail(void);

// Quits with a key: exit 0, the terminal as it was. Finishes it.
void scene_quit(struct term *t);
