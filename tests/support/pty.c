// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pty.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "tests/support/pty_internal.h"

enum { SLICE_MS = 10 }; // between looks at the process where there are no pidfds

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void set_environment(const char *const env[])
{
	static const char *const unset[] = { "COLORTERM", "NO_COLOR", "TMUX",      "COLUMNS",     "LINES",
					     "LC_ALL",    "LC_CTYPE", "STY",       "LC_MESSAGES", "LC_TIME",
					     "CLICOLOR",  "LANGUAGE", "LC_NUMERIC" };

	for (size_t i = 0; i < sizeof unset / sizeof unset[0]; i++)
		unsetenv(unset[i]);
	setenv("TERM", "xterm-256color", 1);
	setenv("LANG", "C.UTF-8", 1);
	for (; env && *env; env++) {
		if (strchr(*env, '='))
			putenv(strdup(*env));
		else
			unsetenv(*env);
	}
}

static void end_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) // it has ended before that
		_exit(0);
}

/* A process group is orphaned, and then no SIGTSTP stops it, unless a member's parent is of another group of the
 * session: a shell, as a rule. Here that parent is a process that does nothing, and so does its child, the member.
 */
static void stand_in_for_shell(void)
{
	pid_t program = getpid(), shell = fork();

	if (shell)
		return;
	end_with(program);
	shell = getpid();
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_IGN);
	for (int fd = 0; fd < 256; fd++)
		close(fd);
	setpgid(0, 0);
	if (fork() == 0) {
		end_with(shell);
		setpgid(0, program);
	}
	for (;;)
		pause();
}

