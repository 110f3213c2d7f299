// SPDX-License-Identifier: Apache-2.0
/* Faults of names and of what is behind them: 16 and 17 of the list. getaddrinfo(3) of this program answers for names
 * that end in .example; libcurl's threads call it.
 */
#include "tests/support/suite.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/faults/stage.h"

#define HEALTHY "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"status\":\"pass\"}"

enum { MANY = 200, GOOD = 2 }; // addresses of one name, and which of them answers

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool hangs = true;
static int n_hung;
static const char *moving = "127.0.0.9"; // where moving.example is now

static int ask(const char *address, const char *service, struct addrinfo **out)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM };
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real(address, service, &hints, out);
}

static int hang(void)
{
	pthread_mutex_lock(&lock);
	n_hung++;
	while (hangs)
		pthread_cond_wait(&changed, &lock);
	n_hung--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return EAI_AGAIN;
}

static void let_go(void)
{
	pthread_mutex_lock(&lock);
	hangs = false;
	pthread_cond_broadcast(&changed);
	while (n_hung)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

// The first, and the others behind it.
static int ask_list(const char *const addresses[], size_t n, const char *service, struct addrinfo **out)
{
	struct addrinfo **tail = out;
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		r = ask(addresses[i], service, tail);
		tail = r == 0 ? &(*tail)->ai_next : tail;
	}
	return r;
}

static int ask_many(bool has_good, const char *service, struct addrinfo **out)
{
	static char texts[MANY][16];
	const char *addresses[MANY];

	for (int i = 0; i < MANY; i++) {
		snprintf(texts[i], sizeof texts[i], "127.0.%d.%d", 1 + i / 100, 2 + i % 100);
		addresses[i] = texts[i];
	}
	if (has_good)
		addresses[GOOD] = "127.0.0.1";
	return ask_list(addresses, MANY, service, out);
}

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
						       const struct addrinfo *hints, struct addrinfo **out)
{
	static const char *const two[] = { "fd00::2", "127.0.0.1" };

	(void)hints;
	*out = NULL;
	if (strcmp(name, "hangs.example") == 0)
		return hang();
	if (strcmp(name, "many.example") == 0 || strcmp(name, "none.example") == 0)
		return ask_many(name[0] == 'm', service, out);
	if (strcmp(name, "moving.example") == 0)
		return ask(moving, service, out);
	if (strcmp(name, "two.example") == 0)
		return ask_list(two, 2, service, out);
	return strstr(name, ".example") ? EAI_NONAME : ask(name, service, out);
}

static const struct server_rule rules[] = { { .path = "", .bytes = HEALTHY } };

static struct agent *add(struct stage *s, const char *name)
{
	char url[128];

	snprintf(url, sizeof url, "http://%s:%d/health", name, s->server.port);
	return stage_add(s, url, NULL);
}

START_TEST(a_name_that_is_not_there_is_down)
{
	struct stage s;

	stage_start(&s, rules, 1);
	add(&s, "nobody.example");
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_DOWN, REASON_DNS_NXDOMAIN);
	stage_finish(&s);
}
END_TEST

START_TEST(a_resolver_that_stalls_stalls_nobody)
{
	struct stage s;

	stage_start(&s, rules, 1);
	for (int i = 0; i < 8; i++) {
		char url[64];

		snprintf(url, sizeof url, "http://hangs.example:%d/%d", s.server.port, i);
		stage_add(&s, url, NULL);
	}
	stage_begin(&s);
	for (size_t i = 0; i < 8; i++)
		stage_expect(&s, i, HEALTH_DOWN, REASON_DNS_TIMEOUT);
	stage_probe_rounds(&s, 3);
	stage_finish(&s); // with lookups that still hang
	let_go();
}
END_TEST

// All others refuse. libcurl 7.88 takes 200 ms to come to the next one; time bounds it.
START_TEST(of_two_hundred_addresses_one_that_answers_is_found_in_bounded_time)
{
	struct stage s;

	stage_start(&s, rules, 1);
	add(&s, "many.example")->timeout_ms = 5000;
	add(&s, "none.example")->timeout_ms = 1000;
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_UP, REASON_NONE);
	stage_expect(&s, 1, HEALTH_DOWN, REASON_CONNECT_TIMEOUT);
	stage_finish(&s);
}
END_TEST

// A monitor may well watch its own machine: the new answer is taken, and what was down there is up.
START_TEST(a_name_that_moves_to_loopback_is_followed)
{
	struct stage s;

	stage_start(&s, rules, 1);
	add(&s, "moving.example");
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_DOWN, REASON_CONNECT_REFUSED);
	moving = "127.0.0.1";
	stage_expect(&s, 0, HEALTH_UP, REASON_NONE);
	stage_finish(&s);
}
END_TEST

// A network of its own, in which what goes to 192.0.2.0/24 and fd00::/64 goes nowhere. False where there is none.
static bool enter_black_hole(void)
{
	static const char command[] =
		"exec 2>/dev/null; ip link set lo up && ip link add hole type veth peer name far && "
		"ip addr add 192.0.2.1/24 dev hole && ip addr add fd00::1/64 dev hole nodad && "
		"ip link set hole up && ip link set far up && "
		"ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:01 dev hole && "
		"ip neigh add fd00::2 lladdr 02:00:00:00:00:01 dev hole";

	if (unshare(CLONE_NEWNET) == 0 && system(command) == 0)
		return true;
	suite_skip("no network namespace with a link of its own (needs root)");
	return false;
}

START_TEST(a_black_hole_is_a_connect_timeout)
{
	struct stage s;

	if (!enter_black_hole())
		return;
	stage_start(&s, rules, 1);
	s.live.config.probe.connect_timeout_ms = 150;
	stage_add(&s, "http://192.0.2.2/health", "http://192.0.2.2/metrics");
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_DOWN, REASON_CONNECT_TIMEOUT);
	stage_finish(&s);
}
END_TEST

START_TEST(a_black_hole_of_ipv6_does_not_hide_good_ipv4)
{
	struct stage s;

	if (!enter_black_hole())
		return;
	stage_start(&s, rules, 1);
	add(&s, "two.example")->timeout_ms = 2000;
	stage_begin(&s);
	stage_expect(&s, 0, HEALTH_UP, REASON_NONE);
	stage_finish(&s);
}
END_TEST

SUITE("names", a_name_that_is_not_there_is_down, a_resolver_that_stalls_stalls_nobody,
      of_two_hundred_addresses_one_that_answers_is_found_in_bounded_time, a_name_that_moves_to_loopback_is_followed,
      a_black_hole_is_a_connect_timeout, a_black_hole_of_ipv6_does_not_hide_good_ipv4)
