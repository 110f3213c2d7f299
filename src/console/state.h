#pragma once
// SPDX-License-Identifier: Apache-2.0
/* Inside the console: its one struct, and what its files do for each other.
 *
 * Whoever acts on "the selected one" acts on what was last shown: view.selected and its like change when the view is
 * shown or a key moves them, never by the fleet moving under the cursor.
 */
#include "console/action_words.h"
#include "console/agent_order.h"
#include "console/alert_filter.h"
#include "console/audit_rows.h"
#include "console/confirm.h"
#include "console/console.h"
#include "console/context.h"
#include "console/dialog.h"
#include "console/environment.h"
#include "console/history.h"
#include "console/id_set.h"
#include "console/keymap.h"
#include "console/layout.h"
#include "console/operations.h"
#include "console/peers.h"
#include "console/picker.h"
#include "console/prompt.h"
#include "console/scope.h"
#include "console/series_filter.h"
#include "console/timeline_filter.h"

enum prompt_use {
	PROMPT_TABLE,
	PROMPT_TIMELINE,
	PROMPT_ALERTS,
	PROMPT_SERIES,
	PROMPT_AUDIT,
	PROMPT_NOTE,
	PROMPT_VALUE,    // of an action: a version, a patch
	PROMPT_ROLLBACK, // why
	PROMPT_TIME,     // of a recording
};

enum picker_use {
	USE_CONTEXT,
	USE_RANGE,
	USE_THEME,
	USE_COMMAND,
	USE_SNOOZE,
	USE_MAINTENANCE,
	USE_EXPORT,
	USE_TYPES,
	USE_ACTION,
	USE_STRATEGY,
	USE_AGREEMENT,
};

enum { PLAN_KEEP_MS = 10000, LOOK_EVERY_MS = 500 }; // an open plan keeps its agents; where we look is told
enum { MESSAGE_MS = 8000, MESSAGE_READ_MS = 1000, PEERS_EVERY_MS = 5000, RESTORE_MS = 10000, WHEEL_ROWS = 3 };
enum { HISTORY_EVERY_MS = 500 }; // points are asked for of an agent that stays, not of each the cursor passes
enum { HUB_SCOPES_MAX = 16 };
enum { UNDO_MS = 10000 }; // how long a reversible action is taken back by one key

// What somebody is about to do: to whom, what, and the plan that is waited for.
struct acting {
	uint32_t *ids; // owned
	size_t n;
	const struct action *action;
	char whom[128], title[160];
	char value[PROMPT_MAX];  // a version, or a patch
	enum rollout_kind kind;  // ROLLOUT_KIND_COUNT: as configured
	uint32_t token;          // of the last plan that was asked for
	bool is_waiting;         // for it
	bool is_again;           // the one before was out of date
	bool is_unwanted;        // it was given up before it came
	uint32_t submitted;      // the token of the plan that was submitted last; 0 none
	int64_t keep_at_ms;      // mono: when the open plan is kept again
	uint32_t undo_operation; // 0 none
	int64_t undo_until_ms;   // mono
};

enum { ASKED_MAX = 16, ASKED_WHAT_MAX = 200, ASKED_DONE_MAX = 300, MESSAGE_ASKING_MS = 60000 };

// What a hub was asked to do and has not answered, the oldest first.
struct asking {
	struct asked {
		enum request_type type;
		uint32_t about;
		char what[ASKED_WHAT_MAX], done[ASKED_DONE_MAX]; // "acknowledge it", "it is acknowledged"
	} asked[ASKED_MAX];
	size_t n;
	char refused[ASKED_WHAT_MAX]; // what is about to be told of as refused; ""
	bool is_said;                 // the message is that something is asked
	int64_t lost_mono_ms;         // when the message was that something was lost
};

// What the canvas shows of the frame before, and what of it is out of date: a frame costs what has changed.
struct drawn {
	unsigned slots;                     // bit = 1 << slot: panes whose content changed
	uint64_t rows[TABLE_ROWS_MAX / 64]; // rows in sight of the overview's table that did
	bool has_rows;
	struct layout layout;
	uint64_t columns; // agent_table_columns() of the table
	size_t top, cursor;
	uint32_t selected;
	bool had_overlay;
	int64_t whole_ms; // mono: when everything was drawn, ages too
};

