"""The example programs check, have the shapes that the paper gives, and compute what they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aspl import Checked, Findings, check, evaluate, parse
from aspl.reference.run import Precision
from aspl.values.literal import to_array

EXAMPLES = Path(__file__).parents[2] / "aspl" / "examples"


def checked(name: str, **sizes: int) -> Checked:
    findings = Findings()
    program = parse((EXAMPLES / f"{name}.aspl").read_text(), findings, sizes=sizes)
    assert program is not None
    found = check(program, findings)
    assert list(findings) == []
    assert found is not None
    return found


def softmax(x: NDArray[Any]) -> NDArray[Any]:
    weights: NDArray[Any] = np.exp(x - x.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def only_output(program: Checked, values: dict[str, Any], precision: Precision) -> NDArray[Any]:
    (output,) = evaluate(program, values, precision=precision).outputs
    found = to_array(output)
    assert found is not None
    return found


def test_every_example_has_a_test() -> None:
    names = {path.stem for path in EXAMPLES.glob("*.aspl")}
    assert names == {"bmm", "flash_attention", "moe"}


@pytest.mark.parametrize("sizes", [{}, {"M": 1, "K": 1}, {"M": 2, "K": 11, "N": 3, "D": 5}])
def test_bmm_is_a_batched_product(sizes: dict[str, int]) -> None:
    program = checked("bmm", **sizes)
    extents = program.program.size_values()
    rng = np.random.default_rng(1)
    a = rng.standard_normal([extents[name] for name in "MKN"])
    b = rng.standard_normal([extents[name] for name in "MKD"])
    result = only_output(program, {"E0": a, "E1": b}, "f64")
    np.testing.assert_allclose(result, np.einsum("mkn,mkd->mnd", a, b), rtol=1e-12)


@pytest.mark.parametrize("sizes", [{}, {"N": 1, "M": 1, "D": 1}, {"N": 3, "M": 257, "D": 7}])
@pytest.mark.parametrize("spread", [1.0, 30.0])
def test_flash_attention_is_softmax_attention(sizes: dict[str, int], spread: float) -> None:
    program = checked("flash_attention", **sizes)
    extents = program.program.size_values()
    rng = np.random.default_rng(2)
    # a wide spread of scores overflows exp unless the running maximum is subtracted
    q = rng.standard_normal((extents["N"], extents["D"])) * spread
    k, v = rng.standard_normal((2, extents["M"], extents["D"]))
    result = only_output(program, {"q": q, "k": k, "v": v}, "f32")
    expected = softmax(q @ k.T / np.sqrt(extents["D"])) @ v
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


def dense_moe(values: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """Let every expert see every token, and keep the two best of each."""
    x, scores = values["x"], values["scores"][0]
    out = np.zeros_like(x)
    for token in range(len(x)):
        best = np.argsort(-scores[token], kind="stable")[:2]
        for weight, expert in zip(softmax(scores[token][best]), best, strict=True):
            gated = x[token] @ values["gate"][expert]
            hidden = gated / (1 + np.exp(-gated)) * (x[token] @ values["up"][expert])
            out[token] += weight * (hidden @ values["down"][expert])
    return out


def moe_values(extents: dict[str, int], seed: int) -> dict[str, NDArray[Any]]:
    rng = np.random.default_rng(seed)
    b, d, f, e = (extents[name] for name in ("B", "D", "F", "E"))
    return {
        "x": rng.standard_normal((b, d)),
        "scores": rng.standard_normal((1, b, e)),
        "up": rng.standard_normal((e, d, f)),
        "gate": rng.standard_normal((e, d, f)),
        "down": rng.standard_normal((e, f, d)),
        "out": np.zeros((b, d)),
    }


@pytest.mark.parametrize("sizes", [{}, {"B": 1}, {"B": 37, "E": 11, "D": 3, "F": 24}])
def test_mixture_of_experts_is_the_dense_result(sizes: dict[str, int]) -> None:
    program = checked("moe", **sizes)
    for seed in range(3):
        values = moe_values(program.program.size_values(), seed)
        result = evaluate(program, values, precision="f64")
        np.testing.assert_allclose(result.tensors["out"], dense_moe(values), rtol=1e-10, atol=1e-12)


def test_mixture_of_experts_with_everything_to_two_experts() -> None:
    program = checked("moe")
    values = moe_values(program.program.size_values(), 5)
    # two experts get every token, two get none
    values["scores"] = np.broadcast_to(np.array([1.0, 3.0, 0.5, 2.0]), values["scores"].shape)
    result = evaluate(program, values, precision="f64")
    np.testing.assert_allclose(result.tensors["out"], dense_moe(values), rtol=1e-10, atol=1e-12)
    assert [result.extents[f"part{expert}"] for expert in range(4)] == [0, 12, 0, 12]


def test_mixture_of_experts_has_the_shapes_of_the_paper() -> None:
    program = checked("moe")
    shapes = {
        value.name: str(kind)
        for value, kind in zip(program.program.values, program.types, strict=True)
        if value.name
    }
    # every expert has its own count; the dict keeps the last
    count = "part3"
    tiles = f"ceil_div({count}, 4)"
    assert shapes["tokens"] == "Stream(Tile(f32, [1, D]), [1, B])"
    assert shapes["chunks"] == f"Stream(Tile(f32, [1, D]), [some({count}), {tiles}, 4])"
    assert shapes["packed"] == f"Stream(Tile(f32, [4, D]), [{tiles}])"
    assert shapes["hidden"] == f"Stream(Tile(f32, [4, 8]), [{tiles}, F // 8])"
    assert shapes["folded"] == f"Stream(Tile(f32, [4, D]), [{tiles}])"
    assert re.fullmatch(r"Stream\(Tile\(f32, \[1, D\]\), \[ragged_\d+\]\)", shapes["unpacked"])
    assert shapes["summed"] == "Stream(Tile(f32, [1, D]), [1, B])"
