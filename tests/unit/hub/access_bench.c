// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/hub/access_bench.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "hub/access_tokens.h"

static const struct {
	const char *name;
	int64_t id;
} users[] = { { "root", 0 }, { "hub", BENCH_HUB_UID }, { "alice", 1000 }, { "bob", 1001 }, { "mallory", 1002 } },
  groups[] = { { "ops", 50 }, { "dev", 51 } };

static int user_uid(void *ctx, const char *name, int64_t *out)
{
	(void)ctx;
	for (size_t i = 0; i < sizeof users / sizeof users[0]; i++)
		if (strcmp(users[i].name, name) == 0) {
			*out = users[i].id;
			return 0;
		}
	return -ENOENT;
}

static int group_gid(void *ctx, const char *name, int64_t *out)
{
	(void)ctx;
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
		if (strcmp(groups[i].name, name) == 0) {
			*out = groups[i].id;
			return 0;
		}
	return -ENOENT;
}

static int user_name(void *ctx, int64_t uid, char *out, size_t size)
{
	(void)ctx;
	for (size_t i = 0; i < sizeof users / sizeof users[0]; i++)
		if (users[i].id == uid) {
			snprintf(out, size, "%s", users[i].name);
			return 0;
		}
	return -ENOENT;
}

static void put_details(const struct audit_fields *fields, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < fields->n && n < size; i++) {
		const struct audit_field *field = &fields->items[i];

		if (field->value.kind == AUDIT_TEXT)
			n += (size_t)snprintf(out + n, size - n, "%s=%s;", field->name, field->value.u.text);
		else
			n += (size_t)snprintf(out + n, size - n, "%s=%lld;", field->name,
					      (long long)field->value.u.number);
	}
}

static void on_record(void *ctx, const struct audit_record *record, struct instant now)
{
	struct access_bench *b = ctx;
	struct bench_record *to = &b->records[b->n_records];

	(void)now;
	ck_assert_uint_lt(b->n_records++, BENCH_RECORDS_MAX);
	*to = (struct bench_record){ .action = record->action, .result = record->result };
	if (record->by) {
		snprintf(to->user, sizeof to->user, "%s", record->by->user);
		snprintf(to->origin, sizeof to->origin, "%s", record->by->origin);
		snprintf(to->role, sizeof to->role, "%s", record->by->role ? record->by->role : "");
		to->session = record->by->session;
	}
	snprintf(to->error, sizeof to->error, "%s", record->error ? record->error : "");
	snprintf(to->resource, sizeof to->resource, "%s/%s", record->resource_kind,
		 record->resource_id ? record->resource_id : "");
	put_details(&record->details, to->details, sizeof to->details);
}

void access_bench_init(struct access_bench *b)
{
	struct config config;
	int fd;

	config_defaults(&config);
	*b = (struct access_bench){ .config = config.hub, .now = { 5000, BENCH_START_MS } };
	strcpy(b->path, "/tmp/opscon-access-XXXXXX");
	fd = mkstemp(b->path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	unlink(b->path);
}

int access_bench_open(struct access_bench *b)
{
	const struct access_world world = {
		.uid = BENCH_HUB_UID, .user_uid = user_uid, .group_gid = group_gid, .user_name = user_name
	};
	const struct access_options options = { .world = &world, .token_file = b->path, .record = on_record, .ctx = b };

	return access_create(&options, &b->config, b->now, &b->access, b->why);
}

void access_bench_finish(struct access_bench *b)
{
	char lock[80];

	access_destroy(b->access);
	unlink(b->path);
	snprintf(lock, sizeof lock, "%s.lock", b->path);
	unlink(lock);
}

void access_bench_pass(struct access_bench *b, int64_t ms)
{
	b->now = instant_add(b->now, ms);
}

const struct bench_record *access_bench_last(const struct access_bench *b)
{
	ck_assert_uint_gt(b->n_records, 0);
	return &b->records[b->n_records - 1];
}

struct adding {
	const struct bench_token *from;
	const char *text;
};

static int add_token(void *ctx, struct tokens *tokens, char why[TOKENS_WHY_MAX])
{
	struct adding *adding = ctx;
	const struct bench_token *from = adding->from;
	struct token token = { .name = mem_strdup(from->name),
			       .role = from->role,
			       .created_ms = BENCH_START_MS,
			       .expires_ms = from->expires_ms,
			       .allow = mem_strdup(from->allow),
			       .deny = mem_strdup(from->deny) };

	(void)why;
	token_hash(adding->text, strlen(adding->text), token.hash);
	if (from->network) {
		token.networks = mem_calloc(1, sizeof *token.networks);
		token.n_networks = 1;
		ck_assert_int_eq(network_parse(from->network, token.networks), 0);
	}
	return tokens_add(tokens, &token);
}

void access_bench_token(struct access_bench *b, const struct bench_token *token, char out[64])
{
	char why[TOKENS_WHY_MAX], text[TOKEN_TEXT_MAX];
	struct adding adding = { token, text };

	ck_assert_int_eq(token_make(text), 0);
	ck_assert_msg(tokens_change(b->path, add_token, &adding, why) == 0, "%s", why);
	snprintf(out, 64, "Bearer %s", text);
}

static int remove_token(void *ctx, struct tokens *tokens, char why[TOKENS_WHY_MAX])
{
	(void)why;
	return tokens_remove(tokens, ctx);
}

void access_bench_revoke(struct access_bench *b, const char *name)
{
	char why[TOKENS_WHY_MAX], copy[64];

	snprintf(copy, sizeof copy, "%s", name);
	ck_assert_msg(tokens_change(b->path, remove_token, copy, why) == 0, "%s", why);
}

const struct sockaddr *access_bench_from(const char *address, uint16_t port)
{
	static struct sockaddr_storage places[4];
	static size_t next;
	struct sockaddr_storage *to = &places[next++ % 4];
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	if (inet_pton(AF_INET, address, &four.sin_addr) == 1) {
		memcpy(to, &four, sizeof four);
	} else {
		ck_assert_int_eq(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
		memcpy(to, &six, sizeof six);
	}
	return (const struct sockaddr *)to;
}

int access_bench_peer(struct access_bench *b, int64_t uid, int64_t gid, struct access_identity *out)
{
	const gid_t more[] = { 7, 51 };
	const struct access_cred cred = {
		.pid = 4711, .uid = uid, .gid = gid, .groups = more, .n_groups = uid == 1001 ? 2 : 0
	};

	return access_peer(b->access, &cred, b->now, out, b->why);
}
