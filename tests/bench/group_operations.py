# SPDX-License-Identifier: Apache-2.0
"""Operations: records of their journal a second beside the bare calls, and how many are carried out."""
import os
import shutil
import subprocess

from row import Goal, Row


def make_rows():
    rows = [
        Row("journal_durable", "journal records a second, each durable", "/s", Goal(ratio_min=0.9),
            "write and fdatasync of as much"),
        Row("journal_grouped", "journal records a second, grouped", "/s", Goal(ours_min=50000.0)),
        Row("operations_dispatched", "operations carried out a second, each durable", "/s", Goal()),
    ]
    return {row.key: row for row in rows}


class Group:
    """Each round writes into directories of its own."""

    def __init__(self, bench):
        self.by_key = make_rows()
        self.rows = list(self.by_key.values())
        self.journal, self.engine = bench.program("operation_journal"), bench.program("operation_engine")
        self.dir = os.path.join(bench.scratch, "operations")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.dir, ignore_errors=True)

    def round(self):
        self.measure(self.journal, "durable")
        self.measure(self.journal, "grouped")
        self.measure(self.engine)

    def measure(self, *argv):
        """A program is told what to measure and where; it prints `KEY OURS THEIRS`, 0 where nobody stands beside it."""
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        out = subprocess.run([*argv, os.path.join(self.dir, "own")], check=True, stdout=subprocess.PIPE, text=True)
        key, ours, theirs = out.stdout.split()
        self.by_key[key].add(float(ours), float(theirs) or None)
