#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The question before an operation: the whole plan, and what a person must do so that it is carried out.
 *
 * It is bound to one plan, which it holds and which cannot change; nothing that the fleet does moves anything in it.
 * Cancel has the focus first, and moves when it is told to. Nothing is confirmed by keys from before it was painted or
 * of its first moment, by a key that repeats itself, or by a paste; and what must be typed must be typed.
 *
 * The same for whoever is asked to agree to somebody else's plan; they type nothing, and can refuse it.
 */
#include "console/action_words.h"
#include "console/key_guard.h"
#include "console/prompt.h"
#include "opscon/key.h"
#include "opscon/operation.h"
#include "opscon/view.h"
#include "text/text.h"

enum { CONFIRM_CHANGED_MAX = 4096, CONFIRM_ASKED_MAX = 300 };

struct confirm {
	bool is_open;
	const struct plan *plan; // a reference; NULL: it is being made
	char title[ACTION_WORDS_MAX + 32], button[ACTION_WORDS_MAX];
	bool can_go, asks_name, asks_reason;
	bool is_ours_to_agree; // it is the plan of somebody else
	bool is_held_back;     // a second person has not agreed
	bool is_unasked;       // and is asked once this is confirmed
	bool is_fixed;         // it was, and what was typed stays as it is
	char asked_why[CONFIRM_ASKED_MAX];
	char asked_reason[TEXT_FIELD_MAX + 1]; // whole, as it stands in the question
	char approval[160];                    // how that stands, "" nobody has to
	enum confirm_focus focus;
	struct prompt name, reason;
	const char *note;   // a constant
	bool *is_explained; // owned: as in struct confirm_view
	char changed[CONFIRM_CHANGED_MAX];
	size_t top;
	struct key_guard guard;
};

enum confirm_outcome { CONFIRM_GOES_ON, CONFIRM_CANCELLED, CONFIRM_CONFIRMED, CONFIRM_REFUSED };

struct fleet_approval;

void confirm_open(struct confirm *confirm, const char *title);         // before there is a plan
void confirm_review(struct confirm *confirm, const struct plan *plan); // takes a reference
void confirm_ask_agreement(struct confirm *confirm, const struct fleet_approval *approval);
// How it stands with the second person; NULL: none is needed.
void confirm_set_approval(struct confirm *confirm, const struct fleet_approval *approval);
void confirm_fix(struct confirm *confirm);                    // it was confirmed, and a second person is asked
void confirm_note(struct confirm *confirm, const char *note); // a constant, until the next key
// That the plan before does not hold any more, and how this one differs, in lines: it stays while this one is open.
void confirm_changed(struct confirm *confirm, const char *words);
// What the targets are left out for, of which the fleet tells when it passes; takes it over, NULL is fine.
void confirm_explain(struct confirm *confirm, bool *is_explained);
void confirm_close(struct confirm *confirm);                       // zeroed memory is fine
void confirm_painted(struct confirm *confirm, struct instant now); // it stands on the screen, large enough to be read

// rows: in sight of what is scrolled; last_top: the last row it is scrolled to. It stays open until it is closed.
enum confirm_outcome confirm_key(struct confirm *confirm, const struct key *key, size_t rows, size_t last_top,
				 struct instant now);
void confirm_show(const struct confirm *confirm, struct confirm_view *out);
