// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "tests/fuzz/fuzz.h"

static struct label labels[] = {
	{ "env", "prod" }, { "service", "cache" }, { "tier", "guardian" }, { "x", "" }, { "zone", "\xc3\xa9u-1" },
};

static const struct agent agents[] = {
	{ .refs = 1,
	  .key = "http://a:1",
	  .name = "WowCache",
	  .url = "http://a:1",
	  .source = "config",
	  .labels = { labels, sizeof labels / sizeof labels[0] } },
	{ .refs = 1, .key = "", .name = "", .url = "" }, // a description with nothing in it
};

static unsigned match_all(const struct selector *selector)
{
	unsigned matched = 0;

	for (size_t i = 0; i < sizeof agents / sizeof agents[0]; i++)
		matched |= (unsigned)selector_matches(selector, &agents[i]) << i;
	return matched;
}

// Blanks around a selector mean nothing.
static void check_with_blank(const char *text, unsigned matched)
{
	size_t n = strlen(text);
	char *other = mem_alloc(n + 3), why[160];
	struct selector *selector;
	int r;

	other[0] = ' ';
	memcpy(other + 1, text, n);
	memcpy(other + 1 + n, " ", 2);
	r = selector_parse(other, &selector, why, sizeof why);
	fuzz_expect(r == 0 || n + 2 > 1024, "a selector with blanks around it parses");
	if (r == 0) {
		fuzz_expect(match_all(selector) == matched, "and matches the same agents");
		selector_free(selector);
	}
	mem_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), why[160] = "";
	struct selector *selector = NULL;
	int r = selector_parse(text, &selector, why, sizeof why);

	if (r < 0) {
		fuzz_expect(r == -EINVAL && why[0], "what is refused has a reason");
		fuzz_expect_clean(why, "the reason is clean");
	} else {
		fuzz_expect(text[strspn(text, " ")] || match_all(selector) == 3, "nothing selects everything");
		check_with_blank(text, match_all(selector));
		selector_free(selector);
	}
	mem_free(text);
	return 0;
}
