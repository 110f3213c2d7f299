# SPDX-License-Identifier: Apache-2.0
"""A simulated fleet in a process of its own, and a configuration that watches it."""
import os
import subprocess


class Fleet:
    """A context manager: the agents answer inside it."""

    def __init__(self, bench, n_agents, *options):
        self.bench = bench
        self.n_agents = n_agents
        self.targets = os.path.join(bench.scratch, f"targets-{n_agents}.json")
        self.argv = [bench.opscon, "simulate", "--agents", str(n_agents), "--targets", self.targets, *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if not self.process.stdout.readline():  # it names the file once all agents listen
            self.__exit__()
            raise ValueError(f"{' '.join(self.argv[1:])} ended by itself")
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def discovery(self):
        """The lines of opscon.yml that find it."""
        return f"discovery:\n  file_sd:\n    - files: [{self.targets}]\n"

    def console(self, *options):
        """The command line of a console that watches it."""
        return console(self.bench, f"fleet-{self.n_agents}", self.discovery(), *options)


def console(bench, name, yaml, *options):
    """The command line of a console with the configuration given, whose file gets that name."""
    path = os.path.join(bench.scratch, f"{name}.yml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(yaml)
    return [bench.opscon, "--config", path, "--no-state", *options]
