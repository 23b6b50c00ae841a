"""The sub-command that runs campaigns: bench run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import typer

from agent.campaigns import command as options
from aspl.command import JsonOption, tell, told
from aspl.terminal import UsageError, write_records, write_text
from benchmark.store.command import WORKSPACE, WorkspaceOption

if TYPE_CHECKING:
    from agent.providers.model import Model
    from benchmark.runs.recorder import Observer
    from benchmark.store.config import Limits, RunConfig
    from benchmark.store.view import RunView
    from benchmark.store.workspace import Entry, Workspace
    from benchmark.tasks.task import Task

INCOMPLETE = 1
BUDGET_SPENT = 3
INTERRUPTED = 130

T = TypeVar("T")
End: TypeAlias = "Callable[[Workspace, RunView, Session], None]"
"""Says how a session ended, and ends with its exit code."""


def register(bench: typer.Typer) -> None:
    """Add the sub-command to its group."""
    bench.command("run")(told(run))


def run(
    context: typer.Context,
    model: options.ModelOption = None,
    suite: options.SuiteOption = "core",
    tasks: options.TasksOption = None,
    policy: options.PolicyOption = "best-of-n",
    samples: options.SamplesOption = 1,
    seed: options.SeedOption = 0,
    strata: options.StrataOption = 3,
    rounds: options.RoundsOption = None,
    patience: options.PatienceOption = 1,
    temperatures: options.TemperatureOption = None,
    order: options.ExemplarsOption = "hardest-first",
    retrieve: options.RetrieveOption = None,
    repairs: options.RepairsOption = 0,
    repair_on: options.RepairOnOption = "check",
    guard: options.GuardOption = "model",
    approve: options.ApproveOption = None,
    max_output_tokens: options.OutputTokensOption = 4096,
    effort: options.EffortOption = None,
    base_url: options.BaseUrlOption = None,
    is_batch: options.BatchOption = False,
    record: options.RecordOption = None,
    prices: options.PricesOption = None,
    profiles: options.ProfilesOption = None,
    allow_unknown_price: options.UnknownPriceOption = False,
    deadline: options.DeadlineOption = 600.0,
    jobs: options.JobsOption = 2,
    calls_at_once: options.CallsOption = 8,
    max_calls: options.MaxCallsOption = None,
    max_minutes: options.MaxMinutesOption = None,
    max_usd: options.MaxUsdOption = None,
    max_tokens: options.MaxTokensOption = None,
    budget: options.BudgetOption = None,
    resume: options.ResumeOption = None,
    no_cache: options.NoCacheOption = False,
    html: options.HtmlOption = None,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """Make a model write the kernels of a suite, and judge every answer.

    Everything is recorded as it happens; a run that stops for any reason is resumed with
    `--resume`. The exit code is 1 if answers or verdicts failed to come, 3 if the budget is spent
    or somebody stopped it.

    Example: aspl bench run --model local/synth --policy adaptive
    """
    session = session_of(context.params)
    if resume is not None:
        _require_unasked(context)
        _resume(resume, session)
    else:
        begin(context.params, session, _end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a session is given that is no part of what its run asks for."""

    limits: Limits
    workspace: str
    record: Path | None
    prices: Path | None
    profiles: Path | None
    allow_unknown_price: bool
    deadline_s: float
    cache: bool
    html: Path | None
    json: bool


FIXED = (
    *("model", "suite", "tasks", "policy", "samples", "seed", "strata", "rounds", "patience"),
    *("temperatures", "order", "retrieve", "repairs", "repair_on", "guard", "approve"),
    *("max_output_tokens", "effort", "base_url", "is_batch"),
)
"""What a run asks for, which does not change when it is resumed."""


def session_of(params: Mapping[str, Any]) -> Session:
    """Return what a session is given, from options by their names. Errors: UsageError."""
    from agent.campaigns.budget import read_budget
    from benchmark.store.config import Limits

    given = dict(params)
    if given["budget"] is not None:
        names = ("max_calls", "max_minutes", "max_usd", "max_tokens")
        if any(given[name] is not None for name in names):
            raise UsageError("--budget stands in the place of the --max- options")
        read = read_budget(given["budget"])
        given |= {f"max_{each.name}": getattr(read, each.name) for each in fields(read)}
    return Session(
        limits=_of(Limits, given),
        workspace=given["workspace"],
        record=given["record"],
        prices=given["prices"],
        profiles=given["profiles"],
        allow_unknown_price=given["allow_unknown_price"],
        deadline_s=given["deadline"],
        cache=not given["no_cache"],
        html=given["html"],
        json=given["json"],
    )


def _of(kind: type[T], params: Mapping[str, Any]) -> T:
    """Return an object whose fields are options of the same names; others stay as they are."""
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type] # a dataclass
    found = {name: params[name] for name in names if name in params}
    return kind(
        **{name: tuple(each) if isinstance(each, list) else each for name, each in found.items()}
    )


def _require_unasked(context: typer.Context) -> None:
    for name in FIXED:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = next(each.opts[0] for each in context.command.params if each.name == name)
            raise UsageError(f"a run is resumed as it was asked for; leave {option} out")


