#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Where a hub is: `unix:PATH`, `ws://HOST[:PORT][/PATH]` or `wss://...`. A secret has no place in an address, which
 * stands in histories, process lists and logs: one that holds a name or a query is refused.
 */
#include <stdbool.h>
#include <stddef.h>

enum { HUB_ADDRESS_MAX = 512, HUB_NAME_MAX = 80, HUB_SOCKET_MAX = 108 };

struct hub_address {
	char text[HUB_ADDRESS_MAX];  // as it is shown: "unix:/run/opscon/hub.sock", "wss://hub.example:7440"
	char url[HUB_ADDRESS_MAX];   // of its HTTP side, without a slash at the end: "https://hub.example:7440"
	char name[HUB_NAME_MAX];     // short: "hub.example"; of a socket "local", or its file
	char socket[HUB_SOCKET_MAX]; // a full path; "" where it is TCP
	bool is_tls;
	bool is_loopback; // it does not leave this machine
};

// 0, or -EINVAL with why, for people.
int hub_address_parse(const char *text, struct hub_address *out, char *why, size_t why_size);

/* The socket where a hub of this machine is: RUNTIME_DIR/opscon/hub.sock when it is there (runtime_dir may be NULL or
 * ""), else /run/opscon/hub.sock.
 */
void hub_address_default(const char *runtime_dir, struct hub_address *out);
