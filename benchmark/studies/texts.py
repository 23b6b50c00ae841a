"""The studies' programs: texts put together from parts that several graphs share, and checked."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Literal, TypeAlias

from aspl.checker import Checked, check
from aspl.diagnostics import Findings
from aspl.text.parse import parse

Tiling: TypeAlias = Literal["static", "dynamic"]
Strategy: TypeAlias = Literal["coarse", "interleave", "dynamic"]

STREAMS_OF_REQUESTS = ("query", "key", "value", "place", "length", "offset")

_SHAPES = {"query": "bf16, [{n} * 8, D]", "key": "bf16, [{n}, D]", "value": "bf16, [{n}, D]"}


def swiglu_text() -> str:
    """Return SwiGLU of one expert."""
    return _part("swiglu")


def moe_text(tiling: Tiling, *, shared: bool) -> str:
    """Return a mixture of experts; with `shared`, the experts of a region share its operators."""
    return (
        _part("moe/head")
        + _part(f"moe/pack_{tiling}")
        + _part("moe/regions" if shared else "moe/experts")
        + _part("moe/merge")
    )


def attention_text(strategy: Strategy, regions: int) -> str:
    """Return decode attention of one key-value head over a batch, in parallel regions."""
    return (
        _attention_head(strategy, regions)
        + _part(f"attention/{strategy}")
        + _part("attention/caches")
        + (_part("attention/signal") if strategy == "dynamic" else "")
        + _part("attention/attend")
    )


def checked(text: str, sizes: Mapping[str, int]) -> Checked:
    """Check a text of ours with sizes in place of its own."""
    findings = Findings()
    program = parse(text, findings, sizes=sizes)
    found = check(program, findings) if program is not None else None
    # sizes are looked at before they come here, so a finding is a fault of ours
    assert found is not None and not len(findings), [each.message for each in findings]
    return found


def _part(name: str) -> str:
    path = files("benchmark.studies").joinpath("programs", *f"{name}.aspl".split("/"))
    return path.read_text(encoding="utf-8")


def _attention_head(strategy: Strategy, regions: int) -> str:
    sizes = [
        f"B, R = Dim(64), Dim({regions}, fixed=True)",
        "D, rows, slots = Dim(64), Dim(32), Dim(202)",
    ]
    parameters: list[str] = []
    lists: list[str] = []
    if strategy == "coarse":
        sizes += [f"C{region} = Dim(16)" for region in range(regions)]
        for name in STREAMS_OF_REQUESTS:
            names = [f"{name}{region}" for region in range(regions)]
            parameters += [_tensor(each, name, f"C{at}") for at, each in enumerate(names)]
            lists.append(f"    {name}_parts = [{', '.join(names)}]")
    else:
        parameters += [_tensor(name, name, "B") for name in STREAMS_OF_REQUESTS]
    if strategy == "dynamic":
        parameters += [
            "first: Tensor(bool, [R, R])",
            "begin: Tensor(bool, [B, 2])",
            "again: Tensor(bool, [B, 2])",
        ]
    parameters += [
        "key_cache: Tensor(bf16, [B * slots * rows, D])",
        "value_cache: Tensor(bf16, [B * slots * rows, D])",
        "out: Tensor(bf16, [B * 8, D])",
    ]
    signature = ["def kernel(", *(f"    {each}," for each in parameters), ") -> None:"]
    return "\n".join([*sizes, "", *signature, *lists, ""])


def _tensor(name: str, kind: str, count: str) -> str:
    return f"{name}: Tensor({_SHAPES.get(kind, 'i64, [{n}]').format(n=count)})"
