// SPDX-License-Identifier: Apache-2.0
#include "operations/leases.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "text/text.h"

struct leases {
	struct lease *by_key;
	struct lease *held;    // in no order
	struct lease *changed; // to be told, in the order in which they changed
	int64_t next_ms;       // none of those held ends before that
};

int leases_create(struct leases **out)
{
	*out = mem_calloc(1, sizeof **out);
	if (!*out)
		return -ENOMEM;
	(*out)->next_ms = INT64_MAX;
	return 0;
}

void leases_destroy(struct leases *leases)
{
	struct lease *lease, *next;

	if (!leases)
		return;
	lease = leases->by_key;
	HASH_CLEAR(hh, leases->by_key); // which leaves their order
	for (; lease; lease = next) {
		next = lease->hh.next;
		mem_free(lease->key);
		mem_free(lease);
	}
	mem_free(leases);
}

struct lease *leases_of(struct leases *leases, const char *key)
{
	struct lease *lease;

	HASH_FIND_STR(leases->by_key, key, lease);
	if (lease)
		return lease;
	lease = mem_calloc(1, sizeof *lease);
	if (!lease)
		return NULL;
	lease->key = mem_strdup(key);
	if (lease->key)
		HASH_ADD_KEYPTR(hh, leases->by_key, lease->key, strlen(lease->key), lease);
	if (!lease->key || TABLE_ADD_FAILED(lease)) {
		mem_free(lease->key);
		mem_free(lease);
		return NULL;
	}
	return lease;
}

void leases_touch(struct leases *leases, struct lease *lease)
{
	if (!lease->is_changed)
		DL_APPEND2(leases->changed, lease, changed_prev, changed_next);
	lease->is_changed = true;
}

struct lease *leases_next_changed(struct leases *leases)
{
	struct lease *lease = leases->changed;

	if (!lease)
		return NULL;
	DL_DELETE2(leases->changed, lease, changed_prev, changed_next);
	lease->is_changed = false;
	return lease;
}

// ---- having it

bool lease_is_others(const struct lease *lease, uint32_t session, int64_t now_ms)
{
	return lease->is_held && lease->session != session && now_ms < lease->until_ms;
}

// An operation of the same session has it: nothing else is begun beside it, however late it is.
static bool is_operated(const struct lease *lease, const struct lease_claim *claim)
{
	return lease->is_held && lease->is_operating && lease->session == claim->session && lease->claim != claim->no;
}

// Of a running operation nobody is told the end, which moves all the time.
static void hold(struct leases *leases, struct lease *lease, const struct lease_claim *claim)
{
	bool was_held = lease->is_held, was_operating = lease->is_operating;
	int64_t before_ms = lease->until_ms;

	if (!was_held)
		DL_APPEND(leases->held, lease);
	lease->until_ms = claim->until_ms;
	lease->is_held = true;
	lease->doing = claim->doing;
	lease->is_operating = claim->is_operating;
	lease->claim = claim->no;
	if (lease->until_ms < leases->next_ms)
		leases->next_ms = lease->until_ms;
	if (!was_held || was_operating != lease->is_operating || (!lease->is_operating && lease->until_ms != before_ms))
		leases_touch(leases, lease);
}

static void let_go(struct leases *leases, struct lease *lease)
{
	DL_DELETE(leases->held, lease);
	lease->is_held = lease->is_operating = false;
	lease->claim = 0;
	leases_touch(leases, lease);
}

static void take(struct leases *leases, struct lease *lease, const struct lease_claim *claim)
{
	if (lease->epoch == 0 || lease->session != claim->session) {
		if (lease->is_held) // its time had run out, and nobody had looked
			let_go(leases, lease);
		lease->epoch++;
		lease->session = claim->session;
	}
	snprintf(lease->holder, sizeof lease->holder, "%s", claim->holder);
	text_trim(lease->holder);
	hold(leases, lease, claim);
}

int leases_take(struct leases *leases, struct lease *const *wanted, size_t n, const struct lease_claim *claim,
		int64_t now_ms, size_t *busy)
{
	for (size_t i = 0; i < n; i++) {
		if (lease_is_others(wanted[i], claim->session, now_ms) || is_operated(wanted[i], claim)) {
			*busy = i;
			return -EBUSY;
		}
	}
	for (size_t i = 0; i < n; i++)
		take(leases, wanted[i], claim);
	return 0;
}

int leases_keep(struct leases *leases, struct lease *lease, uint64_t epoch, const struct lease_claim *claim)
{
	struct lease_claim kept = *claim;

	if (lease->epoch != epoch || lease->session != claim->session)
		return -ESTALE;
	if (is_operated(lease, claim)) {
		kept.no = lease->claim;
		kept.doing = lease->doing;
		kept.is_operating = true;
	}
	if (lease->is_held && lease->until_ms > kept.until_ms)
		kept.until_ms = lease->until_ms;
	hold(leases, lease, &kept);
	return 0;
}

void leases_release(struct leases *leases, struct lease *lease, uint32_t no)
{
	if (lease->is_held && lease->claim == no)
		let_go(leases, lease);
}

// ---- time

int64_t leases_next_ms(const struct leases *leases)
{
	return leases->next_ms;
}

void leases_expire(struct leases *leases, int64_t now_ms)
{
	struct lease *lease, *next;

	if (now_ms < leases->next_ms)
		return;
	leases->next_ms = INT64_MAX;
	for (lease = leases->held; lease; lease = next) {
		next = lease->next;
		if (lease->until_ms <= now_ms)
			let_go(leases, lease);
		else if (lease->until_ms < leases->next_ms)
			leases->next_ms = lease->until_ms;
	}
}
