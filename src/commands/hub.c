// SPDX-License-Identifier: Apache-2.0
/* opscon hub: polls once for many consoles, and owns operations and the audit trail. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/dir_lock.h"
#include "base/log.h"
#include "commands/demo_fleet.h"
#include "commands/exit_code.h"
#include "commands/options.h"
#include "commands/session.h"
#include "feeds/direct.h"
#include "feeds/record_sink.h"
#include "hub/hub.h"
#include "hub/notify.h"
#include "services/audit_logger.h"

enum { LISTENS_MAX = 16, GRACE_MS = 1500, PATH_BYTES_MAX = 4096, DEMO_SLOW_MS = 1000, RECOVERY_MS = 5000 };
enum { N_SIGNALS = 3 };

struct hub_run {
	struct fleet_options options;
	struct hub_listen listens[LISTENS_MAX]; // --listen: instead of those configured
	size_t n_listens;
	const char *socket; // --socket; NULL: as configured
	bool is_demo;

	struct session session;
	struct demo_fleet demo;
	struct hub *hub;
	struct record_sink *recording; // NULL: nothing is recorded
	struct dir_lock state_lock;
	uv_signal_t signals[N_SIGNALS];
	uv_timer_t watchdog;
	bool has_closed;
	const char *notify; // $NOTIFY_SOCKET
};

static const struct command_option own_options[] = {
	{ "listen", "ADDRESS:PORT",
	  "HTTP and WebSocket there, instead of what is configured; beyond loopback with TLS only; may be given "
	  "several "
	  "times",
	  'l', .repeats = true },
	{ "socket", "PATH",
	  "the unix socket for this machine; default $XDG_RUNTIME_DIR/opscon/hub.sock, else /run/opscon/hub.sock", 's',
	  .completes = COMPLETES_FILES },
	{ "demo", NULL, "on a simulated fleet of 22 agents", 'd' },
	{ 0 },
};

static int take_listen(struct hub_run *run, const char *value)
{
	if (run->n_listens < LISTENS_MAX && config_listen_parse(value, &run->listens[run->n_listens]) == 0) {
		run->n_listens++;
		return 0;
	}
	fprintf(stderr, "opscon hub: --listen %s: expected an address and a port, like 127.0.0.1:8430 or [::1]:8430\n",
		value);
	return EXIT_USAGE;
}

static int take(void *ctx, int option, const char *value)
{
	struct hub_run *run = ctx;

	switch (option) {
	case 'd':
		run->is_demo = true;
		return 0;
	case 'l':
		return take_listen(run, value);
	default:
		run->socket = value;
		return 0;
	}
}

// ---- what the hub asks of us

static bool is_ready(void *ctx)
{
	const struct hub_run *run = ctx;

	return (!run->is_demo || demo_fleet_is_ready(&run->demo)) && direct_feed_is_settled(run->session.feed);
}

static void tell_audit(void *ctx, struct hub_audit *out)
{
	const struct hub_run *run = ctx;
	const struct audit_trail *trail = &run->session.trail;
	const struct audit_logger_state *state = trail->logger ? audit_logger_state(trail->logger) : NULL;

	*out = (struct hub_audit){ .is_well = state && state->status != AUDIT_LOGGER_BROKEN,
				   .why = trail->logger ? audit_trail_why(trail) : "",
				   .n_records = state ? state->n_records : 0 };
	if (!state)
		return;
	memcpy(out->head, state->head, sizeof out->head);
	memcpy(out->key, state->key, sizeof out->key);
}

static void tell_recording(void *ctx, struct hub_recording *out)
{
	const struct hub_run *run = ctx;
	const struct recorder_state *state = run->recording ? record_sink_look(run->recording) : NULL;

	*out = (struct hub_recording){ .is_on = run->options.config.hub.record.dir != NULL };
	if (!state)
		return;
	out->is_well = !state->error;
	out->n_bytes = state->n_bytes;
	out->n_events = state->n_events;
	out->n_lost = state->n_lost;
}

static void record(void *ctx, const struct audit_record *record, struct instant now)
{
	struct hub_run *run = ctx;

	if (run->session.trail.logger)
		(void)audit_logger_append(run->session.trail.logger, record, now, NULL, NULL, NULL);
}

static void on_closed(void *ctx)
{
	struct hub_run *run = ctx;

	run->hub = NULL;
	run->has_closed = true;
}

static bool is_private(void *ctx, const struct event *event)
{
	const struct hub_run *run = ctx;

	return run->hub && hub_is_private(run->hub, event);
}

// ---- signals and the service manager

static void tell(const struct hub_run *run, const char *state)
{
	int r = notify_send(run->notify, state);

	if (r < 0)
		log_line(LOG_WARN, "the service manager is not told: %s", strerrordesc_np(-r));
}

static bool are_same(const struct hub_listen *a, size_t n_a, const struct hub_listen *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (strcmp(a[i].host, b[i].host) != 0 || a[i].port != b[i].port)
			return false;
	return true;
}

// Where it listens it was begun with.
static void compare_addresses(const struct hub_run *run, const struct config *config)
{
	const struct hub_config *was = &run->options.config.hub;
	char before[PATH_BYTES_MAX], now[PATH_BYTES_MAX];

	if (!run->n_listens && !are_same(was->listens, was->n_listens, config->hub.listens, config->hub.n_listens))
		log_line(LOG_WARN,
			 "listen is another one now; the hub stays at its addresses until it is started anew");
	if (!run->socket && config_hub_socket(&run->options.config, before, sizeof before) == 0 &&
	    config_hub_socket(config, now, sizeof now) == 0 && strcmp(before, now) != 0)
		log_line(LOG_WARN, "socket is another one now; the hub stays at %s until it is started anew", before);
}

static void reload(struct hub_run *run)
{
	struct config_errors errors;
	struct config config;
	char why[HUB_WHY_MAX];
	int r;

	if (!run->options.config.path) {
		log_line(LOG_WARN, "there is no configuration to read again");
		return;
	}
	r = config_load(run->options.config.path, &config, &errors);
	if (r < 0) {
		log_line(LOG_ERROR, "%s is not read again: line %u: %s", run->options.config.path,
			 errors.n ? errors.items[0].line : 0, errors.n ? errors.items[0].text : strerrordesc_np(-r));
		return;
	}
	r = hub_reload(run->hub, &config.hub, why);
	log_line(r < 0 ? LOG_ERROR : LOG_INFO, r < 0 ? "nothing has changed: %s" : "read again%s", r < 0 ? why : "");
	if (r == 0)
		compare_addresses(run, &config);
	config_finish(&config);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct hub_run *run = handle->data;

	if (number == SIGHUP) {
		tell(run, "RELOADING=1");
		if (run->hub)
			reload(run);
		tell(run, "READY=1");
		return;
	}
	log_line(LOG_INFO, "ends: %s", strsignal(number));
	tell(run, "STOPPING=1\nSTATUS=ending");
	hub_stop(run->hub, GRACE_MS);
}

static void on_watchdog(uv_timer_t *timer)
{
	tell(timer->data, "WATCHDOG=1");
}

static void start_handles(struct hub_run *run)
{
	static const int numbers[N_SIGNALS] = { SIGINT, SIGTERM, SIGHUP };
	uint64_t every_ms = notify_watchdog_ms(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"), getpid());

	for (int i = 0; i < N_SIGNALS; i++) {
		uv_signal_init(&run->session.loop, &run->signals[i]);
		run->signals[i].data = run;
		uv_signal_start(&run->signals[i], on_signal, numbers[i]);
	}
	uv_timer_init(&run->session.loop, &run->watchdog);
	run->watchdog.data = run;
	if (run->notify && every_ms)
		uv_timer_start(&run->watchdog, on_watchdog, every_ms, every_ms);
}

static void stop_handles(struct hub_run *run)
{
	for (int i = 0; i < N_SIGNALS; i++)
		uv_close((uv_handle_t *)&run->signals[i], NULL);
	uv_close((uv_handle_t *)&run->watchdog, NULL);
}

// ---- its life

/* One that cannot be begun is said, and is no reason not to serve; one that another process writes is a mistake. 0 or
 * an exit code.
 */
