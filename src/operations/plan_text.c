// SPDX-License-Identifier: Apache-2.0
#include "operations/plan_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "base/strbuf.h"
#include "operations/plan.h"
#include "operations/text_lines.h"
#include "text/text.h"

enum {
	NAME_CELLS_MAX = 24,
	ENVIRONMENT_CELLS_MAX = 12,
	VERSION_CELLS_MAX = 16,
	NAMES_MAX = 2000,
	NOTE_INDENT = 4,
	GENERAL_MAX = 4096,
	RECIPES_MAX = 12
};

// ---- what it is about

static const struct plan_target *find_able(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_targets; i++)
		if (!plan->targets[i].refusal[0])
			return &plan->targets[i];
	return NULL;
}

static void write_title(struct text_lines *lines, const struct plan *plan)
{
	const struct operation_params *params = &plan->params;

	text_lines_addf(lines, "%s ", verb_name(params->verb));
	if (plan->n_targets == 1)
		text_lines_add(lines, plan->targets[0].name);
	else
		text_lines_addf(lines, "%zu agents", plan->n_targets);
	if (params->is_forced)
		text_lines_add(lines, " by force");
	if (params->version[0])
		text_lines_addf(lines, ", version %s", params->version);
	text_lines_end(lines, 0);
	if (params->patch[0]) {
		text_lines_addf(lines, "patch: %s", params->patch);
		text_lines_end(lines, NOTE_INDENT);
	}
	if (params->reason[0]) {
		text_lines_addf(lines, "reason: %s", params->reason);
		text_lines_end(lines, NOTE_INDENT);
	}
}

static void write_canary(struct text_lines *lines, const struct rollout *rollout)
{
	text_lines_add(lines, "canary:");
	for (size_t i = 0; i < CANARY_PHASES_MAX && rollout->canary_percent[i]; i++)
		text_lines_addf(lines, "%s %d%%", i ? "," : "", rollout->canary_percent[i]);
}

static void write_rollout(struct text_lines *lines, const struct plan *plan)
{
	const struct rollout *rollout = &plan->params.rollout;
	char age[HUMAN_MAX];

	if (plan->n_waves < 2)
		return;
	if (rollout->kind == ROLLOUT_CANARY)
		write_canary(lines, rollout);
	else
		text_lines_addf(lines, "%s: %d at a time", rollout_kind_name(rollout->kind), rollout->batch);
	text_lines_addf(lines, ", %s between, in %d waves", human_duration(rollout->wait_ms, age), plan->n_waves);
	text_lines_end(lines, NOTE_INDENT);
}

static bool is_judged_by_health(const struct plan *plan)
{
	const struct plan_target *target = find_able(plan);

	return plan_expects(plan, target, true, false).is_health;
}

// Who was not well before it counts only where it brings something new.
static void write_bad(struct text_lines *lines, const struct plan *plan)
{
	bool counts_all = plan_brings_new(plan);
	unsigned n = plan->params.rollout.max_unavailable;

	if (n == 1)
		text_lines_addf(lines, " when one%s has failed", counts_all ? "" : " that was well");
	else
		text_lines_addf(lines, " when %u%s have failed", n, counts_all ? "" : " that were well");
}

// What makes it stop, and what happens then.
static void write_limits(struct text_lines *lines, const struct plan *plan)
{
	const struct rollout *rollout = &plan->params.rollout;
	char age[HUMAN_MAX];
	bool has_undo = false;

	if (!find_able(plan))
		return;
	for (size_t i = 0; i < plan->n_targets; i++)
		has_undo |= plan_has_undo(&plan->targets[i]);
	if (!rollout->rolls_back)
		text_lines_add(lines, "waits for a person");
	else
		text_lines_add(lines, has_undo ? "is taken back by itself" : "ends");
	write_bad(lines, plan);
	if (is_judged_by_health(plan))
		text_lines_addf(lines, " or is not well within %s, at errors over %.0f%% or latency +%.0f%%",
				human_duration(rollout->verify_ms, age), rollout->max_error_share * 100,
				rollout->max_latency_growth * 100);
	text_lines_end(lines, NOTE_INDENT);
}

