#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The audit trail for whoever reads it in a console: pages of it and how sound it is, found in libuv's pool, where no
 * disk holds up the loop.
 */
#include <stdbool.h>
#include <uv.h>

#include "audit/list.h"
#include "audit/verify.h"

struct direct_feed;
struct direct_options;

struct direct_trail {
	struct direct_feed *feed; // owner
	char *dir, *key;          // owned; dir NULL: there is no trail
	bool has_reader;          // pages follow when there is more
	bool is_ending;           // atomic: jobs are to end early
	uint64_t n_listed;        // records of the trail when it was listed last

	uv_work_t list_work;
	bool is_listing;
	struct audit_list list;
	struct audit_trouble trouble;

	struct hashing *hashing; // hashes of single records that are looked for
	size_t n_hashing;

	uv_work_t check_work;
	bool is_checking;
	uint64_t n_checked, n_told; // the former atomic
	uint64_t n_records;         // when it began
	struct audit_verdict verdict;
	int check_error;
};

int direct_trail_init(struct direct_feed *feed, const struct direct_options *options); // 0 or -ENOMEM
void direct_trail_stop(struct direct_feed *feed); // each job under way is one of direct_feed::n_open
void direct_trail_finish(struct direct_feed *feed);
int direct_trail_list(struct direct_feed *feed);                     // 0 or negative errno, as the requests
int direct_trail_verify(struct direct_feed *feed);                   // the same
int direct_trail_hash(struct direct_feed *feed, const char *number); // the same; -EBUSY: too many are looked for
void direct_trail_tick(struct direct_feed *feed);                    // each second