static int start_recording(struct hub_run *run)
{
	const struct config *config = &run->options.config;
	const struct recorder_options options =
		recorder_of_hub(&config->hub.record, config->fleet_name, NULL, run->is_demo);
	struct session *session = &run->session;
	char why[RECORDER_PATH_MAX + 300];
	int r;

	if (!config->hub.record.dir)
		return 0;
	r = recorder_attach(&session->loop, session->broadcaster, session->fleet, &options, &run->recording, why,
			    sizeof why);
	if (r == 0) {
		record_sink_leave_out(run->recording, is_private, run);
		if (!record_sink_look(run->recording)->error)
			log_line(LOG_INFO, "records into %s", options.dir);
		return 0;
	}
	if (r == -EBUSY) {
		fprintf(stderr, "opscon hub: %s\n", why);
		return EXIT_USAGE;
	}
	log_line(LOG_ERROR, "nothing is recorded: %s", why);
	direct_feed_notice(session->feed, SEVERITY_CRITICAL, ACTION_ERROR, "nothing is recorded", why);
	return 0;
}

static void stop_recording(struct hub_run *run)
{
	int r = recorder_detach(run->recording, NULL);

	run->recording = NULL;
	if (r < 0)
		log_line(LOG_ERROR, "the recording is not whole: %s", strerrordesc_np(-r));
}

