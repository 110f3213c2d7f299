// SPDX-License-Identifier: Apache-2.0
/* panels: the series that are kept and drawn. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "config/sections.h"
#include "config/values.h"

struct written {
	struct panel_config panel;
	const yaml_node_t *expr;
	int unit, better;
};

static bool is_id(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			return false;
	return *text && !isdigit((unsigned char)*text);
}

static bool is_taken(const struct config *config, const char *id)
{
	for (size_t i = 0; i < config->n_panels; i++)
		if (strcmp(config->panels[i].id, id) == 0)
			return true;
	return false;
}

// Both thresholds on the side that is worse, the critical one further out.
static bool is_ordered(const struct panel_config *panel)
{
	if (isnan(panel->warn) || isnan(panel->critical))
		return true;
	return panel->better == BETTER_HIGHER ? panel->critical <= panel->warn : panel->critical >= panel->warn;
}

static void check(struct reader *reader, const yaml_node_t *node, const struct config *config,
		  const struct panel_config *panel)
{
	if (!is_id(panel->id))
		reader_mistake(reader, node, "the id of a panel; expected letters, digits and _");
	if (is_taken(config, panel->id))
		reader_mistake(reader, node, "a panel %s is there already; expected an id of its own", panel->id);
	if (!is_ordered(panel))
		reader_mistake(reader, node,
			       "critical is less bad than warn; expected it the other way round (see better)");
}

static void read_panel(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	static const char *const units[] = { "none", "percent", "bytes", "bytes/s", "s", "ms", "/s", "/min", NULL };
	static const char *const better[] = { "neither", "lower", "higher", NULL };
	static const struct field fields[] = {
		{ "id", value_text, offsetof(struct written, panel.id), .max = 32, .is_required = true },
		{ "title", value_text, offsetof(struct written, panel.title), .max = 64 },
		{ "expr", value_node, offsetof(struct written, expr), .is_required = true },
		{ "unit", value_choice, offsetof(struct written, unit), .words = units },
		{ "better", value_choice, offsetof(struct written, better), .words = better },
		{ .name = "warn", .read = value_number, .offset = offsetof(struct written, panel.warn) },
		{ .name = "critical", .read = value_number, .offset = offsetof(struct written, panel.critical) },
		{ "selector", value_selector, offsetof(struct written, panel.selector), .max = 1024 },
		{ .name = NULL },
	};
	struct written written = { .panel = { .warn = (double)NAN, .critical = (double)NAN } };
	struct config *config = ctx;

	(void)i;
	if (!reader_mapping(reader, node, fields, &written))
		return;
	written.panel.expr = value_expression(reader, written.expr, "panel", written.panel.id);
	if (!written.panel.id)
		return;
	written.panel.unit = (enum metric_unit)written.unit;
	written.panel.better = (enum metric_better)written.better;
	if (!written.panel.title)
		written.panel.title = written.panel.id;
	check(reader, node, config, &written.panel);
	config->panels[config->n_panels++] = written.panel;
}

void section_panels(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct draft *draft = out;
	size_t n = reader_count(reader, node, "panels");

	(void)field;
	if (n > SERIES_MAX) {
		reader_mistake(reader, node, "%zu panels; expected at most %d", n, SERIES_MAX);
		return;
	}
	draft->config->panels = n ? reader_alloc(reader, n * sizeof *draft->config->panels) : NULL;
	if (draft->config->panels)
		reader_each(reader, node, read_panel, draft->config);
}
