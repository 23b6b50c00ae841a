"""What is held against what: shapes inferred against shapes observed, values against the judge."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from naive import Meant, interpret
from naive.extents import Refused
from naive.values import Array, difference, observed
from programs import Case

from aspl.checker import Checked
from aspl.dims import Dim, Kind
from aspl.reference.evaluate import Evaluation, evaluate
from aspl.reference.observe import contradiction
from aspl.reference.run import Precision
from aspl.reference.state import Bindings, EvaluationFailed
from aspl.types import Element, Index, Scalar, Stream, Tuple, element_dims
from aspl.values.column import Column, Dense, Packed, Record
from aspl.values.stream import StreamValue

OF_DATA = frozenset({"R002", "R003", "R005"})
"""Findings of a run that data alone decide: an assumption, an address, chunks that are missing."""


def evaluated(case: Case, precision: Precision = "f64", **options: Any) -> Evaluation | None:
    """Evaluate a program; None where its data alone keep it from a result."""
    try:
        return evaluate(case.checked, case.inputs, precision=precision, keep=True, **options)
    except EvaluationFailed as failed:
        if failed.diagnostic.code not in OF_DATA:
            raise
        return None


def meant(case: Case, **options: Any) -> Meant | None:
    """Evaluate a program naively; None where its data alone keep it from a result."""
    try:
        return interpret(case.checked, case.naive_inputs(), **options)
    except Refused:
        return None


def disagreement(case: Case, evaluation: Evaluation, meaning: Meant) -> str | None:
    """Say where the reference and the judge differ, or None."""
    for value, stream in enumerate(case.checked.types):
        got = observed(evaluation.streams[value], stream)
        found = difference(got, meaning.streams[value], len(stream.shape))
        if found is not None:
            return f"stream %{value} `{stream}` at {found}"
    if set(evaluation.tensors) != set(meaning.tensors):
        return f"stored {sorted(evaluation.tensors)}, expected {sorted(meaning.tensors)}"
    for name, tensor in evaluation.tensors.items():
        if not np.allclose(tensor, meaning.tensors[name], rtol=1e-9, atol=1e-9, equal_nan=True):
            return (
                f"tensor `{name}` is {tensor.tolist()}, expected {meaning.tensors[name].tolist()}"
            )
    return None


# shapes


@dataclass
class Shapes:
    """Every extent that a run shows, against the types; mutable while streams are looked at."""

    checked: Checked
    values: dict[str, int]
    extents: list[tuple[str, Dim, list[int]]] = field(default_factory=list)
    ragged: dict[tuple[str, tuple[Dim, ...]], list[int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def look(self, where: str, stream: Stream, value: StreamValue) -> None:
        """Note the extents of one stream."""
        nest = value.nest
        if nest.rank != stream.rank:
            self.problems.append(f"{where}: rank {nest.rank}, expected {stream.rank}")
            return
        for depth, dim in enumerate(stream.shape):
            length, count = nest.lengths[depth], nest.count(depth)
            lengths = [length] * count if isinstance(length, int) else length.tolist()
            if len(lengths) != count:
                self.problems.append(f"{where}: {len(lengths)} extents for {count} entries")
            self._note(f"{where} dim {stream.rank - depth}", dim, stream.shape[:depth], lengths)
        for place, (element, column) in enumerate(_leaf_columns(stream.element, value.column)):
            self._look_inside(f"{where} part {place}", stream, element, column)

    def _look_inside(
        self, where: str, stream: Stream, element: Element, column: Dense | Packed
    ) -> None:
        dims = element_dims(element)
        if isinstance(column, Packed):
            extents = column.extents.tolist()
        else:
            extents = [list(column.data.shape[1:])] * len(column)
        if any(len(each) != len(dims) for each in extents):
            self.problems.append(f"{where}: {extents[:1]} for an element `{element}`")
            return
        for place, dim in enumerate(dims):
            # one for each entry of the dims outside it
            lengths = [each[place] for each in extents for _ in range(math.prod(each[:place]))]
            outside = (*stream.shape, *dims[:place])
            self._note(f"{where} extent {place}", dim, outside, lengths)

    def _note(self, where: str, dim: Dim, outside: tuple[Dim, ...], lengths: list[int]) -> None:
        symbol = dim.symbol
        if dim.is_ragged:
            if symbol is None:
                self.problems.append(f"{where}: `{dim}` is ragged and no symbol")
                return
            known = self.ragged.setdefault((symbol.name, self._plain(outside)), lengths)
            if known != lengths:
                self.problems.append(f"{where}: `{dim}` is {lengths}, and {known} elsewhere")
            return
        if lengths:
            self.extents.append((where, dim, lengths))
        if symbol is not None and symbol.kind is Kind.DYNAMIC and lengths:
            self.values.setdefault(symbol.name, lengths[0])

    def _plain(self, dims: tuple[Dim, ...]) -> tuple[Dim, ...]:
        """Put values in place of divisions of sizes, which the checker compares by value."""
        sizes = self.checked.program.size_values()

        def plain(dim: Dim) -> Dim:
            return _as_dim(dim.value(sizes)) if dim.is_static and dim.has_division else dim

        return tuple(map(plain, dims))

    def found(self) -> list[str]:
        """Return everything that does not agree, once all streams have been looked at."""
        found = list(self.problems)
        for where, dim, lengths in self.extents:
            try:
                expected = dim.value(self.values)
            except (KeyError, ZeroDivisionError):
                continue
            if set(lengths) != {expected}:
                found.append(f"{where}: {lengths}, expected `{dim}` = {expected}")
        return found


def _as_dim(value: int) -> Dim:
    return Dim((((), value),)) if value else Dim(())


def _leaf_columns(element: Element, column: Column) -> Iterator[tuple[Element, Dense | Packed]]:
    if isinstance(element, Tuple):
        assert isinstance(column, Record)
        for part, each in zip(element.parts, column.parts, strict=True):
            yield from _leaf_columns(part, each)
        return
    assert isinstance(column, Dense | Packed)
    if isinstance(element, Scalar | Index) and isinstance(column, Dense):
        assert column.data.ndim == 1
    yield element, column


def wrong_shapes(checked: Checked, evaluation: Evaluation) -> list[str]:
    """List what contradicts the inferred types in a run that kept every stream."""
    program = checked.program
    static = {size.name: size.value for size in program.sizes if size.kind is Kind.SIZE}
    shapes = Shapes(checked, static)
    for value, stream in enumerate(checked.types):
        shapes.look(f"%{value} `{stream}`", stream, evaluation.streams[value])
    return shapes.found()


def shape_contradictions(checked: Checked, evaluation: Evaluation) -> list[str]:
    """List what the reference itself finds to contradict the inferred types."""
    program = checked.program
    seen = Bindings({size.name: size.value for size in program.sizes if size.kind is Kind.SIZE})
    found = [
        contradiction(stream, evaluation.streams[value], seen)
        for value, stream in enumerate(checked.types)
    ]
    return [each for each in found if each is not None]


def bytes_of(value: StreamValue) -> list[bytes]:
    """Return all that a stream holds, as bytes."""
    found = [np.asarray(length).tobytes() for length in value.nest.lengths]
    return found + _column_bytes(value.column)


def _column_bytes(column: Column) -> list[bytes]:
    match column:
        case Record():
            return [each for part in column.parts for each in _column_bytes(part)]
        case Dense():
            arrays: list[Array | None] = [column.data, column.valid]
        case Packed():
            arrays = [column.flat, column.extents, column.valid]
    return [b"" if each is None else each.tobytes() for each in arrays]
