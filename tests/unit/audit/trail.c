// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/audit/trail.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/record.h"

static const struct audit_identity who = {
	.user = "alice",
	.login_uid = 1000,
	.uid = 0,
	.sudo_uid = 1000,
	.sudo_user = "alice",
	.origin = "ssh 192.0.2.7 port 50022",
	.tty = "/dev/pts/3",
	.pid = 4711,
	.host = "ops1",
	.session = "00112233445566",
};

void trail_init(struct trail *trail)
{
	*trail = (struct trail){ .now_ms = TRAIL_NOW * INT64_C(1000) };
	// In memory where there is such a place: there are thousands of syncs, and the disk may be busy.
	snprintf(trail->root, sizeof trail->root, "%s/opscon-trail-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(trail->root));
	snprintf(trail->dir, sizeof trail->dir, "%s/audit", trail->root);
	bytes_init(&trail->who, AUDIT_BODY_MAX);
	ck_assert_int_eq(audit_identity_json(&who, &trail->who), 0);
	trail->options = (struct audit_store_options){
		.dir = trail->dir,
		.holder = "alice",
		.key_name = "ops1",
		.who = &trail->who,
		.segment_bytes = 16 << 20,
	};
}

void trail_finish(struct trail *trail)
{
	char command[128];

	trail_close(trail);
	bytes_finish(&trail->who);
	snprintf(command, sizeof command, "rm -rf %s", trail->root);
	ck_assert_int_eq(system(command), 0);
}

int trail_open(struct trail *trail)
{
	trail->trouble = (struct audit_trouble){ 0 };
	return audit_store_open(&trail->options, trail->now_ms, &trail->store, &trail->trouble);
}

int trail_put(struct trail *trail, const struct audit_record *record)
{
	struct bytes body;
	int r;

	trail->now_ms += 1000;
	bytes_init(&body, AUDIT_BODY_MAX);
	r = audit_record_encode(record, trail->options.who, trail->now_ms, &body);
	if (r == 0)
		r = audit_store_append(trail->store, body.data, body.len, trail->now_ms);
	bytes_finish(&body);
	return r;
}

int trail_add(struct trail *trail, const char *id)
{
	const struct audit_record record = {
		.phase = AUDIT_EVENT,
		.action = AUDIT_UPDATE,
		.result = AUDIT_SUCCESS,
		.resource_kind = "agent",
		.resource_id = id,
	};

	return trail_put(trail, &record);
}

void trail_fill(struct trail *trail, int n)
{
	char id[32];

	ck_assert_msg(trail_open(trail) == 0, "%s", trail->trouble.text);
	for (int i = 0; i < n; i++) {
		snprintf(id, sizeof id, "agent-%d", i);
		ck_assert_int_eq(trail_add(trail, id), 0);
	}
	trail_close(trail);
}

void trail_close(struct trail *trail)
{
	audit_store_close(trail->store);
	trail->store = NULL;
}

void trail_path(const struct trail *trail, const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", trail->dir, name);
}

char *trail_read(const struct trail *trail, const char *name, size_t *n)
{
	char path[160], *text;
	long size;
	FILE *file;

	trail_path(trail, name, path, sizeof path);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s", path);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	text = malloc((size_t)size + 1);
	ck_assert_ptr_nonnull(text);
	*n = fread(text, 1, (size_t)size, file);
	ck_assert_uint_eq(*n, (size_t)size);
	text[size] = '\0';
	fclose(file);
	return text;
}

void trail_write(const struct trail *trail, const char *name, const char *text, size_t n)
{
	char path[160];
	FILE *file;

	trail_path(trail, name, path, sizeof path);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, n, file), n);
	fclose(file);
}

bool trail_has(const struct trail *trail, const char *name)
{
	char path[160];

	trail_path(trail, name, path, sizeof path);
	return access(path, F_OK) == 0;
}

struct audit_verdict trail_verify(const struct trail *trail)
{
	const struct audit_verify_options options = { .dir = trail->dir };
	struct audit_verdict verdict;

	ck_assert_int_eq(audit_verify(&options, &verdict), 0);
	return verdict;
}
