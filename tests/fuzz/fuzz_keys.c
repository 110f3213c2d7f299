// SPDX-License-Identifier: Apache-2.0
/* Key input: the same keys come out however the bytes are cut on their way. The first byte is the cut. */
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/key_stream.h"

static void expect_same(const struct key *a, const struct key *b)
{
	fuzz_expect(a->code == b->code && a->mods == b->mods && a->x == b->x && a->y == b->y, "the same key comes");
	fuzz_expect(!a->text == !b->text && (!a->text || strcmp(a->text, b->text) == 0), "with the same text");
}

// Its name, written in a script or a key map, is the key again.
static void check_name(const struct key *key)
{
	struct key again;
	char name[64];

	if (key->code == KEY_CODE_PASTE || key->code == KEY_CODE_MOUSE)
		return;
	fuzz_expect(key_name(key, name, sizeof name) < sizeof name, "a name is short");
	fuzz_expect(key_from_name(name, &again) == 0, "a key's name is one");
	fuzz_expect(again.code == key->code && again.mods == key->mods, "and is the key's");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct key_stream whole, cut;
	struct key key, other;
	bool has_key, has_other;

	if (size == 0)
		return 0;
	key_stream_init(&whole, data + 1, size - 1, SIZE_MAX);
	key_stream_init(&cut, data + 1, size - 1, data[0] % 64);
	do {
		has_key = key_stream_next(&whole, &key);
		has_other = key_stream_next(&cut, &other);
		fuzz_expect(has_key == has_other, "as many keys come");
		if (has_key) {
			expect_same(&key, &other);
			check_name(&key);
		}
	} while (has_key);
	key_stream_finish(&whole);
	key_stream_finish(&cut);
	return 0;
}
