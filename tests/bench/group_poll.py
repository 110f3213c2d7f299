# SPDX-License-Identifier: Apache-2.0
"""Health polls on kept connections: CPU a poll beside the floor and beside libcurl's example, growth, lag, evenness."""
import polling
from row import Goal, Row

SECONDS = 3
MANY = 10000


class Group:
    def __init__(self, bench):
        self.bench = bench
        self.target = None
        self.too_few = polling.files_too_few(MANY)
        self.floor = Row("poll_cpu_floor", "CPU of a health poll, 1,000 agents, 2,000/s", "us", Goal(ratio_max=2),
                         "raw sockets, epoll")
        self.curl = Row("poll_cpu_curl", "CPU of a health poll, 1,000 agents, 2,000/s", "us", Goal(ratio_max=1),
                        "libcurl's example")
        self.growth = Row("poll_growth", "CPU of a health poll, 10,000 agents, 2,000/s", "us", Goal(ratio_max=1.3),
                          "ours, 100 agents")
        # What the machine itself adds at that moment is seen on a loop that has nothing to do.
        self.lag = Row("poll_lag", "loop lag p99, 10,000 agents, 2,000 polls/s", "ms", Goal(ours_max=5),
                       "an idle loop")
        self.even = Row("poll_even", "fullest 10 ms of an interval, 10,000 agents in 5 s", "probes",
                        Goal(ratio_max=2), "probes, its share")
        self.rows = [self.floor, self.curl, self.growth, self.lag, self.even]

    def __enter__(self):
        self.target = polling.Target(self.bench)
        if self.too_few:
            for row in (self.growth, self.lag, self.even):
                row.skip(self.too_few)
        return self

    def __exit__(self, *_):
        self.target.stop()

    def poll(self, name, n_targets, interval_ms):
        return polling.poll(self.bench, self.target, name, n_targets, interval_ms, SECONDS)

    def round(self):
        floor = self.poll("poll_floor", 1000, 500)["cpu_us"]
        ours = self.poll("poll_ours", 1000, 500)["cpu_us"]
        curl = self.poll("poll_curl", 1000, 500)["cpu_us"]
        self.floor.add(ours, floor)
        self.curl.add(ours, curl)
        if self.too_few:
            return
        few = self.poll("poll_ours", 100, 50)
        many = self.poll("poll_ours", MANY, 5000)
        self.growth.add(many["cpu_us"], few["cpu_us"])
        idle = polling.measure(self.bench, "poll_ours", self.target.port, 0, 1000, SECONDS, "health")
        self.lag.add(many["lag_p99_us"] / 1000, idle["lag_p99_us"] / 1000)
        self.even.add(many["fullest"], MANY * 10 / 5000)
