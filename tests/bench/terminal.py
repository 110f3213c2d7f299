# SPDX-License-Identifier: Apache-2.0
"""Programs on terminals of their own, and when each of their bytes came."""
import fcntl
import os
import pty
import random
import select
import signal
import struct
import termios
import time

from picture import Picture

COLUMNS, ROWS = 120, 40
READ_MAX = 65536
MS = 1_000_000
GATE = 'read -r go <&3 && exec "$@" 3<&-'  # so that exec and what follows is timed, not this program's own fork
FRAME_GAP_MS = 12  # longer without a byte ends a frame; frames of ours are 33 ms apart
CURSOR_KEY_MODES = {b"\x1b[?1h": b"\x1bO", b"\x1b[?1l": b"\x1b["}  # DECCKM
FULL_SHARE = 0.8
KEY_PAUSE_MS = (40, 70)  # so that no key waits for the frame of the one before


def environment(home):
    """What every program is started with: a plain terminal, and nobody's settings."""
    return {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}


class Terminal:
    """One program on a pty. It stands at the gate until start(); `chunks` are (when in ns, bytes) since clear()."""

    def __init__(self, argv, env):
        gate, self.gate = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self._become(argv, env, gate)
        os.close(gate)
        self.name = " ".join(os.path.basename(word) for word in argv[:2])
        self.started_ns = None
        self.chunks = []
        self.prefix = b"\x1b["
        self.resize(COLUMNS, ROWS)

    @staticmethod
    def _become(argv, env, gate):
        try:
            os.dup2(gate, 3)
            os.set_inheritable(3, True)  # where it was 3 already
            os.execve("/bin/sh", ["sh", "-c", GATE, "sh", *argv], env)
        finally:
            os._exit(127)

    def start(self):
        self.started_ns = time.monotonic_ns()
        os.write(self.gate, b"\n")

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def on_readable(self):
        try:
            data = os.read(self.fd, READ_MAX)
        except OSError:  # EIO: nobody has it open any more
            data = b""
        if not data:
            raise ValueError(f"{self.name} ended by itself")
        self.chunks.append((time.monotonic_ns(), data))
        for mark, prefix in CURSOR_KEY_MODES.items():
            if mark in data:
                self.prefix = prefix

    def press(self, letter):
        """Types a cursor key, A to D, as a terminal would in the mode that the program has set; returns when."""
        now = time.monotonic_ns()
        os.write(self.fd, self.prefix + letter)
        return now

    def n_bytes(self):
        return sum(len(data) for _, data in self.chunks)

    def has_written(self, mark):
        return any(mark in data for _, data in self.chunks)

    def first_byte_ms(self):
        return (self.chunks[0][0] - self.started_ns) / MS

    def full_frame_ms(self):
        """When four in five of the rows that carry text by now did so. Rows, not cells: an empty box is text to this."""
        counts = []
        with Picture(COLUMNS, ROWS) as picture:
            for _, data in self.chunks:
                picture.feed(data)
                counts.append(picture.n_text_rows())
        first = next(i for i, count in enumerate(counts) if count >= FULL_SHARE * counts[-1])
        return (self.chunks[first][0] - self.started_ns) / MS

    def close(self):
        """Ends the program and waits for it."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        for fd in (self.fd, self.gate):
            os.close(fd)


class Stage:
    """What is read as soon as there is something to read: terminals, whoever is being looked at, and what else has
    fd, on_readable() and close(). As a context manager it closes all of them."""

    def __init__(self):
        self.watched = {}
        self.poller = select.poll()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for item in list(self.watched.values()):
            self.close(item)

    def add(self, item):
        self.watched[item.fd] = item
        self.poller.register(item.fd, select.POLLIN)
        return item

    def close(self, item):
        self.poller.unregister(item.fd)
        del self.watched[item.fd]
        item.close()

    def open(self, argv, env):
        """A started program."""
        terminal = self.add(Terminal(argv, env))
        self.run(0.05)  # the gatekeeper waits by now
        terminal.start()
        return terminal

    def turn(self, wait_ms):
        """Reads what has come, after at most wait_ms. False when nothing has."""
        ready = self.poller.poll(max(wait_ms, 0))
        for fd, _ in ready:
            if fd in self.watched:
                self.watched[fd].on_readable()
        return bool(ready)

    def run(self, seconds):
        end = time.monotonic_ns() + int(seconds * 1e9)
        while (left := end - time.monotonic_ns()) > 0:
            self.turn(left // MS + 1)

    def wait_for(self, condition, seconds, what):
        end = time.monotonic_ns() + int(seconds * 1e9)
        while not condition():
            if time.monotonic_ns() > end:
                raise TimeoutError(f"no {what} within {seconds} s")
            self.turn(20)

    def until_quiet(self, terminal, gap_ms, first_ms):
        """Reads until the terminal has had bytes and then none for gap_ms. False when none came within first_ms."""
        begin = time.monotonic_ns()
        while True:
            last = terminal.chunks[-1][0] if terminal.chunks else None
            end = begin + first_ms * MS if last is None else last + gap_ms * MS
            left = end - time.monotonic_ns()
            if left <= 0:
                return last is not None
            self.turn(-(-left // MS))

    def key_ms(self, terminal, letter, mark=None, patience_ms=500):
        """From a cursor key to the last byte of the frame that it brings: the first with `mark` in it where one is given.
        None where no frame came for patience_ms."""
        self.run(random.uniform(*KEY_PAUSE_MS) / 1000)
        terminal.chunks = []
        pressed = terminal.press(letter)
        came = self.until_quiet(terminal, FRAME_GAP_MS, patience_ms)
        while came and mark and not terminal.has_written(mark):
            terminal.chunks = []
            came = self.until_quiet(terminal, FRAME_GAP_MS, patience_ms)
        return (terminal.chunks[-1][0] - pressed) / MS if came else None
