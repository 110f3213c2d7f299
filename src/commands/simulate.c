// SPDX-License-Identifier: Apache-2.0
/* opscon simulate: a fleet to try things on. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "base/number.h"
#include "commands/exit_code.h"
#include "commands/options.h"
#include "commands/words.h"
#include "simulator/simulator.h"

enum { SHARES_MAX = 32, BODY_KB_MAX = 15 * 1024 };

struct simulate {
	struct simulator_options options;
	struct simulator_share shares[SHARES_MAX];
	const char *targets_path; // NULL: URLs are printed
};

struct server {
	uv_loop_t loop;
	uv_signal_t interrupt, terminate;
	struct simulator *simulator;
};

static const struct command_option own_options[] = {
	{ "agents", "N", "how many; default 22", 'n' },
	{ "listen", "ADDR", "127.x.y.z[:port] of the first agent; the others follow it; default 127.0.0.1, a free port",
	  'l' },
	{ "targets", "FILE", "write a Prometheus file_sd list there, instead of printing the URLs", 't',
	  .completes = COMPLETES_FILES },
	{ "fault", "KIND=SHARE",
	  "make some agents misbehave: a share (0.1, 10%) or a number of agents (3); may be given again", 'f',
	  .repeats = true, .word = words_fault },
	{ "seed", "S", "another fleet of the same kind; default 1", 's' },
	{ "body-kb", "N", "metrics bodies of about N KiB; default 3 to 6", 'b' },
	{ "demo", NULL, "22 agents with a few faults, and a little more going wrong over time", 'd' },
	{ 0 },
};

static void print_more_help(void)
{
	puts("\nkinds of faults:");
	for (int i = SIMULATOR_FAULT_NONE + 1; i < SIMULATOR_FAULT_COUNT; i++)
		printf("  %-12s %s\n", simulator_fault_name((enum simulator_fault)i),
		       simulator_fault_text((enum simulator_fault)i));
}

static int complain(const char *what, const char *value, const char *expected)
{
	fprintf(stderr, "opscon simulate: %s: '%s' is not %s\n", what, value, expected);
	return -EINVAL;
}

static int read_count(const char *what, const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	char expected[80];

	if (number_parse_u64(text, strlen(text), max, out) == 0 && *out >= min)
		return 0;
	snprintf(expected, sizeof expected, "a number from %" PRIu64 " to %" PRIu64, min, max);
	return complain(what, text, expected);
}

static int read_fault(struct simulate *s, const char *text)
{
	if (s->options.n_shares == SHARES_MAX)
		return complain("--fault", text, "possible: there are too many of them");
	if (simulator_share_parse(text, &s->shares[s->options.n_shares]) < 0)
		return complain("--fault", text,
				"KIND=SHARE with a share such as 0.1, 10% or 3 (see --help for the kinds)");
	s->options.n_shares++;
	return 0;
}

static int take(void *ctx, int option, const char *text)
{
	struct simulate *s = ctx;
	uint64_t value = 0;
	int r = 0;

	switch (option) {
	case 'n':
		r = read_count("--agents", text, 1, SIMULATOR_AGENTS_MAX, &value);
		s->options.n_agents = (size_t)value;
		break;
	case 'l':
		s->options.listen = text;
		break;
	case 't':
		s->targets_path = text;
		break;
	case 'f':
		r = read_fault(s, text);
		break;
	case 's':
		r = read_count("--seed", text, 0, UINT64_MAX, &s->options.seed);
		break;
	case 'b':
		r = read_count("--body-kb", text, 0, BODY_KB_MAX, &value);
		s->options.body_kb = (uint32_t)value;
		break;
	default:
		s->options.is_demo = true;
		break;
	}
	return r < 0 ? EXIT_USAGE : 0;
}

static int read_options(struct simulate *s, int argc, char **argv)
{
	int r;

	*s = (struct simulate){ .options = { .n_agents = SIMULATOR_DEMO_AGENTS, .seed = 1 } };
	r = options_parse(&command_simulate, argc, argv, take, s);
	if (r)
		return r;
	s->options.shares = s->shares;
	if (optind < argc)
		r = complain("argument", argv[optind], "expected");
	else if (s->options.is_demo && s->options.n_shares)
		r = complain("--fault", simulator_fault_name(s->shares[0].fault),
			     "possible with --demo, which has its own");
	return r < 0 ? EXIT_USAGE : 0;
}

static int explain_start(const struct simulate *s, int error)
{
	const char *listen = s->options.listen ? s->options.listen : "127.0.0.1";

	if (error == -EINVAL) {
		(void)complain("--listen", listen, "an address of loopback, 127.x.y.z[:port]");
		return EXIT_USAGE;
	}
	if (error == -E2BIG) {
		fprintf(stderr, "opscon simulate: --fault: there are more faults than the %zu agents\n",
			s->options.n_agents);
		return EXIT_USAGE;
	}
	fprintf(stderr, "opscon simulate: cannot listen for %zu agents from %s on: %s\n", s->options.n_agents, listen,
		strerror(-error));
	return EXIT_OURS;
}

static void check_limits(size_t n_agents)
{
	uint64_t need = 2 * (uint64_t)n_agents + 64, have = simulator_raise_limits(n_agents);

	if (have < need)
		fprintf(stderr,
			"opscon simulate: %zu agents want %" PRIu64
			" file descriptors (a listener and a connection each), "
			"and the limit is %" PRIu64 ": connections beyond it are not kept alive; see `ulimit -n`\n",
			n_agents, need, have);
}

static void end(struct server *server)
{
	simulator_stop(server->simulator);
	server->simulator = NULL;
	uv_close((uv_handle_t *)&server->interrupt, NULL);
	uv_close((uv_handle_t *)&server->terminate, NULL);
}

static void end_cb(uv_signal_t *handle, int signum)
{
	(void)signum;
	end(handle->data);
}

static void watch_signals(struct server *server)
{
	(void)uv_signal_init(&server->loop, &server->interrupt);
	(void)uv_signal_init(&server->loop, &server->terminate);
	server->interrupt.data = server->terminate.data = server;
	(void)uv_signal_start_oneshot(&server->interrupt, end_cb, SIGINT);
	(void)uv_signal_start_oneshot(&server->terminate, end_cb, SIGTERM);
}

// Says where the agents are. 0 or an exit code.
static int announce(const struct simulate *s, const struct simulator *simulator)
{
	struct simulator_target target;
	int r = 0;

	if (s->targets_path) {
		r = simulator_write_targets(simulator, s->targets_path);
		if (r < 0) {
			fprintf(stderr, "opscon simulate: %s: %s\n", s->targets_path, strerror(-r));
			return EXIT_OURS;
		}
		puts(s->targets_path);
	}
	for (size_t i = 0; i < simulator_count(simulator) && !s->targets_path; i++) {
		simulator_target_get(simulator, i, &target);
		puts(target.url);
	}
	return fflush(stdout) == 0 ? 0 : EXIT_OURS;
}

static int serve(const struct simulate *s, struct server *server)
{
	int r = simulator_start(&server->loop, &s->options, &server->simulator), code;

	if (r < 0) {
		uv_run(&server->loop, UV_RUN_DEFAULT); // lets what was begun close
		return explain_start(s, r);
	}
	watch_signals(server); // before anybody is told where it is, who may end it
	code = announce(s, server->simulator);
	if (code)
		end(server);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	return code;
}

static int run_command(int argc, char **argv)
{
	struct server server = { 0 };
	struct simulate s;
	int code = read_options(&s, argc, argv);

	if (code)
		return code;
	if (uv_loop_init(&server.loop) < 0)
		return EXIT_OURS;
	signal(SIGPIPE, SIG_IGN);
	check_limits(s.options.n_agents);
	code = serve(&s, &server);
	(void)uv_loop_close(&server.loop);
	return code;
}

const struct subcommand command_simulate = {
	.name = "simulate",
	.run = run_command,
	.summary = "serve a simulated fleet over HTTP on loopback",
	.usage = "opscon simulate [--agents N] [--listen ADDR] [--targets FILE] [--fault KIND=SHARE ...]\n"
		 "                       [--seed S] [--body-kb N] [--demo]\n\n"
		 "Serves a fleet of simulated agents over HTTP on loopback until it is interrupted.\n"
		 "Each can be operated at /control (see opscon-agent(7)): a restart cures most faults;\n"
		 "an upgrade to a version with \"bad\" in its name comes up unwell, with \"slow\" late,\n"
		 "and with \"missing\" fails.",
	.options = { own_options, help_option },
	.more_help = print_more_help,
};
