// SPDX-License-Identifier: Apache-2.0
#include "drivers/control_answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "formats/json.h"
#include "text/text.h"

static const char *const kinds[] = {
	[JSON_NULL] = "null",       [JSON_BOOL] = "a boolean", [JSON_NUMBER] = "a number",
	[JSON_STRING] = "a string", [JSON_ARRAY] = "a list",   [JSON_OBJECT] = "an object",
};

// One object being read; the first thing wrong stays.
struct reading {
	const struct json_value *object;
	char *why; // CONTROL_WHY_MAX
	bool is_bad;
};

static void refuse(struct reading *reading, const char *name, const char *found, const char *expected)
{
	if (!reading->is_bad)
		snprintf(reading->why, CONTROL_WHY_MAX, "%s is %s; expected %s", name, found, expected);
	reading->is_bad = true;
}

// The member, when it is there and no null; it must be of that kind then.
static const struct json_value *member(struct reading *reading, const char *name, enum json_kind kind)
{
	const struct json_value *value = json_member(reading->object, name);

	if (!value || json_kind(value) == JSON_NULL)
		return NULL;
	if (json_kind(value) == kind)
		return value;
	refuse(reading, name, kinds[json_kind(value)], kinds[kind]);
	return NULL;
}

static void read_text(struct reading *reading, const char *name, char *out, size_t size)
{
	struct json_text text = { 0 };

	out[0] = '\0';
	if (json_read_text(member(reading, name, JSON_STRING), &text) == 0)
		text_clean(text.bytes, text.n, TEXT_ONE_LINE, out, size, NULL);
}

/* What must come back to the agent unchanged, or be compared: visible, whole, and as it was.
 */
static void read_exact(struct reading *reading, const char *name, char *out, size_t size)
{
	struct json_text text = { 0 };
	bool is_cut = false;

	out[0] = '\0';
	if (json_read_text(member(reading, name, JSON_STRING), &text) < 0)
		return;
	text_clean(text.bytes, text.n, TEXT_ONE_LINE, out, size, &is_cut);
	if (is_cut || strlen(out) != text.n || memcmp(out, text.bytes, text.n) != 0)
		refuse(reading, name, "too long or not displayable", "a short text");
}

static void read_lifecycle(struct reading *reading, enum lifecycle *out)
{
	char word[32];

	read_exact(reading, "state", word, sizeof word);
	if (lifecycle_from_name(word, out) < 0)
		refuse(reading, "state", word[0] ? "an unknown word" : "missing", "running, stopped, ...");
}

static void read_verbs(struct reading *reading, struct control_state *out)
{
	const struct json_value *list = member(reading, "verbs", JSON_ARRAY);

	out->has_verbs = list != NULL;
	for (size_t i = 0; i < json_array_length(list); i++) {
		const struct json_value *item = json_array_at(list, i);

		if (json_kind(item) != JSON_STRING)
			refuse(reading, "one of verbs", kinds[json_kind(item)], "a string");
		for (int verb = 0; verb < VERB_COUNT; verb++)
			if (json_text_is(item, verb_name((enum verb)verb)))
				out->verbs |= 1U << verb;
	}
}

static void read_state(struct reading *reading, struct control_state *out)
{
	struct driver_sight *sight = &out->sight;

	read_lifecycle(reading, &sight->state);
	read_exact(reading, "version", sight->version, sizeof sight->version);
	read_exact(reading, "previous", sight->previous, sizeof sight->previous);
	read_exact(reading, "instance", sight->instance, sizeof sight->instance);
	read_verbs(reading, out);
	sight->exists = sight->state != LIFECYCLE_REVOKED;
}

