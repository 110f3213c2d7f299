#pragma once
// SPDX-License-Identifier: Apache-2.0
/* What the files of the pty harness share. */
#include <termios.h>
#include <vterm.h>

#include "tests/support/pty.h"

enum { TERM_MODES_MAX = 32, TERM_ROW_BYTES = 16384 };

// Private modes (CSI ? n h and l) read from the raw bytes: libvterm tells only some of them.
struct term_modes {
	int set[TERM_MODES_MAX]; // those that are set now
	int n_set;
	bool is_cursor_hidden;
	int state; // of the scanner
	int numbers[8];
	int n_numbers;
};

// A control sequence that is not whole yet.
struct term_held {
	char bytes[64];
	size_t n;
};

struct term {
	int master, slave; // -1: hung up; the slave is held so that its settings outlive the program
	int pidfd;         // -1: none
	pid_t pid;
	bool has_ended;
	int wait_status;
	struct termios before;
	VTerm *vt;
	VTermScreen *screen;
	int cols, rows;
	uint64_t n_received, n_beyond_ascii;
	struct term_modes modes;
	struct term_held held;
	char row[TERM_ROW_BYTES];
};

// pty_screen.c
void term_modes_feed(struct term_modes *modes, const char *bytes, size_t n);
const char *term_modes_unrestored(const struct term_modes *modes); // NULL: none

// pty_feed.c
void term_feed(struct term *t, const char *bytes, size_t n);

// pty_keys.c: the bytes of one key's name go into libvterm's output buffer, or to the program. False: no such key.
bool term_key_send(struct term *t, const char *name, size_t n);

// pty.c
void term_flush_output(struct term *t); // what libvterm has to say goes to the program
