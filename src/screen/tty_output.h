#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What goes to the terminal, without waiting for it: bytes queue here and leave as it takes them.
 *
 * The open file behind standard output is the shell's too, and a flag set there stays after us; so the terminal is
 * opened a second time, for us alone, where that is possible (it may be another user's, or /proc not be there).
 * Otherwise the shared one is made non-blocking only for the time of each write, which does not wait either.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/strbuf.h"
#include "screen/sgr.h"

struct tty_output {
	int fd;           // owned: of our own open file, or a duplicate of the shared one
	bool is_shared;   // the latter
	FILE *frame;      // owned: a file in memory, for a library that writes to files only
	struct bytes raw; // what was in it
	struct sgr_filter filter;
	struct bytes pending;
	size_t n_sent; // of pending: already with the terminal
};

// 0 or negative errno. `fd`, a terminal, stays the caller's.
int tty_output_open(struct tty_output *out, int fd);
int tty_output_share(struct tty_output *out, int fd); // as open does where it cannot open anew
void tty_output_close(struct tty_output *out);        // drops what is pending; zeroed memory is fine

// Queues. 0 or negative errno, with nothing queued: -ENOMEM, -EMSGSIZE.
int tty_output_add(struct tty_output *out, const char *bytes, size_t n); // as they are

int tty_output_add_frame(struct tty_output *out); // what was written to `frame`, made shorter; it is empty then

bool tty_output_is_pending(const struct tty_output *out);

// Writes what the terminal takes now. 0 when nothing is pending any more, 1 when something is, or negative errno: the
// terminal is gone.
int tty_output_flush(struct tty_output *out);

/* The last words: `bytes` instead of the rest of what is pending, whose beginning is ended first where it may have been
 * cut within a control sequence. Waits at most TTY_LAST_MS; a terminal that takes nothing by then loses what the kernel
 * still holds for it, which makes room. Async-signal-safe, and drops nothing: see tty_output_drop().
 */
enum { TTY_LAST_MS = 400 };
int tty_output_end(const struct tty_output *out, const char *bytes, size_t n);
void tty_output_drop(struct tty_output *out); // what is pending

// The terminal is not as it was left: what is pending and what is in the frame are dropped, what was cut is ended.
void tty_output_begin_anew(struct tty_output *out);

// The last words are `first` and then what was written to `frame`, as it is. Drops what is pending.
int tty_output_end_frame(struct tty_output *out, const char *first);
