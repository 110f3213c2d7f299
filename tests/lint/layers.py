#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom, and which directory may know which library.

A stage sees the contracts in include/opscon, itself, and the stages named for it here; a library's headers are seen by the
directories named for it. The same table stands in CONTRIBUTING.md.
"""
import os
import re
import sys

BASE = {"base"}
TEXT = BASE | {"text"}
MODEL = TEXT | {"model"}
FORMATS = MODEL | {"formats"}
AGENTS = FORMATS | {"agents"}
AUDIT = FORMATS | {"audit"}
WIRE = AGENTS | {"wire"}
OPERATIONS = AGENTS | {"audit", "operations"}
SERVICES = AGENTS | {"audit", "operations", "services"}
FLEET = MODEL | {"services", "fleet"}
HUB = SERVICES | {"config", "wire", "fleet", "report", "server", "hub"}
SCREEN = MODEL | {"screen"}
WIDGETS = SCREEN | {"widgets"}

STAGES = {
    "base": BASE,
    "text": TEXT,
    "model": MODEL,
    "formats": FORMATS,
    "agents": AGENTS,
    "config": AGENTS | {"config"},
    "wire": WIRE,
    "audit": AUDIT,
    "operations": OPERATIONS,
    "poll": AGENTS | {"poll"},
    "drivers": AGENTS | {"poll", "drivers"},
    "services": SERVICES,
    "fleet": FLEET,
    "feeds": SERVICES | WIRE | {"config", "poll", "drivers", "fleet", "feeds", "recording"},
    "server": BASE | {"server"},
    "hub": HUB,
    "recording": FLEET | WIRE | {"recording"},
    "screen": SCREEN,
    "widgets": WIDGETS,
    "report": FLEET | {"formats", "agents", "operations", "report"},
    "console": WIDGETS | {"formats", "agents", "console"},
    "simulator": FORMATS | {"simulator", "server"},
    "commands": None,  # assembles everything
}

LIBRARIES = {
    r"uv\.h": {"poll", "server", "drivers", "feeds", "simulator", "hub", "commands"},
    r"curl/": {"poll"},
    r"json-c/|json\.h": {"formats"},
    r"cyaml/|yaml\.h": {"config"},
    r"utf8proc\.h": {"text"},
    r"zlib\.h": {"poll"},
    r"sodium\.h": {"audit", "hub"},
    r"microhttpd\.h": {"simulator", "server"},
    r"gnutls/": {"server"},
    r"wslay/": {"wire"},
    r"zstd\.h": {"recording"},
    r"curses\.h|ncurses.*|term\.h": {"screen"},
    r"uthash\.h|utlist\.h": {"base"},
}


def stage_of(path):
    parts = path.split("/")
    if parts[0] == "widgets":
        return "widgets"
    return parts[1] if len(parts) > 2 else "commands"  # src/main.c


def check(path, text):
    stage = stage_of(path)
    allowed = STAGES.get(stage)
    for number, line in enumerate(text.splitlines(), 1):
        own = re.match(r'#include "([^"]+)"', line)
        other = re.match(r"#include <([^>]+)>", line)
        if own:
            first = own.group(1).split("/")[0]
            if first == "opscon":
                if stage == "base":
                    yield f"{path}:{number}: base knows nothing of opscon/"
            elif first not in STAGES:
                yield f"{path}:{number}: {own.group(1)} does not name its layer"
            elif allowed is not None and first not in allowed:
                yield f"{path}:{number}: {stage} may not include {first}"
        elif other:
            for pattern, stages in LIBRARIES.items():
                if re.match(pattern, other.group(1)) and stage not in stages:
                    yield f"{path}:{number}: {stage} may not know <{other.group(1)}>"
    if stage == "screen" and not path.endswith("/curses.c") and re.search(r"#include <(n?curses|term\.h)", text):
        yield f"{path}: only screen/curses.c knows ncurses"
    if path.endswith(".h") and not text.startswith("#pragma once\n// SPDX-License-Identifier: Apache-2.0\n"):
        yield f"{path}: a header begins with #pragma once and its licence"
    if path.endswith(".c") and not text.startswith("// SPDX-License-Identifier: Apache-2.0\n"):
        yield f"{path}: a source file begins with its licence"


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    os.chdir(root)
    problems = []
    for top in ("src", "widgets"):
        for folder, _, names in os.walk(top):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as f:
                        problems += check(path, f.read())
    print("\n".join(problems) or "layers: every include points downwards")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
