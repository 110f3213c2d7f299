#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A hub of 500 agents and 5 consoles for hours, while faults come at random.

usage: soak.py BUILD_DIR [--hours N] [--seed S] [--port P] [--json FILE]

The agents are five simulated fleets of 100, each a process with some agents at fault. What goes wrong now and then: a fleet
hangs or ends and comes back with other faults, a console stops reading or is killed, a list of targets loses half of its
agents for a while. Keys are pressed meanwhile.

Every few minutes there is a rest: no fault is made until all are undone and everybody had time to come back. What is
allocated is compared between rests alone, since every fault has a use of memory of its own. What is kept on purpose is
subtracted: points by what the hub says of them, the timeline and alerts, which have an upper limit, by so many bytes
each. What grows beyond that is a leak.
"""
import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import sys
import time

import kernel
from fleet import Fleet
from hub import Hub
from row import number
from terminal import Stage, environment

N_FLEETS, N_EACH, N_CONSOLES = 5, 100, 5
INTERVAL = "5s"
RETENTION = "retention: {time: 2m}\n"
FAULTS = ("auth401", "degraded", "drip", "error500", "flapping", "garbage", "hang", "html", "reset", "restarting", "slow")
SAMPLE_S, REPORT_S = 5, 60
FAULT_S = (10, 40)  # from one fault to the next
LASTS_S = (5, 60)
REST_EVERY_S = 180
REST_S = 30  # from the last fault's end until all are up again and told of it
SHRINK_S = 60  # after a rest: agents that are listed anew have no points yet, and need their two minutes
PORT = 20100
KEYS = (b"A", b"B", b"A", b"B", b"C", b"D")
MIB = 1024 * 1024
WARM_S = 420  # points, rings, and what the allocator keeps
ITEM_BYTES, ALERT_BYTES = 80, 1150  # as allocated: of an item its texts; of an alert all that keep it
ROOM_BYTES = 88  # of an item: allocated from the beginning, and resident when it comes
LEAK_MAX_MIB = 0.5  # an hour, of what is allocated
TELLS_MIB = 1.0  # an hour: a leak that is found for sure; what may be more than that off says nothing
SLOPE_MAX_MIB = 2.0  # an hour, of what is resident
LAG_P99_MAX_MS = 50
FILES_MAX = 20  # more than at the first rest: connections that are open just now


class FaultyFleet(Fleet):
    """A hundred agents, some at fault; it comes back at the same addresses, so that they are the same agents."""

    def __init__(self, bench, i, dice):
        super().__init__(bench, N_EACH)
        self.dice, self.i = dice, i
        self.targets = os.path.join(bench.scratch, f"soak-{i}.json")
        self.argv = self.command()

    def command(self):
        faults = [f"--fault={kind}={self.dice.randint(1, 4)}" for kind in self.dice.sample(FAULTS, 4)]
        return [self.bench.opscon, "simulate", "--agents", str(N_EACH), "--targets", self.targets,
                "--listen", f"127.0.{self.i + 1}.1:{self.bench.port + self.i}", "--seed", str(self.i + 1), *faults]

    def hang(self):
        self.process.send_signal(signal.SIGSTOP)
        return lambda: self.process.send_signal(signal.SIGCONT)

    def end(self):
        self.__exit__()
        return self.come_back

    def come_back(self):
        self.argv = self.command()
        self.__enter__()

    def lose_half(self):
        """The list of targets is shorter for a while."""
        with open(self.targets, encoding="utf-8") as f:
            text = f.read()
        self.write(json.dumps(json.loads(text)[: N_EACH // 2]))
        return lambda: self.write(text)

    def write(self, text):
        beside = self.targets + ".new"
        with open(beside, "w", encoding="utf-8") as f:
            f.write(text)
        os.rename(beside, self.targets)


class Consoles:
    """Those that are attached. What they write is read and thrown away."""

    def __init__(self, bench, stage, hub):
        home = os.path.join(bench.scratch, "home")
        os.makedirs(home, exist_ok=True)
        config = os.path.join(bench.scratch, "attach.yml")
        with open(config, "w", encoding="utf-8") as f:
            f.write(RETENTION)
        self.argv = [bench.opscon, "attach", "--config", config, "--no-state", f"unix:{hub.socket}"]
        self.env, self.stage = environment(home), stage
        self.all = [stage.open(self.argv, self.env) for _ in range(N_CONSOLES)]

    def stop_reading(self, dice):
        console = dice.choice(self.all)
        os.kill(console.pid, signal.SIGSTOP)
        return lambda: console in self.all and os.kill(console.pid, signal.SIGCONT)

    def replace(self, dice):
        i = dice.randrange(N_CONSOLES)
        self.stage.close(self.all[i])
        self.all[i] = self.stage.open(self.argv, self.env)
        return lambda: None

    def press(self, dice):
        dice.choice(self.all).press(dice.choice(KEYS))

    def forget(self):
        for console in self.all:
            console.chunks = []


class Faults:
    """One after another, each for a while; at most two at a time. Now and then none, for a rest."""

    def __init__(self, dice, fleets, consoles):
        self.dice, self.fleets, self.consoles = dice, fleets, consoles
        self.n_made = 0
        self.ends = []  # (when, what undoes it, whose)
        now = time.monotonic()
        self.next_at = now + dice.uniform(*FAULT_S)
        self.rested_at, self.rest_at = now, now + REST_EVERY_S
        self.quiet_at = now

    def tick(self, now):
        """True: a rest has come to its end, and all is as it was."""
        for end in [end for end in self.ends if end[0] <= now]:
            self.ends.remove(end)
            end[1]()
            self.quiet_at = now
        if now >= self.rest_at:
            return self.rest(now)
        if now >= self.next_at and len(self.ends) < 2:
            self.make(now)
            self.next_at = now + self.dice.uniform(*FAULT_S)
        return False

    def rest(self, now):
        if self.ends or now - self.quiet_at < REST_S:
            return False
        self.rested_at, self.rest_at = now, now + REST_EVERY_S
        return True

    def make(self, now):
        free = [fleet for fleet in self.fleets if all(fleet is not whose for _, _, whose in self.ends)]
        fleet = self.dice.choice(free)
        kinds = [(fleet.hang, fleet), (fleet.end, fleet),
                 (lambda: self.consoles.stop_reading(self.dice), None), (lambda: self.consoles.replace(self.dice), None)]
        if now - self.rested_at < SHRINK_S:
            kinds.append((fleet.lose_half, fleet))
        make, whose = self.dice.choice(kinds)
        self.ends.append((now + self.dice.uniform(*LASTS_S), make(), whose))
        self.n_made += 1

    def undo(self):
        for _, undo, _ in self.ends:
            with contextlib.suppress(OSError, ValueError):
                undo()


def n_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def hub_metrics(path):
    """What the hub says of itself: {name: number} of what has no labels."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(10)
        connection.connect(path)
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    lines = [line.split() for line in answer.decode("utf-8", "replace").splitlines()]
    return {words[0]: float(words[1]) for words in lines if len(words) == 2 and words[0].startswith("opscon_hub_")
            and "{" not in words[0]}