static void become_program(int master, int slave, const char *const argv[], const char *const env[], bool has_shell)
{
	sigset_t none;

	close(master);
	login_tty(slave);
	if (has_shell)
		stand_in_for_shell();
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	set_environment(env);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static struct term *start(const char *const argv[], const char *const env[], int cols, int rows, bool has_shell)
{
	struct winsize size = { .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };
	struct term *t = calloc(1, sizeof *t);

	ck_assert_ptr_nonnull(t);
	t->cols = cols;
	t->rows = rows;
	ck_assert_int_eq(openpty(&t->master, &t->slave, NULL, NULL, &size), 0);
	ck_assert_int_eq(tcgetattr(t->slave, &t->before), 0);
	fcntl(t->master, F_SETFL, O_NONBLOCK);
	fcntl(t->master, F_SETFD, FD_CLOEXEC);
	t->vt = vterm_new(rows, cols);
	vterm_set_utf8(t->vt, 1);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_reset(t->screen, 1);
	t->pid = fork();
	ck_assert_int_ge(t->pid, 0);
	if (t->pid == 0)
		become_program(t->master, t->slave, argv, env, has_shell);
	t->pidfd = pidfd_open(t->pid, 0);
	return t;
}

struct term *term_start(const char *const argv[], const char *const env[], int cols, int rows)
{
	return start(argv, env, cols, rows, true);
}

struct term *term_start_alone(const char *const argv[], const char *const env[], int cols, int rows)
{
	return start(argv, env, cols, rows, false);
}

static void reap(struct term *t)
{
	if (!t->has_ended && waitpid(t->pid, &t->wait_status, WNOHANG) == t->pid)
		t->has_ended = true;
}

void term_hang_up(struct term *t)
{
	if (t->master < 0)
		return;
	close(t->slave);
	close(t->master);
	t->master = t->slave = -1;
}

void term_finish(struct term *t)
{
	if (!t)
		return;
	term_hang_up(t);
	if (!t->has_ended) {
		kill(t->pid, SIGKILL);
		waitpid(t->pid, NULL, 0);
	}
	if (t->pidfd >= 0)
		close(t->pidfd);
	vterm_free(t->vt);
	free(t);
}

void term_send_bytes(struct term *t, const char *bytes, size_t n)
{
	while (n && t->master >= 0) {
		struct pollfd p = { .fd = t->master, .events = POLLOUT };
		ssize_t done = write(t->master, bytes, n);

		if (done > 0) {
			bytes += done;
			n -= (size_t)done;
			continue;
		}
		// A full pty may be waiting for us to read.
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			return;
		if (poll(&p, 1, SLICE_MS) <= 0)
			term_listen(t, 0);
	}
}

void term_flush_output(struct term *t)
{
	char bytes[256];
	size_t n;

	while ((n = vterm_output_read(t->vt, bytes, sizeof bytes)) > 0)
		term_send_bytes(t, bytes, n);
}

// Takes what is there. False when there was nothing.
static bool read_some(struct term *t)
{
	char bytes[16384];
	ssize_t n = t->master < 0 ? -1 : read(t->master, bytes, sizeof bytes);

	if (n <= 0)
		return false;
	t->n_received += (uint64_t)n;
	for (ssize_t i = 0; i < n; i++)
		t->n_beyond_ascii += (unsigned char)bytes[i] >= 0x80;
	term_modes_feed(&t->modes, bytes, (size_t)n);
	term_feed(t, bytes, (size_t)n);
	vterm_screen_flush_damage(t->screen);
	term_flush_output(t);
	return true;
}

// Waits for bytes or for the end of the program, at most until the deadline. False when that has passed.
static bool step(struct term *t, int64_t deadline_ms)
{
	struct pollfd p[2] = { { .fd = t->master, .events = POLLIN },
			       { .fd = t->has_ended ? -1 : t->pidfd, .events = POLLIN } };
	int64_t left = deadline_ms - now_ms();
	bool is_over = left <= 0;

	if (is_over)
		left = 0;
	if (t->pidfd < 0 && left > SLICE_MS)
		left = SLICE_MS;
	(void)poll(p, 2, (int)left);
	reap(t);
	(void)read_some(t);
	return !is_over;
}

bool term_await(struct term *t, const char *text, bool is_there, int timeout_ms)
{
	int64_t deadline_ms = now_ms() + timeout_ms;

	while (term_has(t, text) != is_there) {
		if (t->has_ended && !read_some(t))
			return term_has(t, text) == is_there;
		if (!step(t, deadline_ms))
			return term_has(t, text) == is_there;
	}
	return true;
}

static void give_up(struct term *t, const char *what, const char *text, int timeout_ms)
{
	// A large screen is more than check takes in a message.
	fprintf(stderr, "the screen:\n%s", term_dump(t));
	ck_abort_msg("'%s' %s within %d ms%s", text, what, timeout_ms, t->has_ended ? " (the program has ended)" : "");
}

void term_wait_for(struct term *t, const char *text, int timeout_ms)
{
	if (!term_await(t, text, true, timeout_ms))
		give_up(t, "did not appear", text, timeout_ms);
}

void term_wait_gone(struct term *t, const char *text, int timeout_ms)
{
	if (!term_await(t, text, false, timeout_ms))
		give_up(t, "did not go", text, timeout_ms);
}

void term_wait_row(struct term *t, const char *text, const char *then, int timeout_ms)
{
	int64_t deadline_ms = now_ms() + timeout_ms;
	char both[512];

	while (!term_has_row(t, text, then)) {
		if ((!t->has_ended || read_some(t)) && step(t, deadline_ms))
			continue;
		if (term_has_row(t, text, then))
			return;
		snprintf(both, sizeof both, "%s ... %s", text, then);
		give_up(t, "did not appear in one row", both, timeout_ms);
	}
}

uint64_t term_listen(struct term *t, int ms)
{
	uint64_t before = t->n_received;
	int64_t deadline_ms = now_ms() + ms;

	while (step(t, deadline_ms)) {
		if (t->has_ended && !read_some(t))
			break;
	}
	return t->n_received - before;
}

uint64_t term_bytes_received(const struct term *t)
{
	return t->n_received;
}

uint64_t term_bytes_beyond_ascii(const struct term *t)
{
	return t->n_beyond_ascii;
}

pid_t term_pid(const struct term *t)
{
	return t->pid;
}

void term_resize(struct term *t, int cols, int rows)
{
	struct winsize size = { .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };

	while (read_some(t)) // what was drawn for the old size
		;
	t->cols = cols;
	t->rows = rows;
	vterm_set_size(t->vt, rows, cols);
	ck_assert_int_eq(ioctl(t->master, TIOCSWINSZ, &size), 0);
}

void term_signal(struct term *t, int signal)
{
	ck_assert_int_eq(kill(t->pid, signal), 0);
}

int term_wait_exit(struct term *t, int timeout_ms)
{
	int64_t deadline_ms = now_ms() + timeout_ms;

	while (!t->has_ended) {
		if (!step(t, deadline_ms) && !t->has_ended)
			give_up(t, "did not end", "the program", timeout_ms);
	}
	while (read_some(t)) // its last words
		;
	return WIFEXITED(t->wait_status) ? WEXITSTATUS(t->wait_status) : -1 - WTERMSIG(t->wait_status);
}

int term_wait_exit_unread(struct term *t, int timeout_ms)
{
	int64_t deadline_ms = now_ms() + timeout_ms;

	for (reap(t); !t->has_ended && now_ms() < deadline_ms; reap(t)) {
		struct pollfd ended = { .fd = t->pidfd, .events = POLLIN };

		(void)poll(&ended, 1, SLICE_MS);
	}
	if (!t->has_ended)
		give_up(t, "did not end", "the program", timeout_ms);
	return term_wait_exit(t, timeout_ms);
}

size_t term_clog(struct term *t)
{
	static const char nothing[4096]; // NUL is no character, to a terminal
	char path[64];
	size_t n = 0;
	ssize_t done;
	int fd;

	ck_assert_int_eq(ttyname_r(t->slave, path, sizeof path), 0);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	while ((done = write(fd, nothing, sizeof nothing)) > 0 || (done < 0 && errno == EINTR))
		n += done > 0 ? (size_t)done : 0;
	close(fd);
	return n;
}

const char *term_unrestored(struct term *t)
{
	struct termios now;

	if (tcgetattr(t->slave, &now) < 0)
		return "the terminal is gone";
	if (now.c_iflag != t->before.c_iflag || now.c_oflag != t->before.c_oflag || now.c_cflag != t->before.c_cflag ||
	    now.c_lflag != t->before.c_lflag || memcmp(now.c_cc, t->before.c_cc, sizeof now.c_cc) != 0)
		return "termios differ";
	if (fcntl(t->slave, F_GETFL) & O_NONBLOCK)
		return "reads and writes do not block";
	return term_modes_unrestored(&t->modes);
}

void term_assert_restored(struct term *t)
{
	const char *what = term_unrestored(t);

	if (what)
		ck_abort_msg("the terminal was not restored: %s", what);
}
