# SPDX-License-Identifier: Apache-2.0
"""What the polling groups share: the target server, and programs that print `name value` lines."""
import http.client
import resource
import subprocess


class Target:
    """The polled server, for the life of a group; it ends when its standard input does."""

    def __init__(self, bench):
        self.exposition = f"{bench.root}/tests/corpus/metrics/node_exporter.prom"
        self.process = subprocess.Popen([bench.program("target"), self.exposition], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def counts(self):
        """Health bodies and scrapes served so far."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/count")
        health, scrapes = connection.getresponse().read().split()
        connection.close()
        return int(health), int(scrapes)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)


def measure(bench, name, *arguments, seconds=60):
    """Runs a program of the bench to its end: {name: number} of what it prints."""
    done = subprocess.run([bench.program(name), *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True,
                          timeout=seconds)
    return {key: float(value) for key, value in (line.split() for line in done.stdout.splitlines())}


def poll(bench, target, name, n_targets, interval_ms, seconds, path="health"):
    """One polling program in its window; cpu_us is the CPU of one poll."""
    figures = measure(bench, name, target.port, n_targets, interval_ms, seconds, path)
    if figures["failed"] or not figures["polls"]:
        raise ValueError(f"{name}: {figures['failed']:.0f} of {figures['polls']:.0f} polls failed")
    figures["cpu_us"] = figures["cpu_ns"] / figures["polls"] / 1000
    return figures


def files_too_few(n_connections):
    """Why so many connections cannot be held at once; None when they can. A process raises its own soft limit."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = n_connections + 1000
    if hard == resource.RLIM_INFINITY or hard >= wanted:
        return None
    return f"the hard limit of open files is {hard}, {wanted} are wanted (ulimit -Hn)"
