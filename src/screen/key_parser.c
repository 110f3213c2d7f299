// SPDX-License-Identifier: Apache-2.0
#include "screen/key_parser.h"

#include <string.h>

#include "base/memory.h"
#include "text/text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ESC = 0x1b, BEL = 0x07, INTERRUPT = 0x03 };

enum parsed { NEED_MORE, GOT_KEY, GOT_NOTHING };

void key_parser_init(struct key_parser *parser)
{
	memset(parser, 0, sizeof *parser);
	bytes_init(&parser->paste, KEY_PASTE_MAX);
}

void key_parser_finish(struct key_parser *parser)
{
	bytes_finish(&parser->paste);
	mem_free(parser->pasted);
	parser->pasted = NULL;
}

void key_parser_know(struct key_parser *parser, const char *bytes, uint32_t code)
{
	size_t n = strlen(bytes);

	if (n < 2 || n >= sizeof parser->sequences[0].bytes || bytes[0] != ESC || parser->n_sequences == KEY_TABLE_MAX)
		return;
	memcpy(parser->sequences[parser->n_sequences].bytes, bytes, n + 1);
	parser->sequences[parser->n_sequences++].code = code;
}

char *key_parser_space(struct key_parser *parser, size_t *room)
{
	*room = sizeof parser->pending - parser->n_pending;
	return parser->pending + parser->n_pending;
}

void key_parser_added(struct key_parser *parser, size_t n)
{
	parser->n_pending += n;
}

static void drop(struct key_parser *parser, size_t n)
{
	parser->n_pending -= n;
	memmove(parser->pending, parser->pending + n, parser->n_pending);
}

static enum parsed plain(struct key *out, uint32_t code)
{
	out->code = code;
	return GOT_KEY;
}

// ---- control sequences

static const struct {
	char final;
	uint32_t code;
} by_final[] = {
	{ 'A', KEY_CODE_UP },     { 'B', KEY_CODE_DOWN },   { 'C', KEY_CODE_RIGHT },   { 'D', KEY_CODE_LEFT },
	{ 'H', KEY_CODE_HOME },   { 'F', KEY_CODE_END },    { 'Z', KEY_CODE_BACKTAB }, { 'P', KEY_CODE_F1 },
	{ 'Q', KEY_CODE_F1 + 1 }, { 'R', KEY_CODE_F1 + 2 }, { 'S', KEY_CODE_F1 + 3 },  { 'M', KEY_CODE_ENTER },
};

static const uint32_t by_number[] = {
	[1] = KEY_CODE_HOME,      [3] = KEY_CODE_DELETE,   [4] = KEY_CODE_END,     [5] = KEY_CODE_PAGE_UP,
	[6] = KEY_CODE_PAGE_DOWN, [7] = KEY_CODE_HOME,     [8] = KEY_CODE_END,     [11] = KEY_CODE_F1,
	[12] = KEY_CODE_F1 + 1,   [13] = KEY_CODE_F1 + 2,  [14] = KEY_CODE_F1 + 3, [15] = KEY_CODE_F1 + 4,
	[17] = KEY_CODE_F1 + 5,   [18] = KEY_CODE_F1 + 6,  [19] = KEY_CODE_F1 + 7, [20] = KEY_CODE_F1 + 8,
	[21] = KEY_CODE_F1 + 9,   [23] = KEY_CODE_F1 + 10, [24] = KEY_CODE_F12,
};

// The parameters of a control sequence; what does not fit is not asked for.
struct parameters {
	unsigned values[4];
	size_t n;
	char prefix; // '<' '=' '>' '?', or 0
};

static struct parameters read_parameters(const char *bytes, size_t n)
{
	struct parameters p = { 0 };

	if (n > 0 && *bytes >= '<' && *bytes <= '?') {
		p.prefix = *bytes++;
		n--;
	}
	for (size_t i = 0; i < n && p.n < COUNT(p.values); i++) {
		if (bytes[i] == ';')
			p.n++;
		else if (bytes[i] >= '0' && bytes[i] <= '9' && p.values[p.n] < 100000)
			p.values[p.n] = p.values[p.n] * 10 + (unsigned)(bytes[i] - '0');
	}
	if (n > 0 && p.n < COUNT(p.values))
		p.n++;
	return p;
}

