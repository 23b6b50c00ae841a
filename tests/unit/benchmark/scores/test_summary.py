"""Scores of runs that are written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_records import asked, config, failed, judged, opened, outcomes, record, unfenced, verdict

from benchmark.scores.summary import Scores, scores
from benchmark.scores.tally import Tally, tallies
from benchmark.store.workspace import Write

TASKS = (asked("a/1"), asked("a/2", reads="reuse"), asked("b/1", kind="shape"))


def counted(folder: Path, writes: list[Write], samples: int = 4) -> tuple[Tally, ...]:
    with opened(folder) as workspace:
        return tallies(record(workspace, "r", writes, config(TASKS, samples)))


def scored(folder: Path) -> Scores:
    writes = [
        *outcomes("a/1", {"wrong-values": 1, "correct": 3}),
        *outcomes("a/2", {"ill-typed": 2, "wrong-values": 1, "correct": 1}),
        *outcomes("b/1", {"ill-typed": 4}),
    ]
    return scores(counted(folder, writes))


def test_solved_tasks_and_samples(tmp_path: Path) -> None:
    found = scored(tmp_path)
    assert (found.solved.solved, found.solved.tasks) == (2, 3)
    assert (found.samples, found.correct, found.unanswered) == (12, 4, 0)
    assert list(found.outcomes.items()) == [("ill-typed", 6), ("correct", 4), ("wrong-values", 2)]


def test_pass_at_k_is_a_mean_over_tasks(tmp_path: Path) -> None:
    found = scored(tmp_path).pass_at
    assert list(found) == [1, 2, 4]
    assert found[1].value == pytest.approx((0.75 + 0.25 + 0) / 3)
    # 1 - C(1,2)/C(4,2), 1 - C(3,2)/C(4,2), 0
    assert found[2].value == pytest.approx((1 + 0.5 + 0) / 3)
    assert found[4].value == pytest.approx(2 / 3)


def test_families_and_classes(tmp_path: Path) -> None:
    found = scored(tmp_path)
    assert [(each.name, each.solved.solved, each.solved.tasks) for each in found.families] == [
        ("a", 2, 2),
        ("b", 0, 1),
    ]
    assert [each.name for each in found.classes] == [
        "arithmetic once",
        "arithmetic reuse",
        "shape once",
    ]
    assert found.families[0].pass_at_1 is not None
    assert found.families[0].pass_at_1.value == pytest.approx(0.5)


def test_the_curve_counts_tasks_by_their_first_correct_sample(tmp_path: Path) -> None:
    # a/1 is solved by its 2nd sample, a/2 by its 4th
    assert scored(tmp_path).curve == (0, 0, 1, 1, 2)


def test_an_answer_without_a_program_is_a_wrong_sample(tmp_path: Path) -> None:
    (tally, *_) = counted(
        tmp_path, [*outcomes("a/1", {"correct": 1}), *unfenced("a/1", 1, "two programs")]
    )
    assert (tally.samples, tally.correct, tally.unanswered) == (2, 1, 2)
    assert tally.outcomes == {"correct": 1, "no-program": 1}


def test_a_call_that_failed_is_no_sample(tmp_path: Path) -> None:
    (tally, *_) = counted(tmp_path, failed("a/1", 0))
    assert (tally.samples, tally.unanswered, tally.rate) == (0, 4, None)


def test_the_best_solution_has_the_fewest_cycles_then_is_the_shortest(tmp_path: Path) -> None:
    writes = [
        *judged(verdict("a/1", "x" * 9, "correct", 100), 0),
        *judged(verdict("a/1", "x" * 30, "correct", 90), 1),
        *judged(verdict("a/1", "x" * 20, "correct", 90), 2),
        *judged(verdict("a/1", "y" * 20, "correct", 90), 3),
    ]
    (tally, *_) = counted(tmp_path, writes)
    assert tally.best is not None
    assert (tally.best.sample, tally.best.cycles, tally.best.length) == (2, 90, 20)


def test_a_run_without_samples_has_scores(tmp_path: Path) -> None:
    found = scores(counted(tmp_path, []))
    assert (found.solved.solved, found.pass_at, found.curve) == (0, {}, (0,))
    assert found.unanswered == 12
