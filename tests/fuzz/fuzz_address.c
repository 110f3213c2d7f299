// SPDX-License-Identifier: Apache-2.0
/* An address as somebody types it; after a newline, an endpoint that is given for it. */
#include <errno.h>
#include <string.h>

#include "agents/target.h"
#include "base/memory.h"
#include "tests/fuzz/fuzz.h"

// The normal form of an address is an address, and its own normal form.
static void check_again(const struct agent *agent)
{
	struct agent *again;
	char why[160];

	if (strlen(agent->key) > TARGET_URL_MAX) // what was given was shorter by the scheme
		return;
	fuzz_expect(target_parse(agent->key, "test", &again, why, sizeof why) == 0, "a key is an address");
	fuzz_expect(strcmp(again->key, agent->key) == 0, "a key is in its normal form");
	fuzz_expect(strcmp(again->url, agent->url) == 0, "a key is of the same base");
	fuzz_expect(strcmp(again->name, agent->name) == 0, "a key is of the same name");
	fuzz_expect(!again->authorization, "a key has no credentials");
	agent_unref(again);
}

static void check_endpoint(const struct agent *agent, const char *given)
{
	char *url = NULL, why[160] = "";
	int r = target_resolve(agent->url, given, &url, why, sizeof why);

	if (r < 0) {
		fuzz_expect(r == -EINVAL && why[0], "what is refused has a reason");
		fuzz_expect_clean(why, "the reason is clean");
		return;
	}
	fuzz_expect_clean(url, "an endpoint is clean");
	fuzz_expect(strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0, "an endpoint is a URL");
	fuzz_expect(strstr(given, "://") || strncmp(url, agent->url, strlen(agent->url)) == 0,
		    "a path is of the agent");
	mem_free(url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input input = { data, size };
	char *text = fuzz_part(&input, "\n", NULL), *given = fuzz_part(&input, "\n", NULL), why[160] = "";
	struct agent *agent;
	int r = target_parse(text, "test", &agent, why, sizeof why);

	if (r < 0) {
		fuzz_expect(r == -EINVAL && why[0], "what is refused has a reason");
		fuzz_expect_clean(why, "the reason is clean");
	} else {
		fuzz_expect_agent(agent);
		fuzz_expect(agent->is_discovering + !!agent->health_url + !!agent->metrics_url == 1,
			    "one thing is known");
		check_again(agent);
		check_endpoint(agent, given);
		agent_unref(agent);
	}
	mem_free(text);
	mem_free(given);
	return 0;
}
