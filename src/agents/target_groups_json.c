// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agents/json_place.h"
#include "agents/target_groups.h"
#include "formats/json.h"

enum { WHY_MAX = 160 };

struct reader {
	const char *text;
	size_t n;
	const char *source;
	const struct labels *extra;
	struct target_list *list;
	struct target_error *error;
	size_t group; // from 0
};

static const char *const kinds[] = {
	[JSON_NULL] = "null",       [JSON_BOOL] = "a boolean", [JSON_NUMBER] = "a number",
	[JSON_STRING] = "a string", [JSON_ARRAY] = "a list",   [JSON_OBJECT] = "an object",
};

static void place(const struct reader *reader, size_t offset)
{
	json_place_line(reader->text, reader->n, offset, &reader->error->line, &reader->error->column);
}

static size_t group_offset(const struct reader *reader)
{
	return json_place_element(reader->text, reader->n, 0, reader->group);
}

static size_t member_offset(const struct reader *reader, const char *name)
{
	return json_place_member(reader->text, reader->n, group_offset(reader), name);
}

static int refuse(const struct reader *reader, int r, size_t offset, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int refuse(const struct reader *reader, int r, size_t offset, const char *format, ...)
{
	va_list args;

	place(reader, offset);
	va_start(args, format);
	vsnprintf(reader->error->text, sizeof reader->error->text, format, args);
	va_end(args);
	return r;
}

static int read_labels(const struct reader *reader, const struct json_value *labels, struct target_group *group)
{
	const struct json_value *value;
	struct json_members members;
	struct json_text name, text;
	char why[WHY_MAX] = "";
	int r = 0;

	if (labels && json_kind(labels) != JSON_OBJECT)
		return refuse(reader, -EINVAL, member_offset(reader, "labels"),
			      "group %zu: labels is %s; expected an object of strings", reader->group + 1,
			      kinds[json_kind(labels)]);
	json_members_init(&members, labels);
	while (r == 0 && json_members_next(&members, &name, &value)) {
		if (json_read_text(value, &text) < 0)
			return refuse(reader, -EINVAL, member_offset(reader, "labels"),
				      "group %zu: a label is %s; expected a string", reader->group + 1,
				      kinds[json_kind(value)]);
		r = target_group_label(group, name.bytes, name.n, text.bytes, text.n, why, sizeof why);
	}
	if (r == -EINVAL || r == -E2BIG)
		return refuse(reader, r, member_offset(reader, "labels"), "group %zu: %s", reader->group + 1, why);
	return r;
}

static int read_targets(const struct reader *reader, const struct json_value *targets, const struct target_group *group)
{
	size_t n = json_array_length(targets);

	if (json_kind(targets) != JSON_ARRAY)
		return refuse(reader, -EINVAL, member_offset(reader, "targets"),
			      "group %zu: targets is %s; expected a list of \"host:port\"", reader->group + 1,
			      targets ? kinds[json_kind(targets)] : "missing or null");
	for (size_t i = 0; i < n; i++) {
		const struct json_value *target = json_array_at(targets, i);
		struct json_text text;
		char why[WHY_MAX];
		int r = json_read_text(target, &text);

		if (r < 0) {
			snprintf(why, sizeof why, "is %s; expected a string \"host:port\"", kinds[json_kind(target)]);
			r = -EINVAL;
		} else {
			r = target_group_add(group, text.bytes, text.n, reader->list, why, sizeof why);
		}
		if (r == -EINVAL || r == -E2BIG)
			return refuse(reader, r,
				      json_place_element(reader->text, reader->n, member_offset(reader, "targets"), i),
				      "group %zu, target %zu: %s", reader->group + 1, i + 1, why);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_members(const struct reader *reader, const struct json_value *value)
{
	const struct json_value *member;
	struct json_members members;
	struct json_text name;

	json_members_init(&members, value);
	while (json_members_next(&members, &name, &member))
		if (!(name.n == 7 && memcmp(name.bytes, "targets", 7) == 0) &&
		    !(name.n == 6 && memcmp(name.bytes, "labels", 6) == 0))
			return refuse(reader, -EINVAL, group_offset(reader),
				      "group %zu has a member that is neither targets nor labels", reader->group + 1);
	return 0;
}

static int read_group(const struct reader *reader, const struct json_value *value)
{
	struct target_group group = { .source = reader->source, .extra = reader->extra };
	int r;

	if (json_kind(value) != JSON_OBJECT)
		return refuse(reader, -EINVAL, group_offset(reader),
			      "group %zu is %s; expected {\"targets\": [...], \"labels\": {...}}", reader->group + 1,
			      kinds[json_kind(value)]);
	r = check_members(reader, value);
	if (r == 0)
		r = read_labels(reader, json_member(value, "labels"), &group);
	if (r == 0)
		r = read_targets(reader, json_member(value, "targets"), &group);
	target_group_finish(&group);
	return r;
}

int target_groups_parse_json(const char *text, size_t n, const char *source, const struct labels *extra,
			     struct target_list *out, struct target_error *error)
{
	struct reader reader = { text, n, source, extra, out, error, 0 };
	struct json_value *document = NULL;
	struct json_error bad = { 0 };
	int r;

	*out = (struct target_list){ 0 };
	*error = (struct target_error){ 0 };
	r = json_parse(text, n, &document, &bad);
	if (r == -EINVAL)
		return refuse(&reader, r, bad.offset, "%s; expected a JSON list of target groups", bad.reason);
	if (r < 0)
		return r;
	if (json_kind(document) != JSON_ARRAY)
		r = refuse(&reader, -EINVAL, 0, "%s; expected a list of target groups: [{\"targets\": [...]}]",
			   kinds[json_kind(document)]);
	for (size_t n_groups = json_array_length(document); r == 0 && reader.group < n_groups; reader.group++) {
		r = read_group(&reader, json_array_at(document, reader.group));
		if (r < 0)
			break;
	}
	json_free(document);
	if (r < 0)
		target_list_finish(out);
	return r;
}
