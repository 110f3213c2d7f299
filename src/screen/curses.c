// SPDX-License-Identifier: Apache-2.0
#include "screen/curses.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#define key_name ncurses_key_name // a name of ours, in opscon/key.h
#include <ncurses.h>
#undef key_name
#include <term.h>

#include "base/memory.h"
#include "screen/capabilities.h"
#include "screen/frame.h"
#include "screen/tty_keys.h"
#include "screen/tty_modes.h"
#include "screen/tty_output.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { RUN_MAX = 256, PAIRS_PER_ROLE = 2, N_PAIRS = STYLE_ROLE_COUNT * PAIRS_PER_ROLE };

struct screen {
	SCREEN *curses; // owned
	int out_fd;
	FILE *frame;                         // owned: a memory file, to which curses writes
	struct tty_output output;            // where its bytes go on to the terminal
	struct tty_settings tty_in, tty_out; // of the shell; most often of one terminal
	bool has_unicode, is_ascii;
	bool is_stale; // the terminal shows something else than `shown`
	bool is_suspended;
	bool has_cursor; // the terminal cannot hide it
	int width, height;
	enum theme_id theme;
	enum colour_depth depth;
	short pairs[N_PAIRS]; // by role and whether it is selected; 0 where there are no colours
	struct tty_modes modes;
	struct tty_keys keys;
	struct canvas shown; // owned: what the terminal shows
};

// ---- opening

static const int handled_signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };

// newterm() installs handlers of its own; the loop's are put back.
static SCREEN *newterm_quietly(const char *term, FILE *out, FILE *in)
{
	struct sigaction saved[COUNT(handled_signals)];
	SCREEN *curses;

	for (size_t i = 0; i < COUNT(handled_signals); i++)
		sigaction(handled_signals[i], NULL, &saved[i]);
	curses = newterm(term, out, in);
	for (size_t i = 0; i < COUNT(handled_signals); i++)
		sigaction(handled_signals[i], &saved[i], NULL);
	return curses;
}

static bool is_described(const char *term, int fd)
{
	int found = 0;
	bool is_known = setupterm(term, fd, &found) == OK;

	if (is_known)
		del_curterm(cur_term);
	return is_known;
}

static const char *best_term(const struct terminal_env *env, int fd, char names[TERMINAL_NAMES][TERMINAL_NAME_MAX])
{
	int n = terminal_names(env, names);

	for (int i = 0; i < n; i++)
		if (is_described(names[i], fd))
			return names[i];
	return NULL;
}

static const char *capability(const char *name)
{
	const char *value = tigetstr(name);

	return value == (const char *)-1 ? NULL : value;
}

static void learn_keys(struct key_parser *parser)
{
	static const struct {
		const char *capability;
		uint32_t code;
	} keys[] = {
		{ "kcuu1", KEY_CODE_UP },     { "kcud1", KEY_CODE_DOWN },    { "kcub1", KEY_CODE_LEFT },
		{ "kcuf1", KEY_CODE_RIGHT },  { "khome", KEY_CODE_HOME },    { "kend", KEY_CODE_END },
		{ "kpp", KEY_CODE_PAGE_UP },  { "knp", KEY_CODE_PAGE_DOWN }, { "kcbt", KEY_CODE_BACKTAB },
		{ "kdch1", KEY_CODE_DELETE }, { "kent", KEY_CODE_ENTER },    { "kf1", KEY_CODE_F1 },
		{ "kf2", KEY_CODE_F1 + 1 },   { "kf3", KEY_CODE_F1 + 2 },    { "kf4", KEY_CODE_F1 + 3 },
		{ "kf5", KEY_CODE_F1 + 4 },   { "kf6", KEY_CODE_F1 + 5 },    { "kf7", KEY_CODE_F1 + 6 },
		{ "kf8", KEY_CODE_F1 + 7 },   { "kf9", KEY_CODE_F1 + 8 },    { "kf10", KEY_CODE_F1 + 9 },
		{ "kf11", KEY_CODE_F1 + 10 }, { "kf12", KEY_CODE_F12 },
	};

	for (size_t i = 0; i < COUNT(keys); i++) {
		const char *bytes = capability(keys[i].capability);

		if (bytes)
			key_parser_know(parser, bytes, keys[i].code);
	}
}

