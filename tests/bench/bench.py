#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures opscon beside what people use today, in the same run and in turn, and prints a table of ratios.

usage: bench.py BUILD_DIR [--rounds N] [--json FILE] [GROUP ...]
       bench.py --compare OLD.json NEW.json

A group is a module here with a class Group: `rows`, and as a context manager what a measurement needs (servers, fleets);
round() measures each row once, ours and the anchor's one after the other. CPU is user + system by the kernel's accounting.
"""
import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import time

from row import number

GROUPS = ["screen", "whole", "poll", "scrape", "parse", "frame", "audit", "operations", "recording", "hub"]
ROUNDS = 5


class Bench:
    """What a group gets: where the programs are, and a place for files."""

    def __init__(self, build, scratch):
        self.build = os.path.abspath(build)
        self.root = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
        self.opscon = os.path.join(self.build, "opscon")
        self.scratch = os.path.abspath(scratch)

    def program(self, name):
        return os.path.join(self.build, "tests", "bench", name)

    @staticmethod
    def say(text):
        print(f"bench: {text}", file=sys.stderr, flush=True)


def run_group(bench, name, rounds):
    """The rows of one group after its rounds. What fails in a round is told and costs its rows, not the run."""
    group = importlib.import_module(f"group_{name}").Group(bench)
    try:
        with group:
            for i in range(rounds):
                bench.say(f"{name}: round {i + 1} of {rounds}")
                group.round()
    except (OSError, TimeoutError, subprocess.SubprocessError, ValueError) as error:
        bench.say(f"{name}: {error}")
        for row in group.rows:
            if not row.ours:
                row.skip(str(error))
    return group.rows


def verdict(result):
    if result["is_met"] is None:
        return "-"
    return "yes" if result["is_met"] else "NO"


def cells(result):
    spread = ""
    if result["ratio"] is not None:
        spread = f"{number(result['ratio'])} ({number(result['ratio_min'])}-{number(result['ratio_max'])})"
    anchor = f"{number(result['anchors'])} {result['anchor']}" if result["anchor"] else ""
    return [result["title"], f"{number(result['ours'])} {result['unit']}", anchor, spread, result["goal"],
            verdict(result)]


def print_table(results):
    head = ["figure", "ours", "anchor", "ratio (min-max)", "goal", "met"]
    lines = [head] + [cells(result) for result in results]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for i, line in enumerate(lines):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
        if i == 0:
            print("  ".join("-" * width for width in widths))
    for result in results:
        if result.get("others"):
            others = ", ".join(f"{name} {number(value)}" for name, value in result["others"].items())
            print(f"{result['title']}, the others: {others} {result['unit']}")
    for result in results:
        if result["why"]:
            print(f"{result['title']}: {result['why']}")


def compare(old_path, new_path):
    """Two runs beside each other: by ratio to the anchor where there is one, since machines differ."""
    with open(old_path, encoding="utf-8") as f:
        old = {row["key"]: row for row in json.load(f)["rows"]}
    with open(new_path, encoding="utf-8") as f:
        new = json.load(f)["rows"]
    for row in new:
        before = old.get(row["key"])
        field = "ours" if row["ratio"] is None else "ratio"
        if not before or not before[field] or row[field] is None:
            continue
        change = (row[field] / before[field] - 1) * 100
        unit = row["unit"] if field == "ours" else "x"
        print(f"{row['title']}: {number(before[field])} -> {number(row[field])} {unit} ({change:+.0f} %)")


def describe(bench):
    commit = subprocess.run(["git", "-C", bench.root, "describe", "--always", "--dirty"], check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.strip()
    return {"schema_version": 1, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "commit": commit,
            "kernel": platform.release(), "processors": len(os.sched_getaffinity(0))}


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="opscon beside what people use today")
    parser.add_argument("build", help=argparse.SUPPRESS)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help="of " + " ".join(GROUPS))
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each row is measured ({ROUNDS})")
    parser.add_argument("--json", metavar="FILE", help="the same as JSON")
    parser.add_argument("--compare", nargs=2, metavar=("OLD", "NEW"), help="two such files, measuring nothing")
    options = parser.parse_intermixed_args()  # options before groups too
    if options.compare:
        compare(*options.compare)
        return 0
    unknown = set(options.groups) - set(GROUPS)
    if unknown or options.rounds < 1:
        parser.error(f"no such group: {' '.join(sorted(unknown))}" if unknown else "at least one round")
    scratch = os.path.join(options.build, "bench-scratch")
    os.makedirs(scratch, exist_ok=True)
    bench = Bench(options.build, scratch)
    results = []
    for name in options.groups or GROUPS:
        results += [row.result() for row in run_group(bench, name, options.rounds)]
    print_table(results)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump({**describe(bench), "rows": results}, f, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
