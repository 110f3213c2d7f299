// SPDX-License-Identifier: Apache-2.0
/* Connections on which nobody has proven yet to be anybody: so many in all, and no more than half of them from one
 * place, so that one machine cannot keep all others out.
 */
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "hub/access_internal.h"

// Who has one address of version 6 has 2^64 of them.
static void net_of(const struct sockaddr *from, unsigned char out[16])
{
	uint16_t port;

	memset(out, 0, 16);
	if (network_address(from, out, &port) == 0 && !network_is_ipv4(out))
		memset(out + 8, 0, 8);
}

static size_t count(const struct door *door, const unsigned char net[16])
{
	size_t n = 0;

	for (size_t i = 0; i < door->n_places; i++)
		n += door->places[i].is_taken && memcmp(door->places[i].net, net, 16) == 0;
	return n;
}

static int make_room(struct door *door, size_t n)
{
	struct door_place *places = n > door->n_places ? mem_realloc(door->places, n * sizeof *places) : door->places;

	if (!places)
		return -ENOMEM;
	for (size_t i = door->n_places; i < n; i++)
		places[i] = (struct door_place){ .is_taken = false };
	door->places = places;
	if (n > door->n_places)
		door->n_places = n;
	return 0;
}

static uint32_t take_place(struct door *door, const unsigned char net[16])
{
	uint32_t at = 0;

	while (door->places[at].is_taken)
		at++;
	door->places[at].is_taken = true;
	memcpy(door->places[at].net, net, 16);
	door->n_taken++;
	return at;
}

int access_knock(struct access *access, const struct sockaddr *from, struct instant now, uint32_t *slot,
		 int64_t *deadline_ms)
{
	size_t max = access->policy.n_unauthenticated, share = max / 2 ? max / 2 : 1;
	struct door *door = &access->door;
	unsigned char net[16];
	const char *why = NULL;
	char origin[ACCESS_ORIGIN_MAX];

	*slot = DOOR_NONE;
	*deadline_ms = now.mono_ms + access->policy.unauthenticated_ms;
	if (!from)
		return 0;
	net_of(from, net);
	if (door->n_taken >= max)
		why = "too many connections on which nobody has logged in";
	else if (!network_is_loopback(net) && count(door, net) >= share)
		why = "too many connections from there on which nobody has logged in";
	else if (make_room(door, max) < 0)
		why = "no memory for another connection";
	if (why) {
		access_origin_of(from, origin);
		record_stranger(access, AUDIT_ACCESS, "", origin, "connect", why, now);
		return -EAGAIN;
	}
	*slot = take_place(door, net);
	return 0;
}

void access_knock_end(struct access *access, uint32_t slot)
{
	struct door *door = &access->door;

	if (slot >= door->n_places || !door->places[slot].is_taken)
		return;
	door->places[slot].is_taken = false;
	door->n_taken--;
}

void door_finish(struct door *door)
{
	mem_free(door->places);
	*door = (struct door){ 0 };
}
