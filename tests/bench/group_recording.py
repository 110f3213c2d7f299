# SPDX-License-Identifier: Apache-2.0
"""Recordings: what a day of a fleet costs to record, how large it is, and how fast it is looked at again."""
import os
import shutil
import subprocess

from row import Goal, Row

N_AGENTS, LIMIT_MIB = 200, 256


def make_rows():
    rows = [
        Row("record_event_us", "recording: processor time an event, told and kept", "us", Goal(ours_max=20.0)),
        Row("record_day_mib", f"recording: a day of {N_AGENTS} agents", "MiB", Goal(ours_max=float(LIMIT_MIB))),
        Row("record_event_bytes", "recording: bytes an event", "B", Goal(ours_max=100.0)),
        Row("record_tick_ms", "recording: the longest that a second's work takes", "ms", Goal(ours_max=50.0)),
        Row("record_seek_ms", "replay: the longest jump within a day", "ms", Goal(ours_max=500.0)),
        Row("record_replay_events_s", "replay: events a second, read and folded", "/s", Goal(ours_min=50000.0)),
    ]
    return {row.key: row for row in rows}


class Group:
    """Each round records a day into a directory of its own, and fails when what is played is not what was recorded."""

    def __init__(self, bench):
        self.by_key = make_rows()
        self.rows = list(self.by_key.values())
        self.program = bench.program("record_day")
        self.dir = os.path.join(bench.scratch, "recording")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.dir, ignore_errors=True)

    def round(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        out = subprocess.run([self.program, self.dir, str(N_AGENTS), str(LIMIT_MIB)], check=True,
                             stdout=subprocess.PIPE, text=True)
        for line in out.stdout.splitlines():
            key, ours, _ = line.split()
            if key in self.by_key:
                self.by_key[key].add(float(ours))
