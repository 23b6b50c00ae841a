"""What a run of a program shows: results, stored tensors, extents; as text and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from aspl.checker import Checked
from aspl.dims import Kind
from aspl.reference.evaluate import Evaluation
from aspl.render import paint
from aspl.types import Stream, Tensor, Tuple, element_dims
from aspl.values.column import Array, Column, Dense, Record, part
from aspl.values.literal import to_array, to_arrays, to_nested
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue

ROWS = 8
WIDTH = 78
_INDENT = "    "


def run_text(checked: Checked, run: Evaluation, *, color: bool = False) -> str:
    """Write the results, the stored tensors and the extents that the run decided."""
    blocks: list[str] = []
    for name, stream, value in results(checked, run):
        head = f"{paint(name, 'strong', color)}: {stream}, {_observed(stream, value)}"
        blocks.append("\n".join([head, *_indented(stream_rows(stream, value))]))
    for name, tensor, array in _stored(checked, run):
        head = f"{paint(name, 'strong', color)} as stored: {tensor}, {list(array.shape)}"
        blocks.append("\n".join([head, *_indented(array_rows(array))]))
    decided = decided_extents(checked, run)
    if decided:
        words = ", ".join(f"{name} = {value}" for name, value in decided.items())
        blocks.append(f"{paint('decided by the run', 'strong', color)}: {words}")
    return "\n".join(blocks)


def run_records(checked: Checked, run: Evaluation) -> Iterator[dict[str, Any]]:
    """Return the same as objects of JSON, with all values."""
    for name, stream, value in results(checked, run):
        yield {
            "schema": "aspl.result/1",
            "name": name,
            "type": str(stream),
            "extents": [
                length if isinstance(length, int) else length.tolist()
                for length in value.nest.lengths
            ],
            "values": _finite(to_nested(value)),
        }
    for name, tensor, array in _stored(checked, run):
        yield {
            "schema": "aspl.tensor/1",
            "name": name,
            "type": str(tensor),
            "extents": list(array.shape),
            "values": _finite(array.tolist()),
        }
    yield {"schema": "aspl.extents/1", "extents": decided_extents(checked, run)}


def run_arrays(checked: Checked, run: Evaluation) -> dict[str, Array]:
    """Return the results and the stored tensors as the arrays of an archive."""
    arrays: dict[str, Array] = dict(run.tensors)
    for name, _, value in results(checked, run):
        arrays |= to_arrays(name, value)
    return arrays


def results(checked: Checked, run: Evaluation) -> Iterator[tuple[str, Stream, StreamValue]]:
    """Walk the results: a name of its own each, the type, the value."""
    taken = set(run.tensors)
    program = checked.program
    for place, (value, output) in enumerate(zip(program.results, run.outputs, strict=True)):
        name = program.values[value].name or f"result{place}"
        while name in taken:
            name += "_"
        taken.add(name)
        yield name, checked.types[value], output


def decided_extents(checked: Checked, run: Evaluation) -> dict[str, int]:
    """Return the extents that only the run decided."""
    given = {size.name for size in checked.program.sizes if size.kind is Kind.SIZE}
    return {name: value for name, value in run.extents.items() if name not in given}


def _stored(checked: Checked, run: Evaluation) -> Iterator[tuple[str, Tensor, Array]]:
    types = {ref.name: ref.type for ref in checked.program.tensors}
    for name, array in run.tensors.items():
        yield name, types[name], array


def _observed(stream: Stream, value: StreamValue) -> str:
    """Write the extents of the dims, and those of the elements where they are alike."""
    text = value.nest.normal().text()
    if isinstance(value.column, Dense) and value.column.data.ndim > 1:
        text += f" of {list(value.column.data.shape[1:])}"
    elif not isinstance(stream.element, Tuple) and element_dims(stream.element):
        text += " of several sizes"
    return text


def stream_rows(stream: Stream, value: StreamValue) -> list[str]:
    """Show some values of a stream: as numpy does, or row by row when they are ragged."""
    if not value.nest.size:
        return ["no elements"]
    whole = to_array(value)
    if whole is not None:
        return array_rows(whole)
    if isinstance(value.column, Dense) and value.column.data.ndim == 1:
        return _cut(_group_rows(value.nest, value.column.data), value.nest.count(value.nest.rank))
    return _cut(_element_rows(value.nest, value.column), value.nest.size)


def array_rows(array: Array) -> list[str]:
    """Show an array in at most `ROWS` lines."""
    # whole when small, else ever fewer entries at both ends of every dim
    for edge in (ROWS * 2, 3, 2, 1):
        lines = [line for line in _text(array, edge).split("\n") if line]
        if len(lines) <= ROWS:
            return lines
    return [*lines[: ROWS - 1], "..."]


def _text(array: Array, edge: int) -> str:
    shown = array.astype(np.int8) if array.dtype == np.bool_ else array
    return np.array2string(
        shown, precision=4, threshold=0, edgeitems=edge, max_line_width=WIDTH - len(_INDENT)
    )


def _group_rows(nest: Nest, data: Array) -> Iterator[str]:
    """Write the numbers of each group of the innermost dim."""
    start = 0
    for place, number in _entries(nest, nest.rank):
        length = _extent(nest, nest.rank, number)
        yield f"{list(place)}: {_text(data[start : start + length], 3)}"
        start += length


def _element_rows(nest: Nest, column: Column) -> Iterator[str]:
    for place, number in _entries(nest, len(nest.lengths)):
        yield f"{list(place)}: {_element(part(column, number, number + 1))}"


def _element(column: Column) -> str:
    """Write one element on one line."""
    if isinstance(column, Record):
        return f"({', '.join(map(_element, column.parts))})"
    if not isinstance(column, Dense):
        return "[]"
    return " ".join(_text(column.data[0], 2).split())


def _cut(rows: Iterator[str], count: int) -> list[str]:
    shown = [
        row if len(row) <= WIDTH - len(_INDENT) else f"{row[: WIDTH - len(_INDENT) - 3]}..."
        for row in islice(rows, ROWS)
    ]
    return [*shown, "..."] if count > ROWS else shown


def _entries(nest: Nest, depth: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Walk the entries of the outermost dims: the place in each dim, and the number in order."""
    if depth == 0:
        yield (), 0
        return
    number = 0
    for outer, entry in _entries(nest, depth - 1):
        for place in range(_extent(nest, depth - 1, entry)):
            yield (*outer, place), number
            number += 1


def _extent(nest: Nest, depth: int, entry: int) -> int:
    length = nest.lengths[depth]
    return length if isinstance(length, int) else int(length[entry])


def _indented(lines: list[str]) -> list[str]:
    return [_INDENT + line for line in lines]


def _finite(value: object) -> object:
    """Return nested lists with words for what JSON has no numbers for."""
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
