#pragma once
// SPDX-License-Identifier: Apache-2.0
/* The console: keys in, screens out, everything between is view state over a fleet.
 *
 * It knows neither the terminal nor the loop. The caller hands it keys and the time, draws when it is dirty, and calls
 * console_tick() when console_next_wake_ms() has passed. Nothing it shows is known but from the fleet.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "opscon/canvas.h"
#include "opscon/config.h"
#include "opscon/feed.h"
#include "opscon/fleet.h"
#include "opscon/key.h"
#include "opscon/replay.h"

struct console;

struct console_options {
	const struct config *config; // borrowed, may be NULL: defaults
	struct fleet *fleet;         // borrowed; outlives the console
	struct feed *feed;           // borrowed; NULL: requests are refused with a message
	struct replay *replay;       // borrowed: of a feed that has a clock of its own; NULL: it goes on by itself
	bool is_demo;
	bool has_unicode;
	const char *theme;     // a constant: the one configured; NULL: dark
	const char *who;       // borrowed: stands beside every request; NULL: "unknown"
	const char *state_dir; // borrowed: the view is remembered in its file `view`; NULL: nothing is remembered
	int32_t utc_offset_s;  // of local time
};

int console_create(const struct console_options *options, struct instant now, struct console **out); // 0 or -ENOMEM
void console_destroy(struct console *console); // remembers the view; NULL is fine

void console_key(struct console *console, const struct key *key, struct instant now);
void console_tick(struct console *console, struct instant now); // ages and expiring messages

// What stays wrong until it is mended; "" nothing. It stands at the foot of every screen.
void console_set_banner(struct console *console, const char *text);

// What a hub says of itself: the console is its, and looks so. Texts are copied.
struct console_hub {
	const char *name, *fleet; // "hub.example"; "" none
	const char *const *names; // of each of several, by number (event.origin) from 1 on; copied
	size_t n_names;           // 0: not known
	bool is_demo, is_read_only;
	enum rollout_kind strategy;                  // of rollouts, where none is picked; ROLLOUT_KIND_COUNT: not known
	const struct environment_said *environments; // borrowed until the next of these
	size_t n_environments;
	unsigned hubs; // bit = 1 << environment_said::hub: who is there; 0: nobody has said anything yet
};
void console_set_hub(struct console *console, const struct console_hub *hub);

/* To whom of a hub's agents (its number from 1 on) our rights are limited: "allow env=dev", "deny tier=data". What is
 * outside is greyed and says so; what cannot be read is left out, since it is the hub that decides.
 */
void console_set_limits(struct console *console, uint8_t hub, const char *const *scopes, size_t n);

/* What was sent was answered, or will not be (-ENOTCONN); where it was refused, console_refused() follows. about: the
 * alert, operation or agent of the request, whichever it names first; 0 none.
 */
void console_answered(struct console *console, enum request_type type, uint32_t about, int error);

// What was asked for and sent was refused afterwards: negative errno, and why ("": as request_refusal() says).
void console_refused(struct console *console, enum request_type type, int error, const char *why);

bool console_is_dirty(const struct console *console); // something on the screen changed since the last draw
bool console_wants_quit(const struct console *console);
// On a canvas that still shows the last frame only what changed since is drawn.
void console_draw(struct console *console, struct canvas *canvas, struct instant now);

// mono_ms when something shown changes by the passing of time alone; INT64_MAX: never (the view is paused).
int64_t console_next_wake_ms(const struct console *console);

// The theme chosen by hand ("light"), remembered or now; "" when the configured one is wanted.
const char *console_theme(const struct console *console);

// The view as the widgets get it, for tests and scripts. Valid until the next call.
const struct view *console_view(const struct console *console);

// A config_key_cb: whether the console would take a configured key, and why not.
int console_check_key_cb(void *ctx, const struct key_config *config, char *why, size_t why_size);
