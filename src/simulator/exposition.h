#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A simulated service's numbers as Prometheus text 0.0.4. */
#include "base/strbuf.h"
#include "simulator/model.h"
#include "simulator/roster.h"

enum { EXPOSITION_BODY_MAX = 16 << 20 };

/* Appends the body at a moment. With body_kb the body is filled up with histograms of further tasks to about that many
 * KiB; which series there are depends on body_kb alone. 0, -ENOMEM, -EMSGSIZE.
 */
int exposition_write(const struct model *model, const struct roster_entry *who, uint32_t body_kb, int64_t wall_ms,
		     struct bytes *out);
