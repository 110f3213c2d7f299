# SPDX-License-Identifier: Apache-2.0
"""Reading what agents answer: metrics never seen before and seen before, and health."""
import os
import resource
import subprocess

from exposition import generate
from row import Goal, Row

N_FAMILIES = 5000
CORPUS = "tests/corpus/metrics/node_exporter.prom"
PYTHON_PARSER = """
import sys, time
from prometheus_client.parser import text_string_to_metric_families
text = sys.stdin.read()
start = time.process_time()
n = sum(len(family.samples) for family in text_string_to_metric_families(text))
print(time.process_time() - start, n)
"""


class Group:
    """CPU of each program, by the kernel's accounting."""

    def __init__(self, bench):
        self.bench = bench
        self.body = os.path.join(bench.scratch, "first_sight.prom")
        self.first = Row("parse.first", "metrics, first sight", "MB/s", Goal(ratio_min=3),
                         "MB/s, promtool check metrics (reads and lints; its start is left out)")
        self.python = Row("parse.first.python", "the same beside python3-prometheus-client", "MB/s", Goal(),
                          "MB/s, its parser")
        self.again = Row("parse.again", "metrics, scraped again, values moving", "MB/s", Goal(ratio_min=0.15),
                         "MB/s, memchr of line ends")
        self.allocations = Row("parse.allocations", "allocations of such a scrape", "", Goal(ours_max=0))
        self.json = {}
        for key, size in (("json.60", "60 B"), ("json.1k", "1 kB")):
            for suffix, words in (("", "a number moving"), (".same", "the same each time")):
                self.json[key + suffix] = Row(key + suffix, f"health JSON of {size}, {words}", "ns",
                                              Goal(ratio_max=1.2), "ns, json-c's tokener alone")
        self.rows = [self.first, self.python, self.again, self.allocations, *self.json.values()]

    def __enter__(self):
        with open(self.body, "w", encoding="ascii") as f:
            f.write(generate(N_FAMILIES))
        return self

    def __exit__(self, *_):
        os.unlink(self.body)

    def promtool_seconds(self, text_path):
        """CPU; what it thinks of the text is its own affair."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(text_path, encoding="ascii") as text:
            done = subprocess.run(["promtool", "check", "metrics"], check=False, stdin=text,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if "error while linting" in done.stderr:
            raise ValueError(done.stderr.splitlines()[0])
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def run(self, program, *arguments):
        """{key: [figures]} that the program printed."""
        done = subprocess.run([self.bench.program(program), *arguments], check=True, stdout=subprocess.PIPE, text=True)
        lines = [line.split() for line in done.stdout.splitlines()]
        return {line[0]: [None if figure == "-" else float(figure) for figure in line[1:]] for line in lines}

    def round(self):
        ours = self.run("parse_metrics", os.path.join(self.bench.root, CORPUS), self.body)
        self.again.add(*ours["parse.again"])
        self.allocations.add(ours["parse.allocations"][0])
        megabytes = os.path.getsize(self.body) / 1e6
        ours_first = megabytes / ours["parse.first"][0]
        theirs = self.promtool_seconds(self.body) - self.promtool_seconds(os.devnull)
        self.first.add(ours_first, megabytes / theirs)
        with open(self.body, encoding="ascii") as text:
            done = subprocess.run(["/usr/bin/python3", "-c", PYTHON_PARSER], check=True, stdin=text,
                                  stdout=subprocess.PIPE, text=True)
        self.python.add(ours_first, megabytes / float(done.stdout.split()[0]))
        for key, figures in self.run("parse_health").items():
            self.json[key].add(*figures)
