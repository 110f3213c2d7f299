// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <string.h>

#include "audit/checkpoint.h"
#include "base/memory.h"

// The example of C2SP signed-note: an Ed25519 key and its note, made by its reference implementation.
static const char example_key[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n";

static struct audit_key key;
static struct bytes note;
static struct audit_checkpoint checkpoint;

static void set_up(void)
{
	ck_assert_int_eq(audit_key_make("ops host+1", &key), 0);
	bytes_init(&note, AUDIT_NOTE_MAX);
	checkpoint = (struct audit_checkpoint){ .log_id = "00112233445566aa", .n = 100 };
	audit_hash_of("abc", 3, &checkpoint.head);
	ck_assert_int_eq(audit_checkpoint_sign(&checkpoint, &key, &note), 0);
}

static void tear_down(void)
{
	bytes_finish(&note);
	audit_key_wipe(&key);
}

static int read_text(const char *text, size_t n, const struct audit_key *by)
{
	struct audit_checkpoint out;
	size_t used;

	return audit_checkpoint_read(text, n, by, &out, &used);
}

START_TEST(a_key_is_known_by_its_name_and_id)
{
	struct audit_key read;
	char text[AUDIT_KEY_TEXT_MAX];

	ck_assert_int_eq(audit_key_parse(example_key, sizeof example_key - 1, &read), 0);
	ck_assert_str_eq(read.name, "PeterNeumann");
	ck_assert(memcmp(read.id, (unsigned char[]){ 0xc7, 0x4f, 0x20, 0xa3 }, 4) == 0);
	ck_assert(!read.can_sign);
	audit_key_format_public(&read, text);
	ck_assert_str_eq(text, example_key);
}
END_TEST

START_TEST(a_key_is_read_as_it_was_written)
{
	struct audit_key made, read;
	char text[AUDIT_KEY_TEXT_MAX];

	ck_assert_int_eq(audit_key_make("", &made), 0);
	ck_assert_str_eq(made.name, "opscon");
	audit_key_format_private(&made, text);
	ck_assert_int_eq(audit_key_parse(text, strlen(text), &read), 0);
	ck_assert(memcmp(&made, &read, sizeof made) == 0);
	audit_key_format_public(&made, text);
	ck_assert_int_eq(audit_key_parse(text, strlen(text), &read), 0);
	ck_assert(memcmp(made.public, read.public, sizeof made.public) == 0);
	ck_assert(!read.can_sign);
	audit_key_wipe(&made);
	ck_assert_int_eq(made.secret[0] | made.name[0], 0);
}
END_TEST

START_TEST(what_is_no_key_is_refused)
{
	static const char *const texts[] = {
		"",
		"name",
		"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+AhpcQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+ARpc2Q==",
		"PeterNeumann+c74f20a3-ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PRIVATE+KEY+PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	};
	struct audit_key read;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		ck_assert_msg(audit_key_parse(texts[i], strlen(texts[i]), &read) == -EINVAL, "%s", texts[i]);
}
END_TEST

START_TEST(a_checkpoint_is_a_signed_note)
{
	static const char begin[] = "opscon audit chain v1 00112233445566aa\n100\n"
				    "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\n\n— ops-host-1 ";
	struct audit_checkpoint read;
	size_t used;

	set_up();
	ck_assert(strncmp(note.data, begin, sizeof begin - 1) == 0);
	ck_assert_int_eq(audit_checkpoint_read(note.data, note.len, &key, &read, &used), 0);
	ck_assert_uint_eq(used, note.len);
	ck_assert_uint_eq(read.n, 100);
	ck_assert_str_eq(read.log_id, checkpoint.log_id);
	ck_assert(audit_hash_is(&read.head, &checkpoint.head));
	tear_down();
}
END_TEST

START_TEST(no_byte_of_it_can_be_changed)
{
	set_up();
	for (size_t i = 0; i + 2 < note.len; i++) {
		note.data[i] ^= 1;
		ck_assert_msg(read_text(note.data, note.len, &key) != 0, "byte %zu", i);
		note.data[i] ^= 1;
	}
	ck_assert_int_eq(read_text(note.data, note.len, &key), 0);
	tear_down();
}
END_TEST

START_TEST(what_is_cut_is_not_all_there)
{
	set_up();
	for (size_t n = 0; n < note.len; n++)
		ck_assert_msg(read_text(note.data, n, &key) == -ENODATA, "%zu bytes", n);
	tear_down();
}
END_TEST

START_TEST(signatures_of_others_are_passed_over)
{
	static const char other[] = "— somebody AAAAAAAA\n— ops-host-1 AAAAAAAA\n";
	char text[2048];
	char *dash;

	set_up();
	memcpy(text, note.data, note.len + 1);
	dash = strstr(text, "— ");
	memmove(dash + sizeof other - 1, dash, strlen(dash) + 1);
	memcpy(dash, other, sizeof other - 1);
	ck_assert_int_eq(read_text(text, strlen(text), &key), 0);
	strcpy(dash, other);
	strcat(text, "\n");
	ck_assert_int_eq(read_text(text, strlen(text), &key), -ENOKEY);
	ck_assert_int_eq(read_text(text, strlen(text), NULL), 0);
	strcpy(dash, "- ops-host-1 AAAA\n\n");
	ck_assert_int_eq(read_text(text, strlen(text), &key), -EINVAL);
	strcpy(dash, "\n");
	ck_assert_int_eq(read_text(text, strlen(text), &key), -ENOKEY);
	tear_down();
}
END_TEST

START_TEST(another_key_is_not_ours)
{
	struct audit_key other;

	set_up();
	ck_assert_int_eq(audit_key_make(key.name, &other), 0);
	ck_assert_int_eq(read_text(note.data, note.len, &other), -ENOKEY);
	memcpy(other.id, key.id, sizeof other.id);
	ck_assert_int_eq(read_text(note.data, note.len, &other), -EKEYREJECTED);
	tear_down();
}
END_TEST

START_TEST(what_breaks_the_form_is_refused)
{
	static const char *const texts[] = {
		"opscon audit chain v2 00\n100\nungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\n\n— a b\n\n",
		"opscon audit chain v1 \n100\nungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\n\n— a b\n\n",
		"opscon audit chain v1 XY\n100\nungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\n\n— a b\n\n",
		"opscon audit chain v1 "
		"0000000000000000000000000000000000000000000\n1\nungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/"
		"YfIAFa0=\n\n— a b\n\n",
		"opscon audit chain v1 00\n0\nungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\n\n— a b\n\n",
		"opscon audit chain v1 00\n1x\nungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\n\n— a b\n\n",
		"opscon audit chain v1 00\n1\nungWv48B\n\n— a b\n\n",
		"opscon audit chain v1 00\n1\nungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0*\n\n— a b\n\n",
		"opscon audit chain v1 00\n1\nungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\nmore\n\n— a b\n\n",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		ck_assert_msg(read_text(texts[i], strlen(texts[i]), NULL) == -EINVAL, "%s", texts[i]);
}
END_TEST

START_TEST(a_note_that_finds_no_room_adds_nothing)
{
	set_up();
	bytes_finish(&note);
	mem_fail_after(0);
	ck_assert_int_eq(audit_checkpoint_sign(&checkpoint, &key, &note), -ENOMEM);
	mem_fail_after(-1);
	ck_assert_uint_eq(note.len, 0);
	tear_down();
}
END_TEST

SUITE("audit checkpoint", a_key_is_known_by_its_name_and_id, a_key_is_read_as_it_was_written, what_is_no_key_is_refused,
      a_checkpoint_is_a_signed_note, no_byte_of_it_can_be_changed, what_is_cut_is_not_all_there,
      signatures_of_others_are_passed_over, another_key_is_not_ours, what_breaks_the_form_is_refused,
      a_note_that_finds_no_room_adds_nothing)
