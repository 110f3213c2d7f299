// SPDX-License-Identifier: Apache-2.0
/* Verdicts of health answers, and json-c's tokener alone on the same bytes: prints `KEY OURS THEIRS`, in ns of CPU an
 * answer. Each answer differs from the one before in a number, as an uptime does; "same" are answers that do not.
 */
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "opscon/health.h"

enum { ANSWERS = 40000, BODY_MAX = 2048 };

static const char small[] = "{\"status\":\"UP\",\"groups\":[\"live\",\"ready\"],\"uptime\":00000000}";

static const char large[] =
	"{\"status\":\"UP\",\"uptime\":00000000,\"components\":{"
	"\"db\":{\"status\":\"UP\",\"details\":{\"database\":\"PostgreSQL\",\"validationQuery\":\"isValid()\"}},"
	"\"redis\":{\"status\":\"UP\",\"details\":{\"version\":\"7.0.15\",\"cluster_size\":3,\"slots_up\":16384}},"
	"\"rabbit\":{\"status\":\"UP\",\"details\":{\"version\":\"3.10.8\"}},"
	"\"elasticsearch\":{\"status\":\"UP\",\"details\":{\"cluster_name\":\"search\",\"number_of_nodes\":5,"
	"\"active_primary_shards\":120,\"active_shards\":240,\"relocating_shards\":0,\"unassigned_shards\":0}},"
	"\"diskSpace\":{\"status\":\"UP\",\"details\":{\"total\":270553174016,\"free\":81394368512,"
	"\"threshold\":10485760,\"path\":\"/srv/app/.\",\"exists\":true}},"
	"\"mail\":{\"status\":\"UP\",\"details\":{\"location\":\"smtp.example.net:587\"}},"
	"\"livenessState\":{\"status\":\"UP\"},\"readinessState\":{\"status\":\"UP\"},"
	"\"ping\":{\"status\":\"UP\"},\"refreshScope\":{\"status\":\"UP\"},"
	"\"discoveryComposite\":{\"status\":\"UP\",\"components\":{"
	"\"discoveryClient\":{\"status\":\"UP\",\"details\":{\"services\":[\"orders\",\"billing\"]}}}}},"
	"\"groups\":[\"liveness\",\"readiness\"]}";

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void move(char *body, int i)
{
	char *number = strstr(body, "\"uptime\":") + strlen("\"uptime\":");

	for (int digit = 7; digit >= 0; digit--, i /= 10)
		number[digit] = (char)('0' + i % 10);
	number[0] = '1';
}

static double ours(char *body, size_t n, int is_moving)
{
	struct agent agent = { .refs = 1, .id = 1, .name = "web-1" };
	struct sample sample = { .agent = &agent, .http_status = 200, .body = body, .body_len = n };
	struct verdict verdict;
	double start;

	sample.content_type = "application/json";
	start = cpu_ns();
	for (int i = 0; i < ANSWERS; i++) {
		if (is_moving)
			move(body, i);
		verdict_read(&sample, 0, &verdict);
		if (verdict.level != VERDICT_PASS || verdict.dialect != DIALECT_ACTUATOR)
			exit(1);
		verdict_finish(&verdict);
	}
	return (cpu_ns() - start) / ANSWERS;
}

static double theirs(char *body, size_t n, int is_moving)
{
	struct json_tokener *tokener = json_tokener_new();
	double start = cpu_ns();

	for (int i = 0; i < ANSWERS; i++) {
		struct json_object *object;

		if (is_moving)
			move(body, i);
		json_tokener_reset(tokener);
		object = json_tokener_parse_ex(tokener, body, (int)n);
		if (!object)
			exit(1);
		json_object_put(object);
	}
	json_tokener_free(tokener);
	return (cpu_ns() - start) / ANSWERS;
}

static void measure(const char *key, const char *text)
{
	char body[BODY_MAX];
	size_t n = strlen(text);

	memcpy(body, text, n + 1);
	move(body, 0);
	for (int is_moving = 1; is_moving >= 0; is_moving--) {
		double a = ours(body, n, is_moving), b = theirs(body, n, is_moving);

		printf("%s%s %f %f\n", key, is_moving ? "" : ".same", a, b);
	}
}

int main(void)
{
	measure("json.60", small);
	measure("json.1k", large);
	return 0;
}
