// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/list.h"
#include "base/memory.h"
#include "poll/http_internal.h"
#include "text/text.h"

enum { ASKED_BYTES_MAX = 64 * 1024 };

void http_transfer_free(struct http_transfer *transfer)
{
	if (!transfer)
		return;
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->headers);
	http_intake_finish(&transfer->intake);
	http_answer_finish(&transfer->answer);
	bytes_finish(&transfer->asked);
	mem_free(transfer);
}

static struct http_transfer *transfer_create(struct http_client *client)
{
	struct http_transfer *transfer = mem_calloc(1, sizeof *transfer);

	if (!transfer)
		return NULL;
	transfer->client = client;
	transfer->fd = transfer->parked_fd = -1;
	http_intake_init(&transfer->intake);
	http_answer_init(&transfer->answer);
	bytes_init(&transfer->asked, ASKED_BYTES_MAX);
	transfer->easy = curl_easy_init();
	if (!transfer->easy || http_options_prepare(transfer) < 0) {
		http_transfer_free(transfer);
		return NULL;
	}
	return transfer;
}

static struct http_transfer *transfer_take(struct http_client *client)
{
	struct http_transfer *transfer = client->idle;

	if (!transfer)
		return transfer_create(client);
	LL_DELETE(client->idle, transfer);
	client->n_idle--;
	return transfer;
}

static void transfer_rest(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;

	// A burst needs many, and leaves them with the buffers of large answers.
	if (client->n_idle == HTTP_IDLE_MAX || transfer->is_spent) {
		http_transfer_free(transfer);
		return;
	}
	http_intake_trim(&transfer->intake);
	LL_PREPEND(client->idle, transfer);
	client->n_idle++;
}

// Out of libcurl's hands.
static void transfer_stop(struct http_transfer *transfer)
{
	struct http_client *client = transfer->client;

	transfer->is_spent = true;
	curl_multi_remove_handle(client->multi, transfer->easy); // may park the connection: while it is active
	http_socket_forget(transfer);
	DL_DELETE(client->active, transfer);
	client->n_active--;
	transfer->is_active = false;
	// The lookup goes on in its thread, and is counted until it can be presumed done.
	if (transfer->is_looking_up && !transfer->is_resolved && !transfer->has_literal_host)
		client->stalled[ring_push(&client->stalled_ring)] =
			(int64_t)(uv_hrtime() / 1000000) + HTTP_STALLED_FOR_MS;
}

static void fill_limits(struct http_limits *limits, const struct http_limits *defaults)
{
	if (!limits->max_body_bytes)
		limits->max_body_bytes = defaults->max_body_bytes;
	if (!limits->max_wire_bytes)
		limits->max_wire_bytes = defaults->max_wire_bytes;
	if (!limits->max_header_bytes)
		limits->max_header_bytes = defaults->max_header_bytes;
	if (!limits->max_headers)
		limits->max_headers = defaults->max_headers;
}

static void transfer_reset(struct http_transfer *transfer, const struct http_request *request)
{
	struct http_limits limits = request->limits;

	fill_limits(&limits, &transfer->client->options.limits);
	http_intake_start(&transfer->intake, &limits);
	http_head_start(&transfer->answer.head);
	transfer->socket_errno = 0;
	transfer->is_looking_up = transfer->is_resolved = transfer->is_ready = transfer->is_refused_lookup = false;
	transfer->error[0] = transfer->content_type[0] = '\0';
	transfer->fd = -1;
	transfer->started_ns = uv_hrtime();
}

int http_transfer_begin(struct http_transfer *transfer, const struct http_request *request)
{
	struct http_client *client = transfer->client;
	int r;

	transfer_reset(transfer, request);
	r = http_options_apply(transfer, request);
	if (r == 0 && curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK)
		r = -ENOMEM;
	if (r < 0)
		return r;
	transfer->is_active = true;
	DL_APPEND(client->active, transfer);
	client->n_active++;
	return 0;
}

