"""What a task of the ICML benchmark is, and how its header is read."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aspl.diagnostics import Findings
from aspl.text.header import Header
from aspl.text.parse import parse

Values = dict[str, Any]
"""Arrays by name: streams with the dims of their elements last, and weights."""
Sizes = dict[str, int]
Inputs = dict[str, Callable[[Values], Values]]

PAPER: Sizes = {"M": 5, "N": 7, "K": 9, "D": 16}
PRIMES: Sizes = {"M": 11, "N": 3, "K": 2, "D": 13}
ONES: Sizes = {"M": 1, "N": 1, "K": 3, "D": 1}

DRAWN: Inputs = {"as drawn": lambda values: values}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task of the benchmark and a solution of it in both spellings."""

    name: str
    header: str
    """Sizes, weights, functions, and the signature of the kernel."""
    earlier: str
    modern: str
    formula: Callable[..., Any]
    """Takes the inputs and weights by name; returns an array, or a tuple of them."""
    shapes: tuple[Sizes, ...] = (PAPER, PRIMES, ONES)
    inputs: Inputs = field(default_factory=lambda: DRAWN)
    """What to make of values drawn at random, by what is special about the result."""

    @property
    def file(self) -> str:
        """The self-contained file, in the modern spelling."""
        return self.header + textwrap.indent(self.modern, "    ")

    def sizes(self, shape: Sizes) -> dict[str, int]:
        """Return the sizes of a shape that the task declares."""
        return {name: size for name, size in shape.items() if f"\n{name} = Dim(" in self.header}


def read_header(text: str, sizes: Sizes | None = None) -> Header:
    """Return what a header declares, for bare kernels."""
    findings = Findings()
    program = parse(text + "    return\n", findings, sizes=sizes)
    assert program is not None, [f"{each.code} {each.message}" for each in findings]
    assert not findings.has_errors, [f"{each.code} {each.message}" for each in findings]
    return Header(
        sizes=tuple((size.name, size.value, size.kind) for size in program.sizes),
        fixed=program.specialised,
        numbers=program.numbers,
        parameters=program.parameters,
        functions=program.functions,
        inputs=tuple((each.name, each.type) for each in program.inputs),
        results=program.declared,
    )
