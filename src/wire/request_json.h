#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Requests as JSON, as opscon-protocol(7) describes them: strict and cleaned, as events are (event_json.h).
 *
 * `session` never crosses: whose a request is says the connection. `who` does, as what somebody claims to be.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "opscon/feed.h"
#include "wire/event_json.h"

enum {
	REQUEST_JSON_MAX = 2 << 20,
	REQUEST_JSON_TEXT_MAX = 4096, // bytes of who, text, typed and reason
	REQUEST_JSON_PATCH_MAX = 1 << 20,
	REQUEST_JSON_WHY_MAX = EVENT_JSON_WHY_MAX,
};

/* How numbers of this process become the receiver's: as event_reader::id, without keys. NULL: they stay. REQUEST_PLAN
 * keeps its token, which comes back as it was.
 */
struct request_ids {
	int64_t (*id)(void *ctx, enum wire_id kind, uint32_t local);
	void *ctx; // borrowed
};

// Appends it. 0; -ENOENT: one of its numbers is none of the receiver's; -ENOMEM, -EMSGSIZE. Then nothing was added.
int request_json_write(const struct request *request, const struct request_ids *ids, struct bytes *out);

// A request that was read, and owns what it points to.
struct request_text {
	struct request request; // texts are never NULL, `params` and `is_hidden` may be
	struct operation_params params;
	char *texts[8]; // owned
	uint32_t *agents;
	bool *is_hidden;
};

/* Reads one that is all of text[0..n). 0; -ENOTSUP: of a type that this version does not know, with why; -EINVAL with
 * why; -ENOMEM. Finish it in each case.
 */
int request_json_read(const char *text, size_t n, struct request_text *out, char why[REQUEST_JSON_WHY_MAX]);
void request_text_finish(struct request_text *request); // zeroed is fine
