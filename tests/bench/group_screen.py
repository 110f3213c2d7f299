# SPDX-License-Identifier: Apache-2.0
"""What the terminal gets, and what that costs, beside the programs that people leave open today."""
import contextlib
import os
import statistics
import time

import kernel
from fleet import Fleet
from row import Goal, Row
from terminal import COLUMNS, ROWS, Stage, environment

OTHERS = ("htop", "btop", "glances", "top")
SETTLED_S = 1.5  # after the start: what is on the screen by then is taken for all of it
STEADY_S = 9.0  # three refreshes of the slowest, top
SMALLER = (118, 38)
QUIET_MS = 120  # ends what a new size brings
REACTION_MS = 3500  # the slowest takes a new size with its next refresh
N_KEYS = 16
UP, DOWN = b"A", b"B"
MIB = 1024 * 1024


class ScreenRow(Row):
    """Keeps the figures of all programs: ours is that of `subject`."""

    def __init__(self, key, title, unit, goal, anchor, subject="demo"):
        super().__init__(key, title, unit, goal, anchor)
        self.subject = subject
        self.by_name = {}

    def take(self, figures):
        """The figures of one round by program; those that could not be measured are left out."""
        if self.subject in figures:
            self.add(figures[self.subject], figures.get(self.anchor))
        for name in OTHERS:
            if name in figures and name != self.anchor:
                self.by_name.setdefault(name, []).append(figures[name])

    def result(self):
        others = {name: statistics.median(values) for name, values in self.by_name.items()}
        return {**super().result(), "others": others}


def make_rows():
    as_htop, as_btop = Goal(ratio_max=1.0), Goal(ratio_max=1.0)
    return {
        "first_byte": [
            ScreenRow("screen_first_byte_ms", "exec to first byte: demo", "ms", as_htop, "htop"),
            ScreenRow("screen_first_byte_console_ms", "exec to first byte: console, 22 agents", "ms", as_htop, "htop",
                      "console")],
        "full_frame": [
            ScreenRow("screen_full_frame_ms", "exec to first full frame: demo", "ms", as_btop, "btop"),
            ScreenRow("screen_full_frame_console_ms", "exec to first full frame: console, 22 agents", "ms", as_btop,
                      "btop", "console")],
        "steady": [
            ScreenRow("screen_steady_bytes_s", "bytes a second, steady: demo", "B/s", as_htop, "htop"),
            ScreenRow("screen_steady_console_bytes_s", "bytes a second, steady: console, 22 agents at 5 s", "B/s",
                      as_htop, "htop", "console")],
        "resize": [ScreenRow("screen_resize_bytes", "bytes of a redraw after a new size: demo", "B", as_htop, "htop")],
        "key": [ScreenRow("screen_key_ms", "key to last byte of its frame: demo", "ms", Goal(ours_max=1.0), "htop")],
        "cpu": [
            ScreenRow("screen_cpu_percent", "CPU, steady: console, 22 agents at 5 s", "%", Goal(ours_max=0.5), "htop",
                      "console"),
            ScreenRow("screen_cpu_demo_percent", "CPU, steady: demo and its simulated fleet", "%", Goal(), None)],
        "rss": [
            ScreenRow("screen_rss_mib", "RSS: console, 22 agents", "MiB", Goal(ours_max=12.0), "htop", "console"),
            ScreenRow("screen_rss_demo_mib", "RSS: demo and its simulated fleet", "MiB", Goal(), None)],
    }


class Group:
    """Each round starts every program afresh, one after another in another order, and ends all of them."""

    def __init__(self, bench):
        self.by_figure = make_rows()
        self.rows = [row for rows in self.by_figure.values() for row in rows]
        self.bench = bench
        self.n_rounds = 0
        home = os.path.join(bench.scratch, "home")
        os.makedirs(home, exist_ok=True)
        self.env = environment(home)
        self.fleet = Fleet(bench, 22, "--demo")
        self.cleanup = contextlib.ExitStack()

    def __enter__(self):
        self.cleanup.enter_context(self.fleet)
        return self

    def __exit__(self, *error):
        self.cleanup.close()

    def subjects(self):
        all_of_them = {"demo": [self.bench.opscon, "demo", "--no-state"],
                       "console": self.fleet.console("--interval", "5s"), **{name: [name] for name in OTHERS}}
        order = list(all_of_them)
        turn = self.n_rounds % len(order)
        return {name: all_of_them[name] for name in order[turn:] + order[:turn]}

    def round(self):
        with Stage() as stage:
            terminals = self.measure_starts(stage)
            self.measure_steady(stage, terminals)
            self.take("resize", {name: resize_bytes(stage, t) for name, t in terminals.items()})
            del terminals["console"]  # its keys are the demo's
            self.take("key", {name: ms for name, t in terminals.items() if (ms := median_key_ms(stage, t))})
        self.n_rounds += 1

    def take(self, figure, figures):
        for row in self.by_figure[figure]:
            row.take(figures)

    def measure_starts(self, stage):
        terminals, first_bytes, full_frames = {}, {}, {}
        for name, argv in self.subjects().items():
            terminal = terminals[name] = stage.open(argv, self.env)
            stage.run(SETTLED_S)
            if terminal.chunks:
                first_bytes[name], full_frames[name] = terminal.first_byte_ms(), terminal.full_frame_ms()
        self.take("first_byte", first_bytes)
        self.take("full_frame", full_frames)
        return terminals

    def measure_steady(self, stage, terminals):
        """All of them in the same seconds: bytes, processor time and memory, those of a program's children included."""
        trees = {name: kernel.children(t.pid) for name, t in terminals.items()}
        for terminal in terminals.values():
            terminal.chunks = []
        before = {name: kernel.cpu_seconds_all(pids) for name, pids in trees.items()}
        begin = time.monotonic()
        stage.run(STEADY_S)
        took = time.monotonic() - begin
        self.take("steady", {name: t.n_bytes() / took for name, t in terminals.items()})
        self.take("cpu", {name: (kernel.cpu_seconds_all(pids) - before[name]) / took * 100
                          for name, pids in trees.items()})
        self.take("rss", {name: sum(map(kernel.rss_bytes, pids)) / MIB for name, pids in trees.items()})


def resize_bytes(stage, terminal):
    """What one new size brings, the mean of smaller and back."""
    total = 0
    for columns, rows in (SMALLER, (COLUMNS, ROWS)):
        terminal.chunks = []
        terminal.resize(columns, rows)
        stage.until_quiet(terminal, QUIET_MS, REACTION_MS)
        total += terminal.n_bytes()
    return total / 2


def median_key_ms(stage, terminal):
    times = [stage.key_ms(terminal, UP if i % 2 else DOWN) for i in range(N_KEYS)]
    times = [ms for ms in times if ms is not None]
    return statistics.median(times) if times else None
