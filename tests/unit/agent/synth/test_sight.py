"""What the synthesiser cannot see, because it never loads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from asked_of_synth import SQUARES, outside, section

import agent.synth
from benchmark.tasks.shown import shown
from benchmark.tasks.table import TASKS

HIDDEN = (
    "aspl.reference",
    "benchmark.controls",
    "benchmark.judge",
    "benchmark.runs",
    "benchmark.solutions",
    "benchmark.tasks",
    "benchmark.verify",
    "compiler",
    "simulator",
    "torch",
)


def test_a_synthesis_loads_no_judge_task_solution_or_reference() -> None:
    solved = section(SQUARES, "y = x", "return Accum(Map(x, fn=square), fn=total)")
    code = f"""
import sys
import agent.synth.model
from agent.synth.synthesise import synthesise
assert "```aspl" in synthesise({outside("rows")!r}, ({solved!r},), "", 1)
hidden = {HIDDEN!r}
print(*[each for each in sys.modules if each.startswith(hidden)])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""


def test_nothing_in_it_is_of_one_task() -> None:
    files = Path(agent.synth.__file__).parent.glob("*.py")
    text = "\n".join(each.read_text() for each in files)
    names = {name for task in TASKS.values() for name in (task.name, task.formula)}
    functions = {each.name for task in TASKS.values() for each in shown(task).functions}
    # plain words, such as `over`, are words of ours too
    names |= {name for name in functions if "_" in name}
    assert len(names) > 60
    assert [name for name in sorted(names) if name in text] == []
