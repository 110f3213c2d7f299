// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/key_stream.h"

#include <string.h>

#include "base/memory.h"
#include "text/text.h"

void key_stream_init(struct key_stream *stream, const uint8_t *data, size_t size, size_t chunk)
{
	key_parser_init(&stream->parser);
	key_parser_know(&stream->parser, "\033[1;5A", KEY_CODE_UP);
	key_parser_know(&stream->parser, "\033OA", KEY_CODE_UP);
	key_parser_know(&stream->parser, "\033[5~", KEY_CODE_PAGE_UP);
	stream->input = (struct fuzz_input){ data, size };
	stream->chunk = chunk ? chunk : 1;
}

void key_stream_finish(struct key_stream *stream)
{
	key_parser_finish(&stream->parser);
}

static void check_paste(const struct key *key)
{
	char *text = mem_strdup(key->text);

	fuzz_expect(strlen(text) <= KEY_PASTE_MAX, "a paste is within its limit");
	for (char *c = text; *c; c++)
		if (*c == '\n')
			*c = '\0';
	for (size_t at = 0, n = strlen(key->text); at <= n; at += strlen(text + at) + 1)
		fuzz_expect_clean(text + at, "each line of a paste is clean");
	mem_free(text);
}

static void check_key(const struct key *key)
{
	bool is_named = key->code > KEY_NAMED && key->code <= KEY_CODE_WHEEL_DOWN;
	char bytes[5];

	fuzz_expect((key->mods & ~(unsigned)(KEY_MOD_CTRL | KEY_MOD_ALT)) == 0, "modifiers are those we know");
	fuzz_expect(key->x >= 0 && key->y >= 0, "a click is on the screen");
	fuzz_expect(is_named || (key->code >= ' ' && key->code < KEY_NAMED), "a key has a name or is a character");
	fuzz_expect((key->code == KEY_CODE_PASTE) == (key->text != NULL), "a paste has text, and nothing else has");
	if (key->text)
		check_paste(key);
	if (is_named)
		return;
	text_encode(key->code, bytes);
	fuzz_expect_clean(key->code >= 0x300 ? "" : bytes, "a character can be shown");
}

static bool feed(struct key_stream *stream)
{
	size_t room, n = stream->chunk;
	char *space = key_parser_space(&stream->parser, &room);

	if (stream->input.n == 0)
		return false;
	fuzz_expect(room > 0, "there is room for what comes next");
	n = n > room ? room : n;
	n = n > stream->input.n ? stream->input.n : n;
	memcpy(space, stream->input.at, n);
	key_parser_added(&stream->parser, n);
	stream->input.at += n;
	stream->input.n -= n;
	return true;
}

bool key_stream_next(struct key_stream *stream, struct key *out)
{
	while (key_parser_next(&stream->parser, out) == 0) {
		if (feed(stream))
			continue;
		if (!key_parser_is_waiting(&stream->parser))
			return false;
		fuzz_expect(key_parser_flush(&stream->parser, out) == 1, "what waits for more is a key without");
		break;
	}
	check_key(out);
	return true;
}
