// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"

static struct {
	uint64_t k0, k1;
	bool is_set;
} key; // drawn once per process: the reason keyed hashes cannot be aimed at

void hash_set_key(const uint8_t bytes[16])
{
	memcpy(&key.k0, bytes, 8);
	memcpy(&key.k1, bytes + 8, 8);
	key.is_set = true;
}

static void draw_key(void)
{
	uint8_t bytes[16];
	struct instant now;

	if (getrandom(bytes, sizeof bytes, GRND_NONBLOCK) != (ssize_t)sizeof bytes) {
		now = clock_now();
		memcpy(bytes, &now, sizeof bytes);
	}
	hash_set_key(bytes);
}

static uint64_t rotl(uint64_t x, int b)
{
	return (x << b) | (x >> (64 - b));
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

uint64_t hash_keyed(const void *data, size_t n)
{
	const uint8_t *in = data;
	uint64_t v[4], word, tail = (uint64_t)n << 56;
	size_t i = 0;

	if (!key.is_set)
		draw_key();
	v[0] = key.k0 ^ 0x736f6d6570736575ULL;
	v[1] = key.k1 ^ 0x646f72616e646f6dULL;
	v[2] = key.k0 ^ 0x6c7967656e657261ULL;
	v[3] = key.k1 ^ 0x7465646279746573ULL;
	for (; i + 8 <= n; i += 8) {
		memcpy(&word, in + i, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	for (size_t j = 0; i + j < n; j++)
		tail |= (uint64_t)in[i + j] << (8 * j);
	v[3] ^= tail;
	sip_round(v);
	v[0] ^= tail;
	v[2] ^= 0xff;
	for (int r = 0; r < 3; r++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hash_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

uint64_t hash_stable(const void *data, size_t n)
{
	const uint8_t *in = data;
	uint64_t h = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < n; i++)
		h = (h ^ in[i]) * 0x100000001b3ULL;
	return hash_mix(h);
}
