"""Depths of queues where copies meet again."""

from __future__ import annotations

import pytest
from compiling import checked

from compiler.compiled import compile_program
from compiler.pipelines import parse_pipeline


def depths(text: str, pipeline: str = "insert-broadcasts,assign-depths") -> dict[int, int]:
    """Return the depths that are set, by stream."""
    compiled = compile_program(checked(text), parse_pipeline(pipeline))
    return {value: depth for value, depth in enumerate(compiled.depths) if depth is not None}


def kernel(lines: str, result: str = "", sizes: str = "M, K = Dim(4), Dim(6)") -> str:
    indented = "".join(f"    {line}\n" for line in lines.split("; "))
    return f"{sizes}\n\ndef kernel(x: Stream(f32, [M, K])){result}:\n{indented}"


SOFTMAX = (
    "a, b, r = Broadcast(x, n=3); top = Accum(a, fn=max, init=lowest, rank=1)"
    "; wide = Expand(Promote(top), r, rank=1); return Map(b, wide, fn=sub)"
)


def test_a_copy_that_waits_for_a_fold_holds_the_group() -> None:
    # x is 0, its copies are 1 to 3: one is folded, the others wait for the fold
    assert depths(kernel(SOFTMAX)) == {2: 6, 3: 6}


def test_a_dynamic_outer_dim_does_not_matter() -> None:
    assert depths(kernel(SOFTMAX, sizes="M, K = DynamicDim(4), Dim(6)")) == {2: 6, 3: 6}


def test_a_group_of_dynamic_extent_is_left_to_the_machine() -> None:
    assert depths(kernel(SOFTMAX, sizes="M, K = Dim(4), DynamicDim(6)")) == {}


def test_two_folds_in_a_row_hold_both_groups() -> None:
    lines = (
        "a, b = Broadcast(x, n=2); y = Accum(a, fn=add, init=zeros, rank=1)"
        "; z = Promote(Accum(Promote(y, rank=1), fn=add, init=zeros, rank=1))"
        "; w = Flatten(Promote(b, rank=2), min=0, max=1); return Expand(z, w, rank=1)"
    )
    assert depths(kernel(lines)) == {2: 24}


def test_buffers_count_as_folds_do() -> None:
    lines = (
        "a, b = Broadcast(x, n=2); y = Bufferize(a, rank=1); c = Bufferize(b, rank=1)"
        "; return Map(Streamify(y), Streamify(c), fn=add)"
    )
    assert depths(kernel(lines)) == {}
    lines = (
        "a, b = Broadcast(x, n=2); y = Bufferize(a, rank=1); return Map(b, Streamify(y), fn=add)"
    )
    assert depths(kernel(lines)) == {2: 6}


@pytest.mark.parametrize(
    "lines", ["return Map(x, x, fn=mul)", "y = Map(x, fn=exp); return Map(x, y, fn=add)"]
)
def test_paths_of_equal_delay_need_nothing(lines: str) -> None:
    assert depths(kernel(lines)) == {}


def test_a_depth_for_all_is_raised_only() -> None:
    found = depths(kernel(SOFTMAX), "assign-depths{depth=4}")
    assert (found[0], found[2], found[3]) == (4, 6, 6)
    assert set(found.values()) == {4, 6}
    again = depths(kernel(SOFTMAX), "assign-depths{depth=9},assign-depths{depth=4}")
    assert set(again.values()) == {9}


def test_paths_through_routing_are_not_followed() -> None:
    text = """
M = Dim(4)

def kernel(x: Stream(f32, [M]), s: Stream(Index(2), [M])) -> Stream(f32, [M]):
    s0, s1 = Broadcast(s, n=2)
    a, b = Partition(x, s0, n=2)
    return Flatten(Reassemble([a, b], s1))
"""
    assert depths(text) == {}
