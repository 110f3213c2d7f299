// SPDX-License-Identifier: Apache-2.0
#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/ofd_lock.h"
#include "base/strbuf.h"
#include "hub/access_tokens.h"
#include "tests/unit/hub/access_bench.h"

START_TEST(a_token_is_256_random_bits_behind_its_prefix)
{
	char a[TOKEN_TEXT_MAX], b[TOKEN_TEXT_MAX];

	ck_assert_int_eq(token_make(a), 0);
	ck_assert_int_eq(token_make(b), 0);
	ck_assert_uint_eq(strlen(a), 4 + 43);
	ck_assert_int_eq(strncmp(a, "opt_", 4), 0);
	ck_assert_uint_eq(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), strlen(a));
	ck_assert_str_ne(a, b);
}
END_TEST

START_TEST(a_hash_is_sha256)
{
	static const unsigned char abc[4] = { 0xba, 0x78, 0x16, 0xbf }; // of FIPS 180-2
	unsigned char hash[TOKEN_HASH_BYTES];

	token_hash("abc", 3, hash);
	ck_assert_mem_eq(hash, abc, sizeof abc);
}
END_TEST

START_TEST(the_header_is_read_in_any_case)
{
	static const struct {
		const char *header, *token;
	} table[] = {
		{ NULL, "" },          { "", "" },          { "Bearer", "" },
		{ "Bearer ", "" },     { "Bearer x", "x" }, { "bEARER   opt_x  ", "opt_x" },
		{ "Basic YTpi", "" },  { "Bearerx", "" },   { "Bearer a b", "a b" },
		{ "Bearer x\t", "x" }, { " Bearer x", "" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		size_t n;
		const char *token = token_of_header(table[i].header, &n);

		ck_assert_msg(n == strlen(table[i].token) && strncmp(token, table[i].token, n) == 0, "%s: %.*s",
			      table[i].header ? table[i].header : "NULL", (int)n, token);
	}
}
END_TEST

static void add(struct tokens *tokens, const char *name, const char *text)
{
	struct token token = { .name = mem_strdup(name), .role = ROLE_VIEWER };

	token_hash(text, strlen(text), token.hash);
	ck_assert_int_eq(tokens_add(tokens, &token), 0);
}

START_TEST(each_token_is_compared_wherever_the_right_one_stands)
{
	static const char *const asked[] = { "one", "five", "nine", "none", "", "opt_", "a much longer one than that" };
	static const char *const names[] = { "one", "two", "three", "four", "five", "six", "seven", "eight", "nine" };
	struct tokens tokens = { 0 };

	for (size_t i = 0; i < 9; i++)
		add(&tokens, names[i], names[i]);
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		unsigned char hash[TOKEN_HASH_BYTES];
		const struct token *found;
		size_t n = 0;

		token_hash(asked[i], strlen(asked[i]), hash);
		found = tokens_find(&tokens, hash, &n);
		ck_assert_uint_eq(n, 9);
		ck_assert_msg(i < 3 ? found && strcmp(found->name, asked[i]) == 0 : !found, "%s", asked[i]);
	}
	tokens_finish(&tokens);
}
END_TEST

START_TEST(names_are_letters_digits_and_a_few_more)
{
	static const char *const fine[] = { "a", "ci", "Alice.B@ops-1_x", "0" };
	static const char *const not_fine[] = { "", ".a", "-a", "a b", "a/b", "ä", "a\n", "@" };
	char longest[TOKEN_NAME_MAX + 2];

	for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
		ck_assert_msg(token_name_is_fine(fine[i]), "%s", fine[i]);
	for (size_t i = 0; i < sizeof not_fine / sizeof not_fine[0]; i++)
		ck_assert_msg(!token_name_is_fine(not_fine[i]), "%s", not_fine[i]);
	memset(longest, 'x', sizeof longest - 1);
	longest[TOKEN_NAME_MAX + 1] = '\0';
	ck_assert(!token_name_is_fine(longest));
	longest[TOKEN_NAME_MAX] = '\0';
	ck_assert(token_name_is_fine(longest));
}
END_TEST

#define HASH "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\""
#define ONE(more) "{\"version\":1,\"tokens\":[{\"name\":\"a\",\"hash\":" HASH ",\"role\":\"viewer\"" more "}]}"

