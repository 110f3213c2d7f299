// SPDX-License-Identifier: Apache-2.0
/* An answer off a kept connection. The first byte says how many bytes come at a time; whatever it is, the same must
 * come of them, within the limits.
 */
#include <string.h>

#include "base/memory.h"
#include "poll/http_answer.h"
#include "tests/fuzz/fuzz.h"

static const struct http_limits limits = {
	.max_body_bytes = 4096,
	.max_wire_bytes = 2048,
	.max_header_bytes = 1024,
	.max_headers = 16,
};

struct reading {
	struct http_answer answer;
	struct http_intake intake;
	enum http_answer_state state;
	size_t n_read;
};

static void read_answer(struct reading *reading, const uint8_t *data, size_t n, size_t at_once)
{
	http_answer_init(&reading->answer);
	http_intake_init(&reading->intake);
	http_answer_start(&reading->answer);
	http_intake_start(&reading->intake, &limits);
	reading->state = ANSWER_MORE;
	reading->n_read = 0;
	while (reading->state == ANSWER_MORE && reading->n_read < n) {
		size_t n_given = n - reading->n_read < at_once ? n - reading->n_read : at_once, n_used;
		char *given = fuzz_text(data + reading->n_read, n_given);

		reading->state = http_answer_take(&reading->answer, &reading->intake, given, n_given, &n_used);
		fuzz_expect(n_used <= n_given, "no more is used than was given");
		fuzz_expect(n_used == n_given || reading->state != ANSWER_MORE, "what is given is used");
		reading->n_read += n_used;
		mem_free(given);
	}
}

static void check(struct reading *reading)
{
	const struct http_head *head = &reading->answer.head;
	const struct http_intake *intake = &reading->intake;

	fuzz_expect(intake->body.len <= limits.max_body_bytes, "the body is within its limit");
	fuzz_expect(intake->header_bytes <= limits.max_header_bytes, "headers are within their limit");
	fuzz_expect((reading->state == ANSWER_REFUSED) == (intake->reason != REASON_NONE), "a refusal has a reason");
	fuzz_expect(strlen(head->content_type) < sizeof head->content_type, "the type is terminated");
	if (reading->state != ANSWER_DONE)
		return;
	fuzz_expect(head->is_plain && head->is_whole && intake->has_headers, "only plain answers are whole");
	fuzz_expect(head->status >= 200 && head->status <= 999 && head->status == intake->status,
		    "both know the status");
	fuzz_expect(!head->has_length || head->is_chunked || intake->wire_bytes == head->length,
		    "the body is as long as was told");
}

static void finish(struct reading *reading)
{
	http_answer_finish(&reading->answer);
	http_intake_finish(&reading->intake);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { .at = data, .n = size };
	size_t at_once = (size_t)fuzz_byte(&input) + 1;
	struct reading whole, parts;

	read_answer(&whole, input.at, input.n, input.n);
	read_answer(&parts, input.at, input.n, at_once);
	check(&whole);
	check(&parts);
	// A line past the limit is refused when it came at once, and left to others when it did not.
	fuzz_expect(whole.state == parts.state || (whole.state == ANSWER_REFUSED && parts.state == ANSWER_UNUSUAL),
		    "parts come to the same");
	if (whole.state == ANSWER_DONE || whole.state == ANSWER_MORE) {
		fuzz_expect(whole.n_read == parts.n_read, "and to the same end");
		fuzz_expect(whole.intake.body.len == parts.intake.body.len, "and to as long a body");
		fuzz_expect(!whole.intake.body.len ||
				    memcmp(whole.intake.body.data, parts.intake.body.data, whole.intake.body.len) == 0,
			    "and to the same body");
	}
	finish(&whole);
	finish(&parts);
	return 0;
}
