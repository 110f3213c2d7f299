// SPDX-License-Identifier: Apache-2.0
#include "services/standing_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "formats/json.h"
#include "formats/json_writer.h"
#include "services/standing.h"
#include "text/text.h"

enum { KEY_MAX = 8192, RULE_MAX = 512, WHO_MAX = 512, NOTE_MAX = 8192 }; // bytes

static const char file_name[] = "standing.json", bad_name[] = "standing.json.bad";
static const char *const observed_words[] = { "unknown", "up", "degraded", "down" }; // enum observed

// ---- writing

void standing_begin(struct json_writer *writer, struct bytes *out)
{
	json_writer_init(writer, out);
	json_open(writer, NULL, '{');
	json_int(writer, "version", 1);
	json_open(writer, "agents", '[');
}

static void write_alert(struct json_writer *writer, const struct alert *alert)
{
	json_open(writer, NULL, '{');
	json_text(writer, "rule", alert->rule);
	json_text(writer, "state", alert_state_name(alert->state));
	json_int(writer, "since_ms", alert->since_ms);
	if (alert->state == ALERT_SNOOZED)
		json_int(writer, "snoozed_until_ms", alert->snoozed_until_ms);
	if (*alert->by)
		json_text(writer, "by", alert->by);
	if (*alert->note)
		json_text(writer, "note", alert->note);
	json_close(writer, '}');
}

void standing_add(struct json_writer *writer, const struct standing_agent *agent)
{
	const struct health_standing *health = &agent->health;

	if (standing_is_empty(agent))
		return;
	json_open(writer, NULL, '{');
	json_text(writer, "key", agent->key);
	json_int(writer, "seen_ms", agent->seen_ms);
	if (health->observed != OBSERVED_NEVER) {
		json_text(writer, "state", observed_words[health->observed]);
		json_int(writer, "since_ms", health->since_ms);
	}
	if (health->maintenance_until_ms)
		json_int(writer, "maintenance_until_ms", health->maintenance_until_ms);
	if (agent->n_alerts) {
		json_open(writer, "alerts", '[');
		for (size_t i = 0; i < agent->n_alerts; i++)
			write_alert(writer, &agent->alerts[i]);
		json_close(writer, ']');
	}
	json_close(writer, '}');
}

void standing_end(struct json_writer *writer)
{
	json_close(writer, ']');
	json_close(writer, '}');
}

int standing_save(const char *dir, const struct bytes *text)
{
	int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (dir_fd < 0)
		return -errno;
	r = file_replace(dir_fd, file_name, text->data, text->len, 0600, FILE_DURABLE);
	close(dir_fd);
	return r;
}

