"""The whole chain that holds up a correct program: simulated once more, in a process of its own.

It runs on the machine and the draw on which the judge costs programs. A process of its own keeps
the console alive meanwhile, and is bounded as the judge's workers are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import IO

from aspl.render import visible_text

LONGEST_S = 120.0
_CHILD = "import sys; from agent.console import chain; chain.serve(sys.stdin.buffer, sys.stdout)"


def chain_text(task: str, program: str, width: int) -> str:
    """Return the page of a simulation, coloured for a terminal, or a line that says why not.

    Args: task: one of the table.
    """
    asked = json.dumps({"task": task, "program": program, "width": width})
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD],
            input=asked.encode(),
            capture_output=True,
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"the simulation takes longer than {LONGEST_S:g} s"
    if done.returncode == 0:
        answer: str = json.loads(done.stdout)
        return answer
    last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
    return f"it cannot be simulated: {visible_text(last[0]) if last else 'its process was ended'}"


def serve(source: IO[bytes], to: IO[str]) -> None:
    """Simulate the program that is asked for, and write the page."""
    from benchmark.judge.cases import PUBLIC_SEED, Prepared
    from benchmark.judge.cost import Refusal, simulated
    from benchmark.judge.limits import Limits, allow_cpu, confine
    from benchmark.judge.reading import read_answer
    from benchmark.tasks.table import task_named
    from simulator.display import report_text

    asked = json.loads(source.read())
    limits = Limits()
    confine(limits)
    allow_cpu(limits)
    task = task_named(asked["task"])
    prepared = Prepared(task, (PUBLIC_SEED,))
    answer = read_answer(asked["program"], prepared, task.regimes)
    if not answer.checked:
        json.dump("the program does not check", to)
        return
    found = simulated(answer.checked[prepared.paper], prepared.simulated.supplied)
    if isinstance(found, Refusal):
        json.dump(f"the program does not run to its end: {found.outcome}", to)
    else:
        json.dump(report_text(found.report, color=True, width=asked["width"]), to)
