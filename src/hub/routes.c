// SPDX-License-Identifier: Apache-2.0
/* What is served over HTTP, and in which order a request is looked at: is there such a thing, may it be asked in that
 * way, is it meant for this hub, who asks.
 */
#include "hub/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "formats/json_writer.h"
#include "report/report.h"
#include "wire/handshake.h"

enum { SMALL_BODY_MAX = 4096, VITALS_BODY_MAX = 1 << 20, STATUS_KEPT_MS = 1000 };

static enum MHD_Result queue(struct hub_conn *conn, unsigned status, struct MHD_Response *response)
{
	struct hub *hub = conn->http->hub;
	enum MHD_Result r = MHD_queue_response(conn->mhd, status, response);

	conn->is_first = false;
	hub->counters.n_http[status / 100 % 6]++;
	return r;
}

static struct MHD_Response *make(struct bytes *body, const char *content_type)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer_with_free_callback(body->len, body->data, mem_free);

	if (!response)
		return NULL;
	*body = (struct bytes){ 0 }; // the response frees it
	(void)MHD_add_response_header(response, "Content-Type", content_type);
	(void)MHD_add_response_header(response, "Cache-Control", "no-store");
	(void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	(void)MHD_add_response_header(response, "Server", "opscon/" OPSCON_VERSION);
	return response;
}

// Consumes the body. MHD_NO ends the connection: there was no memory.
static enum MHD_Result answer(struct hub_conn *conn, unsigned status, const char *content_type, struct bytes *body,
			      const char *header, const char *value)
{
	struct MHD_Response *response = make(body, content_type);
	enum MHD_Result r;

	bytes_finish(body);
	if (!response)
		return MHD_NO;
	if (header)
		(void)MHD_add_response_header(response, header, value);
	r = queue(conn, status, response);
	MHD_destroy_response(response);
	return r;
}

static void write_refusal(unsigned status, const char *why, struct bytes *body)
{
	struct json_writer w;

	bytes_init(body, SMALL_BODY_MAX);
	json_writer_init(&w, body);
	json_open(&w, NULL, '{');
	json_int(&w, "status", status);
	json_text(&w, "error", why);
	json_close(&w, '}');
	json_newline(&w);
	if (w.error)
		bytes_reset(body);
}

static enum MHD_Result refuse_with(struct hub_conn *conn, unsigned status, const char *why, const char *header,
				   const char *value)
{
	struct bytes body;

	write_refusal(status, why, &body);
	return answer(conn, status, "application/json", &body, header, value);
}

static enum MHD_Result refuse(struct hub_conn *conn, unsigned status, const char *why)
{
	return refuse_with(conn, status, why, NULL, NULL);
}

/* Without libmicrohttpd, which would give it a place first. What it has asked already is read, so that closing does not
 * throw the answer away; whatever cannot be said at once is not said.
 */
void hub_turn_away(struct hub *hub, int fd, const char *why)
{
	char head[200], asked[SMALL_BODY_MAX];
	struct iovec parts[2] = { { .iov_base = head } };
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	struct bytes body;

	write_refusal(429, why, &body);
	snprintf(head, sizeof head,
		 "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nRetry-After: 60\r\nContent-Type: "
		 "application/json\r\nContent-Length: %zu\r\n\r\n",
		 body.len);
	parts[0].iov_len = strlen(head);
	parts[1] = (struct iovec){ body.data, body.len };
	(void)!sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)!recv(fd, asked, sizeof asked, MSG_DONTWAIT);
	close(fd);
	bytes_finish(&body);
	hub->counters.n_turned_away++;
	hub->counters.n_http[4]++;
}

// ---- what there is

static enum MHD_Result serve_text(struct hub_conn *conn, unsigned status, const char *text)
{
	struct bytes body;

	bytes_init(&body, SMALL_BODY_MAX);
	if (bytes_add(&body, text, strlen(text)) < 0)
		return MHD_NO;
	return answer(conn, status, "text/plain; charset=utf-8", &body, NULL, NULL);
}

