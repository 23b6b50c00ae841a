"""The judge: from an answer's text to a verdict that can be made again.

Names load on first use, so that a command that needs none of them does not wait for the toolchain.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.judge.limits import Limits
    from benchmark.judge.pipeline import judge_here
    from benchmark.judge.pool import Judged, JudgePool
    from benchmark.judge.run import Judge, judge
    from benchmark.judge.verdict import Cost, Mismatch, Outcome, Verdict

_HOMES = {
    "Cost": "benchmark.judge.verdict",
    "Judge": "benchmark.judge.run",
    "JudgePool": "benchmark.judge.pool",
    "Judged": "benchmark.judge.pool",
    "Limits": "benchmark.judge.limits",
    "Mismatch": "benchmark.judge.verdict",
    "Outcome": "benchmark.judge.verdict",
    "Verdict": "benchmark.judge.verdict",
    "judge": "benchmark.judge.run",
    "judge_here": "benchmark.judge.pipeline",
}

__all__ = [
    "Cost",
    "Judge",
    "JudgePool",
    "Judged",
    "Limits",
    "Mismatch",
    "Outcome",
    "Verdict",
    "judge",
    "judge_here",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'benchmark.judge' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
