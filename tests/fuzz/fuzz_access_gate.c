// SPDX-License-Identifier: Apache-2.0
/* Host, Origin and the URL of a request, one a line. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "hub/access.h"
#include "tests/fuzz/fuzz.h"

static const char *const hosts[] = { "ops.example.net", "hub.example.net:8430" };
static const char *const origins[] = { "https://ops.example.net" };

static struct access *hub(void)
{
	static struct access *access;
	struct access_options options = { .token_file = "/nowhere/hub-tokens.json" };
	struct config config;
	char why[ACCESS_WHY_MAX];

	if (access)
		return access;
	config_defaults(&config);
	config.hub.hosts = hosts;
	config.hub.n_hosts = 2;
	config.hub.origins = origins;
	config.hub.n_origins = 1;
	fuzz_expect(access_create(&options, &config.hub, (struct instant){ 0 }, &access, why) == 0, "there is access");
	return access;
}

// The few that may pass, whatever else the hub makes of a header.
static bool is_ours(const char *host)
{
	static const char *const names[] = { "127.0.0.1:8430", "localhost:8430", "ops.example.net",
					     "hub.example.net:8430" };
	const char *port;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(names[i], host) == 0)
			return true;
	if (strncasecmp(host, "ops.example.net:", 16) != 0)
		return false;
	port = host + 16;
	return *port && strspn(port, "0123456789") == strlen(port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_port = htons(50022) };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(8430) };
	struct fuzz_input input = { data, size };
	char *host = fuzz_part(&input, "\n", NULL), *origin = fuzz_part(&input, "\n", NULL);
	char *target = fuzz_part(&input, "\n", NULL), why[ACCESS_WHY_MAX];
	struct access_http http = { .target = target,
				    .host = host,
				    .origin = *origin ? origin : NULL,
				    .from = (const struct sockaddr *)&from,
				    .at = (const struct sockaddr *)&at };
	int status;

	from.sin_addr.s_addr = at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	status = access_gate(hub(), &http, (struct instant){ 0 }, why);
	fuzz_expect(status == 0 || status == 400 || status == 403 || status == 421, "there are four answers");
	fuzz_expect((status == 0) == !why[0], "a refusal has a reason");
	fuzz_expect_clean(why, "the reason is clean");
	if (status == 0) {
		fuzz_expect(is_ours(host), "a host that passes is ours");
		fuzz_expect(!*origin || strcmp(origin, origins[0]) == 0, "an origin that passes is listed");
		fuzz_expect(!strstr(target, "opt_"), "no token is in the URL");
	}
	mem_free(host);
	mem_free(origin);
	mem_free(target);
	return 0;
}