// To whom a hub lets us do anything.
struct hub_limits {
	struct {
		struct selector *selector; // owned
		bool is_deny;
	} scopes[HUB_SCOPES_MAX];
	size_t n;
};

struct console {
	const struct config *config; // borrowed, may be NULL
	struct fleet *fleet;         // borrowed
	struct feed *feed;           // borrowed, may be NULL
	struct replay *replay;       // borrowed; NULL: it is no recording that is looked at
	const char *who, *state_dir; // borrowed
	int32_t local_offset_s;
	int64_t refresh_ms;

	struct view view; // as last shown
	struct layout layout;
	int width, height; // of the last canvas
	struct instant now;
	bool is_dirty;  // what is on the screen changed, it is not said where
	bool is_urgent; // by a key or a message: drawn even while paused
	bool wants_quit, is_utc, is_absolute;

	struct drawn drawn;
	struct row_cache *rows; // owned; NULL: short of memory, rows are made anew each time

	struct keymap keymap;
	struct key_hint hints[KEYMAP_HINTS_MAX];
	struct context context;
	char context_text[256];
	char theme[16];               // picked by hand, "" none
	const char *configured_theme; // a constant
	int64_t restored_until_ms;    // mono: remembered agents may still turn up; 0 afterwards
	struct scope scope;
	struct history history;

	struct agent_order *order; // owned
	struct selector *selector; // owned, may be NULL: the table's filter, when it is one
	char table_filter[PROMPT_MAX];
	enum table_mode mode;
	enum agent_column sort, sort_before; // before "newly bad" took over
	bool is_descending, was_descending;
	struct peers peers;
	int64_t peers_at_ms; // mono
	uint32_t held;       // the agent that the cursor stays on; 0: the first row
	size_t row, top;     // of the table

	struct timeline_filter timeline;
	struct alert_filter alerts;
	struct key_guard alert_guard; // since another alert has come under the cursor by itself
	bool has_slipped;             // one has
	struct series_filter series;
	uint32_t watched; // whose scrapes were asked for

	char hub_name[80], hub_fleet[256]; // "" while the fleet is our own
	char hub_names[FLEET_HUBS_MAX][80];
	const char *hubs[FLEET_HUBS_MAX];         // where the names are
	struct hub_limits limits[FLEET_HUBS_MAX]; // by hub, from number 1 on
	enum rollout_kind hub_strategy;           // with hub_name; ROLLOUT_KIND_COUNT: not known
	struct environments_said hub_environments;
	struct id_set histories; // whose points were asked for, since the hub was away last
	int64_t history_at_ms;   // mono: not again before

	struct id_set marks;
	struct acting acting;
	struct asking asking;
	struct confirm confirm;
	struct operations operations;
	struct audit_rows audit;
	bool reads_audit, has_audit; // pages of it were asked for; there is one

	struct picker picker;
	enum picker_use picker_use;
	struct key_guard picker_guard; // of lists whose choice may be followed by deeds
	struct prompt prompt;
	enum prompt_use prompt_use;
	char prompt_before[PROMPT_MAX]; // what Esc brings back
	struct dialog dialog;
	enum request_type dialog_request; // what its button asks for
	char dialog_button[ACTION_WORDS_MAX], rollback_reason[PROMPT_MAX];
	uint32_t looked_at;                                    // as the others were told
	int64_t look_at_ms;                                    // mono: not again before
	uint32_t target_agent, target_alert, target_operation; // what an open picker, prompt or dialog is about

	char act_hint[64], replay_text[80];
	uint32_t n_replay_snapshots; // replay_state::n_snapshots, as last seen
	char replay_keys[3][2 * KEYMAP_NAME_MAX];
	char message[300], question[300], banner[300];
	enum severity message_severity;
	int64_t message_until_ms; // mono; 0 none
	int64_t message_said_ms;  // mono
};

