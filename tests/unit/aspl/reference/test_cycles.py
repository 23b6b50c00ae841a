"""Cyclic graphs: what they compute, when they starve, and how they are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenwise import checked

from aspl.builder import Builder, StreamRef
from aspl.checker import Checked
from aspl.dims import to_dim
from aspl.functions.function import Library
from aspl.ops.higher import Map
from aspl.ops.sources import Feedback
from aspl.ops.table import OPS
from aspl.program import Program
from aspl.reference.cycles import cyclic_groups
from aspl.reference.evaluate import Evaluation, evaluate
from aspl.reference.network import Network
from aspl.reference.queues import Arrivals, Process
from aspl.reference.state import EvaluationFailed
from aspl.types import DType, Scalar, Stream
from aspl.values.literal import to_nested

DOUBLING = OPS["Feedback"].example


def test_a_feedback_carries_values_round() -> None:
    made = evaluate(checked(DOUBLING.text), DOUBLING.inputs)
    assert to_nested(made.outputs[0]) == [1, 2, 4]


def test_streams_of_a_cycle_bind_their_extents() -> None:
    made = evaluate(checked(DOUBLING.text), DOUBLING.inputs)
    assert made.extents == {"B": 3, "feedback": 2, "part0": 2, "part1": 1}


def test_a_cycle_of_empty_streams_ends() -> None:
    program = checked(DOUBLING.text.replace("Dim(3)", "Dim(0)"))
    made = evaluate(program, {"first": [1], "pick": [], "keep": []}, keep=True)
    assert to_nested(made.outputs[0]) == []
    assert all(len(made.streams[value].column) == 0 for value in program.program.nodes[0].outputs)


def test_elements_left_over_in_a_cycle_are_dropped() -> None:
    made = evaluate(checked(DOUBLING.text), {**DOUBLING.inputs, "keep": [0, 0, 0]})
    assert to_nested(made.outputs[0]) == [1, 2, 4]


STEPPING = """
B, ONE = Dim(5), Dim(1)

def plus(x: Tile(i64, [1, 1]), state: Tile(i64, [1, 1])) -> Tile(i64, [1, 1]):
    return state * 2 + x

def kernel(
    first: Stream(Tile(i64, [1, 1]), [1]), pick: Stream(Index(2), [B]),
    ref: Stream(i64, [B]), choice: Stream(Selector(2), [B]), links: Tensor(i64, [8, 1]),
    out: Tensor(i64, [8, 1])
):
    later = Feedback(Stream(Tile(i64, [1, 1]), [_]))
    s = Flatten(Reassemble([first, later], pick))
{body}
    kept, again = Broadcast(t, n=2)
    Close(later, again)
    return kept
