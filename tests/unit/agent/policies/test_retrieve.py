"""Exemplars that are like a task."""

from __future__ import annotations

import pytest

from agent.policies.retrieve import Likeness, cosine, operators_of, types_of
from benchmark.solutions import solution_text
from benchmark.store.events import Exemplar
from benchmark.tasks.shown import shown
from benchmark.tasks.table import TASKS

PAGES = {name: shown(task) for name, task in TASKS.items()}


def likeness() -> Likeness:
    return Likeness(PAGES, lambda name: solution_text(name) or "")


@pytest.mark.parametrize(
    ("task", "nearest"),
    [
        ("rope/gptj", "rope/neox"),
        ("mixture/top2-experts", "mixture/top1-experts"),
        ("attention/online-softmax-fold", "attention/online-softmax-scan"),
    ],
)
def test_a_sibling_is_the_nearest(task: str, nearest: str) -> None:
    others = tuple(Exemplar(task=name, program=name, rate=1.0) for name in TASKS if name != task)
    (place,) = likeness()(task, others, 1)
    assert others[place].task == nearest


def test_places_stand_in_the_order_of_the_prompt() -> None:
    others = tuple(Exemplar(task=name, program=name, rate=1.0) for name in TASKS)[1:]
    found = likeness()("attention/online-softmax-fold", others, 5)
    assert len(found) == 5
    assert list(found) == sorted(found)
    assert len(likeness()("attention/online-softmax-fold", others, 99)) == len(others)


def test_sizes_do_not_count() -> None:
    assert types_of(PAGES["rope/neox"])["in Stream(Buffer(f32, [_]), [_, _])"] == 1
    assert operators_of("a = Map(x, fn=f)\nreturn Zip(a, Map(y, fn=g))") == {"Map": 2, "Zip": 1}
    assert operators_of("return (") == {}


def test_cosine() -> None:
    assert cosine({"a": 1}, {"a": 3}) == pytest.approx(1)
    assert cosine({"a": 1}, {"b": 3}) == cosine({}, {"b": 1}) == 0
