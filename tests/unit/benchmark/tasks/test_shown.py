"""What a solver begins with."""

from __future__ import annotations

import textwrap

import pytest

from benchmark.judge.cases import Prepared
from benchmark.judge.reading import is_whole_file, read_answer
from benchmark.solutions import solution_text
from benchmark.tasks.shown import shown
from benchmark.tasks.table import TASKS


@pytest.mark.parametrize("name", TASKS)
def test_a_file_with_a_solution_in_it_is_an_answer(name: str) -> None:
    task, body = TASKS[name], solution_text(name)
    assert body is not None
    begun = shown(task).file()
    head, end = begun.rsplit("    return\n", 1)
    assert end == ""
    filled = head + textwrap.indent(textwrap.dedent(body), "    ")
    assert is_whole_file(filled, task.header)
    answer = read_answer(filled, Prepared(task, (0,)), task.regimes)
    assert (answer.outcome, len(answer.checked)) == (None, len(task.regimes))
