// SPDX-License-Identifier: Apache-2.0
#include "simulator/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/number.h"
#include "formats/json.h"
#include "formats/json_writer.h"

enum { ANSWER_MAX = 2048, SAID_MAX = 512, HTTP_UNPROCESSABLE = 422 };

static const char base[] = "/control";
static const char operations[] = "/control/operations/";

// What was asked and answered, and how it goes on.
struct control_record {
	char key[CONTROL_KEY_MAX]; // "" none
	uint32_t no;
	enum verb verb;
	unsigned http_status;
	enum { RECORD_OVER, RECORD_RUNNING, RECORD_FAILED } state;
	char said[SAID_MAX]; // the body that was sent
};

bool control_is_path(const char *url)
{
	size_t n = sizeof base - 1;

	return strncmp(url, base, n) == 0 && (url[n] == '/' || url[n] == '\0');
}

void control_finish(struct sim_agent *agent)
{
	mem_free(agent->records);
	agent->records = NULL;
}

// ---- records: a ring by their numbers, which count from 1

static struct control_record *record_of(const struct sim_agent *agent, uint64_t no)
{
	bool is_kept = no > 0 && no <= agent->n_records && agent->n_records - no < CONTROL_RECORDS_MAX;

	return is_kept ? &agent->records[no % CONTROL_RECORDS_MAX] : NULL;
}

static struct control_record *record_with_key(const struct sim_agent *agent, const char *key)
{
	for (uint64_t no = agent->n_records; key && key[0]; no--) {
		struct control_record *record = record_of(agent, no);

		if (!record)
			break;
		if (strcmp(record->key, key) == 0)
			return record;
	}
	return NULL;
}

static struct control_record *record_add(struct sim_agent *agent, const char *key, enum verb verb)
{
	struct control_record *record;

	if (!agent->records)
		agent->records = mem_calloc(CONTROL_RECORDS_MAX, sizeof *agent->records);
	if (!agent->records)
		return NULL;
	agent->n_records++;
	record = &agent->records[agent->n_records % CONTROL_RECORDS_MAX];
	*record = (struct control_record){ .no = agent->n_records, .verb = verb };
	snprintf(record->key, sizeof record->key, "%s", key ? key : "");
	return record;
}

static void end_running(struct sim_agent *agent, bool has_failed)
{
	for (uint64_t no = agent->n_records; record_of(agent, no); no--)
		if (record_of(agent, no)->state == RECORD_RUNNING)
			record_of(agent, no)->state = has_failed ? RECORD_FAILED : RECORD_OVER;
}

// ---- what it says

static void add_headers(const struct sim_agent *agent, const struct control_record *record, struct answer *out)
{
	char text[80];

	snprintf(text, sizeof text, "\"%08x.%u\"", (unsigned)hash_mix(agent->model.key + agent->life.n_boots),
		 agent->life.revision);
	(void)MHD_add_response_header(out->response, "ETag", text);
	if (!record || record->http_status != MHD_HTTP_ACCEPTED)
		return;
	snprintf(text, sizeof text, "%s%u", operations, record->no);
	(void)MHD_add_response_header(out->response, "Location", text);
}

static int hand_out(const struct sim_agent *agent, const struct control_record *record, unsigned http_status,
		    struct bytes *body, struct answer *out)
{
	int r = answer_set_body(out, http_status, "application/json", body);

	if (r == 0)
		add_headers(agent, record, out);
	return r;
}

static void write_state(const struct sim_agent *agent, int64_t wall_ms, struct json_writer *w)
{
	char instance[16];
	struct model_numbers numbers;

	model_read(&agent->model, wall_ms, &numbers);
	snprintf(instance, sizeof instance, "%08x", (unsigned)hash_mix(agent->model.key + agent->life.n_boots));
	json_text(w, "state", life_state_name(agent->life.state));
	json_text(w, "version", agent->life.version);
	json_text(w, "previous", agent->life.previous[0] ? agent->life.previous : NULL);
	json_text(w, "instance", instance);
	json_time(w, "started_at", numbers.start_ms);
	json_open(w, "verbs", '[');
	for (int verb = 0; verb < VERB_COUNT; verb++)
		json_text(w, NULL, verb_name((enum verb)verb));
	json_close(w, ']');
}

static int answer_state(const struct sim_agent *agent, int64_t wall_ms, struct answer *out)
{
	bool is_gone = agent->life.state == LIFE_GONE;
	struct json_writer w;
	struct bytes body;
	int r;

	bytes_init(&body, ANSWER_MAX);
	json_writer_init(&w, &body);
	json_open(&w, NULL, '{');
	write_state(agent, wall_ms, &w);
	json_close(&w, '}');
	r = w.error ? w.error : hand_out(agent, NULL, is_gone ? MHD_HTTP_GONE : MHD_HTTP_OK, &body, out);
	bytes_finish(&body);
	return r;
}