static enum MHD_Result serve_health(struct hub_conn *conn)
{
	return serve_text(conn, 200, "ok\n");
}

/* What is amiss and keeps nobody from being served is said beside it: a hub that somebody takes out of service for a
 * full disk shows nothing at all. Why it is so is for those who may know it: in /v1/status and /metrics.
 */
static const char *ready_words(const struct hub *hub)
{
	struct hub_recording recording = { 0 };
	struct hub_audit audit = { .is_well = true, .why = "" };

	if (hub->recording)
		hub->recording(hub->ctx, &recording);
	if (hub->audit)
		hub->audit(hub->ctx, &audit);
	if (recording.is_on && !recording.is_well)
		return audit.is_well ? "ok\nnot recorded: the recording cannot be written\n"
				     : "ok\nnot recorded: neither the recording nor the audit trail can be written\n";
	return audit.is_well ? "ok\n" : "ok\nnot audited: the audit trail cannot be written\n";
}

static enum MHD_Result serve_ready(struct hub_conn *conn)
{
	const struct hub *hub = conn->http->hub;

	if (hub->is_stopping)
		return serve_text(conn, 503, "not ready: the hub ends\n");
	if (hub->is_ready && !hub->is_ready(hub->ctx))
		return serve_text(conn, 503, "not ready: not every agent was asked yet\n");
	return serve_text(conn, 200, ready_words(hub));
}

static enum MHD_Result serve_vitals(struct hub_conn *conn)
{
	struct bytes body;

	bytes_init(&body, VITALS_BODY_MAX);
	if (hub_vitals_write(conn->http->hub, &body) < 0) {
		bytes_finish(&body);
		return refuse(conn, 503, "out of memory");
	}
	return answer(conn, 200, "text/plain; version=0.0.4; charset=utf-8", &body, NULL, NULL);
}

// NULL: there was no memory.
static struct MHD_Response *make_status(const struct hub *hub, struct instant now)
{
	struct wire_welcome about = { 0 };
	const struct report report = {
		.fleet = hub->fleet, .at_ms = now.wall_ms, .more = hub_about_write, .more_ctx = &about
	};
	struct MHD_Response *response = NULL;
	struct bytes body;

	bytes_init(&body, REPORT_BYTES_MAX);
	if (hub_about(hub, &about) == 0 && report_json(&report, &body) == 0)
		response = make(&body, "application/json");
	bytes_finish(&body);
	mem_free(about.environments);
	return response;
}

// The whole fleet is walked at most once a second, however many ask.
static enum MHD_Result serve_status(struct hub_conn *conn)
{
	struct hub *hub = conn->http->hub;
	struct instant now = hub_now();

	if (!hub->status || now.mono_ms - hub->status_ms >= STATUS_KEPT_MS) {
		struct MHD_Response *response = make_status(hub, now);

		if (!response)
			return refuse(conn, 503, "out of memory");
		if (hub->status)
			MHD_destroy_response(hub->status);
		hub->status = response;
		hub->status_ms = now.mono_ms;
	}
	return queue(conn, 200, hub->status);
}

// A label that target_groups.h reads: the path of a URL that lies below the base URL.
static void write_path(struct json_writer *w, const char *label, const char *base, const char *url)
{
	size_t n = strlen(base);

	if (url && strncmp(url, base, n) == 0 && url[n] == '/')
		json_text(w, label, url + n);
}

