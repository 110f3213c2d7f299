# SPDX-License-Identifier: Apache-2.0
"""Scrapes of a node_exporter's 60 kB beside Prometheus and vmagent, and what an agent weighs."""
import os
import shutil
import signal
import subprocess
import time

import kernel
import polling
from row import Goal, Row

N = 100
INTERVAL_MS = 1000
SETTLE, SECONDS = 2, 4
MANY = 10000
CONFIG = """\
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: bench
    static_configs:
      - targets: [{targets}]
"""


class Scraper:
    """A daemon that scrapes the targets. Between its turns it is stopped, so that it takes nothing from the others."""

    def __init__(self, target, argv):
        self.target = target
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        try:
            before = target.counts()[1]
            kernel.wait_for(lambda: self.has_ended() or target.counts()[1] >= before + 3 * N, 30,
                            f"scrapes by {argv[0]}")
        except (OSError, TimeoutError):
            self.stop()
            raise
        if self.has_ended():
            raise OSError(f"{argv[0]} ended with {self.process.returncode}")
        self.rest()

    def has_ended(self):
        return self.process.poll() is not None

    def rest(self):
        self.process.send_signal(signal.SIGSTOP)

    def cpu_us(self):
        """CPU of one scrape, by how many the target served."""
        self.process.send_signal(signal.SIGCONT)
        time.sleep(SETTLE)
        cpu, served = kernel.cpu_seconds(self.process.pid), self.target.counts()[1]
        time.sleep(SECONDS)
        cpu, served = kernel.cpu_seconds(self.process.pid) - cpu, self.target.counts()[1] - served
        self.rest()
        if not served:
            raise ValueError("no scrape was made")
        return cpu / served * 1e6

    def rss_bytes(self):
        return kernel.rss_bytes(self.process.pid)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Group:
    def __init__(self, bench):
        self.bench = bench
        self.target = self.prometheus = self.vmagent = None
        self.scratch = os.path.join(bench.scratch, "scrape")
        self.too_few = polling.files_too_few(MANY)
        self.cpu = Row("scrape_cpu_prometheus", f"CPU of a scrape of 60 kB, {N} agents, {N}/s", "us",
                       Goal(ratio_max=0.2), "Prometheus")
        self.agent = Row("scrape_cpu_vmagent", f"CPU of a scrape of 60 kB, {N} agents, {N}/s", "us",
                         Goal(ratio_max=0.5), "vmagent")
        # Prometheus has a minute of points where we have an hour's: its figure can only grow.
        self.weight = Row("memory_agent", f"memory an agent, 12 series of 720 points, {N} agents", "kB",
                          Goal(ratio_max=0.25), "Prometheus, all its series")
        self.weight_many = Row("memory_fleet", f"memory of {MANY:,} agents, 12 series of 720 points each", "MB",
                               Goal(ours_max=200))
        self.rows = [self.cpu, self.agent, self.weight, self.weight_many]

    def path(self, *parts):
        return os.path.join(self.scratch, *parts)

    def start(self, argv, rows):
        """A scraper; None when it is not there or does not start, said in its rows."""
        try:
            return Scraper(self.target, argv)
        except (OSError, TimeoutError) as error:
            for row in rows:
                row.skip(f"without {row.anchor}: {error}")
            return None

    def __enter__(self):
        shutil.rmtree(self.scratch, ignore_errors=True)
        os.makedirs(self.scratch)
        self.target = polling.Target(self.bench)
        targets = ", ".join(f'"127.1.{i // 250}.{i % 250 + 1}:{self.target.port}"' for i in range(N))
        with open(self.path("scrape.yml"), "w", encoding="utf-8") as f:
            f.write(CONFIG.format(targets=targets))
        config = self.path("scrape.yml")
        self.prometheus = self.start(["prometheus", f"--config.file={config}",
                                      f"--storage.tsdb.path={self.path('prometheus')}",
                                      "--web.listen-address=127.0.0.1:0"], [self.cpu, self.weight])
        # What it scrapes it must send on: the target takes it and throws it away.
        self.vmagent = self.start(["vmagent", f"-promscrape.config={config}", "-httpListenAddr=127.0.0.1:0",
                                   f"-remoteWrite.url=http://127.0.0.1:{self.target.port}/write",
                                   f"-remoteWrite.tmpDataPath={self.path('vmagent')}"], [self.agent])
        if self.too_few:
            self.weight_many.skip(self.too_few)
        return self

    def __exit__(self, *_):
        for part in (self.prometheus, self.vmagent, self.target):
            if part:
                part.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def weigh(self, n_agents):
        """Bytes of a fleet of so many."""
        return polling.measure(self.bench, "fleet_memory", self.target.port, n_agents, self.target.exposition,
                               seconds=600)["rss_bytes"]

    def round(self):
        ours = polling.poll(self.bench, self.target, "poll_ours", N, INTERVAL_MS, SECONDS, "metrics")["cpu_us"]
        self.cpu.add(ours, self.prometheus.cpu_us() if self.prometheus else None)
        self.agent.add(ours, self.vmagent.cpu_us() if self.vmagent else None)
        self.weight.add(self.weigh(N) / N / 1e3, self.prometheus.rss_bytes() / N / 1e3 if self.prometheus else None)
        # Once is enough: it does not vary, and it takes its time.
        if not self.weight_many.ours and not self.too_few:
            self.weight_many.add(self.weigh(MANY) / 1e6)
