// SPDX-License-Identifier: Apache-2.0
#include "services/metric_recorder.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/table.h"
#include "formats/prom_recall.h"
#include "formats/scrape.h"
#include "services/reading_pool.h"
#include "text/text.h"

// What an agent exposes is looked at anew after a failed scrape, and every so often.
enum { SCRAPES_PER_LOOK = 20 };

#define START_MAX_S 4e9 // in the year 2096: what is past it is no time

struct recorded {
	uint32_t id;
	const struct agent *agent;        // a reference
	struct metric_state *state;       // owned; NULL before the first scrape and after one that was cut short
	uint64_t kept[SERIES_MAX / 64];   // series numbers: what it has had, ...
	uint64_t pinned[SERIES_MAX / 64]; // ... and what a person wants
	unsigned n_watchers;
	unsigned until_look; // scrapes
	double began_s;      // the latest start of its process, Unix time; 0 not known
	const char *kind;    // constant text
	UT_hash_handle hh;   // metric_recorder::agents
};

struct metric_recorder {
	struct panels *panels; // borrowed
	struct event_sink sink;
	struct recorded *agents;          // owned
	uint64_t pinned[SERIES_MAX / 64]; // for every agent
	struct reading_pool pool;
	struct prom_recall *recall; // owned
	size_t n_series;            // in panels, when `recall` began to pass over what none of them looks at
};

static void bit_set(uint64_t *bits, unsigned no)
{
	bits[no / 64] |= UINT64_C(1) << no % 64;
}

static bool bit_has(const uint64_t *bits, unsigned no)
{
	return bits[no / 64] >> no % 64 & 1;
}

int metric_recorder_create(struct panels *panels, const struct event_sink *sink, struct metric_recorder **out)
{
	struct metric_recorder *recorder = mem_calloc(1, sizeof *recorder);

	if (!recorder)
		return -ENOMEM;
	if (prom_recall_create(&recorder->recall) < 0) {
		mem_free(recorder);
		return -ENOMEM;
	}
	recorder->panels = panels;
	recorder->sink = *sink;
	*out = recorder;
	return 0;
}

static void free_recorded(struct metric_recorder *recorder, struct recorded *agent)
{
	HASH_DEL(recorder->agents, agent);
	agent_unref((struct agent *)agent->agent);
	metric_state_destroy(agent->state);
	mem_free(agent);
}

void metric_recorder_destroy(struct metric_recorder *recorder)
{
	struct recorded *agent, *next;

	if (!recorder)
		return;
	HASH_ITER(hh, recorder->agents, agent, next)
		free_recorded(recorder, agent);
	prom_recall_destroy(recorder->recall);
	reading_pool_finish(&recorder->pool);
	mem_free(recorder);
}

static struct recorded *find(const struct metric_recorder *recorder, uint32_t id)
{
	struct recorded *agent;

	HASH_FIND(hh, recorder->agents, &id, sizeof id, agent);
	return agent;
}

int metric_recorder_add(struct metric_recorder *recorder, const struct agent *description)
{
	struct recorded *agent = find(recorder, description->id);

	if (agent) {
		agent_unref((struct agent *)agent->agent);
		agent->agent = agent_ref(description);
		agent->until_look = 0;
		return 0;
	}
	agent = mem_calloc(1, sizeof *agent);
	if (!agent)
		return -ENOMEM;
	agent->id = description->id;
	agent->kind = "";
	HASH_ADD(hh, recorder->agents, id, sizeof agent->id, agent);
	if (TABLE_ADD_FAILED(agent)) {
		mem_free(agent);
		return -ENOMEM;
	}
	agent->agent = agent_ref(description);
	return 0;
}

void metric_recorder_remove(struct metric_recorder *recorder, uint32_t id)
{
	struct recorded *agent = find(recorder, id);

	if (agent)
		free_recorded(recorder, agent);
}

// ---- a scrape