// 0 with the document and a reading of its object; the document is the caller's to free.
static int open_object(const char *body, size_t n, struct json_value **document, struct reading *reading)
{
	struct json_error error = { 0 };
	int r = n > CONTROL_BODY_MAX ? -EINVAL : json_parse(body ? body : "", n, document, &error);

	if (r == -EINVAL)
		snprintf(reading->why, CONTROL_WHY_MAX, "it is no JSON: %s",
			 n > CONTROL_BODY_MAX ? "too long" : error.reason);
	if (r < 0)
		return r;
	reading->object = *document;
	if (json_kind(*document) == JSON_OBJECT)
		return 0;
	refuse(reading, "it", kinds[json_kind(*document)], "an object");
	return 0;
}

int control_read_state(const char *body, size_t n, struct control_state *out, char why[CONTROL_WHY_MAX])
{
	struct reading reading = { .why = why };
	struct json_value *document = NULL;
	int r;

	*out = (struct control_state){ 0 };
	why[0] = '\0';
	r = open_object(body, n, &document, &reading);
	if (r == 0 && !reading.is_bad)
		read_state(&reading, out);
	json_free(document);
	if (r == 0 && reading.is_bad)
		r = -EINVAL;
	return r;
}

static void read_status(struct reading *reading, enum control_status *out)
{
	static const char *const words[] = {
		[CONTROL_RUNNING] = "running",
		[CONTROL_SUCCEEDED] = "succeeded",
		[CONTROL_FAILED] = "failed",
	};
	const struct json_value *value = member(reading, "status", JSON_STRING);

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (json_text_is(value, words[i])) {
			*out = (enum control_status)i;
			return;
		}
	}
	refuse(reading, "status", value ? "an unknown word" : "missing", "running, succeeded or failed");
}

static void read_percent(struct reading *reading, int *out)
{
	double number;

	*out = -1;
	if (json_read_number(member(reading, "progress", JSON_NUMBER), &number) < 0)
		return;
	if (!(number >= 0 && number <= 100))
		refuse(reading, "progress", "out of range", "0 to 100");
	else
		*out = (int)number;
}

int control_read_operation(const char *body, size_t n, struct control_operation *out, char why[CONTROL_WHY_MAX])
{
	struct reading reading = { .why = why }, inner = { .why = why };
	struct json_value *document = NULL;
	int r;

	*out = (struct control_operation){ .percent = -1 };
	why[0] = '\0';
	r = open_object(body, n, &document, &reading);
	if (r == 0 && !reading.is_bad) {
		read_status(&reading, &out->status);
		read_percent(&reading, &out->percent);
		read_text(&reading, "message", out->message, sizeof out->message);
		read_text(&reading, "error", out->error, sizeof out->error);
		inner.object = member(&reading, "agent", JSON_OBJECT);
		out->has_state = inner.object != NULL;
	}
	if (r == 0 && out->has_state && !reading.is_bad)
		read_state(&inner, &out->state);
	json_free(document);
	if (r == 0 && (reading.is_bad || inner.is_bad))
		r = -EINVAL;
	return r;
}

static bool read_said(const struct json_value *object, char out[CONTROL_MESSAGE_MAX])
{
	static const char *const names[] = { "detail", "error", "message", "title" };
	struct json_text text;

	for (size_t i = 0; i < sizeof names / sizeof names[0] && !out[0]; i++)
		if (json_read_text(json_member(object, names[i]), &text) == 0)
			text_clean(text.bytes, text.n, TEXT_ONE_LINE, out, CONTROL_MESSAGE_MAX, NULL);
	return json_text_is(json_member(object, "status"), "failed");
}

bool control_read_problem(const char *body, size_t n, char out[CONTROL_MESSAGE_MAX])
{
	struct json_value *document = NULL;
	const char *end;
	bool is_failed = false;

	out[0] = '\0';
	if (!body || n == 0 || n > CONTROL_BODY_MAX)
		return false;
	if (json_parse(body, n, &document, NULL) == 0) {
		is_failed = read_said(document, out);
	} else if (body[0] != '<') {
		end = memchr(body, '\n', n);
		text_clean(body, end ? (size_t)(end - body) : n, TEXT_ONE_LINE, out, CONTROL_MESSAGE_MAX, NULL);
	}
	json_free(document);
	return is_failed;
}
