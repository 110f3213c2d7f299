# SPDX-License-Identifier: Apache-2.0
"""One hub, many consoles: what it adds to an answer's way, and how late one event comes to all of its clients."""
import contextlib
import os
import subprocess

import changes
import polling
from fleet import Fleet, console
from hub import Floor, Hub
from row import Goal, Row
from terminal import environment

N_SCRIPTED = 10
CHANGES_S = 3.0
N_CLIENTS, ROUNDS = 200, 100
N_MANY, N_STALLED, ROUNDS_MANY = 500, 50, 60
N_AGENTS, INTERVAL = 20, "60s"  # whom the hub polls meanwhile: seldom, so that one event is alone
SECONDS = 180


def make_rows():
    rows = [
        Row("hub_idle_p50_ms", "answer sent to its bytes through a hub, idle, p50", "ms", Goal(), "without a hub"),
        Row("hub_idle_p99_ms", "answer sent to its bytes through a hub, idle, p99", "ms", Goal(), "without a hub"),
        Row("hub_adds_p99_ms", "what the hub adds to that, p99", "ms", Goal(ours_max=10.0)),
        Row("hub_fanout_p50_ms", f"one event to {N_CLIENTS} clients, p50", "ms", Goal(), "wslay on libuv"),
        Row("hub_fanout_p99_ms", f"one event to {N_CLIENTS} clients, p99", "ms", Goal(ours_max=3.0), "wslay on libuv"),
        Row("hub_stalled_p99_ms", f"one event to {N_MANY - N_STALLED} clients, {N_STALLED} more never read, p99", "ms",
            Goal(ratio_max=2.0), "all of them read"),
    ]
    return {row.key: row for row in rows}


class Group:
    """Delays of answers are those of all rounds together; the clients of a fan-out come anew in each."""

    def __init__(self, bench):
        self.by_key = make_rows()
        self.rows = list(self.by_key.values())
        self.bench = bench
        home = os.path.join(bench.scratch, "home")
        os.makedirs(home, exist_ok=True)
        self.env = environment(home)
        self.delays, self.direct = [], []
        self.cleanup = contextlib.ExitStack()
        self.too_few = polling.files_too_few(N_MANY)

    def __enter__(self):
        with contextlib.ExitStack() as started:
            fleet = started.enter_context(Fleet(self.bench, N_AGENTS))
            self.hub = started.enter_context(Hub(self.bench, "fanout", fleet.discovery(), "--interval", INTERVAL))
            self.floor = started.enter_context(Floor(self.bench))
            self.cleanup = started.pop_all()
        return self

    def __exit__(self, *error):
        self.cleanup.close()
        ours, direct = self.delays, self.direct
        if not ours or not direct:
            return
        for percent in (50, 99):
            self.by_key[f"hub_idle_p{percent}_ms"].add(changes.percentile(ours, percent),
                                                       changes.percentile(direct, percent))
        self.by_key["hub_adds_p99_ms"].add(changes.percentile(ours, 99) - changes.percentile(direct, 99))

    def round(self):
        self.delays += self.delays_through_hub()
        self.direct += self.delays_alone()
        self.measure_fanout()
        if self.too_few:
            self.by_key["hub_stalled_p99_ms"].skip(self.too_few)
        else:
            self.measure_stalled()

    def delays_through_hub(self):
        with changes.Agents(N_SCRIPTED) as agents, Hub(self.bench, "idle", agents.yaml()) as hub:
            agents.open([self.bench.opscon, "attach", "--no-state", f"unix:{hub.socket}"], self.env)
            return agents.delays("idle", CHANGES_S)

    def delays_alone(self):
        with changes.Agents(N_SCRIPTED) as agents:
            agents.open(console(self.bench, "hub-direct", agents.yaml()), self.env)
            return agents.delays("idle", CHANGES_S)

    def clients(self, kind, server, n_clients, n_stalled, rounds):
        """What so many clients saw: {"p50_us": ...}."""
        words = [self.bench.program("hub_clients"), kind, server.socket, str(n_clients), str(n_stalled), str(rounds)]
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, timeout=SECONDS, check=True)
        figures = {key: float(value) for key, value in (line.split() for line in done.stdout.splitlines())}
        if figures["lost"]:
            raise ValueError(f"{figures['lost']:.0f} events did not come to {n_clients} clients of the {kind}")
        return figures

    def measure_fanout(self):
        theirs = self.clients("floor", self.floor, N_CLIENTS, 0, ROUNDS)
        ours = self.clients("hub", self.hub, N_CLIENTS, 0, ROUNDS)
        for percent in ("p50", "p99"):
            self.by_key[f"hub_fanout_{percent}_ms"].add(ours[f"{percent}_us"] / 1e3, theirs[f"{percent}_us"] / 1e3)

    def measure_stalled(self):
        """The same number of readers, so that only those who do not read make a difference."""
        all_read = self.clients("hub", self.hub, N_MANY - N_STALLED, 0, ROUNDS_MANY)
        some_do_not = self.clients("hub", self.hub, N_MANY, N_STALLED, ROUNDS_MANY)
        self.by_key["hub_stalled_p99_ms"].add(some_do_not["p99_us"] / 1e3, all_read["p99_us"] / 1e3)
