# SPDX-License-Identifier: Apache-2.0
"""A metrics body of any size, in which no family is there twice: what an exporter shows that was never seen before."""
import random

WORDS = "request response queue cache disk network worker session token batch index stream shard pool commit".split()


def counter(name, draw):
    lines = [f"# HELP {name}_total Things that this part of the program has done.", f"# TYPE {name}_total counter"]
    return lines + [f'{name}_total{{code="{code}",handler="/api/v1/things",method="get"}} {draw.randint(0, 10 ** 7)}'
                    for code in (200, 404, 500)]


def gauge(name, draw):
    return [f"# HELP {name}_bytes Size of it now.", f"# TYPE {name}_bytes gauge",
            f"{name}_bytes {draw.random() * 1e9:.6e}"]


def histogram(name, draw):
    lines = [f"# HELP {name}_seconds Time that it took.", f"# TYPE {name}_seconds histogram"]
    n = 0
    for bound in ("0.005", "0.01", "0.05", "0.1", "0.5", "1", "5", "+Inf"):
        n += draw.randint(0, 1000)
        lines.append(f'{name}_seconds_bucket{{handler="/metrics",le="{bound}"}} {n}')
    return lines + [f'{name}_seconds_sum{{handler="/metrics"}} {draw.random() * 1000:.9f}',
                    f'{name}_seconds_count{{handler="/metrics"}} {n}']


def ratio(name, draw):
    lines = [f"# HELP {name}_ratio Share of it.", f"# TYPE {name}_ratio gauge"]
    return lines + [f'{name}_ratio{{device="{device}"}} {draw.random():.12f}' for device in ("sda", "sdb")]


def generate(n_families, seed=1):
    """The text; the same for the same arguments."""
    draw = random.Random(seed)
    lines = []
    for i in range(n_families):
        name = f"app_{draw.choice(WORDS)}_{draw.choice(WORDS)}_{i:05d}"
        lines += (counter, gauge, histogram, ratio)[i % 4](name, draw)
    return "\n".join(lines) + "\n"
