// SPDX-License-Identifier: Apache-2.0
#include "services/panels.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/table.h"
#include "services/metric_expr_tree.h"
#include "services/panel_table.h"

enum panel_source { PANEL_BUILT_IN, PANEL_CONFIGURED, PANEL_OURS, PANEL_RULE, PANEL_PIN };

struct panel {
	struct series_def def; // texts owned
	enum panel_source source;
	enum panel_kind kind;      // PANEL_OURS
	int expr;                  // -1: none
	struct selector *selector; // owned; NULL: all
	bool is_defined;           // told
};

struct known_name {        // one that an expression looks at, or that an exporter is recognised by
	uint32_t seen;     // in that scan
	UT_hash_handle hh; // panels::names
	char name[];
};

struct panels {
	struct panel items[SERIES_MAX];
	size_t n;
	struct metric_exprs *exprs; // owned
	struct known_name *names;   // owned
	struct known_name *last;
	uint32_t scan;
};

static struct known_name *find_name(const struct panels *panels, const char *name, size_t n)
{
	struct known_name *found;

	HASH_FIND(hh, panels->names, name, n, found);
	return found;
}

static int know_name(struct panels *panels, const char *text)
{
	size_t n = strlen(text);
	struct known_name *name;

	if (find_name(panels, text, n))
		return 0;
	name = mem_calloc(1, sizeof *name + n + 1);
	if (!name)
		return -ENOMEM;
	memcpy(name->name, text, n + 1);
	HASH_ADD(hh, panels->names, name, n, name);
	if (!TABLE_ADD_FAILED(name))
		return 0;
	mem_free(name);
	return -ENOMEM;
}

static int know_names(struct panels *panels, int expr)
{
	const char *names[METRIC_EXPR_LEAVES_MAX];
	size_t n = metric_exprs_names(panels->exprs, expr, names, METRIC_EXPR_LEAVES_MAX);

	for (size_t i = 0; i < n; i++)
		if (know_name(panels, names[i]) < 0)
			return -ENOMEM;
	return 0;
}

static void finish_panel(struct panel *panel)
{
	mem_free((char *)panel->def.id);
	mem_free((char *)panel->def.title);
	mem_free((char *)panel->def.expr);
	selector_free(panel->selector);
	*panel = (struct panel){ 0 };
}

static int copy_texts(struct series_def *to, const struct series_def *from)
{
	to->id = mem_strdup(from->id);
	to->title = mem_strdup(from->title ? from->title : from->id);
	to->expr = mem_strdup(from->expr);
	return to->id && to->title && to->expr ? 0 : -ENOMEM;
}

static int compile(struct panels *panels, struct panel *panel, char *why, size_t why_size)
{
	struct metric_expr_error error = { .text = "too many expressions" };

	panel->expr = -1;
	if (!*panel->def.expr)
		return 0;
	panel->expr = metric_exprs_add(panels->exprs, panel->def.expr, &error);
	if (panel->expr == -ENOMEM)
		return -ENOMEM;
	if (panel->expr >= 0)
		return know_names(panels, panel->expr);
	snprintf(why, why_size, "%s: column %zu: %s", panel->def.id, error.position + 1, error.text);
	return panel->expr;
}

static int compile_selector(struct panel *panel, const char *text, char *why, size_t why_size)
{
	char reason[128] = "";
	int error = text ? selector_parse(text, &panel->selector, reason, sizeof reason) : 0;

	if (error == -EINVAL)
		snprintf(why, why_size, "%s: selector: %s", panel->def.id, reason);
	return error;
}