static enum reason reason_of(const struct sample *sample)
{
	if (sample->reason != REASON_NONE)
		return sample->reason;
	if (sample->http_status == 401 || sample->http_status == 403)
		return REASON_AUTH_REQUIRED;
	if (sample->http_status < 200 || sample->http_status > 299)
		return REASON_HTTP_STATUS;
	return sample->body ? REASON_NONE : REASON_BAD_BODY;
}

static void start_parser(struct prom_parser *parser, const struct sample *sample)
{
	prom_init(parser, sample->body, sample->body_len, prom_format_of(sample->content_type));
}

// Begins a body for read_wanted(), which leaves out what no series of the fleet looks at.
static void start_recall(struct metric_recorder *recorder, struct prom_parser *parser, const struct sample *sample)
{
	if (recorder->n_series != panels_n(recorder->panels))
		prom_recall_forget(recorder->recall);
	recorder->n_series = panels_n(recorder->panels);
	start_parser(parser, sample);
	prom_recall_begin(recorder->recall, parser);
}

// Without labels: with them it is of somebody else's process.
static bool is_start_time(const struct prom_sample *line)
{
	static const char name[] = "process_start_time_seconds";

	return line->series_len == sizeof name - 1 && memcmp(line->series, name, sizeof name - 1) == 0;
}

static bool read_wanted(struct metric_recorder *recorder, struct prom_parser *parser, struct prom_sample *out)
{
	while (prom_recall_next(recorder->recall, parser, out)) {
		if (prom_recall_was_given(recorder->recall) || is_start_time(out) ||
		    panels_knows_name(recorder->panels, out->series, out->name_len))
			return true;
		prom_recall_pass(recorder->recall);
	}
	return false;
}

// A panel once shown stays: where its metrics are gone it has a gap, not an end.
static void look(struct metric_recorder *recorder, struct recorded *agent, const struct sample *sample)
{
	struct prom_parser parser;
	struct prom_sample line;
	uint16_t nos[SERIES_MAX];
	size_t n;

	panels_scan_begin(recorder->panels);
	start_recall(recorder, &parser, sample);
	while (read_wanted(recorder, &parser, &line))
		panels_scan_name(recorder->panels, line.series, line.name_len);
	n = panels_select(recorder->panels, agent->agent, nos, SERIES_MAX);
	for (size_t i = 0; i < n; i++)
		bit_set(agent->kept, nos[i]);
	agent->kind = panels_kind(recorder->panels);
	agent->until_look = SCRAPES_PER_LOOK;
}

struct wanted {
	uint16_t nos[SERIES_MAX];
	int exprs[SERIES_MAX];
	size_t n;
};

static void list_wanted(const struct metric_recorder *recorder, const struct recorded *agent, struct wanted *out)
{
	size_t n = panels_n(recorder->panels);

	out->n = 0;
	for (unsigned no = 0; no < n; no++) {
		int expr = panels_expr(recorder->panels, (uint16_t)no);

		if (expr < 0 ||
		    !(bit_has(agent->kept, no) || bit_has(agent->pinned, no) || bit_has(recorder->pinned, no)))
			continue;
		out->nos[out->n] = (uint16_t)no;
		out->exprs[out->n++] = expr;
	}
}

// Gaps when `has_values` is false. Without memory for the event the readings are lost, which shows as a gap as well.
static void emit_readings(struct metric_recorder *recorder, const struct recorded *agent, const struct wanted *wanted,
			  bool has_values, int64_t at_ms)
{
	const struct metric_exprs *exprs = panels_exprs(recorder->panels);
	struct event *event = wanted->n ? reading_pool_take(&recorder->pool, wanted->n, at_ms, agent->id) : NULL;

	if (!event)
		return;
	for (size_t i = 0; i < wanted->n; i++) {
		if (panels_define(recorder->panels, wanted->nos[i], at_ms, &recorder->sink) < 0)
			continue;
		event->u.metrics.items[event->u.metrics.n++] = (struct metric_reading){
			.series = wanted->nos[i],
			.value = has_values ? metric_exprs_value(exprs, wanted->exprs[i]) : NAN,
		};
	}
	event_emit(&recorder->sink, event);
}

