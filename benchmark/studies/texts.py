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

_ATTENTION = '''"""Decode attention of one key-value head over a batch, in `R` parallel regions.

A request has 8 rows of queries, a cache of keys and values in tiles, and a new key and value.
"""'''

_REQUESTS = {
    "query": "bf16, [{n} * 8, D]",
    "key": "bf16, [{n}, D]",
    "value": "bf16, [{n}, D]",
    "place": "i64, [{n}]",
    "length": "i64, [{n}]",
    "offset": "i64, [{n}]",
}
_TURNS = (
    "first: Tensor(bool, [R, R])",
    "begin: Tensor(bool, [B, 2])",
    "again: Tensor(bool, [B, 2])",
)
_CACHES = (
    "key_cache: Tensor(bf16, [B * slots * rows, D])",
    "value_cache: Tensor(bf16, [B * slots * rows, D])",
    "out: Tensor(bf16, [B * 8, D])",
)


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
    counts = [f"C{region}" for region in range(regions)] if strategy == "coarse" else []
    sizes = [
        f"B, R = Dim(64), Dim({regions}, fixed=True)",
        "D, rows, slots = Dim(64), Dim(32), Dim(202)",
        *(f"{count} = Dim(16)" for count in counts),
    ]
    parameters = [*_requests(counts), *(_TURNS if strategy == "dynamic" else ()), *_CACHES]
    signature = ["def kernel(", *(f"    {each}," for each in parameters), ") -> None:"]
    lists = [
        f"    {name}_parts = [{', '.join(f'{name}{at}' for at in range(len(counts)))}]"
        for name in _REQUESTS
        if counts
    ]
    return "\n".join([_ATTENTION, "", *sizes, "", *signature, *lists, ""])


def _requests(counts: list[str]) -> list[str]:
    """Return what is known of the requests: of all of them, or of those of every region."""
    return [
        f"{name}{place}: Tensor({kind.format(n=count)})"
        for name, kind in _REQUESTS.items()
        for place, count in (enumerate(counts) if counts else [("", "B")])
    ]