// The new number, or the error.
static int add(struct panels *panels, const struct panel *model, const char *selector, char *why, size_t why_size)
{
	struct panel *panel = &panels->items[panels->n];
	int error;

	if (panels->n == SERIES_MAX) {
		snprintf(why, why_size, "more than %d panels", SERIES_MAX);
		return -ENOSPC;
	}
	*panel = *model;
	panel->selector = NULL;
	panel->def.no = (uint16_t)panels->n;
	error = copy_texts(&panel->def, &model->def);
	if (!error)
		error = compile(panels, panel, why, why_size);
	if (!error)
		error = compile_selector(panel, selector, why, why_size);
	if (error < 0) {
		finish_panel(panel);
		return error;
	}
	return (int)panels->n++;
}

static int add_latency(struct panels *panels, char *why, size_t why_size)
{
	const struct panel latency = {
		.def = { .id = "latency",
			 .title = "Latency",
			 .unit = UNIT_MILLISECONDS,
			 .better = BETTER_LOWER,
			 .warn = NAN,
			 .critical = NAN,
			 .expr = "" },
		.source = PANEL_BUILT_IN,
	};

	return add(panels, &latency, NULL, why, why_size);
}

// Of a built-in series only title and thresholds can be configured.
static int configure_latency(struct panels *panels, const struct panel_config *config)
{
	struct series_def *def = &panels->items[SERIES_LATENCY].def;
	char *title = mem_strdup(config->title ? config->title : def->title);

	if (!title)
		return -ENOMEM;
	mem_free((char *)def->title);
	def->title = title;
	def->warn = config->warn;
	def->critical = config->critical;
	return 0;
}

static int add_configured(struct panels *panels, const struct panel_config *config, char *why, size_t why_size)
{
	const struct panel panel = {
		.def = { .id = config->id,
			 .title = config->title,
			 .unit = config->unit,
			 .better = config->better,
			 .warn = config->warn,
			 .critical = config->critical,
			 .expr = config->expr ? config->expr : "" },
		.source = PANEL_CONFIGURED,
	};

	if (strcmp(config->id, "latency") == 0)
		return configure_latency(panels, config);
	return add(panels, &panel, config->selector, why, why_size);
}

static int add_ours(struct panels *panels, const struct panel_row *row, char *why, size_t why_size)
{
	const struct panel panel = {
		.def = { .id = row->id,
			 .title = row->title,
			 .unit = row->unit,
			 .better = row->better,
			 .warn = row->warn,
			 .critical = row->critical,
			 .expr = row->expr },
		.source = PANEL_OURS,
		.kind = row->kind,
	};

	if (panels_find(panels, row->id) >= 0)
		return 0; // configured in our place
	return add(panels, &panel, NULL, why, why_size);
}

static void rule_id(const struct rule_config *rule, char *out, size_t size)
{
	snprintf(out, size, "rule:%s", rule->name);
}

static int add_rule(struct panels *panels, const struct rule_config *rule, char *why, size_t why_size)
{
	char id[256];
	const struct panel panel = {
		.def = { .id = id, .title = rule->name, .warn = NAN, .critical = NAN, .expr = rule->expr },
		.source = PANEL_RULE,
	};

	if (rule->series || !rule->expr)
		return 0;
	rule_id(rule, id, sizeof id);
	return add(panels, &panel, rule->selector, why, why_size);
}

static int fill(struct panels *panels, const struct config *config, char *why, size_t why_size)
{
	const struct panel_row *rows;
	size_t n_rows = panel_rows(&rows);
	int error = add_latency(panels, why, why_size);

	for (size_t i = 0; error >= 0 && config && i < config->n_panels; i++)
		error = add_configured(panels, &config->panels[i], why, why_size);
	for (size_t i = 0; error >= 0 && i < n_rows; i++)
		error = add_ours(panels, &rows[i], why, why_size);
	for (size_t i = 0; error >= 0 && config && i < config->n_rules; i++)
		error = add_rule(panels, &config->rules[i], why, why_size);
	for (int kind = 0; error >= 0 && kind < KIND_COUNT; kind++)
		for (size_t i = 0; error >= 0 && i < 3 && panel_kind_info((enum panel_kind)kind)->marks[i]; i++)
			error = know_name(panels, panel_kind_info((enum panel_kind)kind)->marks[i]);
	return error < 0 ? error : 0;
}

