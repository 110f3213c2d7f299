// SPDX-License-Identifier: Apache-2.0
#include "screen/tty_modes.h"

#include <stdio.h>
#include <string.h>

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
	struct strbuf reset, enter, leave, restore;

	strbuf_init(&reset, modes->reset, sizeof modes->reset);
	strbuf_init(&enter, modes->enter, sizeof modes->enter);
	strbuf_init(&leave, modes->leave, sizeof modes->leave);
	strbuf_init(&restore, modes->restore, sizeof modes->restore);
	modes->has_title = has_title;
	add_unpadded(&reset, sgr0);
	strbuf_add(&enter, "\033[?2004h");
	strbuf_add(&leave, modes->reset);
	strbuf_add(&leave, "\033[?2004l");
	if (has_mouse) {
		strbuf_add(&enter, "\033[?1000h\033[?1006h");
		strbuf_add(&leave, "\033[?1006l\033[?1000l");
	}
	snprintf(modes->again, sizeof modes->again, "%s", modes->enter);
	if (has_title) { // kept on the terminal's own stack meanwhile
		strbuf_add(&enter, "\033[22;2t");
		strbuf_add(&leave, "\033[23;2t");
	}
	strbuf_add(&restore, modes->leave);
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

void tty_settings_read(struct tty_settings *settings, int fd)
{
	settings->fd = fd;
	settings->is_known = tcgetattr(fd, &settings->shell) == 0;
}

void tty_settings_take(const struct tty_settings *settings)
{
	struct termios tty = settings->shell;

	if (!settings->is_known)
		return;
	tty.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	tty.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | IXOFF);
	tty.c_oflag &= ~(tcflag_t)OPOST;
	tty.c_cc[VMIN] = 1;
	tty.c_cc[VTIME] = 0;
	tcsetattr(settings->fd, TCSANOW, &tty);
}

void tty_settings_restore(const struct tty_settings *settings)
{
	if (settings->is_known)
		tcsetattr(settings->fd, TCSANOW, &settings->shell);
}
