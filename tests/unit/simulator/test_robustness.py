"""Programs that are odd, not wrong: they run to their end, or a finding says why not."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from timing import DEEP, checked, cycles, kernel, ran

from aspl.diagnostics import Diagnostic
from simulator.budget import bandwidths, queue_depths
from simulator.drawn import Drawn
from simulator.engine import layout as at
from simulator.engine.memory import Room, lay_out
from simulator.engine.run import run
from simulator.machine import MachineConfig
from simulator.prepare import prepare
from simulator.simulate import SimulationFailed, simulate


def findings(text: str, depth: int = DEEP) -> list[Diagnostic]:
    """Simulate a program; return what the simulator refuses it for."""
    found = checked(text)
    config = MachineConfig(name="test").with_depth(depth)
    try:
        simulate(found, config, Drawn(found.program, 0))
    except SimulationFailed as failure:
        return failure.diagnostics
    return []


BUFFERS = kernel(
    "x: Stream(u64, [100, 2]), i: Stream(u64, [100, 2])",
    "lengths = Streamify(Bufferize(x, rank=1))",
    "return FlatMap(i, lengths, fn=cache_read_addresses(row_offset=8))",
)
"""Buffers of unequal elements, which lie in the arena one by one."""
ONES = np.ones((100, 2), np.uint64)
LENGTHS = {"x": ONES * np.array([1, 2], np.uint64), "i": ONES}


def test_buffers_of_unequal_elements_are_read_back() -> None:
    assert ran(BUFFERS, LENGTHS).report.units[-1].tokens == 300


def run_before(behind: int) -> list[int]:
    """Run with an arena that is too small; return clocks. `behind` lies behind the memory."""
    config = MachineConfig(name="test")
    tables = prepare(checked(BUFFERS), LENGTHS, {}).machine
    shares, depths = bandwidths(tables, config), queue_depths(tables, config)
    memory = lay_out(tables, config, shares, depths, Room(arena=8))
    whole = np.full(len(memory.m) + 4096, behind)
    m = whole[: len(memory.m)]
    m[:] = memory.m
    run(m)
    assert m[at.ARENA_USED] > m[at.ARENA_SIZE]
    fields = m[memory.units : memory.units + memory.unit_count * at.UNIT]
    clocks: list[int] = fields.reshape(-1, at.UNIT)[:, at.CLOCK].tolist()
    return clocks


def test_a_run_reads_nothing_from_behind_its_memory() -> None:
    assert run_before(behind=1) == run_before(behind=3)


def peak_of_two_buffers(size: int) -> int:
    """Return the bytes that two buffers take which are filled at the same time."""
    text = kernel(
        f"x: Stream(u64, [1, {size}]), y: Stream(u64, [1, {size}]), "
        f"i: Stream(u64, [{size}]), j: Stream(u64, [{size}])",
        "a = Flatten(Streamify(Bufferize(x)))",
        "b = Flatten(Streamify(Bufferize(y)))",
        "read = FlatMap(i, a, fn=cache_read_addresses(row_offset=8))",
        "return read, FlatMap(j, b, fn=cache_read_addresses(row_offset=8))",
    )
    lengths, places = np.arange(size) % 3 + 1, np.arange(size)
    inputs = {"x": lengths[None], "y": lengths[None], "i": places, "j": places}
    tracemalloc.start()
    try:
        ran(text, inputs, depth=2)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_buffers_that_fill_at_the_same_time_take_memory_for_their_elements_only() -> None:
    # 24 bytes an element, room to grow, a run made again; 300 MB where each moves past the other
    assert peak_of_two_buffers(4000) < 4000 * 4096


def test_a_statement_about_a_stream_takes_no_time_and_saves_none() -> None:
    # 512 bytes are written back in 8 cycles
    header = "x: Stream(Tile(f32, [8, 16]), [1, 1])"
    plain = kernel(header, "return Bufferize(Map(x, fn=relu))")
    stated = kernel(header, "return Bufferize(Assume(Map(x, fn=relu), tile=[8, 16]))")
    assert cycles(plain) == 12
    assert cycles(stated) == 12


def promoted(dims: int) -> str:
    """Return a program whose streams have up to so many dims more than one."""
    lines = [f"a{i + 1} = Promote(a{i}, rank=0)" for i in range(dims)]
    return kernel("a0: Stream(f32, [2])", *lines, f"return a{dims}")


@pytest.mark.parametrize(
    "dims",
    [
        15,
        20,
    ],
)
def test_streams_of_many_dims_are_simulated_or_refused(dims: int) -> None:
    try:
        found = ran(promoted(dims))
    except SimulationFailed:
        return
    assert found.report.units[-1].tokens == 2
    assert found.report.cycles == 2 + dims + 1


def test_tiles_of_too_many_rows_are_refused() -> None:
    assert findings(kernel("x: Stream(Tile(f32, [4294967296, 1]), [1])", "return Map(x, fn=relu)"))


def test_more_work_than_the_tables_hold_is_refused() -> None:
    tile = "Tile(f32, [2000000000, 2000000000])"
    header = f"x: Stream({tile}, [1]), y: Stream({tile}, [1])"
    assert findings(kernel(header, "return Map(x, y, fn=matmul)"))


def test_a_queue_may_be_deeper_than_what_goes_through_it() -> None:
    assert findings(kernel("x: Stream(f32, [4])", "return x"), depth=2**40) == []


def test_empty_tensors_are_no_elements() -> None:
    text = kernel("x: Stream(f32, [2, R])", "return x", before="R = RaggedDim(3)\n")
    found = ran(text, {"x": [[], []]})
    assert found.report.units[-1].tokens == 0
    assert found.report.tokens == 0