def slope_an_hour(points):
    """Least squares over (seconds, value): the slope, and how far it may be off (its standard error)."""
    n = len(points)
    if n < 3:
        return 0.0, float("inf")
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    left = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points)
    return slope * 3600, (left / (n - 2) / spread) ** 0.5 * 3600


def beyond_purpose(sample, key, n=1, room=ROOM_BYTES):
    """What n processes have besides what is kept on purpose and fills up: points go in runs of 256, and for a day as hours."""
    kept = sample["timeline"] * (ITEM_BYTES + room) + sample["alerts"] * ALERT_BYTES
    return sample[key] - n * (sample["points_mib"] + kept / MIB)


def percentile(values, percent):
    return sorted(values)[-(-len(values) * percent // 100) - 1]


class Soak:
    def __init__(self, hours, hub, consoles, faults):
        self.hub, self.consoles, self.faults = hub, consoles, faults
        self.begin = time.monotonic()
        self.seconds = hours * 3600
        self.samples, self.rests = [], []

    def sample(self, now):
        said = hub_metrics(self.hub.socket)
        self.samples.append({
            "s": round(now - self.begin, 1),
            "hub_rss_mib": kernel.rss_bytes(self.hub.pid) / MIB,
            "consoles_rss_mib": sum(kernel.rss_bytes(c.pid) for c in self.consoles.all) / MIB,
            "heap_mib": said["opscon_hub_heap_bytes"] / MIB,
            "points_mib": said["opscon_hub_points_bytes"] / MIB,
            "timeline": said["opscon_hub_timeline_items"],
            "alerts": said["opscon_hub_alerts_kept"],
            "hub_files": n_files(self.hub.pid),
            "lag_ms": said["opscon_hub_loop_lag_milliseconds"],
            "clients": said["opscon_hub_clients"],
            "resyncs": said["opscon_hub_resyncs_total"],
            "slow": said["opscon_hub_disconnected_slow_total"],
        })
        return self.samples[-1]

    def report(self, sample, remark=""):
        print(f"{sample['s'] / 60:7.1f} min  hub {sample['hub_rss_mib']:7.1f} MiB, heap {sample['heap_mib']:7.2f}  "
              f"{sample['timeline']:.0f} items  {sample['alerts']:.0f} alerts  {sample['hub_files']:4d} files  "
              f"lag {sample['lag_ms']:5.0f} ms  {sample['clients']:3.0f} clients  "
              f"consoles {sample['consoles_rss_mib']:6.1f} MiB  {self.faults.n_made} faults, "
              f"{sample['resyncs']:.0f} resyncs{remark}", flush=True)

    def run(self, stage, dice):
        next_sample = next_report = self.begin
        while (now := time.monotonic()) < self.begin + self.seconds:
            stage.run(0.5)
            self.consoles.forget()
            self.consoles.press(dice)
            if self.faults.tick(now):
                self.rests.append(self.sample(now))
                self.report(self.rests[-1], "  at rest")
            if self.hub.process.poll() is not None:
                raise ValueError(f"the hub ended with {self.hub.process.returncode}: {self.hub.last_words()}")
            if now >= next_sample:
                next_sample += SAMPLE_S
                sample = self.sample(now)
                if now >= next_report:
                    next_report += REPORT_S
                    self.report(sample)

    def verdict(self):
        settled = [s for s in self.samples if s["s"] >= self.seconds / 2] or self.samples
        rests = [s for s in self.rests if s["s"] >= WARM_S]
        # What is resident has a level besides, which the allocator comes to with the greatest of its peaks.
        late = [s for s in rests if s["s"] >= self.seconds / 2]
        heap, heap_error = slope_an_hour([(s["s"], beyond_purpose(s, "heap_mib", room=0)) for s in rests])
        resident, resident_error = slope_an_hour([(s["s"], beyond_purpose(s, "hub_rss_mib")) for s in late])
        consoles, consoles_error = slope_an_hour(
            [(s["s"], beyond_purpose(s, "consoles_rss_mib", N_CONSOLES)) for s in late])
        lags = [s["lag_ms"] for s in settled]
        return {
            "hours": self.seconds / 3600, "faults": self.faults.n_made, "samples": len(self.samples), "rests": len(rests),
            "late_rests": len(late),
            "heap_mib_an_hour": heap, "heap_error": heap_error,
            "hub_mib_an_hour": resident, "hub_error": resident_error,
            "consoles_mib_an_hour": consoles, "consoles_error": consoles_error,
            "hub_rss_mib": settled[-1]["hub_rss_mib"], "hub_rss_mib_max": max(s["hub_rss_mib"] for s in settled),
            "files_first": (rests or settled)[0]["hub_files"], "files_last": (rests or settled)[-1]["hub_files"],
            "lag_p99_ms": percentile(lags, 99), "lag_max_ms": max(lags),
        }


def what_grows(result):
    """What is not flat, in words. A slope counts as far as it is more than it may be off."""
    limits = (("heap", LEAK_MAX_MIB), ("hub", SLOPE_MAX_MIB), ("consoles", N_CONSOLES * SLOPE_MAX_MIB))
    grows = [name for name, limit in limits if result[f"{name}_mib_an_hour"] - 2 * result[f"{name}_error"] > limit]
    if result["late_rests"] < 3 or 2 * result["heap_error"] > TELLS_MIB:
        grows.append("too short to tell")
    if result["files_last"] > result["files_first"] + FILES_MAX:
        grows.append("open files")
    if result["lag_p99_ms"] > LAG_P99_MAX_MS:
        grows.append("lag of the loop")
    return grows


def run(bench, arguments):
    dice = random.Random(arguments.seed)
    with contextlib.ExitStack() as started:
        stage = started.enter_context(Stage())
        fleets = [started.enter_context(FaultyFleet(bench, i, dice)) for i in range(N_FLEETS)]
        files = ", ".join(fleet.targets for fleet in fleets)
        yaml = RETENTION + f"discovery:\n  file_sd:\n    - files: [{files}]\n"
        hub = started.enter_context(Hub(bench, "soak", yaml, "--interval", INTERVAL))
        consoles = Consoles(bench, stage, hub)
        faults = Faults(dice, fleets, consoles)
        started.callback(faults.undo)
        soak = Soak(arguments.hours, hub, consoles, faults)
        soak.run(stage, dice)
        return soak


class Bench:
    """What fleets and hubs want to know."""

    def __init__(self, build, port):
        self.port = port
        self.opscon = os.path.join(os.path.abspath(build), "opscon")
        self.scratch = os.path.join(os.path.abspath(build), "soak")
        shutil.rmtree(self.scratch, ignore_errors=True)
        os.makedirs(self.scratch)


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("build")
    parser.add_argument("--hours", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    try:
        soak = run(Bench(arguments.build, arguments.port), arguments)
    except (OSError, TimeoutError, ValueError) as error:
        print(f"soak: {error}", file=sys.stderr)
        return 2
    result = soak.verdict()
    for key, value in result.items():
        print(f"{key:22} {number(value)}")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as f:
            json.dump({"result": result, "samples": soak.samples, "rests": soak.rests}, f, indent=1)
    grows = what_grows(result)
    print("NOT flat: " + ", ".join(grows) if grows else "flat")
    return 1 if grows else 0


if __name__ == "__main__":
    sys.exit(main())
