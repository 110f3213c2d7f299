# SPDX-License-Identifier: Apache-2.0
"""What the kernel has written down about a process."""
import ctypes
import ctypes.util
import os
import time

_libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)


def cpu_seconds(pid):
    """User and system time of all threads of a living process: the nanosecond clock of clock_getcpuclockid(3)."""
    clock = ctypes.c_int()
    if _libc.clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise ProcessLookupError(pid)
    return time.clock_gettime(clock.value)


def cpu_seconds_all(pids):
    return sum(cpu_seconds(pid) for pid in pids)


def rss_bytes(pid):
    """Resident memory, pages shared with other processes included, as top shows it."""
    with open(f"/proc/{pid}/statm", encoding="ascii") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def children(pid):
    """All descendants of a process, itself first."""
    found = [pid]
    for parent in found:
        try:
            with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as f:
                found.extend(int(child) for child in f.read().split())
        except FileNotFoundError:
            pass
    return found


def wait_for(condition, seconds, what):
    """Waits for a condition, looking every 5 ms; says what did not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise TimeoutError(f"no {what} within {seconds} s")
