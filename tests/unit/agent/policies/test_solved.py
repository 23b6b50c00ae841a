"""Which correct program is remembered."""

from __future__ import annotations

import random

import pytest

from agent.policies.solved import bare, canonical, select

ONE = "a = Map(x, fn=squared)\nreturn Accum(a, fn=total, rank=1)\n"


@pytest.mark.parametrize(
    "other",
    [
        "rows = Map(x, fn=squared)\nreturn Accum(rows, fn=total, rank=1)\n",
        "# squares first\na  =  Map( x,fn=squared )\n\nreturn Accum(a, fn=total, rank=1)",
    ],
)
def test_programs_are_equal_up_to_names_and_layout(other: str) -> None:
    assert canonical(ONE) == canonical(other)


@pytest.mark.parametrize(
    "other",
    [
        "a = Map(y, fn=squared)\nreturn Accum(a, fn=total, rank=1)\n",
        "a = Map(x, fn=squared)\nreturn Accum(a, fn=total, rank=2)\n",
        "a = Map(x, fn=squared)\nreturn Accum(a, fn=sum_of, rank=1)\n",
        "return Accum(Map(x, fn=squared), fn=total, rank=1)\n",
        "no syntax at all (",
    ],
)
def test_other_programs_differ(other: str) -> None:
    assert canonical(ONE) != canonical(other)


def test_names_are_renamed_in_the_order_in_which_they_are_bound() -> None:
    swapped = "b, a = Broadcast(x, n=2)\nreturn Zip(b, a)"
    straight = "a, b = Broadcast(x, n=2)\nreturn Zip(a, b)"
    crossed = "a, b = Broadcast(x, n=2)\nreturn Zip(b, a)"
    assert canonical(swapped) == canonical(straight) != canonical(crossed)


def test_comments_and_blank_lines_do_not_count() -> None:
    text = "# long explanation\n\na = Map(x, fn=f)  # squares\n\nreturn a\n"
    assert bare(text) == "a = Map(x, fn=f)\nreturn a"
    assert bare("return (") == "return ("


def test_the_shortest_of_distinct_programs_stays() -> None:
    long = "total = Accum(Map(x, fn=squared), fn=total, rank=1)\nreturn Streamify(total)\n"
    programs = [(3, long), (5, ONE), (8, ONE + "# with words\n" * 9)]
    assert {select(programs, random.Random(seed)) for seed in range(20)} == {5, 8}
    assert select(programs, random.Random(1)) == select(programs, random.Random(1))


def test_of_programs_that_are_equal_up_to_names_one_is_drawn() -> None:
    # the drawn one stands for its group, however long its names are
    names = {1: "a", 9: "aaaaaaaaa"}
    text = "{0} = Map(x, fn=squared)\nreturn Accum({0}, fn=total, rank=1)\n"
    programs = [(number, text.format(name)) for number, name in names.items()]
    programs.append((2, "return Streamify(Bufferize(x, rank=1))\n" * 4))
    assert {select(programs, random.Random(seed)) for seed in range(20)} == {1, 9}
