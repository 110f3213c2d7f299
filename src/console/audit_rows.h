#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Which records of the audit trail's page are listed: those that have the text in any of their words. */
#include "opscon/fleet.h"
#include "opscon/view.h"

struct audit_rows {
	const struct fleet *fleet; // borrowed
	char text[256];
	uint16_t rows[AUDIT_LIST_MAX];
	size_t n, row, top;
	uint64_t held; // number of the record that the cursor stays on; 0: the newest
	bool is_stale, is_expanded;
};

void audit_rows_init(struct audit_rows *rows, const struct fleet *fleet);
void audit_rows_settle(struct audit_rows *rows, size_t n_in_sight); // lists anew when stale
void audit_rows_move(struct audit_rows *rows, int64_t by);
void audit_rows_show(const struct audit_rows *rows, struct audit_view *out);