static const char full[] =
	"{\"version\":1,\"tokens\":[{\"name\":\"alice\",\"hash\":" HASH ",\"role\":\"operator\","
	"\"created_ms\":1764100000000,\"expires_ms\":1771876000000,\"networks\":[\"10.0.0.0/8\",\"2001:db8::/32\","
	"\"192.0.2.7\"],\"allow\":\"tier=web\",\"deny\":\"env=prod\"},{\"name\":\"b\",\"hash\":" HASH
	",\"role\":\"admin\"}]}\n";

START_TEST(a_file_is_read_and_written_alike)
{
	char why[TOKENS_WHY_MAX];
	struct tokens tokens;
	struct bytes out;

	ck_assert_msg(tokens_parse(full, strlen(full), &tokens, why) == 0, "%s", why);
	ck_assert_uint_eq(tokens.n, 2);
	ck_assert_str_eq(tokens.items[0].name, "alice");
	ck_assert_int_eq(tokens.items[0].role, ROLE_OPERATOR);
	ck_assert_uint_eq(tokens.items[0].n_networks, 3);
	ck_assert_int_eq(tokens.items[0].expires_ms, 1771876000000);
	ck_assert(tokens.items[1].expires_ms == 0 && !tokens.items[1].allow && tokens.items[1].n_networks == 0);
	bytes_init(&out, 1 << 16);
	ck_assert_int_eq(tokens_format(&tokens, &out), 0);
	ck_assert_str_eq(out.data, full);
	bytes_finish(&out);
	tokens_finish(&tokens);
}
END_TEST

START_TEST(what_is_not_understood_refuses_the_whole_file)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "", "it is not JSON" },
		{ "[]", "no token file of version 1" },
		{ "{\"version\":2,\"tokens\":[]}", "no token file of version 1" },
		{ "{\"version\":1}", "its tokens are no list" },
		{ "{\"version\":1,\"tokens\":[],\"more\":1}", "what this version does not understand" },
		{ "{\"version\":1,\"tokens\":[7]}", "a token without a name" },
		{ "{\"version\":1,\"tokens\":[{\"name\":\"a b\"}]}", "a token without a name" },
		{ "{\"version\":1,\"tokens\":[{\"name\":\"a\\u0000\"}]}", "a token without a name" },
		{ "{\"version\":1,\"tokens\":[{\"name\":\"a\"}]}", "token a: it has no hash" },
		{ "{\"version\":1,\"tokens\":[{\"name\":\"a\",\"hash\":" HASH "}]}", "token a: it has no role" },
		{ "{\"version\":1,\"tokens\":[{\"name\":\"a\",\"hash\":\"9f\"}]}", "not 64 hexadecimal digits" },
		{ ONE(",\"role\":\"none\""), "its role is not" },
		{ ONE(",\"role\":\"root\""), "its role is not" },
		{ ONE(",\"role\":7"), "its role is not" },
		{ ONE(",\"expires_ms\":0"), "not milliseconds" },
		{ ONE(",\"expires_ms\":\"never\""), "not milliseconds" },
		{ ONE(",\"created_ms\":1.5"), "not milliseconds" },
		{ ONE(",\"networks\":[]"), "no list of 1 to 64" },
		{ ONE(",\"networks\":\"10.0.0.0/8\""), "no list of 1 to 64" },
		{ ONE(",\"networks\":[\"10.0.0.1/8\"]"), "a network that is none" },
		{ ONE(",\"allow\":\"=\""), "not a selector" },
		{ ONE(",\"deny\":7"), "a selector that is no text" },
		{ ONE(",\"audience\":\"x\""), "what this version does not understand" },
		{ ONE("},{\"name\":\"a\",\"hash\":" HASH ",\"role\":\"viewer\""), "token a: it is there twice" },
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		char why[TOKENS_WHY_MAX];
		struct tokens tokens;

		ck_assert_msg(tokens_parse(table[i].text, strlen(table[i].text), &tokens, why) == -EINVAL, "%s",
			      table[i].text);
		ck_assert_msg(strstr(why, table[i].why), "%s: %s", table[i].text, why);
		ck_assert_uint_eq(tokens.n, 0);
	}
}
END_TEST