"""

LINKS = [3, 7, 0, 5, 2, 1, 4, 6]

BODIES: dict[str, tuple[str, Callable[[int], int]]] = {
    "Map": ("t = Map(s, fn=neg)", lambda x: -x),
    "Accum": ("t = Accum(Promote(s, rank=0), fn=plus, init=ones, rank=1)", lambda x: 2 + x),
    "FlatMap": ("t = FlatMap(s, fn=split_rows)", lambda x: x),
    "Bufferize": ("t = Flatten(Streamify(Bufferize(Promote(s, rank=0), rank=1)))", lambda x: x),
    "Streamify with ref": (
        "b = Promote(Bufferize(Promote(s, rank=0), rank=1), rank=0)\n"
        "t = Flatten(Streamify(b, Promote(ref, rank=0)), min=0, max=2)",
        lambda x: x,
    ),
    "Expand": ("t = Flatten(Expand(Promote(s, rank=0), Promote(ref, rank=0)))", lambda x: x),
    "Expand by what comes round": (
        "s1, s2 = Broadcast(s, n=2)\n"
        "u = Expand(Promote(s1, rank=0), Promote(s2, rank=0))\n"
        "t = Map(Flatten(u), fn=neg)",
        lambda x: -x,
    ),
    "Partition": (
        "c1, c2 = Broadcast(choice, n=2)\n"
        "a, b = Partition(s, c1, n=2)\n"
        "r = Flatten(Reassemble([Map(a, fn=neg), Map(b, fn=neg)], c2))\n"
        "t = Assume(r, shape=[B])",
        lambda x: -x,
    ),
    "Partition by chunks": (
        "a, b = Partition(Promote(s, rank=0), choice, n=2)\n"
        "d, who = EagerMerge([a, b])\n"
        "Consumer(who)\n"
        "t = Flatten(d)",
        lambda x: x,
    ),
    "EagerMerge": (
        "a, b = Partition(s, choice, n=2)\nt, who = EagerMerge([a, b])\nConsumer(who)",
        lambda x: x,
    ),
    "Parallelize": (
        "a, b = Parallelize(Assume(Flatten(Repeat(s, n=2)), shape=[2*B]), n=2)\n"
        "Consumer(b)\n"
        "t = a",
        lambda x: x,
    ),
    "Promote": ("t = Flatten(Promote(s, rank=1))", lambda x: x),
    "Reshape": ("t = Flatten(Reshape(s, chunk=1))", lambda x: x),
    "Reshape with padding": (
        "p = Reshape(s, chunk=4, pad=zeros)\n"
        "t = Assume(Flatten(p), shape=[8])",
        lambda x: x,
    ),
    "Repeat": ("t = Flatten(Repeat(s, n=1))", lambda x: x),
    "Zip": ("s1, s2 = Broadcast(s, n=2)\nt = Map(Zip(s1, s2), fn=add)", lambda x: 2 * x),
    "Scan": ("t = Flatten(Scan(Promote(s, rank=0), fn=plus, init=ones, rank=1))", lambda x: 2 + x),
    "RandomOffChipLoad": (
        "t = RandomOffChipLoad(s, links, tile=[1, 1])", lambda x: LINKS[x]
    ),
    "LinearOffChipLoad": (
        "s1, s2 = Broadcast(s, n=2)\n"
        "w = Flatten(LinearOffChipLoad(links, ref=s1, tile=[1, 1], stride=[1], shape=[1]))\n"
        "t = Map(s2, w, fn=add)",
        lambda x: x + 3,
    ),
    "RandomOffChipStore": (
        "s1, s2, s3 = Broadcast(s, n=3)\n"
        "ack = RandomOffChipStore(s1, s2, out)\n"
        "t = Flatten(Expand(Promote(s3, rank=0), Promote(ack, rank=0)))",
        lambda x: x,
    ),
}  # fmt: skip


def stepping(body: str, count: int = 5) -> Checked:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return checked(STEPPING.format(body=lines).replace("Dim(5)", f"Dim({count})"))


def stepping_inputs(count: int = 5) -> dict[str, Any]:
    return {
        "first": [[[1]]],
        "pick": [0, *[1] * (count - 1)],
        "ref": [0] * count,
        "choice": np.eye(2, dtype=np.bool_)[np.arange(count) % 2],
        "links": [[each] for each in LINKS],
        "out": [[0]] * 8,
    }


@pytest.mark.parametrize("name", BODIES)
def test_operators_do_not_wait_for_what_they_need_not(name: str) -> None:
    body, step = BODIES[name]
    made = evaluate(stepping(body), stepping_inputs())
    wanted, value = [], 1
    for _ in range(5):
        value = step(value)
        wanted.append(value)
    got = [each[0][0] for each in to_nested(made.outputs[0])]
    assert got[:5] == wanted


def test_a_scan_over_what_comes_round_goes_on_element_by_element() -> None:
    body = "t = Flatten(Scan(Promote(s, rank=1), fn=plus, init=ones, rank=1))"
    made = evaluate(stepping(body), stepping_inputs())
    state, value, wanted = 1, 1, []
    for _ in range(5):
        value = state = state * 2 + value
        wanted.append(value)
    assert [each[0][0] for each in to_nested(made.outputs[0])] == wanted


def test_a_chunk_that_feeds_itself_is_merged_while_it_arrives() -> None:
    body = "d, who = EagerMerge([Promote(s, rank=1)])\nConsumer(who)\nt = Flatten(d)"
    made = evaluate(stepping(body), stepping_inputs())
    assert [each[0][0] for each in to_nested(made.outputs[0])] == [1] * 5


DISPATCH = """
B, S = Dim(8), Dim(64)

def kernel(
    request: Stream(i64, [B]), length: Stream(i64, [B]), first: Stream(Selector(4), [4]),
    begin: Stream(Index(2), [B]), keep: Stream(Index(2), [B]), cache: Tensor(f32, [S, 2])
):
    freed = Feedback(Stream(Selector(4), [_]))
    pick = Flatten(Reassemble([first, freed], begin))
    p1, p2, p3, p4 = Broadcast(pick, n=4)
    requests = [Broadcast(each, n=2) for each in Partition(request, p1, n=4)]
    lengths = Partition(length, p2, n=4)
    addresses = [
        FlatMap(r[0], l, fn=cache_read_addresses(row_offset=8)) for r, l in zip(requests, lengths)
    ]
    tiles = [Broadcast(RandomOffChipLoad(each, cache, tile=[1, 2]), n=2) for each in addresses]
    signals, who = EagerMerge([Accum(t[0], fn=signal_all_read, rank=1) for t in tiles])
    Consumer(signals)
    early, late = Partition(Assume(who, shape=[B]), keep, n=2)
    Consumer(late)
    Close(freed, early)
    sums = [Accum(t[1], fn=add, init=zeros, rank=1) for t in tiles]
    return [Flatten(Reassemble(sums, p3)), p4] + [each[1] for each in requests]
