// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/chain.h"
#include "audit/identity.h"
#include "audit/record.h"
#include "base/memory.h"
#include "formats/json.h"

static struct bytes who, body;

static void set_up(void)
{
	bytes_init(&who, AUDIT_BODY_MAX);
	bytes_init(&body, AUDIT_BODY_MAX);
	ck_assert_int_eq(bytes_add(&who, "{\"user\":\"alice\"}", 16), 0);
}

static void tear_down(void)
{
	bytes_finish(&who);
	bytes_finish(&body);
}

START_TEST(keys_stand_in_one_order)
{
	static const struct audit_field was[] = { { "state", { .kind = AUDIT_TEXT, .u.text = "active" } } };
	const struct audit_field is[] = { { "n", audit_number(-3) }, { "on", audit_truth(true) }, { "none", { 0 } } };
	const struct audit_record record = {
		.phase = AUDIT_RESULT,
		.action = AUDIT_RESTART,
		.level = AUDIT_ERROR,
		.result = AUDIT_FAILURE,
		.resource_kind = "agent",
		.resource_id = "http://a:1",
		.reason = "it \"hangs\"",
		.error = "timeout",
		.correlation = "op-7",
		.before = { was, 1 },
		.after = { is, 3 },
		.details = { is, 1 },
	};

	set_up();
	ck_assert_int_eq(audit_record_encode(&record, &who, INT64_C(1764100000123), &body), 0);
	ck_assert_str_eq(body.data, "\"at\":\"2025-11-25T19:46:40.123Z\",\"phase\":\"result\",\"action\":\"restart\","
				    "\"level\":\"error\",\"who\":{\"user\":\"alice\"},"
				    "\"resource\":{\"kind\":\"agent\",\"id\":\"http://a:1\"},"
				    "\"reason\":\"it \\\"hangs\\\"\",\"before\":{\"state\":\"active\"},"
				    "\"after\":{\"n\":-3,\"on\":true,\"none\":null},\"result\":\"failure\","
				    "\"error\":\"timeout\",\"correlation\":\"op-7\",\"details\":{\"n\":-3}}");
	tear_down();
}
END_TEST

START_TEST(a_person_of_a_hub_stands_before_the_hub)
{
	const struct audit_person alice = {
		.user = "alice", .origin = "192.0.2.7 port 50022 (token)", .role = "operator", .session = 7, .uid = -1
	};
	const struct audit_person peer = { .user = "bob", .origin = "unix socket, pid 9", .uid = 1001 };
	const struct audit_person nobody = { .user = "", .origin = "192.0.2.7 port 1", .uid = -1 };
	struct audit_record record = { .by = &alice, .phase = AUDIT_EVENT, .action = AUDIT_ACCESS };

	set_up();
	ck_assert_int_eq(audit_record_encode(&record, &who, 1, &body), 0);
	ck_assert_ptr_nonnull(strstr(body.data, ",\"who\":{\"user\":\"alice\",\"origin\":\"192.0.2.7 port 50022 "
						"(token)\",\"role\":\"operator\",\"session\":\"7\","
						"\"hub\":{\"user\":\"alice\"}},"));
	bytes_reset(&body);
	record.by = &peer;
	ck_assert_int_eq(audit_record_encode(&record, &who, 1, &body), 0);
	ck_assert_ptr_nonnull(strstr(body.data, ",\"who\":{\"user\":\"bob\",\"uid\":1001,\"origin\":\"unix socket, pid "
						"9\",\"hub\":{"));
	bytes_reset(&body);
	record.by = &nobody;
	ck_assert_int_eq(audit_record_encode(&record, &who, 1, &body), 0);
	ck_assert_ptr_nonnull(strstr(body.data, "\"who\":{\"user\":\"unknown\",\"origin\":\"192.0.2.7 port 1\","));
	tear_down();
}
END_TEST

START_TEST(a_secret_has_no_bytes_to_write)
{
	const struct audit_field is[] = { { "token", audit_secret() }, { "text", audit_text("secret") } };
	const struct audit_record record = { .after = { is, 2 } };

	set_up();
	ck_assert_int_eq(audit_record_encode(&record, &who, 1, &body), 0);
	ck_assert_ptr_nonnull(strstr(body.data, "\"after\":{\"token\":{\"secret\":true},\"text\":\"secret\"}"));
	tear_down();
}
END_TEST

START_TEST(text_is_cleaned)
{
	const struct audit_field is[] = { { "na\nme", audit_text("\033]52;c;x\a \xff \xe2\x80\xae") } };
	const struct audit_record record = { .reason = "a\nb", .details = { is, 1 } };

	set_up();
	ck_assert_int_eq(audit_record_encode(&record, &who, 1, &body), 0);
	ck_assert_ptr_nonnull(strstr(body.data, "\"reason\":\"a b\""));
	ck_assert_ptr_nonnull(strstr(body.data, "\"na me\":\"^[]52;c;x^G \xef\xbf\xbd <U+202E>\""));
	tear_down();
}
END_TEST

