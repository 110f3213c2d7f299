// SPDX-License-Identifier: Apache-2.0
#include "drivers/docker_events.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/number.h"
#include "formats/json.h"
#include "text/text.h"

#define NS_A_SECOND INT64_C(1000000000)

static const struct {
	const char *word;
	enum driver_happening what;
} words[] = {
	{ "create", HAPPENED_CREATED }, { "destroy", HAPPENED_REMOVED },   { "die", HAPPENED_ENDED },
	{ "died", HAPPENED_ENDED }, // Podman's own word
	{ "kill", HAPPENED_SIGNALLED }, { "oom", HAPPENED_OUT_OF_MEMORY }, { "pause", HAPPENED_PAUSED },
	{ "remove", HAPPENED_REMOVED }, // Podman's
	{ "rename", HAPPENED_RENAMED }, { "restart", HAPPENED_RESTARTED }, { "start", HAPPENED_STARTED },
	{ "stop", HAPPENED_STOPPED },   { "unpause", HAPPENED_RESUMED },
};

enum { N_WORDS = sizeof words / sizeof words[0] };

// ---- one event

static void read_text(const struct json_value *value, char *out, size_t size)
{
	struct json_text text;

	out[0] = '\0';
	if (json_read_text(value, &text) == 0)
		text_clean(text.bytes, text.n, TEXT_ONE_LINE, out, size, NULL);
}

static void read_name(const struct json_value *value, char out[DOCKER_NAME_MAX])
{
	char name[DOCKER_NAME_MAX + 1];

	read_text(value, name, sizeof name);
	snprintf(out, DOCKER_NAME_MAX, "%.*s", DOCKER_NAME_MAX - 1, name[0] == '/' ? name + 1 : name);
	(void)text_trim(out);
}

static int64_t read_time(const struct json_value *event)
{
	int64_t ns = 0, s = 0;

	if (json_read_int(json_member(event, "timeNano"), &ns) == 0 && ns > 0 && ns < INT64_MAX)
		return ns;
	if (json_read_int(json_member(event, "time"), &s) == 0 && s > 0 && s < INT64_MAX / NS_A_SECOND)
		return s * NS_A_SECOND;
	return 0;
}

static int64_t read_exit_code(const struct json_value *attributes)
{
	static const char *const names[] = { "exitCode", "containerExitCode" };
	struct json_text text;
	uint64_t code;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (json_read_text(json_member(attributes, names[i]), &text) == 0 &&
		    number_parse_u64(text.bytes, text.n, UINT32_MAX, &code) == 0)
			return (int64_t)code;
	return -1;
}

// "15", "SIGTERM" and "TERM" are all "TERM".
static void read_signal(const struct json_value *attributes, char *out, size_t size)
{
	static const struct {
		const char *number, *name;
	} signals[] = {
		{ "1", "HUP" },   { "2", "INT" },   { "3", "QUIT" },  { "9", "KILL" },
		{ "10", "USR1" }, { "12", "USR2" }, { "15", "TERM" },
	};
	char text[40];

	read_text(json_member(attributes, "signal"), text, sizeof text);
	snprintf(out, size, "%s", strncmp(text, "SIG", 3) == 0 ? text + 3 : text);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (strcmp(text, signals[i].number) == 0)
			snprintf(out, size, "%s", signals[i].name);
}

// "health_status: unhealthy"; Podman may have the word apart.
static bool read_health(const char *action, const struct json_value *attributes, struct docker_event *out)
{
	static const char prefix[] = "health_status";
	const char *at = action + sizeof prefix - 1;

	if (strncmp(action, prefix, sizeof prefix - 1) != 0)
		return false;
	at += strspn(at, ": ");
	if (*at)
		snprintf(out->detail, sizeof out->detail, "%s", at);
	else
		read_text(json_member(attributes, "health_status"), out->detail, sizeof out->detail);
	out->what = HAPPENED_CHECKED;
	return out->detail[0];
}

static bool read_action(const char *action, struct docker_event *out)
{
	for (size_t i = 0; i < N_WORDS; i++) {
		if (strcmp(words[i].word, action) == 0) {
			out->what = words[i].what;
			return true;
		}
	}
	return false;
}

