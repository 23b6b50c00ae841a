"""Inputs are drawn as regimes say, and choices among them are clear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmark.tasks.choices import separation
from benchmark.tasks.draw import MARGIN, draw, expected
from benchmark.tasks.regimes import named
from benchmark.tasks.table import TASKS
from benchmark.tasks.task import Regime, Task, TaskError

DOT = Task(
    name="test/dot",
    statement="Multiply.",
    formula="y = x * w",
    header="""\
M = Dim(4)

def kernel(x: Stream(f32, [M]), w: Stream(f32, [M])) -> Stream(f32, [M]):
""",
    reference=lambda given: (given["x"] * given["w"],),
    regimes=(Regime(name="paper", sizes={}),),
)
(PLAIN,) = DOT.regimes


def test_a_draw_depends_on_task_regime_and_seed_alone() -> None:
    one, again = draw(DOT, PLAIN, 5), draw(DOT, PLAIN, 5)
    assert all(np.array_equal(one[name], again[name]) for name in one)
    others = [
        draw(DOT, PLAIN, 6),
        draw(DOT, replace(PLAIN, name="other"), 5),
        draw(replace(DOT, name="test/other"), PLAIN, 5),
    ]
    assert not any(np.array_equal(one["x"], other["x"]) for other in others)


def test_one_input_more_changes_no_other() -> None:
    header = DOT.header.replace("(x:", "(more: Stream(f32, [M]), x:")
    more = draw(replace(DOT, header=header), PLAIN, 5)
    assert list(more) == ["more", "x", "w"]
    assert np.array_equal(more["x"], draw(DOT, PLAIN, 5)["x"])
    assert not np.array_equal(more["x"], more["w"])


def test_inputs_are_numbers_that_f32_holds_and_nobody_changes() -> None:
    for style in ("normal", "negative", "ties", "wide", "extreme"):
        x = draw(DOT, replace(PLAIN, style=style), 0)["x"]
        assert np.array_equal(x, x.astype(np.float32))
        with pytest.raises(ValueError, match="read-only"):
            x[0] = 1.0


def test_styles_are_what_they_say() -> None:
    large = Regime(name="large", sizes={"M": 4000})
    x = {
        style: draw(DOT, replace(large, style=style), 0)["x"]
        for style in ("normal", "negative", "ties", "wide", "extreme")
    }
    assert abs(x["normal"].std() - 1) < 0.1
    assert (x["negative"] < 0).all()
    assert set(x["ties"]) == {-2.0, -1.0, 0.0, 1.0, 2.0}
    assert np.abs(x["wide"]).max() / np.abs(x["wide"]).min() > 1e5
    extreme = np.abs(x["extreme"])
    assert extreme.min() < 2.1e-17
    assert extreme.max() > 1e17
    # a product of two of them is neither denormal nor infinite
    assert extreme.min() ** 2 > np.finfo(np.float32).tiny
    assert extreme.max() ** 2 * 50 < np.finfo(np.float32).max


def test_expected_tells_the_references_own_error() -> None:
    values = draw(DOT, PLAIN, 0)
    (wanted,) = expected(DOT, values).outputs
    assert np.array_equal(wanted.values, values["x"] * values["w"])
    assert 0 < wanted.error < 1e-6
    assert wanted.scale == pytest.approx(np.sqrt(np.mean((values["x"] * values["w"]) ** 2)))
    assert wanted.is_finite


def test_a_reference_that_only_f32_overflows_lets_nothing_pass() -> None:
    task = replace(DOT, reference=lambda given: (given["x"] * 1e300 * given["w"] * 1e-300,))
    (wanted,) = expected(task, draw(task, PLAIN, 0)).outputs
    assert np.isnan(wanted.error)


def test_a_reference_returns_a_tuple() -> None:
    task = replace(DOT, reference=lambda given: given["x"])
    with pytest.raises(TaskError, match="returns a tuple"):
        expected(task, draw(task, PLAIN, 0))


def _fails(*_):
    raise KeyError("y")


@pytest.mark.parametrize(
    ("task", "what"),
    [
        (replace(DOT, reference=_fails), "reference"),
        (replace(DOT, margin=_fails), "margin"),
        (replace(DOT, regimes=(replace(PLAIN, adapt=_fails),)), "regime `paper`"),
    ],
)
def test_a_function_of_a_task_that_fails_is_named(task: Task, what: str) -> None:
    with pytest.raises(TaskError, match=rf"\d+: test/dot: {what}: in `_fails`: KeyError: 'y'"):
        expected(task, draw(task, task.regimes[0], 0))


def test_inputs_too_near_to_a_change_of_choice_are_drawn_again() -> None:
    def margin(given) -> float:
        return float(np.abs(given["x"]).min() - 0.5)

    task = replace(DOT, margin=margin)
    firsts = [draw(DOT, PLAIN, seed)["x"] for seed in range(20)]
    assert min(np.abs(x).min() for x in firsts) < 0.5
    assert all(margin(draw(task, PLAIN, seed)) >= MARGIN for seed in range(20))
    with pytest.raises(TaskError, match=r"test/dot: .* regime `paper` were too near"):
        draw(replace(DOT, margin=lambda given: 0.0), PLAIN, 0)


def test_separation_counts_no_exact_ties() -> None:
    def apart(values: list[float], count: int, keys: list[float] | None = None) -> float:
        return separation(
            np.array(values), np.array(values if keys is None else keys)[:, None], count
        )

    assert apart([4.0, 3.0, 1.0], 1) == pytest.approx(0.25)
    assert apart([4.0, 3.0, 1.0], 2) == pytest.approx(2 / 3)
    assert apart([4.0, 3.0, 1.0], 3) == np.inf
    assert apart([4.0, 4.0, 1.0], 1) == pytest.approx(0.75)
    # equal in f64 by chance, made of different keys
    assert apart([4.0, 4.0, 1.0], 1, [1.0, 2.0, 3.0]) == 0.0


@pytest.mark.parametrize("name", ["index/top1-gate", "index/expert-choice", "index/top3-tokens"])
def test_the_style_of_ties_has_ties_that_the_first_wins(name: str) -> None:
    task = TASKS[name]
    decided = 0
    for seed in range(20):
        values = draw(task, named(task.regimes, "primes"), seed)
        chosen, weights = (each.values for each in expected(task, values).outputs)
        axis = -1 if name == "index/top1-gate" else 0
        for flags, numbers in zip(
            np.moveaxis(chosen, axis, -1).reshape(-1, chosen.shape[axis]),
            np.moveaxis(weights, axis, -1).reshape(-1, chosen.shape[axis]),
            strict=True,
        ):
            last = numbers[flags].min()
            places = np.flatnonzero(numbers == last)
            taken = flags[places]
            assert (np.diff(taken.astype(int)) <= 0).all()
            decided += not taken.all()
    assert decided > 5


def test_routes_are_special_where_regimes_say_so() -> None:
    def route(name: str, regime: str) -> np.ndarray:
        task = TASKS[name]
        return draw(task, named(task.regimes, regime), 1)["route"]

    untaken = route("expert/weighted-sum", "token-untaken").reshape(-1, 3)
    assert not untaken[0].any()
    assert untaken[1:].any(axis=-1).all()
    assert not route("expert/weighted-sum", "expert-unchosen")[..., 1].any()
    only = route("expert/weighted-sum", "all-to-one-expert")
    assert only[..., 2].all()
    assert not only[..., :2].any()


@pytest.mark.parametrize(
    ("name", "regime", "counts"),
    [
        ("index/top1-gate", "expert-unchosen", [None, None, 0]),
        ("index/top1-gate", "all-to-one-expert", [4, 0, 0]),
        ("index/predictor", "nobody-chosen", [0, 12]),
        ("index/predictor", "everybody-chosen", [12, 0]),
    ],
)
def test_choices_are_special_where_regimes_say_so(name, regime, counts) -> None:
    task = TASKS[name]
    chosen = expected(task, draw(task, named(task.regimes, regime), 1)).outputs[0].values
    found = chosen.reshape(-1, len(counts)).sum(axis=0)
    assert all(want is None or got == want for got, want in zip(found, counts, strict=True))


def test_larger_expert_choice_leaves_tokens_that_nobody_takes() -> None:
    task = TASKS["index/expert-choice"]
    for name in ("primes", "larger"):
        chosen = expected(task, draw(task, named(task.regimes, name), 0)).outputs[0].values
        assert not chosen.any(axis=-1).all()


def test_positions_are_counted_in_the_paper_and_uneven_elsewhere() -> None:
    for name in ("rope/neox", "rope/gptj", "rope/repeated-positions"):
        task = TASKS[name]
        assert (draw(task, named(task.regimes, "paper"), 0)["steps"] == 1).all()
        assert set(draw(task, named(task.regimes, "larger"), 0)["steps"].ravel()) <= {0, 1, 2, 3}
