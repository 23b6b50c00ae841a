"""Runs written by hand: tasks, samples and their verdicts, as events of a workspace."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from benchmark.judge.record import to_json
from benchmark.judge.verdict import Cost, Outcome, Verdict
from benchmark.store.config import (
    AskedTask,
    Limits,
    PolicyOptions,
    RunConfig,
    Usage,
)
from benchmark.store.events import (
    RoundBegan,
    RunEnded,
    RunStarted,
    SampleFailed,
    SampleJudged,
    SampleProposed,
    SampleUnfenced,
)
from benchmark.store.objects import digest, encoded
from benchmark.store.testing import SteppingClock
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Workspace, Write

LIMITS = Limits(jobs=2, calls_at_once=4)


def asked(name: str, kind: str = "arithmetic", reads: str = "once") -> AskedTask:
    return AskedTask(name=name, family=name.split("/")[0], kind=kind, reads=reads)  # type: ignore[arg-type] # words of the closed sets


TASKS = (
    asked("attention/fused"),
    asked("attention/scan", reads="reuse"),
    asked("bmm/outer", kind="shape"),
    asked("rope/neox", kind="shape", reads="reuse"),
)


def config(
    tasks: Iterable[AskedTask] = TASKS,
    samples: int = 4,
    model: str = "recorded/answers",
    policy: str = "best-of-n",
    options: PolicyOptions | None = None,
) -> RunConfig:
    return RunConfig(
        suite="core",
        model=model,
        policy=policy,
        options=options or PolicyOptions(),
        samples=samples,
        seed=0,
        tasks=tuple(tasks),
        versions={"judge": "0123456789abcdef"},
    )


def verdict(
    task: str, program: str, outcome: str, cycles: int | None = None, **rest: object
) -> Verdict:
    cost = None
    if cycles is not None:
        cost = Cost(
            cycles=cycles,
            off_chip_bytes=4096,
            on_chip_bytes=512,
            flops=9000,
            compute_utilization=0.125,
            bandwidth_utilization=0.5,
            bottleneck="Accum (line 3) is busy in 97 of 100 cycles",
            depth=2,
        )
    return Verdict(task=task, outcome=Outcome(outcome), program=program, cost=cost, **rest)  # type: ignore[arg-type] # fields of a verdict


def judged(found: Verdict, sample: int, reply: str | None = None) -> list[Write]:
    """Return what is recorded of a sample that was proposed and judged."""
    answer = encoded(reply if reply is not None else f"```aspl\n{found.program}```")
    kept = encoded(json.dumps(to_json(found), sort_keys=True))
    program = encoded(found.program)
    return [
        proposed(found.task, sample, answer),
        Write(
            run="",
            events=(
                SampleJudged(
                    task=found.task,
                    sample=sample,
                    reply=digest(answer),
                    program=digest(program),
                    verdict=digest(kept),
                    outcome=str(found.outcome),
                    cycles=found.cost.cycles if found.cost else None,
                    length=len(found.program),
                    seconds=0.25,
                ),
            ),
            objects=(answer, program, kept),
        ),
    ]


def proposed(task: str, sample: int, answer: bytes) -> Write:
    usage = Usage(input_tokens=1000, cached_tokens=800, output_tokens=100, usd=0.01, seconds=2.0)
    event = SampleProposed(task=task, sample=sample, reply=digest(answer), usage=usage)
    return Write(run="", events=(event,), objects=(answer,))


def unfenced(task: str, sample: int, reply: str) -> list[Write]:
    answer = encoded(reply)
    event = SampleUnfenced(
        task=task, sample=sample, reply=digest(answer), reason="it holds 2 fenced programs"
    )
    return [
        proposed(task, sample, answer),
        Write(run="", events=(event,), objects=(answer,)),
    ]


def failed(task: str, sample: int, reason: str = "the service is not there") -> list[Write]:
    event = SampleFailed(
        task=task, sample=sample, stage="propose", reason=reason, usage=Usage(calls=1)
    )
    return [Write(run="", events=(event,))]


def record(
    workspace: Workspace,
    run: str,
    writes: Iterable[Write],
    asked_for: RunConfig | None = None,
    ending: str | None = "done",
) -> RunView:
    """Write a run and return its view."""
    started = RunStarted(config=asked_for or config(), limits=LIMITS)
    workspace.write([Write(run=run, events=(started,))])
    for write in writes:
        workspace.write(
            [
                Write(
                    run=run,
                    events=write.events,
                    objects=write.objects,
                    remembered=write.remembered,
                )
            ]
        )
    if ending is not None:
        workspace.write([Write(run=run, events=(RunEnded(session=0, ending=ending),))])  # type: ignore[arg-type] # a word of the closed set
    return fold(run, workspace.entries(run))


def opened(folder: Path) -> Workspace:
    return Workspace.open(str(folder / "workspace.db"), clock=SteppingClock())


def began(number: int, tasks: Iterable[str], *, first: int, samples: int, **rest: object) -> Write:
    """Return what is recorded of a round that begins."""
    event = RoundBegan(round=number, tasks=tuple(tasks), first=first, samples=samples, **rest)  # type: ignore[arg-type] # fields of a round
    return Write(run="", events=(event,))


def in_round(number: int, writes: Iterable[Write]) -> list[Write]:
    """Return what is recorded of samples, as samples of a round."""
    return [
        replace(write, events=tuple(replace(each, round=number) for each in write.events))  # type: ignore[type-var] # all events are dataclasses
        for write in writes
    ]


def outcomes(task: str, endings: Mapping[str, int], first: int = 0) -> list[Write]:
    """Return samples of a task that end so, each with a program of its own."""
    words = [word for word, count in endings.items() for _ in range(count)]
    found: list[Write] = []
    for sample, word in enumerate(words, start=first):
        cycles = 100 if word == "correct" else None
        found += judged(verdict(task, f"# {sample}\n", word, cycles), sample)
    return found