static void write_operation(const struct sim_agent *agent, const struct control_record *record, uint64_t now_ms,
			    int64_t wall_ms, struct json_writer *w)
{
	static const char *const words[] = { "succeeded", "running", "failed" };
	bool is_pulling = agent->life.phase == LIFE_PULLING;
	char message[LIFE_VERSION_MAX + 16];

	json_text(w, "status", words[record->state]);
	if (record->state == RECORD_FAILED)
		json_text(w, "error", "there is no such version");
	json_int(w, "progress", record->state == RECORD_RUNNING ? life_percent(&agent->life, now_ms) : 100);
	if (record->state != RECORD_RUNNING) {
		json_open(w, "agent", '{');
		write_state(agent, wall_ms, w);
		json_close(w, '}');
		return;
	}
	snprintf(message, sizeof message, "%s %s", is_pulling ? "pulling" : "starting",
		 is_pulling ? agent->life.wanted : agent->life.version);
	json_text(w, "message", message);
}

static int answer_problem(const struct sim_agent *agent, unsigned http_status, const char *detail, struct answer *out)
{
	struct json_writer w;
	struct bytes body;
	int r;

	bytes_init(&body, ANSWER_MAX);
	json_writer_init(&w, &body);
	json_open(&w, NULL, '{');
	json_text(&w, "detail", detail);
	json_close(&w, '}');
	r = w.error ? w.error : hand_out(agent, NULL, http_status, &body, out);
	bytes_finish(&body);
	return r;
}

static int answer_operation(const struct sim_agent *agent, const char *number, uint64_t now_ms, int64_t wall_ms,
			    struct answer *out)
{
	const struct control_record *record;
	struct json_writer w;
	struct bytes body;
	uint64_t no = 0;
	int r = number_parse_u64(number, strlen(number), UINT32_MAX, &no);

	record = r == 0 ? record_of(agent, no) : NULL;
	if (!record || record->http_status != MHD_HTTP_ACCEPTED)
		return answer_problem(agent, MHD_HTTP_NOT_FOUND, "there is no such operation", out);
	bytes_init(&body, ANSWER_MAX);
	json_writer_init(&w, &body);
	json_open(&w, NULL, '{');
	write_operation(agent, record, now_ms, wall_ms, &w);
	json_close(&w, '}');
	r = w.error ? w.error : hand_out(agent, NULL, MHD_HTTP_OK, &body, out);
	bytes_finish(&body);
	return r;
}

static int answer_again(const struct sim_agent *agent, const struct control_record *record, struct answer *out)
{
	struct bytes body;
	int r;

	bytes_init(&body, ANSWER_MAX);
	r = bytes_addf(&body, "%s", record->said);
	if (r == 0)
		r = hand_out(agent, record, record->http_status, &body, out);
	bytes_finish(&body);
	return r;
}

// ---- what it does

static void take_event(struct sim_agent *agent, enum life_event event)
{
	if (event == LIFE_BOOTS) {
		model_restart(&agent->model, clock_now().wall_ms);
		snprintf(agent->who.version, sizeof agent->who.version, "%s", agent->life.version);
		simulator_heal(agent);
	} else if (event != LIFE_NOTHING) {
		end_running(agent, event == LIFE_FAILS);
	}
	simulator_set_incident(agent);
}

uint64_t control_run_due(struct simulator *sim, uint64_t now_ms)
{
	if (now_ms < sim->control_due_ms)
		return sim->control_due_ms;
	sim->control_due_ms = UINT64_MAX;
	for (size_t i = 0; i < sim->n_agents; i++) {
		struct sim_agent *agent = &sim->agents[i];

		while (agent->life.due_ms <= now_ms)
			take_event(agent, life_run(&agent->life, now_ms));
		if (agent->life.due_ms < sim->control_due_ms)
			sim->control_due_ms = agent->life.due_ms;
	}
	return sim->control_due_ms;
}

// What a request asks for besides its verb.
struct wish {
	char version[LIFE_VERSION_MAX];
	bool is_forced;
};

static int read_wish(const struct control_request *request, struct wish *out)
{
	struct json_value *document = NULL;
	struct json_text text;
	int r;

	*out = (struct wish){ .is_forced = false };
	if (request->n_body == 0)
		return 0;
	r = json_parse(request->body, request->n_body, &document, NULL);
	if (r == 0 && json_kind(document) != JSON_OBJECT)
		r = -EINVAL;
	(void)json_read_bool(json_member(document, "force"), &out->is_forced);
	if (json_read_text(json_member(document, "version"), &text) == 0) {
		snprintf(out->version, sizeof out->version, "%.*s", (int)text.n, text.bytes);
		if (strlen(out->version) != text.n || !life_version_is_valid(out->version))
			r = -ERANGE;
	}
	json_free(document);
	return r;
}

