// SPDX-License-Identifier: Apache-2.0
#include "commands/status_run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/user_locale.h"
#include "commands/exit_code.h"
#include "commands/session.h"
#include "feeds/websocket_manager.h"

enum { N_SIGNALS = 2 };

struct waiting {
	const struct status_run *run;
	struct session *session;
	uv_check_t check;
	uv_signal_t signals[N_SIGNALS];
	size_t n_hard; // agents before this one have a hard verdict
	bool is_done, is_cancelled;
};

// While this machine has no way out there will be no verdict, however long one waits: it is unknown.
static bool is_hard(const struct fleet_agent *agent)
{
	return agent->agent->is_paused || agent->health.quality == PROBE_OFFLINE ||
	       (agent->health.attempt_n == 0 && agent->health.observed != OBSERVED_NEVER);
}

static bool is_done(struct waiting *w)
{
	const struct fleet *fleet = w->session->fleet;

	if (!session_is_settled(w->session))
		return false;
	// A verdict that was hard once is enough: an agent that flaps would otherwise keep us for ever.
	while (w->run->is_hard && w->n_hard < fleet_n_agents(fleet) && is_hard(fleet_agent_at(fleet, w->n_hard)))
		w->n_hard++;
	return !w->run->is_hard || w->n_hard == fleet_n_agents(fleet);
}

static void on_check(uv_check_t *check)
{
	struct waiting *w = check->data;

	w->is_done = w->is_done || is_done(w);
	if (w->is_done)
		uv_stop(check->loop);
}

static void on_signal(uv_signal_t *signal, int number)
{
	struct waiting *w = signal->data;

	(void)number;
	w->is_cancelled = true;
	uv_stop(signal->loop);
}

bool status_has_unicode(void)
{
	return locale_wants_utf8();
}

static bool has_colour(void)
{
	const char *no_colour = getenv("NO_COLOR"), *cli_colour = getenv("CLICOLOR"), *term = getenv("TERM");

	if ((no_colour && *no_colour) || (cli_colour && strcmp(cli_colour, "0") == 0))
		return false;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

int status_exit_code(const struct status_run *run, enum health_state overall, bool is_complete)
{
	static const int plugin[HEALTH_STATE_COUNT] = { 0, 1, 2, 3 };

	if (strcmp(run->format, "nagios") == 0)
		return plugin[overall];
	if (overall == HEALTH_DOWN)
		return EXIT_DOWN;
	if (overall == HEALTH_DEGRADED && run->fail_on == HEALTH_DEGRADED)
		return EXIT_DEGRADED;
	if (!is_complete)
		return EXIT_UNREACHABLE;
	return overall == HEALTH_UNKNOWN ? EXIT_INDETERMINATE : EXIT_WELL;
}

static void print_notice(const struct timeline_item *item)
{
	fprintf(stderr, "opscon: %s%s%s\n", item->title, *item->description ? ": " : "", item->description);
}

/* What stands between the fleet and this report: a list that could not be read, say. What a hub's timeline tells may
 * be over by now; of that only the question that is still open is said.
 */
static void print_notices(const struct fleet *fleet)
{
	const struct timeline_item *question = fleet_question(fleet);

	for (size_t i = fleet_n_timeline(fleet); i > 0; i--) {
		const struct timeline_item *item = fleet_timeline_at(fleet, i - 1);

		if (item->source == EVENT_NOTICE && item->severity >= SEVERITY_WARNING && item->origin == 0)
			print_notice(item);
	}
	if (question && question->origin != 0)
		print_notice(question);
}

// The hubs of which nothing is known, or what they were, each with why.
static void find_away(const struct session *session, struct report_hub away[HUBS_MAX], struct report *report)
{
	struct websocket_manager_away found[HUBS_MAX];
	struct websocket_manager_summary summary;

	if (!session->is_attached)
		return;
	websocket_manager_summary(session->feed, &summary);
	report->n_hubs = summary.n_hubs;
	report->n_away = websocket_manager_away(session->feed, found);
	report->away = away;
	for (size_t i = 0; i < report->n_away; i++) {
		away[i] = (struct report_hub){ found[i].address, found[i].why };
		fprintf(stderr, "opscon: the hub is away: %s: %s\n", found[i].address, found[i].why);
	}
}

static int print_report(const struct status_run *run, const struct session *session)
{
	struct report_hub away[HUBS_MAX];
	struct report report = {
		.fleet = session->fleet,
		.at_ms = clock_now().wall_ms,
		.has_unicode = status_has_unicode(),
		.has_colour = has_colour(),
	};
	struct fleet_counts counts;
	struct bytes out;
	char unread[REPORT_UNREAD_MAX];
	int r;

	print_notices(session->fleet);
	find_away(session, away, &report);
	if (*report_unread(&report, unread, sizeof unread))
		fprintf(stderr, "opscon: the fleet may be incomplete: %s\n", unread);
	bytes_init(&out, REPORT_BYTES_MAX);
	r = report_writer_find(run->format)(&report, &out);
	if (r == 0 && out.len)
		r = fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0 ? 0 : -1;
	bytes_finish(&out);
	if (r < 0) {
		fputs("opscon: cannot write the report\n", stderr);
		return EXIT_OURS;
	}
	report_count(&report, &counts);
	if (!counts.total)
		fputs("opscon: there is nobody to watch: no agent is configured, or none matches\n", stderr);
	return status_exit_code(run, report_overall(&report, &counts), !*unread);
}

int status_run(const struct status_run *run, struct session *session)
{
	static const int numbers[N_SIGNALS] = { SIGINT, SIGTERM };
	struct waiting w = { .run = run, .session = session };

	uv_check_init(&session->loop, &w.check);
	w.check.data = &w;
	uv_check_start(&w.check, on_check);
	for (int i = 0; i < N_SIGNALS; i++) {
		uv_signal_init(&session->loop, &w.signals[i]);
		w.signals[i].data = &w;
		uv_signal_start(&w.signals[i], on_signal, numbers[i]);
	}
	while (!w.is_done && !w.is_cancelled)
		uv_run(&session->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&w.check, NULL);
	for (int i = 0; i < N_SIGNALS; i++)
		uv_close((uv_handle_t *)&w.signals[i], NULL);
	uv_run(&session->loop, UV_RUN_NOWAIT); // these handles live in this frame
	return w.is_cancelled ? EXIT_CANCELLED : print_report(run, session);
}