static void write_target(struct json_writer *w, const struct agent *agent)
{
	const char *host = strstr(agent->url, "//");

	if (!host)
		return;
	json_open(w, NULL, '{');
	json_open(w, "targets", '[');
	json_text(w, NULL, host + 2);
	json_close(w, ']');
	json_open(w, "labels", '{');
	json_text(w, "__scheme__", strncmp(agent->url, "https:", 6) == 0 ? "https" : "http");
	json_text(w, "__agent_name__", agent->name);
	write_path(w, "__health_path__", agent->url, agent->health_url);
	write_path(w, "__metrics_path__", agent->url, agent->metrics_url);
	for (size_t i = 0; i < agent->labels.n; i++)
		json_text(w, agent->labels.items[i].name, agent->labels.items[i].value);
	json_close(w, '}');
	json_close(w, '}');
}

static enum MHD_Result serve_targets(struct hub_conn *conn)
{
	const struct fleet *fleet = conn->http->hub->fleet;
	struct json_writer w;
	struct bytes body;

	bytes_init(&body, REPORT_BYTES_MAX);
	json_writer_init(&w, &body);
	json_open(&w, NULL, '[');
	for (size_t i = 0; i < fleet_n_agents(fleet); i++)
		write_target(&w, fleet_agent_at(fleet, i)->agent);
	json_close(&w, ']');
	json_newline(&w);
	if (w.error) {
		bytes_finish(&body);
		return refuse(conn, 503, "out of memory");
	}
	return answer(conn, 200, "application/json", &body, NULL, NULL);
}

// ---- the stream

static void on_upgraded(void *ctx, struct MHD_Connection *mhd, void *request, const char *extra, size_t n_extra, int fd,
			struct MHD_UpgradeResponseHandle *upgraded)
{
	struct hub_conn *conn = request;

	(void)ctx;
	(void)mhd;
	if (hub_client_create(conn->http->hub, conn, fd, upgraded, extra, n_extra) < 0)
		(void)MHD_upgrade_action(upgraded, MHD_UPGRADE_ACTION_CLOSE);
}

static const char *header(const struct hub_conn *conn, const char *name)
{
	return MHD_lookup_connection_value(conn->mhd, MHD_HEADER_KIND, name);
}

static enum MHD_Result serve_events(struct hub_conn *conn, const char *method, const char *version)
{
	const struct handshake_request asked = {
		.method = method,
		.http_version = version,
		.upgrade = header(conn, "Upgrade"),
		.connection = header(conn, "Connection"),
		.key = header(conn, "Sec-WebSocket-Key"),
		.version = header(conn, "Sec-WebSocket-Version"),
	};
	char accept[HANDSHAKE_ACCEPT_SIZE];
	struct MHD_Response *response;
	const char *why;
	unsigned status = handshake_judge(&asked, accept, &why);
	enum MHD_Result r;

	if (status == 426)
		return refuse_with(conn, status, why, "Sec-WebSocket-Version", "13");
	if (status != 101)
		return refuse(conn, status, why);
	if (conn->http->hub->is_stopping)
		return refuse(conn, 503, "the hub ends");
	response = MHD_create_response_for_upgrade(on_upgraded, NULL);
	if (!response)
		return MHD_NO;
	(void)MHD_add_response_header(response, "Upgrade", "websocket");
	(void)MHD_add_response_header(response, "Sec-WebSocket-Accept", accept);
	(void)MHD_add_response_header(response, "Server", "opscon/" OPSCON_VERSION);
	r = queue(conn, 101, response);
	MHD_destroy_response(response);
	return r;
}

// ---- who asks, and for what

static const struct route {
	const char *path;
	bool is_open; // to anybody who gets as far
	enum MHD_Result (*serve)(struct hub_conn *conn);
} routes[] = {
	{ "/healthz", true, serve_health },    { "/metrics", false, serve_vitals },
	{ "/readyz", true, serve_ready },      { "/v1/events", false, NULL }, // serve_events()
	{ "/v1/status", false, serve_status }, { "/v1/targets", false, serve_targets },
};

static const struct route *find_route(const char *url)
{
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
		if (strcmp(routes[i].path, url) == 0)
			return &routes[i];
	return NULL;
}

