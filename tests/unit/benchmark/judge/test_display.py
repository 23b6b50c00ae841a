"""What people read of tasks and verdicts."""

from __future__ import annotations

import pytest

from benchmark.judge.display import tasks_text, verdict_text
from benchmark.judge.verdict import Cost, Outcome, Verdict
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


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "depth 2"),
        ({"queues": 12, "lengthened_queues": 0, "deepest_queue": 2}, "12 of depth 2"),
        (
            {"queues": 12, "lengthened_queues": 3, "deepest_queue": 64, "queue_bytes": 4096},
            "3 of 12 lengthened, deepest 64, 4,096 B when full",
        ),
        (
            {"queues": 12, "lengthened_queues": 3, "deepest_queue": 64},
            "3 of 12 lengthened, deepest 64",
        ),
    ],
)
def test_a_cost_tells_which_queues_were_lengthened(told: dict[str, int], words: str) -> None:
    cost = Cost(
        cycles=1,
        off_chip_bytes=2,
        on_chip_bytes=None,
        flops=3,
        compute_utilization=0.5,
        bandwidth_utilization=0.0,
        bottleneck="",
        depth=2,
        **told,
    )
    verdict = Verdict(task="a/b", outcome=Outcome.CORRECT, program="", cost=cost)
    lines = verdict_text(verdict, "x", color=False).splitlines()
    assert [" ".join(line.split()[1:]) for line in lines if line.startswith("  queue")] == [words]
