#pragma once
// SPDX-License-Identifier: Apache-2.0
/* One line of input: UTF-8, moved through by cluster, edited with the keys every shell has. What is pasted is inserted
 * and never submits.
 */
#include "opscon/key.h"
#include "opscon/view.h"

enum { PROMPT_MAX = 512 };

struct prompt {
	bool is_open;
	char label[64];
	char text[PROMPT_MAX];
	char error[128];
	size_t cursor; // byte offset, at a cluster's start
};

enum prompt_outcome { PROMPT_IGNORED, PROMPT_MOVED, PROMPT_EDITED, PROMPT_SUBMITTED, PROMPT_CANCELLED };

void prompt_open(struct prompt *prompt, const char *label, const char *text); // cursor at the end
void prompt_close(struct prompt *prompt);
enum prompt_outcome prompt_key(struct prompt *prompt, const struct key *key);
void prompt_fail(struct prompt *prompt, const char *error); // shown until the next edit
void prompt_show(const struct prompt *prompt, struct prompt_view *out);