def begin(params: Mapping[str, Any], session: Session, end: End) -> None:
    """Begin a run; nothing is recorded before all that it needs is there.

    Args:
        params: the options of `bench run` by name.
        end: says how it ended.

    Errors: UsageError, and typer.Exit where it is interrupted.
    """
    from agent.campaigns.start import Wanted, begun, config_of, tasks_of
    from benchmark.store.clock import SystemClock, random_ids
    from benchmark.store.config import ModelOptions, PolicyOptions
    from benchmark.store.find import opened

    if params["model"] is None:
        raise UsageError("say who answers with --model, or go on with a run with --resume")
    given = {**params, "temperatures": tuple(params["temperatures"] or ())}
    wanted = Wanted(
        suite=given["suite"],
        tasks=tuple(given["tasks"] or ()),
        model=given["model"],
        policy=given["policy"],
        samples=given["samples"],
        seed=given["seed"],
        options=_of(PolicyOptions, given),
        reached=_of(ModelOptions, given),
    )
    config = config_of(wanted)
    model, tasks = _model(config, session), tasks_of(config)
    with opened(session.workspace, make=True) as place:
        new = begun(place, config, session.limits, random_ids(SystemClock()))
        end(place, _go(place, new, model, tasks, session), session)


def _resume(name: str, session: Session) -> None:
    from agent.campaigns.lock import locked
    from agent.campaigns.start import resumed, tasks_of
    from benchmark.store.find import opened, run_named

    with opened(session.workspace) as place:
        old = run_named(place, name)
        tasks, model = tasks_of(old.config), _model(old.config, session)
        with locked(place.file, old.run):
            again = resumed(place, old, session.limits)
        _end(place, _go(place, again, model, tasks, session), session)


def _model(config: RunConfig, session: Session) -> Model:
    from agent.providers.model import BatchModel
    from agent.providers.table import Options, model_named

    model = model_named(
        config.model,
        Options(
            base_url=config.reached.base_url,
            effort=config.reached.effort,
            record=session.record,
            prices=session.prices,
            profiles=session.profiles,
            allow_unknown_price=session.allow_unknown_price,
            deadline_s=session.deadline_s,
            calls_at_once=session.limits.calls_at_once,
            jobs=session.limits.jobs,
        ),
    )
    if config.reached.is_batch and not isinstance(model, BatchModel):
        raise UsageError(f"{config.model} takes no batches here; leave --batch out")
    if config.reached.is_batch and (config.options.repairs or config.options.guard == "model"):
        words = "leave --repairs out, and guard by the compiler with --guard pass"
        raise UsageError(f"answers of a batch are not asked about again: {words}")
    return model


def _go(
    workspace: Workspace,
    run: RunView,
    model: Model,
    tasks: Mapping[str, Task],
    session: Session,
) -> RunView:
    """Run a session, and return the run as it ended."""
    from agent.campaigns.campaign import Parts, run_campaign
    from agent.campaigns.display import shown
    from agent.campaigns.lock import locked
    from agent.campaigns.start import key_rule, versions
    from agent.policies.table import POLICIES
    from agent.providers.human import Human
    from benchmark.judge.pool import JudgePool
    from benchmark.runs.board import Board
    from benchmark.store.clock import SystemClock
    from benchmark.store.workspace import WorkspaceFailed

    clock = SystemClock()
    tell(f"run {run.run}")
    if versions()["judge"] != run.config.versions.get("judge"):
        tell("note: the judge has changed since the run began; verdicts that it has are kept")
    board = Board.of(run, clock)
    # records and people's editors write to the terminal themselves
    live = not session.json and not isinstance(model, Human)
    try:
        with (
            locked(workspace.file, run.run),
            JudgePool(run.limits.jobs) as judge,
            shown(board, live=live) as observer,
        ):
            ended = run_campaign(
                run,
                Parts(
                    workspace=workspace,
                    model=model,
                    policy=POLICIES[run.config.policy](),
                    judge=judge,
                    tasks=tasks,
                    key=key_rule(),
                    clock=clock,
                    observer=_with_records(observer) if session.json else observer,
                    cache=session.cache,
                ),
            )
    except WorkspaceFailed as failure:
        again = f"mend that, and go on with `aspl bench run --resume {run.run}`"
        raise UsageError(f"cannot write the workspace: {failure}; {again}") from failure
    except KeyboardInterrupt as interrupt:
        tell(f"interrupted; go on with `aspl bench run --resume {run.run}`")
        raise typer.Exit(INTERRUPTED) from interrupt
    tell(board.progress.line())
    return ended


def _with_records(observer: Observer) -> Observer:
    from benchmark.runs.export import event_record

    def observe(entries: Sequence[Entry]) -> None:
        write_records(map(event_record, entries), sys.stdout)
        sys.stdout.flush()
        observer(entries)

    return observe


def _end(workspace: Workspace, run: RunView, session: Session) -> None:
    from aspl.terminal import is_colored, width_of
    from benchmark.report.content import report
    from benchmark.report.text import report_text

    found = report(workspace, run)
    if not session.json:
        color, width = is_colored(sys.stdout), width_of(sys.stdout)
        write_text(f"{report_text(found, color=color, width=width)}\n", sys.stdout)
    if session.html is not None:
        from benchmark.report.command import write_report

        write_report("html", str(session.html), found)
    again = f"go on with `aspl bench run --resume {run.run}`"
    if run.ending == "budget":
        tell(f"the budget is spent ({run.detail}); {again}")
        raise typer.Exit(BUDGET_SPENT)
    if run.ending == "stopped":
        tell(f"stopped: {run.detail}; {again}")
        raise typer.Exit(BUDGET_SPENT)
    if run.ending == "incomplete":
        tell(f"not complete: {run.detail}; {again}")
        raise typer.Exit(INCOMPLETE)