"""

CACHE = np.random.default_rng(3).integers(-9, 9, size=(64, 2)).astype(np.float64)


def dispatched(lengths: list[int], order: list[int] | None = None) -> Evaluation:
    """Deal requests to four regions, each the next one when it has read the tiles of its last."""
    count = len(lengths)
    program = checked(DISPATCH.replace("Dim(8)", f"Dim({count})"))
    merge = next(
        place for place, node in enumerate(program.program.nodes) if node.op.name == "EagerMerge"
    )
    inputs = {
        "request": list(range(count)),
        "length": lengths,
        "first": np.eye(4, dtype=np.bool_),
        "begin": [0] * 4 + [1] * (count - 4),
        "keep": [0] * (count - 4) + [1] * 4,
        "cache": CACHE,
    }
    return evaluate(program, inputs, orders=None if order is None else {merge: order})


def assert_dispatched(made: Evaluation, lengths: list[int]) -> list[list[int]]:
    """Require one region a request, and sums in the order of the requests; return the regions'."""
    sums, picks, *regions = map(to_nested, made.outputs)
    wanted = [CACHE[8 * each : 8 * each + n].sum(axis=0).tolist() for each, n in enumerate(lengths)]
    assert [each[0] for each in sums] == wanted
    chosen = [pick.index(True) for pick in picks]
    assert all(sum(pick) == 1 for pick in picks)
    served = [[each for each, at in enumerate(chosen) if at == region] for region in range(4)]
    assert regions == served
    return served


def test_requests_are_dispatched_to_the_regions_that_are_free() -> None:
    lengths = [3, 0, 2, 5, 1, 8, 4, 2]
    served = assert_dispatched(dispatched(lengths), lengths)
    # where arrival is not known, regions become free in turn
    assert served == [[0, 4], [1, 5], [2, 6], [3, 7]]


@given(
    st.lists(st.integers(0, 8), min_size=8, max_size=8),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
    st.permutations(range(4)),
)
def test_any_order_of_arrival_serves_every_request_once(
    lengths: list[int], early: list[int], late: list[int]
) -> None:
    served = assert_dispatched(dispatched(lengths, [*early, *late]), lengths)
    # request 4 goes to the region that is free first, request 5 to the second, and so on
    assert [
        next(each for each in range(4) if request in served[each]) for request in range(4, 8)
    ] == early


def test_an_order_of_arrival_that_cannot_be_is_refused() -> None:
    with pytest.raises(EvaluationFailed) as caught:
        dispatched([1] * 8, [0, 0, 0, 0, 0, 1, 2, 2])
    assert caught.value.diagnostic.code == "R006"


POINTED = ("Feedback", "Reassemble", "Flatten")


def test_a_cycle_that_waits_for_itself_is_reported() -> None:
    with pytest.raises(EvaluationFailed) as caught:
        evaluate(checked(DOUBLING.text), {**DOUBLING.inputs, "pick": [0, 1, 1], "keep": [0, 1, 1]})
    found = caught.value.diagnostic
    at = {word: DOUBLING.text[: DOUBLING.text.index(word)].count("\n") + 1 for word in POINTED}
    assert (found.code, found.span.line) == ("R004", at["Feedback"])
    assert found.message == (
        "the cycle waits for itself: `later` got 1 element, `Reassemble` waits for `later`, "
        "`Flatten` waits for its input 0, `Broadcast` waits for `value`, "
        "`Partition` waits for `copy`, 1 more wait"
    )
    assert found.hint
    assert [(label.span.line, label.text) for label in found.labels][:2] == [
        (at["Reassemble"], "`Reassemble` waits for `later`"),
        (at["Flatten"], "`Flatten` waits for its input 0"),
    ]


def test_a_merge_that_waits_is_reported() -> None:
    program = checked("""
M = Dim(2)

def kernel(x: Stream(f32, [M])):
    later = Feedback(Stream(f32, [_]))
    data, who = EagerMerge([x, later])
    Consumer(who)
    again, out = Broadcast(data, n=2)
    Close(later, Accum(Promote(again, rank=1), fn=add, init=zeros))
    return out
""")
    with pytest.raises(EvaluationFailed, match="waits for a chunk of any input") as caught:
        evaluate(program, {"x": [1, 2]})
    assert caught.value.diagnostic.code == "R004"


