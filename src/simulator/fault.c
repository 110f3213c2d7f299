// SPDX-License-Identifier: Apache-2.0
#include "simulator/fault.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/number.h"

static const struct {
	const char *name, *text;
	bool is_cured; // by a restart
} faults[SIMULATOR_FAULT_COUNT] = {
	[SIMULATOR_FAULT_NONE] = { "none", "well" },
	[SIMULATOR_FAULT_AUTH401] = { "auth401", "answers 401 to everything" },
	[SIMULATOR_FAULT_CONTROL_HANG] = { "control_hang", "never answers what would change it, and does not do it" },
	[SIMULATOR_FAULT_CONTROL_LATE] = { "control_late", "does what it is asked, and answers too late" },
	[SIMULATOR_FAULT_CONTROL_LOST] = { "control_lost", "does what it is asked, and drops the connection" },
	[SIMULATOR_FAULT_DEGRADED] = { "degraded", "says that it is degraded", true },
	[SIMULATOR_FAULT_DRIP] = { "drip", "sends one byte of body a second", true },
	[SIMULATOR_FAULT_ERROR500] = { "error500", "answers 500 to everything", true },
	[SIMULATOR_FAULT_FLAPPING] = { "flapping", "health fails three times, is well twice, and again", true },
	[SIMULATOR_FAULT_GARBAGE] = { "garbage", "sends bytes that are not HTTP", true },
	[SIMULATOR_FAULT_HANG] = { "hang", "accepts the connection and says nothing", true },
	[SIMULATOR_FAULT_HTML] = { "html", "answers 200 with a login page", true },
	[SIMULATOR_FAULT_HUGE] = { "huge", "answers with 50 MB", true },
	[SIMULATOR_FAULT_RESET] = { "reset", "resets the connection", true },
	[SIMULATOR_FAULT_RESTARTING] = { "restarting", "refuses for seconds, comes back from zero, and again" },
	[SIMULATOR_FAULT_SLOW] = { "slow", "answers well, but late", true },
};

const char *simulator_fault_name(enum simulator_fault fault)
{
	return fault < SIMULATOR_FAULT_COUNT ? faults[fault].name : "?";
}

const char *simulator_fault_text(enum simulator_fault fault)
{
	return fault < SIMULATOR_FAULT_COUNT ? faults[fault].text : "?";
}

bool simulator_fault_is_cured(enum simulator_fault fault)
{
	return fault < SIMULATOR_FAULT_COUNT && faults[fault].is_cured;
}

int simulator_fault_from_name(const char *name, enum simulator_fault *out)
{
	for (size_t i = 0; i < SIMULATOR_FAULT_COUNT; i++) {
		if (strcmp(faults[i].name, name) == 0) {
			*out = (enum simulator_fault)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_amount(const char *text, struct simulator_share *out)
{
	size_t n = strlen(text);
	bool is_percent = n && text[n - 1] == '%';
	uint64_t count;
	int r;

	if (!is_percent && !strchr(text, '.')) {
		r = number_parse_u64(text, n, UINT32_MAX, &count);
		out->is_count = true;
		out->count = r ? 0 : (uint32_t)count;
		return r;
	}
	r = number_parse(text, n - is_percent, &out->share);
	if (r)
		return r;
	if (is_percent)
		out->share /= 100;
	return out->share >= 0 && out->share <= 1 ? 0 : -ERANGE;
}

int simulator_share_parse(const char *text, struct simulator_share *out)
{
	const char *equals = strchr(text, '=');
	char name[32];
	size_t n;

	*out = (struct simulator_share){ 0 };
	if (!equals)
		return -EINVAL;
	n = (size_t)(equals - text);
	if (n >= sizeof name)
		return -EINVAL;
	memcpy(name, text, n);
	name[n] = 0;
	if (simulator_fault_from_name(name, &out->fault) < 0)
		return -EINVAL;
	return parse_amount(equals + 1, out);
}

struct card {
	uint64_t rank;
	size_t agent;
};

static int card_compare(const void *left, const void *right)
{
	const struct card *a = left, *b = right;

	return (a->rank > b->rank) - (a->rank < b->rank);
}

static size_t share_count(const struct simulator_share *share, size_t n)
{
	size_t count;

	if (share->is_count)
		return share->count;
	count = (size_t)llround(share->share * (double)n);
	return count == 0 && share->share > 0 ? 1 : count;
}

int simulator_faults_deal(const struct simulator_share *shares, size_t n_shares, uint64_t seed,
			  enum simulator_fault *out, size_t n)
{
	struct card *deck = mem_calloc(n, sizeof *deck);
	size_t at = 0;

	if (!deck)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		deck[i] = (struct card){ .rank = hash_mix(hash_mix(seed) + i), .agent = i };
		out[i] = SIMULATOR_FAULT_NONE;
	}
	qsort(deck, n, sizeof *deck, card_compare);
	for (size_t s = 0; s < n_shares; s++) {
		size_t count = share_count(&shares[s], n);

		if (count > n - at) {
			mem_free(deck);
			return -E2BIG;
		}
		for (; count; count--)
			out[deck[at++].agent] = shares[s].fault;
	}
	mem_free(deck);
	return 0;
}
