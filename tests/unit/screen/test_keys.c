// SPDX-License-Identifier: Apache-2.0
/* Bytes to keys, keys to names. */
#include "screen/key_parser.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/suite.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct key_parser parser;

static void feed(const char *bytes, size_t n)
{
	while (n > 0) {
		size_t room;
		char *space = key_parser_space(&parser, &room);
		size_t part = n < room ? n : room;
		struct key key;

		memcpy(space, bytes, part);
		key_parser_added(&parser, part);
		bytes += part;
		n -= part;
		if (n > 0)
			ck_assert_int_eq(key_parser_next(&parser, &key), 0);
	}
}

// The names of all keys in the bytes, joined by spaces.
static const char *keys_of(const char *bytes, size_t n)
{
	static char names[512];
	struct key key;

	names[0] = '\0';
	feed(bytes, n);
	while (key_parser_next(&parser, &key) || key_parser_flush(&parser, &key)) {
		char name[64];

		ck_assert_uint_gt(key_name(&key, name, sizeof name), 0);
		strcat(names, *names ? " " : "");
		strcat(names, name);
	}
	return names;
}

START_TEST(knows_what_terminals_send)
{
	static const struct {
		const char *bytes, *names;
	} rows[] = {
		{ "jG?/", "j G ? /" },
		{ "\033[A\033[B\033[C\033[D", "Up Down Right Left" },
		{ "\033OA\033OB\033OH\033OF\033OM", "Up Down Home End Enter" },
		{ "\033[H\033[F\033[1~\033[4~\033[7~\033[8~", "Home End Home End Home End" },
		{ "\033[5~\033[6~\033[3~", "PgUp PgDn Del" },
		{ "\033OP\033OS\033[15~\033[24~\033[[A\033[[E", "F1 F4 F5 F12 F1 F5" },
		{ "\033[1;5A\033[1;3C\033[5;5~", "C-Up M-Right C-PgUp" },
		{ "\t\033[Z\r\n", "Tab S-Tab Enter Enter" },
		{ "\x7f\x08", "BSpace BSpace" },
		{ "\x01\x0c\x1a\x1c", "C-a C-l C-z C-\\" },
		{ "\033x\033\033[A\033", "M-x Esc Up Esc" },
		{ "\033]", "M-]" },
		{ "é日", "é 日" },
		{ "\xff\xc3(\xc3\xa9", "( é" },
		{ "\033[200", "" },
		{ "a b", "a space b" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		key_parser_init(&parser);
		ck_assert_str_eq(keys_of(rows[i].bytes, strlen(rows[i].bytes)), rows[i].names);
		key_parser_finish(&parser);
	}
	key_parser_init(&parser);
	ck_assert_str_eq(keys_of("\0", 1), "C-space");
	key_parser_finish(&parser);
}
END_TEST

START_TEST(swallows_replies_of_the_terminal_whole)
{
	static const char *const rows[] = {
		"\033[?62;1;4cq",
		"\033[24;80Rq",
		"\033[>0;276;0cq",
		"\033]11;rgb:0000/0000/0000\033\\q",
		"\033]0;title\007q",
		"\033P1$r0m\033\\q",
		"\033[?2026;2$yq",
		"\033[Iq",
		"\033[99999999999999999999~q",
		"\033_Gi=1;OK\033\\q",
		"\033[1;2;3;4;5;6zq",
		"\033[Mq",
		"\033[1;1Rq",
		"\033[12\033[?1;2cq", // cut off by the next
		"\033[0;1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28~q",
		"\xe9q", // Latin-1
		"\xf0q",
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		key_parser_init(&parser);
		ck_assert_str_eq(keys_of(rows[i], strlen(rows[i])), "q");
		key_parser_finish(&parser);
	}
}
END_TEST

START_TEST(waits_for_the_rest_of_what_has_begun)
{
	static const char sequence[] = "\033[1;5A\xe6\x97\xa5\033[200~x\033[201~";
	struct key key;
	char names[256] = "", name[64];

	key_parser_init(&parser);
	for (size_t i = 0; i < sizeof sequence - 1; i++) {
		feed(sequence + i, 1);
		while (key_parser_next(&parser, &key)) {
			key_name(&key, name, sizeof name);
			strcat(strcat(names, name), " ");
		}
	}
	ck_assert_str_eq(names, "C-Up 日 paste ");
	feed("\033[", 2);
	ck_assert_int_eq(key_parser_next(&parser, &key), 0);
	ck_assert(!key_parser_is_waiting(&parser));
	ck_assert_int_eq(key_parser_flush(&parser, &key), 0);
	key_parser_finish(&parser);
}
END_TEST

START_TEST(takes_a_paste_whole_and_clean)
{
	static const char bytes[] = "\033[200~one\rtwo\033[2J\x1b]52;c;A\x07 yes\033[201~y";
	struct key key;

	key_parser_init(&parser);
	feed(bytes, sizeof bytes - 1);
	ck_assert_int_eq(key_parser_next(&parser, &key), 1);
	ck_assert_uint_eq(key.code, KEY_CODE_PASTE);
	ck_assert_str_eq(key.text, "one\ntwo^[[2J^[]52;c;A^G yes");
	ck_assert_int_eq(key_parser_next(&parser, &key), 1);
	ck_assert_uint_eq(key.code, 'y');
	ck_assert_str_eq(keys_of("\033[200~\x03\x1a\x1c\r\x03q\033[201~", 18), "paste");
	feed("\033[200~stuck\033[20", 15);
	ck_assert_int_eq(key_parser_next(&parser, &key), 0);
	key_parser_end_paste(&parser);
	ck_assert_int_eq(key_parser_next(&parser, &key), 1);
	ck_assert_str_eq(key.text, "stuck");
	key_parser_end_paste(&parser); // there is none
	ck_assert_str_eq(keys_of("q", 1), "q");
	ck_assert_str_eq(keys_of("\033[200~\033[201~", 12), "paste");
	key_parser_finish(&parser);
}
END_TEST

START_TEST(bounds_a_paste_of_megabytes)
{
	static char bytes[3 << 20];
	struct key key;

	memset(bytes, 'p', sizeof bytes);
	key_parser_init(&parser);
	feed("\033[200~", 6);
	feed(bytes, sizeof bytes);
	ck_assert_int_eq(key_parser_next(&parser, &key), 0);
	feed("\033[201~z", 7);
	ck_assert_int_eq(key_parser_next(&parser, &key), 1);
	ck_assert_uint_eq(strlen(key.text), KEY_PASTE_MAX);
	ck_assert_int_eq(key_parser_next(&parser, &key), 1);
	ck_assert_uint_eq(key.code, 'z');
	feed("\033[200~lost\033[201~z", 17);
	mem_fail_after(0);
	ck_assert_int_eq(key_parser_next(&parser, &key), 1);
	mem_fail_after(-1);
	ck_assert_uint_eq(key.code, 'z');
	key_parser_finish(&parser);
}
END_TEST

START_TEST(reads_the_mouse)
{
	struct key key;

	key_parser_init(&parser);
	feed("\033[<0;12;5M", 10);
	ck_assert_int_eq(key_parser_next(&parser, &key), 1);
	ck_assert_uint_eq(key.code, KEY_CODE_MOUSE);
	ck_assert_int_eq(key.x, 11);
	ck_assert_int_eq(key.y, 4);
	ck_assert_str_eq(keys_of("\033[<64;1;1M\033[<65;1;1M", 20), "WheelUp WheelDown");
	ck_assert_str_eq(keys_of("\033[<0;12;5m\033[<2;1;1M\033[<0;0;0M\033[<0M", 33), "");
	key_parser_finish(&parser);
}
END_TEST

START_TEST(learns_sequences_of_terminfo)
{
	key_parser_init(&parser);
	key_parser_know(&parser, "\033Ox", KEY_CODE_UP);
	key_parser_know(&parser, "\033[a", KEY_CODE_DOWN);
	key_parser_know(&parser, "\x08", KEY_CODE_LEFT);
	key_parser_know(&parser, "\033[123456789012345678", KEY_CODE_LEFT);
	ck_assert_uint_eq(parser.n_sequences, 2);
	ck_assert_str_eq(keys_of("\033Ox\033[a\033Oy", 9), "Up Down");
	for (int i = 0; i < 100; i++)
		key_parser_know(&parser, "\033[b", KEY_CODE_RIGHT);
	ck_assert_uint_eq(parser.n_sequences, KEY_TABLE_MAX);
	key_parser_finish(&parser);
}
END_TEST

START_TEST(names_every_key_and_reads_it_back)
{
	static const char *const names[] = {
		"q",   "G",      "space", "Enter", "Esc",  "Tab",   "S-Tab",   "C-l",  "M-x",
		"F5",  "F12",    "Up",    "Down",  "Left", "Right", "PgUp",    "PgDn", "Home",
		"End", "BSpace", "Del",   "C-M-x", "-",    "C-Up",  "WheelUp", "日",   "é",
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		struct key key;
		char name[64];

		ck_assert_msg(key_from_name(names[i], &key) == 0, "%s", names[i]);
		ck_assert_uint_eq(key_name(&key, name, sizeof name), strlen(names[i]));
		ck_assert_str_eq(name, names[i]);
	}
}
END_TEST

START_TEST(accepts_other_spellings_and_refuses_nonsense)
{
	static const struct {
		const char *name;
		uint32_t code;
		unsigned mods;
	} rows[] = {
		{ "C-A", 'a', KEY_MOD_CTRL },    { "escape", KEY_CODE_ESCAPE, 0 },
		{ "return", KEY_CODE_ENTER, 0 }, { "PageDown", KEY_CODE_PAGE_DOWN, 0 },
		{ "f1", KEY_CODE_F1, 0 },        { "C--", '-', KEY_MOD_CTRL },
		{ "BTab", KEY_CODE_BACKTAB, 0 }, { "M-G", 'G', KEY_MOD_ALT },
	};
	static const char *const bad[] = { "", "F0", "F13", "nokey", "C-", "ab", "\033", "e\u0301", "X-a" };
	struct key key;

	for (size_t i = 0; i < COUNT(rows); i++) {
		ck_assert_int_eq(key_from_name(rows[i].name, &key), 0);
		ck_assert_uint_eq(key.code, rows[i].code);
		ck_assert_uint_eq(key.mods, rows[i].mods);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_msg(key_from_name(bad[i], &key) == -EINVAL, "%s", bad[i]);
}
END_TEST

SUITE("keys", knows_what_terminals_send, swallows_replies_of_the_terminal_whole, waits_for_the_rest_of_what_has_begun,
      takes_a_paste_whole_and_clean, bounds_a_paste_of_megabytes, reads_the_mouse, learns_sequences_of_terminfo,
      names_every_key_and_reads_it_back, accepts_other_spellings_and_refuses_nonsense)