int panels_create(const struct config *config, struct panels **out, char *why, size_t why_size)
{
	struct panels *panels = mem_calloc(1, sizeof *panels);
	int error;

	if (!panels)
		return -ENOMEM;
	error = metric_exprs_create(&panels->exprs);
	if (!error)
		error = fill(panels, config, why, why_size);
	if (error < 0) {
		panels_destroy(panels);
		return error;
	}
	*out = panels;
	return 0;
}

void panels_destroy(struct panels *panels)
{
	struct known_name *name;

	if (!panels)
		return;
	while ((name = panels->names)) {
		HASH_DEL(panels->names, name);
		mem_free(name);
	}
	for (size_t i = 0; i < panels->n; i++)
		finish_panel(&panels->items[i]);
	metric_exprs_destroy(panels->exprs);
	mem_free(panels);
}

size_t panels_n(const struct panels *panels)
{
	return panels->n;
}

const struct series_def *panels_def(const struct panels *panels, uint16_t no)
{
	return no < panels->n ? &panels->items[no].def : NULL;
}

int panels_find(const struct panels *panels, const char *id)
{
	for (size_t i = 0; i < panels->n; i++)
		if (strcmp(panels->items[i].def.id, id) == 0)
			return (int)i;
	return -ENOENT;
}

size_t panels_own_ids(const char **ids, size_t n)
{
	const struct panel_row *rows;
	size_t n_rows = panel_rows(&rows);

	if (n)
		ids[0] = "latency";
	for (size_t i = 0; i < n_rows && i + 1 < n; i++)
		ids[i + 1] = rows[i].id;
	return n_rows + 1;
}

int panels_rule_series(const struct panels *panels, const struct rule_config *rule)
{
	char id[256];

	if (rule->series)
		return panels_find(panels, rule->series);
	rule_id(rule, id, sizeof id);
	return panels_find(panels, id);
}

int panels_expr(const struct panels *panels, uint16_t no)
{
	return no < panels->n ? panels->items[no].expr : -1;
}

struct metric_exprs *panels_exprs(struct panels *panels)
{
	return panels->exprs;
}

static int tell(const struct panel *panel, bool is_dropped, int64_t at_ms, const struct event_sink *sink)
{
	struct event *event = event_new(EVENT_SERIES_DEFINED, at_ms, 0);

	if (!event)
		return -ENOMEM;
	event->u.series = panel->def;
	event->u.series.is_dropped = is_dropped;
	if (copy_texts(&event->u.series, &panel->def) < 0) {
		event_unref(event);
		return -ENOMEM;
	}
	event_emit(sink, event);
	return 0;
}

int panels_define(struct panels *panels, uint16_t no, int64_t at_ms, const struct event_sink *sink)
{
	struct panel *panel = &panels->items[no];
	int r = panel->is_defined ? 0 : tell(panel, false, at_ms, sink);

	if (r == 0)
		panel->is_defined = true;
	return r;
}

int panels_drop_pin(struct panels *panels, uint16_t no, int64_t at_ms, const struct event_sink *sink)
{
	struct panel *panel = &panels->items[no];
	int r = panel->is_defined && panel->source == PANEL_PIN ? tell(panel, true, at_ms, sink) : 0;

	if (r == 0 && panel->source == PANEL_PIN)
		panel->is_defined = false;
	return r;
}

static bool is_counter(const char *series)
{
	static const char *const suffixes[] = { "_total", "_bucket", "_count", "_sum" };
	size_t n = strcspn(series, "{");

	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
		size_t m = strlen(suffixes[i]);

		if (n > m && memcmp(series + n - m, suffixes[i], m) == 0)
			return true;
	}
	return false;
}

