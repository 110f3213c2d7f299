// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/recording/reel.h"

#include <check.h>
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "recording/records.h"

void reel_init(struct reel *reel)
{
	*reel = (struct reel){ .boot = "boot-1" };
	snprintf(reel->dir, sizeof reel->dir, "%s/opscon-reel-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(reel->dir));
	file_writer_init(&reel->writer);
}

void reel_finish(struct reel *reel)
{
	char command[128];

	file_writer_finish(&reel->writer);
	block_codec_finish(&reel->codec);
	snprintf(command, sizeof command, "rm -rf %s", reel->dir);
	ck_assert_int_eq(system(command), 0);
}

const char *reel_path(const struct reel *reel, const char *name)
{
	static char path[160];

	snprintf(path, sizeof path, "%s/%s", reel->dir, name);
	return path;
}

void reel_begin(struct reel *reel, const char *name)
{
	struct about about;

	about_init(&about, REEL_START_MS);
	snprintf(about.fleet, sizeof about.fleet, "Platform");
	snprintf(about.boot, sizeof about.boot, "%s", reel->boot);
	about.part = reel->part;
	ck_assert_int_eq(file_writer_open(&reel->writer, AT_FDCWD, reel_path(reel, name), &reel->codec, &about), 0);
}

void reel_end(struct reel *reel)
{
	ck_assert_int_eq(file_writer_close(&reel->writer, &reel->codec), 0);
}

void reel_crash(struct reel *reel)
{
	close(reel->writer.fd);
	reel->writer.fd = -1;
}

static unsigned flags_of(char letter)
{
	if (isupper((unsigned char)letter))
		return RECORD_CHANGE | RECORD_TRANSITION;
	if (isdigit((unsigned char)letter))
		return RECORD_CHANGE;
	return letter == '.' ? RECORD_RESTATED : 0;
}

void reel_block(struct reel *reel, unsigned flags, int64_t from_s, const char *letters)
{
	struct record_batch batch;
	char *raw;

	record_batch_init(&batch);
	for (size_t i = 0; letters[i]; i++) {
		const struct record record = { .at_ms = REEL_START_MS + (from_s + (int64_t)i) * 1000,
					       .agent = (uint32_t)i,
					       .flags = flags_of(letters[i]),
					       .text = letters + i,
					       .n = 1 };

		ck_assert_int_eq(record_batch_add(&batch, &record), 0);
	}
	raw = mem_alloc(record_batch_bytes(&batch) + 1);
	ck_assert_ptr_nonnull(raw);
	record_batch_copy(&batch, raw);
	batch.head.kind = BLOCK_EVENTS;
	batch.head.flags = (uint8_t)flags;
	ck_assert_int_eq(file_writer_add(&reel->writer, &reel->codec, &batch.head, raw, record_batch_bytes(&batch)), 0);
	mem_free(raw);
	record_batch_finish(&batch);
}
