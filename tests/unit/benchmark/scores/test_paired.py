"""Comparisons against values worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_records import asked, began, config, in_round, opened, outcomes, record

from benchmark.scores.paired import Side, compare, mcnemar, tasks_for_mean, tasks_for_shares
from benchmark.store.view import RunView


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


def run(folder: Path, correct: dict[str, int], names: tuple[str, ...] = NAMES) -> RunView:
    folder.mkdir()
    writes = [
        write
        for name in names
        for write in outcomes(name, {"correct": correct[name], "ill-typed": 4 - correct[name]})
    ]
    with opened(folder) as workspace:
        return record(workspace, "r", writes, config(map(asked, names)))


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
    assert compare(first, run(tmp_path / "3", {"c/1": 1}, ("c/1",))).pass_at_1 is None


def test_what_is_solved_is_compared_at_equal_numbers_of_samples(tmp_path: Path) -> None:
    names = ("a/1", "a/2")
    # both solve a/1 at once; one goes on with a/2 alone, the other goes on with both
    adaptive = [
        began(0, names, first=0, samples=1),
        *outcomes("a/1", {"correct": 1}),
        *outcomes("a/2", {"ill-typed": 1}),
        began(1, ("a/2",), first=1, samples=2),
        *in_round(1, outcomes("a/2", {"ill-typed": 1, "correct": 1}, first=1)),
    ]
    baseline = [
        *outcomes("a/1", {"correct": 3}),
        *outcomes("a/2", {"ill-typed": 2, "correct": 1}),
    ]
    with opened(tmp_path) as workspace:
        first = record(workspace, "r", adaptive, config(map(asked, names), 1, policy="adaptive"))
        second = record(workspace, "s", baseline, config(map(asked, names), 3))
    found = compare(first, second)
    assert found.samples == 4
    assert found.first == Side(samples=4, solved=2, solved_alike=2)
    # the third sample of a/2 is its sixth
    assert found.second == Side(samples=6, solved=2, solved_alike=1)
    assert (found.both, found.only_first, found.only_second) == (1, ("a/2",), ())
    assert found.pass_at_1 is not None
    # of the first round: 1 and 0 against 1 and 1/3
    assert found.pass_at_1.value == pytest.approx(-1 / 6)
    assert found.pass_at_1.interval is None
