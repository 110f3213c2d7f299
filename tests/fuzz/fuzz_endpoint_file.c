// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "agents/endpoint_memory.h"
#include "base/memory.h"
#include "tests/fuzz/fuzz.h"

static struct endpoint_memory *load(int *r)
{
	struct endpoint_memory *memory;
	char why[160] = "";

	fuzz_expect(endpoint_memory_create(&memory) == 0, "there is memory");
	*r = endpoint_memory_load(memory, fuzz_dir(), why, sizeof why);
	fuzz_expect(*r == 0 || *r == -EINVAL, "a file that is there is taken or ignored");
	fuzz_expect((*r == 0) == !why[0], "what is ignored has a reason");
	fuzz_expect_clean(why, "the reason is clean");
	fuzz_expect(endpoint_memory_n(memory) <= ENDPOINT_MEMORY_MAX, "what is remembered is within its limit");
	return memory;
}

// Also what was left of a file that is ignored can be saved and is loaded as it was.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct endpoint_memory *memory, *again;
	struct endpoint_memo news = { .health_path = "/health", .dialect = DIALECT_AUTO };
	int r;

	fuzz_write("endpoints.json", data, size);
	memory = load(&r);
	fuzz_expect(r == 0 || endpoint_memory_n(memory) == 0, "a file is taken whole or not at all");
	fuzz_expect(endpoint_memory_set(memory, "http://news:1", &news) >= 0, "the memory is usable");
	fuzz_expect(endpoint_memory_save(memory, fuzz_dir()) == 0, "the memory can be saved");
	again = load(&r);
	fuzz_expect(r == 0 && endpoint_memory_n(again) == endpoint_memory_n(memory), "and is loaded as it was");
	fuzz_expect(endpoint_memory_get(again, "http://news:1") != NULL, "with what is new");
	endpoint_memory_destroy(memory);
	endpoint_memory_destroy(again);
	return 0;
}
