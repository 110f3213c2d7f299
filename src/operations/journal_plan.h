#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A plan as records of a journal: `plan`, then a `member` a target. Agents stand by their keys, since numbers are of
 * one process: they are 0 in a plan that was read.
 */
#include <stddef.h>
#include <stdint.h>

#include "opscon/operation.h"

struct bytes;
struct json_value;

struct journal_head { // what stands with the plan; read: owned texts
	const char *id, *holder;
	int64_t at_ms, estimated_ms;
};

// Bodies of lines, as journal_record_encode().
int journal_plan_encode(const struct journal_head *head, const struct plan *plan, struct bytes *out);
int journal_member_encode(const struct plan_target *target, int64_t at_ms, struct bytes *out);

/* Makes the plan, with one reference and room for its targets, of which none is there yet. 0; -EINVAL; -EPROTO: made by
 * a newer version; -ENOMEM. In any case the head's texts are to be freed.
 */
int journal_plan_decode(const struct json_value *line, struct journal_head *head, struct plan **out);
int journal_member_decode(const struct json_value *line, struct plan_target *out); // zeroed before; the plan's then