// ---- messages
void console_say(struct console *console, enum severity severity, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
const char *console_agent_name(const struct console *console, uint32_t agent);

// ---- show.c: the view as it is now
void console_layout(struct console *console, int width, int height);
void console_show(struct console *console);

// ---- changes.c
void console_fleet_changed(void *ctx, enum fleet_change change, uint32_t agent);

// ---- drawn.c
void console_touch(struct console *console, enum slot slot);
void console_touch_rows(struct console *console, const struct agent_order_touch *touch); // as far as they are in sight
bool console_rows_in_sight(const struct console *console, const struct agent_order_touch *touch);
bool console_is_touched(const struct console *console);
bool console_draws_whole(struct console *console, const struct canvas *canvas); // after console_show()
bool console_draws_slot(const struct console *console, enum slot slot, bool is_whole);
void console_has_drawn(struct console *console, struct canvas *canvas, bool is_whole);

// ---- table.c
bool console_lists_agent(void *ctx, const struct fleet_agent *agent);
void console_table_rebuild(struct console *console);
void console_table_sort(struct console *console, enum agent_column column, bool is_descending);
void console_table_mode(struct console *console, enum table_mode mode);
bool console_table_filter(struct console *console, const char *text); // false: no good selector, said in the prompt
void console_table_settle(struct console *console);                   // row and top after whatever happened
void console_context_changed(struct console *console);                // everything is filtered anew, and remembered
void console_peers_refresh(struct console *console);

// ---- navigation.c
void console_go(struct console *console, enum screen_id screen, uint32_t agent);
void console_go_to(struct console *console, struct place place); // without writing history
void console_back(struct console *console);
void console_move(struct console *console, int64_t by);
void console_move_page(struct console *console, int direction);
void console_move_end(struct console *console, bool is_last);
void console_move_sideways(struct console *console, int by);
void console_next_pane(struct console *console, int by);
void console_enter(struct console *console);
size_t console_rows(const struct console *console, enum slot slot); // of content

// ---- commands: what each does
void console_run(struct console *console, enum command command);

// ---- requests.c
int console_request(struct console *console, const struct request *request); // a failure is said
void console_watch(struct console *console);                   // asks for the scrapes of whom is on screen
uint32_t console_alert_here(const struct console *console);    // under the cursor, or of the agent; 0 none
bool console_alert_has_slipped(const struct console *console); // just now, to another one; nobody has seen it yet
void console_ack(struct console *console);
void console_probe(struct console *console);
void console_pin(struct console *console);
void console_note(struct console *console, const char *text);
void console_until(struct console *console, const char *duration); // snoozes or begins maintenance of the target
void console_reopen_audit(struct console *console);
void console_watch_audit(struct console *console); // asks for pages while they are on screen
void console_read_audit(struct console *console);  // now, and whether it is sound
void console_ask_question(struct console *console);
void console_answer(struct console *console, int button);

/* ---- allowed.c: what our role and scopes at the hub do not let us ask for, as far as we know them; the hub has the
 * last word. "" when it may be asked for. `what` stands in the words: "your role viewer does not allow to restart".
 */
enum { NOT_ALLOWED_MAX = 200 };
const char *console_not_allowed(const struct console *console, const struct request *request, enum verb verb,
				const char *what, char out[NOT_ALLOWED_MAX]); // about request->agent; 0: the fleet
const char *console_plan_not_allowed(const struct console *console, enum request_type type, const struct plan *plan,
				     const char *what, char out[NOT_ALLOWED_MAX]);
// Of what a command would ask for here, about what is under the cursor.
const char *console_command_not_allowed(const struct console *console, enum command command, char out[NOT_ALLOWED_MAX]);
void console_forget_limits(struct console *console);

/* ---- asking.c: what was sent is done on a fleet of our own, and only asked for where it is a hub's. `what` goes on
 * from "asking the hub to"; the words said when it is done.
 */
void console_asked(struct console *console, const struct request *request, const char *what, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
bool console_said_lost(
	struct console *console); // that what was just told of is not known to be done; false: nothing was
uint32_t request_about(const struct request *request);

// ---- attached.c: where the fleet is a hub's
void console_ask_history(struct console *console);      // of whom the panels show, once, when they stay on the screen
void console_forget_histories(struct console *console); // when it is away: what it has kept may be more
int64_t console_history_wake_ms(const struct console *console); // mono; INT64_MAX

// ---- marking.c
void console_mark(struct console *console);
void console_mark_all(struct console *console);

// ---- acting.c: the menu, the plan, the question
void console_observe(struct console *console, uint32_t agent); // asks its driver, when that was not done just now
void console_act(struct console *console);
int console_fill_actions(struct console *console);
void console_refresh_actions(struct console *console); // the open menu, after what is known has changed
int console_fill_strategies(struct console *console);
void console_take_action(struct console *console, const char *id);
void console_take_strategy(struct console *console, const char *name);
const char *console_check_value(const struct console *console, const char *text); // "" good, else why not
void console_take_value(struct console *console, const char *text);

// ---- planning.c: the plan, and the question
void console_ask_plan(struct console *console, bool is_again); // again: the one before is out of date
bool console_has_plan(const struct console *console);          // the one that is waited for has come
void console_take_plan(struct console *console);               // when it has
void console_confirm_key(struct console *console, const struct key *key);
void console_plan_anew(struct console *console); // what was submitted is out of date, as it turned out
bool console_undo(struct console *console);      // false: there is nothing, or it was too long ago

// ---- agreeing.c: others, whose plans wait for us, and who see what we look at
void console_agree(struct console *console);
int console_fill_agreements(struct console *console);
void console_take_agreement(struct console *console, const char *id);
void console_show_approval(struct console *console); // how it stands with the open plan
void console_answer_agreement(struct console *console, bool agrees);
void console_keep_plan(struct console *console);   // while it is read
void console_close_asked(struct console *console); // nobody can be asked: the question goes, and its plan
void console_drop_plan(struct console *console, const struct plan *plan); // it will not be submitted
void console_tell_look(struct console *console);
int64_t console_together_wake_ms(const struct console *console); // mono; INT64_MAX

// ---- operations.c: what is done to the one under the cursor
uint32_t console_operation_target(const struct console *console); // the agent under the cursor there; 0 none
void console_hold(struct console *console);
void console_abort(struct console *console);
void console_roll_back(struct console *console);
void console_roll_back_because(struct console *console, const char *reason);
void console_pause_all(struct console *console);
void console_answer_operation(struct console *console);
void console_refresh_question(struct console *console); // the open one, after operations have changed

// The rollout of that kind as configured; ROLLOUT_KIND_COUNT: of the kind that is configured.
struct rollout console_rollout(const struct console *console, enum rollout_kind kind);
enum rollout_kind
console_usual_kind(const struct console *console); // where none is picked; ROLLOUT_KIND_COUNT: not known

// ---- choices.c, choice_items.c
void console_choose(struct console *console, enum picker_use use);
void console_choose_context(struct console *console, enum picker_kind kind);
int console_fill_picker(struct console *console);
void console_picker_key(struct console *console, const struct key *key);

// ---- replaying.c: the clock of a recording
void console_replay_step(struct console *console, enum replay_step step, int direction);
void console_replay_speed(struct console *console, int direction);
void console_replay_pause(struct console *console);
const char *console_check_time(const struct console *console, const char *text); // "" good, else why not
void console_replay_time(struct console *console, const char *text);
bool console_replay_is_there(const struct console *console); // there is one, and it is where it was told to go
void console_show_replay(struct console *console);
size_t console_replay_hints(struct console *console, size_t n); // puts its own before the n; returns how many there are

// ---- prompts.c
void console_open_prompt(struct console *console, enum prompt_use use);
void console_prompt_key(struct console *console, const struct key *key);

// ---- memory of the view
void console_remember(struct console *console);
void console_restore(struct console *console);
