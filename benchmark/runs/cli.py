"""The sub-commands that run the benchmark and keep its records: bench run, runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aspl.command import JsonOption, tell, told
from aspl.terminal import UsageError, quoted, reason, write_records, write_text
from benchmark.store.command import WORKSPACE, RunArgument, WorkspaceOption

if TYPE_CHECKING:
    from benchmark.runs.recorder import Observer
    from benchmark.runs.solver import Solver
    from benchmark.store.events import RunConfig
    from benchmark.store.view import RunView
    from benchmark.store.workspace import Entry, Workspace
    from benchmark.tasks.task import Task

INCOMPLETE = 1
BUDGET_SPENT = 3
INTERRUPTED = 130


ModelOption = Annotated[
    str | None,
    typer.Option(
        metavar="VENDOR/NAME",
        help="Who answers: recorded/DIR or recorded/FILE.jsonl; for tests scripted/empty, "
        "scripted/zero, scripted/solutions.",
    ),
]
SuiteOption = Annotated[str | None, typer.Option(help="The tasks to run; core if not given.")]
TasksOption = Annotated[
    list[str] | None, typer.Option(metavar="FAMILY/VARIANT", help="Only this task; repeatable.")
]
PolicyOption = Annotated[
    Literal["best-of-n"] | None,
    typer.Option(help="How samples are drawn; best-of-n if not given."),
]
SamplesOption = Annotated[
    int | None, typer.Option(min=1, max=100_000, help="Answers to each task; 1 if not given.")
]
SeedOption = Annotated[
    int | None, typer.Option(min=0, help="Where all draws start; 0 if not given.")
]
JobsOption = Annotated[int, typer.Option(min=1, max=256, help="Processes that judge.")]
CallsOption = Annotated[int, typer.Option(min=1, max=1000, help="Calls at the same time.")]
MaxCallsOption = Annotated[
    int | None, typer.Option(min=0, help="Calls of the run, after which it stops.")
]
MaxMinutesOption = Annotated[
    float | None, typer.Option(min=0, help="Minutes after which no further call is made.")
]
BudgetOption = Annotated[
    str | None,
    typer.Option(
        metavar="calls=N,minutes=M", help="Both limits in one word; either may be left out."
    ),
]
ResumeOption = Annotated[
    str | None,
    typer.Option(metavar="RUN", help="Go on with a run, as it was asked for; or `last`."),
]
NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Judge even what other runs have judged.")
]


@dataclass(frozen=True, slots=True)
class _Session:
    """What a session needs that can be missing."""

    tasks: Mapping[str, Task]
    solver: Solver


def register(bench: typer.Typer, runs: typer.Typer) -> None:
    """Add the sub-commands to their groups."""
    bench.command("run")(told(run))
    runs.command("list")(told(list_runs))
    runs.command("show")(told(show))
    runs.command("export")(told(export))
    runs.command("gc")(told(gc))


def run(
    model: ModelOption = None,
    suite: SuiteOption = None,
    task: TasksOption = None,
    policy: PolicyOption = None,
    samples: SamplesOption = None,
    seed: SeedOption = None,
    jobs: JobsOption = 2,
    calls: CallsOption = 8,
    max_calls: MaxCallsOption = None,
    max_minutes: MaxMinutesOption = None,
    budget: BudgetOption = None,
    resume: ResumeOption = None,
    no_cache: NoCacheOption = False,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """Ask a model for answers to the tasks of a suite, and judge them.

    Everything is recorded as it happens; a run that stops for any reason is resumed with
    `--resume`. The exit code is 1 if answers or verdicts failed to come, 3 if the budget is spent.
    """
    from benchmark.runs.start import Wanted, begun, config_of, resumed
    from benchmark.store.clock import SystemClock, random_ids
    from benchmark.store.events import Limits
    from benchmark.store.find import opened, run_named

    if budget is not None:
        max_calls, max_minutes = _budget(budget, max_calls, max_minutes)
    limits = Limits(jobs=jobs, calls_at_once=calls, max_calls=max_calls, max_minutes=max_minutes)
    if resume is not None:
        _require_unasked((model, suite, task or None, policy, samples, seed))
        with opened(workspace) as place:
            old = run_named(place, resume)
            session = _session(old.config)
            _go(place, resumed(place, old, limits), session, json, cache=not no_cache)
        return
    if model is None:
        raise UsageError("say who answers with --model, or go on with a run with --resume")
    wanted = Wanted(
        suite=suite or "core",
        tasks=tuple(task or ()),
        model=model,
        policy=policy or "best-of-n",
        samples=samples or 1,
        seed=seed or 0,
    )
    config = config_of(wanted)
    session = _session(config)
    with opened(workspace, make=True) as place:
        new = begun(place, config, limits, random_ids(SystemClock()))
        _go(place, new, session, json, cache=not no_cache)


def _budget(
    budget: str, max_calls: int | None, max_minutes: float | None
) -> tuple[int | None, float | None]:
    from benchmark.runs.budget import read_budget

    if max_calls is not None or max_minutes is not None:
        raise UsageError("--budget stands in the place of --max-calls and --max-minutes")
    read = read_budget(budget)
    return read.calls, read.minutes


def _require_unasked(fixed: Sequence[object]) -> None:
    names = ("--model", "--suite", "--task", "--policy", "--samples", "--seed")
    for name, value in zip(names, fixed, strict=True):
        if value is not None:
            raise UsageError(f"a run is resumed as it was asked for; leave {name} out")


def _session(config: RunConfig) -> _Session:
    """Find tasks and solver before anything is recorded."""
    from benchmark.runs.start import solver_named, tasks_of

    return _Session(tasks_of(config), solver_named(config.model))


def _go(workspace: Workspace, run: RunView, session: _Session, json: bool, *, cache: bool) -> None:
    """Run a session, say how it ended, and end with its exit code."""
    from benchmark.judge.pool import JudgePool
    from benchmark.runs.display import shown
    from benchmark.runs.progress import Progress
    from benchmark.runs.runner import Parts, run_session
    from benchmark.runs.start import key_rule, versions
    from benchmark.store.clock import SystemClock
    from benchmark.store.workspace import WorkspaceFailed

    clock = SystemClock()
    tell(f"run {run.run}")
    if versions()["judge"] != run.config.versions.get("judge"):
        tell("note: the judge has changed since the run began; verdicts that it has are kept")
    progress = Progress.of(run, clock)
    try:
        with JudgePool(run.limits.jobs) as judge, shown(progress) as observer:
            ended = run_session(
                run,
                Parts(
                    workspace=workspace,
                    solver=session.solver,
                    judge=judge,
                    tasks=session.tasks,
                    key=key_rule(),
                    clock=clock,
                    observer=_with_records(observer) if json else observer,
                    cache=cache,
                ),
            )
    except WorkspaceFailed as failure:
        again = f"mend that, and go on with `aspl bench run --resume {run.run}`"
        raise UsageError(f"cannot write the workspace: {failure}; {again}") from failure
    except KeyboardInterrupt as interrupt:
        tell(f"interrupted; go on with `aspl bench run --resume {run.run}`")
        raise typer.Exit(INTERRUPTED) from interrupt
    tell(progress.line())
    _end(workspace, ended, json)


def _with_records(observer: Observer) -> Observer:
    from benchmark.runs.export import event_record

    def observe(entries: Sequence[Entry]) -> None:
        write_records(map(event_record, entries), sys.stdout)
        sys.stdout.flush()
        observer(entries)

    return observe


def _end(workspace: Workspace, run: RunView, json: bool) -> None:
    from aspl.terminal import is_colored
    from benchmark.report.content import report
    from benchmark.report.text import report_text

    if not json:
        text = report_text(report(workspace, run), color=is_colored(sys.stdout))
        write_text(f"{text}\n", sys.stdout)
    again = f"go on with `aspl bench run --resume {run.run}`"
    if run.ending == "budget":
        tell(f"the budget is spent ({run.detail}); {again}")
        raise typer.Exit(BUDGET_SPENT)
    if run.ending == "incomplete":
        tell(f"not complete: {run.detail}; {again}")
        raise typer.Exit(INCOMPLETE)


def list_runs(workspace: WorkspaceOption = WORKSPACE, json: JsonOption = False) -> None:
    """List the runs of a workspace, the last at the end."""
    from benchmark.runs.display import runs_text
    from benchmark.runs.export import run_record
    from benchmark.scores.tally import tallies
    from benchmark.store.find import all_runs, opened

    with opened(workspace) as place:
        found = [(run, sum(each.is_solved for each in tallies(run))) for run in all_runs(place)]
    if json:
        write_records((run_record(run, solved) for run, solved in found), sys.stdout)
    else:
        write_text(runs_text(found) + "\n", sys.stdout)


def show(
    run: RunArgument,
    task: Annotated[
        str | None, typer.Option(metavar="FAMILY/VARIANT", help="Only samples of this task.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=0, help="The answer and the verdict of this sample.")
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """Show what became of every sample of a run, or one answer with its verdict."""
    from benchmark.runs.samples import sample_record, sample_text, samples_text, some_samples
    from benchmark.store.find import opened, run_named

    if sample is not None and task is None:
        raise UsageError("say of which --task the sample is")
    with opened(workspace) as place:
        view = run_named(place, run)
        found = some_samples(view, task, sample)
        if json:
            write_records((sample_record(place, view.run, each) for each in found), sys.stdout)
        elif sample is not None:
            write_text(sample_text(place, found[0]) + "\n", sys.stdout)
        else:
            write_text(samples_text(view, found) + "\n", sys.stdout)


def export(
    run: RunArgument,
    out: Annotated[
        Path | None,
        typer.Option("-o", metavar="FILE.jsonl", help="Where to; standard output if not given."),
    ] = None,
    no_objects: Annotated[
        bool, typer.Option("--no-objects", help="Leave prompts, answers and verdicts out.")
    ] = False,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Write a run's events, and the texts that they speak of, as JSON lines."""
    from benchmark.runs.export import exported
    from benchmark.store.find import opened, run_named

    with opened(workspace) as place:
        name = run_named(place, run).run
        records = exported(place, name, objects=not no_objects)
        if out is None or str(out) == "-":
            write_records(records, sys.stdout)
            return
        try:
            with out.open("w", encoding="utf-8", newline="") as file:
                write_records(records, file)
        except OSError as error:
            raise UsageError(f"cannot write {quoted(str(out))}: {reason(error)}") from error
    tell(f"run {name} is in {out}")


def gc(
    spare: Annotated[
        float, typer.Option(min=0, metavar="MINUTES", help="Spare what is younger than this.")
    ] = 60.0,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Remove objects that no event and no cache refers to; events stay."""
    from datetime import timedelta

    from benchmark.store.clock import SystemClock
    from benchmark.store.collect import collect
    from benchmark.store.find import opened

    with opened(workspace) as place:
        found = collect(place, SystemClock().now(), spared=timedelta(minutes=spare))
    write_text(
        f"removed {found.objects:,} objects of {found.bytes:,} B; "
        f"{found.objects_left:,} objects of {found.bytes_left:,} B are left\n",
        sys.stdout,
    )
