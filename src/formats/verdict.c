// SPDX-License-Identifier: Apache-2.0
/* A verdict is made in steps, each of which can only make it worse: the transport, the status line, the body, the time
 * it took.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "formats/answer_text.h"
#include "formats/dialect.h"
#include "formats/json_lex.h"
#include "formats/json_tape.h"
#include "opscon/health.h"
#include "text/text.h"

enum {
	HTTP_TOO_MANY_REQUESTS = 429,
	HTTP_UNAUTHORIZED = 401,
	HTTP_FORBIDDEN = 403,
	HEALTH_BODY_MAX = 1 << 20, // a health answer longer than this is not one
};

static void set(struct verdict *v, enum verdict_level level, enum reason reason, const char *detail)
{
	v->level = level;
	v->reason = reason;
	text_clean(detail, strlen(detail), TEXT_ONE_LINE, v->detail, sizeof v->detail, NULL);
}

static void judge_transport(const struct sample *sample, struct verdict *out)
{
	enum verdict_level level = reason_is_ours(sample->reason) ? VERDICT_NONE : VERDICT_FAIL;

	set(out, level, sample->reason, sample->detail);
}

static bool is_good_status(int status)
{
	return status >= 200 && status < 300;
}

// Everything but the status line is left out of the question: the answer is not about health.
static bool judge_status_alone(const struct sample *sample, struct verdict *out)
{
	int status = sample->http_status;
	char detail[REASON_DETAIL_MAX + 32];

	if (status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN) {
		snprintf(detail, sizeof detail, "HTTP %d: the agent answers, and refuses our credentials", status);
		set(out, VERDICT_WARN, REASON_AUTH_REQUIRED, detail);
		return true;
	}
	if (status >= 300 && status < 400) {
		snprintf(detail, sizeof detail, "HTTP %d%s%s", status, sample->detail[0] ? ": " : "", sample->detail);
		set(out, VERDICT_FAIL, REASON_REDIRECT, detail);
		return true;
	}
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct answer answer_of(const struct sample *sample)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct answer answer = { .body = sample->body ? sample->body : "", .n = sample->body ? sample->body_len : 0 };

	answer.content_type = sample->content_type ? sample->content_type : "";
	if (answer.n >= 3 && memcmp(answer.body, bom, 3) == 0) {
		answer.body += 3;
		answer.n -= 3;
	}
	while (answer.n && is_blank(answer.body[0])) {
		answer.body++;
		answer.n--;
	}
	while (answer.n && is_blank(answer.body[answer.n - 1]))
		answer.n--;
	return answer;
}

static bool is_empty_list(const struct answer *answer)
{
	return answer->json && node_kind(answer->json) == JSON_ARRAY && answer->json->size == 1; // itself alone
}

// What nobody understands: a reason where something else was promised or forced, or else nothing to say.
static void judge_unknown(const struct answer *answer, const struct json_error *error, const struct dialect *forced,
			  struct judgement *out)
{
	bool is_json_promised = content_type_has(answer, "json") || (forced && forced->is_json);
	char excerpt[EXCERPT_LINE_MAX], detail[REASON_DETAIL_MAX];

	out->level = VERDICT_PASS;
	if (answer_is_page(answer) || (!forced && !is_json_promised && content_type_has(answer, "text/html"))) {
		answer_excerpt(answer, excerpt);
		snprintf(detail, sizeof detail, "a web page%s%s, not a health answer", excerpt[0] ? ": " : "", excerpt);
		judgement_set(out, VERDICT_FAIL, REASON_BAD_TYPE, detail);
	} else if (error->reason[0] && is_json_promised) {
		snprintf(detail, sizeof detail, "bad JSON at byte %zu: %s", error->offset, error->reason);
		judgement_set(out, VERDICT_FAIL, REASON_PARSE, detail);
	} else if (answer_is(answer, "null") || is_empty_list(answer)) {
		judgement_set(out, VERDICT_WARN, REASON_BAD_BODY, "the answer says nothing");
	} else if (!answer_is_text(answer)) {
		judgement_set(out, VERDICT_FAIL, REASON_BAD_BODY, "the answer is no text");
	}
}

static bool may_be_json(const struct answer *answer, const struct dialect *forced)
{
	if (answer->n == 0 || (forced && forced->id == DIALECT_METRICS))
		return false;
	return answer->body[0] == '{' || answer->body[0] == '[' || content_type_has(answer, "json") ||
	       (forced && forced->is_json);
}

// The general reader has the words for what is wrong.
static void explain(const struct answer *answer, struct json_error *error)
{
	struct json_value *document;

	if (json_parse(answer->body, answer->n, &document, error) == 0)
		json_fail(error, "a second byte order mark", 0); // which that one takes off
	json_free(document);
}

static bool read_json(struct json_tape *tape, struct answer *answer, struct json_error *error)
{
	int r = json_tape_read(tape, answer->body, answer->n);

	if (r == -EINVAL)
		explain(answer, error);
	// A bare null says nothing.
	answer->json = r == 0 && node_kind(tape->nodes) != JSON_NULL ? tape->nodes : NULL;
	return r == 0;
}

// Finds the dialect and lets it read. Returns what the body was understood as: NULL when as nothing.
static const struct dialect *judge_with(struct answer *answer, const struct dialect *forced, struct judgement *out)
{
	const struct dialect *dialect = forced;
	struct json_error error = { "", 0 };
	struct json_tape tape;
	bool is_tried = may_be_json(answer, forced);
	bool has_json = is_tried && read_json(&tape, answer, &error);

	if (!forced)
		dialect = dialect_detect(answer);
	else if ((forced->is_json && !has_json) || answer_is_page(answer))
		dialect = NULL;
	if (dialect)
		dialect->read(answer, out);
	else
		judge_unknown(answer, &error, forced, out);
	answer->json = NULL;
	if (is_tried)
		json_tape_finish(&tape);
	return dialect;
}

static const struct dialect *judge_body(const struct sample *sample, struct answer *answer, struct judgement *out)
{
	enum agent_dialect id = sample->kind == PROBE_METRICS ? DIALECT_METRICS : sample->agent->dialect;

	out->level = VERDICT_PASS;
	if (id == DIALECT_STATUS || (answer->n == 0 && id != DIALECT_METRICS))
		return NULL;
	if (answer->n > HEALTH_BODY_MAX && id != DIALECT_METRICS) {
		judgement_set(out, VERDICT_FAIL, REASON_TOO_LARGE, "over 1 MiB of health answer");
		return NULL;
	}
	return judge_with(answer, dialect_find(id), out);
}

// A bad status that the body explains is the agent's own word; without an explanation it is a status.
static void join_bad_status(const struct sample *sample, const struct answer *answer, const struct judgement *body,
			    bool is_understood, struct verdict *out)
{
	enum verdict_level level = sample->http_status == HTTP_TOO_MANY_REQUESTS ? VERDICT_WARN : VERDICT_FAIL;
	char excerpt[EXCERPT_LINE_MAX] = "", detail[2 * REASON_DETAIL_MAX];
	bool is_explained = is_understood && body->level != VERDICT_PASS && body->reason != REASON_BAD_BODY &&
			    (sample->http_status >= 500 || level == VERDICT_WARN);
	enum reason reason = REASON_HTTP_STATUS;

	if (is_explained && body->level == VERDICT_FAIL) {
		level = VERDICT_FAIL;
		reason = body->reason;
	}
	if (is_understood && body->level == VERDICT_PASS) {
		snprintf(detail, sizeof detail, "HTTP %d, though the body %s", sample->http_status,
			 body->detail[0] ? body->detail : "is well");
	} else if (is_understood) {
		snprintf(detail, sizeof detail, "HTTP %d: %s", sample->http_status, body->detail);
	} else {
		answer_excerpt(answer, excerpt);
		snprintf(detail, sizeof detail, "HTTP %d%s%s", sample->http_status, excerpt[0] ? ": " : "", excerpt);
	}
	set(out, level, reason, detail);
}

static void judge_slow(const struct sample *sample, uint32_t fleet_slow_ms, struct verdict *out)
{
	uint32_t slow_ms = sample->agent->slow_ms ? sample->agent->slow_ms : fleet_slow_ms;
	char took[HUMAN_MAX], limit[HUMAN_MAX], detail[REASON_DETAIL_MAX];

	if (out->level != VERDICT_PASS || slow_ms == 0 || sample->timing.total_us <= (int64_t)slow_ms * 1000)
		return;
	snprintf(detail, sizeof detail, "answered in %s, over the limit of %s",
		 human_latency(sample->timing.total_us, took), human_latency((int64_t)slow_ms * 1000, limit));
	set(out, VERDICT_WARN, REASON_SLOW, detail);
}

void verdict_read(const struct sample *sample, uint32_t slow_ms, struct verdict *out)
{
	verdict_read_scraped(sample, NULL, slow_ms, out);
}

void verdict_read_scraped(const struct sample *sample, const struct scrape_counts *counts, uint32_t slow_ms,
			  struct verdict *out)
{
	struct judgement body = { .level = VERDICT_PASS };
	const struct dialect *dialect;
	struct answer answer;

	*out = (struct verdict){ .dialect = DIALECT_STATUS };
	if (sample->reason != REASON_NONE) {
		judge_transport(sample, out);
		return;
	}
	if (judge_status_alone(sample, out))
		return;
	answer = answer_of(sample);
	answer.counts = counts;
	dialect = judge_body(sample, &answer, &body);
	if (dialect)
		out->dialect = dialect->id;
	if (!is_good_status(sample->http_status))
		join_bad_status(sample, &answer, &body, dialect != NULL, out);
	else
		set(out, body.level, body.reason, body.level == VERDICT_PASS ? "" : body.detail);
	out->checks = body.checks.items;
	out->n_checks = body.checks.n;
	judge_slow(sample, slow_ms, out);
}

void verdict_finish(struct verdict *verdict)
{
	struct check_list checks = { .items = verdict->checks, .n = verdict->n_checks };

	check_list_finish(&checks);
	verdict->checks = NULL;
	verdict->n_checks = 0;
}
