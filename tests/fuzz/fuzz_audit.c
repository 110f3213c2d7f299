// SPDX-License-Identifier: Apache-2.0
/* A trail that somebody else wrote: the input's parts are a segment, the checkpoints and the segment after it. Nobody
 * without the key makes a sound one, whatever is read is clean, and whoever goes on writes to no trail that it could
 * not read.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/export.h"
#include "audit/key.h"
#include "audit/record.h"
#include "audit/store.h"
#include "audit/verify.h"
#include "base/memory.h"
#include "tests/fuzz/fuzz.h"

// A public key whose private half nobody has.
static const char public_key[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n";
static const char *const names[] = { "audit-000001.jsonl", "checkpoints", "audit-000002.jsonl" };

static void write_parts(struct fuzz_input *input)
{
	for (int i = 0; i < 3; i++) {
		size_t n;
		char *part = fuzz_part(input, "\n%%\n", &n);
		char path[200];

		snprintf(path, sizeof path, "%s/%s", fuzz_dir(), names[i]);
		if (i == 2 && !n)
			unlink(path);
		else
			fuzz_write(names[i], part, n);
		mem_free(part);
	}
}

static void check_verdict(void)
{
	const struct audit_verify_options options = { .dir = fuzz_dir() };
	struct audit_verdict verdict;

	fuzz_write("key.pub", public_key, sizeof public_key - 1);
	fuzz_expect(audit_verify(&options, &verdict) == 0, "there is memory");
	fuzz_expect(verdict.finding != AUDIT_SOUND, "nobody makes a sound trail without the key");
	fuzz_expect(verdict.n_signed == 0, "nothing of it is signed");
	fuzz_expect_clean(verdict.text, "what is wrong is clean");
	fuzz_expect(*verdict.text, "what is wrong is said");
}

static void check_found(void)
{
	const struct audit_filter filter = { .action = -1, .level = -1, .result = -1, .limit = 50 };
	struct audit_trouble trouble = { 0 };
	struct audit_found found;

	fuzz_expect(audit_query(fuzz_dir(), &filter, &found, &trouble) == 0, "what is there can be asked");
	fuzz_expect(found.n <= filter.limit, "the limit holds");
	for (int format = 0; format < AUDIT_FORMAT_COUNT; format++) {
		struct bytes out;
		char *text;

		bytes_init(&out, 64 << 20);
		fuzz_expect(audit_export(&found, (enum audit_format)format, &out) == 0, "what is found can be written");
		text = out.data;
		for (char *c = text; *c; c++)
			if (*c == '\n' || *c == '\r')
				*c = ' ';
		fuzz_expect(strlen(text) == out.len, "there is no NUL in it");
		fuzz_expect_clean(text, "it is clean");
		bytes_finish(&out);
	}
	audit_found_finish(&found);
}

// A signing key is there, and nothing of what was mended before.
static void prepare_store(void)
{
	char text[AUDIT_KEY_TEXT_MAX], path[200];
	struct audit_key key;

	snprintf(path, sizeof path, "%s/key", fuzz_dir());
	if (access(path, F_OK) < 0) {
		fuzz_expect(audit_key_make("a", &key) == 0, "a key can be made");
		audit_key_format_private(&key, text);
		fuzz_write("key", text, strlen(text));
		fuzz_expect(chmod(path, 0600) == 0, "it can be closed to others");
	}
	for (unsigned i = 1; i < 4; i++) {
		snprintf(path, sizeof path, "%s/torn-%06u", fuzz_dir(), i);
		unlink(path);
	}
}

// The trail is gone on with or left alone, with a word.
static void check_store(void)
{
	static struct bytes who = { .data = (char *)"{\"user\":\"a\"}", .len = 12 };
	const struct audit_store_options options = {
		.dir = fuzz_dir(), .holder = "a", .key_name = "a", .who = &who, .segment_bytes = 1 << 20
	};
	struct audit_trouble trouble = { 0 };
	struct audit_store *store;
	int r = audit_store_open(&options, 1, &store, &trouble);

	fuzz_expect((r == 0) == !*trouble.text, "what is not opened has a reason");
	fuzz_expect_clean(trouble.text, "the reason is clean");
	audit_store_close(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };

	write_parts(&input);
	check_verdict();
	check_found();
	prepare_store();
	check_store();
	return 0;
}
