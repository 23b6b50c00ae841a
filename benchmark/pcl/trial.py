"""In which regimes a task file works, tried in a process of its own.

A file states its own sizes. Others are kept where the file's own `impl` agrees with its
`data_transform` there: bodies that count on a size would reject right answers elsewhere.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.pcl.task import PAPER, PclTask, imported, regimes_of

SEEDS = (0, 1)
TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of trying a file."""

    regimes: tuple[str, ...]
    """Those that it works in; its own sizes always."""
    remark: str = ""
    """Why it does not work at its own sizes; empty where it does, or has no `impl`."""


def tried(path: Path, timeout_s: float = TIMEOUT_S) -> Trial:
    """Try a file in a process of its own, as its Python runs there."""
    command = [sys.executable, "-P", "-m", "benchmark.pcl.trial", str(path.resolve())]
    root = Path(__file__).parents[2]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=timeout_s, cwd=root, check=False
        )
    except subprocess.TimeoutExpired:
        return Trial(regimes=(PAPER,), remark=f"its Python takes more than {timeout_s:g} s")
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    try:
        found = json.loads(lines[-1])
        return Trial(regimes=tuple(found["regimes"]), remark=str(found["remark"]))
    except (IndexError, ValueError, KeyError, TypeError):
        words = " ".join(done.stderr.decode("utf-8", "replace").split())[-300:]
        return Trial(regimes=(PAPER,), remark=f"its Python ends the process: {words}")


def tried_here(path: str) -> Trial:
    """Try a file in this process."""
    own = imported(path)
    problem = _problem(own, PAPER) if own.impl else _reference_problem(own)
    if problem or own.impl is None:
        return Trial(regimes=(PAPER,), remark=problem)
    names = [each.name for each in regimes_of(own.read) if each.name != PAPER]
    everywhere = imported(path, regimes=[PAPER, *names])
    return Trial(
        regimes=(PAPER, *(name for name in names if not _problem(everywhere, name))), remark=""
    )


def _problem(pcl: PclTask, regime: str) -> str:
    """Return why the file's own answer is not right in a regime; empty where it is."""
    from dataclasses import replace

    from benchmark.judge.cases import Prepared
    from benchmark.judge.reading import read_answer
    from benchmark.judge.values import wrong_values

    task = replace(pcl.task, regimes=tuple(r for r in pcl.task.regimes if r.name == regime))
    prepared = Prepared(task, SEEDS)
    try:
        answer = read_answer(pcl.impl or "", prepared, task.regimes, "auto")
        if answer.outcome is not None:
            return "; ".join(f"{each.code} {each.message}" for each in answer.diagnostics[:3])
        for place in range(len(SEEDS)):
            found = wrong_values(answer.checked[0], prepared.case(0, place), task.tolerance)
            if found:
                return "its `impl` and its `data_transform` do not agree"
    # whatever goes wrong at sizes that the author did not think of
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _reference_problem(pcl: PclTask) -> str:
    """Return why the expected outputs cannot be made; empty where they can."""
    from benchmark.tasks.draw import draw, expected

    try:
        expected(pcl.task, draw(pcl.task, pcl.task.regimes[0], SEEDS[0]))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def main() -> None:
    """Try the file that the first argument names, and write what came of it as JSON."""
    found = tried_here(sys.argv[1])
    record: dict[str, Any] = {"regimes": found.regimes, "remark": found.remark}
    sys.stdout.write("\n" + json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
