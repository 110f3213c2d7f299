// SPDX-License-Identifier: Apache-2.0
#include "screen/tty_keys.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"

enum { ESCAPE_WAIT_MS = 25, INTERRUPT = 0x03 };

void tty_keys_init(struct tty_keys *keys, int fd)
{
	keys->fd = fd;
	keys->came_ms = 0;
	key_parser_init(&keys->parser);
}

void tty_keys_finish(struct tty_keys *keys)
{
	key_parser_finish(&keys->parser);
}

static bool is_only_interrupts(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] != INTERRUPT)
			return false;
	return true;
}

// A second is long enough for the rest of a paste over any link that still works.
static bool gives_up(struct tty_keys *keys, const char *bytes, size_t n)
{
	int64_t now_ms = clock_now().mono_ms;

	if (is_only_interrupts(bytes, n))
		return keys->parser.is_pasting && now_ms - keys->came_ms >= TTY_PASTE_STALLED_MS;
	keys->came_ms = now_ms;
	return false;
}

// 1 when bytes came, 0 when none did, -EIO at the end.
static int read_some(struct tty_keys *keys, int wait_ms)
{
	struct pollfd readable = { .fd = keys->fd, .events = POLLIN };
	size_t room;
	char *space = key_parser_space(&keys->parser, &room);
	ssize_t n;
	int ready = poll(&readable, 1, wait_ms);

	if (ready < 0)
		return errno == EINTR ? 0 : -EIO;
	if (ready == 0)
		return 0;
	if (!(readable.revents & POLLIN))
		return -EIO;
	n = read(keys->fd, space, room);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -EIO;
	if (n == 0)
		return -EIO;
	if (gives_up(keys, space, (size_t)n))
		key_parser_end_paste(&keys->parser);
	else
		key_parser_added(&keys->parser, (size_t)n);
	return 1;
}

int tty_keys_read(struct tty_keys *keys, struct key *out)
{
	int got = key_parser_next(&keys->parser, out);

	while (got == 0) {
		bool is_waiting = key_parser_is_waiting(&keys->parser);
		int came = read_some(keys, is_waiting ? ESCAPE_WAIT_MS : 0);

		if (came < 0)
			return came;
		if (came == 0)
			return key_parser_flush(&keys->parser, out);
		got = key_parser_next(&keys->parser, out);
	}
	return got;
}

// The byte that a terminal sends for it; -1: several, or none.
static int byte_of(const struct key *key)
{
	if (key->code == KEY_CODE_BACKSPACE)
		return 0x7f;
	if (key->code >= 0x80 || (key->mods & ~(unsigned)KEY_MOD_CTRL))
		return -1;
	return (int)(key->mods & KEY_MOD_CTRL ? key->code & 0x1f : key->code);
}

int tty_keys_signal(const struct tty_settings *settings, const struct key *key)
{
	static const struct {
		int place, signal;
	} asked[] = { { VINTR, SIGINT }, { VQUIT, SIGQUIT }, { VSUSP, SIGTSTP } };
	int byte = byte_of(key);

	if (byte < 0 || !settings->is_known || !(settings->shell.c_lflag & ISIG))
		return 0;
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		cc_t wanted = settings->shell.c_cc[asked[i].place];

		if (wanted != _POSIX_VDISABLE && wanted == byte)
			return asked[i].signal;
	}
	return 0;
}
