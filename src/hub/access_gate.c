// SPDX-License-Identifier: Apache-2.0
/* Before anything else is looked at: is the request meant for this hub, and does it come from a page that may.
 *
 * A browser lets any page open a WebSocket to any address, and a page can make its own name resolve to this one ("DNS
 * rebinding"). The browser then tells in Origin whose page it is, and in Host what the page believes to speak to.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "hub/access_internal.h"

enum { HOST_MAX = 300, BAD_REQUEST = 400, FORBIDDEN = 403, MISDIRECTED = 421 };

// A Host header: lower case, without the port.
struct host {
	char name[HOST_MAX];
	uint16_t port; // 0: not said
};

static int split_host(const char *text, struct host *out)
{
	size_t n = strlen(text), n_name = text[0] == '[' ? strcspn(text, "]") + 1 : strcspn(text, ":");
	uint64_t port = 0;

	if (n == 0 || n >= sizeof out->name || n_name > n || n_name == 0)
		return -EINVAL;
	if (text[n_name] == ':' &&
	    (number_parse_u64(text + n_name + 1, n - n_name - 1, UINT16_MAX, &port) < 0 || text[n_name + 1] == '0'))
		return -EINVAL; // "08430" is nobody's way to write it
	if (text[n_name] != ':' && text[n_name] != '\0')
		return -EINVAL;
	for (size_t i = 0; i < n_name; i++) {
		char c = text[i];

		if (c <= ' ' || c >= 0x7f)
			return -EINVAL;
		out->name[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	out->name[n_name] = '\0';
	out->port = (uint16_t)port;
	return 0;
}

static bool is_listed(const struct policy *policy, const struct host *host)
{
	char whole[HOST_MAX + 8];

	snprintf(whole, sizeof whole, "%s:%u", host->name, host->port);
	for (size_t i = 0; i < policy->n_hosts; i++)
		if (strcmp(policy->hosts[i], host->name) == 0 || (host->port && strcmp(policy->hosts[i], whole) == 0))
			return true;
	return false;
}

// The bytes of a name that is an address; no page can make another one of it.
static bool read_literal(const char *name, unsigned char out[16])
{
	struct network network;
	char text[HOST_MAX];
	size_t n = strlen(name);

	snprintf(text, sizeof text, "%s", name);
	if (text[0] == '[') {
		text[n - 1] = '\0';
		memmove(text, text + 1, n - 1);
	}
	if (strchr(text, '/') || network_parse(text, &network) < 0)
		return false;
	memcpy(out, network.address, 16);
	return true;
}

static bool is_own_address(const struct policy *policy, const struct host *host, const struct sockaddr *at)
{
	unsigned char own[16], named[16];
	uint16_t own_port, port = host->port;

	if (network_address(at, own, &own_port) < 0)
		return false;
	if (!port)
		port = policy->has_tls ? 443 : 80;
	if (port != own_port)
		return false;
	if (strcmp(host->name, "localhost") == 0)
		return network_is_loopback(own);
	return read_literal(host->name, named) && memcmp(own, named, sizeof own) == 0;
}

static int judge_host(const struct policy *policy, const struct access_http *http, char why[ACCESS_WHY_MAX])
{
	struct host host;

	if (!http->from)
		return 0; // no browser gets at a socket in the file system
	if (!http->host || split_host(http->host, &host) < 0) {
		snprintf(why, ACCESS_WHY_MAX, "%s", http->host ? "Host is none" : "no Host");
		return BAD_REQUEST;
	}
	if (is_listed(policy, &host) || is_own_address(policy, &host, http->at))
		return 0;
	snprintf(why, ACCESS_WHY_MAX, "Host is not this hub; add it to hosts of the hub's configuration if it is");
	return MISDIRECTED;
}

static int judge_origin(const struct policy *policy, const char *origin, char why[ACCESS_WHY_MAX])
{
	if (!origin)
		return 0; // no browser
	for (size_t i = 0; i < policy->n_origins; i++)
		if (strcmp(policy->origins[i], origin) == 0)
			return 0;
	snprintf(why, ACCESS_WHY_MAX, "Origin is not among the origins of the hub's configuration");
	return FORBIDDEN;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// URLs end up in logs, histories and Referer headers.
static bool has_token(const char *target)
{
	static const char *const names[] = { "token=", "access_token=", "authorization=", "bearer=" };

	if (!target)
		return false;
	if (strstr(target, "opt_"))
		return true;
	for (const char *c = target; *c; c++)
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
			if (strncasecmp(c, names[i], strlen(names[i])) == 0 && (c == target || !is_word(c[-1])))
				return true;
	return false;
}

int access_gate(struct access *access, const struct access_http *http, struct instant now, char why[ACCESS_WHY_MAX])
{
	char origin[ACCESS_ORIGIN_MAX];
	int status = 0;

	why[0] = '\0';
	if (http->has_several) {
		snprintf(why, ACCESS_WHY_MAX, "Host, Origin or Authorization stands there twice");
		status = BAD_REQUEST;
	} else if (has_token(http->target)) {
		snprintf(why, ACCESS_WHY_MAX, "a token in the URL; expected it in the header Authorization");
		status = BAD_REQUEST;
	}
	if (!status)
		status = judge_host(&access->policy, http, why);
	if (!status)
		status = judge_origin(&access->policy, http->origin, why);
	if (status) {
		access_origin_of(http->from, origin);
		record_stranger(access, AUDIT_ACCESS, "", origin,
				status == FORBIDDEN ? http->origin
				: http->host        ? http->host
						    : "",
				why, now);
	}
	return status;
}
