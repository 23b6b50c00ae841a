"""Cycles of off-chip memory: requests, channels, arbitration; one tile under way a unit."""

from __future__ import annotations

import pytest
from timing import cycles, ends, kernel, ran, works


def load(tensor: str, tile: str) -> str:
    return kernel(f"w: Tensor(f32, {tensor})", f"a = LinearOffChipLoad(w, tile={tile})", "return a")


def test_one_request_is_answered_after_nineteen_cycles() -> None:
    # at the hub at 1, at its channel at 2, answered at 18, at the load at 19
    found = ends(ran(load("[1, 16]", "[1, 16]")).report)
    assert found == {"LinearOffChipLoad a": 19, "Sink a": 21}


@pytest.mark.parametrize(
    ("tensor", "tile", "tiles", "requests"),
    [
        ("[3, 128]", "[3, 16]", 8, 3),
        ("[16, 72]", "[8, 24]", 6, 16),  # rows of 96 bytes are two requests
        ("[40, 6]", "[40, 3]", 2, 40),  # rows of 12 bytes are one
        ("[5, 5]", "[1, 1]", 25, 1),
    ],
)
def test_a_tile_takes_its_requests_and_eighteen_cycles(
    tensor: str, tile: str, tiles: int, requests: int
) -> None:
    found = ran(load(tensor, tile)).report
    assert found.cycles == tiles * (18 + requests) + 2
    assert found.off_chip_requests == tiles * requests


@pytest.mark.parametrize(("issue", "served"), [(2, 8), (3, 6), (7, 3), (16, 1), (40, 1)])
def test_requests_that_are_issued_together_are_served_together(issue: int, served: int) -> None:
    assert cycles(load("[16, 72]", "[8, 24]"), issue=issue) == 6 * (18 + served) + 2


def test_a_channel_takes_a_request_every_other_cycle() -> None:
    # of 40 requests of one cycle 32 meet no other (the triangular numbers below 32 differ modulo
    # 32), the 8 others enter two cycles later
    assert cycles(load("[40, 6]", "[40, 3]"), issue=40) == 2 * (19 + 2) + 2


@pytest.mark.parametrize(("channels", "last"), [(1, 2 + 2 * 39), (2, 41), (4, 41)])
def test_few_channels_take_their_time(channels: int, last: int) -> None:
    # the last of 40 requests enters its channel at `last`, at 41 where the hub is the slower
    assert cycles(load("[40, 3]", "[40, 3]"), channels=channels) == last + 17 + 2


def loads(count: int) -> str:
    return kernel(
        ", ".join(f"w{i}: Tensor(f32, [1, 16])" for i in range(count)),
        *(f"a{i} = LinearOffChipLoad(w{i}, tile=[1, 16])" for i in range(count)),
        "return " + ", ".join(f"a{i}" for i in range(count)),
    )


def load_ends(count: int, channels: int) -> list[int]:
    found = ends(ran(loads(count), channels=channels).report)
    return [found[f"LinearOffChipLoad a{i}"] for i in range(count)]


def test_loads_of_one_channel_go_in_the_order_of_the_program() -> None:
    assert load_ends(3, channels=1) == [19, 21, 23]


def test_requests_of_one_cycle_step_on_by_one_two_three() -> None:
    # channels 0, 1, 3, 6, 10: the third of three channels is the first again
    assert load_ends(3, channels=3) == [19, 19, 21]
    # modulo 5: 0, 1, 3, 1, 0
    assert load_ends(5, channels=5) == [19, 19, 19, 21, 21]
    # modulo 4: 0, 1, 3, 2
    assert load_ends(4, channels=4) == [19, 19, 19, 19]


def test_the_next_cycle_begins_behind_all_requests_of_the_last() -> None:
    # three channels, two loads of two requests. cycle 1: channels 0 and 1, then on by 2 to 0.
    # cycle 2: channel 0, which takes it at 4 in place of 3, and channel 1, likewise
    text = kernel(
        "w: Tensor(f32, [2, 16]), v: Tensor(f32, [2, 16])",
        "a = LinearOffChipLoad(w, tile=[2, 16])",
        "b = LinearOffChipLoad(v, tile=[2, 16])",
        "return a, b",
    )
    found = ends(ran(text, channels=3).report)
    assert (found["LinearOffChipLoad a"], found["LinearOffChipLoad b"]) == (21, 21)
    # four channels: 0 and 1, on by 2 to 3; then 3 and 0: only the second meets its own
    found = ends(ran(text, channels=4).report)
    assert (found["LinearOffChipLoad a"], found["LinearOffChipLoad b"]) == (20, 21)


