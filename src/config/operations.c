// SPDX-License-Identifier: Apache-2.0
/* operations: how rollouts go, what is asked before they do, and where nothing may be done. */
#include <string.h>

#include "base/number.h"
#include "config/sections.h"
#include "config/values.h"
#include "opscon/operation.h"

// ---- values

// double: a share such as 0.05 or 5%, from 0 to field->max
static void value_share(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	const char *text = reader_scalar(reader, node, "a share such as 5% or 0.05");
	char quote[QUOTE_MAX];
	bool is_percent;
	double value;
	size_t n;

	if (!text)
		return;
	n = strlen(text);
	is_percent = n > 1 && text[n - 1] == '%';
	if (number_parse(text, n - is_percent, &value) < 0 || !(value >= 0) ||
	    (is_percent ? value / 100 : value) > (double)field->max) {
		reader_mistake(reader, node, "%s; expected a share such as 5%% or 0.05, at most %lld%%",
			       reader_quote(node, quote), (long long)field->max * 100);
		return;
	}
	*(double *)out = is_percent ? value / 100 : value;
}

// uint8_t[CANARY_PHASES_MAX]
static void value_phases(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	static const struct field percent = { .min = 1, .max = 100 };
	uint8_t phases[CANARY_PHASES_MAX] = { 0 };
	size_t n = reader_count(reader, node, "percentages");

	(void)field;
	if (n == 0 || n > CANARY_PHASES_MAX) {
		if (node->type == YAML_SEQUENCE_NODE)
			reader_mistake(reader, node, "%zu phases; expected 1 to %d", n, CANARY_PHASES_MAX);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const yaml_node_t *item = reader_node(reader, node->data.sequence.items.start[i]);
		uint16_t value = 0;

		value_count16(reader, item, &percent, &value);
		if (!value)
			return;
		if (i > 0 && value <= phases[i - 1]) {
			reader_mistake(reader, item, "%u after %u; expected more in each phase", value, phases[i - 1]);
			return;
		}
		phases[i] = (uint8_t)value;
	}
	if (phases[n - 1] != 100)
		reader_mistake(reader, node, "the last phase is %u; expected 100", phases[n - 1]);
	else
		memcpy(out, phases, sizeof phases);
}

// ---- guards

static const char *const guards[GUARD_COUNT + 1] = {
	[GUARD_VIEW] = "view",           [GUARD_REVERSIBLE] = "reversible", [GUARD_CONFIRM] = "confirm",
	[GUARD_TYPE_NAME] = "type-name", [GUARD_REASON] = "reason",
};

// true, or the reason that people are given: a const char *, "" for none
static void value_refusal(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	const char *text = reader_scalar(reader, node, "true, or why");

	if (text && strcmp(text, "true") == 0)
		*(const char **)out = "";
	else if (text)
		value_text(reader, node, field, out);
}

struct rules {
	struct guard_rule *items;
	size_t n;
};

static void read_guard(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	struct written {
		unsigned verbs;
		const char *environment, *refusal;
		int guard;
	} written = { .guard = -1 };
	static const struct field fields[] = {
		{ .name = "action", .read = value_verbs, .offset = offsetof(struct written, verbs) },
		{ "environment", value_text, offsetof(struct written, environment), .max = 64 },
		{ "guard", value_choice, offsetof(struct written, guard), .words = guards },
		{ "refuse", value_refusal, offsetof(struct written, refusal), .max = 120 },
		{ .name = NULL },
	};
	bool had_mistakes = reader->has_mistakes;
	struct rules *rules = ctx;

	(void)i;
	reader->has_mistakes = false;
	if (reader_mapping(reader, node, fields, &written) && !reader->has_mistakes &&
	    (written.guard < 0) == !written.refusal)
		reader_mistake(reader, node, "%s; expected either guard or refuse",
			       written.refusal ? "guard and refuse" : "neither guard nor refuse");
	reader->has_mistakes |= had_mistakes;
	rules->items[rules->n++] = (struct guard_rule){
		.verbs = written.verbs,
		.environment = written.environment,
		.guard = written.guard < 0 ? GUARD_REASON : (enum guard)written.guard,
		.is_refused = written.refusal != NULL,
		.why = written.refusal && written.refusal[0] ? written.refusal : NULL,
	};
}