// When its process began, NaN when that is not exposed.
static double evaluate(struct metric_recorder *recorder, struct recorded *agent, const struct wanted *wanted,
		       const struct sample *sample, struct prom_parser *parser)
{
	struct metric_exprs *exprs = panels_exprs(recorder->panels);
	struct prom_sample line;
	double began_s = NAN;

	metric_exprs_begin(exprs, agent->state, wanted->exprs, wanted->n, sample->at);
	start_recall(recorder, parser, sample);
	while (read_wanted(recorder, parser, &line)) {
		metric_exprs_feed(exprs, &line);
		if (is_start_time(&line))
			began_s = line.value;
	}
	metric_exprs_end(exprs);
	return began_s;
}

static void emit_restart(struct metric_recorder *recorder, const struct recorded *agent, double before_s, int64_t at_ms)
{
	struct event *event = event_new(EVENT_NOTICE, at_ms, agent->id);
	char title[512], text[2 * HUMAN_MAX + 80], began[HUMAN_MAX], before[HUMAN_MAX];

	if (!event)
		return;
	snprintf(title, sizeof title, "%.*s was restarted", text_fit(agent->agent->name, 400), agent->agent->name);
	snprintf(text, sizeof text, "its process began %s, the one before %s",
		 human_rfc3339((int64_t)(agent->began_s * 1000), began),
		 human_rfc3339((int64_t)(before_s * 1000), before));
	event->u.notice.severity = SEVERITY_INFO;
	event->u.notice.type = ACTION_START;
	event->u.notice.title = mem_strdup(title);
	event->u.notice.text = mem_strdup(text);
	event_emit(&recorder->sink, event);
}

// Of several processes behind one address each has a start of its own: only one later than all is news.
static void note_start(struct metric_recorder *recorder, struct recorded *agent, double began_s, int64_t at_ms)
{
	double before_s = agent->began_s;

	if (!(began_s > 0 && began_s < START_MAX_S && began_s > before_s))
		return;
	agent->began_s = began_s;
	if (before_s > 0 && began_s > before_s + 1)
		emit_restart(recorder, agent, before_s, at_ms);
}

static enum reason reason_of_body(const struct prom_parser *parser)
{
	if (!parser->n_samples && parser->n_bad_lines)
		return REASON_PARSE;
	// Over the limit the same part is read every time; a body that lacks its end is another matter.
	return parser->is_truncated && parser->n_samples < PROM_SAMPLES_MAX ? REASON_TRUNCATED : REASON_NONE;
}

static void sum_up(const struct prom_parser *parser, struct metric_summary *out)
{
	out->reason = reason_of_body(parser);
	out->n_samples = parser->n_samples;
	out->n_bad_lines = parser->n_bad_lines;
	out->first_bad_line = parser->first_bad_line;
	out->is_truncated = parser->is_truncated;
}

static void only_sum_up(const struct sample *sample, struct metric_summary *out)
{
	struct prom_parser parser;
	struct prom_sample line;

	start_parser(&parser, sample);
	while (prom_next(&parser, &line))
		;
	sum_up(&parser, out);
}

static void read_body(struct metric_recorder *recorder, struct recorded *agent, const struct sample *sample,
		      struct metric_summary *out)
{
	struct wanted wanted;
	struct prom_parser parser;
	double began_s;

	if (!agent->until_look)
		look(recorder, agent, sample);
	agent->until_look--;
	list_wanted(recorder, agent, &wanted);
	if (!agent->state && metric_state_create(&agent->state) < 0) {
		only_sum_up(sample, out);
		emit_readings(recorder, agent, &wanted, false, sample->at.wall_ms);
		return;
	}
	began_s = evaluate(recorder, agent, &wanted, sample, &parser);
	sum_up(&parser, out);
	emit_readings(recorder, agent, &wanted, out->reason == REASON_NONE, sample->at.wall_ms);
	if (out->reason == REASON_NONE) {
		note_start(recorder, agent, began_s, sample->at.wall_ms);
		return;
	}
	// Half a scrape must not be what the next one is compared with.
	metric_state_destroy(agent->state);
	agent->state = NULL;
	agent->until_look = 0;
}

