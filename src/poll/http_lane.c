// SPDX-License-Identifier: Apache-2.0
#include "poll/http_lane.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "base/memory.h"
#include "poll/http_internal.h"

enum {
	RECEIVE_BYTES = 64 * 1024,
	REQUEST_BYTES_MAX = 64 * 1024,
};

#define NS_PER_MS UINT64_C(1000000)

static const char scheme[] = "http://";

enum { HTTP_SCHEME_BYTES = sizeof scheme - 1 };

// ---- lanes

static void lane_closed_cb(uv_handle_t *handle)
{
	struct http_lane *lane = (struct http_lane *)handle;
	struct http_client *client = lane->client;

	mem_free(lane);
	http_handle_gone(client);
}

static void lane_unrest(struct http_lane *lane)
{
	DL_DELETE(lane->client->lanes.idle, lane);
	LL_DELETE2(lane->origin->idle, lane, below);
	lane->client->lanes.n_idle--;
}

static void origin_release(struct http_client *client, struct http_origin *origin)
{
	if (--origin->n_lanes)
		return;
	HASH_DEL(client->lanes.origins, origin);
	mem_free(origin);
}

// Of a lane that is not idle.
static void lane_close(struct http_lane *lane)
{
	struct http_client *client = lane->client;

	origin_release(client, lane->origin);
	uv_close((uv_handle_t *)&lane->poll, lane_closed_cb);
	http_socket_close(client, lane->fd);
}

static void lane_drop(struct http_lane *lane)
{
	lane_unrest(lane);
	lane_close(lane);
}

static void lane_rest(struct http_lane *lane, uint64_t now_ns)
{
	struct http_lanes *lanes = &lane->client->lanes;

	lane->rested_ns = now_ns;
	DL_APPEND(lanes->idle, lane);
	LL_PREPEND2(lane->origin->idle, lane, below);
	lanes->n_idle++;
	http_lanes_trim(lane->client);
}

void http_lanes_trim(struct http_client *client)
{
	while (client->lanes.n_idle && client->n_sockets > client->options.max_kept + client->n_active)
		lane_drop(client->lanes.idle);
}

// ---- origins

