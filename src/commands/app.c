// SPDX-License-Identifier: Apache-2.0
#include "commands/app.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "commands/attach.h"
#include "commands/exit_code.h"
#include "commands/status_run.h"
#include "commands/words.h"
#include "feeds/recording.h"
#include "screen/theme.h"
#include "text/text.h"
#include "wire/message.h"

enum { WITNESS_MS = 2000 };

enum {
	OPTION_ASCII = APP_OPTION_FIRST,
	OPTION_MOUSE,
	OPTION_ONCE,
	OPTION_SCRIPT,
	OPTION_SIZE,
	OPTION_THEME,
	OPTION_UTC,
	APP_OPTION_END,
};

const struct command_option app_once_options[] = {
	{ "once", NULL, "print the status and end; also without a terminal", OPTION_ONCE },
	{ 0 },
};

const struct command_option app_console_options[] = {
	{ "ascii", NULL, "ASCII glyphs only", OPTION_ASCII },
	{ "theme", "NAME", "dark (default), light or colourblind", OPTION_THEME, .word = words_theme },
	{ "utc", NULL, "absolute times in UTC", OPTION_UTC },
	{ "mouse", NULL, "clicks and the wheel are read", OPTION_MOUSE },
	{ "script", "FILE", "keys from a file, screens to files; see opscon(1)", OPTION_SCRIPT,
	  .completes = COMPLETES_FILES },
	{ "size", "COLSxROWS", "of the script's screen; default 120x36", OPTION_SIZE },
	{ 0 },
};

void app_options_init(struct app_options *options)
{
	*options = (struct app_options){ .width = 120, .height = 36 };
	fleet_options_init(&options->fleet);
}

int app_parse_size(const char *text, int *width, int *height)
{
	int w, h;
	char rest;

	if (sscanf(text, "%4dx%4d%c", &w, &h, &rest) != 2 || w < 1 || h < 1 || w > APP_SIZE_MAX || h > APP_SIZE_MAX)
		return -EINVAL;
	*width = w;
	*height = h;
	return 0;
}

static int take_size(struct app_options *options, const char *value)
{
	if (app_parse_size(value, &options->width, &options->height) == 0)
		return 0;
	fprintf(stderr, "opscon: --size %s: expected COLSxROWS, like 80x24, each up to 1000\n", value);
	return EXIT_USAGE;
}

static int take_theme(struct app_options *options, const char *value)
{
	options->theme = value;
	if (strcasecmp(theme_name(theme_from_name(value)), value) == 0)
		return 0;
	fprintf(stderr, "opscon: --theme %s: expected dark, light or colourblind\n", value);
	return EXIT_USAGE;
}

static int take(struct app_options *options, int code, const char *value)
{
	switch (code) {
	case OPTION_ASCII:
		options->is_ascii = true;
		break;
	case OPTION_MOUSE:
		options->has_mouse = true;
		break;
	case OPTION_ONCE:
		options->is_once = true;
		break;
	case OPTION_SCRIPT:
		options->script = value;
		break;
	case OPTION_THEME:
		return take_theme(options, value);
	case OPTION_UTC:
		options->is_utc = true;
		break;
	case OPTION_SIZE:
		return take_size(options, value);
	default:
		break;
	}
	return 0;
}

struct both_takers {
	struct app_options *options;
	int (*take)(void *ctx, int code, const char *value);
	void *ctx;
};

static int take_either(void *ctx, int code, const char *value)
{
	const struct both_takers *both = ctx;

	if (code >= APP_OPTION_FIRST && code < APP_OPTION_END)
		return take(both->options, code, value);
	return both->take(both->ctx, code, value);
}

int app_options_parse(struct app_options *options, const struct subcommand *command, int argc, char **argv,
		      int (*take_own)(void *ctx, int code, const char *value), void *ctx)
{
	struct both_takers both = { options, take_own, ctx };

	return fleet_options_parse(&options->fleet, command, argc, argv, take_either, &both);
}

// Who stands beside what is done here: the login behind sudo where there is one.
static void find_who(char *out, size_t size)
{
	// cppcheck-suppress getpwuidCalled ; asked once, before any thread is there
	const struct passwd *user = getpwuid(getuid());
	const char *sudo = getuid() == 0 ? getenv("SUDO_USER") : NULL;
	const char *name = sudo && *sudo ? sudo : user ? user->pw_name : "unknown";

	text_clean(name, strlen(name), TEXT_ONE_LINE, out, size, NULL);
}

static int32_t local_offset_s(void)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	return (int32_t)tm.tm_gmtoff;
}

