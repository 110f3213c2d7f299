// SPDX-License-Identifier: Apache-2.0
#include "poll/http_answer.h"

#include <string.h>

enum {
	CHUNK_LINE_MAX = 256,
	CHUNK_DIGITS_MAX = 15,
};

void http_answer_init(struct http_answer *answer)
{
	*answer = (struct http_answer){ .part = PART_HEAD };
	bytes_init(&answer->line, SIZE_MAX / 2);
}

void http_answer_start(struct http_answer *answer)
{
	http_head_start(&answer->head);
	answer->part = PART_HEAD;
	answer->n_left = 0;
	answer->has_byte = false;
	bytes_reset(&answer->line);
}

void http_answer_finish(struct http_answer *answer)
{
	bytes_finish(&answer->line);
}

static enum http_answer_state end_head(struct http_answer *answer)
{
	const struct http_head *head = &answer->head;

	if (!head->is_plain)
		return ANSWER_UNUSUAL;
	answer->n_left = head->is_chunked ? 0 : head->length;
	if (head->is_chunked)
		answer->part = PART_CHUNK_SIZE;
	else
		answer->part = answer->n_left ? PART_BODY : PART_DONE;
	return ANSWER_MORE;
}

static enum http_answer_state take_head_line(struct http_answer *answer, struct http_intake *intake, const char *line,
					     size_t n)
{
	if (!http_intake_header(intake, line, n))
		return ANSWER_REFUSED;
	http_head_line(&answer->head, line, n);
	if (!answer->head.is_plain)
		return ANSWER_UNUSUAL;
	return answer->head.is_whole ? end_head(answer) : ANSWER_MORE;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// "1a2b" or "1a2b;extension"
static enum http_answer_state take_chunk_line(struct http_answer *answer, const char *line, size_t n)
{
	uint64_t size = 0;
	size_t i;

	if (n < 3 || n > CHUNK_LINE_MAX || line[n - 2] != '\r')
		return ANSWER_UNUSUAL;
	for (i = 0; hex_digit(line[i]) >= 0; i++)
		size = size * 16 + (uint64_t)hex_digit(line[i]);
	if (i == 0 || i > CHUNK_DIGITS_MAX || (line[i] != ';' && i != n - 2))
		return ANSWER_UNUSUAL;
	answer->n_left = size;
	answer->part = size ? PART_CHUNK : PART_TRAILER;
	return ANSWER_MORE;
}

static enum http_answer_state take_trailer(struct http_answer *answer, struct http_intake *intake, const char *line,
					   size_t n)
{
	// A status among trailers would be taken for one by the intake.
	if (n < 2 || line[n - 2] != '\r' || (n >= 5 && memcmp(line, "HTTP/", 5) == 0))
		return ANSWER_UNUSUAL;
	if (n == 2) {
		answer->part = PART_DONE;
		return ANSWER_MORE;
	}
	if (!memchr(line, ':', n))
		return ANSWER_UNUSUAL;
	return http_intake_header(intake, line, n) ? ANSWER_MORE : ANSWER_REFUSED;
}

static enum http_answer_state take_line(struct http_answer *answer, struct http_intake *intake, const char *line,
					size_t n)
{
	switch (answer->part) {
	case PART_HEAD:
		return take_head_line(answer, intake, line, n);
	case PART_CHUNK_SIZE:
		return take_chunk_line(answer, line, n);
	case PART_TRAILER:
		return take_trailer(answer, intake, line, n);
	default: // the end of a chunk
		answer->part = PART_CHUNK_SIZE;
		return n == 2 && line[0] == '\r' ? ANSWER_MORE : ANSWER_UNUSUAL;
	}
}

// Garbage need not have lines, and is not waited for to end.
static bool is_beginning(const struct http_answer *answer)
{
	static const char version[] = "HTTP/1.1 ";
	size_t n = answer->line.len < sizeof version - 1 ? answer->line.len : sizeof version - 1;

	return answer->part != PART_HEAD || answer->head.has_status || memcmp(answer->line.data, version, n) == 0;
}

// The beginning of a line is kept only as far as it may pass whole; what libcurl says of a longer one is said of it.
static enum http_answer_state keep_line(struct http_answer *answer, const struct http_intake *intake, const char *data,
					size_t n)
{
	bool is_header = answer->part == PART_HEAD || answer->part == PART_TRAILER;
	size_t room = CHUNK_LINE_MAX;

	if (is_header) // the empty line behind trailers is not counted
		room = intake->limits.max_header_bytes - intake->header_bytes + 2;
	if (answer->line.len + n > room || bytes_add(&answer->line, data, n) != 0)
		return ANSWER_UNUSUAL;
	return is_beginning(answer) ? ANSWER_MORE : ANSWER_UNUSUAL;
}

static enum http_answer_state take_part_of_lines(struct http_answer *answer, struct http_intake *intake,
						 const char *data, size_t n, size_t *n_used)
{
	const char *end = memchr(data, '\n', n);
	enum http_answer_state state;

	*n_used = end ? (size_t)(end + 1 - data) : n;
	if (end && !answer->line.len)
		return take_line(answer, intake, data, *n_used);
	state = keep_line(answer, intake, data, *n_used);
	if (state != ANSWER_MORE || !end)
		return state;
	state = take_line(answer, intake, answer->line.data, answer->line.len);
	bytes_reset(&answer->line);
	return state;
}

static enum http_answer_state take_part_of_body(struct http_answer *answer, struct http_intake *intake,
						const char *data, size_t n, size_t *n_used)
{
	*n_used = n < answer->n_left ? n : (size_t)answer->n_left;
	answer->n_left -= *n_used;
	if (!answer->n_left)
		answer->part = answer->part == PART_BODY ? PART_DONE : PART_CHUNK_END;
	return http_intake_body(intake, data, *n_used) ? ANSWER_MORE : ANSWER_REFUSED;
}

enum http_answer_state http_answer_take(struct http_answer *answer, struct http_intake *intake, const char *data,
					size_t n, size_t *n_used)
{
	enum http_answer_state state = ANSWER_MORE;
	size_t n_taken = 0;

	*n_used = 0;
	answer->has_byte |= n > 0;
	while (state == ANSWER_MORE && answer->part != PART_DONE && *n_used < n) {
		bool is_body = answer->part == PART_BODY || answer->part == PART_CHUNK;

		state = (is_body ? take_part_of_body : take_part_of_lines)(answer, intake, data + *n_used, n - *n_used,
									   &n_taken);
		*n_used += n_taken;
	}
	return state == ANSWER_MORE && answer->part == PART_DONE ? ANSWER_DONE : state;
}
