// SPDX-License-Identifier: Apache-2.0
/* What was said of the same answer before: a well agent says the same each time, and reading it again costs more than
 * all the rest of a poll. A verdict depends on nothing but what is compared here, and on how long the answer took.
 */
#include <string.h>

#include "base/memory.h"
#include "feeds/direct_internal.h"

enum { MEMO_BYTES_MAX = 1024 };

struct verdict_memo {
	const struct agent *agent; // a reference: the description it was read by
	enum verdict_level level;
	enum reason reason;
	enum agent_dialect dialect;
	enum probe_kind kind;
	int http_status;
	size_t n_type, n_body, n_detail;
	char text[]; // content type, body, detail; none is terminated
};

void direct_verdict_forget(struct watched *watched)
{
	if (watched->memo)
		agent_unref(watched->memo->agent);
	mem_free(watched->memo);
	watched->memo = NULL;
}

static const char *type_of(const struct sample *sample)
{
	return sample->content_type ? sample->content_type : "";
}

static bool is_slow(const struct direct_feed *feed, const struct sample *sample)
{
	uint32_t slow_ms = sample->agent->slow_ms ? sample->agent->slow_ms : feed->config->probe.slow_ms;

	return slow_ms && sample->timing.total_us > (int64_t)slow_ms * 1000;
}

static bool is_same(const struct verdict_memo *memo, const struct sample *sample)
{
	const char *type = type_of(sample);

	return memo && memo->agent == sample->agent && memo->kind == sample->kind &&
	       memo->http_status == sample->http_status && memo->n_body == sample->body_len &&
	       memo->n_type == strlen(type) && memcmp(memo->text, type, memo->n_type) == 0 &&
	       (memo->n_body == 0 || memcmp(memo->text + memo->n_type, sample->body, memo->n_body) == 0);
}

static void recall(const struct verdict_memo *memo, struct verdict *out)
{
	*out = (struct verdict){ .level = memo->level, .reason = memo->reason, .dialect = memo->dialect };
	memcpy(out->detail, memo->text + memo->n_type + memo->n_body, memo->n_detail);
}

// Where there are checks they would have to be copied each time; short of memory nothing is remembered.
static void remember(struct watched *watched, const struct sample *sample, const struct verdict *verdict)
{
	const char *type = type_of(sample);
	size_t n_type = strlen(type), n_detail = strlen(verdict->detail);
	struct verdict_memo *memo;

	direct_verdict_forget(watched);
	if (verdict->n_checks || n_type + sample->body_len > MEMO_BYTES_MAX)
		return;
	memo = mem_alloc(sizeof *memo + n_type + sample->body_len + n_detail);
	if (!memo)
		return;
	*memo = (struct verdict_memo){
		.agent = agent_ref(sample->agent),
		.level = verdict->level,
		.reason = verdict->reason,
		.dialect = verdict->dialect,
		.kind = sample->kind,
		.http_status = sample->http_status,
		.n_type = n_type,
		.n_body = sample->body_len,
		.n_detail = n_detail,
	};
	memcpy(memo->text, type, n_type);
	if (sample->body_len)
		memcpy(memo->text + n_type, sample->body, sample->body_len);
	memcpy(memo->text + n_type + sample->body_len, verdict->detail, n_detail);
	watched->memo = memo;
}

void direct_verdict(struct direct_feed *feed, struct watched *watched, const struct sample *sample, struct verdict *out)
{
	bool is_usual = sample->reason == REASON_NONE && !sample->detail[0] && !is_slow(feed, sample);

	if (is_usual && is_same(watched->memo, sample)) {
		recall(watched->memo, out);
		return;
	}
	verdict_read(sample, feed->config->probe.slow_ms, out);
	if (is_usual)
		remember(watched, sample, out);
}
