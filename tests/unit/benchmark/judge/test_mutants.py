"""A few mutants of every solution; `tests/bench/mutants_of_core.py` judges all of them."""

from __future__ import annotations

import pytest
from mutants import is_right, mutants, tried

from benchmark.judge.pipeline import judge_here
from benchmark.solutions import solution_text
from benchmark.tasks.table import TASKS

EVERY = 40


def test_there_are_thousands() -> None:
    texts = {name: solution_text(name) for name in TASKS}
    count = sum(len(mutants(TASKS[name], text)) for name, text in texts.items() if text)
    assert count >= 2000


@pytest.mark.parametrize("name", TASKS)
def test_mutants_that_pass_are_right(name: str) -> None:
    trial = tried(name, EVERY)
    assert trial.judged
    assert not trial.false, trial.false


@pytest.mark.parametrize("start", ["1.0", "-1.0"])
def test_a_running_maximum_that_begins_with_a_number_is_wrong(start: str) -> None:
    name = "attention/deferred-division"
    text = solution_text(name)
    assert text is not None
    began = text.replace("fn=running_max", f"init={start}, fn=running_max")
    assert began != text
    assert not is_right(name, began)
    assert not judge_here(TASKS[name], began, seeds=(1, 2)).is_correct
