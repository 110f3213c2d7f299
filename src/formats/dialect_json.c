// SPDX-License-Identifier: Apache-2.0
#include "formats/dialect_json.h"

#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/strbuf.h"
#include "text/text.h"

#define NO_TEXT ((struct check_text){ "", 0 })

// Where a check may keep its parts; the first that fits is taken.
static const char *const status_keys[SHAPE_KEYS_MAX] = { "status",  "Status",  "state", "health",
							 "healthy", "outcome", "value" };
static const char *const name_keys[SHAPE_KEYS_MAX] = { "name", "Name", "CheckID", "component", "key", "id" };
static const char *const detail_keys[SHAPE_KEYS_MAX] = { "output", "Output",      "error",     "message",
							 "reason", "description", "exception", "detail" };
static const char *const inner_keys[SHAPE_KEYS_MAX] = { "details", "data" };
static const char *const child_keys[SHAPE_KEYS_MAX] = { "components", "details", "checks" };

// One step of the walk down: the checks under a value, and the names above them.
struct branch {
	struct check_list *list;
	char path[CHECK_NAME_MAX];
	int depth;
	bool takes_words; // a bare "db": "ok" is a check too, not a detail such as "database": "H2"
};

static void read_branch(const struct branch *branch, const struct json_node *value);

const char *json_first_key(const struct json_node *object, const char *const keys[SHAPE_KEYS_MAX])
{
	for (size_t i = 0; i < SHAPE_KEYS_MAX && keys[i]; i++)
		if (node_member(object, keys[i]))
			return keys[i];
	return NULL;
}

static const struct health_word *word_of_number(double number)
{
	if (number == 1 || (number >= 200 && number < 300))
		return health_word_find("ok", 2);
	if (number == 0 || (number >= 400 && number < 600))
		return health_word_find("fail", 4);
	return NULL;
}

const struct health_word *json_health_word(const struct json_node *value)
{
	struct json_text text;
	double number;
	bool is_good;

	if (node_read_text(value, &text) == 0)
		return health_word_find(text.bytes, text.n);
	if (node_read_bool(value, &is_good) == 0)
		return is_good ? health_word_find("true", 4) : health_word_find("false", 5);
	if (node_read_number(value, &number) == 0)
		return word_of_number(number);
	return NULL;
}

bool json_member_is_one_of(const struct json_node *object, const char *name, const char *const *words)
{
	struct json_text text;

	if (node_read_text(node_member(object, name), &text) < 0)
		return false;
	for (; *words; words++)
		if (strlen(*words) == text.n && memcmp(*words, text.bytes, text.n) == 0)
			return true;
	return false;
}

static struct check_text text_of(const struct json_node *value)
{
	struct json_text text;

	return node_read_text(value, &text) == 0 ? (struct check_text){ text.bytes, text.n } : NO_TEXT;
}

// The first of the members that is a text with something in it.
static struct check_text first_text(const struct json_node *object, const char *const keys[SHAPE_KEYS_MAX])
{
	struct check_text text = NO_TEXT;

	for (size_t i = 0; i < SHAPE_KEYS_MAX && keys[i] && text.n == 0; i++)
		text = text_of(node_member(object, keys[i]));
	return text;
}

// application/health+json's observedValue and observedUnit as "12.5 ms".
static struct check_text observed(const struct json_node *check, char *out, size_t size)
{
	struct check_text unit = text_of(node_member(check, "observedUnit"));
	const struct json_node *value = node_member(check, "observedValue");
	struct check_text text = text_of(value);
	char number[40] = "";
	double x;
	int n;

	if (node_read_number(value, &x) == 0) {
		text.n = number_format(x, number, sizeof number);
		text.bytes = number;
	}
	if (text.n == 0)
		return NO_TEXT;
	n = snprintf(out, size, "%.*s%s%.*s", (int)text.n, text.bytes, unit.n ? " " : "", (int)unit.n, unit.bytes);
	return (struct check_text){ out, (size_t)n < size ? (size_t)n : size - 1 };
}

static struct check_text detail_of(const struct json_node *check, char *out, size_t size)
{
	struct check_text text = first_text(check, detail_keys);

	for (size_t i = 0; inner_keys[i] && text.n == 0; i++)
		text = first_text(node_member(check, inner_keys[i]), detail_keys);
	return text.n ? text : observed(check, out, size);
}

static enum health_state state_of(const struct json_node *value)
{
	const struct health_word *word = json_health_word(value);

	return word ? word->state : HEALTH_UNKNOWN;
}

static struct branch branch_under(const struct branch *above, const char *name, size_t n)
{
	struct branch branch = { .list = above->list, .depth = above->depth + 1, .takes_words = false };
	struct strbuf path;