static void value_guards(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct operations_config *operations = out;
	size_t n = reader_count(reader, node, "guards");
	struct rules rules = { .items = n ? reader_alloc(reader, n * sizeof *rules.items) : NULL };

	(void)field;
	if (rules.items)
		reader_each(reader, node, read_guard, &rules);
	operations->guards = rules.items;
	operations->n_guards = rules.n;
}

// ---- the section

static const char *const strategies[ROLLOUT_KIND_COUNT + 1] = {
	[ROLLOUT_ROLLING] = "rolling",
	[ROLLOUT_CANARY] = "canary",
	[ROLLOUT_BLUE_GREEN] = "blue-green",
};

struct operations {
	struct operations_config config;
	int strategy;
	struct value_texts production, read_only;
};

void section_operations(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	enum { DAY_MS = 86400000 };
	static const struct field fields[] = {
		{ "strategy", value_choice, offsetof(struct operations, strategy), .words = strategies },
		{ "batch", value_count16, offsetof(struct operations, config.rollout.batch), .min = 1, .max = 10000 },
		{ "wait", value_duration32, offsetof(struct operations, config.rollout.wait_ms), .max = DAY_MS },
		{ "canary", value_phases, offsetof(struct operations, config.rollout.canary_percent) },
		{ "canary_wait", value_duration32, offsetof(struct operations, config.canary_wait_ms), .max = DAY_MS },
		{ "min_healthy", value_duration32, offsetof(struct operations, config.rollout.min_healthy_ms),
		  .max = 3600000 },
		{ "verify", value_duration32, offsetof(struct operations, config.rollout.verify_ms), .min = 1000,
		  .max = DAY_MS },
		{ "max_unavailable", value_count16, offsetof(struct operations, config.rollout.max_unavailable),
		  .min = 1, .max = 10000 },
		{ "max_error_share", value_share, offsetof(struct operations, config.rollout.max_error_share),
		  .max = 1 },
		{ "max_latency_growth", value_share, offsetof(struct operations, config.rollout.max_latency_growth),
		  .max = 100 },
		{ "auto_rollback", value_bool, offsetof(struct operations, config.rollout.rolls_back) },
		{ "concurrent", value_count16, offsetof(struct operations, config.n_concurrent), .min = 1,
		  .max = OPERATION_CONCURRENT_MAX },
		{ "production", value_texts, offsetof(struct operations, production), .max = 64 },
		{ "read_only", value_bool, offsetof(struct operations, config.is_read_only) },
		{ "read_only_environments", value_texts, offsetof(struct operations, read_only), .max = 64 },
		{ "guards", value_guards, offsetof(struct operations, config) },
		{ .name = NULL },
	};
	struct draft *draft = out;
	struct operations operations = { .config = draft->config->operations,
					 .strategy = (int)draft->config->operations.rollout.kind };

	(void)field;
	operations.production = (struct value_texts){ operations.config.production, operations.config.n_production };
	reader_mapping(reader, node, fields, &operations);
	operations.config.rollout.kind = (enum rollout_kind)operations.strategy;
	operations.config.production = operations.production.items;
	operations.config.n_production = operations.production.n;
	operations.config.read_only = operations.read_only.items;
	operations.config.n_read_only = operations.read_only.n;
	if (operations.config.rollout.min_healthy_ms > operations.config.rollout.verify_ms)
		reader_mistake(reader, node, "min_healthy is longer than verify; expected at most verify");
	draft->config->operations = operations.config;
}
