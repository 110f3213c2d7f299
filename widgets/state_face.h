#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The four health states as statuses, glyphs and styles, and what is worth saying of an agent in a few words. */
#include <stddef.h>

#include "opscon/canvas.h"
#include "opscon/fleet.h"

enum status state_status(enum health_state state);
enum glyph state_glyph(enum health_state state);
style_t state_style(enum health_state state);
enum health_state state_of_observed(enum observed observed); // of one result, or of a hard state

#define STATE_INSECURE "[insecure]"

/* Why the agent is as it is, in one line: "connection refused", "failing 2 of 3: no answer in time", "changes too often
 * (42 %)"; "" for one that is simply well. What people did about it stands before it in brackets, and before that
 * STATE_INSECURE where the certificate is not verified: whoever has the room draws it in STYLE_BAD.
 */
void agent_reason(const struct fleet_agent *agent, char *out, size_t size);
