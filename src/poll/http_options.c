// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/un.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "poll/http_internal.h"

enum {
	RECEIVE_BYTES = 16 * 1024, // of each transfer that is out: thousands, when peers hang
	NAME_CACHE_S = 1,          // kept connections need no name, and who failed is looked up anew: it may have moved
	LOW_SPEED_BYTES = 1,       // a second, over
	HEADER_LINE_MAX = 8192,
};

static bool is_clean(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static bool is_token(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("!#$%&'*+-.^_`|~", *text))
			return false;
	return true;
}

static bool is_socket_path(const char *path)
{
	return path[0] == '/' && strlen(path) < sizeof((struct sockaddr_un *)0)->sun_path && is_clean(path);
}

bool http_request_is_sane(const struct http_request *request)
{
	if (!request->url || !*request->url || !is_clean(request->url))
		return false;
	if (request->method && !is_token(request->method))
		return false;
	if (request->unix_socket && !is_socket_path(request->unix_socket))
		return false;
	if ((request->authorization && !is_clean(request->authorization)) ||
	    (request->accept && !is_clean(request->accept)))
		return false;
	for (size_t i = 0; i < request->n_headers; i++)
		if (!is_token(request->headers[i].name) || !is_clean(request->headers[i].value))
			return false;
	return true;
}

bool http_url_has_literal(const char *url)
{
	const char *host = strstr(url, "://");
	const char *user;
	size_t n;

	host = host ? host + 3 : url;
	n = strcspn(host, "/?#");
	user = memrchr(host, '@', n);
	if (user) {
		n -= (size_t)(user + 1 - host);
		host = user + 1;
	}
	if (n && host[0] == '[')
		return true;
	n = strcspn(host, ":/?#");
	return n > 0 && strspn(host, "0123456789.") == n;
}

static size_t header_cb(char *data, size_t size, size_t n, void *ctx)
{
	struct http_transfer *transfer = ctx;

	http_head_line(&transfer->answer.head, data, size * n);
	return http_intake_header(&transfer->intake, data, size * n) ? size * n : 0;
}

static size_t body_cb(char *data, size_t size, size_t n, void *ctx)
{
	struct http_transfer *transfer = ctx;

	// Zero for zero bytes is no error to libcurl, and anything else than the number is one.
	return http_intake_body(&transfer->intake, data, size * n) ? size * n : size * n + 1;
}

static int ready_cb(void *ctx, char *peer_ip, char *local_ip, int peer_port, int local_port)
{
	struct http_transfer *transfer = ctx;

	(void)peer_ip;
	(void)local_ip;
	(void)peer_port;
	(void)local_port;
	transfer->is_resolved = transfer->is_ready = true;
	return CURL_PREREQFUNC_OK;
}

/* A lookup cannot be stopped, only left behind in its thread. When too many have been, no more are begun: the threads
 * of a resolver that hangs for half a minute must not pile up.
 */
static int lookup_cb(void *resolver, void *reserved, void *ctx)
{
	struct http_transfer *transfer = ctx;
	struct http_client *client = transfer->client;
	int64_t now_ms = (int64_t)(uv_hrtime() / 1000000);

	(void)resolver;
	(void)reserved;
	while (client->stalled_ring.count && client->stalled[ring_at(&client->stalled_ring, 0)] <= now_ms)
		(void)ring_pop(&client->stalled_ring);
	if (ring_is_full(&client->stalled_ring) && !transfer->has_literal_host) {
		transfer->is_refused_lookup = true;
		return 1;
	}
	transfer->is_looking_up = true;
	return 0;
}

static CURLcode set_text(CURL *easy, CURLoption option, const char *text)
{
	return curl_easy_setopt(easy, option, text);
}

static CURLcode set_number(CURL *easy, CURLoption option, long number)
{
	return curl_easy_setopt(easy, option, number);
}

static CURLcode set_callbacks(struct http_transfer *transfer)
{
	CURL *easy = transfer->easy;
	CURLcode code = CURLE_OK;

	code |= curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	code |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
	code |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_cb);
	code |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
	code |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_cb);
	code |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	code |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, ready_cb);
	code |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
	code |= curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, lookup_cb);
	code |= curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, transfer);
	code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, http_socket_open_cb);
	code |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
	code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, http_socket_close_cb);
	// Of the client, not of the transfer: a kept connection is closed long after it.
	code |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transfer->client);
	return code;
}

