#pragma once
// SPDX-License-Identifier: Apache-2.0
// Inside fleet_dump(): what its two files share.
#include "base/strbuf.h"
#include "fleet/fleet.h"

struct dump {
	const struct fleet *fleet; // borrowed
	struct bytes *out;         // borrowed
	int error;                 // the first
};

void dump_put(struct dump *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *dump_key(const struct dump *d, uint32_t agent); // "-" for nobody, and for who is gone

void dump_alerts(struct dump *d); // those of one moment in an order of their own: their numbers may differ
void dump_work(struct dump *d);   // progress, operations, approvals