// The members' names are those since API 1.22, and those before, which are still said beside them.
static bool read_event(const struct json_value *event, struct docker_event *out)
{
	const struct json_value *actor = json_member(event, "Actor"), *attributes = json_member(actor, "Attributes");
	const struct json_value *type = json_member(event, "Type"), *action = json_member(event, "Action");
	char text[DRIVER_NEWS_MAX];

	*out = (struct docker_event){ .exit_code = -1 };
	if (type && !json_text_is(type, "container"))
		return false;
	read_text(action ? action : json_member(event, "status"), text, sizeof text);
	if (!read_health(text, attributes, out) && !read_action(text, out))
		return false;
	read_text(actor ? json_member(actor, "ID") : json_member(event, "id"), out->id, sizeof out->id);
	read_name(json_member(attributes, "name"), out->name);
	out->at_ns = read_time(event);
	if (out->what == HAPPENED_ENDED)
		out->exit_code = read_exit_code(attributes);
	if (out->what == HAPPENED_SIGNALLED)
		read_signal(attributes, out->detail, sizeof out->detail);
	if (out->what == HAPPENED_RENAMED)
		read_name(json_member(attributes, "oldName"), out->old_name);
	return out->name[0];
}

// ---- the stream of them

void docker_events_init(struct docker_events *events)
{
	bytes_init(&events->line, DOCKER_EVENT_LINE_MAX);
	events->is_skipping = false;
}

void docker_events_reset(struct docker_events *events)
{
	bytes_reset(&events->line);
	events->is_skipping = false;
}

void docker_events_finish(struct docker_events *events)
{
	bytes_finish(&events->line);
}

// Whether more is wanted.
static bool end_line(struct docker_events *events, bool (*take)(void *ctx, const struct docker_event *event), void *ctx)
{
	struct json_value *document = NULL;
	struct docker_event event;
	bool is_one = events->line.len && !events->is_skipping &&
		      json_parse(events->line.data, events->line.len, &document, NULL) == 0 &&
		      read_event(document, &event);

	json_free(document);
	docker_events_reset(events);
	return !is_one || take(ctx, &event);
}

int docker_events_read(struct docker_events *events, const char *bytes, size_t n,
		       bool (*take)(void *ctx, const struct docker_event *event), void *ctx)
{
	int error = 0;

	while (n) {
		const char *end = memchr(bytes, '\n', n);
		size_t n_line = end ? (size_t)(end - bytes) : n;
		int r = events->is_skipping ? 0 : bytes_add(&events->line, bytes, n_line);

		if (r == -ENOMEM)
			error = r;
		if (r < 0)
			events->is_skipping = true;
		if (end && !end_line(events, take, ctx))
			break;
		bytes += n_line + (end != NULL);
		n -= n_line + (end != NULL);
	}
	return error;
}

// ---- what was heard

void docker_seen_begin(struct docker_seen *seen, int64_t wall_ms)
{
	*seen = (struct docker_seen){ .last_ns = wall_ms * 1000000 };
}

// What has no time cannot be asked for again either.
bool docker_seen_is_new(struct docker_seen *seen, const struct docker_event *event)
{
	uint64_t key = hash_mix((uint64_t)event->at_ns) ^ hash_mix((uint64_t)event->what + 1) ^
		       hash_stable(event->id, strlen(event->id));

	if (!event->at_ns)
		return true;
	for (size_t i = 0; i < seen->n; i++)
		if (seen->keys[i] == key)
			return false;
	seen->keys[seen->at] = key;
	seen->at = (seen->at + 1) % DOCKER_SEEN_MAX;
	seen->n += seen->n < DOCKER_SEEN_MAX;
	seen->last_ns = event->at_ns;
	return true;
}

static size_t add_filters(char *out, size_t size)
{
	size_t n =
		(size_t)snprintf(out, size, "&filters=%%7B%%22type%%22:%%5B%%22container%%22%%5D,%%22event%%22:%%5B");

	for (size_t i = 0; i < N_WORDS; i++)
		n += (size_t)snprintf(out + n, size - n, "%%22%s%%22,", words[i].word);
	return n + (size_t)snprintf(out + n, size - n, "%%22health_status%%22%%5D%%7D");
}

void docker_events_path(const struct docker_seen *seen, char out[DOCKER_EVENTS_PATH_MAX])
{
	int64_t since_ns = seen->last_ns > NS_A_SECOND && seen->n ? seen->last_ns - NS_A_SECOND : seen->last_ns;
	int n = snprintf(out, DOCKER_EVENTS_PATH_MAX, "/events?since=%" PRId64 ".%09" PRId64, since_ns / NS_A_SECOND,
			 since_ns % NS_A_SECOND);

	(void)add_filters(out + n, (size_t)(DOCKER_EVENTS_PATH_MAX - n));
}
