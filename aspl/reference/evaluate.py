"""Evaluation of a checked program: the judge of compiler and simulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aspl.check import Checked
from aspl.dims import Kind
from aspl.ops.sources import Feedback
from aspl.reference.cycles import cyclic_groups, evaluate_cycle
from aspl.reference.inputs import Inputs, InputError, convert_inputs
from aspl.reference.meaning import MEANING
from aspl.reference.observe import contradiction
from aspl.reference.run import Precision, Run
from aspl.reference.state import At, Bindings, State
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
        inputs: an array, `StreamValue` or nested list for each kernel parameter and each `Parameter`.
        orders: arrival orders to replay, by node: the input number of every chunk in turn.
        keep: whether to return every stream.

    Errors: InputError for values that are missing or do not have the declared type; EvaluationFailed
        for data that the program cannot work on.
    """
    program = checked.program
    values = convert_inputs(program, inputs, precision)
    run = Run(sizes=program.size_values(), parameters=values.parameters, precision=precision)
    state = State(
        run=run,
        tensors=values.tensors,
        types=checked.types,
        orders=orders or {},
        bindings=Bindings({size.name: size.value for size in program.sizes if size.kind is Kind.SIZE}),
    )
    streams: dict[int, StreamValue] = {}
    for each in program.inputs:
        if each.value is not None:
            streams[each.value] = values.streams[each.name]
            wrong = contradiction(checked.types[each.value], streams[each.value], state.bindings)
            if wrong is not None:
                raise InputError(f"`{each.name}` does not have its declared shape: {wrong}")
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
    last = {} if keep else _last_readers(checked)
    for group in cyclic_groups(program):
        if len(group) > 1 or isinstance(program.nodes[group[0]].op, Feedback):
            made = evaluate_cycle(program, group, streams, state)
            streams.update(made)
        else:
            _run_node(group[0], checked, state, streams)
        for place in group:
            for value in last.get(place, ()):
                streams.pop(value, None)


def _run_node(place: int, checked: Checked, state: State, streams: dict[int, StreamValue]) -> None:
    node = checked.program.nodes[place]
    inputs = tuple(streams[value] for value in node.inputs)
    at = At(state, place, node)
    for value, made in zip(node.outputs, MEANING[node.op.name](node.op, inputs, at), strict=True):
        streams[value] = made
        # symbols of later extents are bound here; that they agree is the checker's promise
        contradiction(checked.types[value], made, state.bindings)


def _last_readers(checked: Checked) -> dict[int, tuple[int, ...]]:
    """Return the streams that nobody reads after a node, so that their memory can go."""
    program = checked.program
    last: dict[int, int] = {}
    for place, node in enumerate(program.nodes):
        last.update(dict.fromkeys(node.inputs, place))
        last.update({value: place for value in node.outputs if value not in last})
    found: dict[int, tuple[int, ...]] = {}
    for value, place in last.items():
        if value not in program.results:
            found[place] = (*found.get(place, ()), value)
    return found


