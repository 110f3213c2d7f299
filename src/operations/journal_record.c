// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_record.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "formats/json.h"
#include "formats/json_writer.h"
#include "operations/json_fields.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *const kinds[JOURNAL_KIND_COUNT] = {
	[JOURNAL_PLAN] = "plan",       [JOURNAL_MEMBER] = "member", [JOURNAL_STATE] = "state",
	[JOURNAL_TARGET] = "target",   [JOURNAL_INTENT] = "intent", [JOURNAL_RESULT] = "result",
	[JOURNAL_CONTROL] = "control", [JOURNAL_TAKEN] = "taken",
};

static const char *const controls[JOURNAL_CONTROL_COUNT] = {
	[JOURNAL_PAUSE] = "pause",
	[JOURNAL_RESUME] = "resume",
	[JOURNAL_ABORT] = "abort",
	[JOURNAL_ROLLBACK] = "rollback",
};

const char *journal_kind_name(enum journal_kind kind)
{
	return kind < JOURNAL_KIND_COUNT ? kinds[kind] : "?";
}

const char *journal_control_name(enum journal_control control)
{
	return control < JOURNAL_CONTROL_COUNT ? controls[control] : "?";
}

int journal_control_from_name(const char *name, enum journal_control *out)
{
	for (size_t i = 0; i < JOURNAL_CONTROL_COUNT; i++) {
		if (strcasecmp(name, controls[i]) == 0) {
			*out = (enum journal_control)i;
			return 0;
		}
	}
	return -EINVAL;
}

// ---- tables

static const char *name_of_kind(unsigned value)
{
	return journal_kind_name((enum journal_kind)value);
}

static const char *name_of_control(unsigned value)
{
	return journal_control_name((enum journal_control)value);
}

static const char *name_of_state(unsigned value)
{
	return operation_state_name((enum operation_state)value);
}

static const char *name_of_target(unsigned value)
{
	return target_state_name((enum target_state)value);
}

static const char *name_of_outcome(unsigned value)
{
	return driver_outcome_name((enum driver_outcome)value);
}

static const char *name_of_lifecycle(unsigned value)
{
	return lifecycle_name((enum lifecycle)value);
}

static const struct json_words kind_words = { name_of_kind, JOURNAL_KIND_COUNT };
static const struct json_words control_words = { name_of_control, JOURNAL_CONTROL_COUNT };
static const struct json_words state_words = { name_of_state, OPERATION_STATE_COUNT };
static const struct json_words target_words = { name_of_target, TARGET_STATE_COUNT };
static const struct json_words outcome_words = { name_of_outcome, DRIVER_UNKNOWN + 1 };
static const struct json_words lifecycle_words = { name_of_lifecycle, LIFECYCLE_COUNT };

#define AT(member) offsetof(struct journal_record, member)

static const struct json_field common_fields[] = {
	{ "kind", FIELD_WORD, AT(kind), .words = &kind_words },
	{ "at_ms", FIELD_I64, AT(at_ms) },
};

static const struct json_field state_fields[] = {
	{ "state", FIELD_WORD, AT(u.state.state), .words = &state_words },
	{ "wave", FIELD_U16, AT(u.state.wave) },
	{ "why", FIELD_TEXT, AT(u.state.why) },
};

static const struct json_field target_fields[] = {
	{ "target", FIELD_U32, AT(u.target.target) },
	{ "state", FIELD_WORD, AT(u.target.state), .words = &target_words },
	{ "error", FIELD_TEXT, AT(u.target.error) },
	{ "version", FIELD_TEXT, AT(u.target.version) },
};

static const struct json_field intent_fields[] = {
	{ "target", FIELD_U32, AT(u.intent.target) },
	{ "step", FIELD_U16, AT(u.intent.step) },
	{ "attempt", FIELD_U16, AT(u.intent.attempt) },
	{ "idempotency_key", FIELD_TEXT, AT(u.intent.idempotency_key) },
};

static const struct json_field result_fields[] = {
	{ "target", FIELD_U32, AT(u.result.target) },
	{ "step", FIELD_U16, AT(u.result.step) },
};

static const struct json_field control_fields[] = {
	{ "what", FIELD_WORD, AT(u.control.what), .words = &control_words },
	{ "who", FIELD_TEXT, AT(u.control.who) },
};

static const struct json_field taken_fields[] = {
	{ "holder", FIELD_TEXT, AT(u.taken.holder) },
	{ "torn_bytes", FIELD_U32, AT(u.taken.n_torn) },
};

// Those of one kind; the plan's records have their own.
static const struct {
	const struct json_field *fields;
	size_t n;
} tables[JOURNAL_KIND_COUNT] = {
	[JOURNAL_STATE] = { state_fields, COUNT(state_fields) },
	[JOURNAL_TARGET] = { target_fields, COUNT(target_fields) },
	[JOURNAL_INTENT] = { intent_fields, COUNT(intent_fields) },
	[JOURNAL_RESULT] = { result_fields, COUNT(result_fields) },
	[JOURNAL_CONTROL] = { control_fields, COUNT(control_fields) },
	[JOURNAL_TAKEN] = { taken_fields, COUNT(taken_fields) },
};

