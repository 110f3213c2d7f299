#pragma once
// SPDX-License-Identifier: Apache-2.0
#include <stdint.h>

#include "audit/chain.h"
#include "audit/files.h"

/* The hash of the record with that number, read from the trail without a lock. 0; -ENOENT: all that is kept is newer;
 * -ENODATA: all of it is older; -EBADMSG: there are records before and after it, which is no doing of ours; -ENOMEM;
 * other negative errno with the trouble told.
 */
int audit_find_hash(const char *dir, uint64_t seq, struct audit_hash *out, struct audit_trouble *trouble);