// An audit trail that is not written, or not what it was, stays in sight.
static void show_trail(void *ctx)
{
	const struct app *app = ctx;
	const char *own = app->session.trail.banner;

	if (app->console)
		console_set_banner(app->console, *own ? own : app->witness.banner);
}

static void show_hub(const struct app *app)
{
	const char *names[HUBS_MAX];
	const struct console_hub hub = { .name = app->hub.name,
					 .fleet = app->hub.fleet,
					 .names = names,
					 .n_names = app->hub.n_names,
					 .is_demo = app->hub.is_demo,
					 .is_read_only = app->hub.is_read_only,
					 .strategy = app->hub.strategy,
					 .environments = app->hub.environments,
					 .n_environments = app->hub.n_environments,
					 .hubs = app->hub.hubs };

	for (size_t i = 0; i < app->hub.n_names; i++)
		names[i] = app->hub.names[i];
	if (app->console && app->session.is_attached)
		console_set_hub(app->console, &hub);
}

static void on_greeted(void *ctx, const struct hub_greeting *greeting)
{
	struct app *app = ctx;

	snprintf(app->hub.name, sizeof app->hub.name, "%s", greeting->hub);
	snprintf(app->hub.fleet, sizeof app->hub.fleet, "%s", greeting->fleet);
	app->hub.n_names = greeting->n_names;
	for (size_t i = 0; i < greeting->n_names; i++)
		snprintf(app->hub.names[i], sizeof app->hub.names[i], "%s", greeting->names[i]);
	app->hub.is_demo = greeting->is_demo;
	app->hub.strategy = greeting->strategy;
	app->hub.environments = greeting->environments;
	app->hub.n_environments = greeting->n_environments;
	app->hub.hubs = greeting->hubs;
	app->hub.is_read_only = greeting->is_read_only && greeting->is_known;
	show_hub(app);
}

static void on_answered(void *ctx, enum request_type type, uint32_t about, int error)
{
	const struct app *app = ctx;

	if (app->console)
		console_answered(app->console, type, about, error);
}

static void on_refused(void *ctx, enum request_type type, int error, const char *why)
{
	struct app *app = ctx;

	if (type == REQUEST_AUDIT_HASH)
		audit_witness_refused(&app->witness);
	if (app->console)
		console_refused(app->console, type, error, why);
}

static void on_limited(void *ctx, uint8_t hub, const struct wire_limits *limits)
{
	const struct app *app = ctx;
	const char *scopes[WIRE_SCOPES_MAX];

	for (size_t i = 0; i < limits->n; i++)
		scopes[i] = limits->scopes[i];
	if (app->console)
		console_set_limits(app->console, hub, scopes, limits->n);
}

static void on_welcomed(void *ctx, uint8_t hub, const struct hub_address *address, const struct wire_welcome *welcome)
{
	struct app *app = ctx;
	const struct witness_sight sight = {
		.n = welcome->n_audit_records,
		.head = welcome->audit_head,
		.key = welcome->audit_key,
		.at_ms = clock_now().wall_ms,
	};

	if (!welcome->is_demo) // which begins anew whenever somebody likes
		audit_witness_hear(&app->witness, hub, address->text, welcome->has_audit ? &sight : NULL);
}

int app_start_console(struct app *app, bool has_unicode)
{
	const struct fleet_options *fleet = &app->options->fleet;
	const struct console_options options = {
		.config = &fleet->config,
		.fleet = app->session.fleet,
		.feed = app->session.feed,
		.replay = app->session.is_replay ? recording_feed_replay(app->session.feed) : NULL,
		.is_demo = app->options->is_demo,
		.theme = theme_name(theme_from_name(app->options->theme ? app->options->theme : fleet->config.theme)),
		.has_unicode = has_unicode,
		.who = app->who,
		// The view of a demo or a recording is nobody's: it is not mixed with what is remembered of the fleet.
		.state_dir = fleet->state_dir[0] && !app->options->is_demo && !app->options->is_replay
				     ? fleet->state_dir
				     : NULL,
		.utc_offset_s = app->options->is_utc || fleet->config.is_utc ? 0 : local_offset_s(),
	};
	int r = console_create(&options, session_now(&app->session), &app->console);

	app->has_unicode = has_unicode;
	if (r == 0) {
		app->session.trail.changed = show_trail;
		app->session.trail.ctx = app;
		show_trail(app);
		show_hub(app);
	}
	if (r < 0)
		fprintf(stderr, "opscon: %s\n", strerror(-r));
	return r < 0 ? EXIT_OURS : 0;
}

