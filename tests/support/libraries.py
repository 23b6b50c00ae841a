"""Libraries of kernels, built from runs that are written by hand and judged in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from run_records import asked, config, judged, opened, record

from benchmark.judge.pipeline import judge_here
from benchmark.judge.pool import Judged
from benchmark.library.build import Built, build, write_library
from benchmark.solutions import solution_text
from benchmark.tasks.table import TASKS
from benchmark.tasks.task import Task

FEW = ("bmm/outer-products", "norm/rms", "rope/neox")


@dataclass(frozen=True)
class Here:
    """Judges in this process."""

    seeds: tuple[int, ...] = (3,)

    def map(self, answers: Iterable[tuple[Task | str, str]]) -> Iterator[Judged]:
        for place, (task, text) in enumerate(answers):
            found = TASKS[task] if isinstance(task, str) else task
            yield Judged(place=place, verdict=judge_here(found, text, seeds=self.seeds))


def solutions(tasks: Iterable[str]) -> dict[str, str]:
    found = {task: solution_text(task) for task in tasks}
    return {task: text for task, text in found.items() if text is not None}


def built(folder: Path, answers: Mapping[str, Iterable[str]], run: str = "run-a") -> Built:
    """Build from a run in which all of these answers were judged."""
    tasks = {name: asked(name) for name in answers}
    writes = []
    for name, texts in answers.items():
        for sample, text in enumerate(texts):
            verdict = judge_here(TASKS[name], text, seeds=(1, 2))
            writes += judged(verdict, sample)
    folder.mkdir(exist_ok=True)
    with opened(folder) as workspace:
        view = record(workspace, run, writes, config(tasks.values()))
        return build(workspace, [view], Here())


def library(folder: Path, tasks: Iterable[str] = FEW) -> Path:
    """Write a library of the solutions of some tasks below a folder, and return where it is."""
    found = built(folder / "runs", {task: [text] for task, text in solutions(tasks).items()})
    write_library(found, folder / "kernels")
    return folder / "kernels"


def edit(library: Path, task: str, old: str, new: str) -> None:
    """Replace a text in a program, or in the manifest where the task is empty."""
    path = library / (f"{task}.aspl" if task else "library.json")
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new), "utf-8")
