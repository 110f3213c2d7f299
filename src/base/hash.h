#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Two hashes for two jobs.
 *
 * hash_keyed() is SipHash-1-3 under a key drawn at start, for tables whose keys come from outside: nobody can aim for
 * one bucket. hash_stable() is 64-bit FNV-1a with a final mix (splitmix64), the same in every process and version:
 * schedule slots and shards are derived from it. Source: Aumasson, Bernstein, "SipHash: a fast short-input PRF" (2012);
 * Fowler, Noll, Vo (draft-eastlake-fnv).
 */
#include <stddef.h>
#include <stdint.h>

uint64_t hash_keyed(const void *data, size_t n);
uint64_t hash_stable(const void *data, size_t n);
uint64_t hash_mix(uint64_t x); // splitmix64's finaliser: a bijection that spreads every bit

// The key for hash_keyed: 16 bytes. Without a call the key is drawn from getrandom(2) at first use.
void hash_set_key(const uint8_t key[16]);