static enum parsed mouse_key(const struct parameters *p, char final, struct key *out)
{
	unsigned button = p->values[0];

	out->x = (int)p->values[1] - 1;
	out->y = (int)p->values[2] - 1;
	if (p->n < 3 || final != 'M' || out->x < 0 || out->y < 0)
		return GOT_NOTHING;
	if (button == 64 || button == 65)
		return plain(out, button == 64 ? KEY_CODE_WHEEL_UP : KEY_CODE_WHEEL_DOWN);
	return button == 0 ? plain(out, KEY_CODE_MOUSE) : GOT_NOTHING;
}

static enum parsed control_key(const struct parameters *p, char final, struct key *out)
{
	unsigned modifiers = p->n > 1 && p->values[1] > 0 ? p->values[1] - 1 : 0;

	out->mods = (modifiers & 4 ? KEY_MOD_CTRL : 0) | (modifiers & 2 ? KEY_MOD_ALT : 0);
	if (final == '~' && p->values[0] < COUNT(by_number) && by_number[p->values[0]])
		return plain(out, by_number[p->values[0]]);
	// ESC [ M begins an old mouse report and a cursor position report ends in R: neither may become a key.
	if (final == 'M' || (final == 'R' && p->n > 0))
		return GOT_NOTHING;
	for (size_t i = 0; i < COUNT(by_final) && p->values[0] <= 1 && p->n <= 2; i++)
		if (by_final[i].final == final)
			return plain(out, by_final[i].code);
	return GOT_NOTHING;
}

static bool is_parameter(char c)
{
	return c >= 0x20 && c < 0x40;
}

static bool is_final(char c)
{
	return c >= 0x40 && c < 0x7f;
}

/* ESC [ parameters final. What cannot be its end cuts a sequence off and is looked at by itself: the next sequence, or
 * C-c.
 */
static enum parsed parse_csi(struct key_parser *parser, size_t *used, struct key *out)
{
	struct parameters p;
	size_t i = 2;
	char final;

	if (parser->n_pending > 3 && parser->pending[2] == '[') { // function keys of the Linux console: ESC [ [ A
		final = parser->pending[3];
		*used = is_final(final) ? 4 : 3;
		return final >= 'A' && final <= 'E' ? plain(out, KEY_CODE_F1 + (uint32_t)(final - 'A')) : GOT_NOTHING;
	}
	while (i < parser->n_pending && is_parameter(parser->pending[i]))
		i++;
	*used = i;
	if (i >= KEY_SEQUENCE_MAX) { // no key is that long
		parser->swallowing = '[';
		return GOT_NOTHING;
	}
	if (i == parser->n_pending || (i == 2 && parser->pending[2] == '['))
		return NEED_MORE;
	final = parser->pending[i];
	if (!is_final(final))
		return GOT_NOTHING;
	*used = i + 1;
	p = read_parameters(parser->pending + 2, i - 2);
	if (p.prefix == '<')
		return mouse_key(&p, final, out);
	if (p.prefix)
		return GOT_NOTHING;
	if (final == '~' && p.values[0] == 200) {
		parser->is_pasting = true;
		bytes_reset(&parser->paste);
		return GOT_NOTHING;
	}
	return control_key(&p, final, out);
}

// ESC O final
static enum parsed parse_ss3(const struct key_parser *parser, size_t *used, struct key *out)
{
	if (parser->n_pending < 3)
		return NEED_MORE;
	*used = is_final(parser->pending[2]) ? 3 : 2;
	for (size_t i = 0; i < COUNT(by_final); i++)
		if (by_final[i].final == parser->pending[2])
			return plain(out, by_final[i].code);
	return GOT_NOTHING;
}