START_TEST(networks_are_exact)
{
	static const struct {
		const char *network, *inside, *outside;
	} table[] = {
		{ "10.0.0.0/8", "10.255.0.1", "11.0.0.1" },
		{ "192.0.2.7", "192.0.2.7", "192.0.2.8" },
		{ "192.0.2.6/31", "192.0.2.7", "192.0.2.8" },
		{ "0.0.0.0/0", "203.0.113.9", "2001:db8::1" },
		{ "::/0", "2001:db8::1", "203.0.113.9" },
		{ "2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1" },
		{ "10.0.0.0/8", "::ffff:10.1.2.3", "::10.1.2.3" },
	};
	static const char *const bad[] = {
		"",          "10.0.0.0/33", "10.0.0.1/8",          "10.0.0/8",   "2001:db8::1/32", "::/129",
		"10.0.0.0/", "x",           "::ffff:10.0.0.0/104", "10.0.0.0/+8"
	};
	struct network network;
	char text[NETWORK_TEXT_MAX];

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		ck_assert_int_eq(network_parse(table[i].network, &network), 0);
		ck_assert_msg(network_has(&network, access_bench_from(table[i].inside, 1)), "%s", table[i].inside);
		ck_assert_msg(!network_has(&network, access_bench_from(table[i].outside, 1)), "%s", table[i].outside);
		ck_assert(!network_has(&network, NULL));
		network_format(&network, text);
		ck_assert_str_eq(text, table[i].network);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(network_parse(bad[i], &network) == -EINVAL, "%s", bad[i]);
}
END_TEST

// ---- the file

static char path[64];

static void put_file(const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, text, strlen(text)), (int)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

static void begin(void)
{
	snprintf(path, sizeof path, "/tmp/opscon-tokens-%ld", (long)getpid());
	unlink(path);
}

static void end(void)
{
	char lock[80];

	unlink(path);
	snprintf(lock, sizeof lock, "%s.lock", path);
	unlink(lock);
}

static int add_named(void *ctx, struct tokens *tokens, char why[TOKENS_WHY_MAX])
{
	struct token token = { .name = mem_strdup(ctx), .role = ROLE_VIEWER };

	(void)why;
	return token.name ? tokens_add(tokens, &token) : -ENOMEM;
}

static int refuse(void *ctx, struct tokens *tokens, char why[TOKENS_WHY_MAX])
{
	(void)ctx;
	(void)tokens;
	snprintf(why, TOKENS_WHY_MAX, "not today");
	return -EPERM;
}

START_TEST(a_file_that_others_can_use_is_refused)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0602, 0610, 0644, 0666 };
	struct tokens_stamp stamp;
	struct tokens tokens;
	char why[TOKENS_WHY_MAX];

	begin();
	ck_assert_int_eq(tokens_load(path, &tokens, &stamp, why), 0);
	ck_assert(tokens.n == 0 && stamp.ino == 0);
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		put_file(full, modes[i]);
		ck_assert_int_eq(tokens_load(path, &tokens, &stamp, why), -EACCES);
		ck_assert_ptr_nonnull(strstr(why, "expected 0600"));
		ck_assert(tokens.n == 0 && stamp.ino != 0);
	}
	put_file(full, 0400);
	ck_assert_int_eq(tokens_load(path, &tokens, &stamp, why), 0);
	ck_assert_uint_eq(tokens.n, 2);
	tokens_finish(&tokens);
	end();
}
END_TEST

START_TEST(a_file_of_somebody_else_is_refused)
{
	struct tokens_stamp stamp;
	struct tokens tokens;
	char why[TOKENS_WHY_MAX];

	if (geteuid() != 0) {
		suite_skip("only root can give a file away");
		return;
	}
	begin();
	put_file(full, 0600);
	ck_assert_int_eq(chown(path, 12345, 12345), 0);
	ck_assert_int_eq(tokens_load(path, &tokens, &stamp, why), -EACCES);
	ck_assert_ptr_nonnull(strstr(why, "belongs to user id 12345"));
	ck_assert_int_eq(tokens_change(path, refuse, NULL, why), -EACCES);
	ck_assert_str_eq(why, "it belongs to user id 12345; expected that user to change it");
	end();
	ck_assert_int_eq(mkdir(path, 0700), 0); // as a directory of the hub's user, without a file yet
	ck_assert_int_eq(chown(path, 12345, 12345), 0);
	strcat(path, "/tokens.json");
	ck_assert_int_eq(tokens_change(path, refuse, NULL, why), -EACCES);
	ck_assert_ptr_nonnull(strstr(why, "it belongs to user id 12345"));
	*strrchr(path, '/') = '\0';
	ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	struct tokens_stamp stamp;
	struct tokens tokens;
	char why[TOKENS_WHY_MAX];

	begin();
	ck_assert_int_eq(tokens_load("/tmp", &tokens, &stamp, why), -EINVAL);
	ck_assert_str_eq(why, "it is no regular file");
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(tokens_load(path, &tokens, &stamp, why), -EINVAL);
	ck_assert_int_eq(tokens_load("/dev/null/x", &tokens, &stamp, why), -ENOTDIR);
	end();
}
END_TEST

