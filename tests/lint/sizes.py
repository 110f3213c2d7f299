#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files and functions that still fit in the head: at most 600 lines a file and 80 lines a function."""
import os
import sys

MAX_FILE, MAX_FUNCTION = 600, 80


def functions(lines):
    """(name line, length) of each function, by the brace style of .clang-format: body between ^{ and ^}."""
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start and not line.startswith("};"):
            yield lines[start - 2].strip(), start, number - start + 1
            start = None


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    problems = []
    for top in ("src", "widgets", "include"):
        for folder, _, names in os.walk(top):
            for name in sorted(names):
                if not name.endswith((".c", ".h")):
                    continue
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as f:
                    lines = f.read().splitlines()
                if len(lines) > MAX_FILE:
                    problems.append(f"{path}: {len(lines)} lines; what second thing does it do?")
                for what, at, n in functions(lines):
                    if n > MAX_FUNCTION:
                        problems.append(f"{path}:{at}: {n} lines: {what}")
    print("\n".join(problems) or "sizes: every file and function fits in the head")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
