// SPDX-License-Identifier: Apache-2.0
#include "screen/tty_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"

enum { PENDING_MAX = 64 << 20, CHUNK = 4096 };

static const char cancel[] = "\030"; // CAN: ends a control sequence, and shows nothing by itself

static FILE *open_frame(void)
{
	int fd = memfd_create("frame", MFD_CLOEXEC);
	FILE *frame = fd < 0 ? NULL : fdopen(fd, "w");

	if (!frame && fd >= 0)
		close(fd);
	return frame;
}

// Takes the descriptor.
static int begin(struct tty_output *out, int fd, bool is_shared)
{
	int err = fd < 0 ? -errno : 0;

	*out = (struct tty_output){ .fd = fd, .is_shared = is_shared };
	bytes_init(&out->pending, PENDING_MAX);
	bytes_init(&out->raw, PENDING_MAX);
	sgr_filter_init(&out->filter);
	if (!err) {
		out->frame = open_frame();
		err = out->frame ? 0 : -errno;
	}
	if (err)
		tty_output_close(out);
	return err;
}

int tty_output_share(struct tty_output *out, int fd)
{
	return begin(out, fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), true);
}

int tty_output_open(struct tty_output *out, int fd)
{
	char path[32];
	int own_fd;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	own_fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return own_fd < 0 ? tty_output_share(out, fd) : begin(out, own_fd, false);
}

void tty_output_close(struct tty_output *out)
{
	if (!out->pending.max)
		return;
	bytes_finish(&out->pending);
	bytes_finish(&out->raw);
	if (out->frame)
		fclose(out->frame);
	if (out->fd >= 0)
		close(out->fd);
	*out = (struct tty_output){ 0 };
}

void tty_output_drop(struct tty_output *out)
{
	bytes_reset(&out->pending);
	out->n_sent = 0;
}

bool tty_output_is_pending(const struct tty_output *out)
{
	return out->n_sent < out->pending.len;
}

int tty_output_add(struct tty_output *out, const char *bytes, size_t n)
{
	sgr_filter_forget(&out->filter); // there may be such sequences in it
	return bytes_add(&out->pending, bytes, n);
}

// What was written to the frame, whose offset tells how much that is, into `raw`.
static int read_frame(struct tty_output *out)
{
	int fd = fileno(out->frame), err = fflush(out->frame) == 0 ? 0 : -errno;
	off_t size = lseek(fd, 0, SEEK_CUR);
	char chunk[CHUNK];

	bytes_reset(&out->raw);
	for (off_t at = 0; at < size && !err;) {
		ssize_t n = pread(fd, chunk, size - at < CHUNK ? (size_t)(size - at) : CHUNK, at);

		err = n <= 0 ? (n < 0 ? -errno : -EIO) : bytes_add(&out->raw, chunk, (size_t)n);
		at += n;
	}
	lseek(fd, 0, SEEK_SET);
	return err;
}

int tty_output_add_frame(struct tty_output *out)
{
	size_t n_before = out->pending.len;
	int err = read_frame(out);

	if (!err)
		err = sgr_filter_run(&out->filter, out->raw.data, out->raw.len, &out->pending);
	if (err) {
		out->pending.len = n_before;
		sgr_filter_forget(&out->filter);
	}
	return err;
}

void tty_output_begin_anew(struct tty_output *out)
{
	bool is_cut = out->n_sent > 0;

	read_frame(out); // and forgets it
	bytes_reset(&out->raw);
	tty_output_drop(out);
	if (is_cut)
		tty_output_add(out, cancel, sizeof cancel - 1);
	sgr_filter_forget(&out->filter);
}

// Takes the flag back at once: the next program's reads would fail with it.
static ssize_t write_shared(int fd, const char *bytes, size_t n)
{
	int flags = fcntl(fd, F_GETFL), err;
	ssize_t written;

	if (flags < 0)
		return -1;
	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	written = write(fd, bytes, n);
	err = errno;
	fcntl(fd, F_SETFL, flags);
	errno = err;
	return written;
}

// What was written, 0 when there is no room, or negative errno.
static ssize_t write_some(const struct tty_output *out, const char *bytes, size_t n)
{
	ssize_t written;

	do
		written = out->is_shared ? write_shared(out->fd, bytes, n) : write(out->fd, bytes, n);
	while (written < 0 && errno == EINTR);
	if (written >= 0)
		return written;
	return errno == EAGAIN ? 0 : -errno;
}

int tty_output_flush(struct tty_output *out)
{
	while (tty_output_is_pending(out)) {
		ssize_t n = write_some(out, out->pending.data + out->n_sent, out->pending.len - out->n_sent);

		if (n <= 0)
			return n < 0 ? (int)n : 1;
		out->n_sent += (size_t)n;
	}
	tty_output_drop(out);
	return 0;
}

// 0, -EAGAIN when it took too long, or another negative errno.
static int write_until(const struct tty_output *out, const char *bytes, size_t n, int64_t deadline_ms)
{
	while (n > 0) {
		struct pollfd writable = { .fd = out->fd, .events = POLLOUT };
		ssize_t written = write_some(out, bytes, n);
		int64_t left_ms = deadline_ms - clock_now().mono_ms;

		if (written < 0)
			return (int)written;
		bytes += written;
		n -= (size_t)written;
		if (written == 0 && (left_ms <= 0 || (poll(&writable, 1, (int)left_ms) < 0 && errno != EINTR)))
			return -EAGAIN;
	}
	return 0;
}

static int write_last(const struct tty_output *out, bool is_cut, const char *bytes, size_t n)
{
	int64_t deadline_ms = clock_now().mono_ms + TTY_LAST_MS;
	int err = is_cut ? write_until(out, cancel, sizeof cancel - 1, deadline_ms) : 0;

	return err ? err : write_until(out, bytes, n, deadline_ms);
}

int tty_output_end(const struct tty_output *out, const char *bytes, size_t n)
{
	int err = write_last(out, out->n_sent > 0, bytes, n);

	if (err != -EAGAIN)
		return err;
	tcflush(out->fd, TCOFLUSH);
	return write_last(out, true, bytes, n);
}

int tty_output_end_frame(struct tty_output *out, const char *first)
{
	size_t n_first = strlen(first), n_before = out->pending.len;
	int err = tty_output_add(out, first, n_first);

	if (!err)
		err = read_frame(out);
	if (!err)
		err = tty_output_add(out, out->raw.data, out->raw.len);
	if (!err)
		err = tty_output_end(out, out->pending.data + n_before, out->pending.len - n_before);
	tty_output_drop(out);
	return err;
}