START_TEST(a_change_replaces_the_file_and_keeps_it_private)
{
	struct tokens_stamp was, is, loaded;
	struct tokens tokens;
	struct stat status;
	char why[TOKENS_WHY_MAX], name[] = "ci";

	begin();
	umask(0);
	ck_assert_int_eq(tokens_change(path, add_named, name, why), 0);
	umask(022);
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq((int)(status.st_mode & 07777), 0600);
	ck_assert_int_eq(tokens_stamp(path, &was), 0);
	ck_assert_int_eq(tokens_change(path, add_named, name, why), -EEXIST);
	ck_assert_int_eq(tokens_change(path, refuse, NULL, why), -EPERM);
	ck_assert_str_eq(why, "not today");
	ck_assert_int_eq(tokens_stamp(path, &is), 0);
	ck_assert(tokens_stamp_is(&was, &is));
	name[0] = 'b';
	ck_assert_int_eq(tokens_change(path, add_named, name, why), 0);
	ck_assert_int_eq(tokens_stamp(path, &is), 0);
	ck_assert(!tokens_stamp_is(&was, &is));
	ck_assert_int_eq(tokens_load(path, &tokens, &loaded, why), 0);
	ck_assert(tokens_stamp_is(&is, &loaded) && tokens.n == 2);
	tokens_finish(&tokens);
	end();
}
END_TEST

START_TEST(a_broken_file_is_not_replaced_by_a_change)
{
	char why[TOKENS_WHY_MAX], name[] = "ci";
	struct stat status;

	begin();
	put_file("{", 0600);
	ck_assert_int_eq(tokens_change(path, add_named, name, why), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "it is not JSON"));
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq((int)status.st_size, 1);
	end();
}
END_TEST

START_TEST(want_of_memory_leaves_all_as_it_was)
{
	int r = -ENOMEM;

	for (long n = 0; r == -ENOMEM; n++) {
		char why[TOKENS_WHY_MAX];
		struct tokens tokens;

		ck_assert_int_lt(n, 1000);
		mem_fail_after(n);
		r = tokens_parse(full, strlen(full), &tokens, why);
		mem_fail_after(-1);
		ck_assert_msg(r == 0 || r == -ENOMEM, "%d %s", r, why);
		tokens_finish(&tokens);
	}
	begin();
	put_file(full, 0600);
	r = -ENOMEM;
	for (long n = 0; r == -ENOMEM; n++) {
		char why[TOKENS_WHY_MAX], name[] = "new";
		struct tokens_stamp stamp;
		struct tokens tokens;

		mem_fail_after(n);
		r = tokens_change(path, add_named, name, why);
		mem_fail_after(-1);
		ck_assert_msg(r == 0 || (r == -ENOMEM && why[0]), "%d", r);
		ck_assert_int_eq(tokens_load(path, &tokens, &stamp, why), 0);
		ck_assert_uint_eq(tokens.n, r == 0 ? 3 : 2);
		tokens_finish(&tokens);
	}
	end();
}
END_TEST

SUITE("hub/access_tokens", a_token_is_256_random_bits_behind_its_prefix, a_hash_is_sha256,
      the_header_is_read_in_any_case, each_token_is_compared_wherever_the_right_one_stands,
      names_are_letters_digits_and_a_few_more, a_file_is_read_and_written_alike,
      what_is_not_understood_refuses_the_whole_file, networks_are_exact, a_file_that_others_can_use_is_refused,
      a_file_of_somebody_else_is_refused, what_is_no_file_is_refused, a_change_replaces_the_file_and_keeps_it_private,
      a_broken_file_is_not_replaced_by_a_change, want_of_memory_leaves_all_as_it_was)
