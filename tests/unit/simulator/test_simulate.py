"""What a simulation reads, evaluates, records and refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from simulated import assert_agrees
from tokenwise import checked

from aspl.reference.inputs import InputError
from aspl.reference.state import EvaluationFailed
from simulator.machine import MachineConfig, OnChip
from simulator.simulate import SimulationFailed, simulate

MACHINE = MachineConfig(name="test").with_depth(64)


class Watched(Mapping[str, Any]):
    """Values that note who is asked for."""

    def __init__(self, **values: Any) -> None:
        self.values_by_name, self.read = values, set[str]()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return self.values_by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self.values_by_name

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)


ROUTED = """
B, D, E = Dim(6), Dim(4), Dim(3)
G = Parameter(f32, [D, E])

def gate(x: Buffer(f32, [D])) -> Selector(E):
    return topk(x @ G, 1)

def kernel(x: Stream(Buffer(f32, [D]), [B]), w: Tensor(f32, [64, 64])):
    for_gate, kept = Broadcast(x, n=2)
    to, back = Broadcast(Map(for_gate, fn=gate), n=2)
    parts = Partition(kept, to, n=E)
    tiles = LinearOffChipLoad(w, tile=[64, 64])
    return Reassemble([Map(part, fn=relu) for part in parts], back), tiles
"""


def routed_values() -> Watched:
    rng = np.random.default_rng(0)
    return Watched(
        x=rng.standard_normal((6, 4)), G=rng.standard_normal((4, 3)), w=np.zeros((64, 64))
    )


def test_values_that_decide_nothing_are_not_read() -> None:
    program = checked("""
M, K = Dim(4), Dim(8)

def kernel(x: Stream(f32, [M, K]), w: Tensor(f32, [M, K])) -> Stream(f32, [M]):
    Consumer(LinearOffChipLoad(w, tile=[1, K]))
    return Accum(x, fn=add, init=zeros, rank=1)
""")
    values = Watched()
    assert simulate(program, MACHINE, values).report.cycles > 0
    assert values.read == set()


def test_only_what_computes_control_values_is_evaluated() -> None:
    values = routed_values()
    found = simulate(checked(ROUTED), MACHINE, values, log=True)
    assert values.read == {"x", "G"}
    assert_agrees(checked(ROUTED), values.values_by_name, found)


def test_a_missing_value_is_named() -> None:
    with pytest.raises(InputError, match="no value for `x`, which decides"):
        simulate(checked(ROUTED), MACHINE, {"G": np.zeros((4, 3))})


def test_a_value_of_the_wrong_shape_is_refused() -> None:
    values = routed_values().values_by_name | {"G": np.zeros((4, 2))}
    with pytest.raises(InputError, match="`G`"):
        simulate(checked(ROUTED), MACHINE, values)


MERGED = """
P, Q = Dim(5), Dim(7)

def slot(x: f32) -> Index(2):
    return cast(floor(abs(x)), i64) % 2

def number(x: Tile(f32, [1, 1])) -> f32:
    return sum(x)

def kernel(a: Stream(f32, [P]), b: Tensor(f32, [Q, 16])):
    tiles = Map(LinearOffChipLoad(b, tile=[1, 16]), fn=row_sum)
    late = Map(Flatten(Flatten(tiles)), fn=number)
    data, source = EagerMerge([a, late])
    kept, asked = Broadcast(data, n=2)
    first, second = Partition(kept, Map(asked, fn=slot), n=2)
    return first, second, source
"""


def test_routes_computed_from_an_order_of_arrival_settle() -> None:
    rng = np.random.default_rng(3)
    values = {"a": 4 * rng.standard_normal(5), "b": rng.standard_normal((7, 16))}
    program = checked(MERGED)
    found = simulate(program, MACHINE, values, log=True)
    (order,) = found.orders.values()
    assert order[:5] == [0] * 5, "what is loaded comes later than what is at hand"
    assert_agrees(program, values, found)


def test_data_that_a_program_cannot_work_on_are_told() -> None:
    program = checked("""
P = DynamicDim(3)

def slot(x: f32) -> Index(2):
    return cast(x, i64)

def kernel(x: Stream(f32, [P]), s: Stream(f32, [P])):
    a, b = Partition(x, Map(s, fn=slot), n=2)
    return a, b
""")
    with pytest.raises(EvaluationFailed) as told:
        simulate(program, MACHINE, {"x": [1.0, 2.0, 3.0], "s": [0.0, 7.0, 1.0]})
    assert told.value.diagnostic.code == "R003"


def test_memory_that_only_a_run_shows_is_held_against_the_capacity() -> None:
    program = checked("""
M, P = Dim(8), DynamicDim(1)

def kernel(x: Stream(Tile(f32, [1, 16]), [M]), s: Stream(Selector(2), [M])):
    a, b = Partition(x, s, n=2)
    packed = Accum(Promote(a, rank=1), fn=retile_row, init=empty, rank=1)
    return packed, b
""")
    small = MachineConfig(name="small", on_chip=OnChip(capacity_bytes=200)).with_depth(64)
    values = {"x": np.zeros((8, 1, 16)), "s": np.tile([True, False], (8, 1))}
    with pytest.raises(SimulationFailed) as told:
        simulate(program, small, values)
    assert [each.code for each in told.value.diagnostics] == ["M003"]
    assert "512" in told.value.diagnostics[0].message
    few = np.arange(8)[:, None] == np.array([[0, 9]])
    assert simulate(program, small, values | {"s": few}).report.cycles > 0


def test_records_grow_as_far_as_a_run_wants() -> None:
    program = checked("""
M, K = Dim(40), Dim(100)

def kernel(s: Stream(Index(2), [M, K]), x: Stream(f32, [M, K])):
    kept = Streamify(Bufferize(s, rank=1))
    a, b = Partition(x, kept, n=2)
    return EagerMerge([a, b])
""")
    values = {
        "s": np.random.default_rng(0).integers(0, 2, (40, 100)),
        "x": np.zeros((40, 100)),
    }
    found = simulate(program, MACHINE.with_depth(4096), values, log=True, timeline=True)
    (order,) = found.orders.values()
    assert len(order) == 4000
    assert_agrees(program, values, found)


def test_dynamic_extents_are_in_the_report() -> None:
    report = simulate(checked(ROUTED), MACHINE, routed_values()).report
    parts = [report.extents[f"part{e}"] for e in range(3)]
    assert sum(parts) == 6
    assert report.memory[0].off_chip_bytes == 64 * 64 * 4 == report.off_chip_read_bytes
