"""Graphs as small as they can be with the same results."""

from __future__ import annotations

import pytest
from compiling import names, ops, passed

from aspl.ops.routing import Broadcast
from aspl.ops.shape import Flatten, Promote


def body(lines: str, result: str, inputs: str = "x: Stream(f32, [M, K])") -> str:
    """Return a program whose kernel has these lines."""
    indented = "".join(f"    {line}\n" for line in lines.split("; "))
    return f"M, K, N = Dim(4), Dim(6), Dim(5)\n\ndef kernel({inputs}) -> {result}:\n{indented}"


SAME = "Stream(f32, [M, K])"


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        ("y = Promote(x, rank=1); return Flatten(y, min=1, max=2)", SAME),
        ("y = Promote(x, rank=1); return Flatten(y, min=0, max=1)", SAME),
        ("y = Promote(x, rank=2); return Flatten(y, min=1, max=2)", SAME),
        ("y = Repeat(x, n=1); return Flatten(y)", SAME),
        ("y = Reshape(x, chunk=1, rank=1); return Flatten(y, min=1, max=2)", SAME),
        ("y = Flatten(x); return Reshape(y, chunk=K)", SAME),
        ("a, = Broadcast(x, n=1); return a", SAME),
        ("return Assume(x, shape=[M, K])", SAME),
        ("y = Promote(x); z = Promote(y); w = Flatten(z); return Flatten(w)", SAME),
    ],
)
def test_operators_that_undo_each_other_go(lines: str, result: str) -> None:
    assert names(passed(body(lines, result), "canonicalise")) == []


def test_a_chunk_that_is_merged_again_goes() -> None:
    text = body("y = Reshape(x, chunk=3); return Flatten(y)", "Stream(f32, [M, 6])")
    text = text.replace("x: Stream(f32, [M, K])", "x: Stream(f32, [M, 6])")
    assert names(passed(text, "canonicalise")) == []


@pytest.mark.parametrize(
    ("first", "second", "merged"),
    [
        ((0, 1), (0, 1), (0, 2)),
        ((0, 1), (0, 2), (0, 3)),
        ((1, 2), (1, 2), (1, 3)),
        ((1, 2), (0, 1), (0, 2)),
        ((2, 3), (0, 2), (0, 3)),
    ],
)
def test_two_merges_of_dims_become_one(
    first: tuple[int, int], second: tuple[int, int], merged: tuple[int, int]
) -> None:
    lines = f"y = Flatten(x, min={first[0]}, max={first[1]})"
    lines += f"; return Flatten(y, min={second[0]}, max={second[1]})"
    text = body(lines, "_", "x: Stream(f32, [M, K, N, 2])").replace(" -> _", "")
    assert ops(passed(text, "canonicalise")) == [Flatten(min=merged[0], max=merged[1])]


def test_a_merge_beside_a_new_dim_takes_one_dim_fewer() -> None:
    text = body("y = Promote(x, rank=1); return Flatten(y, min=0, max=2)", "Stream(f32, [M*K])")
    assert ops(passed(text, "canonicalise")) == [Flatten(min=0, max=1)]


@pytest.mark.parametrize(
    ("lines", "result", "kept"),
    [
        ("y = Flatten(x); return Promote(y)", "Stream(f32, [M*K, 1])", ["Flatten", "Promote"]),
        (
            "y = Reshape(x, chunk=4, pad=zeros); return Flatten(y)",
            "Stream(f32, [M, 8])",
            ["Reshape", "Flatten"],
        ),
        (
            "y = Promote(x, rank=1); z = Flatten(y, min=1, max=2); Consumer(y); return z",
            SAME,
            ["Promote", "Broadcast", "Flatten", "Consumer"],
        ),
        ("y = Repeat(x, n=2); return Flatten(y)", "Stream(f32, [M, 2*K])", ["Repeat", "Flatten"]),
        (
            "y = Flatten(x, min=2, max=3); return Flatten(y, min=0, max=1)",
            "Stream(f32, [M*K, N*2])",
            ["Flatten", "Flatten"],
        ),
    ],
)
def test_what_changes_a_stream_stays(lines: str, result: str, kept: list[str]) -> None:
    text = body(lines, result)
    if "max=3" in lines:
        text = text.replace("x: Stream(f32, [M, K])", "x: Stream(f32, [M, K, N, 2])")
    assert names(passed(text, "insert-broadcasts,canonicalise")) == kept


def test_ragged_dims_that_would_be_other_symbols_stay() -> None:
    text = """
M, L = Dim(2), RaggedDim(3)

def kernel(x: Stream(f32, [2, M, L])) -> Stream(f32, [_]):
    return Flatten(Flatten(x, min=0, max=1), min=0, max=1)
"""
    assert names(passed(text, "canonicalise")) == ["Flatten", "Flatten"]


def test_dead_operators_go_and_what_fed_them_is_consumed() -> None:
    text = body("y = Map(x, fn=exp); z = Map(y, fn=exp); return w", SAME, f"x: {SAME}, w: {SAME}")
    found = passed(text, "canonicalise")
    assert names(found) == ["Consumer"]
    assert found.program.nodes[0].inputs == (0,)


def test_copies_that_nobody_reads_go() -> None:
    text = body("a, b, c = Broadcast(x, n=3); y = Map(b, fn=exp); return Map(a, c, fn=add)", SAME)
    assert ops(passed(text, "canonicalise"))[0] == Broadcast(n=2)


def test_copies_of_copies_are_made_at_once() -> None:
    text = body("a, b = Broadcast(x, n=2); c, d = Broadcast(a, n=2); return b, c, d", "_")
    found = passed(text.replace(" -> _", ""), "canonicalise")
    assert ops(found) == [Broadcast(n=3)]
    assert found.program.results == (3, 1, 2)


def test_unread_outputs_beside_read_ones_are_consumed() -> None:
    text = body(
        "a, b = Partition(x, s, n=2); return a", "_", f"x: {SAME}, s: Stream(Index(2), [M])"
    )
    assert names(passed(text.replace(" -> _", ""), "canonicalise")) == ["Partition", "Consumer"]


def test_stores_stay_and_their_acknowledgements_are_consumed() -> None:
    text = """
def kernel(
    x: Stream(Tile(f32, [1, 2]), [2]), a: Stream(Index(3), [2]), w: Tensor(f32, [3, 2])
) -> None:
    RandomOffChipStore(x, a, w)
"""
    assert names(passed(text, "default")) == ["RandomOffChipStore", "Consumer"]


def test_an_extent_that_is_still_named_keeps_its_stream() -> None:
    text = """
M, P = Dim(4), DynamicDim(2)

def kernel(
    x: Stream(f32, [M]), s: Stream(Index(2), [M]), y: Stream(f32, [P])
) -> Stream(f32, [_]):
    a, b = Partition(x, s, n=2)
    return Assume(y, shape=[dim(b, 0)])
"""
    found = passed(text, "default")
    assert names(found) == ["Partition", "Consumer", "Consumer", "Assume"]


def test_a_second_time_changes_nothing() -> None:
    text = body("y = Promote(x); z = Map(y, fn=exp); return Flatten(z)", SAME)
    once = passed(text, "insert-broadcasts,canonicalise")
    assert passed(text, "insert-broadcasts,canonicalise,canonicalise") == once
    assert names(once) == ["Promote", "Map", "Flatten"]


def test_the_kept_stream_keeps_its_name() -> None:
    text = body("y = Promote(x); z = Flatten(y); return Map(z, fn=exp)", SAME)
    found = passed(text, "canonicalise")
    assert found.program.values[0].name == "x"
    assert Promote() not in ops(found)
