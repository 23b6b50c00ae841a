"""pass@k against values worked out by hand, and against counting."""

from __future__ import annotations

from itertools import combinations

import pytest

from benchmark.scores.passing import ks_for, pass_at


@pytest.mark.parametrize(
    ("k", "samples", "correct", "wanted"),
    [(1, 4, 1, 0.25), (2, 4, 1, 0.5), (3, 5, 2, 0.9), (4, 4, 1, 1.0), (2, 9, 0, 0.0), (3, 4, 2, 1)],
)
def test_by_hand(k: int, samples: int, correct: int, wanted: float) -> None:
    assert pass_at(k, samples, correct) == pytest.approx(wanted)


def test_it_is_the_share_of_choices_with_a_correct_sample() -> None:
    samples, correct = 7, 2
    for k in range(1, samples + 1):
        choices = list(combinations(range(samples), k))
        share = sum(any(each < correct for each in choice) for choice in choices) / len(choices)
        assert pass_at(k, samples, correct) == pytest.approx(share)


def test_many_samples_do_not_overflow() -> None:
    assert pass_at(1000, 100_000, 100) == pytest.approx(0.6346, abs=1e-3)


def test_the_k_that_are_reported() -> None:
    assert ks_for([64, 64]) == (1, 2, 4, 8, 16, 32, 64)
    assert ks_for([12, 5]) == (1, 2, 4, 5)
    assert ks_for([1]) == (1,)
    assert ks_for([]) == ()
