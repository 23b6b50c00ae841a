"""Initial values of folds: how they are written, and whether they fit a state."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

from aspl.functions.function import Empty, Fill, Init, Parts
from aspl.functions.problems import Problem
from aspl.types import DType, Element, Tile, Tuple, element_dtype

WORDS: Mapping[str, Init] = {
    "zeros": Fill(0.0),
    "ones": Fill(1.0),
    "lowest": Fill(-math.inf),
    "inf": Fill(math.inf),
    "empty": Empty(),
}
"""Initial values that have names; an infinity is the end of the range of an integer type."""

MISSING_HINT = "give one: `init=zeros`, `ones`, `lowest`, `empty`, a number, or a tuple of these"


def read_init(node: ast.expr, numbers: Mapping[str, int | float]) -> Init | None:
    """Read an initial value; None for anything else."""
    match node:
        case ast.Name(id=name) if name in WORDS:
            return WORDS[name]
        case ast.Name(id=name) if name in numbers:
            return Fill(_float(numbers[name]))
        case ast.Constant(value=int() | float() as value):
            return Fill(_float(value))
        case ast.UnaryOp(op=ast.USub()):
            inner = read_init(node.operand, numbers)
            return Fill(-inner.value) if isinstance(inner, Fill) else None
        case ast.Tuple(elts=nodes):
            parts = [read_init(each, numbers) for each in nodes]
            kept = tuple(each for each in parts if each is not None)
            return Parts(kept) if len(kept) == len(parts) else None
        case _:
            return None


def init_text(init: Init) -> str:
    """Write an initial value as in a program."""
    match init:
        case Empty():
            return "empty" if init.type is None else f"empty({init.type})"
        case Fill():
            words = _number_text(init.value)
            return words if init.type is None else f"full({init.type}, {words})"
        case Parts():
            inner = ", ".join(map(init_text, init.parts))
            return f"({inner},)" if len(init.parts) == 1 else f"({inner})"


def init_problem(init: Init, state: Element, *, grows: bool = False) -> Problem | None:
    """Say what keeps an initial value from standing for a state, or None if it fits.

    Args: grows: whether the fold lengthens its state, so that it may begin empty.
    """
    match init:
        case Parts():
            return _parts_problem(init, state, grows)
        case Empty():
            if isinstance(state, Tile) and grows:
                return None
            return Problem(
                "F010",
                f"`empty` for a state `{state}`",
                "use `zeros`; `empty` is for tiles that grow",
            )
        case Fill():
            if isinstance(state, Tuple):
                found = (init_problem(Fill(init.value), part) for part in state.parts)
                return next((each for each in found if each is not None), None)
            return _fill_problem(init.value, state)


def _parts_problem(init: Parts, state: Element, grows: bool) -> Problem | None:
    if not isinstance(state, Tuple) or len(state.parts) != len(init.parts):
        return Problem(
            "F010",
            f"{len(init.parts)} initial values for a state `{state}`",
            "give a value for each part of the state",
        )
    for each, part in zip(init.parts, state.parts, strict=True):
        problem = init_problem(each, part, grows=grows)
        if problem is not None:
            return problem
    return None


def _fill_problem(value: float, state: Element) -> Problem | None:
    dtype = element_dtype(state)
    text = _number_text(value)
    if dtype is DType.BOOL and value not in (0.0, 1.0):
        return Problem("F010", f"initial value `{text}` for flags", "give 0 or 1")
    if dtype.is_integer and math.isfinite(value) and value != int(value):
        return Problem(
            "F010", f"initial value `{text}` for a state of `{dtype}`", "give a whole number"
        )
    if dtype is DType.U64 and math.isfinite(value) and value < 0:
        return Problem(
            "F010", f"initial value `{text}` for a state of `u64`", "give a number of 0 or more"
        )
    return None


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _number_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