int http_request_start(struct http_client *client, const struct http_request *request, http_done_cb done, void *ctx,
		       struct http_transfer **out)
{
	struct http_transfer *transfer;
	int r;

	*out = NULL;
	if (client->is_closing || !http_request_is_sane(request))
		return -EINVAL;
	r = http_client_begin(client);
	if (r < 0)
		return r;
	transfer = transfer_take(client);
	if (!transfer)
		return -ENOMEM;
	transfer->done = done;
	transfer->ctx = ctx;
	transfer_reset(transfer, request);
	transfer->late_us = 0;
	transfer->wants_lane = http_lane_suits(client, request) && http_lane_copy(transfer, request) == 0;
	r = transfer->wants_lane && http_lane_ask(transfer, request) ? 0 : http_transfer_begin(transfer, request);
	if (r < 0) {
		transfer_rest(transfer);
		return r;
	}
	*out = transfer;
	return 0;
}

static void close_parked(struct http_transfer *transfer)
{
	if (transfer->parked_fd >= 0)
		http_socket_close(transfer->client, transfer->parked_fd);
	transfer->parked_fd = -1;
}

void http_request_cancel(struct http_transfer *transfer)
{
	if (!transfer || !transfer->is_active)
		return;
	if (transfer->lane)
		http_lane_cancel(transfer);
	else
		transfer_stop(transfer);
	close_parked(transfer);
	transfer_rest(transfer);
}

static int32_t phase_us(CURL *easy, CURLINFO info, int32_t missing)
{
	curl_off_t us = 0;

	if (curl_easy_getinfo(easy, info, &us) != CURLE_OK || us <= 0)
		return missing;
	return us < INT32_MAX ? (int32_t)us : INT32_MAX;
}

static void read_timing(const struct http_transfer *transfer, struct http_response *response)
{
	struct probe_timing *timing = &response->timing;
	CURL *easy = transfer->easy;
	curl_off_t connected_us = 0;
	char *scheme = NULL;
	long n_connects = 0;
	bool is_tls;

	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &n_connects);
	curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected_us);
	curl_easy_getinfo(easy, CURLINFO_SCHEME, &scheme);
	is_tls = scheme && strcasecmp(scheme, "https") == 0;
	response->is_reused = transfer->is_ready && n_connects == 0;
	*timing = (struct probe_timing){ .total_us = phase_us(easy, CURLINFO_TOTAL_TIME_T, 0) + transfer->late_us };
	timing->first_byte_us = phase_us(easy, CURLINFO_STARTTRANSFER_TIME_T, -1);
	if (timing->first_byte_us >= 0)
		timing->first_byte_us += transfer->late_us;
	if (response->is_reused)
		return;
	timing->dns_us = transfer->is_resolved ? phase_us(easy, CURLINFO_NAMELOOKUP_TIME_T, 0) : -1;
	timing->connect_us = phase_us(easy, CURLINFO_CONNECT_TIME_T, -1);
	if (is_tls || (!transfer->is_ready && connected_us > 0))
		timing->tls_us = phase_us(easy, CURLINFO_APPCONNECT_TIME_T, -1);
	else if (!transfer->is_ready)
		timing->tls_us = -1;
}

// getaddrinfo(3) does not tell us that it could open no socket; a descriptor asked for here does.
static bool is_out_of_descriptors(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return http_errno_is_ours(errno);
	close(fd);
	return false;
}

static struct http_failure describe_failure(const struct http_transfer *transfer, CURLcode code)
{
	struct http_failure failure = {
		.code = code,
		.os_errno = transfer->socket_errno,
		.is_proxied = transfer->is_proxied,
		.is_resolved = transfer->is_resolved,
		.is_ready = transfer->is_ready,
		.has_byte = transfer->intake.header_bytes > 0,
		.has_headers = transfer->intake.has_headers,
		.elapsed_ms = (int64_t)((uv_hrtime() - transfer->started_ns) / 1000000) + transfer->late_us / 1000,
		.text = transfer->error,
	};
	CURL *easy = transfer->easy;
	curl_off_t us = 0;
	long os_errno = 0;

	curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &us);
	failure.is_connected = us > 0;
	us = 0;
	curl_easy_getinfo(easy, CURLINFO_STARTTRANSFER_TIME_T, &us);
	failure.has_byte |= us > 0;
	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
	curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &failure.proxy_status);
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_errno);
	if (!failure.os_errno)
		failure.os_errno = (int)os_errno;
	if (code == CURLE_COULDNT_RESOLVE_HOST)
		failure.os_errno = is_out_of_descriptors() ? EMFILE : 0;
	return failure;
}

static void clean_detail(struct http_response *response, const char *text)
{
	text_clean(text, strlen(text), TEXT_ONE_LINE, response->detail, sizeof response->detail, NULL);
}

void http_transfer_explain(const struct http_transfer *transfer, const struct http_failure *failure,
			   struct http_response *response)
{
	if (transfer->intake.reason != REASON_NONE) {
		response->reason = transfer->intake.reason;
		clean_detail(response, transfer->intake.why);
		return;
	}
	if (transfer->is_refused_lookup) {
		response->reason = REASON_DNS_TIMEOUT;
		clean_detail(response, "not looked up: too many lookups hang");
		return;
	}
	response->reason = http_failure_reason(failure);
	http_failure_detail(failure, response->reason, response->detail, sizeof response->detail);
}

static void explain_redirect(const struct http_transfer *transfer, struct http_response *response)
{
	char *target = NULL;

	curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &target);
	if (target && response->status >= 300 && response->status < 400)
		clean_detail(response, target);
}

void http_transfer_read_answer(struct http_transfer *transfer, const char *content_type, struct http_response *response)
{
	struct http_intake *intake = &transfer->intake;

	response->status = intake->has_headers ? intake->status : 0;
	response->wire_bytes = intake->wire_bytes;
	response->body_bytes = response->body_len = intake->body.len;
	response->body = intake->body.len ? intake->body.data : NULL;
	if (content_type && *content_type) {
		text_clean(content_type, strlen(content_type), TEXT_ONE_LINE, transfer->content_type,
			   sizeof transfer->content_type, NULL);
		response->content_type = transfer->content_type;
	}
}

// A header of the final answer, which libcurl keeps until the handle is used again; NULL when there is none to trust.
static const char *header_of(const struct http_transfer *transfer, const char *name)
{
	struct curl_header *header = NULL;

	if (curl_easy_header(transfer->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK || header->amount != 1)
		return NULL;
	for (const char *at = header->value; *at; at++)
		if (*at <= ' ' || *at > '~')
			return NULL;
	return header->value;
}

void http_transfer_finish(struct http_transfer *transfer, CURLcode code)
{
	struct http_response response = { .reason = REASON_NONE };
	struct http_failure failure;
	char *content_type = NULL;

	if (code != CURLE_OK || !http_intake_end(&transfer->intake)) {
		failure = describe_failure(transfer, code);
		http_transfer_explain(transfer, &failure, &response);
	}
	read_timing(transfer, &response);
	curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &content_type);
	http_transfer_read_answer(transfer, content_type, &response);
	if (response.reason == REASON_NONE)
		explain_redirect(transfer, &response);
	response.is_sent = transfer->is_ready || transfer->late_us > 0;
	if (response.reason == REASON_NONE && transfer->is_fresh) {
		response.etag = header_of(transfer, "ETag");
		response.location = header_of(transfer, "Location");
	}
	transfer_stop(transfer);
	if (response.reason == REASON_NONE)
		http_lane_adopt(transfer);
	close_parked(transfer);
	http_transfer_tell(transfer, &response);
}

void http_transfer_tell(struct http_transfer *transfer, const struct http_response *response)
{
	transfer->done(response, transfer->ctx);
	transfer_rest(transfer);
}