// ---- who

struct columns {
	int name, environment, version;
};

static int wider(int cells, const char *text, int max)
{
	int width = text_width(text);

	return width > max ? max : width > cells ? width : cells;
}

static struct columns measure(const struct plan *plan)
{
	struct columns columns = { 5, 3, 7 };

	for (size_t i = 0; i < plan->n_targets; i++) {
		columns.name = wider(columns.name, plan->targets[i].name, NAME_CELLS_MAX);
		columns.environment = wider(columns.environment, plan->targets[i].environment, ENVIRONMENT_CELLS_MAX);
		columns.version = wider(columns.version, plan->targets[i].version, VERSION_CELLS_MAX);
	}
	return columns;
}

static void write_row(struct text_lines *lines, const struct columns *columns, const char *const cells[6])
{
	text_lines_cell(lines, cells[0], 4);
	text_lines_cell(lines, cells[1], columns->name);
	text_lines_cell(lines, cells[2], 8);
	text_lines_cell(lines, cells[3], 11);
	text_lines_cell(lines, cells[4], columns->environment);
	text_lines_cell(lines, cells[5], columns->version);
	text_lines_end(lines, 6);
}

static void write_dependents(struct text_lines *lines, const struct plan_target *target)
{
	size_t n = 0;

	if (target->n_dependents == 0)
		return;
	text_lines_add(lines, "    needed by ");
	for (; n < target->n_dependents && text_lines_size(lines) < NAMES_MAX; n++)
		text_lines_addf(lines, "%s%s", n ? ", " : "", target->dependents[n]);
	if (n < target->n_dependents)
		text_lines_addf(lines, " and %zu more", target->n_dependents - n);
	text_lines_end(lines, NOTE_INDENT);
}

// `plan_refusal` is said below.
static void write_notes(struct text_lines *lines, const struct plan_target *target, const char *plan_refusal)
{
	if (text_width(target->name) > NAME_CELLS_MAX) {
		text_lines_addf(lines, "    %s", target->name);
		text_lines_end(lines, NOTE_INDENT);
	}
	if (target->refusal[0] && strcmp(target->refusal, plan_refusal) != 0) {
		text_lines_addf(lines, "    not done: %s", target->refusal);
		text_lines_end(lines, NOTE_INDENT);
	}
	if (target->is_hidden) {
		text_lines_add(lines, "    hidden by the filter");
		text_lines_end(lines, NOTE_INDENT);
	}
	if (target->is_last_healthy) {
		text_lines_addf(lines, "    the last healthy one of %s", target->service);
		text_lines_end(lines, NOTE_INDENT);
	}
	write_dependents(lines, target);
}

static void write_targets(struct text_lines *lines, const struct plan *plan)
{
	static const char *const heading[] = { "WAVE", "AGENT", "HEALTH", "STATE", "ENV", "VERSION" };
	struct columns columns = measure(plan);

	text_lines_end(lines, 0);
	write_row(lines, &columns, heading);
	for (size_t i = 0; i < plan->n_targets; i++) {
		const struct plan_target *target = &plan->targets[i];
		char wave[16] = "-";

		if (!target->refusal[0])
			snprintf(wave, sizeof wave, "%d", target->wave + 1);
		write_row(lines, &columns,
			  (const char *const[]){
				  wave,
				  target->name,
				  health_state_name(target->health),
				  target->is_lifecycle_known ? lifecycle_name(target->lifecycle) : "not known",
				  target->environment[0] ? target->environment : "-",
				  target->version[0] ? target->version : "-",
			  });
		write_notes(lines, target, plan->n_targets == 1 ? plan->refusal : "");
	}
}

