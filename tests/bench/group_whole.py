# SPDX-License-Identifier: Apache-2.0
"""The whole program: from an agent's answer to the terminal, and a fleet of 10,000."""
import contextlib
import os
import time

import changes
import kernel
from fleet import Fleet, console
from picture import Picture
from row import Goal, Row
from terminal import COLUMNS, ROWS, Stage, environment

N_MANY = 10000
N_SCRIPTED = {"idle": 10, "live": 40}  # agents that change at every answer, once a second each; 40 ask for every frame
N_LIVELY = 100  # agents that answer once a second beside them
CHANGES_S = 3.0
N_KEYS = 100  # a round
N_ECHOES = 25  # a round, of a terminal that does nothing else: what this machine makes everybody wait
ECHO = ["sh", "-c", "stty raw -echo && exec cat"]
STEADY_S = 3.0
FIRST_ROUND_S = 60  # an interval: by then each agent has been asked once
KEYS_S, PATIENCE_MS = 15, 10000  # a console that is late is measured, but not for ever
CURSOR = "▌".encode()
UP, DOWN = b"A", b"B"
MIB = 1024 * 1024


def make_rows():
    rows = [
        Row("whole_idle_p50_ms", "answer sent to its bytes, idle, p50", "ms", Goal(ours_max=5.0), "echo"),
        Row("whole_idle_p99_ms", "answer sent to its bytes, idle, p99", "ms", Goal(ours_max=5.0), "echo"),
        Row("whole_live_p50_ms", "answer sent to its bytes, live, p50", "ms", Goal(ours_max=20.0)),
        Row("whole_live_p99_ms", "answer sent to its bytes, live, p99", "ms", Goal(ours_max=40.0)),
        Row("whole_keys_10000_p50_ms", "key to last byte of its frame, 10,000 agents, p50", "ms", Goal(ours_max=5.0)),
        Row("whole_keys_10000_p99_ms", "key to last byte of its frame, 10,000 agents, p99", "ms", Goal(ours_max=100.0)),
        Row("whole_start_10000_ms", "exec to first full frame, 10,000 agents", "ms", Goal(ours_max=2000.0)),
        Row("whole_cpu_10000_percent", "CPU of a console, 10,000 agents at 60 s", "%", Goal()),
        Row("whole_rss_10000_mib", "RSS of a console, 10,000 agents", "MiB", Goal(ours_max=200.0)),
    ]
    return {row.key: row for row in rows}


class Group:
    """One console of 10,000 agents stays up; percentiles are those of all rounds together."""

    def __init__(self, bench):
        self.by_key = make_rows()
        self.rows = list(self.by_key.values())
        self.bench = bench
        home = os.path.join(bench.scratch, "home")
        os.makedirs(home, exist_ok=True)
        self.env = environment(home)
        self.many, self.lively = Fleet(bench, N_MANY), Fleet(bench, N_LIVELY)
        self.delays = {"idle": [], "live": [], "keys_10000": []}
        self.echoes = []
        self.cleanup = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as started:
            self.stage = started.enter_context(Stage())
            started.enter_context(self.many)
            self.big = self.stage.open(self.many.console(), self.env)
            self.picture = started.enter_context(Picture(COLUMNS, ROWS))
            self.bench.say(f"whole: first answers of {N_MANY} agents")
            self.wait_for_answers()
            self.cleanup = started.pop_all()
        return self

    def __exit__(self, *error):
        self.cleanup.close()
        for name, values in self.delays.items():
            echoes = self.echoes if name == "idle" else []
            for percent in (50, 99):
                if values:
                    self.by_key[f"whole_{name}_p{percent}_ms"].add(changes.percentile(values, percent),
                                                                   changes.percentile(echoes, percent))

    def wait_for_answers(self):
        try:
            self.stage.wait_for(self.knows_all, FIRST_ROUND_S, "answer of each agent")
        except TimeoutError as error:
            self.bench.say(f"whole: {error}: it does not keep up, and is measured so")

    def knows_all(self):
        for _, data in self.big.chunks:
            self.picture.feed(data)
        self.big.chunks = []
        return any(f" {N_MANY} up " in line for line in self.picture.lines())

    def round(self):
        self.delays["idle"] += self.change_delays("idle", "")
        self.echoes += self.echo_delays()
        with self.lively:
            self.delays["live"] += self.change_delays("live", self.lively.discovery())
        self.measure_start()
        self.measure_steady()
        self.press_keys()

    def change_delays(self, name, more):
        """Milliseconds from an answer's send() to its mark at the terminal, of one console of its own."""
        with changes.Agents(N_SCRIPTED[name]) as agents:
            agents.open(console(self.bench, name, agents.yaml() + more), self.env)
            return agents.delays(name, CHANGES_S)

    def echo_delays(self):
        with Stage() as stage:
            terminal = stage.open(ECHO, self.env)
            stage.run(0.2)
            delays = [stage.key_ms(terminal, DOWN) for _ in range(N_ECHOES)]
        return [delay for delay in delays if delay is not None]

    def measure_start(self):
        terminal = self.stage.open(self.many.console(), self.env)
        self.stage.run(2.5)
        self.by_key["whole_start_10000_ms"].add(terminal.full_frame_ms())
        self.stage.close(terminal)

    def measure_steady(self):
        begin, before = time.monotonic(), kernel.cpu_seconds(self.big.pid)
        self.stage.run(STEADY_S)
        spent = kernel.cpu_seconds(self.big.pid) - before
        self.by_key["whole_cpu_10000_percent"].add(spent / (time.monotonic() - begin) * 100)
        self.by_key["whole_rss_10000_mib"].add(kernel.rss_bytes(self.big.pid) / MIB)

    def press_keys(self):
        end = time.monotonic() + KEYS_S
        for i in range(N_KEYS):
            ms = self.stage.key_ms(self.big, UP if i % 2 else DOWN, CURSOR, PATIENCE_MS)
            if ms is None:
                raise TimeoutError(f"a key brought no frame within {PATIENCE_MS} ms")
            self.delays["keys_10000"].append(ms)
            if time.monotonic() > end:
                break
