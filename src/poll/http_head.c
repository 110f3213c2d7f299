// SPDX-License-Identifier: Apache-2.0
#include "poll/http_head.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"

enum {
	STATUS_LINE_MIN = 12, // HTTP/1.1 200
	LENGTH_MAX_DIGITS = 15,
};

void http_head_start(struct http_head *head)
{
	head->is_plain = true;
	head->is_whole = head->has_status = head->has_length = head->is_chunked = head->has_location = false;
	head->is_closing = false;
	head->status = 0;
	head->length = 0;
	head->content_type[0] = '\0';
}

static bool is_word(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(text, word, n) == 0;
}

// What servers say on a connection that was idle for too long, whether anything was asked or not.
enum { UNASKED = 408 };

static bool take_status(struct http_head *head, const char *line, size_t n)
{
	head->has_status = true;
	if (n < STATUS_LINE_MIN || memcmp(line, "HTTP/1.1 ", 9) != 0 || (n > STATUS_LINE_MIN && line[12] != ' '))
		return false;
	for (size_t i = 9; i < STATUS_LINE_MIN; i++) {
		if (line[i] < '0' || line[i] > '9')
			return false;
		head->status = head->status * 10 + (line[i] - '0');
	}
	return head->status >= 200 && head->status != UNASKED;
}

static bool take_length(struct http_head *head, const char *value, size_t n)
{
	if (head->has_length || n > LENGTH_MAX_DIGITS)
		return false;
	head->has_length = true;
	return number_parse_u64(value, n, UINT64_MAX, &head->length) == 0;
}

static bool take_encoding(struct http_head *head, const char *value, size_t n)
{
	if (head->is_chunked || !is_word(value, n, "chunked"))
		return false;
	head->is_chunked = true;
	return true;
}

static bool take_connection(struct http_head *head, const char *value, size_t n)
{
	if (is_word(value, n, "close"))
		head->is_closing = true;
	return head->is_closing || is_word(value, n, "keep-alive");
}

static bool take_type(struct http_head *head, const char *value, size_t n)
{
	size_t n_kept = n < sizeof head->content_type - 1 ? n : sizeof head->content_type - 1;

	if (head->content_type[0])
		return false;
	memcpy(head->content_type, value, n_kept);
	head->content_type[n_kept] = '\0';
	return true;
}

static bool take_location(struct http_head *head, const char *value, size_t n)
{
	(void)value;
	(void)n;
	head->has_location = true;
	return true;
}

static bool take_field(struct http_head *head, const char *name, size_t n_name, const char *value, size_t n)
{
	static const struct {
		const char *name;
		bool (*take)(struct http_head *head, const char *value, size_t n);
	} known[] = {
		{ "Connection", take_connection },      { "Content-Length", take_length },
		{ "Content-Type", take_type },          { "Location", take_location },
		{ "Transfer-Encoding", take_encoding },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (is_word(name, n_name, known[i].name))
			return known[i].take(head, value, n);
	return true;
}

// Visible characters and no space, so that nothing hides before the colon.
static bool is_name(const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	return n > 0;
}

static bool take_header(struct http_head *head, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n), *value, *end = line + n;

	if (!colon || !is_name(line, (size_t)(colon - line)) || memchr(line, '\0', n) || memchr(line, '\r', n))
		return false;
	if (n >= 5 && memcmp(line, "HTTP/", 5) == 0) // another status, to whoever looks no closer
		return false;
	for (value = colon + 1; value < end && (*value == ' ' || *value == '\t'); value++)
		;
	while (end > value && isspace((unsigned char)end[-1]))
		end--;
	return take_field(head, line, (size_t)(colon - line), value, (size_t)(end - value));
}

// The length of the body is told, and only once.
static bool is_framed(const struct http_head *head)
{
	if (head->status == 204 || head->status == 304)
		return !head->is_chunked && head->length == 0;
	return head->has_length != head->is_chunked && !(head->has_location && head->status < 400);
}

void http_head_line(struct http_head *head, const char *line, size_t n)
{
	if (head->is_whole)
		return;
	if (n < 2 || line[n - 2] != '\r' || line[n - 1] != '\n')
		head->is_plain = false;
	else if (!head->has_status)
		head->is_plain &= take_status(head, line, n - 2);
	else if (n > 2)
		head->is_plain &= take_header(head, line, n - 2);
	else
		head->is_plain &= is_framed(head);
	head->is_whole = head->has_status && n > 0 && (line[0] == '\r' || line[0] == '\n');
}