// ---- how

// How much of the text is an address, "https://host:9100" without what follows it; 0: it does not begin with one.
static size_t address_length(const char *text)
{
	size_t n = strncmp(text, "http://", 7) == 0 ? 7 : strncmp(text, "https://", 8) == 0 ? 8 : 0;

	return n ? n + strcspn(text + n, "/ ,;") : 0;
}

static bool is_word_byte(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

// Whether the text goes on with the name as a word of its own.
static bool begins_with_name(const char *begin, const char *text, const char *name)
{
	size_t n = strlen(name);

	return n > 0 && strncmp(text, name, n) == 0 && (text == begin || !is_word_byte(text[-1])) &&
	       !is_word_byte(text[n]);
}

// An action without what is each target's own: its address and its name.
static const char *general(const struct plan_target *target, const char *action, char out[GENERAL_MAX])
{
	const char *at = action;
	struct strbuf to;

	strbuf_init(&to, out, GENERAL_MAX);
	while (*at) {
		size_t n = address_length(at);

		if (n > 0) {
			strbuf_add(&to, "{address}");
		} else if (begins_with_name(action, at, target->name)) {
			n = strlen(target->name);
			strbuf_add(&to, "{name}");
		} else {
			n = 1;
			strbuf_add_char(&to, *at);
		}
		at += n;
	}
	return text_trim(out);
}

static bool is_same_step(const struct plan_target *ta, const struct plan_step *a, const struct plan_target *tb,
			 const struct plan_step *b)
{
	char of_a[GENERAL_MAX], of_b[GENERAL_MAX];

	return a->primitive == b->primitive && a->timeout_ms == b->timeout_ms && strcmp(a->label, b->label) == 0 &&
	       strcmp(general(ta, a->action, of_a), general(tb, b->action, of_b)) == 0;
}

static bool has_same_steps(const struct plan_target *a, const struct plan_target *b)
{
	if (a->n_steps != b->n_steps || a->n_undo != b->n_undo)
		return false;
	for (size_t i = 0; i < a->n_steps; i++)
		if (!is_same_step(a, &a->steps[i], b, &b->steps[i]))
			return false;
	for (size_t i = 0; i < a->n_undo; i++)
		if (!is_same_step(a, &a->undo[i], b, &b->undo[i]))
			return false;
	return true;
}

static void write_condition(struct text_lines *lines, const char *word, const char *text)
{
	if (!text[0])
		return;
	text_lines_addf(lines, "                  %s %s", word, text);
	text_lines_end(lines, 20);
}

static void write_steps(struct text_lines *lines, const struct plan_target *target, const struct plan_step *steps,
			size_t n, bool is_shared)
{
	for (size_t i = 0; i < n; i++) {
		bool is_observing = steps[i].primitive == PRIMITIVE_OBSERVE;
		char number[24], age[HUMAN_MAX], action[GENERAL_MAX];

		snprintf(number, sizeof number, "%3zu.", i + 1);
		text_lines_cell(lines, number, 4);
		text_lines_cell(lines, steps[i].label, 10);
		text_lines_addf(lines, "%s (at most %s)",
				is_shared ? general(target, steps[i].action, action) : steps[i].action,
				human_duration(steps[i].timeout_ms, age));
		text_lines_end(lines, 18);
		write_condition(lines, "only if", is_shared ? "" : steps[i].precondition);
		if (!is_shared || !is_observing)
			write_condition(lines, is_observing ? "expecting that" : "until", steps[i].postcondition);
	}
}

static void write_recipe(struct text_lines *lines, const struct plan_target *target, bool is_shared)
{
	write_steps(lines, target, target->steps, target->n_steps, is_shared);
	if (!plan_has_undo(target)) {
		text_lines_add(lines, "  no way back");
		text_lines_end(lines, NOTE_INDENT);
		return;
	}
	text_lines_add(lines, "  to take it back:");
	text_lines_end(lines, NOTE_INDENT);
	write_steps(lines, target, target->undo, target->n_undo, is_shared);
}

// Names those with the steps of the target, which is the first of them; returns how many, 0 when an earlier one has
// the same.
static size_t write_names(struct text_lines *lines, const struct plan *plan, size_t first)
{
	const struct plan_target *targets = plan->targets;
	size_t n = 0, n_left_out = 0;

	for (size_t i = 0; i < first; i++)
		if (!targets[i].refusal[0] && has_same_steps(&targets[i], &targets[first]))
			return 0;
	for (size_t i = first; i < plan->n_targets; i++) {
		if (targets[i].refusal[0] || !has_same_steps(&targets[i], &targets[first]))
			continue;
		if (text_lines_size(lines) < NAMES_MAX)
			text_lines_addf(lines, "%s%s", n++ ? ", " : "", targets[i].name);
		else
			n_left_out++;
	}
	if (n_left_out)
		text_lines_addf(lines, " and %zu more", n_left_out);
	text_lines_add(lines, ":");
	text_lines_end(lines, NOTE_INDENT);
	return n + n_left_out;
}

static bool is_one_recipe(const struct plan *plan, const struct plan_target *first)
{
	for (size_t i = 0; i < plan->n_targets; i++)
		if (!plan->targets[i].refusal[0] && !has_same_steps(&plan->targets[i], first))
			return false;
	return true;
}

static void write_recipes(struct text_lines *lines, const struct plan *plan)
{
	const struct plan_target *first = find_able(plan);
	bool is_single = plan_n_able(plan) == 1;
	size_t n_recipes = 0;

	if (!first || !first->n_steps) // it was larger than a message
		return;
	text_lines_end(lines, 0);
	if (is_one_recipe(plan, first)) {
		text_lines_add(lines, is_single ? "step by step:" : "step by step, each of them:");
		text_lines_end(lines, 0);
		write_recipe(lines, first, !is_single);
		return;
	}
	for (size_t i = 0; i < plan->n_targets && n_recipes < RECIPES_MAX; i++) {
		size_t n = plan->targets[i].refusal[0] ? 0 : write_names(lines, plan, i);

		if (n > 0)
			write_recipe(lines, &plan->targets[i], n > 1);
		n_recipes += n > 0;
	}
	if (n_recipes == RECIPES_MAX) {
		text_lines_addf(lines, "that were %d ways to go about it; JSON has all there are", RECIPES_MAX);
		text_lines_end(lines, NOTE_INDENT);
	}
}

// ---- what is asked

static void write_guard(struct text_lines *lines, const struct plan *plan, bool is_asked)
{
	if (!is_asked && !plan->refusal[0])
		return;
	text_lines_end(lines, 0);
	if (plan->refusal[0])
		text_lines_addf(lines, "cannot be done: %s", plan->refusal);
	else if (plan->guard >= GUARD_TYPE_NAME)
		text_lines_addf(lines, "to confirm it, \"%s\" must be typed%s", plan->typed,
				plan->guard >= GUARD_REASON ? ", and a reason given" : "");
	else
		text_lines_add(lines, "to confirm it, yes must be said");
	text_lines_end(lines, NOTE_INDENT);
}

int plan_text(const struct plan *plan, int columns, bool is_ascii, bool is_asked, struct bytes *out)
{
	struct text_lines lines;
	int r;

	text_lines_init(&lines, out, columns < PLAN_TEXT_COLUMNS_MIN ? PLAN_TEXT_COLUMNS_MIN : columns, is_ascii);
	write_title(&lines, plan);
	write_rollout(&lines, plan);
	write_limits(&lines, plan);
	write_targets(&lines, plan);
	write_recipes(&lines, plan);
	write_guard(&lines, plan, is_asked);
	r = lines.error;
	text_lines_finish(&lines);
	return r;
}
