// SPDX-License-Identifier: Apache-2.0
#include "agents/url.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"

static int refuse(char *why, size_t size, const char *expected)
{
	snprintf(why, size, "expected %s", expected);
	return -EINVAL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

// Percent-decodes; false for a broken escape or a control character, which no header may carry.
static bool decode(const char *in, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++) {
		char c = in[i];

		if (c == '%') {
			int high = i + 2 < n ? hex_digit(in[i + 1]) : -1, low = high < 0 ? -1 : hex_digit(in[i + 2]);

			if (low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if ((unsigned char)c < 0x20 || c == 0x7f)
			return false;
		*out++ = c;
	}
	*out = '\0';
	return true;
}

// Takes "scheme://" off the front; http when there is none.
static const char *read_scheme(const char *text, bool *is_https, char *why, size_t why_size)
{
	const char *mark = strstr(text, "://");
	size_t n = mark ? (size_t)(mark - text) : 0;

	*is_https = false;
	if (!mark || n > strcspn(text, "/?#"))
		return text;
	*is_https = n == 5 && strncasecmp(text, "https", 5) == 0;
	if (*is_https || (n == 4 && strncasecmp(text, "http", 4) == 0))
		return mark + 3;
	refuse(why, why_size, "http:// or https://");
	return NULL;
}

static bool is_ipv6(const char *text, size_t n)
{
	return n >= 2 && strspn(text, "0123456789abcdefABCDEF:.") == n && memchr(text, ':', n);
}

static bool is_host(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("-._", text[i]))
			return false;
	return n > 0 && n <= 253 && isalnum((unsigned char)text[n - 1]);
}

// Splits host and port. The port is 0 when none is given.
static int read_host(const char *text, size_t n, size_t *n_host, uint64_t *port, char *why, size_t why_size)
{
	const char *colon;

	if (text[0] == '[') {
		const char *end = memchr(text, ']', n);

		*n_host = end ? (size_t)(end - text) + 1 : 0;
		if (!end || !is_ipv6(text + 1, *n_host - 2))
			return refuse(why, why_size, "an IPv6 address between [ and ]");
	} else {
		colon = memchr(text, ':', n);
		*n_host = colon ? (size_t)(colon - text) : n;
		if (colon && memchr(colon + 1, ':', n - *n_host - 1))
			return refuse(why, why_size, "an IPv6 address between [ and ]");
		if (!is_host(text, *n_host))
			return refuse(why, why_size, "a host name or address (host:port)");
	}
	*port = 0;
	if (*n_host == n)
		return 0;
	if (text[*n_host] != ':' || number_parse_u64(text + *n_host + 1, n - *n_host - 1, 65535, port) < 0 || !*port)
		return refuse(why, why_size, "a port from 1 to 65535 after the host");
	return 0;
}

static void put_base(struct url *out, const char *host, size_t n_host, uint64_t port, bool is_https)
{
	const char *scheme = is_https ? "https://" : "http://";
	char *to = out->base + strlen(scheme);

	memcpy(out->base, scheme, strlen(scheme));
	out->authority = to;
	for (size_t i = 0; i < n_host; i++)
		*to++ = (char)tolower((unsigned char)host[i]);
	*to = '\0';
	if (port && port != (is_https ? 443 : 80))
		snprintf(to, 7, ":%u", (unsigned)port);
}

static bool is_printable_ascii(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] <= 0x20 || text[i] == 0x7f)
			return false;
	return true;
}

static void put_path(struct url *out, const char *path)
{
	size_t n = strcspn(path, "#"), at = 0;

	if (path[0] != '/')
		out->path[at++] = '/';
	if (n > TARGET_URL_MAX - at)
		n = TARGET_URL_MAX - at;
	memcpy(out->path + at, path, n);
	out->path[at + n] = '\0';
}

int url_parse(const char *text, struct url *out, char *why, size_t why_size)
{
	const char *authority, *host;
	size_t n = strlen(text), n_authority, n_host;
	uint64_t port;
	bool is_https;
	int r;

	memset(out, 0, sizeof *out);
	if (n == 0 || n > TARGET_URL_MAX)
		return refuse(why, why_size, n ? "an address of at most 2048 characters" : "an address (host:port)");
	if (!is_printable_ascii(text, n))
		return refuse(why, why_size, "printable ASCII without spaces (percent-encode anything else)");
	authority = read_scheme(text, &is_https, why, why_size);
	if (!authority)
		return -EINVAL;
	n_authority = strcspn(authority, "/?#");
	host = memrchr(authority, '@', n_authority);
	if (host && !decode(authority, (size_t)(host - authority), out->credentials))
		return refuse(why, why_size, "a user and password whose percent signs are followed by two digits");
	host = host ? host + 1 : authority;
	r = read_host(host, (size_t)(authority + n_authority - host), &n_host, &port, why, why_size);
	if (r < 0)
		return r;
	put_base(out, host, n_host, port, is_https);
	put_path(out, authority + n_authority);
	return 0;
}

bool url_parameter(const char *query, const char *name, char *out, size_t size)
{
	size_t n_name = strlen(name);

	while (*query) {
		size_t n = strcspn(query, "&");

		if (n > n_name + 1 && n - n_name - 1 < size && strncmp(query, name, n_name) == 0 &&
		    query[n_name] == '=')
			return decode(query + n_name + 1, n - n_name - 1, out);
		query += n + (query[n] == '&');
	}
	return false;
}
