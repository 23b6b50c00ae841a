"""Intervals against values worked out by hand."""

from __future__ import annotations

import pytest

from benchmark.scores.intervals import Interval, bootstrap, clustered_error, estimate, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (21, 26, 0.6212, 0.9149),
        (25, 26, 0.8111, 0.9932),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 2, 0.0945, 0.9055),
    ],
)
def test_wilson(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_nothing_is_known_without_trials() -> None:
    assert wilson(0, 0) is None
    assert estimate([]) is None


def test_the_clustered_error_is_that_of_a_mean_of_tasks() -> None:
    # deviations -0.5, 0, 0.5: sqrt(0.5 / (3 * 2))
    assert clustered_error([0.0, 0.5, 1.0]) == pytest.approx(0.2886751)


@pytest.mark.parametrize("tasks", [1, 2])
def test_one_or_two_tasks_have_no_error_and_no_interval(tasks: int) -> None:
    values = [0.5] * tasks
    assert clustered_error(values) is None
    found = estimate(values)
    assert found is not None
    assert (found.value, found.interval, found.tasks) == (0.5, None, tasks)


def test_equal_tasks_have_an_interval_of_no_width() -> None:
    assert bootstrap([0.25] * 7) == Interval(0.25, 0.25)


def test_the_bootstrap_is_repeatable_and_near_the_normal_interval() -> None:
    values = [1.0] * 50 + [0.0] * 50
    found = bootstrap(values, seed=3)
    assert found == bootstrap(values, seed=3)
    assert found is not None
    # 0.5 +- 1.96 * sqrt(0.25 / 100)
    assert found.low == pytest.approx(0.402, abs=0.015)
    assert found.high == pytest.approx(0.598, abs=0.015)
