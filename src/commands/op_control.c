// SPDX-License-Identifier: Apache-2.0
/* opscon op pause, resume, abort and rollback: to the process that runs the operation by a file beside its journal;
 * what nobody runs any more is gone on with here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "audit/identity.h"
#include "base/clock.h"
#include "commands/exit_code.h"
#include "commands/op.h"
#include "commands/op_run.h"
#include "operations/journal_control.h"
#include "operations/journal_read.h"

enum {
	TAKEN_WITHIN_MS = 10000,
	LOOK_EVERY_MS = 50,
	RECORDED_WITHIN_MS = 2000,
	PATH_SIZE = OP_DIR_MAX + OPERATION_ID_MAX + 16
};

static int refuse(const struct op_request *request, const struct fleet_options *options, const char *why)
{
	op_cli_audit_control(request, options, why);
	fprintf(stderr, "opscon op %s: %s: %s\n", journal_control_name(request->control), request->id, why);
	return EXIT_DENIED;
}

// True when it is gone before long: whoever runs the operation has read it.
static bool is_taken(const char *path)
{
	const struct timespec pause = { .tv_nsec = LOOK_EVERY_MS * 1000000L };
	int64_t until_ms = clock_now().mono_ms + TAKEN_WITHIN_MS;
	struct stat found;

	while (stat(path, &found) == 0) {
		if (clock_now().mono_ms >= until_ms)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

// What was asked for is on record a moment after the word was taken, if it could be done at all.
static bool is_on_record(const struct journal_story *story, enum journal_control control)
{
	enum operation_state state = story->operation->state;

	if (operation_is_over(state))
		return true;
	return control == JOURNAL_PAUSE ? state == OPERATION_PAUSED : state != OPERATION_PAUSED;
}

static int read_state(const char *dir, const struct op_request *request, struct journal_story *story)
{
	const struct timespec pause = { .tv_nsec = LOOK_EVERY_MS * 1000000L };
	int64_t until_ms = clock_now().mono_ms + RECORDED_WITHIN_MS;
	int r = journal_read(dir, request->id, 1, story);

	while (r == 0 && !is_on_record(story, request->control) && clock_now().mono_ms < until_ms) {
		journal_story_finish(story);
		nanosleep(&pause, NULL);
		r = journal_read(dir, request->id, 1, story);
	}
	return r;
}

static int print_state(const char *dir, const struct op_request *request)
{
	const char *id = request->id;
	struct journal_story story;

	if (read_state(dir, request, &story) == 0)
		printf("%s: %s%s%s\n", id, operation_state_name(story.operation->state),
		       story.operation->why[0] ? ": " : "", story.operation->why);
	journal_story_finish(&story);
	return EXIT_WELL;
}

static int send_word(const struct op_request *request, const char *dir)
{
	struct journal_word word;
	struct audit_identity who;
	char path[PATH_SIZE];
	int r;

	audit_identity_here(&who);
	snprintf(path, sizeof path, "%s/%s.control", dir, request->id);
	r = journal_control_put(dir, request->id, request->control, who.user);
	if (r < 0) {
		fprintf(stderr, "opscon op: %s: %s\n", path, strerrordesc_np(-r));
		return EXIT_OURS;
	}
	if (is_taken(path))
		return print_state(dir, request);
	journal_control_take(dir, request->id, &word); // nobody is to find it later
	fprintf(stderr, "opscon op: %s: the process that runs it does not answer\n", request->id);
	return EXIT_OURS;
}

int op_cli_control(const struct op_request *request, struct fleet_options *options)
{
	struct journal_story story;
	char dir[OP_DIR_MAX], over[64];
	bool is_read, is_undone;
	int r = EXIT_OURS;

	if (op_cli_dir(options, dir) < 0)
		return EXIT_OURS;
	is_read = journal_read(dir, request->id, 1, &story) >= 0;
	is_undone = is_read && request->control == JOURNAL_ROLLBACK && op_cli_can_undo(story.operation);
	if (!is_read) {
		fprintf(stderr, "opscon op %s: %s: %s\n", journal_control_name(request->control), request->id,
			op_cli_unread(&story, request->id));
	} else if (operation_is_over(story.operation->state) && !is_undone) {
		snprintf(over, sizeof over, "it is over: %s", operation_state_name(story.operation->state));
		r = refuse(request, options, over);
	} else if (story.is_held && !is_undone) {
		r = send_word(request, dir);
	} else if (request->control == JOURNAL_PAUSE) {
		r = refuse(request, options, "nobody runs it: it is as good as paused");
	} else {
		r = op_cli_go_on(request, options);
	}
	journal_story_finish(&story);
	return r;
}
