// SPDX-License-Identifier: Apache-2.0
/* `ID.control` beside an operation's journal: one word from another process, which is done and then removed. It was
 * put there whole, by a rename.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "services/provisioning_internal.h"

enum { WORD_MAX = 64 };

// The word without what follows it; "" for none.
static int read_word(const char *path, char out[WORD_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n;

	out[0] = '\0';
	if (fd < 0)
		return -errno;
	n = read(fd, out, WORD_MAX - 1);
	close(fd);
	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, " \t\r\n")] = '\0';
	return 0;
}

static const char *refusal(enum journal_control what, int error)
{
	static const enum request_type types[JOURNAL_CONTROL_COUNT] = {
		[JOURNAL_PAUSE] = REQUEST_OPERATION_PAUSE,
		[JOURNAL_RESUME] = REQUEST_OPERATION_RESUME,
		[JOURNAL_ABORT] = REQUEST_OPERATION_ABORT,
		[JOURNAL_ROLLBACK] = REQUEST_OPERATION_ROLLBACK,
	};

	return request_refusal(types[what], error);
}

void control_look(struct op *op, struct instant now)
{
	struct provisioning_engine *engine = op->engine;
	enum journal_control what = JOURNAL_PAUSE;
	char path[ENGINE_DIR_MAX + OPERATION_ID_MAX + 16], word[WORD_MAX];
	int r;

	if (!engine->operations_dir)
		return;
	snprintf(path, sizeof path, "%s/%s.control", engine->operations_dir, op->id);
	if (read_word(path, word) < 0 || unlink(path) < 0) // what cannot be removed would be done again and again
		return;
	r = journal_control_from_name(word, &what);
	if (r == 0)
		r = op_control(op, what, "the command line", now);
	if (r < 0)
		engine_notice(engine, 0, SEVERITY_WARNING, "refused what the command line asked for", refusal(what, r));
}
