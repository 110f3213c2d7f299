// SPDX-License-Identifier: Apache-2.0
#include "screen/tty_modes.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "text/text.h"

// Terminfo writes delays as $<5>; no terminal of this century wants them.
static void add_unpadded(struct strbuf *out, const char *text)
{
	while (text && *text) {
		const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;

		if (!end)
			strbuf_add_char(out, *text);
		text = end ? end + 1 : text + 1;
	}
}

void tty_modes_init(struct tty_modes *modes, bool has_mouse, bool has_title, const char *sgr0, const char *cnorm,
		    const char *rmcup)
{
	struct strbuf enter, leave, restore;

	strbuf_init(&enter, modes->enter, sizeof modes->enter);
	strbuf_init(&leave, modes->leave, sizeof modes->leave);
	strbuf_init(&restore, modes->restore, sizeof modes->restore);
	modes->has_title = has_title;
	strbuf_add(&enter, "\033[?2004h");
	strbuf_add(&leave, "\033[?2004l");
	if (has_mouse) {
		strbuf_add(&enter, "\033[?1000h\033[?1006h");
		strbuf_add(&leave, "\033[?1006l\033[?1000l");
	}
	if (has_title) { // kept on the terminal's own stack meanwhile
		strbuf_add(&enter, "\033[22;2t");
		strbuf_add(&leave, "\033[23;2t");
	}
	strbuf_add(&restore, modes->leave);
	add_unpadded(&restore, sgr0);
	add_unpadded(&restore, cnorm);
	add_unpadded(&restore, rmcup);
}

size_t tty_title(const struct tty_modes *modes, const char *text, char *out, size_t size)
{
	int n;

	if (!modes->has_title || !text_is_clean(text))
		return 0;
	n = snprintf(out, size, "\033]2;%.*s\007", (int)text_prefix(text, TTY_TITLE_MAX, NULL), text);
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

int tty_write(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, bytes, n);

		if (written > 0) {
			bytes += written;
			n -= (size_t)written;
		} else if (written < 0 && errno == EAGAIN) {
			struct pollfd writable = { .fd = fd, .events = POLLOUT };

			if (poll(&writable, 1, 1000) <= 0)
				return -EAGAIN;
		} else if (written == 0 || errno != EINTR) {
			return written == 0 ? -EIO : -errno;
		}
	}
	return 0;
}
