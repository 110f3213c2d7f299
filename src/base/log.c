// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/strbuf.h"

static enum log_level threshold = LOG_WARN; // set once from the command line
static int fd = STDERR_FILENO;              // where lines go; the process has one log

void log_set_level(enum log_level level)
{
	threshold = level;
}

int log_open(const char *path)
{
	int opened = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (opened < 0)
		return -errno;
	log_close();
	fd = opened;
	return 0;
}

void log_close(void)
{
	if (fd != STDERR_FILENO)
		close(fd);
	fd = STDERR_FILENO;
}

void log_line(enum log_level level, const char *format, ...)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	char memory[1024], message[900];
	struct strbuf line;
	struct tm tm;
	time_t now = time(NULL);
	va_list args;

	if (level > threshold)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	gmtime_r(&now, &tm);
	strbuf_init(&line, memory, sizeof memory);
	strbuf_addf(&line, "%04d-%02d-%02dT%02d:%02d:%02dZ opscon: %s: %s\n", tm.tm_year + 1900, tm.tm_mon + 1,
		    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, names[level], message);
	if (write(fd, line.data, line.len) < 0)
		return; // nowhere left to say it
}
