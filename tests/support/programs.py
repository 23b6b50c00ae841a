"""Random programs that check, with inputs that they can work on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from growth.choices import Choices
from growth.draft import Draft, sizes_of
from growth.growing import Growth
from growth.table import MOVES
from hypothesis import assume
from hypothesis import strategies as st
from naive.values import Array, held_as, observed

from aspl.checker import Checked, check
from aspl.diagnostics import Findings
from aspl.dims import WILD, Dim, Kind, Symbol, size
from aspl.program import Program
from aspl.reference.inputs import random_inputs
from aspl.types import (
    DType,
    Element,
    Index,
    Selector,
    Stream,
    Tensor,
    Tuple,
    element_dtype,
    with_extents,
)
from aspl.values.column import Column, Dense, Packed, Record
from aspl.values.stream import StreamValue


@dataclass(frozen=True)
class Case:
    """A program with inputs."""

    program: Program
    checked: Checked
    inputs: dict[str, Any]

    def naive_inputs(self) -> dict[str, Any]:
        """Return the inputs as nested lists of elements, as the naive interpreter takes them."""
        inputs = dict(self.inputs)
        for each in self.program.inputs:
            if isinstance(each.type, Stream):
                inputs[each.name] = observed(inputs[each.name], each.type)
        return inputs


@st.composite
def programs(
    draw: Callable[[st.SearchStrategy[Any]], Any], most: int = 10, begin: str | None = None
) -> Program:
    """Draw a program of up to about `most` operators that checks without findings.

    Args: begin: the family of its first operators, any if None.
    """
    choose = Choices(draw)
    growth = Growth(choose, _header(choose))
    for _ in range(choose.of([1, 2, 1, 3])):
        shape = growth.shape()
        growth.input(Stream(growth.element(shape), shape))
    wanted = choose.of(range(1, most + 1))
    for _ in range(2 * wanted):
        if len(growth.draft.nodes) >= wanted:
            break
        family = begin if begin and not growth.draft.nodes else choose.of(list(MOVES))
        move = choose.of(MOVES[family])
        growth.attempt(lambda move=move: move(growth))  # type: ignore[misc]
    assume(growth.draft.nodes)
    return _finished(choose, growth)


def _header(choose: Choices) -> Draft:
    sizes = sizes_of(
        {
            "M": (choose.of([2, 3, 4]), Kind.SIZE),
            "K": (choose.of([3, 1, 2, 4]), Kind.SIZE),
            "N": (choose.of([1, 2, 0, 3]), Kind.SIZE),
            "P": (choose.of([3, 2, 1, 0]), Kind.DYNAMIC),
            "Q": (choose.of([1, 2, 4]), Kind.DYNAMIC),
        }
    )
    weights: tuple[tuple[str, Tensor], ...] = ()
    if choose.chance(40):
        weights = (("W", Tensor(DType.F32, (size("M"), size("K")))),)
    numbers = (("alpha", choose.of([0.5, -2.0])),) if choose.chance(40) else ()
    fixed = frozenset({"K"}) if choose.chance(15) else frozenset()
    return Draft(sizes=sizes, weights=weights, numbers=numbers, specialised=fixed)


def _finished(choose: Choices, growth: Growth) -> Program:
    draft = growth.draft
    names = {each.name for each in draft.sizes}
    declared = None
    if choose.chance(40):
        declared = tuple(_declared(growth.types[each], names) for each in draft.unread)
    used = draft if choose.chance(20) else _without_unused(draft)
    return used.program(declared=declared)


def _declared(stream: Stream, names: set[str]) -> Stream:
    """Return the type as a header can write it: `_` for what only a run decides."""

    def known(dim: Dim) -> Dim:
        inside = {atom.name for atom in dim.atoms() if isinstance(atom, Symbol)}
        return dim if inside <= names else WILD

    return Stream(with_extents(stream.element, known), tuple(map(known, stream.shape)))


def _without_unused(draft: Draft) -> Draft:
    used = {getattr(op, "fn", None) for op, _ in draft.nodes}
    return replace(draft, functions=tuple(each for each in draft.functions if each in used))


@st.composite
def cases(
    draw: Callable[[st.SearchStrategy[Any]], Any], most: int = 10, begin: str | None = None
) -> Case:
    """Draw a program and inputs: numbers that add up without rounding, selectors of every kind."""
    program = draw(programs(most, begin))
    findings = Findings()
    checked = check(program, findings)
    assert checked is not None, [f"{each.code} {each.message}" for each in findings]
    choose = Choices(draw)
    seed = draw(st.integers(0, 999))
    flags = choose.of(["as drawn", "none", "all", "one"])
    signed = choose.chance(40)
    # a run decides dynamic and ragged extents, whatever the header gives as their defaults
    inputs = random_inputs(_other_extents(choose, program), seed)
    for each in program.inputs:
        value = inputs[each.name]
        if isinstance(each.type, Stream):
            inputs[each.name] = _adapted(value, each.type, flags, signed)
        else:
            inputs[each.name] = _numbers(value, each.type.dtype, signed=False)
    for ref in program.parameters:
        inputs[ref.name] = _numbers(inputs[ref.name], ref.type.dtype, signed=False)
    return Case(program, checked, inputs)


def _other_extents(choose: Choices, program: Program) -> Program:
    if choose.chance(50):
        return program
    sizes = tuple(
        each if each.kind is Kind.SIZE else replace(each, value=choose.of([2, 0, 1, 3]))
        for each in program.sizes
    )
    return replace(program, sizes=sizes)


def other_sizes(choose: Choices, checked: Checked) -> Program:
    """Return a checked program with other values of the sizes that its check did not look at."""
    sizes = tuple(
        each if each.name in checked.depends_on else replace(each, value=choose.of([2, 1, 3, 5]))
        for each in checked.program.sizes
    )
    return replace(checked.program, sizes=sizes)


def _adapted(value: StreamValue, stream: Stream, flags: str, signed: bool) -> StreamValue:
    return StreamValue(value.nest, _column(value.column, stream.element, flags, signed))


def _column(column: Column, element: Element, flags: str, signed: bool) -> Column:
    match column:
        case Record():
            assert isinstance(element, Tuple)
            parts = zip(column.parts, element.parts, strict=True)
            return Record(tuple(_column(part, each, flags, signed) for part, each in parts))
        case Dense():
            data = column.data
            if isinstance(element, Selector) and flags != "as drawn":
                return Dense(_selectors(data, flags))
            if isinstance(element, Index):
                return column
            return Dense(_numbers(data, element_dtype(element), signed=signed), column.valid)
        case Packed():
            flat = _numbers(column.flat, element_dtype(element), signed=signed)
            return Packed(flat, column.extents, column.valid)


def _selectors(data: Array, flags: str) -> Array:
    if flags == "one":
        place = np.arange(len(data)) % data.shape[1]
        return np.asarray(np.arange(data.shape[1]) == place[:, None])
    return np.full(data.shape, flags == "all")


def _numbers(data: Array, dtype: DType, *, signed: bool) -> Array:
    """Round floats to halves; give whole numbers a sign where they have one."""
    if dtype.is_float:
        return np.asarray(np.round(data * 2) / 2)
    data = np.asarray(data).astype(held_as(dtype))
    return data - 3 if signed and dtype in (DType.I32, DType.I64) else data
