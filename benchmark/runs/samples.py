"""Samples of a run as people and programs read them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from aspl.render import visible_text
from aspl.terminal import UsageError, meant, quoted
from benchmark.judge.display import verdict_text
from benchmark.report.tables import NONE, Table, columns
from benchmark.report.text import table_lines
from benchmark.runs.judging import read_verdict
from benchmark.store.events import SampleCached, SampleRejected, SampleUnfenced
from benchmark.store.view import RunView, SampleView
from benchmark.store.workspace import Workspace

SAMPLE = "aspl.sample/1"


def some_samples(run: RunView, task: str | None, sample: int | None) -> tuple[SampleView, ...]:
    """Return samples of a run. Errors: UsageError where there are none of that task or number."""
    names = [each.name for each in run.config.tasks]
    if task is not None and task not in names:
        near = meant(get_close_matches(task, names, n=3, cutoff=0.0))
        raise UsageError(f"the run has no task {quoted(task)}{near}")
    found = tuple(
        each
        for each in run.samples
        if (task is None or each.task == task) and (sample is None or each.sample == sample)
    )
    if sample is not None and not found:
        raise UsageError(f"the run has no sample {sample} of {quoted(task or '')}")
    return found


def samples_text(run: RunView, samples: tuple[SampleView, ...]) -> str:
    """Write samples, one a line."""
    rows = tuple(
        (
            each.task,
            str(each.sample),
            each.outcome or each.state,
            f"{each.judged.cycles:,}" if each.judged and each.judged.cycles is not None else NONE,
            _remark(each),
        )
        for each in samples
    )
    heads = columns("task", ">sample", "outcome", ">cycles", "remark")
    lines = table_lines(Table(title="", columns=heads, rows=rows))
    ending = run.ending or "no end"
    return "\n".join([f"run {run.run}, {run.config.model}: {ending}", *lines])


def sample_text(workspace: Workspace, sample: SampleView) -> str:
    """Write an answer, and what the judge says of it."""
    parts = list(sample.failures)
    if sample.reply is not None:
        parts.append(visible_text(workspace.text(sample.reply).rstrip("\n")))
    if isinstance(sample.settled, SampleUnfenced | SampleRejected):
        parts.append(f"no program: {sample.settled.reason}")
    elif sample.judged is not None:
        verdict = read_verdict(workspace.object(sample.judged.verdict))
        parts.append(
            verdict_text(verdict, f"sample {sample.sample}", color=False)
            if verdict
            else f"{sample.outcome}; the verdict is of another version of the workbench"
        )
    return "\n\n".join(parts)


def sample_record(workspace: Workspace, run: str, sample: SampleView) -> dict[str, Any]:
    """Return a sample with its texts as an object of JSON."""
    judged = sample.judged
    return {
        "schema": SAMPLE,
        "run": run,
        "task": sample.task,
        "sample": sample.sample,
        "round": sample.round,
        "state": sample.state,
        "outcome": sample.outcome,
        "cycles": judged.cycles if judged else None,
        "failures": list(sample.failures),
        "reply": workspace.text(sample.reply) if sample.reply else None,
        "program": workspace.text(judged.program) if judged else None,
    }


def _remark(sample: SampleView) -> str:
    if isinstance(sample.settled, SampleUnfenced | SampleRejected):
        return sample.settled.reason
    if isinstance(sample.settled, SampleCached):
        return "judged before"
    return "" if sample.settled else "; ".join(sample.failures)
