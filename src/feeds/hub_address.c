// SPDX-License-Identifier: Apache-2.0
#include "feeds/hub_address.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "text/text.h"

enum { PORT_MAX = 65535 };

static const char default_socket[] = "/run/opscon/hub.sock";

static int refuse(char *why, size_t why_size, const char *words)
{
	snprintf(why, why_size, "%s", words);
	return -EINVAL;
}

// Of a hub of this machine, the system's or the user's.
static bool is_usual(const char *path)
{
	static const char tail[] = "/opscon/hub.sock";
	size_t n = strlen(path);

	return n >= sizeof tail && strcmp(path + n - (sizeof tail - 1), tail) == 0;
}

// The one that was meant, where that can be known and told whole: of a relative one the file it names here.
static int refuse_path(const char *path, char *why, size_t why_size)
{
	static const char words[] = "expected the full path of a socket: unix:";
	char dir[HUB_SOCKET_MAX];

	while (strncmp(path, "./", 2) == 0)
		path += 2;
	if (!*path || path[0] == '/' || path[strlen(path) - 1] == '/' || !getcwd(dir, sizeof dir) ||
	    !text_is_clean(dir) || sizeof words + strlen(dir) + 1 + strlen(path) > why_size)
		return refuse(why, why_size, "expected the full path of a socket: unix:/run/opscon/hub.sock");
	snprintf(why, why_size, "%s%s/%s", words, strcmp(dir, "/") == 0 ? "" : dir, path);
	return -EINVAL;
}

static int take_socket(const char *path, struct hub_address *out, char *why, size_t why_size)
{
	if (path[0] != '/' || path[strlen(path) - 1] == '/')
		return refuse_path(path, why, why_size);
	if (strlen(path) >= sizeof out->socket)
		return refuse(why, why_size, "the path of a socket has at most 107 bytes");
	snprintf(out->socket, sizeof out->socket, "%s", path);
	snprintf(out->url, sizeof out->url, "http://localhost");
	snprintf(out->name, sizeof out->name, "%.79s", is_usual(path) ? "local" : strrchr(path, '/') + 1);
	out->is_loopback = true;
	return 0;
}

static bool is_loopback(const char *host, size_t n)
{
	static const char *const names[] = { "localhost", "[::1]" };
	bool is_v4 = n > 4 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") >= n;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strlen(names[i]) == n && strncasecmp(host, names[i], n) == 0)
			return true;
	return is_v4;
}

static bool is_host(const char *host, size_t n)
{
	if (n > 2 && host[0] == '[' && host[n - 1] == ']')
		return strspn(host + 1, "0123456789abcdefABCDEF:.") >= n - 2;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)host[i]) && !strchr(".-_", host[i]))
			return false;
	return n > 0;
}

// Bytes of the host in "host:port/path".
static size_t host_length(const char *at)
{
	const char *end = at[0] == '[' ? strchr(at, ']') : NULL;

	return end ? (size_t)(end + 1 - at) : strcspn(at, ":/");
}

static bool is_rest(const char *rest)
{
	size_t n_port = rest[0] == ':' ? strspn(rest + 1, "0123456789") : 0;
	uint64_t port;

	if (rest[0] == ':') {
		if (number_parse_u64(rest + 1, n_port, PORT_MAX, &port) < 0 || port == 0)
			return false;
		rest += 1 + n_port;
	}
	return rest[0] == '\0' || rest[0] == '/';
}

static int take_url(const char *scheme, const char *at, struct hub_address *out, char *why, size_t why_size)
{
	size_t n = host_length(at);

	if (strchr(at, '@') || strchr(at, '?') || strchr(at, '#'))
		return refuse(why, why_size,
			      "a secret has no place in an address; put the token into a file: --token-file FILE");
	if (!is_host(at, n) || !is_rest(at + n))
		return refuse(why, why_size, "expected ws://HOST:PORT or wss://HOST:PORT");
	if (strlen(at) + sizeof "https://" > sizeof out->url)
		return refuse(why, why_size, "it is too long");
	snprintf(out->url, sizeof out->url, "%s://%s", scheme, at);
	for (size_t end = strlen(out->url); out->url[end - 1] == '/'; end--)
		out->url[end - 1] = '\0';
	snprintf(out->name, sizeof out->name, "%.*s", (int)(n < sizeof out->name ? n : sizeof out->name - 1), at);
	out->is_loopback = is_loopback(at, n);
	return 0;
}

int hub_address_parse(const char *text, struct hub_address *out, char *why, size_t why_size)
{
	*out = (struct hub_address){ 0 };
	if (!text_is_clean(text) || strchr(text, ' '))
		return refuse(why, why_size, "it holds a blank or a control character");
	if (strlen(text) >= sizeof out->text)
		return refuse(why, why_size, "it is too long");
	memcpy(out->text, text, strlen(text) + 1);
	if (strncmp(text, "unix:", 5) == 0)
		return take_socket(text + 5, out, why, why_size);
	out->is_tls = strncasecmp(text, "wss://", 6) == 0;
	if (out->is_tls)
		return take_url("https", text + 6, out, why, why_size);
	if (strncasecmp(text, "ws://", 5) == 0)
		return take_url("http", text + 5, out, why, why_size);
	if (strncasecmp(text, "http://", 7) == 0)
		return refuse(why, why_size, "http:// is an agent's address; that of a hub begins with ws://");
	if (strncasecmp(text, "https://", 8) == 0)
		return refuse(why, why_size, "https:// is an agent's address; that of a hub begins with wss://");
	return refuse(why, why_size, "expected unix:PATH, ws://HOST:PORT or wss://HOST:PORT");
}

void hub_address_default(const char *runtime_dir, struct hub_address *out)
{
	char text[HUB_SOCKET_MAX + 8], why[8];

	if (runtime_dir && *runtime_dir == '/') {
		snprintf(text, sizeof text, "unix:%.90s/opscon/hub.sock", runtime_dir);
		if (access(text + 5, F_OK) == 0 && hub_address_parse(text, out, why, sizeof why) == 0)
			return;
	}
	snprintf(text, sizeof text, "unix:%s", default_socket);
	hub_address_parse(text, out, why, sizeof why);
}
