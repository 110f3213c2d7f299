# SPDX-License-Identifier: Apache-2.0
"""From an agent's answer on the wire to its bytes at a terminal."""
import time

from scripted_agent import ScriptedAgent, make_marks
from terminal import MS, Stage

WARM_UP_S, LAST_S = 1.2, 0.3
LIVE_MS = 100  # something was drawn within so long before the change came: live
IDLE_MS = 50  # nothing was: idle
LOST_MAX = 0.05


def percentile(values, percent):
    """The nearest rank, never between two; None of nothing."""
    return sorted(values)[-(-len(values) * percent // 100) - 1] if values else None


class Agents:
    """A context manager: so many agents that change at every answer, once a second each, and who watches them."""

    def __init__(self, n_agents):
        self.stage = Stage()
        marks = make_marks()
        self.agents = [self.stage.add(ScriptedAgent(self.stage, marks)) for _ in range(n_agents)]

    def __enter__(self):
        self.stage.__enter__()
        return self

    def __exit__(self, *error):
        self.stage.__exit__(*error)

    def yaml(self):
        """The lines of opscon.yml that name them."""
        lines = [f'  - {{url: "{agent.url}", health: /health, metrics: none}}\n' for agent in self.agents]
        return "defaults: {interval: 1s, timeout: 1s, fall: 1, rise: 1}\nagents:\n" + "".join(lines)

    def open(self, argv, env):
        """The terminal on which they are watched."""
        self.terminal = self.stage.open(argv, env)

    def delays(self, name, seconds):
        """Milliseconds of each change that came while the console was `idle` or `live`."""
        self.stage.run(WARM_UP_S)
        begin = time.monotonic_ns()
        self.stage.run(seconds)
        end = time.monotonic_ns()
        self.stage.run(LAST_S)  # for the marks of the last answers
        chunks = self.terminal.chunks
        sent = [item for agent in self.agents for item in agent.sent if begin <= item[0] < end]
        delays = [delay_ms(when, mark, chunks) for when, mark in sent if is_as(name, when, chunks)]
        if not delays or delays.count(None) > LOST_MAX * len(delays):
            raise ValueError(f"{name}: {delays.count(None)} of {len(delays)} changes never came to the screen")
        return [delay for delay in delays if delay is not None]


def is_as(name, when, chunks):
    """Whether the console was idle or live then, by the bytes just before."""
    span_ms = IDLE_MS if name == "idle" else LIVE_MS
    has_drawn = any(when - span_ms * MS <= ns < when for ns, _ in chunks)
    return has_drawn == (name == "live")


def delay_ms(when, mark, chunks):
    """From then to the first bytes with the mark; None where it never came."""
    return next(((ns - when) / MS for ns, data in chunks if ns >= when and mark in data), None)
