#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Bytes of a terminal to keys. Pure but for the heap: the caller reads and tells when nothing more came.
 *
 * Known are the sequences of terminfo that the caller lists, then the common ones of ECMA-48 and xterm: cursor and
 * editing keys with modifiers, function keys, SGR mouse reports, bracketed paste. Every other control sequence is
 * swallowed whole, so a late reply of the terminal is never taken for keys. An escape byte alone is the Esc key once
 * key_parser_flush() says that nothing followed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "opscon/key.h"

enum { KEY_SEQUENCE_MAX = 64, KEY_PASTE_MAX = 1 << 20, KEY_TABLE_MAX = 40 };

struct key_parser {
	char pending[4096]; // bytes not yet understood
	size_t n_pending;
	size_t n_sequences; // of terminfo
	struct {
		char bytes[16];
		uint32_t code;
	} sequences[KEY_TABLE_MAX];
	struct bytes paste;
	bool is_pasting;
	bool is_cut;     // the paste ends with what there is of it
	char *pasted;    // owned: the clean text that the last KEY_CODE_PASTE showed
	char swallowing; // of a string sequence (OSC, DCS, ...) or an overlong one ([): its introducer; 0: none
};

void key_parser_init(struct key_parser *parser);
void key_parser_finish(struct key_parser *parser);

// A sequence of terminfo for a key. Ignored when it is no sequence, too long, or the table is full.
void key_parser_know(struct key_parser *parser, const char *bytes, uint32_t code);

// Room for more bytes: read at most *room bytes to the pointer returned, then call key_parser_added().
char *key_parser_space(struct key_parser *parser, size_t *room);
void key_parser_added(struct key_parser *parser, size_t n);

// The next key: 1, or 0 when more bytes are needed. A paste's text stays valid until the next call.
int key_parser_next(struct key_parser *parser, struct key *out);

// A paste whose end will not come: the next key is what there is of it. Nothing where there is none.
void key_parser_end_paste(struct key_parser *parser);

// True when an escape byte waits for what may follow it. A sequence that has begun is waited for without end: over a
// bad link its tail comes late, and would otherwise be taken for keys.
bool key_parser_is_waiting(const struct key_parser *parser);

// Nothing followed: the escape byte is the Esc key. Returns as key_parser_next().
int key_parser_flush(struct key_parser *parser, struct key *out);