def test_loads_go_before_stores() -> None:
    # both ask at 1 for the one channel
    text = kernel(
        "x: Stream(Tile(f32, [1, 16]), [1]), r: Stream(f32, [1]), "
        "w: Tensor(f32, [1, 16]), v: Tensor(f32, [1, 16])",
        "LinearOffChipStore(x, v)",
        "a = LinearOffChipLoad(w, r, tile=[1, 16])",
        "return a",
    )
    found = ends(ran(text, channels=1).report)
    assert found["LinearOffChipLoad a"] == 20
    assert found["LinearOffChipStore LinearOffChipStore 0"] == 22


def test_a_load_with_ref_reads_once_for_every_element() -> None:
    # two requests a tile, four tiles a read, six reads from cycle 1 on
    text = kernel(
        "r: Stream(f32, [2, 3]), w: Tensor(f32, [2, 64])",
        "return LinearOffChipLoad(w, r, tile=[1, 32], stride=[1, 1], shape=[2, 2])",
    )
    assert cycles(text) == 1 + 24 * 20 + 2


def test_a_load_frees_its_trigger_before_it_reads() -> None:
    # taken at 1 and 20, answered at 2 and 21; the last one is sent at 21
    text = kernel(
        "r: Stream(f32, [3]), w: Tensor(f32, [1, 16])",
        "return LinearOffChipLoad(w, r, tile=[1, 16])",
    )
    found = ends(ran(text, depth=1).report)
    assert found["Source r"] == 22
    assert found["Sink result0"] == 1 + 3 * 19 + 2


def test_a_random_load_reads_a_tile_for_every_address() -> None:
    text = kernel(
        "i: Stream(Index(4), [5]), w: Tensor(f32, [8, 32])",
        "return RandomOffChipLoad(i, w, tile=[2, 32])",
    )
    assert cycles(text) == 1 + 5 * 22 + 2


def test_a_load_reads_nothing_ahead_of_a_full_queue() -> None:
    # tiles at 19 and 38; the second waits until the first is worked on, at 120, answered at 121
    # the third is read from 121 to 140 and waits until 223
    text = kernel(
        "w: Tensor(f32, [3, 1])", "a = LinearOffChipLoad(w, tile=[1, 1])",
        "return Map(a, fn=slow)",
        before=works("Tile(f32, [1, 1])", slow=100),
    )  # fmt: skip
    found = ends(ran(text, flops=1, depth=1).report)
    assert found["LinearOffChipLoad a"] == 223
    assert found["Sink result0"] == 326


STORE = kernel(
    "x: Stream(Tile(f32, [3, 8]), [4]), v: Tensor(f32, [12, 8])", "LinearOffChipStore(x, v)"
)


@pytest.mark.parametrize(("depth", "end"), [(1, 1 + 4 * 21 + 3 * 2), (2, 1 + 4 * 21)])
def test_a_store_holds_its_entry_until_all_is_answered(depth: int, end: int) -> None:
    assert cycles(STORE, depth=depth) == end


def test_a_store_does_not_pay_for_reading_the_tile() -> None:
    # five requests: loaded at 23, seen at 24
    text = kernel(
        "w: Tensor(f32, [5, 16]), v: Tensor(f32, [5, 16])",
        "LinearOffChipStore(LinearOffChipLoad(w, tile=[5, 16]), v)",
    )
    assert cycles(text, on_chip=1) == 24 + 23


def test_a_random_store_acknowledges_when_all_is_answered() -> None:
    text = kernel(
        "x: Stream(Tile(f32, [2, 32]), [3]), i: Stream(Index(4), [3]), w: Tensor(f32, [8, 32])",
        "return RandomOffChipStore(x, i, w)",
    )
    assert cycles(text) == 1 + 3 * 22 + 2
