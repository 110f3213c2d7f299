// SPDX-License-Identifier: Apache-2.0
#include <net/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "poll/prober.h"

enum { FOUND_NONE, FOUND_ROUTE, FOUND_UNKNOWN };

// /proc/net/route: Iface Destination Gateway Flags ...; one line of titles first.
static bool is_ipv4_route(const char *line)
{
	char interface[32];
	unsigned flags;

	return sscanf(line, "%31s %*8x %*8x %4x", interface, &flags) == 2 && (flags & RTF_UP) &&
	       strcmp(interface, "lo") != 0;
}

// /proc/net/ipv6_route: destination/len source/len gateway metric refs use flags interface. Link-local and multicast
// routes stand there as soon as an interface exists: they lead nowhere.
static bool is_ipv6_route(const char *line)
{
	char destination[33], interface[32];
	unsigned flags;

	if (sscanf(line, "%32s %*2x %*32s %*2x %*32s %*8x %*8x %*8x %8x %31s", destination, &flags, interface) != 3)
		return false;
	return (flags & RTF_UP) && !(flags & RTF_REJECT) && strcmp(interface, "lo") != 0 &&
	       strncmp(destination, "fe8", 3) != 0 && strncmp(destination, "ff", 2) != 0;
}

static int find_route(const char *path, bool (*is_route)(const char *line))
{
	FILE *file = path ? fopen(path, "re") : NULL;
	int found = FOUND_NONE;
	char line[512];

	if (!file)
		return path ? FOUND_UNKNOWN : FOUND_NONE;
	while (found == FOUND_NONE && fgets(line, sizeof line, file))
		if (is_route(line))
			found = FOUND_ROUTE;
	(void)fclose(file);
	return found;
}

bool prober_has_network(const char *route_path, const char *ipv6_route_path)
{
	int ipv4 = find_route(route_path, is_ipv4_route);
	int ipv6 = find_route(ipv6_route_path, is_ipv6_route);

	return ipv4 == FOUND_ROUTE || ipv6 == FOUND_ROUTE || ipv4 == FOUND_UNKNOWN;
}
