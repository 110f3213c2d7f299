// SPDX-License-Identifier: Apache-2.0
/* The one-line reports: a monitoring plugin's and a tmux status line's. */
#include <string.h>

#include "base/strbuf.h"
#include "report/report.h"
#include "text/text.h"

enum { NAMED_MAX = 5 }; // agents named in a line before "and N more"

// One that is counted in that state.
static bool is_in(const struct fleet_agent *agent, enum health_state state)
{
	return agent->state == state && !agent->agent->is_paused && !health_is_in_maintenance(&agent->health);
}

static bool is_bad(const struct fleet_agent *agent)
{
	return is_in(agent, HEALTH_DOWN) || is_in(agent, HEALTH_DEGRADED);
}

// Nagios takes everything after | for performance data, so no name may bring one.
static void put_plain(struct strbuf *line, const char *text)
{
	for (; *text; text++)
		strbuf_add_char(line, *text == '|' ? '/' : *text);
}

static void put_names(const struct report *report, struct strbuf *line)
{
	const struct fleet_agent *agent;
	size_t n = 0;

	for (size_t at = 0; (agent = report_next(report, &at));) {
		if (!is_bad(agent) || n++ >= NAMED_MAX)
			continue;
		strbuf_add(line, n == 1 ? ": " : ", ");
		put_plain(line, agent->agent->name);
		strbuf_addf(line, " (%s)", reason_text(agent->health.reason));
	}
	if (n > NAMED_MAX)
		strbuf_addf(line, " and %zu more", n - NAMED_MAX);
}

int report_nagios(const struct report *report, struct bytes *out)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
	char memory[2048], unread[REPORT_UNREAD_MAX], aside[80], checking[48];
	struct strbuf line;
	struct fleet_counts c;
	size_t n_probed;

	report_count(report, &c);
	n_probed = fleet_counts_judged(&c);
	strbuf_init(&line, memory, sizeof memory);
	strbuf_addf(&line, "OPSCON %s - %zu of %zu up, %zu degraded, %zu down, %zu unknown%s",
		    words[report_overall(report, &c)], c.by_state[HEALTH_UP], n_probed, c.by_state[HEALTH_DEGRADED],
		    c.by_state[HEALTH_DOWN], c.by_state[HEALTH_UNKNOWN],
		    report_checking(&c, checking, sizeof checking));
	put_names(report, &line);
	strbuf_add(&line, report_aside(&c, "; ", aside, sizeof aside));
	if (*report_unread(report, unread, sizeof unread))
		strbuf_addf(&line, "; %s", unread);
	strbuf_addf(&line,
		    " | up=%zu;;;0;%zu degraded=%zu;;;0;%zu down=%zu;;;0;%zu unknown=%zu;;;0;%zu paused=%zu;;;0;%zu "
		    "maintenance=%zu;;;0;%zu\n",
		    c.by_state[HEALTH_UP], n_probed, c.by_state[HEALTH_DEGRADED], n_probed, c.by_state[HEALTH_DOWN],
		    n_probed, c.by_state[HEALTH_UNKNOWN], n_probed, c.n_paused, c.total, c.n_maintenance, c.total);
	return bytes_add(out, line.data, line.len);
}

static const char *worst_name(const struct report *report, enum health_state state)
{
	const struct fleet_agent *agent;

	for (size_t at = 0; (agent = report_next(report, &at));)
		if (is_in(agent, state))
			return agent->agent->name;
	return "";
}

int report_tmux(const struct report *report, struct bytes *out)
{
	static const struct {
		enum health_state state;
		const char *glyph, *ascii;
	} parts[] = { { HEALTH_DOWN, "✖", "X" },
		      { HEALTH_DEGRADED, "▲", "!" },
		      { HEALTH_UNKNOWN, "○", "?" },
		      { HEALTH_UP, "●", "o" } };
	size_t n_unread = fleet_sources_failed(report->fleet, NULL, 0);
	char memory[512], aside[80];
	struct strbuf line;
	struct fleet_counts c;
	enum health_state overall;
	int r;

	report_count(report, &c);
	overall = health_overall(c.by_state);
	strbuf_init(&line, memory, sizeof memory);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (c.by_state[parts[i].state])
			strbuf_addf(&line, "%s%s %zu %s", line.len ? "  " : "",
				    report->has_unicode ? parts[i].glyph : parts[i].ascii, c.by_state[parts[i].state],
				    parts[i].state == HEALTH_UNKNOWN && c.n_checking == c.by_state[HEALTH_UNKNOWN]
					    ? "checking"
					    : health_state_name(parts[i].state));
	if (!line.len)
		strbuf_add(&line, c.n_maintenance ? "nobody to judge" : c.n_paused ? "all paused" : "no agents");
	if (fleet_counts_judged(&c) || c.n_maintenance)
		strbuf_add(&line, report_aside(&c, "  ", aside, sizeof aside));
	if (n_unread)
		strbuf_addf(&line, "  %s %zu %s unread", report->has_unicode ? "▲" : "!", n_unread,
			    n_unread == 1 ? "list" : "lists");
	if (report->n_away)
		strbuf_addf(&line, "  %s %zu %s away", report->has_unicode ? "▲" : "!", report->n_away,
			    report->n_away == 1 ? "hub" : "hubs");
	if (overall == HEALTH_DOWN || overall == HEALTH_DEGRADED)
		strbuf_addf(&line, "  %s", worst_name(report, overall));
	line.data[text_prefix(line.data, REPORT_TMUX_CELLS, NULL)] = '\0';
	// In a status line # starts a format: a name that holds one must not.
	r = 0;
	for (const char *p = line.data; r == 0 && *p; p++)
		r = *p == '#' ? bytes_add(out, "##", 2) : bytes_add(out, p, 1);
	return r ? r : bytes_add(out, "\n", 1);
}
