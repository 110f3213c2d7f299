#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Keys as they come from a terminal.
 *
 * Its driver makes no signals of keys while we have it: it would of the bytes of a paste as well. Which keys ask for
 * one is still the shell's to say (stty), see tty_keys_signal().
 */
#include <stdbool.h>
#include <stdint.h>

#include "screen/key_parser.h"
#include "screen/tty_modes.h"

enum { TTY_PASTE_STALLED_MS = 1000 };

struct tty_keys {
	int fd; // borrowed
	struct key_parser parser;
	int64_t came_ms; // mono: when the newest bytes came that were more than C-c
};

void tty_keys_init(struct tty_keys *keys, int fd);
void tty_keys_finish(struct tty_keys *keys);

/* 1 with a key; 0 when there is none now; -EIO when the terminal is gone. Waits for nothing but, after an escape byte,
 * at most 25 ms for what may follow it. A paste's text stays valid until the next call.
 *
 * A C-c alone, a second after what came last, ends a paste that has no end: a terminal that died in the middle of one
 * must not swallow keys for ever. Any other is a part of it.
 */
int tty_keys_read(struct tty_keys *keys, struct key *out);

// The signal that a key asks for by the shell's settings (C-c, C-z, C-\ as a rule), 0: none.
int tty_keys_signal(const struct tty_settings *settings, const struct key *key);
