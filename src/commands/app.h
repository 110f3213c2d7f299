#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The console as a program: a session, the console's view state, and what drives it: a terminal, or a script. */
#include <stdbool.h>
#include <stdint.h>

#include "commands/audit_witness.h"
#include "commands/demo_fleet.h"
#include "commands/session.h"
#include "console/console.h"
#include "feeds/websocket_manager.h"

struct attach_options;

struct app_options {
	struct fleet_options fleet;
	const struct attach_options *attach; // NULL: our own polling
	const char *format;                  // of --once; NULL: a table
	const char *theme;                   // NULL: as configured
	const char *script;                  // NULL: the terminal
	int width, height;                   // of a script's screen
	bool is_ascii, has_mouse, is_utc, is_demo, is_once;

	bool is_replay;    // of a recording
	struct tape *tape; // handed over to app_run()
	double speed;      // of its clock
	int64_t at_ms;     // 0: from the beginning
};

struct app {
	const struct app_options *options; // borrowed
	struct session session;
	struct demo_fleet demo;
	struct console *console; // owned
	char who[128];
	bool has_unicode;
	struct {
		char fleet[256], name[80];
		char names[HUBS_MAX][HUB_NAME_MAX]; // of each, by its number
		size_t n_names;
		bool is_demo, is_read_only;
		enum rollout_kind strategy;
		const struct environment_said *environments; // borrowed, as greeted last
		size_t n_environments;
		unsigned hubs;
	} hub;                        // what the hubs have said of themselves
	struct audit_witness witness; // of their audit trails
	uv_timer_t waited;            // for an answer to it, where somebody looks once
};

enum { APP_OPTION_FIRST = 3000 };
extern const struct command_option app_console_options[]; // lists for a command's table
extern const struct command_option app_once_options[];

void app_options_init(struct app_options *options);

/* Reads the command line of a console: `take` gets what is neither an option of these nor of fleet_options.h; NULL
 * where there is no such. As fleet_options_parse().
 */
int app_options_parse(struct app_options *options, const struct subcommand *command, int argc, char **argv,
		      int (*take)(void *ctx, int code, const char *value), void *ctx);

// Watches, shows, and comes back with the exit code when somebody has quit.
int app_run(const struct app_options *options);

// The two drivers. The app's console is there; they return the exit code.
int app_run_terminal(struct app *app);
int app_run_script(struct app *app);

enum { APP_SIZE_MAX = 1000 };

int app_parse_size(const char *text, int *width, int *height); // "80x24", each from 1 on. 0 or -EINVAL

// Makes the console, once it is known what can be drawn. 0 or an exit code.
int app_start_console(struct app *app, bool has_unicode);
