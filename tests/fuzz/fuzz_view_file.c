// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/memory.h"
#include "console/agent_order.h"
#include "console/view_file.h"
#include "tests/fuzz/fuzz.h"

static void load(struct view_memory *memory, struct context *context)
{
	context_init(context);
	*memory = (struct view_memory){ .context = context };
	fuzz_expect(view_file_load(fuzz_dir(), memory) == 0, "a file that is there can be loaded");
}

static void check_view(const struct view_memory *memory)
{
	fuzz_expect(memory->sort < COLUMN_COUNT, "it is sorted by a column");
	fuzz_expect(memory->context->range < RANGE_COUNT, "a range is one of ours");
	fuzz_expect_clean(memory->theme, "a theme's name is clean");
	for (int kind = 0; kind < CONTEXT_KINDS; kind++)
		for (size_t i = 0; i < memory->context->sets[kind].n; i++)
			fuzz_expect_clean(memory->context->sets[kind].items[i], "what is picked is clean");
}

// What is loaded and saved is loaded again as it was.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view_memory memory, again;
	struct context context, other;
	size_t n_first, n_second;
	char *first, *second;

	fuzz_write("view", data, size);
	load(&memory, &context);
	check_view(&memory);
	fuzz_expect(view_file_save(fuzz_dir(), &memory) == 0, "a view can be saved");
	first = fuzz_read("view", &n_first);
	load(&again, &other);
	fuzz_expect(again.sort == memory.sort && again.is_descending == memory.is_descending &&
			    again.is_absolute == memory.is_absolute && again.is_utc == memory.is_utc &&
			    strcmp(again.theme, memory.theme) == 0 && other.range == context.range,
		    "what was chosen is remembered");
	for (int kind = 0; kind < CONTEXT_KINDS; kind++)
		fuzz_expect(other.sets[kind].n == context.sets[kind].n, "what was picked is remembered");
	fuzz_expect(view_file_save(fuzz_dir(), &again) == 0, "a view can be saved again");
	second = fuzz_read("view", &n_second);
	fuzz_expect(n_first == n_second && memcmp(first, second, n_first) == 0, "and is the same file");
	mem_free(first);
	mem_free(second);
	context_finish(&context);
	context_finish(&other);
	return 0;
}
