// SPDX-License-Identifier: Apache-2.0
#include "hub/access_network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

enum { MAPPED_BYTES = 12, MAPPED_BITS = 96 };

static const unsigned char mapped[MAPPED_BYTES] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

bool network_is_ipv4(const unsigned char address[16])
{
	return memcmp(address, mapped, sizeof mapped) == 0;
}

bool network_is_loopback(const unsigned char address[16])
{
	return network_is_ipv4(address) ? address[MAPPED_BYTES] == 127
					: memcmp(address, &in6addr_loopback, sizeof in6addr_loopback) == 0;
}

void network_address_format(const unsigned char address[16], char out[NETWORK_TEXT_MAX])
{
	bool is_ipv4 = network_is_ipv4(address);

	inet_ntop(is_ipv4 ? AF_INET : AF_INET6, address + (is_ipv4 ? MAPPED_BYTES : 0), out, NETWORK_TEXT_MAX);
}

int network_address(const struct sockaddr *address, unsigned char out[16], uint16_t *port)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;

	if (address && address->sa_family == AF_INET) {
		memcpy(&four, address, sizeof four);
		memcpy(out, mapped, sizeof mapped);
		memcpy(out + MAPPED_BYTES, &four.sin_addr, sizeof four.sin_addr);
		*port = ntohs(four.sin_port);
		return 0;
	}
	if (!address || address->sa_family != AF_INET6)
		return -EAFNOSUPPORT;
	memcpy(&six, address, sizeof six);
	memcpy(out, &six.sin6_addr, sizeof six.sin6_addr);
	*port = ntohs(six.sin6_port);
	return 0;
}

static bool bit_is_set(const unsigned char *bytes, unsigned bit)
{
	return bytes[bit / 8] & (0x80 >> bit % 8);
}

static int parse_address(const char *text, struct network *out)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, text, &four) == 1) {
		out->is_ipv4 = true;
		memcpy(out->address, mapped, sizeof mapped);
		memcpy(out->address + MAPPED_BYTES, &four, sizeof four);
		return 0;
	}
	if (inet_pton(AF_INET6, text, &six) != 1)
		return -EINVAL;
	memcpy(out->address, &six, sizeof six);
	out->is_ipv4 = network_is_ipv4(out->address);
	return out->is_ipv4 ? -EINVAL : 0; // it has a plainer name
}

int network_parse(const char *text, struct network *out)
{
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	char address[NETWORK_TEXT_MAX];
	uint64_t bits;

	*out = (struct network){ .bits = 128 };
	if (n >= sizeof address)
		return -EINVAL;
	memcpy(address, text, n);
	address[n] = '\0';
	if (parse_address(address, out) < 0)
		return -EINVAL;
	if (!slash)
		return 0;
	if (number_parse_u64(slash + 1, strlen(slash + 1), out->is_ipv4 ? 32 : 128, &bits) < 0)
		return -EINVAL;
	out->bits = (uint8_t)(bits + (out->is_ipv4 ? MAPPED_BITS : 0));
	for (unsigned bit = out->bits; bit < 128; bit++)
		if (bit_is_set(out->address, bit))
			return -EINVAL;
	return 0;
}

void network_format(const struct network *network, char out[NETWORK_TEXT_MAX])
{
	size_t n;

	network_address_format(network->address, out);
	n = strlen(out);
	if (network->bits < 128)
		snprintf(out + n, NETWORK_TEXT_MAX - n, "/%d", network->bits - (network->is_ipv4 ? MAPPED_BITS : 0));
}

bool network_has(const struct network *network, const struct sockaddr *address)
{
	unsigned char bytes[16];
	uint16_t port;

	if (network_address(address, bytes, &port) < 0 || network_is_ipv4(bytes) != network->is_ipv4)
		return false;
	for (unsigned bit = 0; bit < network->bits; bit++)
		if (bit_is_set(bytes, bit) != bit_is_set(network->address, bit))
			return false;
	return true;
}