// The length of "host:port" in a plain http URL; 0 where libcurl has something to understand.
static size_t origin_length(const char *url)
{
	static const char host[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:[]";
	const char *path;
	size_t n;

	if (strncmp(url, scheme, HTTP_SCHEME_BYTES) != 0)
		return 0;
	url += HTTP_SCHEME_BYTES;
	n = strspn(url, host);
	path = url + n;
	// A default port would be left out of the Host line, dots be resolved, and a fragment not be sent.
	if (*path != '/' || (n > 3 && memcmp(path - 3, ":80", 3) == 0) || strstr(path, "/."))
		return 0;
	for (; *path; path++)
		if (*path <= ' ' || *path > '~' || *path == '#' || *path == '\\')
			return 0;
	return n;
}

static struct http_origin *origin_find(const struct http_client *client, const char *text, size_t n)
{
	struct http_origin *origin;

	HASH_FIND(hh, client->lanes.origins, text, n, origin);
	return origin;
}

static struct http_origin *origin_take(struct http_client *client, const char *text, size_t n)
{
	struct http_origin *origin = origin_find(client, text, n);

	if (origin)
		return origin;
	origin = mem_calloc(1, sizeof *origin + n);
	if (!origin)
		return NULL;
	memcpy(origin->text, text, n);
	origin->n_text = n;
	HASH_ADD_KEYPTR(hh, client->lanes.origins, origin->text, n, origin);
	if (TABLE_ADD_FAILED(origin)) {
		mem_free(origin);
		return NULL;
	}
	return origin;
}

// ---- deadlines

static void deadline_cb(uv_timer_t *timer);

static void arm(struct http_client *client, uint64_t deadline_ns, uint64_t now_ns)
{
	struct http_lanes *lanes = &client->lanes;

	if (deadline_ns >= lanes->armed_ns)
		return;
	lanes->armed_ns = deadline_ns;
	// One more: the loop's clock is cut to milliseconds, and at the deadline it must have passed.
	uv_timer_start(&lanes->timer, deadline_cb, deadline_ns > now_ns ? (deadline_ns - now_ns) / NS_PER_MS + 1 : 0,
		       0);
}

// Most have the same timeout, so the place is at the end, or near it.
static void insert_asked(struct http_lanes *lanes, struct http_transfer *transfer)
{
	struct http_transfer *after = lanes->asked ? lanes->asked->prev : NULL; // the last: a head's prev is the tail

	while (after && after->deadline_ns > transfer->deadline_ns)
		after = after == lanes->asked ? NULL : after->prev;
	if (after)
		DL_APPEND_ELEM(lanes->asked, after, transfer);
	else
		DL_PREPEND(lanes->asked, transfer);
}

// ---- a transfer on a lane

static void detach(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;

	DL_DELETE(client->lanes.asked, transfer);
	client->n_active--;
	transfer->is_active = false;
	transfer->lane->transfer = NULL;
	transfer->lane = NULL;
}

static int32_t since_us(const struct http_transfer *transfer, uint64_t at_ns)
{
	uint64_t us = (at_ns - transfer->started_ns) / 1000;

	return us < INT32_MAX ? (int32_t)us : INT32_MAX;
}

static void explain(struct http_transfer *transfer, CURLcode code, uint64_t now_ns, struct http_response *response)
{
	const struct http_failure failure = {
		.code = code,
		.is_resolved = true,
		.is_connected = true,
		.is_ready = true,
		.has_byte = transfer->answer.has_byte,
		.has_headers = transfer->intake.has_headers,
		.elapsed_ms = (int64_t)((now_ns - transfer->started_ns) / NS_PER_MS),
		.text = transfer->error,
	};

	http_transfer_explain(transfer, &failure, response);
}

static void finish(struct http_transfer *transfer, CURLcode code, bool is_kept)
{
	struct http_lane *lane = transfer->lane;
	uint64_t now_ns = uv_hrtime();
	struct http_response response = { .reason = REASON_NONE, .is_reused = true, .is_sent = true };

	if (code != CURLE_OK || !http_intake_end(&transfer->intake))
		explain(transfer, code, now_ns, &response);
	response.timing.first_byte_us = transfer->first_byte_ns ? since_us(transfer, transfer->first_byte_ns) : -1;
	response.timing.total_us = since_us(transfer, now_ns);
	http_transfer_read_answer(transfer, transfer->answer.head.content_type, &response);
	detach(transfer);
	if (is_kept && response.reason == REASON_NONE)
		lane_rest(lane, now_ns);
	else
		lane_close(lane);
	http_transfer_tell(transfer, &response);
}

// Through libcurl, on a new connection, with the time that is left.
static void ask_again(struct http_transfer *transfer)
{
	struct http_lane *lane = transfer->lane;
	uint64_t now_ns = uv_hrtime();
	uint64_t left_ms = transfer->deadline_ns > now_ns ? (transfer->deadline_ns - now_ns) / NS_PER_MS : 0;
	struct http_response response = { .reason = REASON_PROBER_OVERLOAD,
					  .detail = "out of memory",
					  .is_sent = true };
	struct http_request request = {
		.url = transfer->asked.data,
		.accept = transfer->at_accept ? transfer->asked.data + transfer->at_accept : NULL,
		.authorization = transfer->at_authorization ? transfer->asked.data + transfer->at_authorization : NULL,
		.limits = transfer->intake.limits,
		.timeout_ms = (uint32_t)left_ms + 1,
		.connect_timeout_ms = transfer->connect_timeout_ms,
		.is_patient = transfer->is_patient,
	};

	detach(transfer);
	lane_close(lane);
	transfer->late_us = (int32_t)((now_ns - transfer->started_ns) / 1000);
	if (http_transfer_begin(transfer, &request) < 0)
		http_transfer_tell(transfer, &response);
}

// recv(2) brought an error or the end; libcurl asks again where nothing of the answer has come, and so do we.
static void take_end(struct http_transfer *transfer, int os_errno)
{
	if (!transfer->answer.head.has_status) {
		ask_again(transfer);
		return;
	}
	if (os_errno) {
		snprintf(transfer->error, sizeof transfer->error, "Recv failure: %s", strerror(os_errno));
		finish(transfer, CURLE_RECV_ERROR, false);
		return;
	}
	// A head that ends early is seen by the intake.
	finish(transfer, transfer->intake.has_headers ? CURLE_PARTIAL_FILE : CURLE_OK, false);
}

// True when more is awaited.
static bool take_data(struct http_transfer *transfer, const char *data, size_t n)
{
	size_t n_used;

	if (!transfer->answer.has_byte)
		transfer->first_byte_ns = uv_hrtime();
	switch (http_answer_take(&transfer->answer, &transfer->intake, data, n, &n_used)) {
	case ANSWER_MORE:
		return true;
	case ANSWER_DONE:
		finish(transfer, CURLE_OK, n_used == n && !transfer->answer.head.is_closing);
		return false;
	case ANSWER_UNUSUAL:
		ask_again(transfer);
		return false;
	case ANSWER_REFUSED:
		break;
	}
	finish(transfer, CURLE_WRITE_ERROR, false);
	return false;
}

static void lane_cb(uv_poll_t *poll, int status, int events)
{
	struct http_lane *lane = (struct http_lane *)poll;
	struct http_transfer *transfer = lane->transfer;
	char *received = lane->client->lanes.received;
	ssize_t n;

	(void)events;
	if (!transfer) { // closed by the peer, or it speaks out of turn
		lane_drop(lane);
		return;
	}
	// After an error the loop does not call again: what is there is read to its end.
	do {
		n = recv(lane->fd, received, RECEIVE_BYTES, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR) && status == 0)
			return;
		if (n <= 0) {
			take_end(transfer, n < 0 ? errno : 0);
			return;
		}
	} while (take_data(transfer, received, (size_t)n) && (status < 0 || n == RECEIVE_BYTES));
}