static int create_hub(struct hub_run *run, const char *socket, const char *token_file)
{
	struct hub_config config = run->options.config.hub;
	const struct hub_options options = {
		.config = &config,
		.whole = &run->options.config,
		.fleet_name = run->options.config.fleet_name,
		.shard = run->options.shard,
		.socket = socket,
		.token_file = token_file,
		.broadcaster = run->session.broadcaster,
		.fleet = run->session.fleet,
		.feed = run->session.feed,
		.is_demo = run->is_demo,
		.is_read_only = run->options.config.operations.is_read_only || run->options.is_read_only,
		.is_ready = is_ready,
		.audit = tell_audit,
		.recording = tell_recording,
		.record = record,
		.closed = on_closed,
		.ctx = run,
	};
	char why[HUB_WHY_MAX];
	int r;

	if (run->n_listens) {
		config.listens = run->listens;
		config.n_listens = run->n_listens;
	}
	r = hub_create(&run->session.loop, &options, &run->hub, why);
	if (r < 0)
		fprintf(stderr, "opscon hub: %s\n", why);
	return r == 0 ? 0 : r == -EINVAL ? EXIT_USAGE : EXIT_OURS;
}

static void announce(const struct hub_run *run, const char *socket)
{
	size_t n = run->n_listens ? run->n_listens : run->options.config.hub.n_listens;
	const struct hub_listen *listens = run->n_listens ? run->listens : run->options.config.hub.listens;
	char state[200], shard[SHARD_TEXT_MAX];

	if (run->options.shard.n)
		log_line(LOG_INFO, "watches shard %s of the fleet", shard_text(&run->options.shard, shard));
	for (size_t i = 0; i < n; i++)
		log_line(LOG_INFO, "listens on %s%s", listens[i].text, listens[i].is_loopback ? "" : " (TLS)");
	log_line(LOG_INFO, "listens on %s", socket);
	snprintf(state, sizeof state, "READY=1\nMAINPID=%ld\nSTATUS=serving %.100s", (long)getpid(),
		 run->options.config.fleet_name[0] ? run->options.config.fleet_name : "the fleet");
	tell(run, state);
}

/* Who asks for operations before those that were left have been taken up would be told that there are none. One whose
 * disk does not answer is served late rather than never.
 */
static void recover(struct hub_run *run)
{
	int64_t until_ms = clock_now().mono_ms + RECOVERY_MS;

	while (direct_feed_is_recovering(run->session.feed) && clock_now().mono_ms < until_ms)
		uv_run(&run->session.loop, UV_RUN_ONCE);
}

static int serve(struct hub_run *run)
{
	char socket[PATH_BYTES_MAX], token_file[PATH_BYTES_MAX];
	int r = config_hub_socket(&run->options.config, socket, sizeof socket);

	if (run->socket)
		snprintf(socket, sizeof socket, "%s", run->socket);
	else if (r < 0)
		return EXIT_OURS;
	if (config_hub_token_file(&run->options.config, token_file, sizeof token_file) < 0)
		snprintf(token_file, sizeof token_file, "%s", "/nonexistent"); // there is no state directory: no tokens
	recover(run);
	r = start_recording(run);
	r = r ? r : create_hub(run, socket, token_file);
	if (r) {
		stop_recording(run);
		return r;
	}
	run->session.is_private = is_private;
	run->session.private_ctx = run;
	start_handles(run);
	announce(run, socket);
	while (!run->has_closed)
		uv_run(&run->session.loop, UV_RUN_ONCE);
	stop_handles(run);
	stop_recording(run);
	return EXIT_WELL;
}

