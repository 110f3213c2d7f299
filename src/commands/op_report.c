// SPDX-License-Identifier: Apache-2.0
/* opscon op list and show: operations as their journals have them, also those of other processes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "commands/exit_code.h"
#include "commands/op.h"
#include "commands/status_run.h"
#include "formats/json_writer.h"
#include "operations/plan_json.h"
#include "operations/recovery.h"
#include "operations/text_lines.h"
#include "text/text.h"

enum { OUTPUT_MAX = 256 << 20, LIST_LIMIT = JOURNAL_KEEP, STEPS_SHOWN_MAX = 5, NAME_CELLS_MAX = 32 };

// Prints what was written, unless it could not be.
static int print(struct bytes *out, int error)
{
	if (error == 0 && out->len)
		fwrite(out->data, 1, out->len, stdout);
	else if (error < 0)
		fprintf(stderr, "opscon op: %s\n", strerrordesc_np(-error));
	bytes_finish(out);
	return error < 0 ? EXIT_OURS : 0;
}

static size_t n_in(const struct operation *operation, enum target_state state)
{
	return operation->n_by_state[state];
}

// How long it took, or takes until now; "" when it has not begun.
static const char *took(int64_t started_ms, int64_t ended_ms, char out[HUMAN_MAX])
{
	if (started_ms == 0)
		return "";
	return human_duration((ended_ms ? ended_ms : clock_now().wall_ms) - started_ms, out);
}

// ---- JSON

static void write_step(struct json_writer *w, const struct plan_step *step, const struct operation_step *state)
{
	json_open(w, NULL, '{');
	json_text(w, "label", step->label);
	json_text(w, "state", step_state_name(state->state));
	json_time(w, "started", state->started_ms);
	json_time(w, "ended", state->ended_ms);
	json_close(w, '}');
}

static void write_target(struct json_writer *w, const struct plan_target *planned,
			 const struct operation_target *target)
{
	json_open(w, NULL, '{');
	json_text(w, "key", planned->key);
	json_text(w, "name", planned->name);
	json_text(w, "state", target_state_name(target->state));
	json_text(w, "error", target->error ? target->error : planned->refusal);
	json_text(w, "version", target->version ? target->version : planned->version);
	json_time(w, "started", target->started_ms);
	json_time(w, "ended", target->ended_ms);
	json_open(w, "steps", '[');
	for (size_t i = 0; i < planned->n_steps; i++)
		write_step(w, &planned->steps[i], &target->steps[i]);
	json_close(w, ']');
	json_open(w, "undo", '[');
	for (size_t i = 0; i < planned->n_undo; i++)
		write_step(w, &planned->undo[i], &target->steps[planned->n_steps + i]);
	json_close(w, ']');
	json_close(w, '}');
}

// What a list has of it, too.
static void write_summary(struct json_writer *w, const struct operation *operation, enum operation_state state,
			  const char *why)
{
	const struct plan *plan = operation->plan;

	json_text(w, "id", operation->id);
	json_text(w, "verb", verb_name(plan->params.verb));
	json_text(w, "state", operation_state_name(state));
	json_text(w, "why", why);
	json_text(w, "who", plan->who);
	json_text(w, "holder", operation->holder);
	json_text(w, "reason", plan->params.reason);
	json_time(w, "started", operation->started_ms);
	json_time(w, "ended", operation->ended_ms);
	json_open(w, "n_targets", '{');
	for (int i = 0; i < TARGET_STATE_COUNT; i++)
		json_int(w, target_state_name((enum target_state)i), (int64_t)n_in(operation, (enum target_state)i));
	json_close(w, '}');
}

static void write_operation(struct json_writer *w, const struct operation *operation, enum operation_state state,
			    const char *why)
{
	json_open(w, NULL, '{');
	json_int(w, "schema_version", PLAN_SCHEMA_VERSION);
	write_summary(w, operation, state, why);
	json_open(w, "targets", '[');
	for (size_t i = 0; i < operation->plan->n_targets; i++)
		write_target(w, &operation->plan->targets[i], &operation->targets[i]);
	json_close(w, ']');
	plan_json_write(operation->plan, "plan", w);
	json_close(w, '}');
	json_newline(w);
}

// ---- for people

static void write_heading(struct text_lines *lines, const struct operation *operation, enum operation_state state,
			  const char *why)
{
	const struct plan *plan = operation->plan;
	char at[HUMAN_MAX], age[HUMAN_MAX];

	text_lines_addf(lines, "%s: %s %zu agent%s: %s", operation->id, verb_name(plan->params.verb), plan->n_targets,
			plan->n_targets == 1 ? "" : "s", operation_state_name(state));
	text_lines_end(lines, 4);
	if (why[0]) {
		text_lines_addf(lines, "  %s", why);
		text_lines_end(lines, 4);
	}
	if (plan->params.reason[0]) {
		text_lines_addf(lines, "  reason: %s", plan->params.reason);
		text_lines_end(lines, 4);
	}
	text_lines_addf(lines, "  by %s", plan->who);
	if (operation->started_ms)
		text_lines_addf(lines, ", begun %s, %s %s", human_rfc3339(operation->started_ms, at),
				operation->ended_ms ? "took" : "for",
				took(operation->started_ms, operation->ended_ms, age));
	text_lines_end(lines, 4);
}

static void write_step_rows(struct text_lines *lines, const struct plan_step *steps,
			    const struct operation_step *states, size_t n)
{
	char age[HUMAN_MAX];

	for (size_t i = 0; i < n; i++) {
		if (states[i].state == STEP_PENDING)
			continue;
		text_lines_add(lines, "    ");
		text_lines_cell(lines, steps[i].label, 16);
		text_lines_cell(lines, step_state_name(states[i].state), 10);
		text_lines_add(lines, took(states[i].started_ms, states[i].ended_ms, age));
		text_lines_end(lines, 6);
	}
}

static void write_target_rows(struct text_lines *lines, const struct operation *operation, size_t i, int name_cells)
{
	const struct plan_target *planned = &operation->plan->targets[i];
	const struct operation_target *target = &operation->targets[i];
	const char *error = target->error ? target->error : planned->refusal;
	bool is_plain = target->state == TARGET_DONE || target->state == TARGET_SKIPPED;
	char age[HUMAN_MAX];

	text_lines_cell(lines, planned->name, name_cells);
	text_lines_cell(lines, target_state_name(target->state), 13);
	text_lines_cell(lines, took(target->started_ms, target->ended_ms, age), 9);
	text_lines_add(lines, error);
	text_lines_end(lines, 6);
	if (operation->plan->n_targets > STEPS_SHOWN_MAX && is_plain)
		return;
	write_step_rows(lines, planned->steps, target->steps, planned->n_steps);
	write_step_rows(lines, planned->undo, target->steps + planned->n_steps, planned->n_undo);
}

static int write_people(const struct operation *operation, enum operation_state state, const char *why,
			struct bytes *out)
{
	struct text_lines lines;
	int name_cells = 5;

	text_lines_init(&lines, out, op_cli_columns(), !status_has_unicode());
	for (size_t i = 0; i < operation->plan->n_targets; i++) {
		int width = text_width(operation->plan->targets[i].name);

		name_cells = width > NAME_CELLS_MAX ? NAME_CELLS_MAX : width > name_cells ? width : name_cells;
	}
	write_heading(&lines, operation, state, why);
	text_lines_end(&lines, 0);
	for (size_t i = 0; i < operation->plan->n_targets; i++)
		write_target_rows(&lines, operation, i, name_cells);
	text_lines_finish(&lines);
	return lines.error;
}

int op_cli_print(const struct operation *operation, enum operation_state state, const char *why, bool is_json)
{
	struct json_writer w;
	struct bytes out;
	int r;

	bytes_init(&out, OUTPUT_MAX);
	if (!is_json)
		return print(&out, write_people(operation, state, why, &out));
	json_writer_init(&w, &out);
	write_operation(&w, operation, state, why);
	r = w.error;
	return print(&out, r);
}

// ---- from journals

// What a journal's operation is now: one that nobody runs any more does not run.
static enum operation_state state_now(const struct journal_story *story, const char **why)
{
	struct recovery recovery;

	*why = story->operation->why;
	recovery_decide(story, &recovery);
	if (recovery.kind == RECOVERY_NOTHING)
		return story->operation->state;
	if (recovery.why[0])
		*why = recovery.why;
	return recovery.state;
}

int op_cli_show(const struct op_request *request, const struct fleet_options *options)
{
	struct journal_story story;
	char dir[OP_DIR_MAX];
	const char *why;
	int r = EXIT_OURS;

	if (op_cli_dir(options, dir) < 0)
		return EXIT_OURS;
	if (journal_read(dir, request->id, 1, &story) < 0)
		fprintf(stderr, "opscon op show: %s: %s\n", request->id, op_cli_unread(&story, request->id));
	if (story.operation) {
		enum operation_state state;

		recovery_apply(&story, story.at_ms); // without memory its targets are shown as they were left
		state = state_now(&story, &why);

		r = op_cli_print(story.operation, state, why, request->is_json);
		r = r ? r : story.error ? EXIT_INDETERMINATE : EXIT_WELL;
	}
	journal_story_finish(&story);
	return r;
}

static void write_list_json(const struct op_row *rows, size_t n, struct json_writer *w)
{
	json_open(w, NULL, '{');
	json_int(w, "schema_version", PLAN_SCHEMA_VERSION);
	json_open(w, "operations", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(w, NULL, '{');
		write_summary(w, rows[i].operation, rows[i].state, rows[i].why);
		json_close(w, '}');
	}
	json_close(w, ']');
	json_close(w, '}');
	json_newline(w);
}

static void write_list_row(struct text_lines *lines, const struct op_row *row)
{
	const struct operation *operation = row->operation;
	char counts[64];

	text_lines_cell(lines, operation->id, 35);
	text_lines_cell(lines, operation_state_name(row->state), 13);
	snprintf(counts, sizeof counts, "%zu/%zu", n_in(operation, TARGET_DONE), operation->plan->n_targets);
	text_lines_cell(lines, counts, 9);
	text_lines_add(lines, operation->plan->who);
	text_lines_end(lines, 4);
	if (row->is_held) {
		text_lines_addf(lines, "    run by %s", operation->holder);
		text_lines_end(lines, 4);
	}
	if (row->why[0] && !row->is_held) {
		text_lines_addf(lines, "    %s", row->why);
		text_lines_end(lines, 4);
	}
}

static int write_list(const struct op_row *rows, size_t n, struct bytes *out)
{
	struct text_lines lines;

	text_lines_init(&lines, out, op_cli_columns(), !status_has_unicode());
	if (n)
		text_lines_add(&lines, "OPERATION                            STATE          DONE       WHO");
	else
		text_lines_add(&lines, "there was no operation yet");
	text_lines_end(&lines, 4);
	for (size_t i = 0; i < n; i++)
		write_list_row(&lines, &rows[i]);
	text_lines_finish(&lines);
	return lines.error;
}

int op_cli_print_list(const struct op_row *rows, size_t n, bool is_json)
{
	struct json_writer w;
	struct bytes out;
	int r;

	bytes_init(&out, OUTPUT_MAX);
	if (!is_json)
		return print(&out, write_list(rows, n, &out));
	json_writer_init(&w, &out);
	write_list_json(rows, n, &w);
	r = w.error;
	return print(&out, r);
}

// What cannot be read is told, and the others are listed all the same.
static void complain_of(const struct journal_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->stories[i].error)
			fprintf(stderr, "opscon op list: %s: %s\n", list->stories[i].id, list->stories[i].trouble);
	if (list->n_left_out)
		fprintf(stderr, "opscon op list: %zu older ones are left out\n", list->n_left_out);
}

// Those that can be read, as op show and the console have them.
static size_t take_rows(struct journal_list *list, struct op_row *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct journal_story *story = &list->stories[i];
		struct op_row *row = &rows[n];

		recovery_apply(story, story->at_ms);
		if (!story->operation)
			continue;
		*row = (struct op_row){ .operation = story->operation, .is_held = story->is_held };
		row->state = state_now(story, &row->why);
		n++;
	}
	return n;
}

int op_cli_list(const struct op_request *request, const struct fleet_options *options)
{
	struct journal_list list = { 0 };
	mem_auto struct op_row *rows = NULL;
	char dir[OP_DIR_MAX];
	int r;

	if (op_cli_dir(options, dir) < 0)
		return EXIT_OURS;
	r = journal_list(dir, LIST_LIMIT, 1, &list);
	if (r == 0)
		rows = mem_calloc(list.n + 1, sizeof *rows);
	if (rows)
		r = op_cli_print_list(rows, take_rows(&list, rows), request->is_json);
	else
		fprintf(stderr, "opscon op: %s\n", strerrordesc_np(r < 0 ? -r : ENOMEM));
	complain_of(&list);
	journal_list_finish(&list);
	return rows ? r : EXIT_OURS;
}
