#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A bad link: a TCP proxy on the test's own loop in front of a server on loopback. What it does to bytes can be changed
 * while connections stand.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct proxy_link;

// All zero: a good link. What is said of bytes holds for those that come back from the server.
struct proxy_faults {
	unsigned delay_ms, jitter_ms; // each piece waits so long, and up to so much longer
	bool is_mute;                 // what comes is taken and passed on to nobody, both ways
	bool drips;                   // a byte each 20 ms
	size_t cut_after;             // 0: never. A connection ends after so many bytes ...
	bool is_reset;                // ... with RST, else with FIN
};

struct tcp_proxy {
	uv_tcp_t listener;
	char host[46];
	int upstream_port, port;
	struct proxy_faults faults;
	struct proxy_link *links;
	size_t n_accepted;
	uint32_t random;
	bool is_closing;
};

void tcp_proxy_start(struct tcp_proxy *proxy, uv_loop_t *loop, const char *host, int upstream_port);
void tcp_proxy_reset_all(struct tcp_proxy *proxy); // every connection ends with RST, it listens on
void tcp_proxy_stop(struct tcp_proxy *proxy);      // run the loop until it is empty
