# SPDX-License-Identifier: Apache-2.0
"""Frames of 200x50: from an event to the bytes, and what ncurses alone takes for the same changed cells."""
import subprocess

from row import Goal, Row

FLOOR = "us, ncurses told of these cells alone"
PATTERNS = {
    "0": "no cell changed", "10": "10 cells", "100": "100 cells, scattered", "100_runs": "100 cells in runs of 20",
    "1000": "1,000 cells, scattered", "all": "all 10,000 cells",
}


class Group:
    """CPU of the writing thread; another process reads the pty."""

    def __init__(self, bench):
        self.bench = bench
        self.patterns = []
        for key, words in PATTERNS.items():
            for kind, title in (("show", "canvas to terminal"), ("whole", "whole frame")):
                row = Row(f"frame.{kind}.{key}", f"{title}, {words}", "us", Goal(ratio_max=2), FLOOR)
                self.patterns.append((kind, key, row))
        self.percent = Row("frame.percent", "answers of 50 rows and their frame, 10,000 agents", "us",
                           Goal(ours_max=1000))
        self.cells = Row("frame.percent.cells", "cells that those change", "cells", Goal())
        self.event = Row("frame.event", "one answer and its frame, 10,000 agents", "us", Goal(ratio_max=1.5),
                         "us, 22 agents")
        self.rows = [row for _, _, row in self.patterns] + [self.percent, self.cells, self.event]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def run(self, program):
        """{key: (microseconds, bytes or cells)} that the program printed."""
        text = subprocess.run([self.bench.program(program)], check=True, stdout=subprocess.PIPE, text=True).stdout
        return {key: (float(us), float(size)) for key, us, size in (line.split() for line in text.splitlines())}

    def round(self):
        floor, ours = self.run("frame_floor"), self.run("frame_ours")
        for kind, key, row in self.patterns:
            row.add(ours[f"{kind}.{key}"][0], floor[key][0])
        self.percent.add(ours["percent.10000"][0])
        self.cells.add(ours["percent.10000"][1])
        self.event.add(ours["event.10000"][0], ours["event.22"][0])
