// SPDX-License-Identifier: Apache-2.0
/* Faults of connections and of HTTP: 1 to 11, 14 and 18 of the list. */
#include "tests/support/suite.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/faults/stage.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define HEALTHY "{\"status\":\"pass\"}"

// A socket on loopback, bound; listening where a backlog is given. Its port.
static int bind_loopback(int backlog, int *fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof address;

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(*fd, (struct sockaddr *)&address, n), 0);
	ck_assert(backlog < 0 || listen(*fd, backlog) == 0);
	getsockname(*fd, (struct sockaddr *)&address, &n);
	return ntohs(address.sin_port);
}

static void add_at_port(struct stage *s, int port)
{
	char health[64], metrics[64];

	snprintf(health, sizeof health, "http://127.0.0.1:%d/health", port);
	snprintf(metrics, sizeof metrics, "http://127.0.0.1:%d/metrics", port);
	stage_add(s, health, metrics);
}

START_TEST(who_refuses_is_down)
{
	struct stage s;
	int fd;

	stage_start(&s, NULL, 0);
	add_at_port(&s, bind_loopback(-1, &fd)); // bound and not listening: refused, and nobody else's
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_DOWN, REASON_CONNECT_REFUSED);
	ck_assert_str_eq(health_word(&stage_bad(&s, 0)->health), "unreachable");
	ck_assert_uint_eq(fleet_n_alerts_in(s.live.fleet, ALERT_ACTIVE), 1);
	stage_finish(&s);
	close(fd);
}
END_TEST

START_TEST(who_does_not_take_the_connection_is_a_connect_timeout)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int listener, fillers[4], port;
	struct stage s;

	stage_start(&s, NULL, 0);
	s.live.config.probe.connect_timeout_ms = 150;
	port = bind_loopback(0, &listener);
	address.sin_port = htons((uint16_t)port);
	for (size_t i = 0; i < COUNT(fillers); i++) { // what a full backlog does to a SYN: nothing
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fillers[i], (struct sockaddr *)&address, sizeof address);
	}
	add_at_port(&s, port);
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_DOWN, REASON_CONNECT_TIMEOUT);
	stage_finish(&s);
	for (size_t i = 0; i < COUNT(fillers); i++)
		close(fillers[i]);
	close(listener);
}
END_TEST

START_TEST(silence_is_a_timeout_of_headers)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = "" }, HEALTH_DOWN, REASON_TIMEOUT_HEADERS },
		{ { .bytes = "HTTP/1.1 200 OK\r\nA: b\r\n" }, HEALTH_DOWN, REASON_TIMEOUT_HEADERS },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

START_TEST(dripping_headers_are_a_timeout_of_headers)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = OK_HEAD "Content-Length: 17\r\n\r\n" HEALTHY, .then = SERVER_DRIP },
		  HEALTH_DOWN,
		  REASON_TIMEOUT_HEADERS },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

START_TEST(a_dripping_body_is_a_timeout_of_the_body)
{
	static const char bytes[] = OK_HEAD "Content-Length: 9000\r\n\r\n" HEALTHY HEALTHY HEALTHY;
	static const struct stage_fault faults[] = {
		{ { .bytes = bytes, .n_prompt = sizeof OK_HEAD - 1 + 24, .then = SERVER_DRIP },
		  HEALTH_DOWN,
		  REASON_TIMEOUT_BODY },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

START_TEST(a_reset_in_the_body_is_a_reset)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = OK_HEAD "Content-Length: 900\r\n\r\n{\"stat", .then = SERVER_RESET },
		  HEALTH_DOWN,
		  REASON_RESET },
		{ { .bytes = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"sta\r\n", .then = SERVER_RESET },
		  HEALTH_DOWN,
		  REASON_RESET },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