// Styles that look alike share a pair: between two pairs the library sets both colours anew, whatever they are.
static void make_pairs(struct screen *screen)
{
	struct look made[N_PAIRS];
	int n_made = 0;

	for (int i = 0; i < N_PAIRS && screen->depth != DEPTH_NONE; i++) {
		style_t style = (style_t)(i / PAIRS_PER_ROLE | (i % PAIRS_PER_ROLE ? STYLE_SELECTED : 0));
		struct look look = theme_resolve(screen->theme, screen->depth, style);
		int at = 0;

		while (at < n_made && (made[at].fg != look.fg || made[at].bg != look.bg))
			at++;
		if (at == n_made) {
			made[n_made++] = look;
			init_extended_pair(n_made, look.fg, look.bg);
		}
		screen->pairs[i] = (short)(at + 1);
	}
}

static short pair_of(const struct screen *screen, style_t style)
{
	int role = style_role(style) < STYLE_ROLE_COUNT ? (int)style_role(style) : STYLE_TEXT;

	return screen->pairs[role * PAIRS_PER_ROLE + (style & STYLE_SELECTED ? 1 : 0)];
}

static void set_page(struct screen *screen)
{
	cchar_t page;

	setcchar(&page, L" ", A_NORMAL, pair_of(screen, STYLE_TEXT), NULL);
	bkgrndset(&page);
	wbkgrnd(stdscr, &page);
}

// The library never sees the terminal itself: what it does to its settings it does to a memory file, that is nothing.
static void set_tty(struct screen *screen)
{
	tty_settings_take(&screen->tty_in);
	tty_settings_take(&screen->tty_out);
	nonl(); // a line feed stays in its column
	typeahead(-1);
	screen->has_cursor = curs_set(0) == ERR;
	leaveok(stdscr, !screen->has_cursor);
}

static void set_colours(struct screen *screen, const struct terminal_env *env)
{
	screen->depth = terminal_depth(env, tigetnum("colors"), tigetflag("RGB") > 0);
	if (screen->depth == DEPTH_NONE)
		return;
	start_color();
	use_default_colors();
	make_pairs(screen);
}

static void ask_size(const struct screen *screen, int *width, int *height)
{
	struct winsize size = { 0 };

	ioctl(screen->out_fd, TIOCGWINSZ, &size);
	*width = size.ws_col ? size.ws_col : 80;
	*height = size.ws_row ? size.ws_row : 24;
}

// What the library has written joins what waits for the terminal.
static int collect(struct screen *screen)
{
	int err = tty_output_add_frame(&screen->output);

	screen->is_stale |= err < 0; // it believes it shown
	return err;
}

static int queue(struct screen *screen, const char *bytes)
{
	return tty_output_add(&screen->output, bytes, strlen(bytes));
}

static void enter_modes(struct screen *screen, const char *enter)
{
	collect(screen);
	queue(screen, enter);
	screen_flush(screen);
	screen_redraw(screen);
}

static int start_curses(struct screen *screen, const struct screen_options *options, const struct terminal_env *env,
			const char **why)
{
	char names[TERMINAL_NAMES][TERMINAL_NAME_MAX];
	const char *term = best_term(env, screen->out_fd, names);

	*why = "the terminal is not described (terminfo has no entry for TERM)";
	if (!term || !isatty(screen->keys.fd))
		return term ? -ENOTTY : -ENOTSUP;
	use_env(FALSE);
	use_tioctl(TRUE);
	screen->curses = newterm_quietly(term, screen->output.frame, options->in);
	if (!screen->curses)
		return -ENOTSUP;
	*why = "the terminal cannot place text";
	if (!capability("cup"))
		return -ENOTSUP;
	set_tty(screen);
	set_colours(screen, env);
	set_page(screen);
	learn_keys(&screen->keys.parser);
	tty_modes_init(&screen->modes, options->has_mouse, terminal_takes_titles(env->term), capability("sgr0"),
		       capability("cnorm"), capability("rmcup"));
	return 0;
}

