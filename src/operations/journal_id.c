// SPDX-License-Identifier: Apache-2.0
#include "operations/journal_id.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char suffix[] = ".journal";

void journal_id_make(enum verb verb, int64_t at_ms, uint32_t random, char out[OPERATION_ID_MAX])
{
	time_t at_s = (time_t)(at_ms / 1000);
	struct tm at = { 0 };

	gmtime_r(&at_s, &at);
	snprintf(out, OPERATION_ID_MAX, "%04d%02d%02d-%02d%02d%02d-%s-%08" PRIx32, (at.tm_year + 1900) % 10000,
		 at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec, verb_name(verb), random);
}

static bool is_valid(const char *id, size_t n)
{
	return n && n < OPERATION_ID_MAX && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") >= n;
}

bool journal_id_is_valid(const char *id)
{
	return is_valid(id, strlen(id));
}

void journal_name(const char *id, char out[JOURNAL_NAME_MAX])
{
	snprintf(out, JOURNAL_NAME_MAX, "%s%s", id, suffix);
}

bool journal_id_of(const char *name, char out[OPERATION_ID_MAX])
{
	size_t n = strlen(name);

	if (n < sizeof suffix || strcmp(name + n - sizeof suffix + 1, suffix) != 0 ||
	    !is_valid(name, n - sizeof suffix + 1))
		return false;
	snprintf(out, OPERATION_ID_MAX, "%.*s", (int)(n - sizeof suffix + 1), name);
	return true;
}
