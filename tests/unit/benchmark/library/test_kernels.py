"""Kernels of a library called on arrays, held against the references of their tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from libraries import edit, library

from benchmark.judge.compare import compare
from benchmark.library import CallError, Kernel, Library, load
from benchmark.tasks.draw import draw, expected
from benchmark.tasks.table import TASKS


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return load(library(tmp_path_factory.mktemp("library"), TASKS))


def called(kernel: Kernel, values: Any) -> tuple[Any, ...]:
    names = [port.name for port in kernel.inputs]
    given = [values[name] for name in names[: kernel.parameters]]
    found = kernel(*given, **{name: values[name] for name in names[kernel.parameters :]})
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize("task", TASKS)
def test_a_kernel_computes_what_the_reference_does_at_all_sizes(
    kernels: Library, task: str
) -> None:
    asked = TASKS[task]
    for regime in asked.regimes:
        values = draw(asked, regime, 11)
        found = called(kernels[task], values)
        for got, wanted in zip(found, expected(asked, values).outputs, strict=True):
            assert compare(got, wanted, asked.tolerance) is None, regime.name
            assert got.dtype in (np.float32, np.bool_, np.int64)


@pytest.mark.parametrize("task", ["expert/weighted-sum", "index/top3-tokens", "norm/rms"])
def test_tensors_come_back_as_tensors(kernels: Library, task: str) -> None:
    values = draw(TASKS[task], TASKS[task].regimes[0], 11)
    tensors = {name: torch.from_numpy(array.copy()) for name, array in values.items()}
    arrays = called(kernels[task], values)
    for got, same in zip(called(kernels[task], tensors), arrays, strict=True):
        assert isinstance(got, torch.Tensor)
        assert got.dtype == (torch.float32 if same.dtype == np.float32 else torch.bool)
        np.testing.assert_array_equal(got.numpy(), same)


def test_what_torch_holds_otherwise_is_taken_too(kernels: Library) -> None:
    x = torch.arange(12.0).reshape(3, 4)
    want = x / torch.sqrt((x**2).mean(1, keepdim=True) + 1e-5)
    for given in (x.clone().requires_grad_(), x.T.contiguous().T, x.to(torch.bfloat16), x.int()):
        got = kernels["norm/rms"](given)
        assert isinstance(got, torch.Tensor)
        torch.testing.assert_close(got, want)


def test_lists_are_arrays(kernels: Library) -> None:
    got = kernels["norm/rms"]([[3.0, 4.0]])
    np.testing.assert_allclose(got, [[0.848528, 1.131371]], rtol=1e-5)


def test_a_library_is_a_mapping(kernels: Library) -> None:
    assert len(kernels) == 26
    assert sorted(kernels) == sorted(TASKS)
    assert repr(kernels).endswith("26 kernels)")
    kernel = kernels["bmm/outer-products"]
    assert kernel is kernels["bmm/outer-products"]
    assert repr(kernel).startswith("Kernel('bmm/outer-products', 'kernel(a: Stream(")
    with pytest.raises(KeyError):
        kernels["bmm/nothing"]


A, B = np.ones((2, 3, 4)), np.ones((2, 3, 5))


@pytest.mark.parametrize(
    ("arrays", "named", "words"),
    [
        ((A,), {}, r"`b`, Stream\(f32, \[M, K, D\]\): nothing is given for it \(.*aspl:\d+\)"),
        ((A, B, B), {}, "expected 2 arrays, got 3; weights are given by name"),
        ((A, B), {"a": A}, "`a` is given twice"),
        ((A, B), {"W": A}, "there is no parameter `W`; it has a: Stream"),
        ((A, B[:, 1:]), {}, r"`b`, .*: `K` is 3 in `a`, and 2 here, in shape \(2, 2, 5\)"),
        ((A, B[0]), {}, r"`b`, .*: expected 3 dims, got shape \(3, 5\)"),
        ((A, B > 0), {}, "`b`, .*: expected numbers for `f32`, got bool"),
        ((A, B * 1j), {}, "`b`, .*: expected an array of numbers, got complex128"),
        ((A, "b"), {}, "`b`, .*: expected an array of numbers"),
        ((A, [[1.0], [2.0, 3.0]]), {}, "`b`, .*: expected an array, got lists of different"),
    ],
)
def test_a_wrong_call_names_the_parameter(
    kernels: Library, arrays: Any, named: Any, words: str
) -> None:
    with pytest.raises(CallError, match=f"^bmm/outer-products: {words}"):
        kernels["bmm/outer-products"](*arrays, **named)


def test_selectors_and_flags_are_arrays_of_flags(kernels: Library) -> None:
    kernel = kernels["expert/skip-with-affinity"]
    x, route = np.ones((1, 2, 3)), np.array([[[True, False], [False, True]]])
    weights = {"A": np.ones(3), "W": np.eye(3)}
    found = kernel(x, route, **weights)
    np.testing.assert_array_equal(found, kernel(x=x, route=route.astype(int), **weights))
    with pytest.raises(CallError, match=r"`route`, .*: expected flags for `bool`, got float64"):
        kernel(x, route * 0.5, **weights)
    with pytest.raises(CallError, match=r"`route`, .*: expected an extent of 2, got 3 in shape"):
        kernel(x, np.zeros((1, 2, 3), bool), **weights)
    with pytest.raises(CallError, match=r"`A`, Tensor\(f32, \[D\]\): `D` is 3 in `x`, and 4 here"):
        kernel(x, route, A=np.ones(4), W=np.eye(3))


def test_a_program_that_was_broken_by_hand_is_told_with_its_place(tmp_path: Path) -> None:
    place = library(tmp_path)
    edit(place, "norm/rms", "fn=over)", "fn=over")
    edit(place, "rope/neox", "fn=rotate_halves", "fn=rotate_thirds")
    (place / "bmm" / "outer-products.aspl").unlink()
    found = load(place)
    with pytest.raises(CallError, match=r"P001.*\n *--> .*rms\.aspl:\d+"):
        found["norm/rms"]
    with pytest.raises(CallError, match="rotate_thirds"):
        found["rope/neox"]
    with pytest.raises(CallError, match=r"outer-products\.aspl is not there"):
        found["bmm/outer-products"]


def test_what_is_no_library_is_told(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="there is no library"):
        load(tmp_path / "none")
    (tmp_path / "library.json").write_text("{}")
    with pytest.raises(CallError, match=r"library\.json: expected schema aspl\.library/1"):
        load(tmp_path)
