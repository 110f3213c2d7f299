// SPDX-License-Identifier: Apache-2.0
#include "console/prompt.h"

#include <stdio.h>
#include <string.h>

#include "text/text.h"

void prompt_open(struct prompt *prompt, const char *label, const char *text)
{
	*prompt = (struct prompt){ .is_open = true };
	snprintf(prompt->label, sizeof prompt->label, "%s", label);
	text_clean(text, strlen(text), TEXT_ONE_LINE, prompt->text, sizeof prompt->text, NULL);
	prompt->cursor = strlen(prompt->text);
}

void prompt_close(struct prompt *prompt)
{
	prompt->is_open = false;
}

void prompt_fail(struct prompt *prompt, const char *error)
{
	snprintf(prompt->error, sizeof prompt->error, "%s", error);
}

static size_t cluster_before(const struct prompt *prompt)
{
	const char *at = prompt->text, *end = prompt->text + prompt->cursor;
	struct text_cluster cluster;
	size_t start = 0;

	while (at < end && text_next(&at, &cluster))
		start = (size_t)(cluster.bytes - prompt->text);
	return start;
}

static size_t cluster_after(const struct prompt *prompt)
{
	const char *at = prompt->text + prompt->cursor;
	struct text_cluster cluster;

	text_next(&at, &cluster);
	return (size_t)(at - prompt->text);
}

// As readline's C-w: blanks, then what is not blank.
static size_t word_before(const struct prompt *prompt)
{
	size_t at = prompt->cursor;

	while (at && prompt->text[at - 1] == ' ')
		at--;
	while (at && prompt->text[at - 1] != ' ')
		at--;
	return at;
}

static enum prompt_outcome erase(struct prompt *prompt, size_t from, size_t to)
{
	if (from == to)
		return PROMPT_MOVED;
	memmove(prompt->text + from, prompt->text + to, strlen(prompt->text + to) + 1);
	prompt->cursor = from;
	prompt->error[0] = '\0';
	return PROMPT_EDITED;
}

static enum prompt_outcome insert(struct prompt *prompt, const char *text)
{
	char clean[PROMPT_MAX];
	size_t room = sizeof prompt->text - strlen(prompt->text);
	size_t n = text_clean(text, strlen(text), TEXT_ONE_LINE, clean, room, NULL);

	if (n == 0)
		return PROMPT_MOVED;
	memmove(prompt->text + prompt->cursor + n, prompt->text + prompt->cursor,
		strlen(prompt->text + prompt->cursor) + 1);
	memcpy(prompt->text + prompt->cursor, clean, n);
	prompt->cursor += n;
	prompt->error[0] = '\0';
	return PROMPT_EDITED;
}

static enum prompt_outcome move(struct prompt *prompt, size_t to)
{
	prompt->cursor = to;
	return PROMPT_MOVED;
}

static enum prompt_outcome control_key(struct prompt *prompt, uint32_t letter)
{
	switch (letter) {
	case 'a':
		return move(prompt, 0);
	case 'e':
		return move(prompt, strlen(prompt->text));
	case 'b':
		return move(prompt, cluster_before(prompt));
	case 'f':
		return move(prompt, cluster_after(prompt));
	case 'u':
		return erase(prompt, 0, prompt->cursor);
	case 'k':
		return erase(prompt, prompt->cursor, strlen(prompt->text));
	case 'w':
		return erase(prompt, word_before(prompt), prompt->cursor);
	case 'd':
		return erase(prompt, prompt->cursor, cluster_after(prompt));
	case 'h':
		return erase(prompt, cluster_before(prompt), prompt->cursor);
	case 'c':
	case 'g':
		return PROMPT_CANCELLED;
	default:
		return PROMPT_IGNORED;
	}
}

static enum prompt_outcome named_key(struct prompt *prompt, const struct key *key)
{
	switch (key->code) {
	case KEY_CODE_ENTER:
		return PROMPT_SUBMITTED;
	case KEY_CODE_ESCAPE:
		return PROMPT_CANCELLED;
	case KEY_CODE_LEFT:
		return move(prompt, cluster_before(prompt));
	case KEY_CODE_RIGHT:
		return move(prompt, cluster_after(prompt));
	case KEY_CODE_HOME:
		return move(prompt, 0);
	case KEY_CODE_END:
		return move(prompt, strlen(prompt->text));
	case KEY_CODE_BACKSPACE:
		return erase(prompt, cluster_before(prompt), prompt->cursor);
	case KEY_CODE_DELETE:
		return erase(prompt, prompt->cursor, cluster_after(prompt));
	case KEY_CODE_PASTE:
		return insert(prompt, key->text ? key->text : "");
	default:
		return PROMPT_IGNORED;
	}
}

enum prompt_outcome prompt_key(struct prompt *prompt, const struct key *key)
{
	char bytes[5];

	if (key->mods & KEY_MOD_CTRL)
		return control_key(prompt, key->code);
	if (key->mods & KEY_MOD_ALT)
		return PROMPT_IGNORED;
	if (key->code >= KEY_NAMED)
		return named_key(prompt, key);
	if (key->code < ' ')
		return PROMPT_IGNORED;
	text_encode(key->code, bytes);
	return insert(prompt, bytes);
}

void prompt_show(const struct prompt *prompt, struct prompt_view *out)
{
	*out = (struct prompt_view){ .is_open = prompt->is_open,
				     .label = prompt->label,
				     .text = prompt->text,
				     .cursor = prompt->cursor,
				     .error = prompt->error };
}
