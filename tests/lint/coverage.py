#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Line coverage by component, with its floors: 85 % in each, 90 % overall, 100 % where a wrong line costs most.

usage: coverage.py BUILD_DIR
"""
import json
import os
import subprocess
import sys

FLOOR_COMPONENT = 85.0
FLOOR_OVERALL = 90.0
WHOLE = (
    "src/model/health.c",  # the health state itself
    "src/audit/",  # what the audit trail is believed for
    "src/operations/",  # plans, rollouts, and what of them outlives a crash
    "src/services/provisioning_",  # the state of operations
)


def component(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "src" else parts[0]


def main():
    build = sys.argv[1]
    root = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
    out = subprocess.run(
        ["gcovr", "-r", root, "--filter", "src/", "--filter", "widgets/", "-j", str(len(os.sched_getaffinity(0))),
         "--json-summary", "-o", "-", os.path.abspath(build)],
        check=True, cwd=root, stdout=subprocess.PIPE)
    files = json.loads(out.stdout)["files"]
    totals = {}
    failed = []
    for entry in files:
        name = entry["filename"]
        if not os.path.exists(os.path.join(root, name)):
            continue  # moved since it was compiled
        lines, covered = totals.get(component(name), (0, 0))
        totals[component(name)] = (lines + entry["line_total"], covered + entry["line_covered"])
        if name.startswith(WHOLE) and entry["line_covered"] < entry["line_total"]:
            failed.append(f"{name}: {entry['line_covered']} of {entry['line_total']} lines, every one is wanted")
    print("coverage of lines by component:")
    for name, (lines, covered) in sorted(totals.items()):
        percent = 100.0 * covered / lines if lines else 100.0
        print(f"  {name:<20} {covered:>6} / {lines:<6} {percent:5.1f} %")
        if percent < FLOOR_COMPONENT:
            failed.append(f"{name}: {percent:.1f} % is under the floor of {FLOOR_COMPONENT:.0f} %")
    lines = sum(t[0] for t in totals.values())
    covered = sum(t[1] for t in totals.values())
    percent = 100.0 * covered / lines if lines else 0.0
    print(f"  {'overall':<20} {covered:>6} / {lines:<6} {percent:5.1f} %")
    if percent < FLOOR_OVERALL:
        failed.append(f"overall: {percent:.1f} % is under the floor of {FLOOR_OVERALL:.0f} %")
    for line in failed:
        print("coverage:", line, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
