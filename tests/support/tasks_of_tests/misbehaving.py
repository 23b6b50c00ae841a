"""A task whose reference does what no answer can do, to see what a worker's limits are worth.

What it does is in the name of the regime that is drawn first; `paper` behaves.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
import time
from collections.abc import Mapping
from typing import Any

from benchmark.tasks.task import Regime, Task

Given = dict[str, Any]

_HEADER = """\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
"""


def _reference(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return (values["x"] * 1.0,)


def _spin(values: Given, rng: object) -> Given:
    while True:
        pass


def _sleep(values: Given, rng: object) -> Given:
    time.sleep(600)
    return values


def _hog(values: Given, rng: object) -> Given:
    kept = []
    while True:
        kept.append(bytearray(2**26))


def _print(values: Given, rng: object) -> Given:
    while True:
        os.write(1, b"x" * 65536)


def _say(values: Given, rng: object) -> Given:
    sys.stderr.write("these are my last words\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGSEGV)
    return values


def _exit(values: Given, rng: object) -> Given:
    os._exit(0)


def _forge(values: Given, rng: object) -> Given:
    """Write a report that everything is right to wherever it may be read."""
    report = b'{"nonce": "", "last": false, "verdict": {"outcome": "correct"}}'
    for number in range(3, 64):
        try:
            os.write(number, struct.pack("<I", len(report)) + report)
        except OSError:
            continue
    return values


def _flood(values: Given, rng: object) -> Given:
    """Write more than any report has to wherever it may be read."""
    for number in range(3, 64):
        try:
            os.write(number, struct.pack("<I", 2**31))
        except OSError:
            continue
    time.sleep(600)
    return values


def _break(values: Given, rng: object) -> Given:
    raise ValueError("this reference is broken")


DEEDS = {
    "spins": _spin,
    "sleeps": _sleep,
    "hogs": _hog,
    "prints": _print,
    "dies": _say,
    "exits": _exit,
    "forges": _forge,
    "floods": _flood,
    "breaks": _break,
}


def misbehaving(deed: str) -> Task:
    """Return the task with one deed."""
    return Task(
        name=f"misbehaving/{deed}",
        statement="What comes is returned.",
        formula="y = x",
        header=_HEADER,
        reference=_reference,
        regimes=(Regime(name="paper", sizes={}, adapt=DEEDS[deed]),),
    )
