// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.h"

#include <errno.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static struct label extra[] = { { "env", "prod" }, { "tier", "guardian" } };

const struct labels targets_extra = { extra, sizeof extra / sizeof extra[0] };

void targets_check(int r, const struct target_list *list, const struct target_error *error)
{
	if (r < 0) {
		fuzz_expect(r == -EINVAL || r == -E2BIG, "a list is refused as such");
		fuzz_expect(list->n == 0 && !list->agents, "a list is taken whole or not at all");
		fuzz_expect_clean(error->text, "the mistake is clean");
		fuzz_expect(error->text[0], "what is refused has a reason");
		return;
	}
	fuzz_expect(list->n <= TARGETS_MAX, "targets are within their limit");
	for (size_t i = 0; i < list->n; i++) {
		const struct agent *agent = list->agents[i];

		fuzz_expect_agent(agent);
		fuzz_expect(agent->labels.n <= TARGET_LABELS_MAX + targets_extra.n, "labels are within their limit");
		fuzz_expect(labels_get(&agent->labels, "env") && labels_get(&agent->labels, "tier"),
			    "the source's labels are there");
		for (size_t j = 0; j < agent->labels.n; j++)
			fuzz_expect(strncmp(agent->labels.items[j].name, "__", 2) != 0, "what is for us is not shown");
	}
}