static const struct json_field answer_fields[] = {
	{ "outcome", FIELD_WORD, offsetof(struct driver_answer, outcome), .words = &outcome_words },
	{ "detail", FIELD_CHARS, offsetof(struct driver_answer, detail), .size = DRIVER_DETAIL_MAX },
};

static const struct json_field sight_fields[] = {
	{ "exists", FIELD_BOOL, offsetof(struct driver_sight, exists) },
	{ "state", FIELD_WORD, offsetof(struct driver_sight, state), .words = &lifecycle_words },
	{ "version", FIELD_CHARS, offsetof(struct driver_sight, version), .size = DRIVER_VERSION_MAX },
	{ "previous", FIELD_CHARS, offsetof(struct driver_sight, previous), .size = DRIVER_VERSION_MAX },
	{ "instance", FIELD_CHARS, offsetof(struct driver_sight, instance), .size = DRIVER_INSTANCE_MAX },
};

// ---- writing

static void put_answer(struct json_writer *w, const struct driver_answer *answer)
{
	json_fields_write(w, answer_fields, COUNT(answer_fields), answer);
	if (!answer->has_sight)
		return;
	json_open(w, "sight", '{');
	json_fields_write(w, sight_fields, COUNT(sight_fields), &answer->sight);
	json_close(w, '}');
}

int journal_record_encode(const struct journal_record *record, struct bytes *out)
{
	size_t was = out->len;
	struct json_writer w;

	if (record->kind >= JOURNAL_KIND_COUNT || !tables[record->kind].fields)
		return -EINVAL;
	json_writer_init(&w, out);
	json_fields_write(&w, common_fields, COUNT(common_fields), record);
	json_fields_write(&w, tables[record->kind].fields, tables[record->kind].n, record);
	if (record->kind == JOURNAL_RESULT)
		put_answer(&w, record->u.result.answer);
	json_close(&w, '}');
	if (w.error && out->data)
		out->data[out->len = was] = '\0';
	return w.error;
}

// ---- reading

static int read_answer(const struct json_value *line, struct driver_answer *out)
{
	const struct json_value *sight = json_member(line, "sight");
	int r = json_fields_read(line, answer_fields, COUNT(answer_fields), out);

	out->has_sight = json_kind(sight) == JSON_OBJECT;
	if (r == 0 && out->has_sight)
		r = json_fields_read(sight, sight_fields, COUNT(sight_fields), &out->sight);
	return r;
}

// The texts of a record belong to `memory`, also when reading ended half-way.
static void keep_texts(struct journal_text *memory, const struct journal_record *record)
{
	size_t n = 0;

	for (size_t i = 0; i < tables[record->kind].n; i++) {
		const struct json_field *field = &tables[record->kind].fields[i];
		const void *at = (const char *)record + field->offset;

		if (field->kind == FIELD_TEXT)
			memory->texts[n++] = *(char *const *)at;
	}
}

// Of a target, what is not said is NULL.
static void drop_empty(const char **text)
{
	if (!**text)
		*text = NULL;
}

static bool has_target(const struct plan *plan, uint32_t i)
{
	return plan && i < plan->n_targets;
}

static bool has_step(const struct plan *plan, uint32_t i, uint16_t step)
{
	return has_target(plan, i) && step < plan->targets[i].n_steps + plan->targets[i].n_undo;
}

static int finish(const struct json_value *line, const struct plan *plan, struct journal_text *memory,
		  struct journal_record *out)
{
	int r;

	switch (out->kind) {
	case JOURNAL_TARGET:
		drop_empty(&out->u.target.error);
		drop_empty(&out->u.target.version);
		return has_target(plan, out->u.target.target) ? 0 : -EINVAL;
	case JOURNAL_INTENT:
		return has_step(plan, out->u.intent.target, out->u.intent.step) ? 0 : -EINVAL;
	case JOURNAL_RESULT:
		r = read_answer(line, &memory->answer);
		out->u.result.answer = &memory->answer;
		return has_step(plan, out->u.result.target, out->u.result.step) ? r : -EINVAL;
	default:
		return 0;
	}
}

int journal_record_decode(const struct json_value *line, const struct plan *plan, struct journal_text *memory,
			  struct journal_record *out)
{
	int r;

	*memory = (struct journal_text){ 0 };
	*out = (struct journal_record){ 0 };
	r = json_fields_read(line, common_fields, COUNT(common_fields), out);
	if (r < 0 || !tables[out->kind].fields)
		return r;
	r = json_fields_read(line, tables[out->kind].fields, tables[out->kind].n, out);
	keep_texts(memory, out);
	return r == 0 ? finish(line, plan, memory, out) : r;
}

void journal_text_finish(struct journal_text *memory)
{
	for (size_t i = 0; i < COUNT(memory->texts); i++)
		mem_free(memory->texts[i]);
	*memory = (struct journal_text){ 0 };
}