	// Cut where it must be: check_list_add() mends a character cut in two.
	strbuf_init(&path, branch.path, sizeof branch.path);
	strbuf_add(&path, above->path);
	if (path.len)
		strbuf_add_char(&path, '/');
	strbuf_add_bytes(&path, name, n);
	return branch;
}

// An object that is a check, and then those inside it.
static void read_check(const struct branch *branch, const struct json_node *check)
{
	const char *key = json_first_key(check, status_keys);
	char buffer[CHECK_DETAIL_MAX];

	if (key)
		check_list_add(branch->list, (struct check_text){ branch->path, strlen(branch->path) },
			       detail_of(check, buffer, sizeof buffer), state_of(node_member(check, key)));
	for (size_t i = 0; child_keys[i]; i++)
		read_branch(branch, node_member(check, child_keys[i]));
}

static bool is_checklike(const struct json_node *value)
{
	return node_kind(value) == JSON_OBJECT || node_kind(value) == JSON_ARRAY;
}

static void read_member(const struct branch *above, struct json_text name, const struct json_node *value)
{
	struct branch branch = branch_under(above, name.bytes, name.n);
	struct check_text path = { branch.path, strlen(branch.path) };

	if (node_kind(value) == JSON_OBJECT)
		read_check(&branch, value);
	else if (node_kind(value) == JSON_ARRAY)
		read_branch(&branch, value);
	else if (above->takes_words && node_kind(value) != JSON_NUMBER)
		check_list_add(branch.list, path, text_of(value), state_of(value));
}

static void read_array(const struct branch *branch, const struct json_node *array)
{
	const struct json_node *item;
	struct node_walk walk;

	node_walk_array(&walk, array);
	while ((item = node_walk_next(&walk, NULL))) {
		struct check_text name = first_text(item, name_keys);
		struct branch under = *branch;

		if (name.n)
			under = branch_under(branch, name.bytes, name.n);
		under.depth = branch->depth + 1;
		if (node_kind(item) == JSON_OBJECT)
			read_check(&under, item);
	}
}

static void read_branch(const struct branch *branch, const struct json_node *value)
{
	const struct json_node *member;
	struct node_walk walk;
	struct json_text name;

	if (!is_checklike(value) || branch->depth >= CHECK_DEPTH_MAX)
		return;
	read_array(branch, value);
	node_walk_members(&walk, value);
	while ((member = node_walk_next(&walk, &name)))
		read_member(branch, name, member);
}

void json_read_checks(struct check_list *list, const struct json_node *value, bool takes_words)
{
	struct branch top = { .list = list, .takes_words = takes_words };

	read_branch(&top, value);
}

static void read_word(const struct json_node *object, const char *key, struct judgement *out)
{
	static const char *const why_keys[SHAPE_KEYS_MAX] = { "output", "error", "message", "reason", "detail" };
	const struct json_node *value = node_member(object, key);
	const struct health_word *word = json_health_word(value);
	struct check_text text = first_text(object, why_keys);
	char why[REASON_DETAIL_MAX], detail[2 * REASON_DETAIL_MAX];

	if (word) {
		text_clean(text.bytes, text.n, TEXT_ONE_LINE, why, sizeof why, NULL);
		if (text.n == 0 && node_kind(value) != JSON_STRING)
			snprintf(why, sizeof why, "%s is %s", key, word->word);
		judgement_of_word(out, word, why);
		return;
	}
	text = text_of(value);
	text_clean(text.bytes, text.n, TEXT_ONE_LINE, why, sizeof why, NULL);
	if (node_kind(value) == JSON_STRING)
		snprintf(detail, sizeof detail, "%s is \"%s\": no word of health", key, why);
	else
		snprintf(detail, sizeof detail, "%s holds no word of health", key);
	judgement_set(out, VERDICT_WARN, REASON_BAD_BODY, detail);
}

void json_read_shape(const struct answer *answer, const struct json_shape *shape, struct judgement *out)
{
	const struct json_node *object = answer->json;
	const char *key = json_first_key(object, shape->status);

	// {"health": {"status": "UP", ...}}: the answer is one level down.
	if (key && node_kind(node_member(object, key)) == JSON_OBJECT) {
		object = node_member(object, key);
		key = json_first_key(object, shape->status);
	}
	for (size_t i = 0; i < SHAPE_KEYS_MAX && shape->checks[i]; i++)
		json_read_checks(&out->checks, node_member(object, shape->checks[i]),
				 strcmp(shape->checks[i], "details") != 0);
	if (key)
		read_word(object, key, out);
	else if (out->checks.n_by_state[HEALTH_UP] || out->checks.first_bad[0] || out->checks.first_doubt[0])
		judgement_of_checks(out);
	else
		judgement_set(out, VERDICT_FAIL, REASON_BAD_BODY, "no status in the answer");
}
