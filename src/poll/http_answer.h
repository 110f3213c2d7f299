#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One answer off a kept connection: head, body by its length or in chunks, trailers. Pure but for what is in it.
 *
 * Only plain answers are read (see http_head.h); at anything else the reader says ANSWER_UNUSUAL and the question is
 * asked again through libcurl. Lines and body go to an intake as libcurl hands them over, so the limits are the same
 * ones and counted by the same code.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "poll/http_head.h"
#include "poll/http_intake.h"

enum http_answer_state {
	ANSWER_MORE,    // not whole yet
	ANSWER_DONE,    // whole
	ANSWER_UNUSUAL, // not for this reader
	ANSWER_REFUSED, // the intake says why
};

enum http_answer_part { PART_HEAD, PART_BODY, PART_CHUNK_SIZE, PART_CHUNK, PART_CHUNK_END, PART_TRAILER, PART_DONE };

struct http_answer {
	struct http_head head;
	enum http_answer_part part;
	uint64_t n_left;   // of the body, or of the chunk
	struct bytes line; // the beginning of one whose end has not come
	bool has_byte;
};

void http_answer_init(struct http_answer *answer);  // once
void http_answer_start(struct http_answer *answer); // for each
void http_answer_finish(struct http_answer *answer);

/* Takes what has come; *n_used of it belonged to the answer, less than n only when the answer ends before. After
 * anything but ANSWER_MORE it is not to be called again.
 */
enum http_answer_state http_answer_take(struct http_answer *answer, struct http_intake *intake, const char *data,
					size_t n, size_t *n_used);