int http_options_prepare(struct http_transfer *transfer)
{
	static const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_QUICK_EXIT, 1 }, // do not wait for a resolver that hangs
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_HTTP09_ALLOWED, 0 },
		{ CURLOPT_HTTP_CONTENT_DECODING, 0 }, // see http_intake.h
		{ CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_BUFFERSIZE, RECEIVE_BYTES },
		{ CURLOPT_MAXAGE_CONN, HTTP_MAX_IDLE_S },
		{ CURLOPT_DNS_CACHE_TIMEOUT, NAME_CACHE_S },
	};
	CURLcode code = set_callbacks(transfer);

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		code |= set_number(transfer->easy, numbers[i].option, numbers[i].value);
	code |= set_text(transfer->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	code |= set_text(transfer->easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	code |= set_text(transfer->easy, CURLOPT_NOPROXY, "");
	code |= set_text(transfer->easy, CURLOPT_USERAGENT, transfer->client->options.user_agent);
	return code == CURLE_OK ? 0 : -ENOMEM;
}

static bool add_line(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (longer)
		*list = longer;
	return longer != NULL;
}

static int add_header(struct curl_slist **list, const char *name, const char *value)
{
	struct bytes line;
	int r;

	bytes_init(&line, HEADER_LINE_MAX);
	// libcurl's way to say "with no value" is a semicolon.
	r = *value ? bytes_addf(&line, "%s: %s", name, value) : bytes_addf(&line, "%s;", name);
	if (r == 0 && !add_line(list, line.data))
		r = -ENOMEM;
	bytes_finish(&line);
	return r == -EMSGSIZE ? -EINVAL : r;
}

static int apply_headers(struct http_transfer *transfer, const struct http_request *request)
{
	int r;

	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
	r = add_header(&transfer->headers, "Accept-Encoding", "gzip");
	if (r == 0 && request->accept)
		r = add_header(&transfer->headers, "Accept", request->accept);
	if (r == 0 && request->authorization)
		r = add_header(&transfer->headers, "Authorization", request->authorization);
	// Neither a wait for 100 Continue nor a form's content type was asked for.
	if (r == 0 && request->body &&
	    (!add_line(&transfer->headers, "Expect:") ||
	     (request->n_headers == 0 && !add_line(&transfer->headers, "Content-Type:"))))
		r = -ENOMEM;
	for (size_t i = 0; r == 0 && i < request->n_headers; i++)
		r = add_header(&transfer->headers, request->headers[i].name, request->headers[i].value);
	if (r == 0)
		curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
	return r;
}

static CURLcode apply_method(struct http_transfer *transfer, const struct http_request *request)
{
	const char *method = request->method ? request->method : "GET";
	CURL *easy = transfer->easy;
	CURLcode code = CURLE_OK;

	if (transfer->has_sent_body) {
		code |= set_text(easy, CURLOPT_COPYPOSTFIELDS, NULL);
		code |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)-1);
		transfer->has_sent_body = false;
	}
	code |= set_number(easy, CURLOPT_HTTPGET, 1);
	if (strcmp(method, "HEAD") == 0)
		return code | set_number(easy, CURLOPT_NOBODY, 1) | set_text(easy, CURLOPT_CUSTOMREQUEST, NULL);
	if (request->body || strcmp(method, "POST") == 0) {
		code |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
					 (curl_off_t)(request->body ? request->body_len : 0));
		code |= set_text(easy, CURLOPT_COPYPOSTFIELDS, request->body ? request->body : "");
		transfer->has_sent_body = true;
	}
	return code | set_text(easy, CURLOPT_CUSTOMREQUEST, strcmp(method, "GET") == 0 ? NULL : method);
}

CURLcode http_options_tls(const struct http_client *client, CURL *easy, const struct agent_tls *tls)
{
	const char *ca_file = tls->ca_file ? tls->ca_file : client->options.ca_file;
	CURLcode code;

	code = set_number(easy, CURLOPT_SSL_VERIFYPEER, !tls->is_insecure);
	code |= set_number(easy, CURLOPT_SSL_VERIFYHOST, tls->is_insecure ? 0 : 2);
	// A CA that was named is the only one trusted: libcurl would add the system's directory.
	code |= set_text(easy, CURLOPT_CAINFO, ca_file ? ca_file : client->default_ca_file);
	code |= set_text(easy, CURLOPT_CAPATH, ca_file ? NULL : client->default_ca_path);
	code |= set_text(easy, CURLOPT_SSLCERT, tls->cert_file);
	code |= set_text(easy, CURLOPT_SSLKEY, tls->key_file);
	return code;
}

static CURLcode apply_way(struct http_transfer *transfer, const struct http_request *request)
{
	const char *proxy = request->unix_socket ? NULL : transfer->client->options.proxy;
	CURLcode code = set_text(transfer->easy, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket);

	transfer->is_proxied = proxy != NULL;
	return code | set_text(transfer->easy, CURLOPT_PROXY, proxy ? proxy : ""); // "": not even by environment
}

static CURLcode apply_times(struct http_transfer *transfer, const struct http_request *request)
{
	const struct http_options *options = &transfer->client->options;
	uint32_t timeout_ms = request->timeout_ms ? request->timeout_ms : options->timeout_ms;
	uint32_t connect_ms = request->connect_timeout_ms ? request->connect_timeout_ms : options->connect_timeout_ms;
	CURLcode code;

	code = set_number(transfer->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	code |= set_number(transfer->easy, CURLOPT_CONNECTTIMEOUT_MS,
			   (long)(connect_ms < timeout_ms ? connect_ms : timeout_ms));
	code |= set_number(transfer->easy, CURLOPT_LOW_SPEED_LIMIT, request->is_patient ? 0 : LOW_SPEED_BYTES);
	code |= set_number(transfer->easy, CURLOPT_LOW_SPEED_TIME,
			   request->is_patient ? 0 : (long)options->low_speed_s);
	return code;
}

int http_options_apply(struct http_transfer *transfer, const struct http_request *request)
{
	int r = apply_headers(transfer, request);
	CURLcode code;

	if (r < 0)
		return r;
	// Everything that a request can say is said again: nothing of the one before may stay in a reused handle.
	code = set_text(transfer->easy, CURLOPT_URL, request->url);
	code |= apply_method(transfer, request);
	code |= apply_way(transfer, request);
	code |= http_options_tls(transfer->client, transfer->easy, &request->tls);
	code |= apply_times(transfer, request);
	code |= set_number(transfer->easy, CURLOPT_FRESH_CONNECT, request->is_fresh);
	// What may become a lane is not libcurl's to keep.
	code |= set_number(transfer->easy, CURLOPT_FORBID_REUSE, request->is_fresh || transfer->wants_lane);
	transfer->has_literal_host = request->unix_socket || http_url_has_literal(request->url);
	transfer->is_fresh = request->is_fresh;
	return code == CURLE_OK ? 0 : -ENOMEM;
}