static void emit_scrape(struct metric_recorder *recorder, const struct sample *sample, uint32_t agent)
{
	struct event *event = event_new(EVENT_SCRAPE, sample->at.wall_ms, agent);

	if (!event)
		return;
	if (scrape_read(sample->body, sample->body_len, sample->content_type, &event->u.scrape) < 0) {
		event_unref(event);
		return;
	}
	event_emit(&recorder->sink, event);
}

void metric_recorder_scrape(struct metric_recorder *recorder, const struct sample *sample, struct metric_summary *out)
{
	struct recorded *agent = find(recorder, sample->agent->id);
	struct wanted wanted;

	*out = (struct metric_summary){ .reason = reason_of(sample) };
	if (out->reason != REASON_NONE) {
		if (!agent)
			return;
		list_wanted(recorder, agent, &wanted);
		emit_readings(recorder, agent, &wanted, false, sample->at.wall_ms);
		agent->until_look = 0;
		return;
	}
	if (!agent) {
		only_sum_up(sample, out);
		return;
	}
	read_body(recorder, agent, sample, out);
	if (agent->n_watchers)
		emit_scrape(recorder, sample, agent->id);
}

void metric_recorder_latency(struct metric_recorder *recorder, const struct sample *sample)
{
	struct event *event;

	if (!find(recorder, sample->agent->id) ||
	    panels_define(recorder->panels, SERIES_LATENCY, sample->at.wall_ms, &recorder->sink) < 0)
		return;
	event = reading_pool_take(&recorder->pool, 1, sample->at.wall_ms, sample->agent->id);
	if (!event)
		return;
	event->u.metrics.n = 1;
	event->u.metrics.items[0] = (struct metric_reading){
		.series = SERIES_LATENCY,
		.value = sample->reason == REASON_NONE ? sample->timing.total_us / 1000.0 : NAN,
	};
	event_emit(&recorder->sink, event);
}

// ---- requests

int metric_recorder_watch(struct metric_recorder *recorder, uint32_t id, bool is_watched)
{
	struct recorded *agent = find(recorder, id);

	if (!agent)
		return -ENOENT;
	if (is_watched)
		agent->n_watchers++;
	else if (agent->n_watchers)
		agent->n_watchers--;
	return 0;
}

int metric_recorder_pin(struct metric_recorder *recorder, uint32_t id, const char *series, int64_t at_ms)
{
	struct recorded *agent = id ? find(recorder, id) : NULL;
	int no, r;

	if (id && !agent)
		return -ENOENT;
	no = panels_pin(recorder->panels, series);
	// Told now and not with its first value: who asks again before that must see that it is pinned.
	r = no < 0 ? no : panels_define(recorder->panels, (uint16_t)no, at_ms, &recorder->sink);
	if (r == 0)
		bit_set(agent ? agent->pinned : recorder->pinned, (unsigned)no);
	return r;
}

static bool bit_take(uint64_t *bits, unsigned no)
{
	bool was_set = bit_has(bits, no);

	bits[no / 64] &= ~(UINT64_C(1) << no % 64);
	return was_set;
}

int metric_recorder_unpin(struct metric_recorder *recorder, const char *series, int64_t at_ms)
{
	int no = panels_find(recorder->panels, series);
	struct recorded *agent, *next;
	bool was_pinned;

	if (no < 0)
		return -ENOENT;
	was_pinned = bit_take(recorder->pinned, (unsigned)no);
	HASH_ITER(hh, recorder->agents, agent, next)
		was_pinned |= bit_take(agent->pinned, (unsigned)no);
	return was_pinned ? panels_drop_pin(recorder->panels, (uint16_t)no, at_ms, &recorder->sink) : -ENOENT;
}

const char *metric_recorder_kind(const struct metric_recorder *recorder, uint32_t id)
{
	const struct recorded *agent = find(recorder, id);

	return agent ? agent->kind : "";
}