static int take_over(struct screen *screen, const struct screen_options *options, const char **why)
{
	struct terminal_env env;
	int err;

	terminal_env_read(&env);
	*why = "standard input and output must be a terminal";
	if (!isatty(screen->out_fd) || !isatty(screen->keys.fd))
		return -ENOTTY;
	*why = terminal_refusal(&env);
	if (*why)
		return -ENOTSUP;
	*why = "the terminal cannot be written to";
	err = tty_output_open(&screen->output, screen->out_fd);
	if (err)
		return err;
	tty_settings_read(&screen->tty_in, screen->keys.fd);
	tty_settings_read(&screen->tty_out, screen->out_fd);
	screen->has_unicode = terminal_has_unicode(&env) && !options->is_ascii;
	err = start_curses(screen, options, &env, why);
	if (err)
		return err;
	ask_size(screen, &screen->width, &screen->height);
	resizeterm(screen->height, screen->width);
	*why = "not enough memory";
	err = canvas_create(screen->width, screen->height, !screen->has_unicode, &screen->shown);
	if (err)
		return err;
	enter_modes(screen, screen->modes.enter);
	*why = NULL;
	return 0;
}

int screen_open(const struct screen_options *options, struct screen **out, const char **why)
{
	struct screen *screen = mem_calloc(1, sizeof *screen);
	int err;

	*why = "not enough memory";
	if (!screen)
		return -ENOMEM;
	screen->out_fd = fileno(options->out);
	screen->theme = theme_from_name(options->theme);
	tty_keys_init(&screen->keys, fileno(options->in));
	err = take_over(screen, options, why);
	if (err) {
		screen_close(screen);
		return err;
	}
	*out = screen;
	return 0;
}

void screen_close(struct screen *screen)
{
	if (!screen)
		return;
	if (screen->curses) {
		if (!screen->is_suspended)
			screen_suspend(screen);
		delscreen(screen->curses);
	}
	tty_output_close(&screen->output);
	tty_keys_finish(&screen->keys);
	canvas_destroy(&screen->shown);
	mem_free(screen);
}

// ---- facts

bool screen_has_unicode(const struct screen *screen)
{
	return screen->has_unicode;
}

enum colour_depth screen_depth(const struct screen *screen)
{
	return screen->depth;
}

int screen_fd(const struct screen *screen)
{
	return screen->keys.fd;
}

int screen_output_fd(const struct screen *screen)
{
	return screen->output.fd;
}

void screen_set_theme(struct screen *screen, const char *theme)
{
	screen->theme = theme_from_name(theme);
	make_pairs(screen);
	set_page(screen);
	screen_redraw(screen);
}

void screen_size(const struct screen *screen, int *width, int *height)
{
	*width = screen->width;
	*height = screen->height;
}

bool screen_resized(struct screen *screen)
{
	int width, height;

	ask_size(screen, &width, &height);
	if (width == screen->width && height == screen->height)
		return false;
	screen->width = width;
	screen->height = height;
	if (!screen->is_suspended)
		resizeterm(height, width);
	screen_redraw(screen);
	return true;
}

// ---- showing

static attr_t attributes_of(uint16_t attributes)
{
	return (attributes & THEME_BOLD ? A_BOLD : 0) | (attributes & THEME_DIM ? A_DIM : 0) |
	       (attributes & THEME_UNDERLINE ? A_UNDERLINE : 0) | (attributes & THEME_REVERSE ? A_REVERSE : 0);
}

static void make_cchar(const struct screen *screen, const struct canvas *canvas, const struct cell *cell, cchar_t *out)
{
	struct look look = theme_resolve(screen->theme, screen->depth, cell->style);
	wchar_t text[FRAME_WIDE_MAX + 1];

	frame_wide_text(canvas, cell, text);
	setcchar(out, text, attributes_of(look.attributes), pair_of(screen, cell->style), NULL);
}

// Writes the run of differing cells that begins at x; returns the cell after it.
static int show_run(const struct screen *screen, const struct canvas *canvas, int x, int y)
{
	const struct canvas *shown = &screen->shown;
	cchar_t run[RUN_MAX];
	int n = 0, from = x;

	while (n < RUN_MAX && x < canvas->width) {
		const struct cell *cell = canvas_cell(canvas, x, y);

		if (cell->width == 0 && n > 0) {
			x++;
			continue;
		}
		if (frame_is_same(shown, canvas, x, y))
			break;
		make_cchar(screen, canvas, cell, &run[n++]);
		x++;
	}
	mvadd_wchnstr(y, from, run, n);
	return x;
}

static int show_row(const struct screen *screen, const struct canvas *canvas, int y, bool is_comparable)
{
	const struct canvas *shown = &screen->shown;
	int n_touched = 0, x = 0;

	while ((x = frame_next_change(shown, canvas, x, y, is_comparable)) < canvas->width) {
		int from = x;

		while (from > 0 && canvas_cell(canvas, from, y)->width == 0)
			from--; // never the right half alone
		x = show_run(screen, canvas, from, y);
		n_touched += x - from;
		if (x == from)
			x++;
	}
	return n_touched;
}

