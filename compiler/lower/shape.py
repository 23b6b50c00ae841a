"""Lowering of the shape operators."""

from __future__ import annotations

from typing import Any

import numpy as np

from aspl.functions.function import Fill, Init
from aspl.ops.shape import Expand, Flatten, Promote, Repeat, Reshape, Zip
from aspl.types import Buffer, Element, Index, Scalar, Selector, Tile
from compiler.lower.context import At
from compiler.machine import AROUND, FLAGS, NO_BUFFER, PADS, Kind, P


def flatten(op: Flatten, at: At) -> None:
    """Lower the merging of dims."""
    at.add(Kind.FLATTEN, {P.RANK: op.min, P.COUNT: op.max})


def promote(op: Promote, at: At) -> None:
    """Lower the inserting of a dim, within the stream or around it."""
    around = op.rank == at.operand(0).rank + 1
    at.add(Kind.PROMOTE_AROUND if around else Kind.PROMOTE, {P.RANK: op.rank})


def reshape(op: Reshape, at: At) -> None:
    """Lower the splitting of a dim."""
    bits = FLAGS * op.flags + AROUND * op.outer + PADS * (op.pad is not None)
    parameters = {P.RANK: op.rank, P.COUNT: at.known(op.chunk), P.OUTER: bits}
    if op.pad is not None:
        parameters |= _padding(op.pad, at.operand(0).element, at)
    at.add(Kind.RESHAPE, parameters)


def _padding(pad: Init, element: Element, at: At) -> dict[P, int]:
    """Return what an element of padding carries."""
    match element:
        case Tile():
            return {P.ROWS: at.known(element.rows), P.COLS: at.known(element.cols)}
        case Buffer():
            count = 1
            for dim in element.dims:
                count *= at.known(dim)
            sides = _padding(pad, element.element, at)
            return {**sides, P.BUFFERED: count}
        case _:
            value = _control(pad, element, at) if at.node.outputs[0] in at.lowering.controls else 0
            return {P.BYTES: value, P.BUFFERED: NO_BUFFER}


def _control(pad: Init, element: Element, at: At) -> int:
    """Return the control value of padding."""
    value: Any = pad.value if isinstance(pad, Fill) else 0
    match element:
        case Selector():
            flags = np.full((1, at.known(element.width)), bool(value))
            return int(at.tables.selectors(flags)[0])
        case Index() | Scalar():
            return int(np.clip(value, -(2.0**62), 2.0**62))
        case _:
            return 0


def expand(op: Expand, at: At) -> None:
    """Lower the repeating of elements as `ref` says."""
    at.add(Kind.EXPAND, {P.RANK: op.rank})


def repeat(op: Repeat, at: At) -> None:
    """Lower the repeating of elements a fixed number of times."""
    at.add(Kind.REPEAT, {P.COUNT: at.known(op.n)})


def zip_(op: Zip, at: At) -> None:
    """Lower the putting together of elements."""
    at.add(Kind.ZIP, {})
