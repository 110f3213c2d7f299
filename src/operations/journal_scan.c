// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_scan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "formats/json.h"
#include "operations/journal_fold.h"
#include "operations/journal_plan.h"
#include "text/text.h"

struct scanner {
	char *data; // borrowed
	size_t n, at;
	uint32_t no;
	struct journal_story *story;
	struct journal_scan scan;
	struct journal_head head; // owned texts
	struct plan *plan;        // owned until it is whole, the operation's then
	size_t n_members;
};

int journal_story_fail(struct journal_story *story, int error, const char *format, ...)
{
	char text[JOURNAL_TROUBLE_MAX];
	va_list args;

	if (story->error)
		return error;
	story->error = error;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	text_clean(text, strlen(text), TEXT_ONE_LINE, story->trouble, sizeof story->trouble, NULL);
	return error;
}

static int fail_record(struct scanner *scanner, int error)
{
	struct journal_story *story = scanner->story;
	uint64_t number = story->n_records + 1;

	if (error == -ENOMEM)
		return journal_story_fail(story, error, "%s: there is no memory to read it", story->id);
	if (error == -EPROTO)
		return journal_story_fail(story, error, "%s: a newer version of opscon wrote it", story->id);
	return journal_story_fail(story, -EBADMSG, "%s: record %" PRIu64 " cannot be understood", story->id, number);
}

// ---- the plan

static int begin_plan(struct scanner *scanner, const struct json_value *line)
{
	int r = journal_plan_decode(line, &scanner->head, &scanner->plan);

	if (r < 0)
		return r;
	if (strcmp(scanner->head.id, scanner->story->id) != 0)
		return journal_story_fail(scanner->story, -EBADMSG, "%s: it is the journal of another operation, %s",
					  scanner->story->id, scanner->head.id);
	scanner->plan->no = scanner->no;
	return 0;
}

static int add_member(struct scanner *scanner, const struct json_value *line)
{
	struct plan *plan = scanner->plan;
	int r = journal_member_decode(line, &plan->targets[scanner->n_members]);

	if (r < 0 || ++scanner->n_members < plan->n_targets)
		return r;
	scanner->plan = NULL;
	return journal_fold_begin(scanner->story, plan, scanner->head.holder, scanner->head.estimated_ms);
}

// ---- lines

// In the order in which they are written: the plan, its members, all others.
static int take_record(struct scanner *scanner, const struct json_value *line)
{
	struct operation *operation = scanner->story->operation;
	struct journal_text memory;
	struct journal_record record;
	int r = journal_record_decode(line, operation ? operation->plan : NULL, &memory, &record);

	if (r == 0 && operation)
		r = journal_fold(scanner->story, &record);
	else if (r == 0 && !scanner->plan)
		r = record.kind == JOURNAL_PLAN ? begin_plan(scanner, line) : -EINVAL;
	else if (r == 0)
		r = record.kind == JOURNAL_MEMBER ? add_member(scanner, line) : -EINVAL;
	if (r == 0)
		scanner->story->at_ms = record.at_ms;
	journal_text_finish(&memory);
	return r;
}

static int take_line(struct scanner *scanner, const char *line, size_t n)
{
	struct json_value *root = NULL;
	int r = json_parse(line, n, &root, NULL);

	if (r == 0)
		r = take_record(scanner, root);
	json_free(root);
	return r;
}

// Of the lines after a bad one, whether any is as it was written.
static bool is_good_after(const struct scanner *scanner)
{
	char *before = scanner->data + scanner->at, *end = scanner->data + scanner->n, *newline, *line;

	while ((newline = memchr(before, '\n', (size_t)(end - before)))) {
		char *next;

		line = newline + 1;
		next = memchr(line, '\n', (size_t)(end - line));
		if (next && journal_line_is_good(before, (size_t)(newline - before), line, (size_t)(next - line)))
			return true;
		before = line;
	}
	return false;
}

/* A line that is not as it was written, n bytes without its newline. What a crash leaves behind has no newline, or it
 * has zeros where a block did not reach the disk, and nothing good after it.
 */
static void judge_bad(struct scanner *scanner, size_t n, bool is_line)
{
	struct journal_story *story = scanner->story;
	bool has_zeros = memchr(scanner->data + scanner->at, '\0', n) != NULL;

	if (!is_line || (has_zeros && !is_good_after(scanner)))
		story->n_torn = scanner->n - scanner->at;
	else
		journal_story_fail(story, -EBADMSG, "%s: record %" PRIu64 " is not as it was written", story->id,
				   story->n_records + 1);
}

// Whether it goes on.
static bool next_line(struct scanner *scanner)
{
	char *line = scanner->data + scanner->at;
	size_t left = scanner->n - scanner->at;
	const char *newline = left ? memchr(line, '\n', left) : NULL;
	size_t n = newline ? (size_t)(newline - line) : left;
	int r;

	if (!left)
		return false;
	if (!newline || n > JOURNAL_LINE_MAX || !journal_line_follows(&scanner->scan.chain, line, n)) {
		judge_bad(scanner, n, newline != NULL);
		return false;
	}
	r = take_line(scanner, line, n);
	if (r < 0) {
		fail_record(scanner, r);
		return false;
	}
	scanner->at += n + 1;
	scanner->story->n_records++;
	return true;
}

// ---- the whole

static void drop(struct journal_story *story)
{
	operation_unref(story->operation);
	mem_free(story->targets);
	story->operation = NULL;
	story->targets = NULL;
}

void journal_scan(char *data, size_t n, uint32_t no, struct journal_story *story, struct journal_scan *scan)
{
	char none[1];
	struct scanner scanner = { .data = data ? data : none, .n = n, .no = no, .story = story };

	while (next_line(&scanner))
		;
	if (!story->operation)
		journal_story_fail(story, -ENODATA, "%s: opscon ended before its plan was written: nothing was begun",
				   story->id);
	if (story->error == -ENOMEM)
		drop(story); // half a story is none
	scanner.scan.n_trusted = scanner.at;
	if (scan)
		*scan = scanner.scan;
	plan_unref(scanner.plan);
	mem_free((char *)scanner.head.id);
	mem_free((char *)scanner.head.holder);
}