// ncurses ignores SIGTSTP while it writes, and a C-z of that moment would be lost; what is blocked waits instead.
static void refresh_held(void)
{
	sigset_t stop, before;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_BLOCK, &stop, &before);
	wrefresh(stdscr);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

int screen_show(struct screen *screen, const struct canvas *canvas)
{
	bool is_whole =
		screen->is_stale || canvas->width != screen->shown.width || canvas->height != screen->shown.height;
	bool is_comparable;
	int n_touched = 0, err = 0;

	if (screen_is_busy(screen))
		return -EBUSY;
	if (screen->is_suspended || canvas->width == 0 || canvas->height == 0)
		return 0;
	if (is_whole) {
		err = frame_forget(&screen->shown, canvas->width, canvas->height);
		if (err)
			return err;
		queue(screen, screen->modes.reset);
		erase();
		clearok(stdscr, TRUE);
		screen->is_stale = false;
	}
	is_comparable = frame_has_same_clusters(&screen->shown, canvas);
	for (int y = 0; y < canvas->height; y++) {
		if (is_comparable && frame_row_is_equal(&screen->shown, canvas, y))
			continue;
		n_touched += show_row(screen, canvas, y, is_comparable);
		frame_remember_row(&screen->shown, canvas, y);
	}
	if (!is_comparable)
		err = frame_remember_clusters(&screen->shown, canvas);
	screen->is_stale |= err < 0;
	if (n_touched == 0 || err < 0)
		return err;
	if (screen->has_cursor) // out of the way, and always in the same place
		move(canvas->height - 1, canvas->width - 1);
	refresh_held();
	err = collect(screen);
	if (err == 0)
		err = screen_flush(screen);
	return err < 0 ? err : n_touched;
}

bool screen_is_busy(const struct screen *screen)
{
	return tty_output_is_pending(&screen->output);
}

int screen_flush(struct screen *screen)
{
	return tty_output_flush(&screen->output);
}

void screen_redraw(struct screen *screen)
{
	screen->is_stale = true;
}

// ---- leaving and coming back

void screen_suspend(struct screen *screen)
{
	if (screen->is_suspended)
		return;
	screen->is_suspended = true;
	endwin();
	if (tty_output_end_frame(&screen->output, screen->modes.leave) == -ENOMEM)
		tty_output_end(&screen->output, screen->modes.restore, strlen(screen->modes.restore));
	tty_settings_restore(&screen->tty_out);
	tty_settings_restore(&screen->tty_in);
}

static void take_again(struct screen *screen, const char *enter)
{
	tty_settings_take(&screen->tty_in);
	tty_settings_take(&screen->tty_out);
	ask_size(screen, &screen->width, &screen->height);
	resizeterm(screen->height, screen->width);
	enter_modes(screen, enter);
}

void screen_resume(struct screen *screen)
{
	if (!screen->is_suspended)
		return;
	screen->is_suspended = false;
	take_again(screen, screen->modes.enter);
}

// To the library it has left and comes back, so that it begins with all that it says when it begins; what it says of
// leaving is not for a terminal that has been left already.
void screen_reclaim(struct screen *screen)
{
	if (screen->is_suspended) {
		screen_resume(screen);
		return;
	}
	endwin();
	tty_output_begin_anew(&screen->output);
	take_again(screen, screen->modes.again);
}

void screen_restore(const struct screen *screen)
{
	tty_output_end(&screen->output, screen->modes.restore, strlen(screen->modes.restore));
	tty_settings_restore(&screen->tty_out);
	tty_settings_restore(&screen->tty_in);
}

void screen_title(struct screen *screen, const char *text)
{
	char bytes[TTY_TITLE_MAX * 24];
	size_t n = tty_title(&screen->modes, text, bytes, sizeof bytes);

	tty_output_add(&screen->output, bytes, n);
	screen_flush(screen);
}

// ---- keys

int screen_read_key(struct screen *screen, struct key *out)
{
	return tty_keys_read(&screen->keys, out);
}

int screen_key_signal(const struct screen *screen, const struct key *key)
{
	return tty_keys_signal(&screen->tty_in, key);
}
