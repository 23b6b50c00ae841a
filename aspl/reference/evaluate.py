"""Evaluation of a checked program: the judge of compiler and simulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from aspl.checker import Checked
from aspl.dims import Kind
from aspl.ops.sources import Feedback
from aspl.program import Program
from aspl.reference.cycles import cyclic_groups, evaluate_cycle
from aspl.reference.functions.columns import empty_column
from aspl.reference.inputs import InputError, Inputs, convert_inputs, require_meanings
from aspl.reference.meaning import MEANING
from aspl.reference.observe import contradiction
from aspl.reference.run import Precision, Run, UnequalExtents
from aspl.reference.state import At, Bindings, State
from aspl.types import Stream, all_dims
from aspl.values.column import Array
from aspl.values.stream import StreamValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a program computed."""

    outputs: tuple[StreamValue, ...]
    """The returned streams."""
    tensors: Mapping[str, Array]
    """The stored tensors afterwards, by name."""
    streams: Mapping[int, StreamValue] = field(default_factory=dict)
    """Every stream by id, when asked for."""
    extents: Mapping[str, int] = field(default_factory=dict)
    """Sizes, and the dynamic extents that the run decided, by name."""


def evaluate(
    checked: Checked,
    inputs: Inputs,
    *,
    precision: Precision = "f32",
    orders: Mapping[int, Sequence[int]] | None = None,
    keep: bool = False,
) -> Evaluation:
    """Run a program on values.

    Args:
        inputs: an array, nested list or `StreamValue` for each kernel parameter and `Parameter`;
            a `Meaning` for each given function
        orders: arrival orders to replay, by node: the input number of every chunk in turn
        keep: whether to return every stream

    Errors: InputError for a value that is missing or not of its declared type, EvaluationFailed for
            data that the program cannot work on
    """
    program = checked.program
    values = convert_inputs(program, inputs, precision)
    require_meanings(program, values)
    # one mapping: functions too see the extents that the run decides, not the header's defaults
    bindings = Bindings({size.name: size.value for size in program.sizes if size.kind is Kind.SIZE})
    state = State(
        run=Run(
            sizes=bindings.values,
            parameters=values.parameters,
            precision=precision,
            given=values.given,
        ),
        tensors=values.tensors,
        types=checked.types,
        orders=orders or {},
        bindings=bindings,
        has_ragged=any(each.kind is Kind.RAGGED for each in program.sizes)
        or any(each.kind is Kind.RAGGED for each in checked.symbols),
    )
    streams: dict[int, StreamValue] = {}
    for each in program.inputs:
        if each.value is not None:
            stream, value = checked.types[each.value], values.streams[each.name]
            wrong = contradiction(stream, value, state.bindings)
            if wrong is not None:
                raise InputError(f"`{each.name}` does not have its declared shape: {wrong}")
            streams[each.value] = _typed(value, stream, state.run)
    with np.errstate(all="ignore"):
        _run_nodes(checked, state, streams, keep)
    return Evaluation(
        outputs=tuple(streams[value] for value in program.results),
        tensors=state.stored,
        streams=streams if keep else {},
        extents=dict(state.bindings.values),
    )


def _run_nodes(checked: Checked, state: State, streams: dict[int, StreamValue], keep: bool) -> None:
    program = checked.program
    groups = cyclic_groups(program)
    last = {} if keep else _last_readers(program, groups)
    for number, group in enumerate(groups):
        if len(group) > 1 or isinstance(program.nodes[group[0]].op, Feedback):
            streams.update(evaluate_cycle(program, group, streams, state))
        else:
            _run_node(group[0], checked, state, streams)
        for value in last.get(number, ()):
            streams.pop(value, None)


def _run_node(place: int, checked: Checked, state: State, streams: dict[int, StreamValue]) -> None:
    node = checked.program.nodes[place]
    inputs = tuple(streams[value] for value in node.inputs)
    at = At(state, place, node)
    if len(inputs) > 1 and state.has_ragged:
        _require_agreement(inputs, at)
    try:
        results = MEANING[node.op.name](node.op, inputs, at)
    except UnequalExtents as error:
        raise at.failure("R007", str(error)) from error
    for value, made in zip(node.outputs, results, strict=True):
        streams[value] = made = _typed(made, checked.types[value], state.run)
        # symbols of later extents are bound here
        wrong = contradiction(checked.types[value], made, state.bindings)
        if wrong is not None:
            raise at.failure("R007", f"the result is not the `{checked.types[value]}`: {wrong}")


def _typed(value: StreamValue, stream: Stream, run: Run) -> StreamValue:
    """Give a stream without elements the extents of its type, which no element shows."""
    if len(value.column):
        return value
    return StreamValue(value.nest, empty_column(stream.element, run))


def _require_agreement(inputs: tuple[StreamValue, ...], at: At) -> None:
    """Report streams that have one symbol for a ragged extent, and different extents.

    Errors: EvaluationFailed (R007).
    """
    types = tuple(map(at.operand, range(len(inputs))))
    if not any(dim.is_ragged for stream in types for dim in all_dims(stream)):
        return
    seen = Bindings(dict(at.state.bindings.values))
    for stream, value in zip(types, inputs, strict=True):
        wrong = contradiction(stream, value, seen)
        if wrong is not None:
            raise at.failure("R007", f"streams `{stream}` do not agree: {wrong}")


def _last_readers(
    program: Program, groups: tuple[tuple[int, ...], ...]
) -> dict[int, tuple[int, ...]]:
    """Return the streams that nobody reads after a group, so that their memory can go."""
    last: dict[int, int] = {}
    for number, group in enumerate(groups):
        for place in group:
            node = program.nodes[place]
            last.update(dict.fromkeys((*node.inputs, *node.outputs), number))
    found: dict[int, tuple[int, ...]] = {}
    for value, number in last.items():
        if value not in program.results:
            found[number] = (*found.get(number, ()), value)
    return found
