#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What other processes run, from their journals, read on a thread of its own: hundreds of them hold nobody up.
 *
 * The first look brings all the journals there are, each one after it those that say something else since, or are held
 * by somebody, or by nobody any more. What is over stays as it is, and is not looked at again. All functions are called
 * from the owner's thread; what was seen comes from journal_watch_dispatch(), which the owner calls on its loop after
 * `wake` was called on the thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "operations/journal_control.h"
#include "operations/journal_read.h"

struct journal_watch;

struct journal_watch_options {
	const char *dir;         // of the journals; copied
	void (*wake)(void *ctx); // from the thread
	void *ctx;
};

int journal_watch_create(const struct journal_watch_options *options, struct journal_watch **out); // 0, -errno
void journal_watch_dispatch(struct journal_watch *watch);                                          // calls what is done
int journal_watch_destroy(struct journal_watch *watch, unsigned timeout_ms); // as journal_writer_destroy()

/* The stories are the caller's to change until it returns; who takes something out of one leaves NULL. Operations and
 * plans have the number 0. An error: nothing was seen, and the next look brings it.
 */
typedef void (*journal_seen_cb)(void *ctx, int error, struct journal_list *list, bool is_first);

/* Looks: 0; -EALREADY it is at it; -ENOMEM. After the first look journals are removed that journal_prune() would, with
 * those of more than JOURNAL_KEEP_DAYS before now_ms (wall).
 */
int journal_watch_look(struct journal_watch *watch, int64_t now_ms, journal_seen_cb done, void *ctx);

/* A word for whoever runs an operation. 0 or -ENOMEM; `taken` comes with negative errno when it could not be put there,
 * and not at all when it could.
 */
typedef void (*journal_taken_cb)(void *ctx, const char *id, int error);
int journal_watch_say(struct journal_watch *watch, const char *id, enum journal_control what, const char *who,
		      journal_taken_cb taken, void *ctx);
// Whether it was taken: `taken` comes with 0, or -ETIMEDOUT: it was not, and nobody finds it any more.
int journal_watch_unsay(struct journal_watch *watch, const char *id, journal_taken_cb taken, void *ctx);

bool journal_watch_is_looking(const struct journal_watch *watch);
void journal_watch_forget(struct journal_watch *watch); // nobody is told any more of anything
