"""What one job may take of the machine, and how a process holds itself to it."""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

_MIB = 2**20
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a worker may take for one job; beyond it the worker ends, and the job with it."""

    cpu_s: int = 20
    wall_s: float = 30.0
    memory_bytes: int = 1024 * _MIB
    """Beyond what a fresh worker has mapped."""
    output_bytes: int = 4 * _MIB
    """Of a report; and of what is printed, which no answer can do."""


def confine(limits: Limits) -> None:
    """Bind this process for all its life: memory, files, core dumps, and its parent's end."""
    end_with_parent()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output_bytes, limits.output_bytes))
    # Python ignores it, so that only some writes would tell
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    if sys.platform == "linux":
        most = _mapped_bytes() + limits.memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def allow_cpu(limits: Limits) -> None:
    """Give this process time for one more job; it is killed when that has passed."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    used = math.ceil(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + limits.cpu_s, hard))


def end_with_parent() -> None:
    """Have the system kill this process when its parent ends; only Linux can."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def ending(status: int, limits: Limits) -> tuple[bool, str]:
    """Return whether a process that ended by itself hit a limit, and words for its end."""
    if not os.WIFSIGNALED(status):
        return False, f"the worker ended with {os.waitstatus_to_exitcode(status)} and no report"
    ended = os.WTERMSIG(status)
    if ended == signal.SIGXCPU:
        return True, f"more than {limits.cpu_s} s of CPU time"
    if ended == signal.SIGXFSZ:
        return True, f"more than {limits.output_bytes} bytes of output"
    return False, f"the worker was ended by {signal.Signals(ended).name}"


def _mapped_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()
