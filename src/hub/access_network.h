#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Networks from which somebody may come: "10.0.0.0/8", "2001:db8::/32", or a single address. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum { NETWORK_TEXT_MAX = 64 };

// An address of version 4 stands as ::ffff:a.b.c.d, as a socket of both versions sees it.
struct network {
	unsigned char address[16];
	uint8_t bits; // 0..128
	bool is_ipv4; // else it holds no address of version 4, whatever its bits
};

int network_parse(const char *text, struct network *out); // 0, or -EINVAL, also when bits past the prefix are set
void network_format(const struct network *network, char out[NETWORK_TEXT_MAX]);
bool network_has(const struct network *network, const struct sockaddr *address);

// The 16 bytes and the port of an address of either version. 0 or -EAFNOSUPPORT.
int network_address(const struct sockaddr *address, unsigned char out[16], uint16_t *port);
bool network_is_ipv4(const unsigned char address[16]);
bool network_is_loopback(const unsigned char address[16]);
// "192.0.2.7" "2001:db8::1"
void network_address_format(const unsigned char address[16], char out[NETWORK_TEXT_MAX]);