// Name and labels and nothing else: no arithmetic comes in by a pin.
static bool is_series(const char *text)
{
	struct metric_expr_error error;
	struct expr_tree tree;
	bool is_one = expr_tree_parse(text, &tree, &error) == 0 && tree.n_nodes == 1 && tree.n_leaves == 1 &&
		      tree.leaves[0]->kind == LEAF_SUM;

	expr_tree_finish(&tree);
	return is_one && *text != '(' && strncmp(text, "sum(", 4) != 0;
}

int panels_pin(struct panels *panels, const char *series)
{
	char expr[METRIC_EXPR_TEXT_MAX + 8];
	char why[256];
	bool is_rate = is_counter(series);
	const struct panel panel = {
		.def = { .id = series,
			 .title = series,
			 .unit = is_rate ? UNIT_PER_SECOND : UNIT_NONE,
			 .warn = NAN,
			 .critical = NAN,
			 .expr = expr },
		.source = PANEL_PIN,
	};
	int found = panels_find(panels, series);

	if (found >= 0)
		return found;
	if (!is_series(series))
		return -EINVAL;
	snprintf(expr, sizeof expr, is_rate ? "rate(%s)" : "%s", series);
	return add(panels, &panel, NULL, why, sizeof why);
}

// ---- recognition

void panels_scan_begin(struct panels *panels)
{
	panels->scan++;
	panels->last = NULL;
}

void panels_scan_name(struct panels *panels, const char *name, size_t len)
{
	struct known_name *last = panels->last;

	if (last && strncmp(last->name, name, len) == 0 && !last->name[len])
		return;
	last = find_name(panels, name, len);
	if (!last)
		return;
	last->seen = panels->scan;
	panels->last = last;
}

bool panels_knows_name(const struct panels *panels, const char *name, size_t len)
{
	return find_name(panels, name, len) != NULL;
}

static bool is_seen(const struct panels *panels, const char *text)
{
	const struct known_name *name = find_name(panels, text, strlen(text));

	return name && name->seen == panels->scan;
}

static enum panel_kind kind_of_scan(const struct panels *panels)
{
	for (int kind = 0; kind < KIND_COUNT; kind++)
		for (size_t i = 0; i < 3 && panel_kind_info((enum panel_kind)kind)->marks[i]; i++)
			if (is_seen(panels, panel_kind_info((enum panel_kind)kind)->marks[i]))
				return (enum panel_kind)kind;
	return KIND_COUNT;
}

const char *panels_kind(const struct panels *panels)
{
	return panel_kind_info(kind_of_scan(panels))->name;
}

static bool is_exposed(const struct panels *panels, int expr)
{
	const char *names[METRIC_EXPR_LEAVES_MAX];
	size_t n = metric_exprs_names(panels->exprs, expr, names, METRIC_EXPR_LEAVES_MAX);
	size_t n_seen = 0;

	for (size_t i = 0; i < n; i++)
		n_seen += is_seen(panels, names[i]);
	return metric_exprs_needs_all(panels->exprs, expr) ? n_seen == n : n_seen > 0;
}

static bool is_for(const struct panels *panels, const struct panel *panel, const struct agent *agent,
		   enum panel_kind kind)
{
	bool is_process = panel->kind == KIND_PROCESS && !panel_kind_info(kind)->is_exporter;

	if (panel->expr < 0 || panel->source == PANEL_PIN)
		return false;
	if (panel->source == PANEL_OURS && panel->kind != kind && !is_process)
		return false;
	return selector_matches(panel->selector, agent) && is_exposed(panels, panel->expr);
}

size_t panels_select(const struct panels *panels, const struct agent *agent, uint16_t *nos, size_t n)
{
	enum panel_kind kind = kind_of_scan(panels);
	size_t found = 0;

	for (size_t i = 0; i < panels->n; i++) {
		if (!is_for(panels, &panels->items[i], agent, kind))
			continue;
		if (found < n)
			nos[found] = (uint16_t)i;
		found++;
	}
	return found;
}