// The demo without a terminal: its fleet's status, once.
static int run_once(struct app *app)
{
	const struct status_run run = STATUS_RUN_DEFAULT;

	while (!demo_fleet_is_ready(&app->demo))
		uv_run(&app->session.loop, UV_RUN_ONCE);
	if (app->demo.has_failed)
		return EXIT_OURS;
	fputs("opscon: DEMO: a simulated fleet, with faults on purpose\n", stderr);
	return status_run(&run, &app->session);
}

static bool is_reached(const struct app *app)
{
	struct websocket_manager_summary summary;

	websocket_manager_summary(app->session.feed, &summary);
	return summary.n_reached > 0;
}

static void on_waited(uv_timer_t *timer)
{
	(void)timer; // the loop goes round, and sees that it is over
}

// Who looks once is a witness as well, and waits a moment for the hub's answer.
static void tell_witness(struct app *app)
{
	uv_timer_init(&app->session.loop, &app->waited);
	uv_timer_start(&app->waited, on_waited, WITNESS_MS, 0);
	while (app->witness.n_asked && uv_is_active((uv_handle_t *)&app->waited))
		uv_run(&app->session.loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&app->waited, NULL);
	if (app->witness.banner[0])
		fprintf(stderr, "opscon: %s\n", app->witness.banner);
	if (app->witness.warning[0])
		fprintf(stderr, "opscon: %s\n", app->witness.warning);
}

static int attach_once(struct app *app)
{
	struct status_run run = STATUS_RUN_DEFAULT;

	if (app->options->format)
		run.format = app->options->format;
	while (!session_is_settled(&app->session))
		uv_run(&app->session.loop, UV_RUN_ONCE);
	if (!is_reached(app))
		return attach_fail(app->options->attach, app->session.feed);
	tell_witness(app);
	if (app->hub.is_demo)
		fputs("opscon: DEMO: a simulated fleet, with faults on purpose\n", stderr);
	return status_run(&run, &app->session);
}

static int start_attached(struct app *app)
{
	struct websocket_manager_options options = attach_feed_options(app->options->attach, app->who);
	const struct fleet_options *fleet = &app->options->fleet;
	int r;

	options.greeted = on_greeted;
	options.answered = on_answered;
	options.refused = on_refused;
	options.limited = on_limited;
	options.welcomed = on_welcomed;
	options.ctx = app;
	r = session_attach(&app->session, fleet, &options);
	if (r)
		return r;
	audit_witness_start(&app->witness, fleet->has_state && fleet->state_dir[0] ? fleet->state_dir : NULL,
			    app->session.broadcaster);
	app->witness.feed = app->session.feed;
	app->witness.changed = show_trail;
	app->witness.ctx = app;
	return 0;
}

static int start_replay(struct app *app)
{
	const struct app_options *options = app->options;
	struct replay *replay;
	int r = session_replay(&app->session, &options->fleet, options->tape);

	if (r)
		return r;
	recording_feed_set_speed(app->session.feed, options->speed);
	replay = recording_feed_replay(app->session.feed);
	if (options->at_ms && replay->class->seek(replay, clock_now().mono_ms, options->at_ms) < 0) {
		fputs("opscon: the recording cannot be read there\n", stderr);
		return EXIT_OURS;
	}
	return 0;
}

static int start(struct app *app)
{
	int r = 0;

	if (app->options->attach)
		return start_attached(app);
	if (app->options->is_replay)
		return start_replay(app);

	if (app->options->is_demo)
		r = demo_fleet_start(&app->demo);
	if (r == 0)
		r = session_start(&app->session, &app->options->fleet,
				  (app->options->is_once ? SESSION_ONCE : SESSION_AUDITED) |
					  (app->options->is_demo ? SESSION_DEMO : 0));
	else
		fprintf(stderr, "opscon: cannot start the simulated fleet: %s\n", strerror(-r));
	if (r == 0 && app->options->is_demo)
		r = demo_fleet_attach(&app->demo, &app->session.loop, app->session.feed);
	return r < 0 ? EXIT_OURS : r;
}

int app_run(const struct app_options *options)
{
	struct app app = { .options = options, .demo.fd = -1 };
	int r;

	find_who(app.who, sizeof app.who);
	r = start(&app);
	if (r == 0 && options->is_once)
		r = options->attach ? attach_once(&app) : run_once(&app);
	else if (r == 0)
		r = options->script ? app_run_script(&app) : app_run_terminal(&app);
	if (options->attach && options->script && app.session.feed && !is_reached(&app))
		r = attach_fail(options->attach, app.session.feed);
	app.session.trail.changed = NULL; // there is nobody to see it
	console_destroy(app.console);
	app.console = NULL; // whom a hub that answers late would tell
	audit_witness_stop(&app.witness);
	demo_fleet_detach(&app.demo);
	session_stop(&app.session);
	demo_fleet_stop(&app.demo);
	return r;
}