/* Two hubs would each poll the fleet, write over what the other remembers, and take up what the other has left.
 * Consoles beside it do not, nor does a demo, which has a trail of its own and no journal. 0 or an exit code.
 */
static int take_state_dir(struct hub_run *run)
{
	const char *dir = run->options.state_dir, *name = run->is_demo ? "hub-demo.lock" : "hub.lock";
	char holder[DIR_LOCK_WORDS_MAX] = "", words[60];
	int fd, r;

	if (!*dir)
		return 0;
	(void)mkdir(dir, 0700); // it is there, or it will be said below
	snprintf(words, sizeof words, "pid %ld", (long)getpid());
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = fd < 0 ? -errno : dir_lock_take(fd, name, words, &run->state_lock, holder);
	if (fd >= 0)
		close(fd);
	if (r == -EBUSY) {
		fprintf(stderr,
			"opscon hub: another hub has the state directory %s: %s; expected one for each (state_dir)\n",
			dir, *holder ? holder : "somebody");
		return EXIT_USAGE;
	}
	if (r < 0) // as on a disk that is read only: nothing is kept there anyway
		log_line(LOG_WARN, "the state directory %s cannot be locked: %s", dir, strerrordesc_np(-r));
	return 0;
}

static int start(struct hub_run *run)
{
	int r = 0;

	if (run->is_demo)
		r = demo_fleet_start(&run->demo);
	if (r < 0) {
		fprintf(stderr, "opscon hub: cannot start the simulated fleet: %s\n", strerror(-r));
		return EXIT_OURS;
	}
	r = session_start(&run->session, &run->options,
			  SESSION_AUDITED | SESSION_SHARED | (run->is_demo ? SESSION_DEMO : 0));
	if (r == 0 && run->is_demo)
		r = demo_fleet_attach(&run->demo, &run->session.loop, run->session.feed) < 0 ? EXIT_OURS : 0;
	return r;
}

static int run_hub(struct hub_run *run, char **operands)
{
	struct fleet_options *options = &run->options;
	int r;

	if (run->is_demo && !options->interval_ms)
		options->interval_ms = FAST_INTERVAL_MS;
	r = fleet_options_resolve(options, operands, !run->is_demo);
	if (r)
		return r;
	if (run->is_demo && options->n_urls) {
		fputs("opscon hub --demo: it has a fleet of its own; leave out URLs\n", stderr);
		return EXIT_USAGE;
	}
	if (run->is_demo) {
		options->config.probe.slow_ms = DEMO_SLOW_MS;
		config_hurry(&options->config);
	}
	log_set_level(LOG_INFO);
	signal(SIGPIPE, SIG_IGN);
	run->notify = getenv("NOTIFY_SOCKET");
	r = take_state_dir(run);
	if (r)
		return r;
	r = start(run);
	r = r ? r : serve(run);
	demo_fleet_detach(&run->demo);
	session_stop(&run->session);
	demo_fleet_stop(&run->demo);
	dir_lock_release(&run->state_lock);
	return r;
}

static int run_command(int argc, char **argv)
{
	struct hub_run run = { .demo.fd = -1 };
	int r;

	fleet_options_init(&run.options);
	r = fleet_options_parse(&run.options, &command_hub, argc, argv, take, &run);
	if (r == 0)
		r = run_hub(&run, argv + optind);
	fleet_options_finish(&run.options);
	return r;
}

const struct subcommand command_hub = {
	.name = "hub",
	.run = run_command,
	.summary = "serve one fleet to many consoles, without a terminal",
	.usage = "opscon hub [--listen ADDRESS:PORT ...] [--socket PATH] [OPTION ...] [URL ... | SELECTOR]\n\n"
		 "Watches the fleet without a terminal, for many consoles at once ('opscon attach').",
	.options = { own_options, fleet_timeout_options, fleet_polling_options, fleet_state_options, fleet_file_options,
		     help_option },
};