START_TEST(what_is_too_long_is_cut_with_a_word)
{
	char text[5000];
	const struct audit_record record = { .reason = text, .resource_kind = "agent", .resource_id = text };

	set_up();
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_int_eq(audit_record_encode(&record, &who, 1, &body), 0);
	ck_assert_ptr_nonnull(strstr(body.data, "x…(+3975 bytes)\""));
	ck_assert_ptr_nonnull(strstr(body.data, "x…(+4615 bytes)\""));
	tear_down();
}
END_TEST

// Every text as long as can be, each byte of it escaped, more fields than there is room for.
START_TEST(no_line_is_longer_than_a_line_may_be)
{
	struct audit_field fields[AUDIT_FIELDS_MAX + 4];
	char text[5000], name[300];
	struct audit_record record = {
		.resource_kind = name,
		.resource_id = text,
		.reason = text,
		.error = text,
		.correlation = text,
		.before = { fields, AUDIT_FIELDS_MAX + 4 },
		.after = { fields, AUDIT_FIELDS_MAX + 4 },
		.details = { fields, AUDIT_FIELDS_MAX + 4 },
	};
	struct audit_identity identity = { .login_uid = INT64_MAX, .uid = INT64_MAX, .sudo_uid = INT64_MAX };
	const struct audit_person person = { text, text, name, UINT32_MAX, INT64_MAX };
	struct json_value *root;
	struct bytes whole;

	memset(text, '"', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	memset(name, '\\', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	for (size_t i = 0; i < AUDIT_FIELDS_MAX + 4; i++)
		fields[i] = (struct audit_field){ name, audit_text(text) };
	memset(identity.user, '"', sizeof identity.user - 1);
	memset(identity.sudo_user, '"', sizeof identity.sudo_user - 1);
	memset(identity.origin, '"', sizeof identity.origin - 1);
	memset(identity.tty, '"', sizeof identity.tty - 1);
	memset(identity.host, '"', sizeof identity.host - 1);
	memset(identity.session, '"', sizeof identity.session - 1);
	set_up();
	bytes_reset(&who);
	ck_assert_int_eq(audit_identity_json(&identity, &who), 0);
	record.by = &person;
	ck_assert_int_eq(audit_record_encode(&record, &who, INT64_MAX / 1000, &body), 0);
	ck_assert_uint_lt(body.len + AUDIT_LINK_MAX, AUDIT_LINE_MAX);
	ck_assert_ptr_nonnull(strstr(body.data, "\"…\":4}"));
	bytes_init(&whole, AUDIT_LINE_MAX);
	ck_assert_int_eq(bytes_addf(&whole, "{%s", body.data), 0);
	ck_assert_int_eq(json_parse(whole.data, whole.len, &root, NULL), 0);
	json_free(root);
	bytes_finish(&whole);
	tear_down();
}
END_TEST

START_TEST(without_memory_nothing_is_added)
{
	const struct audit_record record = { .reason = "x" };

	set_up();
	ck_assert_int_eq(bytes_add(&body, "before", 6), 0);
	for (long n = 0;; n++) {
		int r;

		mem_fail_after(n);
		r = audit_record_encode(&record, &who, 1, &body);
		mem_fail_after(-1);
		if (r == 0)
			break;
		ck_assert_int_eq(r, -ENOMEM);
		ck_assert_str_eq(body.data, "before");
	}
	tear_down();
}
END_TEST

START_TEST(every_word_is_read_as_it_is_written)
{
	for (int i = 0; i < AUDIT_PHASE_COUNT; i++)
		ck_assert_int_eq(audit_phase_from_name(audit_phase_name((enum audit_phase)i)), i);
	for (int i = 0; i < AUDIT_ACTION_COUNT; i++)
		ck_assert_int_eq(audit_action_from_name(audit_action_name((enum audit_action)i)), i);
	for (int i = 0; i < AUDIT_LEVEL_COUNT; i++)
		ck_assert_int_eq(audit_level_from_name(audit_level_name((enum audit_level)i)), i);
	for (int i = 0; i < AUDIT_RESULT_COUNT; i++)
		ck_assert_int_eq(audit_result_from_name(audit_result_name((enum audit_result)i)), i);
	ck_assert_int_eq(AUDIT_ACTION_COUNT, 10);
	ck_assert_int_eq(AUDIT_LEVEL_COUNT, 4);
	ck_assert_int_eq(audit_action_from_name("steal"), AUDIT_ACTION_COUNT);
	ck_assert_int_eq(audit_level_from_name(""), AUDIT_LEVEL_COUNT);
}
END_TEST

// ---- identity

static const char *const *variables;

static const char *variable(const char *name)
{
	for (size_t i = 0; variables[i]; i += 2)
		if (strcmp(variables[i], name) == 0)
			return variables[i + 1];
	return NULL;
}

static void user_name(int64_t uid, char *out, size_t size)
{
	snprintf(out, size, "%s", uid == 0 ? "root" : uid == 1000 ? "alice" : "");
}

static char login_file[64];

static void write_login(const char *text)
{
	FILE *file;
	int fd;

	strcpy(login_file, "/tmp/opscon-login-XXXXXX");
	fd = mkstemp(login_file);
	file = fdopen(fd, "w");
	fputs(text, file);
	fclose(file);
}

static void read_identity(int64_t uid, const char *login, const char *const *given, struct audit_identity *out)
{
	const struct audit_surroundings surroundings = {
		.variable = variable,
		.login_uid_file = login_file,
		.uid = uid,
		.pid = 77,
		.host = "ops1",
		.tty = "/dev/pts/9",
		.user_name = user_name,
	};

	variables = given;
	write_login(login);
	audit_identity_read(&surroundings, out);
	remove(login_file);
}

START_TEST(who_is_behind_sudo_and_ssh_is_found)
{
	static const struct {
		int64_t uid;
		const char *login;
		const char *variables[16];
		const char *user, *sudo_user, *origin, *tty;
		int64_t login_uid, sudo_uid;
	} rows[] = {
		{ 1000, "1000", { NULL }, "alice", "", "local", "/dev/pts/9", 1000, -1 },
		{ 0,
		  "1000",
		  { "SUDO_USER", "alice", "SUDO_UID", "1000", NULL },
		  "alice",
		  "alice",
		  "local",
		  "/dev/pts/9",
		  1000,
		  1000 },
		{ 0,
		  "4294967295",
		  { "SUDO_USER", "bob", "SUDO_UID", "1001", NULL },
		  "bob",
		  "bob",
		  "local",
		  "/dev/pts/9",
		  -1,
		  1001 },
		{ 0, "4294967295\n", { "USER", "carol", NULL }, "root", "", "local", "/dev/pts/9", -1, -1 },
		{ 4242, "", { "USER", "carol\033[2J", NULL }, "carol^[[2J", "", "local", "/dev/pts/9", -1, -1 },
		{ 4242, "junk", { "SUDO_UID", "junk", NULL }, "unknown", "", "local", "/dev/pts/9", -1, -1 },
		// Who is no root has no say by SUDO_USER.
		{ 1000, "", { "SUDO_USER", "mallory", NULL }, "alice", "mallory", "local", "/dev/pts/9", -1, -1 },
		{ 1000,
		  "1000",
		  { "SSH_CONNECTION", "192.0.2.7 50022 192.0.2.1 22", "SSH_TTY", "/dev/pts/3", NULL },
		  "alice",
		  "",
		  "ssh 192.0.2.7 port 50022",
		  "/dev/pts/3",
		  1000,
		  -1 },
		{ 1000, "1000", { "SSH_CONNECTION", "odd", NULL }, "alice", "", "local", "/dev/pts/9", 1000, -1 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct audit_identity who_is;

		read_identity(rows[i].uid, rows[i].login, rows[i].variables, &who_is);
		ck_assert_str_eq(who_is.user, rows[i].user);
		ck_assert_str_eq(who_is.sudo_user, rows[i].sudo_user);
		ck_assert_str_eq(who_is.origin, rows[i].origin);
		ck_assert_str_eq(who_is.tty, rows[i].tty);
		ck_assert_int_eq(who_is.login_uid, rows[i].login_uid);
		ck_assert_int_eq(who_is.sudo_uid, rows[i].sudo_uid);
		ck_assert_int_eq(who_is.pid, 77);
		ck_assert_uint_eq(strlen(who_is.session), 16);
	}
}
END_TEST

START_TEST(this_process_has_an_identity)
{
	struct audit_identity who_is;

	audit_identity_here(&who_is);
	ck_assert(*who_is.user && *who_is.host);
	ck_assert_int_gt(who_is.pid, 1);
}
END_TEST

SUITE("audit record", keys_stand_in_one_order, a_person_of_a_hub_stands_before_the_hub, a_secret_has_no_bytes_to_write,
      text_is_cleaned, what_is_too_long_is_cut_with_a_word, no_line_is_longer_than_a_line_may_be,
      without_memory_nothing_is_added, every_word_is_read_as_it_is_written, who_is_behind_sudo_and_ssh_is_found,
      this_process_has_an_identity)
