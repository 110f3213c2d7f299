// SPDX-License-Identifier: Apache-2.0
/* The console on a terminal: keys in, at most 30 frames a second out in the long run (and more for keys), and the
 * terminal put back on every way out.
 *
 * A terminal that takes no bytes holds up nothing but its own picture: while a frame is still leaving, none is drawn,
 * and keys, signals and polling go on. When it has left, what is newest then is drawn.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "commands/app.h"
#include "commands/exit_code.h"
#include "screen/curses.h"
#include "screen/frame_pace.h"

enum { RESUMED_MS = 100 };

static const int signal_numbers[] = { SIGCONT, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP };
enum { N_SIGNALS = sizeof signal_numbers / sizeof signal_numbers[0], CONTINUED = 0 };

struct terminal {
	struct app *app;
	struct screen *screen; // owned
	struct canvas canvas;  // owned
	uv_poll_t input, output;
	uv_prepare_t prepare;
	uv_timer_t frame, wake;
	uv_signal_t signals[N_SIGNALS];
	struct frame_pace pace;
	int64_t wake_at_ms; // mono; INT64_MAX: not armed
	int64_t resumed_ms; // mono, after a stop
	char theme[32];     // the one set last
	bool is_keyed;      // somebody pressed a key and waits for what it does
	bool is_undrawn;    // the size changed, or somebody asked for the whole screen
	bool is_over;
};

// The screen that a crash has to put back: a signal handler gets no argument.
static struct screen *crash_screen;

static void on_crash(int number)
{
	if (crash_screen)
		screen_restore(crash_screen);
	signal(number, SIG_DFL);
	raise(number);
}

static void guard_crashes(struct screen *screen)
{
	static const int numbers[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

	crash_screen = screen;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		signal(numbers[i], screen ? on_crash : SIG_DFL);
}

static const char *configured_theme(const struct app *app)
{
	return app->options->theme ? app->options->theme : app->options->fleet.config.theme;
}

// A theme picked by hand wins over the configured one.
static void follow_theme(struct terminal *t)
{
	const char *picked = console_theme(t->app->console);
	const char *wanted = *picked ? picked : configured_theme(t->app);

	if (!wanted || strcmp(wanted, t->theme) == 0)
		return;
	snprintf(t->theme, sizeof t->theme, "%s", wanted);
	screen_set_theme(t->screen, wanted);
}

// There is room again, or nobody is there any more.
static void on_room(uv_poll_t *poll, int status, int events)
{
	struct terminal *t = poll->data;
	int r = status < 0 ? status : screen_flush(t->screen);

	(void)events;
	if (r < 0)
		t->is_over = true;
	if (r <= 0)
		uv_poll_stop(poll); // and on_prepare draws what is newest
}

static void draw(struct terminal *t)
{
	struct instant now = session_now(&t->app->session);

	follow_theme(t);
	frame_pace_drew(&t->pace, now.mono_ms);
	t->is_undrawn = t->is_keyed = false;
	console_draw(t->app->console, &t->canvas, now);
	if (screen_show(t->screen, &t->canvas) == -EIO)
		t->is_over = true;
}

static void on_frame(uv_timer_t *timer)
{
	(void)timer; // its turn of the loop ends in on_prepare, which draws
}

static void on_wake(uv_timer_t *timer)
{
	struct terminal *t = timer->data;

	t->wake_at_ms = INT64_MAX;
	console_tick(t->app->console, session_now(&t->app->session));
}

static void arm_wake(struct terminal *t)
{
	// What grows old on a screen that cannot be drawn is seen to when it can.
	int64_t at_ms = screen_is_busy(t->screen) ? INT64_MAX : console_next_wake_ms(t->app->console);
	int64_t now_ms;

	if (at_ms == t->wake_at_ms)
		return;
	t->wake_at_ms = at_ms;
	if (at_ms == INT64_MAX) {
		uv_timer_stop(&t->wake);
		return;
	}
	now_ms = clock_now().mono_ms;
	uv_timer_start(&t->wake, on_wake, at_ms > now_ms ? (uint64_t)(at_ms - now_ms) : 1, 0);
}

// What changed is drawn at once, or with the next frame when there were enough of late.
static void draw_in_time(struct terminal *t)
{
	bool is_dirty = console_is_dirty(t->app->console);
	int64_t wait_ms;

	if (screen_is_busy(t->screen) || !(t->is_undrawn || is_dirty))
		return;
	wait_ms = t->is_undrawn ? 0 : frame_pace_wait_ms(&t->pace, clock_now().mono_ms, t->is_keyed);
	if (wait_ms == 0)
		draw(t);
	else if (t->is_keyed || !uv_is_active((uv_handle_t *)&t->frame))
		uv_timer_start(&t->frame, on_frame, (uint64_t)wait_ms, 0);
}

// Before the loop waits.
static void on_prepare(uv_prepare_t *prepare)
{
	struct terminal *t = prepare->data;

	if (console_wants_quit(t->app->console))
		t->is_over = true;
	if (t->is_over) {
		uv_stop(prepare->loop);
		return;
	}
	draw_in_time(t);
	if (screen_is_busy(t->screen) && !uv_is_active((uv_handle_t *)&t->output))
		uv_poll_start(&t->output, UV_WRITABLE, on_room);
	arm_wake(t);
}

static void take_key(struct terminal *t, const struct key *key)
{
	int asked = screen_key_signal(t->screen, key);

	if (asked) {
		kill(0, asked); // to our whole job; comes back by on_signal()
		return;
	}
	if (key->code == 'l' && key->mods == KEY_MOD_CTRL) {
		screen_redraw(t->screen);
		t->is_undrawn = true;
	}
	console_key(t->app->console, key, session_now(&t->app->session));
	t->is_keyed = true;
}

static void on_input(uv_poll_t *poll, int status, int events)
{
	struct terminal *t = poll->data;
	struct key key;
	int r = 0;

	while (status == 0 && (r = screen_read_key(t->screen, &key)) == 1)
		take_key(t, &key);
	if (status < 0 || r < 0 || (events & UV_DISCONNECT))
		t->is_over = true; // the terminal is gone
}

static void resize(struct terminal *t)
{
	int width, height;

	if (!screen_resized(t->screen)) // there and back before we looked: what was cut off is gone all the same
		screen_redraw(t->screen);
	screen_size(t->screen, &width, &height);
	if (canvas_resize(&t->canvas, width, height) < 0)
		t->is_over = true;
	t->is_undrawn = true;
}

// As the kernel has it: where no shell could bring us back (an orphaned process group) SIGTSTP stops nobody.
static void stop_self(void)
{
	struct sigaction stop = { .sa_handler = SIG_DFL }, ours;

	sigaction(SIGTSTP, &stop, &ours);
	raise(SIGTSTP); // until SIGCONT
	sigaction(SIGTSTP, &ours, NULL);
}

static void set_title(struct terminal *t)
{
	const struct app *app = t->app;

	screen_title(t->screen, app->session.is_replay  ? "opscon REPLAY"
				: app->options->is_demo ? "opscon DEMO"
							: "opscon");
}

static void on_signal(uv_signal_t *handle, int number);

/* What asked for it along with the first, as a paste full of C-z does, is not a wish to stop again. The SIGCONT that
 * ends it is part of it, and no news.
 */
