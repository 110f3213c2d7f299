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
SETTLED_S = 1.2  # after the start: what is on the screen by then is taken for all of it
CALM_S = 45.0  # until windows that grow with the first minute have stopped growing
STEADY_S = 20.0  # the demo's faults come and go in such cycles; several refreshes of the slowest, top
SMALLER = (118, 38)
QUIET_MS = 120  # ends what a new size brings
REACTION_MS = 3500  # the slowest takes a new size with its next refresh
N_KEYS = 16
UP, DOWN = b"A", b"B"
MIB = 1024 * 1024


class ScreenRow(Row):
    """Ours is the figure of `subject`; those of all other programs are kept with it where `others` are asked for."""

    def __init__(self, key, title, unit, goal, anchor, subject="demo", has_others=True):
        super().__init__(key, title, unit, goal, anchor)
        self.subject, self.has_others = subject, has_others
        self.by_name = {}

    def take(self, figures):
        """The figures of one round by program; those that could not be measured are left out."""
        if self.subject in figures:
            self.add(figures[self.subject], figures.get(self.anchor))
        for name in OTHERS:
            if self.has_others and name in figures and name != self.anchor:
                self.by_name.setdefault(name, []).append(figures[name])

    def result(self):
        others = {name: statistics.median(values) for name, values in self.by_name.items()}
        return {**super().result(), "others": others}


def make_rows():
    """Rows by figure. What is measured of the demo and of a console of its own names the others once."""
    def demo(key, title, unit, goal, anchor):
        return ScreenRow(f"screen_{key}", f"{title}: demo", unit, goal, anchor)

    def console(key, title, unit, goal, anchor, has_others=False):
        return ScreenRow(f"screen_console_{key}", f"{title}: console, 22 agents", unit, goal, anchor, "console",
                         has_others)

    def both(*args):
        return [demo(*args), console(*args)]

    def alone(key, title, unit, goal):
        whole = ScreenRow(f"screen_{key}", f"{title}: demo and its fleet", unit, Goal(), None, has_others=False)
        return [console(key, title, unit, goal, "htop", True), whole]

    at_most = Goal(ratio_max=1.0)
    return {
        "first_byte": both("first_byte_ms", "exec to first byte", "ms", at_most, "htop"),
        "full_frame": both("full_frame_ms", "exec to first full frame", "ms", at_most, "btop"),
        "steady": both("steady_bytes_s", "bytes a second, steady", "B/s", at_most, "htop"),
        "resize": [demo("resize_bytes", "bytes of a redraw after a new size", "B", at_most, "htop")],
        "key": [demo("key_ms", "key to last byte of its frame", "ms", Goal(ours_max=1.0), "htop")],
        "cpu": alone("cpu_percent", "CPU, steady", "%", Goal(ours_max=0.5)),
        "rss": alone("rss_mib", "RSS", "MiB", Goal(ours_max=12.0)),
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
        stage.run(CALM_S)
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
