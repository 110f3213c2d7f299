# SPDX-License-Identifier: Apache-2.0
"""The audit trail: records a second beside the bare calls, and verifying beside sha256sum."""
import glob
import os
import shutil
import subprocess
import time

from row import Goal, Row

N_FEW, N_MANY = 100_000, 1_000_000
MB, MIB = 1e6, 1024 * 1024


def make_rows():
    rows = [
        Row("audit_durable", "audit records a second, each durable", "/s", Goal(ratio_min=0.9),
            "write and fdatasync of as much"),
        Row("audit_grouped", "audit records a second, grouped", "/s", Goal(ours_min=50000.0)),
        Row("audit_verify_mb_s", "audit verify of 1,000,000 records", "MB/s", Goal(ratio_min=0.7), "sha256sum"),
        Row("audit_verify_rss", "audit verify, RSS at 1,000,000 records", "MiB", Goal(ratio_max=1.1),
            "at 100,000 records"),
    ]
    return {row.key: row for row in rows}


def run(argv):
    """Seconds and peak RSS in bytes of a program that must end well."""
    begin = time.monotonic()
    pid = os.posix_spawnp(argv[0], argv, os.environ,
                          file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), argv)
    return time.monotonic() - begin, usage.ru_maxrss * 1024


class Group:
    """Two trails are made once; each round verifies them, and appends to one of its own."""

    def __init__(self, bench):
        self.bench = bench
        self.by_key = make_rows()
        self.rows = list(self.by_key.values())
        self.program = bench.program("audit_trail")
        self.dir = os.path.join(bench.scratch, "audit")

    def path(self, name):
        return os.path.join(self.dir, name)

    def __enter__(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        self.bench.say(f"audit: trails of {N_FEW:,} and {N_MANY:,} records")
        for name, n in (("few", N_FEW), ("many", N_MANY)):
            subprocess.run([self.program, "make", self.path(name), str(n)], check=True)
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.dir, ignore_errors=True)

    def round(self):
        for what in ("durable", "grouped"):
            self.measure_appending(what)
        self.measure_verifying()

    def measure_appending(self, what):
        shutil.rmtree(self.path("own"), ignore_errors=True)
        out = subprocess.run([self.program, what, self.path("own")], check=True, stdout=subprocess.PIPE, text=True)
        key, ours, theirs = out.stdout.split()
        self.by_key[key].add(float(ours), float(theirs) or None)

    def verify(self, name):
        return run([self.bench.opscon, "audit", "verify", "--dir", self.path(name)])

    def measure_verifying(self):
        segments = sorted(glob.glob(os.path.join(self.path("many"), "audit-*.jsonl")))
        size = sum(os.path.getsize(segment) for segment in segments)
        theirs_s, _ = run(["sha256sum", *segments])
        ours_s, ours_rss = self.verify("many")
        _, few_rss = self.verify("few")
        self.by_key["audit_verify_mb_s"].add(size / MB / ours_s, size / MB / theirs_s)
        self.by_key["audit_verify_rss"].add(ours_rss / MIB, few_rss / MIB)