static void deadline_cb(uv_timer_t *timer)
{
	struct http_client *client = timer->data;
	struct http_lanes *lanes = &client->lanes;
	uint64_t now_ns = uv_hrtime();

	lanes->armed_ns = UINT64_MAX;
	while (!client->is_closing && lanes->asked && lanes->asked->deadline_ns <= now_ns)
		finish(lanes->asked, CURLE_OPERATION_TIMEDOUT, false);
	if (!client->is_closing && lanes->asked)
		arm(client, lanes->asked->deadline_ns, now_ns);
}

// ---- asking

bool http_lane_suits(const struct http_client *client, const struct http_request *request)
{
	uint32_t timeout_ms = request->timeout_ms ? request->timeout_ms : client->options.timeout_ms;

	if (client->options.proxy || request->unix_socket || request->is_fresh || request->body || request->n_headers ||
	    (request->method && strcmp(request->method, "GET") != 0))
		return false;
	// Past this libcurl watches the speed as well.
	if (timeout_ms > client->options.low_speed_s * 1000 && !request->is_patient)
		return false;
	return origin_length(request->url) > 0;
}

// Its end, or bytes that answer nothing: sent before anything was asked, they are not to be taken for the answer.
static bool has_spoken(const struct http_lane *lane)
{
	char byte;

	return recv(lane->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN;
}

static struct http_lane *lane_take(struct http_client *client, const char *text, size_t n, uint64_t now_ns)
{
	struct http_origin *origin = origin_find(client, text, n);
	struct http_lane *lane;

	while (origin && (lane = origin->idle)) {
		bool is_last = origin->n_lanes == 1;

		if (now_ns - lane->rested_ns < HTTP_MAX_IDLE_S * UINT64_C(1000000000) && !has_spoken(lane)) {
			lane_unrest(lane);
			return lane;
		}
		lane_drop(lane);
		if (is_last)
			break; // the origin went with it
	}
	return NULL;
}

static int add_line(struct bytes *out, const char *name, const char *value)
{
	int r = 0;

	if (!value)
		return 0;
	r |= bytes_add(out, name, strlen(name));
	r |= bytes_add(out, value, strlen(value));
	return r | bytes_add(out, "\r\n", 2);
}

static int write_request(struct http_client *client, const struct http_request *request, const struct http_origin *to,
			 const char *path)
{
	struct bytes *out = &client->lanes.request;
	int r = 0;

	bytes_reset(out);
	r |= bytes_add(out, "GET ", 4);
	r |= bytes_add(out, path, strlen(path));
	r |= bytes_add(out, " HTTP/1.1\r\nHost: ", 17);
	r |= bytes_add(out, to->text, to->n_text);
	r |= add_line(out, "\r\nUser-Agent: ", client->options.user_agent);
	r |= add_line(out, "Accept: ", request->accept ? request->accept : "*/*");
	r |= add_line(out, "Authorization: ", request->authorization);
	return r | bytes_add(out, "Accept-Encoding: gzip\r\n\r\n", 25);
}

static int copy_text(struct bytes *out, const char *text, size_t *at)
{
	*at = text ? out->len : 0;
	return text ? bytes_add(out, text, strlen(text) + 1) : 0;
}

int http_lane_copy(struct http_transfer *transfer, const struct http_request *request)
{
	size_t at_url;
	int r;

	bytes_reset(&transfer->asked);
	transfer->n_origin = origin_length(request->url);
	transfer->connect_timeout_ms = request->connect_timeout_ms;
	transfer->is_patient = request->is_patient;
	r = copy_text(&transfer->asked, request->url, &at_url);
	r |= copy_text(&transfer->asked, request->accept, &transfer->at_accept);
	return r | copy_text(&transfer->asked, request->authorization, &transfer->at_authorization);
}

static bool send_request(const struct http_client *client, const struct http_lane *lane)
{
	const struct bytes *request = &client->lanes.request;

	return send(lane->fd, request->data, request->len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)request->len;
}

bool http_lane_ask(struct http_transfer *transfer, const struct http_request *request)
{
	struct http_client *client = transfer->client;
	uint32_t timeout_ms = request->timeout_ms ? request->timeout_ms : client->options.timeout_ms;
	const char *origin = transfer->asked.data + HTTP_SCHEME_BYTES;
	struct http_lane *lane = lane_take(client, origin, transfer->n_origin, transfer->started_ns);

	if (!lane)
		return false;
	if (write_request(client, request, lane->origin, origin + transfer->n_origin) != 0 ||
	    !send_request(client, lane)) {
		lane_close(lane);
		return false;
	}
	http_answer_start(&transfer->answer);
	transfer->first_byte_ns = 0;
	transfer->lane = lane;
	lane->transfer = transfer;
	transfer->deadline_ns = transfer->started_ns + timeout_ms * NS_PER_MS;
	insert_asked(&client->lanes, transfer);
	client->n_active++;
	transfer->is_active = true;
	arm(client, transfer->deadline_ns, transfer->started_ns);
	return true;
}

void http_lane_cancel(struct http_transfer *transfer)
{
	struct http_lane *lane = transfer->lane;

	detach(transfer);
	lane_close(lane);
}

// ---- taking over

static struct http_lane *lane_create(struct http_client *client, struct http_origin *origin, int fd)
{
	struct http_lane *lane = mem_calloc(1, sizeof *lane);

	if (!lane || uv_poll_init(client->loop, &lane->poll, fd) < 0) {
		mem_free(lane);
		return NULL;
	}
	client->n_handles++;
	origin->n_lanes++;
	lane->client = client;
	lane->origin = origin;
	lane->fd = fd;
	return lane;
}

void http_lane_adopt(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;
	const struct http_head *head = &transfer->answer.head;
	int fd = transfer->parked_fd;
	struct http_origin *origin = NULL;
	struct http_lane *lane = NULL;

	transfer->parked_fd = -1;
	if (fd < 0)
		return;
	if (!client->is_closing && head->is_plain && head->is_whole && !head->is_closing)
		origin = origin_take(client, transfer->asked.data + HTTP_SCHEME_BYTES, transfer->n_origin);
	if (origin)
		lane = lane_create(client, origin, fd);
	if (lane && uv_poll_start(&lane->poll, UV_READABLE, lane_cb) == 0) {
		lane_rest(lane, uv_hrtime());
		return;
	}
	if (lane) {
		lane_close(lane);
		return;
	}
	if (origin && !origin->n_lanes) {
		origin->n_lanes = 1;
		origin_release(client, origin);
	}
	http_socket_close(client, fd);
}

// ---- life

static void timer_closed_cb(uv_handle_t *handle)
{
	http_handle_gone(handle->data);
}

int http_lanes_init(struct http_client *client)
{
	struct http_lanes *lanes = &client->lanes;

	lanes->armed_ns = UINT64_MAX;
	bytes_init(&lanes->request, REQUEST_BYTES_MAX);
	uv_timer_init(client->loop, &lanes->timer); // cannot fail
	lanes->timer.data = client;
	client->n_handles++;
	lanes->received = mem_alloc(RECEIVE_BYTES);
	return lanes->received ? 0 : -ENOMEM;
}

void http_lanes_close(struct http_client *client)
{
	struct http_lanes *lanes = &client->lanes;

	while (lanes->asked)
		http_request_cancel(lanes->asked);
	while (lanes->idle)
		lane_drop(lanes->idle);
	uv_close((uv_handle_t *)&lanes->timer, timer_closed_cb);
}
