#pragma once
// SPDX-License-Identifier: Apache-2.0
/* uthash with our keyed hash and our allocator. Include this, never <uthash.h>.
 *
 * A failed allocation leaves the element out of the table: after HASH_ADD, look the element up or use TABLE_ADD_FAILED.
 */
#include "base/hash.h"
#include "base/list.h"
#include "base/memory.h"

#define HASH_FUNCTION(keyptr, keylen, hashv) ((hashv) = (unsigned)hash_keyed((keyptr), (keylen)))
#define HASH_NONFATAL_OOM 1
#define uthash_malloc(size) mem_alloc(size)
#define uthash_free(ptr, size) mem_free(ptr)

#include <uthash.h>

// True when the last HASH_ADD of `element` (handle member hh) did not take for want of memory.
#define TABLE_ADD_FAILED(element) ((element)->hh.tbl == NULL)
