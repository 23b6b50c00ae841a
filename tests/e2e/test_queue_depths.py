"""Depths that the compiler assigns, held against the simulator: they are enough, and needed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from compiling import checked

from aspl.reference.inputs import random_inputs
from compiler.compiled import Compiled, compile_program
from compiler.pipelines import SAFE, parse_pipeline
from simulator.load import load_machine
from simulator.simulate import SimulationFailed, simulate

MACHINE = load_machine("reference")

SOFTMAX = """
    a, b, r = Broadcast(x, n=3)
    wide = Expand(Promote(Accum(a, fn=max, init=lowest, rank=1)), r, rank=1)
    y = Map(Map(b, wide, fn=sub), fn=exp)
    c, d, e = Broadcast(y, n=3)
    total = Expand(Promote(Accum(c, fn=add, init=zeros, rank=1)), d, rank=1)
    return Map(e, total, fn=div)
"""
BUFFER = """
    a, b = Broadcast(x, n=2)
    return Map(b, Streamify(Bufferize(a, rank=1)), fn=add)
"""
CHUNKS = """
    a, b, c = Broadcast(x, n=3)
    y = Flatten(Reshape(Map(b, fn=exp), chunk=8), min=0, max=1)
    total = Accum(Reshape(a, chunk=8), fn=add, init=zeros, rank=2)
    return Map(y, Expand(Promote(total), c, rank=1), fn=add)
"""
NESTED = """
    a, b = Broadcast(x, n=2)
    a1, a2, a3 = Broadcast(a, n=3)
    total = Expand(Promote(Accum(a1, fn=add, init=zeros, rank=1)), a2, rank=1)
    return Map(Map(total, a3, fn=add), b, fn=mul)
"""


def program(body: str) -> str:
    return f"M, K = Dim(3), Dim(24)\n\ndef kernel(x: Stream(f32, [M, K])):{body}"


def stops(compiled: Compiled) -> bool:
    """Whether the units of a simulation wait for each other for ever."""
    depths = {value: depth for value, depth in enumerate(compiled.depths) if depth is not None}
    inputs = random_inputs(compiled.checked.program, 0)
    try:
        simulate(compiled.checked, MACHINE, inputs, depths=depths)
    except SimulationFailed as failure:
        return [each.code for each in failure.diagnostics] == ["M001"]
    return False


@pytest.mark.parametrize("body", [SOFTMAX, BUFFER, CHUNKS, NESTED])
def test_assigned_depths_are_enough_and_one_less_is_not(body: str) -> None:
    source = checked(program(body))
    assert stops(compile_program(source))
    safe = compile_program(source, SAFE)
    assert not stops(safe)
    less = tuple(None if depth is None else depth - 1 for depth in safe.depths)
    assert stops(replace(safe, depths=less))


@pytest.mark.parametrize("tile", [4, 8, 16])
def test_products_on_compute_tiles_do_not_stop(tile: int) -> None:
    text = """
B = Dim(2)

def kernel(
    a: Stream(Tile(f32, [16, 32]), [B]), b: Stream(Tile(f32, [32, 16]), [B])
) -> Stream(Tile(f32, [16, 16]), [B]):
    return Map(a, b, fn=matmul)
"""
    pipeline = parse_pipeline(f"hier-tile{{tile={tile}}},default")
    assert not stops(compile_program(checked(text), pipeline))