// Headers of which a second one could make two readers see two requests.
static enum MHD_Result count_header(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
	static const char *const single[] = { "Host", "Origin", "Authorization" };
	unsigned *seen = ctx;

	(void)kind;
	(void)value;
	for (size_t i = 0; i < sizeof single / sizeof single[0]; i++)
		if (strcasecmp(name, single[i]) == 0)
			*seen |= *seen & (1u << i) ? 1u << 31 : 1u << i;
	return MHD_YES;
}

static unsigned gate(struct hub_conn *conn, char why[ACCESS_WHY_MAX])
{
	unsigned seen = 0;
	struct access_http http = {
		.target = conn->target,
		.host = header(conn, "Host"),
		.origin = header(conn, "Origin"),
		.from = conn->is_unix ? NULL : (const struct sockaddr *)&conn->from,
		.at = conn->is_unix ? NULL : (const struct sockaddr *)&conn->at,
	};

	(void)MHD_get_connection_values(conn->mhd, MHD_HEADER_KIND, count_header, &seen);
	http.has_several = seen & 1u << 31;
	return (unsigned)access_gate(conn->http->hub->access, &http, hub_now(), why);
}

// 0, or the status to refuse with, and why.
static unsigned identify(struct hub_conn *conn, struct access_identity *out, char why[ACCESS_WHY_MAX])
{
	struct hub *hub = conn->http->hub;
	struct instant now = hub_now();
	int r;

	if (!conn->is_unix && header(conn, "Authorization"))
		hub_look_at_tokens(hub, now);
	if (conn->is_unix)
		r = access_peer(hub->access, &conn->cred, now, out, why);
	else
		r = access_bearer(hub->access, header(conn, "Authorization"), (const struct sockaddr *)&conn->from, now,
				  out);
	if (r == -ENOMEM)
		snprintf(why, ACCESS_WHY_MAX, "out of memory");
	else if (!conn->is_unix)
		snprintf(why, ACCESS_WHY_MAX, "not known here");
	return r == 0 ? 0 : r == -ENOMEM ? 503 : conn->is_unix ? 403 : 401;
}

static enum MHD_Result serve(struct hub_conn *conn, const struct route *route, const char *method, const char *version)
{
	struct hub *hub = conn->http->hub;
	struct access_identity identity = { 0 };
	char why[ACCESS_WHY_MAX] = "";
	unsigned status = route->is_open ? 0 : identify(conn, &identity, why);

	if (status == 401)
		return refuse_with(conn, status, why, "WWW-Authenticate", "Bearer realm=\"opscon\"");
	if (status)
		return refuse(conn, status, why);
	if (!route->serve) {
		conn->identity = identity;
		conn->has_identity = true;
		return serve_events(conn, method, version);
	}
	if (!route->is_open) {
		status = access_charge(hub->access, &identity, route->path, hub_now(), why) < 0 ? 429 : 0;
		access_identity_finish(&identity);
		hub_conn_slot_end(hub, &conn->has_slot, conn->slot);
		conn->deadline_ms = hub_now().mono_ms + HUB_KEEP_ALIVE_MS;
	}
	return status ? refuse_with(conn, status, why, "Retry-After", "60") : route->serve(conn);
}

enum MHD_Result hub_route(struct hub_conn *conn, const char *url, const char *method, const char *version)
{
	const struct route *route = find_route(url);
	bool is_head = strcmp(method, "HEAD") == 0;
	char why[ACCESS_WHY_MAX] = "";
	unsigned status = gate(conn, why);

	if (conn->has_identity)
		access_identity_finish(&conn->identity); // of an upgrade that was none
	conn->has_identity = false;
	if (status)
		return refuse(conn, status, why);
	if (!route)
		return refuse(conn, 404, "there is no such thing here");
	if (strcmp(method, "GET") != 0 && (!is_head || !route->serve))
		return refuse_with(conn, 405, "expected GET", "Allow", route->serve ? "GET, HEAD" : "GET");
	return serve(conn, route, method, version);
}
