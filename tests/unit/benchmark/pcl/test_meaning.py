"""What given functions and transforms compute, and what they see."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pcl import FILES, NOT_LINEAR, text_of

from aspl.reference.functions.batch import plain
from aspl.reference.run import Run
from benchmark.judge.cases import Prepared
from benchmark.judge.reading import read_answer
from benchmark.judge.values import wrong_values
from benchmark.judge.verdict import Outcome
from benchmark.pcl import AuthorError, PclTask, imported, imported_text, regimes_of
from benchmark.pcl.meaning import GivenFunction
from benchmark.tasks.draw import draw, expected
from benchmark.tasks.task import TaskError


def _run(sizes: dict[str, int] | None = None, **weights: Any) -> Run:
    own = {"M": 5, "N": 7, "K": 9, "D": 16} | (sizes or {})
    return Run(sizes=own, parameters=weights, precision="f64")


def _function(task: PclTask, name: str) -> GivenFunction:
    function = task.given[name]
    assert isinstance(function, GivenFunction)
    return function


def _wrong(task: PclTask, regime: str) -> Any:
    one = replace(task.task, regimes=tuple(r for r in regimes_of(task.read) if r.name == regime))
    prepared = Prepared(one, (0, 1))
    answer = read_answer(task.impl or "", prepared, one.regimes, "auto")
    assert answer.outcome is None, answer.diagnostics
    return wrong_values(answer.checked[0], prepared.case(0, 0), one.tolerance)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_answers_agree_with_transforms(path):
    assert not _wrong(imported(path), "paper")


@pytest.mark.parametrize("name", ["bmm_0", "norm_literal", "running_max"])
@pytest.mark.parametrize("regime", ["ones", "primes", "even", "larger"])
def test_other_sizes_agree_too(name, regime):
    assert not _wrong(imported_text(text_of(name), f"{name}.yaml"), regime)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_second_readers_are_seen(path):
    task = imported(path)
    answer = read_answer(task.impl or "", Prepared(task.task, (0,)), task.task.regimes, "strict")
    assert answer.outcome == (Outcome.NOT_LINEAR if path.stem in NOT_LINEAR else None)


def test_bodies_are_mapped_and_control_flow_is_looped():
    task = imported_text(text_of("expert_mask"), "t.yaml")
    x = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])
    found = task.given["fn_filter"]((x,), _run())
    assert isinstance(found, np.ndarray)
    assert found.tolist() == [[each > 0, each <= 0] for each in x.tolist()]
    assert list(_function(task, "fn_filter").ways.values()) == ["looped"]
    added = (np.ones((6, 9)), np.ones((6, 9)))
    assert np.all(task.given["fn_add"](added, _run()) == 2)
    assert list(_function(task, "fn_add").ways.values()) == ["mapped"]


def test_states_are_copies():
    task = imported_text(text_of("running_max"), "t.yaml")
    state = (np.full(3, -np.inf), np.zeros(3))
    found = task.given["fn_maxcount"]((np.arange(3.0), state), _run())
    assert isinstance(found, tuple)
    high, count = map(plain, found)
    assert np.asarray(high).tolist() == [0, 1, 2]
    assert np.asarray(count).tolist() == [1, 1, 1]
    assert state[1].tolist() == [0, 0, 0]


def test_functions_see_weights_and_no_inputs():
    text = text_of("bmm_0").replace("[state[0] + input[0]]", "[input_data['E0']]")
    task = imported_text(text, "t.yaml")
    with pytest.raises(AuthorError, match="KeyError: 'E0'; functions see weights") as caught:
        task.given["fn_add"]((np.ones((1, 7, 16)), np.ones((1, 7, 16))), _run())
    assert str(caught.value).startswith("t.yaml:24: fns[1].apply: ")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("[state[0][0]]", r"made \[16\] where `Buffer\(f32, \[N, D\]\)` is \[7, 16\]"),
        ("[state[0], 1]", "made 2 values where 1 are declared"),
        ("[state[0] @ input[0]]", "RuntimeError: mat1 and mat2"),
        ("nothing", "NameError: name 'nothing' is not defined"),
    ],
)
def test_bodies_that_break_are_told_at_their_place(body, told):
    task = imported_text(text_of("bmm_0").replace("[state[0] + input[0]]", body), "t.yaml")
    ones = np.ones((8, 7, 16))
    with pytest.raises(AuthorError, match=told) as caught:
        task.given["fn_add"]((ones, ones), _run())
    assert str(caught.value).startswith("t.yaml:24: fns[1].apply: ")


def test_a_transform_of_the_wrong_shape_is_told():
    text = text_of("bmm_0").replace(", input_data['E1'])", ", input_data['E1'])[0]")
    task = imported_text(text, "t.yaml").task
    with pytest.raises(TaskError, match=r"declared \[5, 7, 16\] .* makes \[7, 16\]"):
        expected(task, draw(task, task.regimes[0], 0))


def test_inputs_are_drawn_as_the_file_says():
    task = imported_text(text_of("expert_weighted"), "t.yaml").task
    flags = np.concatenate([draw(task, task.regimes[0], seed)["E1"] for seed in range(4)])
    assert set(flags.sum(axis=-1).reshape(-1)) == {0, 1, 2, 3}
    rope = imported_text(text_of("rope_neox"), "t.yaml").task
    assert np.all(draw(rope, rope.regimes[0], 0)["E0"] == 1)
    mask = imported_text(text_of("expert_mask"), "t.yaml").task
    assert set(np.unique(draw(mask, mask.regimes[0], 0)["E1"])) == {0.0, 1.0}


def test_bodies_may_name_float32():
    body = "[state[0].to(torch.float32) + torch.ones(1, dtype=torch.float32) @ torch.ones(1)]"
    task = imported_text(text_of("bmm_0").replace("[state[0] + input[0]]", body), "t.yaml")
    ones = np.ones((6, 7, 16))
    assert np.all(task.given["fn_add"]((ones, ones), _run()) == 2)


def test_choices_are_kept_apart():
    task = imported_text(text_of("moe_top1"), "t.yaml").task
    assert task.margin is not None
    values = dict(draw(task, task.regimes[0], 0))
    assert task.margin(values) == 1
    tied = values["W"].copy()
    tied[:, 1] = tied[:, 0] + 1e-9
    tied[:, 2] = -100 * np.abs(tied[:, 2])
    assert task.margin(values | {"W": tied, "E0": np.abs(values["E0"])}) == 0


def test_a_body_without_return_gives_its_last_line():
    text = text_of("bmm_0").replace("return [state[0] + input[0]]", "state[0] + input[0]")
    ones = np.ones((6, 7, 16))
    task = imported_text(text, "t.yaml")
    assert np.all(task.given["fn_add"]((ones, ones), _run()) == 2)