static void stop_and_go_on(struct terminal *t)
{
	if (clock_now().mono_ms - t->resumed_ms < RESUMED_MS)
		return;
	uv_signal_stop(&t->signals[CONTINUED]);
	screen_suspend(t->screen);
	stop_self();
	uv_signal_start(&t->signals[CONTINUED], on_signal, SIGCONT);
	screen_resume(t->screen);
	set_title(t);
	t->resumed_ms = clock_now().mono_ms;
	resize(t);
}

// Stopped by somebody else, without a word: who had the terminal meanwhile is not known, nor what they left it like.
static void come_back(struct terminal *t)
{
	screen_reclaim(t->screen);
	set_title(t);
	resize(t);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct terminal *t = handle->data;

	if (number == SIGWINCH)
		resize(t);
	else if (number == SIGCONT)
		come_back(t);
	else if (number == SIGTSTP)
		stop_and_go_on(t);
	else
		t->is_over = true;
}

/* The terminal is the shell's too, and so is the flag that watching it sets: left behind, the next program's reads
 * fail. A key is only read once it is there, and what the screen writes never waits.
 */
static void watch(struct terminal *t, uv_poll_t *poll, int fd)
{
	int flags = fcntl(fd, F_GETFL);

	uv_poll_init(&t->app->session.loop, poll, fd);
	poll->data = t;
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags);
}

