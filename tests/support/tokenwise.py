"""Programs evaluated token by token as one network, and on whole streams, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aspl.checker import Checked, check
from aspl.diagnostics import Findings
from aspl.dims import Kind
from aspl.reference.cycles import evaluate_cycle
from aspl.reference.evaluate import Evaluation, evaluate
from aspl.reference.inputs import convert_inputs
from aspl.reference.observe import contradiction
from aspl.reference.run import Run
from aspl.reference.state import Bindings, State
from aspl.text.parse import parse
from aspl.values.column import columns_of, valid_rows
from aspl.values.literal import to_nested
from aspl.values.stream import StreamValue


def checked(text: str) -> Checked:
    """Return the checked program of a text without errors."""
    findings = Findings()
    program = parse(text, findings)
    found = None if program is None else check(program, findings)
    assert found is not None, [each.message for each in findings]
    return found


def evaluate_as_network(
    program: Checked, inputs: Mapping[str, Any], orders: Mapping[int, Sequence[int]] | None = None
) -> Evaluation:
    """Evaluate all nodes as one group, whether they make a cycle or not; keep all streams."""
    parts = program.program
    values = convert_inputs(parts, inputs, "f32")
    sizes = {size.name: size.value for size in parts.sizes if size.kind is Kind.SIZE}
    state = State(
        run=Run(sizes=parts.size_values(), parameters=values.parameters),
        tensors=values.tensors,
        types=program.types,
        orders=orders or {},
        bindings=Bindings(sizes),
    )
    streams: dict[int, StreamValue] = {}
    for each in parts.inputs:
        if each.value is not None:
            streams[each.value] = values.streams[each.name]
            contradiction(program.types[each.value], streams[each.value], state.bindings)
    with np.errstate(all="ignore"):
        streams |= evaluate_cycle(parts, tuple(range(len(parts.nodes))), streams, state)
    return Evaluation(
        outputs=tuple(streams[value] for value in parts.results),
        tensors=state.stored,
        streams=streams,
        extents=state.bindings.values,
    )


def assert_both_ways(
    program: Checked, inputs: Mapping[str, Any], orders: Mapping[int, Sequence[int]] | None = None
) -> Evaluation:
    """Require that the network computes what whole streams give, stream by stream."""
    whole = evaluate(program, inputs, orders=orders, keep=True)
    network = evaluate_as_network(program, inputs, orders)
    assert network.streams.keys() == whole.streams.keys()
    for value, stream in whole.streams.items():
        assert_same_stream(network.streams[value], stream)
    assert network.tensors.keys() == whole.tensors.keys()
    for name, tensor in whole.tensors.items():
        np.testing.assert_array_equal(network.tensors[name], tensor)
    assert network.extents == whole.extents
    return network


def assert_same_stream(got: StreamValue, wanted: StreamValue) -> None:
    """Require equal nesting, elements (up to rounding), number types and valid rows."""
    assert got.nest.same(wanted.nest), (got.nest.text(), wanted.nest.text())
    _assert_close(to_nested(got), to_nested(wanted))
    for left, right in zip(columns_of(got.column), columns_of(wanted.column), strict=True):
        if left.valid is not None or right.valid is not None:
            np.testing.assert_array_equal(valid_rows(left).ravel(), valid_rows(right).ravel())


def _assert_close(got: Any, wanted: Any) -> None:
    if not isinstance(wanted, list | tuple):
        assert type(got) is type(wanted)
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)
        return
    assert len(got) == len(wanted), (got, wanted)
    for left, right in zip(got, wanted, strict=True):
        _assert_close(left, right)
