"""Comparisons against values worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_records import asked, config, opened, outcomes, record

from benchmark.scores.paired import compare, mcnemar, tasks_for_mean, tasks_for_shares
from benchmark.scores.tally import Tally, tallies


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [(0, 0, 1.0), (0, 5, 0.0625), (1, 7, 0.0703125), (7, 1, 0.0703125), (3, 3, 1.0), (0, 1, 1.0)],
)
def test_mcnemar(first: int, second: int, wanted: float) -> None:
    assert mcnemar(first, second) == pytest.approx(wanted)


def test_mcnemar_of_many_tasks() -> None:
    assert 0 < mcnemar(600, 800) < 1e-6


def test_tasks_to_tell_shares_apart() -> None:
    # s = 6/26, d = 4/26: ((1.95996 * 0.480384 + 0.841621 * 0.455083) / 0.153846)^2 = 74.1
    assert tasks_for_shares(5, 1, 26) == 75
    assert tasks_for_shares(1, 5, 26) == 75
    assert tasks_for_shares(2, 2, 26) is None
    assert tasks_for_shares(0, 0, 0) is None


def test_tasks_to_tell_means_apart() -> None:
    # (2.801585 * 0.141421 / 0.2)^2 = 3.92
    assert tasks_for_mean([0.1, 0.3]) == 4
    assert tasks_for_mean([0.5, 0.5, 0.5]) == 2
    assert tasks_for_mean([0.5, -0.5]) is None
    assert tasks_for_mean([0.5]) is None


NAMES = ("a/1", "a/2", "b/1", "c/1")


def run(folder: Path, correct: dict[str, int], names: tuple[str, ...] = NAMES) -> tuple[Tally, ...]:
    folder.mkdir()
    writes = [
        write
        for name in names
        for write in outcomes(name, {"correct": correct[name], "ill-typed": 4 - correct[name]})
    ]
    with opened(folder) as workspace:
        return tallies(record(workspace, "r", writes, config(map(asked, names))))


def test_two_runs(tmp_path: Path) -> None:
    first = run(tmp_path / "1", {"a/1": 4, "a/2": 2, "b/1": 1, "c/1": 0})
    second = run(tmp_path / "2", {"a/1": 2, "a/2": 0, "b/1": 0, "c/1": 0})
    found = compare(first, second)
    assert (found.tasks, found.both) == (4, 1)
    assert (found.only_first, found.only_second) == (("a/2", "b/1"), ())
    assert found.p_value == pytest.approx(0.5)
    assert found.pass_at_1 is not None
    assert found.pass_at_1.value == pytest.approx((0.5 + 0.5 + 0.25 + 0) / 4)
    assert found.pass_at_1.standard_error == pytest.approx((0.171875 / 12) ** 0.5)
    assert (found.faster, found.slower) == (0, 0)
    back = compare(second, first)
    assert (back.only_second, back.p_value) == (found.only_first, found.p_value)


def test_only_tasks_of_both_are_compared(tmp_path: Path) -> None:
    first = run(tmp_path / "1", {"a/1": 4, "a/2": 2}, ("a/1", "a/2"))
    second = run(tmp_path / "2", {"a/2": 2, "b/1": 0}, ("a/2", "b/1"))
    found = compare(first, second)
    assert (found.tasks, found.both, found.tasks_to_tell_solved) == (1, 1, None)
    assert compare(first, second[1:]).pass_at_1 is None
