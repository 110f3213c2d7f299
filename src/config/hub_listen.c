// SPDX-License-Identifier: Apache-2.0
/* hub: where it listens, and by which names it may be asked for. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "config/hub.h"
#include "config/values.h"

// ---- addresses

static int judge_address(struct hub_listen *listen)
{
	struct in6_addr six;
	struct in_addr four;

	if (listen->is_ipv6) {
		if (inet_pton(AF_INET6, listen->host, &six) != 1 ||
		    !inet_ntop(AF_INET6, &six, listen->host, sizeof listen->host))
			return -EINVAL;
		listen->is_loopback = memcmp(&six, &in6addr_loopback, sizeof six) == 0;
		listen->is_any = memcmp(&six, &in6addr_any, sizeof six) == 0;
		return 0;
	}
	if (inet_pton(AF_INET, listen->host, &four) != 1)
		return -EINVAL;
	listen->is_loopback = (ntohl(four.s_addr) >> 24) == 127;
	listen->is_any = four.s_addr == htonl(INADDR_ANY);
	return 0;
}

static int parse_port(const char *text, uint16_t *out)
{
	uint64_t port;

	if (number_parse_u64(text, strlen(text), UINT16_MAX, &port) < 0 || port == 0)
		return -EINVAL;
	*out = (uint16_t)port;
	return 0;
}

int config_listen_parse(const char *text, struct hub_listen *out)
{
	const char *colon = strrchr(text, ':'), *host = text;
	size_t n;

	*out = (struct hub_listen){ .text = text };
	if (!colon || parse_port(colon + 1, &out->port) < 0)
		return -EINVAL;
	n = (size_t)(colon - text);
	out->is_ipv6 = n >= 2 && host[0] == '[' && host[n - 1] == ']';
	if (out->is_ipv6) {
		host++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof out->host)
		return -EINVAL;
	memcpy(out->host, host, n);
	if (!out->is_ipv6 && strcasecmp(out->host, "localhost") == 0)
		strcpy(out->host, "127.0.0.1");
	return judge_address(out);
}

bool config_hub_uses_tls(const struct hub_config *hub)
{
	for (size_t i = 0; i < hub->n_listens; i++)
		if (!hub->listens[i].is_loopback)
			return hub->cert_file != NULL;
	return false;
}

struct listens {
	struct hub_config *hub;
	struct hub_listen *items;
	size_t n;
};

static void read_listen(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	struct listens *listens = ctx;
	static const struct field limits = { .max = 64 };
	struct hub_listen listen;
	const char *text = NULL;
	char quote[QUOTE_MAX];

	(void)i;
	value_text(reader, node, &limits, &text);
	if (!text)
		return;
	if (config_listen_parse(text, &listen) < 0) {
		reader_mistake(
			reader, node,
			"%s; expected an address and a port such as 127.0.0.1:8430, [::1]:8430 or localhost:8430",
			reader_quote(node, quote));
		return;
	}
	for (size_t k = 0; k < listens->n; k++)
		if (strcmp(listens->items[k].host, listen.host) == 0 && listens->items[k].port == listen.port) {
			reader_mistake(reader, node, "%s is there already; expected it once",
				       reader_quote(node, quote));
			return;
		}
	if (!listen.is_loopback && !listens->hub->cert_file)
		reader_mistake(reader, node,
			       "%s without TLS; expected tls: {cert: FILE, key: FILE}, or a loopback address",
			       reader_quote(node, quote));
	listens->items[listens->n++] = listen;
}

// Room for a list of that many.
static void *room(struct reader *reader, const yaml_node_t *node, const char *what, size_t size, size_t *n)
{
	*n = reader_count(reader, node, what);
	return *n ? reader_alloc(reader, *n * size) : NULL;
}

void hub_listens(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct listens listens = { .hub = out };
	size_t n;

	(void)field;
	listens.items = room(reader, node, "addresses", sizeof *listens.items, &n);
	if (listens.items)
		reader_each(reader, node, read_listen, &listens);
	listens.hub->listens = listens.items;
	listens.hub->n_listens = listens.n;
}

// ---- names

static void lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text += 'a' - 'A';
}

static bool is_name(const char *text, size_t n)
{
	if (n == 0 || n > 253 || text[0] == '.' || text[0] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789.-_", text[i], 39))
			return false;
	return true;
}

// The length of host or [address] at the start of a lower-case text; 0 when there is none.
static size_t host_length(const char *text)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr six;
	size_t n = strcspn(text, ":/");

	if (text[0] != '[')
		return is_name(text, n) ? n : 0;
	n = strcspn(text + 1, "]");
	if (text[1 + n] != ']' || n >= sizeof address)
		return 0;
	memcpy(address, text + 1, n);
	address[n] = '\0';
	return inet_pton(AF_INET6, address, &six) == 1 ? n + 2 : 0;
}

// host or host:port
static bool is_host(const char *text)
{
	size_t n = host_length(text);
	uint16_t port;

	if (!n)
		return false;
	return text[n] == '\0' || (text[n] == ':' && parse_port(text + n + 1, &port) == 0);
}

// scheme://host or with :port. A browser leaves out the port that is the scheme's own, so it goes here as well.
static bool is_origin(char *text)
{
	const char *usual;
	char *host, *port;
	size_t n;

	if (strncmp(text, "https://", 8) == 0)
		usual = ":443";
	else if (strncmp(text, "http://", 7) == 0)
		usual = ":80";
	else
		return false;
	host = strstr(text, "://") + 3;
	n = host_length(host);
	if (!is_host(host))
		return false;
	port = host + n;
	if (strcmp(port, usual) == 0)
		*port = '\0';
	return true;
}

struct names {
	bool is_origin;
	const char **items;
	size_t n;
};

static void read_name(struct reader *reader, const yaml_node_t *node, size_t i, void *ctx)
{
	static const struct field limits = { .max = 300 };
	struct names *names = ctx;
	const char *text = NULL;
	char quote[QUOTE_MAX], *own;

	(void)i;
	value_text(reader, node, &limits, &text);
	own = text ? arena_strdup(reader->arena, text) : NULL;
	reader->is_out_of_memory |= text && !own;
	if (!own)
		return;
	lower(own);
	if (names->is_origin ? is_origin(own) : is_host(own))
		names->items[names->n++] = own;
	else if (names->is_origin)
		reader_mistake(reader, node, "%s; expected an origin such as https://ops.example.net, without a path",
			       reader_quote(node, quote));
	else
		reader_mistake(reader, node, "%s; expected a host such as ops.example.net or ops.example.net:8430",
			       reader_quote(node, quote));
}

static void read_names(struct reader *reader, const yaml_node_t *node, struct names *names)
{
	size_t n;

	names->items = room(reader, node, names->is_origin ? "origins" : "hosts", sizeof *names->items, &n);
	if (names->items)
		reader_each(reader, node, read_name, names);
}

void hub_origins(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct names names = { .is_origin = true };
	struct hub_config *hub = out;

	(void)field;
	read_names(reader, node, &names);
	hub->origins = names.items;
	hub->n_origins = names.n;
}

void hub_hosts(struct reader *reader, const yaml_node_t *node, const struct field *field, void *out)
{
	struct names names = { .is_origin = false };
	struct hub_config *hub = out;

	(void)field;
	read_names(reader, node, &names);
	hub->hosts = names.items;
	hub->n_hosts = names.n;
}