START_TEST(an_answer_shorter_than_its_length_is_truncated)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = OK_HEAD "Content-Length: 18\r\n\r\n" HEALTHY, .then = SERVER_CLOSE },
		  HEALTH_DOWN,
		  REASON_TRUNCATED },
		{ { .bytes = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n11\r\n" HEALTHY "\r\n", .then = SERVER_CLOSE },
		  HEALTH_DOWN,
		  REASON_TRUNCATED },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

START_TEST(a_chunk_of_all_bytes_there_are_is_a_bad_body)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = OK_HEAD "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n" HEALTHY },
		  HEALTH_DOWN,
		  REASON_BAD_BODY },
		{ { .bytes = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n-1\r\n" HEALTHY },
		  HEALTH_DOWN,
		  REASON_BAD_BODY },
		{ { .bytes = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0000000000000000000000000001\r\n{" },
		  HEALTH_DOWN,
		  REASON_BAD_BODY },
		// The largest that can be: it is waited for, and bounded by time and by bytes as every body.
		{ { .bytes = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFFFFFF\r\n" HEALTHY },
		  HEALTH_DOWN,
		  REASON_TIMEOUT_BODY },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

// RFC 9112, 6.3: the chunks count. Two lengths that differ are refused.
START_TEST(of_two_lengths_the_chunks_count)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = OK_HEAD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n" HEALTHY
				     "\r\n0\r\n\r\n" },
		  HEALTH_UP,
		  REASON_NONE },
		{ { .bytes = OK_HEAD "Content-Length: -5\r\n\r\n" HEALTHY, .then = SERVER_CLOSE },
		  HEALTH_DOWN,
		  REASON_PARSE },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

static const char thousand[] =
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

START_TEST(headers_without_end_are_too_many)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = "HTTP/1.1 200 OK\r\n", .filler = "Another: one\r\n", .then = SERVER_FLOOD },
		  HEALTH_DOWN,
		  REASON_TOO_MANY_HEADERS },
		{ { .bytes = "HTTP/1.1 200 OK\r\nA: ", .filler = thousand, .then = SERVER_FLOOD },
		  HEALTH_DOWN,
		  REASON_TOO_MANY_HEADERS },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

START_TEST(continue_for_ever_is_too_many_headers)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = "HTTP/1.1 100 Continue\r\n\r\n", .then = SERVER_FLOOD },
		  HEALTH_DOWN,
		  REASON_TOO_MANY_HEADERS },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

START_TEST(what_is_no_http_is_not_parsed)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = "\x01\x02 not http at all", .then = SERVER_CLOSE }, HEALTH_DOWN, REASON_PARSE },
		{ { .bytes = "<html>HTTP/0.9 has no headers</html>", .then = SERVER_CLOSE },
		  HEALTH_DOWN,
		  REASON_PARSE },
		{ { .bytes = "SSH-2.0-OpenSSH_9.2\r\n" }, HEALTH_DOWN, REASON_PARSE },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

START_TEST(a_login_page_is_no_health)
{
	static const struct stage_fault faults[] = {
		{ { .bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 60\r\n\r\n"
			     "<!doctype html><title>Sign in</title><form>Password</form>\r\n" },
		  HEALTH_DOWN,
		  REASON_BAD_TYPE },
		{ { .bytes = OK_HEAD "Content-Length: 28\r\n\r\n<html><body>Log in</body>\r\n\r\n" },
		  HEALTH_DOWN,
		  REASON_BAD_TYPE },
	};

	stage_play(faults, COUNT(faults));
}
END_TEST

SUITE("connection", who_refuses_is_down, who_does_not_take_the_connection_is_a_connect_timeout,
      silence_is_a_timeout_of_headers, dripping_headers_are_a_timeout_of_headers,
      a_dripping_body_is_a_timeout_of_the_body, a_reset_in_the_body_is_a_reset,
      an_answer_shorter_than_its_length_is_truncated, a_chunk_of_all_bytes_there_are_is_a_bad_body,
      of_two_lengths_the_chunks_count, headers_without_end_are_too_many, continue_for_ever_is_too_many_headers,
      what_is_no_http_is_not_parsed, a_login_page_is_no_health)