static void keep_said(struct sim_agent *agent, struct control_record *record, int64_t wall_ms)
{
	struct json_writer w;
	struct bytes body;

	bytes_init(&body, SAID_MAX - 1);
	json_writer_init(&w, &body);
	json_open(&w, NULL, '{');
	write_state(agent, wall_ms, &w);
	json_close(&w, '}');
	snprintf(record->said, sizeof record->said, "%s", w.error ? "" : body.data);
	bytes_finish(&body);
}

static int carry_out(struct sim_agent *agent, enum verb verb, const struct wish *wish,
		     const struct control_request *request, uint64_t now_ms, int64_t wall_ms, struct answer *out)
{
	struct control_record *record = record_add(agent, request->key, verb);
	bool is_accepted;

	if (!record)
		return -ENOMEM;
	end_running(agent, true); // a forced stop in the middle of something
	take_event(agent, life_ask(&agent->life, verb, wish->version, now_ms));
	raw_end_all(agent);
	is_accepted = agent->life.phase != LIFE_RESTING;
	record->state = is_accepted ? RECORD_RUNNING : RECORD_OVER;
	record->http_status = is_accepted ? MHD_HTTP_ACCEPTED : MHD_HTTP_OK;
	keep_said(agent, record, wall_ms);
	if (is_accepted && agent->life.due_ms < agent->sim->control_due_ms)
		agent->sim->control_due_ms = agent->life.due_ms;
	if (is_accepted)
		simulator_wake_at(agent->sim, agent->life.due_ms);
	return answer_again(agent, record, out);
}

static bool is_matching(const struct sim_agent *agent, const char *if_match)
{
	char tag[32];

	snprintf(tag, sizeof tag, "\"%08x.%u\"", (unsigned)hash_mix(agent->model.key + agent->life.n_boots),
		 agent->life.revision);
	return !if_match || strcmp(if_match, "*") == 0 || strcmp(if_match, tag) == 0;
}

static int change(struct sim_agent *agent, enum verb verb, const struct control_request *request, uint64_t now_ms,
		  int64_t wall_ms, struct answer *out)
{
	const struct control_record *before = record_with_key(agent, request->key);
	const char *refusal;
	struct wish wish;
	int r;

	if (before)
		return answer_again(agent, before, out);
	if (!is_matching(agent, request->if_match))
		return answer_problem(agent, MHD_HTTP_PRECONDITION_FAILED, "it has changed", out);
	r = read_wish(request, &wish);
	if (r == -ERANGE)
		return answer_problem(agent, HTTP_UNPROCESSABLE, "that is no version", out);
	if (r < 0)
		return answer_problem(agent, MHD_HTTP_BAD_REQUEST, "the body is no JSON object", out);
	refusal = life_refusal(&agent->life, verb, wish.version, wish.is_forced);
	if (refusal)
		return answer_problem(agent, MHD_HTTP_CONFLICT, refusal, out);
	return carry_out(agent, verb, &wish, request, now_ms, wall_ms, out);
}

static int find_verb(const char *name, const char **method, enum verb *out)
{
	*method = strcmp(name, "config") == 0 ? "PATCH" : "POST";
	*out = VERB_CONFIGURE;
	if (strcmp(name, "config") == 0)
		return 0;
	return strcmp(name, verb_name(VERB_CONFIGURE)) == 0 ? -EINVAL : verb_from_name(name, out);
}

int control_answer(struct sim_agent *agent, const struct control_request *request, uint64_t now_ms, int64_t wall_ms,
		   struct answer *out)
{
	bool is_get = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
	const char *rest = request->url + sizeof base - 1, *method = "GET";
	enum verb verb = VERB_COUNT;

	if (agent->fault == SIMULATOR_FAULT_AUTH401)
		return answer_problem(agent, MHD_HTTP_UNAUTHORIZED, "authentication required", out);
	if (strcmp(rest, "") == 0 && is_get)
		return answer_state(agent, wall_ms, out);
	if (strncmp(request->url, operations, sizeof operations - 1) == 0 && is_get)
		return answer_operation(agent, request->url + sizeof operations - 1, now_ms, wall_ms, out);
	if (rest[0] != '/' || find_verb(rest + 1, &method, &verb) < 0) {
		is_get = strcmp(rest, "") == 0 || strncmp(request->url, operations, sizeof operations - 1) == 0;
		return answer_problem(agent, is_get ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NOT_FOUND,
				      is_get ? "only GET" : "there is no such verb", out);
	}
	if (strcmp(request->method, method) != 0)
		return answer_problem(agent, MHD_HTTP_METHOD_NOT_ALLOWED, "another method is meant here", out);
	return change(agent, verb, request, now_ms, wall_ms, out);
}
