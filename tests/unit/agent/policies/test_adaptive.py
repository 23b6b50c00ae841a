"""The order of rounds: hardest first, then more of the solved tasks, anew after progress."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from run_records import asked, config

from agent.policies.adaptive import Adaptive
from agent.policies.best_of_n import BestOfN
from agent.policies.policy import Done, History, Policy
from agent.policies.solved import Solution
from benchmark.store.config import PolicyOptions
from benchmark.store.events import Exemplar, RoundBegan

NAMES = tuple("abcdefgh")
Played = list[tuple[int, tuple[str, ...], int]]


def solution(task: str, round: int, rate: float) -> Solution:
    exemplar = Exemplar(task=task, program=f"program of {task}", rate=rate)
    return Solution(exemplar=exemplar, round=round, sample=0)


def play(
    policy: Policy,
    solving: Mapping[int, Mapping[str, float]],
    options: PolicyOptions,
    samples: int = 4,
) -> tuple[list[RoundBegan], str]:
    """Play rounds in which tasks are solved at some rates, by round; return them and the end."""
    asked_for = config(map(asked, NAMES), samples, policy="adaptive", options=options)
    rounds: list[RoundBegan] = []
    solved: dict[str, Solution] = {}
    while len(rounds) < 50:
        history = History(
            config=asked_for,
            rounds=tuple(rounds),
            solved={name: each.round for name, each in solved.items()},
            solutions={name: solved[name] for name in NAMES if name in solved},
            similar=lambda task, exemplars, count: tuple(range(count)),
        )
        found = policy.next_round(history)
        if isinstance(found, Done):
            return rounds, found.reason
        assert found.round == len(rounds)
        for task, rate in solving.get(found.round, {}).items():
            assert task in found.tasks
            solved[task] = solution(task, found.round, rate)
        rounds.append(found)
    raise AssertionError("it does not end")


def shown(rounds: list[RoundBegan]) -> list[str]:
    return ["".join(each.task for each in one.exemplars) for one in rounds]


def test_hardest_first_then_more_and_anew_after_progress() -> None:
    solving = {0: {"a": 1.0, "b": 0.25, "c": 0.5, "d": 0.75, "e": 0.25, "f": 1.0}, 2: {"g": 0.25}}
    rounds, reason = play(Adaptive(), solving, PolicyOptions())
    # strata of the first pass end at .25, .75, 1; g is solved by the second, so all begins anew
    assert shown(rounds) == ["", "be", "becd", "beg", "begcd", "begcdaf"]
    assert [each.tasks for each in rounds[1:]] == [("g", "h")] * 2 + [("h",)] * 3
    assert [each.first for each in rounds] == [0, 4, 8, 12, 16, 20]
    assert [(each.stratum, each.strata) for each in rounds] == [
        (0, 0),
        (0, 3),
        (1, 3),
        (0, 3),
        (1, 3),
        (2, 3),
    ]
    assert reason == "a full pass brought nothing"


def test_a_further_stratum_only_adds_to_the_end() -> None:
    solving = {0: {"a": 1.0, "b": 0.25, "c": 0.5, "d": 0.75}}
    rounds, _ = play(Adaptive(), solving, PolicyOptions(strata=4))
    texts = shown(rounds)[1:]
    assert all(after.startswith(before) for before, after in pairwise(texts))


def test_it_stops_when_all_is_solved() -> None:
    rounds, reason = play(Adaptive(), {0: dict.fromkeys(NAMES, 1.0)}, PolicyOptions())
    assert (len(rounds), reason) == (1, "every task is solved")


@pytest.mark.parametrize(("strata", "patience", "count"), [(3, 1, 3), (3, 2, 6), (1, 1, 1)])
def test_without_any_solution_the_same_prompt_is_tried_again(
    strata: int, patience: int, count: int
) -> None:
    options = PolicyOptions(strata=strata, patience=patience)
    rounds, reason = play(Adaptive(), {}, options)
    assert (len(rounds), reason) == (count, "a full pass brought nothing")


def test_equal_boundaries_repeat_a_prompt() -> None:
    solving = {0: {"a": 0.5, "b": 0.5, "c": 0.5}}
    rounds, _ = play(Adaptive(), solving, PolicyOptions())
    assert shown(rounds) == ["", "abc", "abc", "abc"]


def test_patience_goes_over_all_strata_again() -> None:
    rounds, _ = play(Adaptive(), {0: {"a": 0.25, "b": 0.5}}, PolicyOptions(patience=2))
    assert shown(rounds) == ["", "a", "ab", "a", "ab"]


def test_rounds_are_bounded() -> None:
    rounds, reason = play(Adaptive(), {}, PolicyOptions(rounds=2, patience=9))
    assert (len(rounds), reason) == (2, "2 rounds")


def test_exemplars_can_be_left_out_or_drawn() -> None:
    solving = {0: {"a": 0.25, "b": 0.5, "c": 0.75, "d": 1.0}}
    none, _ = play(Adaptive(), solving, PolicyOptions(order="none"))
    drawn, _ = play(Adaptive(), solving, PolicyOptions(order="random"))
    hardest, _ = play(Adaptive(), solving, PolicyOptions())
    assert set(shown(none)) == {""}
    assert [len(each) for each in shown(drawn)] == [len(each) for each in shown(hardest)]
    assert shown(drawn) == shown(play(Adaptive(), solving, PolicyOptions(order="random"))[0])
    assert shown(drawn) != shown(hardest)


def test_tasks_may_be_shown_those_that_are_like_them() -> None:
    solving = {0: {"a": 0.25, "b": 0.5, "c": 0.75}}
    rounds, _ = play(Adaptive(), solving, PolicyOptions(retrieve=2))
    assert rounds[0].chosen == {}
    assert rounds[-1].chosen == dict.fromkeys("defgh", (0, 1))


def test_best_of_n_asks_once() -> None:
    rounds, reason = play(BestOfN(), {0: {"a": 1.0}}, PolicyOptions(), samples=7)
    assert [(each.tasks, each.first, each.samples) for each in rounds] == [(NAMES, 0, 7)]
    assert reason == "every sample was asked for"