def test_a_feedback_that_closes_itself_is_reported() -> None:
    program = checked("""
M = Dim(2)

def kernel(x: Stream(f32, [M])):
    later = Feedback(Stream(f32, [1]))
    Close(later, later)
    return x
""")
    with pytest.raises(EvaluationFailed) as caught:
        evaluate(program, {"x": [1, 2]})
    assert caught.value.diagnostic.message == (
        "the cycle waits for itself: `later` got 0 elements, `Feedback` waits for `later`"
    )


def test_a_feedback_whose_extent_takes_several_values_is_refused() -> None:
    program = checked("""
M, L = Dim(2), RaggedDim(2)

def kernel(x: Stream(f32, [M, L])):
    later = Feedback(Stream(f32, [_, _]))
    Close(later, x)
    return later
""")
    assert to_nested(evaluate(program, {"x": [[1], [2]]}).outputs[0]) == [[1], [2]]
    with pytest.raises(EvaluationFailed, match="dim 0 is from 0 to 2") as caught:
        evaluate(program, {"x": [[1, 2], []]})
    assert caught.value.diagnostic.code == "R002"


def test_a_feedback_need_not_make_a_cycle() -> None:
    program = checked("""
M = Dim(2)

def kernel(x: Stream(f32, [M])):
    later = Feedback(Stream(f32, [M]))
    y = Map(later, fn=neg)
    Close(later, Map(x, fn=square))
    return y
""")
    assert cyclic_groups(program.program) == ((2,), (0,), (1,))
    assert to_nested(evaluate(program, {"x": [1, 2]}).outputs[0]) == [-1, -4]


def test_the_work_grows_with_the_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()
    advance, decide = Network._advance, Arrivals.decide

    def counted_advance(self: Network, process: Process) -> None:
        calls["steps"] += 1
        advance(self, process)

    def counted_decide(self: Arrivals) -> int | None:
        calls["decisions"] += 1
        return decide(self)

    monkeypatch.setattr(Network, "_advance", counted_advance)
    monkeypatch.setattr(Arrivals, "decide", counted_decide)
    found = []
    for count in (8, 16, 32):
        calls.clear()
        assert_dispatched(dispatched([1] * 8 + [0] * (count - 8)), [1] * 8 + [0] * (count - 8))
        # the last decision finds all inputs closed
        assert calls["decisions"] == count + 1
        found.append(calls["steps"])
    assert found[2] - found[1] == 2 * (found[1] - found[0])


def test_programs_without_feedback_are_taken_node_by_node() -> None:
    program = checked(OPS["Broadcast"].example.text).program
    assert cyclic_groups(program) == ((0,), (1,))


def test_a_group_is_what_feeds_itself() -> None:
    program = checked(DOUBLING.text).program
    names = [[program.nodes[place].op.name for place in group] for group in cyclic_groups(program)]
    assert names == [
        ["Feedback", "Reassemble", "Flatten", "Broadcast", "Partition", "Map"],
        ["Consumer"],
    ]


def wired(reads: list[int], feedbacks: set[int]) -> Program:
    """Return a program of nodes that each read the stream of another one."""
    build = Builder()
    stream = Stream(Scalar(DType.F32), (to_dim(1),))
    made: list[StreamRef] = []
    for place, read in enumerate(reads):
        if place in feedbacks:
            made += build.add(Feedback(type=stream))
        else:
            made += build.add(Map(fn=Library("neg")), made[read])
    for place in feedbacks:
        build.close(made[place], made[reads[place]])
    return build.build()


def test_a_long_cycle_is_one_group() -> None:
    count = 3000
    program = wired([count - 1, *range(count - 1)], {0})
    assert cyclic_groups(program) == (tuple(range(count)),)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[int], set[int]]:
    count = draw(st.integers(1, 12))
    feedbacks = {0, *draw(st.sets(st.integers(0, count - 1)))}
    last = [count if place in feedbacks else place for place in range(count)]
    return [draw(st.integers(0, each - 1)) for each in last], feedbacks


@given(graphs())
def test_groups_are_the_nodes_that_reach_each_other(drawn: tuple[list[int], set[int]]) -> None:
    reads, feedbacks = drawn
    reached = [_reached(reads, place) for place in range(len(reads))]
    groups = cyclic_groups(wired(reads, feedbacks))
    assert sorted(place for group in groups for place in group) == list(range(len(reads)))
    done: set[int] = set()
    for group in groups:
        for place in group:
            assert reads[place] in done or reads[place] in group
            mutual = {each for each in reached[place] if place in reached[each]}
            assert mutual | {place} == set(group)
        done |= set(group)


def _reached(reads: list[int], place: int) -> set[int]:
    found: set[int] = set()
    while (place := reads[place]) not in found:
        found.add(place)
    return found
