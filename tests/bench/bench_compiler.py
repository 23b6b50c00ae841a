"""Compiling programs, small ones and a long one, against the time each may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import aspl.examples
from aspl import Checked, Findings, check, parse
from compiler.compiled import compile_program
from compiler.ir.build import build
from compiler.ir.text import parse_module, print_module
from compiler.pipelines import DEFAULT, SAFE, Pipeline

ATTENTION = Path(aspl.examples.__file__).parent / "flash_attention.aspl"


def chain(steps: int) -> str:
    """Return a program of three operators a step, with a second reader in each."""
    lines = [
        f"    b{i} = Map(a{i}, fn=exp)\n    c{i} = Map(a{i}, fn=sqrt)\n"
        f"    a{i + 1} = Map(b{i}, c{i}, fn=add)\n"
        for i in range(steps)
    ]
    head = "M, K = Dim(4), Dim(6)\n\ndef kernel(a0: Stream(f32, [M, K])) -> Stream(f32, [M, K]):\n"
    return head + "".join(lines) + f"    return a{steps}\n"


def checked(text: str) -> Checked:
    """Return a program that must be right."""
    findings = Findings()
    program = parse(text, findings)
    assert program is not None
    found = check(program, findings, linearity="auto")
    assert found is not None, list(findings)
    return found


def compiling(text: str, pipeline: Pipeline = DEFAULT) -> Callable[[], object]:
    """Return the work of compiling a program."""
    return partial(compile_program, checked(text), pipeline)


def best_s(work: Callable[[], object], repeats: int) -> float:
    """Return the shortest of several runs: what the machine does beside it only adds."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def main() -> None:
    """Print one line a measurement: the time, what it may take, and how often it fits in."""
    attention = ATTENTION.read_text(encoding="utf-8")
    text = print_module(build(checked(chain(750))))
    for name, target_s, work, repeats in (
        ("compile, attention of 16 operators", 5e-3, compiling(attention), 50),
        ("compile, 24 operators", 5e-3, compiling(chain(6)), 50),
        ("compile, 3,000 operators", 2.0, compiling(chain(750)), 3),
        ("compile with depths, 3,000 operators", 3.0, compiling(chain(750), SAFE), 3),
        ("read MLIR text, 2,250 operators", 5.0, lambda: parse_module(text), 2),
    ):
        took = best_s(work, repeats)
        room = f"may take {target_s * 1e3:7.0f} ms   {target_s / took:6.1f}x"
        print(f"{name:<42} {took * 1e3:9.2f} ms   {room}")


if __name__ == "__main__":
    main()
