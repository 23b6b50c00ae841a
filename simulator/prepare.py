"""What a simulation has to know before it runs: extents and control values, and no more.

Most tensors of a program never decide how it runs, and are never read. Where selectors, lengths or
extents are computed from data, the part of the program that computes them is evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aspl.checker import Checked
from aspl.dims import Dim
from aspl.program import Node, Program
from aspl.reference.evaluate import evaluate
from aspl.reference.inputs import Converted, InputError, Inputs, convert_inputs, given_functions
from aspl.reference.observe import contradiction
from aspl.reference.state import Bindings
from aspl.types import TensorRef
from aspl.values.stream import StreamValue
from compiler.lower.known import EvaluationNeeded, Known
from compiler.lower.lower import control_tensors, given_streams, lower, static_extents
from compiler.machine import Machine

Orders = Mapping[int, Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A program ready to be simulated."""

    machine: Machine
    extents: Mapping[str, int]
    """Extents that are known before the run."""
    evaluated: frozenset[int]
    """Streams whose values had to be computed."""


def prepare(
    checked: Checked, inputs: Inputs, depths: Mapping[int, int], orders: Orders | None = None
) -> Prepared:
    """Return the tables of a program, after evaluating what decides its run.

    Args: orders: of arrival, by node, that the evaluation replays.

    Errors: InputError, EvaluationFailed.
    """
    known = _given(checked, inputs)
    evaluated: frozenset[int] = frozenset()
    while True:
        try:
            machine = lower(checked, known, depths)
        except EvaluationNeeded as needed:
            if len(evaluated) == len(checked.types):
                # no element shows these extents, so that their value makes no difference
                known = _with_zeros(checked, known)
            elif needed.streams <= evaluated:
                evaluated = frozenset(range(len(checked.types)))
            else:
                evaluated |= needed.streams
            known = _evaluated(checked, inputs, known, evaluated, orders or {})
            continue
        return Prepared(machine=machine, extents=known.extents, evaluated=evaluated)


def _given(checked: Checked, inputs: Inputs) -> Known:
    """Return what the inputs tell, reading those only that tell something."""
    program, extents = checked.program, static_extents(checked)
    names = given_streams(checked, extents) | control_tensors(checked)
    names |= {each.name for each in program.tensors if not all(map(_is_static, each.type.shape))}
    part = _restricted(program, names)
    values = convert_inputs(part, {name: _value(inputs, name) for name in names}, "f64")
    bindings = Bindings(dict(extents))
    streams = _declared(checked, part, values, bindings)
    return Known(extents=bindings.values, streams=streams, tensors=values.tensors)


def require_declared(checked: Checked, inputs: Inputs) -> None:
    """Hold all values against their declared types, those too that no run looks at.

    Errors: InputError.
    """
    program = checked.program
    values = convert_inputs(program, inputs, "f32")
    _declared(checked, program, values, Bindings(dict(static_extents(checked))))


def _declared(
    checked: Checked, part: Program, values: Converted, bindings: Bindings
) -> dict[int, StreamValue]:
    """Return the streams of some inputs, after noting the extents that all of these show."""
    streams: dict[int, StreamValue] = {}
    for each in part.inputs:
        if each.value is None:
            _bind(each.type.shape, values.tensors[each.name].shape, bindings)
            continue
        streams[each.value] = values.streams[each.name]
        wrong = contradiction(checked.types[each.value], streams[each.value], bindings)
        if wrong is not None:
            raise InputError(f"`{each.name}` does not have its declared shape: {wrong}")
    return streams


def _is_static(dim: Dim) -> bool:
    return dim.is_static


def _bind(dims: tuple[Dim, ...], extents: tuple[int, ...], bindings: Bindings) -> None:
    """Note the extents that a tensor shows."""
    for dim, extent in zip(dims, extents, strict=True):
        if dim.symbol is not None:
            bindings.values.setdefault(dim.symbol.name, int(extent))


def _value(inputs: Inputs, name: str) -> Any:  # noqa: ANN401 - what `Inputs` holds
    if name not in inputs:
        raise InputError(f"there is no value for `{name}`, which decides how the program runs")
    return inputs[name]


def _restricted(program: Program, names: frozenset[str]) -> Program:
    inputs = tuple(each for each in program.inputs if each.name in names)
    parameters = tuple(each for each in program.parameters if each.name in names)
    return replace(program, inputs=inputs, parameters=parameters)


def _evaluated(
    checked: Checked, inputs: Inputs, known: Known, wanted: frozenset[int], orders: Orders
) -> Known:
    """Add the streams that are wanted, and the extents that their evaluation decides."""
    places = _ancestors(checked.program, wanted)
    program = _part(checked.program, places, wanted | known.streams.keys())
    part = replace(checked, program=program)
    names = [each.name for each in program.inputs] + [each.name for each in program.parameters]
    names += [each.name for each in given_functions(program)]
    given = {name: _value(inputs, name) for name in names}
    moved = {new: orders[old] for new, old in enumerate(places) if old in orders}
    found = evaluate(part, given, precision="f32", orders=moved, keep=True)
    streams = dict(known.streams) | {value: found.streams[value] for value in wanted}
    return Known(extents={**known.extents, **found.extents}, streams=streams, tensors=known.tensors)


def _with_zeros(checked: Checked, known: Known) -> Known:
    names = [size.name for size in checked.program.sizes] + [each.name for each in checked.symbols]
    return replace(known, extents={**dict.fromkeys(names, 0), **known.extents})


def _ancestors(program: Program, wanted: frozenset[int]) -> list[int]:
    """Return the nodes that the streams depend on, in the order of the program."""
    writers = {value: place for place, node in enumerate(program.nodes) for value in node.outputs}
    found: set[int] = set()
    waiting = [writers[value] for value in wanted if value in writers]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            inputs = program.nodes[place].inputs
            waiting += [writers[value] for value in inputs if value in writers]
    return sorted(found)


def _part(program: Program, places: Sequence[int], wanted: frozenset[int]) -> Program:
    """Return the part of a program that computes some streams.

    Streams of the kernel that are wanted stay, read or not: they may tell extents.
    """
    nodes = tuple(program.nodes[place] for place in places)
    used = {value for node in nodes for value in node.inputs} | wanted
    tensors = {name for node in nodes for name in _tensors(node)}
    inputs = tuple(
        each
        for each in program.inputs
        if each.name in tensors or (each.value is not None and each.value in used)
    )
    return replace(program, nodes=nodes, inputs=inputs, results=tuple(sorted(wanted)))


def _tensors(node: Node) -> list[str]:
    values = [getattr(node.op, each.name) for each in node.op.parameters()]
    return [value.name for value in values if isinstance(value, TensorRef)]
