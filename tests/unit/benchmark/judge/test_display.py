"""What people read of tasks and verdicts."""

from __future__ import annotations

import pytest

from benchmark.judge.display import tasks_text
from benchmark.tasks.table import TASKS

TASKS_SHOWN = tuple(TASKS.values())


def test_tasks_are_plain_lines_where_there_is_no_terminal() -> None:
    lines = tasks_text(TASKS_SHOWN).splitlines()
    assert [line.split()[0] for line in lines] == list(TASKS)
    assert all(each.formula in line for each, line in zip(TASKS_SHOWN, lines, strict=True))


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_tasks_are_wrapped_at_a_terminals_width_below_a_head(width: int) -> None:
    lines = tasks_text(TASKS_SHOWN, width=width).splitlines()
    words = " ".join(lines).split()
    assert words[:4] == ["task", "needs", "reads", "formula"]
    assert max(map(len, lines)) <= width
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == ["task", *TASKS]
    told = [word for each in TASKS_SHOWN for word in each.formula.split()]
    assert len(words) == len(told) + 3 * len(TASKS_SHOWN) + 4


def test_no_tasks_are_a_head_alone() -> None:
    assert tasks_text((), width=80) == "task  needs  reads  formula"
    assert tasks_text(()) == ""
