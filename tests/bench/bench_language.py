"""Reading and checking programs, and the start of the command, against the time each may take."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from aspl import Findings, check, parse

TEN = """\
M, K, N, D = Dim(5), Dim(9), Dim(7), Dim(16)

def kernel(E0: Stream(f32, [M, K, N]), E1: Stream(f32, [M, K, D])) -> Stream(f32, [M, N, D]):
    a = Bufferize(E0, rank=1)
    b = Bufferize(E1, rank=1)
    c = Map(a, b, fn=outer_product)
    d = Accum(c, fn=add, init=zeros, rank=1)
    e = Streamify(d)
    f0, f1 = Broadcast(e, n=2)
    g = Map(f0, f1, fn=mul)
    h = Bufferize(g, rank=1)
    i = Map(h, fn=exp)
    return Streamify(i)
"""

UNROLLED = """\
M = Dim(8)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    for i in range(2500):
        a, b = Broadcast(x, n=2)
        x = Map(a, b, fn=mul)
    return x
"""


def best_s(work: Callable[[], object], repeats: int) -> float:
    """Return the shortest of several runs: what the machine does beside it only adds."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def read(text: str) -> None:
    """Parse and check a program that must be right."""
    findings = Findings()
    program = parse(text, findings)
    assert program is not None
    assert check(program, findings) is not None, list(findings)


def start() -> None:
    """Start the command and print its help."""
    subprocess.run([sys.executable, "-m", "agent.cli", "--help"], check=True, capture_output=True)


def main() -> None:
    """Print one line a measurement: the time, what it may take, and how often it fits in."""
    read(TEN)
    for name, target_s, work, repeats in (
        ("parse + check, 10 operators", 2e-3, lambda: read(TEN), 300),
        ("parse + check, 5,000 operators unrolled", 2.0, lambda: read(UNROLLED), 5),
        ("aspl --help", 0.3, start, 10),
    ):
        took = best_s(work, repeats)
        room = f"may take {target_s * 1e3:7.0f} ms   {target_s / took:6.1f}x"
        print(f"{name:<42} {took * 1e3:9.2f} ms   {room}")


if __name__ == "__main__":
    main()
