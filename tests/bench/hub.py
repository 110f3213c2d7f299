# SPDX-License-Identifier: Apache-2.0
"""A hub of its own, and the floor of one: servers on unix sockets, as context managers."""
import os
import subprocess

import kernel

START_S = 20
LIMITS = "hub:\n  limits: {clients: 2000, clients_per_user: 2000, requests_per_minute: 10000}\n"


class Hub:
    """`opscon hub` with the configuration given; its state and its log are in a directory of its own."""

    def __init__(self, bench, name, yaml, *options):
        self.dir = os.path.join(bench.scratch, f"hub-{name}")
        os.makedirs(self.dir, mode=0o700, exist_ok=True)
        self.socket = os.path.join(self.dir, "hub.sock")
        config = os.path.join(self.dir, "opscon.yml")
        with open(config, "w", encoding="utf-8") as f:
            f.write(LIMITS + yaml)
        self.argv = [bench.opscon, "hub", "--config", config, "--socket", self.socket, *options]

    def __enter__(self):
        env = {**os.environ, "HOME": self.dir, "XDG_STATE_HOME": self.dir, "XDG_RUNTIME_DIR": self.dir}
        with open(os.path.join(self.dir, "log"), "wb") as log:
            self.process = subprocess.Popen(self.argv, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.pid = self.process.pid
        try:
            kernel.wait_for(self.is_there, START_S, "socket of a hub")
        except (TimeoutError, ValueError):
            self.__exit__()
            raise
        return self

    def is_there(self):
        if self.process.poll() is not None:
            raise ValueError(f"the hub ended with {self.process.returncode}: {self.last_words()}")
        return os.path.exists(self.socket)

    def last_words(self):
        with open(os.path.join(self.dir, "log"), encoding="utf-8", errors="replace") as log:
            return " ".join(log.read().splitlines()[-2:])

    def __exit__(self, *error):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Floor:
    """wslay on libuv: every text message goes to everybody as it is."""

    def __init__(self, bench):
        self.program = bench.program("hub_floor")
        self.socket = os.path.join(bench.scratch, "floor.sock")

    def __enter__(self):
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        self.process = subprocess.Popen([self.program, self.socket], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if not self.process.stdout.readline():
            self.__exit__()
            raise ValueError("the floor of a hub ended by itself")
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