static void start_handles(struct terminal *t)
{
	uv_loop_t *loop = &t->app->session.loop;

	watch(t, &t->input, screen_fd(t->screen));
	watch(t, &t->output, screen_output_fd(t->screen));
	uv_prepare_init(loop, &t->prepare);
	uv_timer_init(loop, &t->frame);
	uv_timer_init(loop, &t->wake);
	t->prepare.data = t->frame.data = t->wake.data = t;
	uv_poll_start(&t->input, UV_READABLE | UV_DISCONNECT, on_input);
	uv_prepare_start(&t->prepare, on_prepare);
	for (int i = 0; i < N_SIGNALS; i++) {
		uv_signal_init(loop, &t->signals[i]);
		t->signals[i].data = t;
		uv_signal_start(&t->signals[i], on_signal, signal_numbers[i]);
	}
}

static void close_handles(struct terminal *t)
{
	uv_close((uv_handle_t *)&t->input, NULL);
	uv_close((uv_handle_t *)&t->output, NULL);
	uv_close((uv_handle_t *)&t->prepare, NULL);
	uv_close((uv_handle_t *)&t->frame, NULL);
	uv_close((uv_handle_t *)&t->wake, NULL);
	for (int i = 0; i < N_SIGNALS; i++)
		uv_close((uv_handle_t *)&t->signals[i], NULL);
	uv_run(&t->app->session.loop, UV_RUN_NOWAIT); // they live in the caller's frame
}

static int open_screen(struct terminal *t)
{
	const struct app_options *options = t->app->options;
	const struct config *config = &options->fleet.config;
	const struct screen_options screen = {
		.in = stdin,
		.out = stdout,
		.theme = configured_theme(t->app),
		.is_ascii = options->is_ascii || config->is_ascii,
		.has_mouse = options->has_mouse || config->has_mouse,
	};
	const char *why = NULL;
	int width, height, r = screen_open(&screen, &t->screen, &why);

	if (r < 0) {
		fprintf(stderr, "opscon: %s; without a full terminal: opscon status\n", why ? why : strerror(-r));
		return EXIT_USAGE;
	}
	guard_crashes(t->screen);
	screen_size(t->screen, &width, &height);
	r = canvas_create(width, height, !screen_has_unicode(t->screen), &t->canvas);
	return r < 0 ? EXIT_OURS : 0;
}

int app_run_terminal(struct app *app)
{
	struct terminal t = { .app = app, .wake_at_ms = INT64_MAX, .resumed_ms = INT64_MIN / 2 };
	int r;

	if (!app->options->fleet.has_log)
		log_open("/dev/null"); // stderr is the screen now
	r = open_screen(&t);
	r = r ? r : app_start_console(app, screen_has_unicode(t.screen));
	if (r == 0) {
		set_title(&t);
		start_handles(&t);
		draw(&t);                 // before the first request: what is not known is shown as unknown
		frame_pace_init(&t.pace); // and who is in the fleet as soon as that is known
		while (!t.is_over)
			uv_run(&app->session.loop, UV_RUN_DEFAULT);
		close_handles(&t);
	}
	if (t.screen)
		screen_suspend(t.screen); // while a crash would still be seen to
	guard_crashes(NULL);
	canvas_destroy(&t.canvas);
	screen_close(t.screen);
	return r;
}