static enum parsed parse_known(const struct key_parser *parser, size_t *used, struct key *out)
{
	for (size_t i = 0; i < parser->n_sequences; i++) {
		size_t n = strlen(parser->sequences[i].bytes);

		if (n <= parser->n_pending && memcmp(parser->pending, parser->sequences[i].bytes, n) == 0) {
			*used = n;
			return plain(out, parser->sequences[i].code);
		}
	}
	return GOT_NOTHING;
}

// ---- plain bytes

static enum parsed parse_control(unsigned char byte, struct key *out)
{
	switch (byte) {
	case 0:
		out->mods = KEY_MOD_CTRL;
		return plain(out, ' ');
	case '\t':
		return plain(out, KEY_CODE_TAB);
	case '\r':
	case '\n':
		return plain(out, KEY_CODE_ENTER);
	case 0x08:
	case 0x7f:
		return plain(out, KEY_CODE_BACKSPACE);
	default:
		out->mods = KEY_MOD_CTRL;
		return plain(out, byte <= 26 ? byte - 1u + 'a' : byte + 0x40u);
	}
}

static size_t utf8_length(unsigned char first)
{
	if (first < 0xc2 || first > 0xf4)
		return 1;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

// Bytes after the first, as far as they have come, that can belong to its character.
static size_t continuation_length(const char *bytes, const char *end, size_t n)
{
	size_t i = 1;

	while (i < n && bytes + i < end && ((unsigned char)bytes[i] & 0xc0) == 0x80)
		i++;
	return i;
}

// One code point from bytes that end at `end`. What is not UTF-8 is swallowed, byte by byte, and holds up nothing.
static enum parsed parse_character(const char *bytes, const char *end, size_t *used, struct key *out)
{
	unsigned char first = (unsigned char)*bytes;
	size_t n = utf8_length(first), n_here;
	char one[5] = { 0 };
	struct text_cluster cluster;
	const char *text = one;

	*used = 1;
	if (first < 0x20 || first == 0x7f)
		return parse_control(first, out);
	if (first < 0x80)
		return plain(out, first);
	if (n == 1)
		return GOT_NOTHING;
	n_here = continuation_length(bytes, end, n);
	if (n_here < n)
		return bytes + n_here == end ? NEED_MORE : GOT_NOTHING;
	memcpy(one, bytes, n);
	if (!text_is_clean(one) || !text_next(&text, &cluster))
		return GOT_NOTHING;
	*used = n;
	return plain(out, cluster.codepoint);
}

static bool begins_string(char c)
{
	return c == ']' || c == 'P' || c == '^' || c == '_' || c == 'X';
}

static enum parsed parse_escape(struct key_parser *parser, size_t *used, struct key *out)
{
	enum parsed parsed;

	if (parser->n_pending < 2)
		return NEED_MORE;
	if (parse_known(parser, used, out) == GOT_KEY)
		return GOT_KEY;
	if (parser->pending[1] == '[')
		return parse_csi(parser, used, out);
	if (parser->pending[1] == 'O')
		return parse_ss3(parser, used, out);
	*used = 1;
	if (parser->pending[1] == ESC)
		return plain(out, KEY_CODE_ESCAPE);
	if (begins_string(parser->pending[1]) && parser->n_pending > 2) { // alone it is Alt with that key
		parser->swallowing = parser->pending[1];
		*used = 2;
		return GOT_NOTHING;
	}
	if (begins_string(parser->pending[1]))
		return NEED_MORE;
	parsed = parse_character(parser->pending + 1, parser->pending + parser->n_pending, used, out);
	*used += 1;
	out->mods |= KEY_MOD_ALT;
	return parsed;
}

// ---- what is taken whole

static enum parsed end_paste(struct key_parser *parser, struct key *out)
{
	parser->is_pasting = parser->is_cut = false;
	mem_free(parser->pasted);
	parser->pasted = text_clean_dup(parser->paste.data ? parser->paste.data : "", parser->paste.len,
					TEXT_KEEP_NEWLINES, KEY_PASTE_MAX);
	bytes_finish(&parser->paste);
	bytes_init(&parser->paste, KEY_PASTE_MAX);
	if (!parser->pasted)
		return GOT_NOTHING;
	out->text = parser->pasted;
	return plain(out, KEY_CODE_PASTE);
}

// Terminals end a pasted line with \r.
static void keep_pasted(struct key_parser *parser, size_t n)
{
	size_t room = KEY_PASTE_MAX - parser->paste.len, kept = n < room ? n : room;

	for (size_t i = 0; i < kept; i++)
		if (parser->pending[i] == '\r')
			parser->pending[i] = '\n';
	(void)bytes_add(&parser->paste, parser->pending, kept); // short of memory, the paste is cut
	drop(parser, n);
}

// Until ESC [ 201 ~.
static enum parsed parse_paste(struct key_parser *parser, struct key *out)
{
	static const char end[] = "\033[201~";
	size_t n = 0;

	while (n < parser->n_pending) {
		size_t left = parser->n_pending - n, len = left < sizeof end - 1 ? left : sizeof end - 1;

		if (memcmp(parser->pending + n, end, len) == 0)
			break;
		n++;
	}
	keep_pasted(parser, n);
	if (!parser->is_cut && parser->n_pending < sizeof end - 1)
		return NEED_MORE;
	drop(parser, parser->is_cut ? parser->n_pending : sizeof end - 1);
	return end_paste(parser, out);
}

// The rest of a control sequence that is longer than any key's.
static enum parsed parse_tail(struct key_parser *parser)
{
	size_t n = 0;

	while (n < parser->n_pending && is_parameter(parser->pending[n]))
		n++;
	if (n < parser->n_pending) {
		n += is_final(parser->pending[n]);
		parser->swallowing = 0;
	}
	drop(parser, n);
	return parser->swallowing ? NEED_MORE : GOT_NOTHING;
}

// A string sequence ends with BEL or ESC \; C-c ends it too.
static enum parsed parse_string(struct key_parser *parser)
{
	for (size_t i = 0; i < parser->n_pending; i++) {
		char c = parser->pending[i];

		if (c == ESC && i + 1 == parser->n_pending) {
			drop(parser, i);
			return NEED_MORE;
		}
		if (c == BEL || c == INTERRUPT || c == ESC) {
			drop(parser, c == ESC ? i + 2 : i + 1);
			parser->swallowing = 0;
			return GOT_NOTHING;
		}
	}
	drop(parser, parser->n_pending);
	return NEED_MORE;
}

static enum parsed parse(struct key_parser *parser, struct key *out)
{
	enum parsed parsed;
	size_t used = 0;

	if (parser->is_pasting)
		return parse_paste(parser, out);
	if (parser->swallowing)
		return parser->swallowing == '[' ? parse_tail(parser) : parse_string(parser);
	if (parser->pending[0] == ESC)
		parsed = parse_escape(parser, &used, out);
	else
		parsed = parse_character(parser->pending, parser->pending + parser->n_pending, &used, out);
	if (parsed != NEED_MORE)
		drop(parser, used);
	return parsed;
}

int key_parser_next(struct key_parser *parser, struct key *out)
{
	while (parser->n_pending > 0 || parser->is_cut) {
		*out = (struct key){ 0 };
		switch (parse(parser, out)) {
		case GOT_KEY:
			return 1;
		case NEED_MORE:
			return 0;
		case GOT_NOTHING:
			break;
		}
	}
	return 0;
}

void key_parser_end_paste(struct key_parser *parser)
{
	parser->is_cut = parser->is_pasting;
}

bool key_parser_is_waiting(const struct key_parser *parser)
{
	if (parser->is_pasting || parser->swallowing || parser->n_pending == 0 || parser->pending[0] != ESC)
		return false;
	return parser->n_pending == 1 || (parser->n_pending == 2 && begins_string(parser->pending[1]));
}

int key_parser_flush(struct key_parser *parser, struct key *out)
{
	if (!key_parser_is_waiting(parser))
		return 0;
	*out = (struct key){ .code = KEY_CODE_ESCAPE };
	if (parser->n_pending == 2)
		*out = (struct key){ .code = (unsigned char)parser->pending[1], .mods = KEY_MOD_ALT };
	parser->n_pending = 0;
	return 1;
}