int standing_set_aside(const char *dir)
{
	int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	struct stat status;

	if (dir_fd < 0)
		return -errno;
	if (fstatat(dir_fd, file_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(status.st_mode))
		r = -EINVAL;
	else if (renameat(dir_fd, file_name, dir_fd, bad_name) < 0)
		r = -errno;
	close(dir_fd);
	return r;
}

// ---- reading: 0, -EINVAL for what was not written so, -ENOMEM

// New memory, displayable; one that is absent is "".
static int read_text(const struct json_value *object, const char *name, size_t max, const char **out)
{
	const struct json_value *value = json_member(object, name);
	struct json_text text = { "", 0 };

	if (value && json_read_text(value, &text) < 0)
		return -EINVAL;
	*out = text_clean_dup(text.bytes, text.n, TEXT_ONE_LINE, max);
	return *out ? 0 : -ENOMEM;
}

static int read_key(const struct json_value *value, const char **out)
{
	struct json_text text;

	if (json_read_text(value, &text) < 0 || text.n > KEY_MAX || memchr(text.bytes, '\0', text.n))
		return -EINVAL;
	*out = mem_strndup(text.bytes, text.n);
	return *out ? 0 : -ENOMEM;
}

// A moment; one that is absent is 0.
static int read_ms(const struct json_value *object, const char *name, int64_t *out)
{
	const struct json_value *value = json_member(object, name);

	*out = 0;
	return value && (json_read_int(value, out) < 0 || *out < 0) ? -EINVAL : 0;
}

static int read_alert_state(const struct json_value *value, enum alert_state *out)
{
	for (int i = 0; i < ALERT_RESOLVED; i++)
		if (json_text_is(value, alert_state_name((enum alert_state)i))) {
			*out = (enum alert_state)i;
			return 0;
		}
	return -EINVAL;
}

static int read_alert(const struct json_value *value, struct alert *out)
{
	int r = read_alert_state(json_member(value, "state"), &out->state);

	if (r == 0)
		r = read_text(value, "rule", RULE_MAX, &out->rule);
	if (r == 0)
		r = read_text(value, "by", WHO_MAX, &out->by);
	if (r == 0)
		r = read_text(value, "note", NOTE_MAX, &out->note);
	if (r == 0)
		r = read_ms(value, "since_ms", &out->since_ms);
	if (r == 0)
		r = read_ms(value, "snoozed_until_ms", &out->snoozed_until_ms);
	return r == 0 && (!*out->rule || !out->since_ms) ? -EINVAL : r;
}

static int read_alerts(const struct json_value *values, struct standing_agent *out)
{
	size_t n = json_array_length(values);
	int r = 0;

	if (!values)
		return 0;
	if (json_kind(values) != JSON_ARRAY || n > STANDING_ALERTS_MAX)
		return -EINVAL;
	out->alerts = mem_calloc(n ? n : 1, sizeof *out->alerts);
	if (!out->alerts)
		return -ENOMEM;
	for (; r == 0 && out->n_alerts < n; out->n_alerts++) // one that fails is freed with the others
		r = read_alert(json_array_at(values, out->n_alerts), &out->alerts[out->n_alerts]);
	return r;
}

static int read_state(const struct json_value *value, struct health_standing *out)
{
	const struct json_value *state = json_member(value, "state");
	int r = read_ms(value, "since_ms", &out->since_ms);

	if (r < 0 || !state)
		return r;
	for (int i = OBSERVED_UP; i <= OBSERVED_DOWN; i++)
		if (json_text_is(state, observed_words[i]))
			out->observed = (enum observed)i;
	return out->observed == OBSERVED_NEVER || !out->since_ms ? -EINVAL : 0;
}

static int read_fields(const struct json_value *value, struct standing_agent *out)
{
	int r = read_key(json_member(value, "key"), &out->key);

	if (r == 0)
		r = read_ms(value, "seen_ms", &out->seen_ms);
	if (r == 0)
		r = read_state(value, &out->health);
	if (r == 0)
		r = read_ms(value, "maintenance_until_ms", &out->health.maintenance_until_ms);
	return r ? r : read_alerts(json_member(value, "alerts"), out);
}

static int read_agent(const struct json_value *value, int64_t now_ms, struct standing *standing)
{
	struct standing_agent *agent = mem_calloc(1, sizeof *agent);
	int r = agent ? read_fields(value, agent) : -ENOMEM;

	if (r == 0 && standing_get(standing, agent->key))
		r = -EINVAL;
	if (r == 0)
		standing_age(agent, now_ms);
	if (r < 0 || standing_is_empty(agent)) {
		standing_agent_free(agent);
		return r;
	}
	HASH_ADD_KEYPTR(hh, standing->agents, agent->key, strlen(agent->key), agent);
	if (!TABLE_ADD_FAILED(agent))
		return 0;
	standing_agent_free(agent);
	return -ENOMEM;
}

static int refuse(char why[STANDING_WHY_MAX], const char *what)
{
	snprintf(why, STANDING_WHY_MAX, "%s: %s", file_name, what);
	return -EINVAL;
}

static int read_document(const struct json_value *document, int64_t now_ms, struct standing *standing,
			 char why[STANDING_WHY_MAX])
{
	const struct json_value *items = json_member(document, "agents");
	size_t n = json_array_length(items);
	int64_t version = 0;
	int r = 0;

	if (json_read_int(json_member(document, "version"), &version) < 0 || version != 1)
		return refuse(why, "expected version 1");
	if (!items || json_kind(items) != JSON_ARRAY || n > STANDING_AGENTS_MAX)
		return refuse(why, "expected a list of at most 20000 agents");
	for (size_t i = 0; r == 0 && i < n; i++)
		r = read_agent(json_array_at(items, i), now_ms, standing);
	return r == -EINVAL ? refuse(why, "an agent is not as it was written") : r;
}

static int read_file(const char *dir, struct bytes *out)
{
	int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (dir_fd < 0)
		return -errno;
	r = file_read(dir_fd, file_name, out);
	close(dir_fd);
	return r;
}

int standing_parse(struct standing *standing, const char *text, size_t n, int64_t now_ms, char why[STANDING_WHY_MAX])
{
	struct json_value *document = NULL;
	struct json_error error = { 0 };
	int r = json_parse(text, n, &document, &error);

	*standing = (struct standing){ 0 };
	why[0] = '\0';
	if (r == 0)
		r = read_document(document, now_ms, standing, why);
	else if (r == -EINVAL)
		r = refuse(why, error.reason);
	if (r < 0)
		standing_finish(standing); // nothing of a file is believed that has a mistake in it
	json_free(document);
	return r;
}

int standing_load(struct standing *standing, const char *dir, int64_t now_ms, char why[STANDING_WHY_MAX])
{
	struct bytes text;
	int r;

	*standing = (struct standing){ 0 };
	why[0] = '\0';
	bytes_init(&text, STANDING_FILE_MAX);
	r = read_file(dir, &text);
	if (r == 0)
		r = standing_parse(standing, text.data ? text.data : "", text.len, now_ms, why);
	else if (r == -EMSGSIZE)
		r = refuse(why, "larger than 16 MiB");
	else if (r == -EINVAL)
		r = refuse(why, "not a regular file");
	bytes_finish(&text);
	return r == -ENOENT ? 0 : r;
}
