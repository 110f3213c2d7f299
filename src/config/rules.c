// SPDX-License-Identifier: Apache-2.0
/* rules: what raises an alert. */
#include <math.h>
#include <string.h>

#include "config/sections.h"
#include "config/suggest.h"
#include "config/values.h"

enum { N_COMPARISONS = COMPARE_NE + 1, RULES_MAX = 1000 };

// Each comparison is a key of its own: "> 90" would need quotes that YAML makes easy to forget.
static const char *const comparison_keys[N_COMPARISONS] = {
	[COMPARE_GT] = "above",   [COMPARE_GE] = "at_least", [COMPARE_LT] = "below",
	[COMPARE_LE] = "at_most", [COMPARE_EQ] = "equals",   [COMPARE_NE] = "differs_from",
};

struct written {
	struct rule_config rule;
	const yaml_node_t *series, *expr;
	double thresholds[N_COMPARISONS]; // NaN: not given
	int severity;
};

static const struct field fields[] = {
	{ "name", value_text, offsetof(struct written, rule.name), .max = 64, .is_required = true },
	{ "summary", value_text, offsetof(struct written, rule.summary), .max = 200 },
	{ .name = "series", .read = value_node, .offset = offsetof(struct written, series) },
	{ .name = "expr", .read = value_node, .offset = offsetof(struct written, expr) },
	{ "selector", value_selector, offsetof(struct written, rule.selector), .max = 1024 },
	{ .name = "above", .read = value_number, .offset = offsetof(struct written, thresholds[COMPARE_GT]) },
	{ .name = "at_least", .read = value_number, .offset = offsetof(struct written, thresholds[COMPARE_GE]) },
	{ .name = "below", .read = value_number, .offset = offsetof(struct written, thresholds[COMPARE_LT]) },
	{ .name = "at_most", .read = value_number, .offset = offsetof(struct written, thresholds[COMPARE_LE]) },
	{ .name = "equals", .read = value_number, .offset = offsetof(struct written, thresholds[COMPARE_EQ]) },
	{ .name = "differs_from", .read = value_number, .offset = offsetof(struct written, thresholds[COMPARE_NE]) },
	{ "for", value_duration64, offsetof(struct written, rule.for_ms), .min = 0, .max = 86400000 },
	{ "keep_firing_for", value_duration64, offsetof(struct written, rule.keep_firing_for_ms), .min = 0,
	  .max = 86400000 },
	{ "severity", value_choice, offsetof(struct written, severity),
	  .words = (const char *const[]){ "info", "warning", "critical", NULL } },
	{ .name = NULL },
};

static void set_threshold(struct reader *reader, const yaml_node_t *node, struct written *written)
{
	size_t n = 0;

	for (int i = 0; i < N_COMPARISONS; i++) {
		if (isnan(written->thresholds[i]))
			continue;
		n++;
		written->rule.comparison = (enum comparison)i;
		written->rule.threshold = written->thresholds[i];
	}
	if (n != 1)
		reader_mistake(reader, node, "%s; expected one of %s, %s, %s, %s, %s or %s",
			       n ? "more than one comparison" : "no comparison", comparison_keys[COMPARE_GT],
			       comparison_keys[COMPARE_GE], comparison_keys[COMPARE_LT], comparison_keys[COMPARE_LE],
			       comparison_keys[COMPARE_EQ], comparison_keys[COMPARE_NE]);
}

// Every id that a rule may watch, in the arena. NULL notes the want of memory.
static const char **known_series(struct reader *reader, const struct config *config, size_t *n)
{
	const struct config_checks *checks = reader->checks;
	const char **ids = reader_alloc(reader, (config->n_panels + checks->n_series) * sizeof *ids);

	*n = 0;
	for (size_t i = 0; ids && i < config->n_panels; i++)
		ids[(*n)++] = config->panels[i].id;
	for (size_t i = 0; ids && i < checks->n_series; i++)
		ids[(*n)++] = checks->series[i];
	return ids;
}

static void no_series(struct reader *reader, const yaml_node_t *node, const char **ids, size_t n)
{
	char quote[QUOTE_MAX], list[160];

	suggest_list((const char *)node->data.scalar.value, ids, n, list, sizeof list);
	reader_mistake(reader, node, "no series %s; expected that of a panel or one of %s", reader_quote(node, quote),
		       list);
}

static const char *read_series(struct reader *reader, const yaml_node_t *node, const struct config *config)
{
	static const struct field limits = { .max = 32 };
	const char *text = NULL, **ids;
	size_t n;

	if (node)
		value_text(reader, node, &limits, &text);
	if (!text || !reader->checks->series)
		return text;
	ids = known_series(reader, config, &n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(ids[i], text) == 0)
			return text;
	if (ids)
		no_series(reader, node, ids, n);
	return NULL;
}

static void read_rule(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	struct written written = { .severity = SEVERITY_WARNING };
	struct config *config = ctx;

	(void)i;
	for (int k = 0; k < N_COMPARISONS; k++)
		written.thresholds[k] = (double)NAN;
	if (!reader_mapping(reader, node, fields, &written))
		return;
	written.rule.expr = value_expression(reader, written.expr, "rule", written.rule.name);
	written.rule.series = read_series(reader, written.series, config);
	if (!written.series == !written.expr)
		reader_mistake(reader, node, "expected either series or expr");
	set_threshold(reader, node, &written);
	if (!written.rule.name)
		return;
	for (size_t k = 0; k < config->n_rules; k++)
		if (strcmp(config->rules[k].name, written.rule.name) == 0)
			reader_mistake(reader, node, "a rule %s is there already; expected a name of its own",
				       written.rule.name);
	written.rule.severity = (enum severity)written.severity;
	config->rules[config->n_rules++] = written.rule;
}

void section_rules(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct draft *draft = out;
	size_t n = reader_count(reader, node, "rules");

	(void)field;
	if (n > RULES_MAX) {
		reader_mistake(reader, node, "%zu rules; expected at most %d", n, RULES_MAX);
		return;
	}
	draft->config->rules = n ? reader_alloc(reader, n * sizeof *draft->config->rules) : NULL;
	if (draft->config->rules)
		reader_each(reader, node, read_rule, draft->config);
}
