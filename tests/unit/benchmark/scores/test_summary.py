"""Scores of runs that are written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_records import (
    asked,
    began,
    config,
    failed,
    in_round,
    judged,
    opened,
    outcomes,
    record,
    unfenced,
    verdict,
)

from benchmark.scores.summary import Scores, scores
from benchmark.scores.tally import Counts, Solve, Tally, tallies
from benchmark.store.view import RunView
from benchmark.store.workspace import Write

TASKS = (asked("a/1"), asked("a/2", reads="reuse"), asked("b/1", kind="shape"))


def run(folder: Path, writes: list[Write], samples: int = 4) -> RunView:
    with opened(folder) as workspace:
        return record(workspace, "r", writes, config(TASKS, samples))


def counted(folder: Path, writes: list[Write], samples: int = 4) -> tuple[Tally, ...]:
    return tallies(run(folder, writes, samples))


def scored(folder: Path) -> Scores:
    writes = [
        *outcomes("a/1", {"wrong-values": 1, "correct": 3}),
        *outcomes("a/2", {"ill-typed": 2, "wrong-values": 1, "correct": 1}),
        *outcomes("b/1", {"ill-typed": 4}),
    ]
    return scores(run(folder, writes))


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


def test_the_curve_counts_samples_in_the_order_in_which_they_are_asked_for(
    tmp_path: Path,
) -> None:
    found = scored(tmp_path).curve
    # all tasks get one sample before any gets two: a/1 is solved by its 2nd, a/2 by its 4th
    assert (found.samples, found.solves) == (12, (4, 11))
    assert [found.solved(count) for count in (0, 3, 4, 10, 11, 12)] == [0, 0, 1, 1, 2, 2]


def rounds(folder: Path) -> RunView:
    """Round 0 solves a/1, round 1 solves a/2 with its 4th sample, b/1 stays unsolved."""
    first = [
        *outcomes("a/1", {"wrong-values": 1, "correct": 1}),
        *outcomes("a/2", {"ill-typed": 2}),
        *outcomes("b/1", {"ill-typed": 2}),
    ]
    second = [
        *outcomes("a/2", {"ill-typed": 1, "correct": 1}, first=2),
        *outcomes("b/1", {"ill-typed": 2}, first=2),
    ]
    return run(
        folder,
        [
            began(0, ("a/1", "a/2", "b/1"), first=0, samples=2),
            *first,
            began(1, ("a/2", "b/1"), first=2, samples=2),
            *in_round(1, second),
        ],
        samples=2,
    )


def test_pass_at_k_is_of_the_first_round(tmp_path: Path) -> None:
    found = scores(rounds(tmp_path))
    # a/2 is solved by samples that saw a/1: they tell nothing of an unaided try
    assert {k: each.value for k, each in found.pass_at.items()} == {
        1: pytest.approx(0.5 / 3),
        2: pytest.approx(1 / 3),
    }
    assert (found.solved.solved, found.samples, found.unanswered) == (2, 10, 0)


def test_a_task_is_told_with_the_round_and_the_sample_that_solved_it(tmp_path: Path) -> None:
    first, second, third = tallies(rounds(tmp_path))
    assert (first.samples, first.solved_by) == (2, Solve(round=0, sample=1))
    assert (second.samples, second.solved_by) == (4, Solve(round=1, sample=3))
    assert (second.first, third.solved_by) == (Counts(samples=2, correct=0), None)


def test_rounds_tell_what_they_brought(tmp_path: Path) -> None:
    found = scores(rounds(tmp_path))
    assert [
        (each.samples, each.solved, each.solved_in_all, each.samples_in_all)
        for each in found.rounds
    ] == [(6, ("a/1",), 1, 6), (4, ("a/2",), 2, 10)]
    assert [each.usage.input_tokens for each in found.rounds] == [6000, 4000]
    assert (found.curve.begins, found.curve.solves) == ((0, 6), (4, 9))


def test_a_task_that_was_never_asked_is_not_tried(tmp_path: Path) -> None:
    found = scores(
        run(
            tmp_path,
            [
                began(0, ("a/1", "a/2", "b/1"), first=0, samples=4),
                *outcomes("a/1", {"correct": 1}),
                *failed("a/2", 0),
            ],
        )
    )
    solved = found.solved
    assert (solved.solved, solved.tried, solved.unasked, solved.tasks) == (1, 1, 1, 3)
    assert (solved.interval, solved.share) == (None, 1.0)
    assert found.families[1].solved.unasked == 1


def test_an_answer_without_a_program_is_a_wrong_sample(tmp_path: Path) -> None:
    (tally, *_) = counted(
        tmp_path, [*outcomes("a/1", {"correct": 1}), *unfenced("a/1", 1, "two programs")]
    )
    assert (tally.samples, tally.correct, tally.unanswered) == (2, 1, 2)
    assert tally.outcomes == {"correct": 1, "no-program": 1}


def test_a_call_that_failed_is_no_sample(tmp_path: Path) -> None:
    (tally, *_) = counted(tmp_path, failed("a/1", 0))
    assert (tally.samples, tally.unanswered, tally.first.rate) == (0, 4, None)


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
    found = scores(run(tmp_path, []))
    assert (found.solved.solved, found.solved.unasked, found.pass_at) == (0, 3, {})
    assert (found.curve.samples, found.curve.solves, found.rounds) == (0, (), ())
    assert found.unanswered == 12
