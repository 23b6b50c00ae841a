"""Sections of prompts for the synthesiser: tasks of the suite, and small ones that are in none."""

from __future__ import annotations

from agent.synth.reading import fenced
from aspl.checker import check
from aspl.diagnostics import Findings
from aspl.text.parse import parse

SQUARES = """\
M, K = Dim(3), Dim(4)

def square(a: f32) -> f32:
    return a * a

def total(a: f32, state: f32 = 0.0) -> f32:
    return state + a

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
"""

WAYS = """\
T = Dim(4)

def doubled(x: f32) -> f32:
    return x * 2.0

def halved(x: f32) -> f32:
    return x / 2.0

def chosen(x: f32) -> Selector(2):
    return stack(x > 0.0, x <= 0.0)

def total(x: f32, state: f32 = 0.0) -> f32:
    return state + x

def kernel(x: Stream(f32, [T])) -> Stream(f32, [T]):
"""

ROWS = """\
A, B, C = Dim(2), Dim(3), Dim(4)

def scaled(row: Buffer(f32, [C]), by: f32) -> Buffer(f32, [C]):
    return row * by

def summed(row: Buffer(f32, [C]), state: Buffer(f32, [C]) = 0.0) -> Buffer(f32, [C]):
    return state + row

def kernel(
    rows: Stream(f32, [A, B, C]), by: Stream(f32, [A, B])
) -> (Stream(f32, [A, C]), Stream(Buffer(f32, [C]), [A, B])):
"""

OUTSIDE = {
    "squares": (SQUARES, "y[m] = sum over k of x[m, k] ** 2"),
    "ways": (WAYS, "y = 2 * x where x > 0, else x / 2"),
    "rows": (ROWS, "r[a, b] = rows[a, b] * by[a, b], y[a] = sum over b of r[a, b]; return y, r"),
}


def section(header: str, formula: str = "", body: str = "", statement: str = "") -> str:
    """Return a task as a prompt tells it; with a body, as an exemplar."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{statement}\n\nFormula: {formula}\n\n```aspl\n{header.rstrip()}\n{lines}```\n"


def outside(name: str) -> str:
    """Return the section of a task that is in no suite."""
    header, formula = OUTSIDE[name]
    return section(header, formula)


def faults(task: str, reply: str) -> list[str]:
    """Return the codes of what is wrong with a reply's program below its header."""
    header, body = fenced(task), fenced(reply)
    assert header is not None
    assert body is not None
    findings = Findings()
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    program = parse(f"{header.rstrip()}\n{lines}", findings)
    assert program is not None
    check(program, findings, linearity="strict")
    return [each.code for each in findings]
