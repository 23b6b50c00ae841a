"""From what was asked for to a run that can begin: tasks and configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import metadata

from agent.policies.table import POLICIES
from aspl.terminal import UsageError, meant, quoted
from benchmark.runs.judging import KeyRule
from benchmark.store.clock import Ids
from benchmark.store.config import (
    AskedTask,
    Limits,
    ModelOptions,
    PolicyOptions,
    RunConfig,
)
from benchmark.store.events import RunResumed, RunStarted
from benchmark.store.objects import digest_of
from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Workspace, Write
from benchmark.tasks.table import suite_named, task_named
from benchmark.tasks.task import Task, TaskError


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a new run is to be, as it was typed."""

    suite: str = "core"
    tasks: tuple[str, ...] = ()
    """All of the suite where none is named."""
    model: str
    policy: str = "best-of-n"
    samples: int = 1
    seed: int = 0
    options: PolicyOptions = field(default_factory=PolicyOptions)
    reached: ModelOptions = field(default_factory=ModelOptions)


def config_of(wanted: Wanted) -> RunConfig:
    """Resolve what a new run is to be. Errors: UsageError for names that there are not."""
    if wanted.policy not in POLICIES:
        near = meant(get_close_matches(wanted.policy, POLICIES, n=1, cutoff=0.0))
        raise UsageError(f"there is no policy {quoted(wanted.policy)}{near}")
    try:
        tasks = [task_named(name) for name in dict.fromkeys(wanted.tasks)]
        tasks = tasks or list(suite_named(wanted.suite))
    except TaskError as error:
        raise UsageError(str(error)) from error
    return RunConfig(
        suite=wanted.suite,
        model=wanted.model,
        policy=wanted.policy,
        samples=wanted.samples,
        seed=wanted.seed,
        tasks=tuple(
            AskedTask(name=each.name, family=each.family, kind=each.kind, reads=each.reads)
            for each in tasks
        ),
        versions=versions(),
        options=wanted.options,
        reached=wanted.reached,
    )


def versions() -> dict[str, str]:
    """Return the versions of what runs, judges and asks."""
    from benchmark.judge.identity import judge_version
    from prompts.render import VERSION

    try:
        workbench = metadata.version("aspl-workbench")
    except metadata.PackageNotFoundError:
        workbench = "not installed"
    return {"workbench": workbench, "judge": judge_version(), "prompts": VERSION}


def tasks_of(config: RunConfig) -> dict[str, Task]:
    """Return the tasks of a run. Errors: UsageError for one that is not there any more."""
    try:
        return {each.name: task_named(each.name) for each in config.tasks}
    except TaskError as error:
        raise UsageError(str(error)) from error


def begun(workspace: Workspace, config: RunConfig, limits: Limits, ids: Ids) -> RunView:
    """Record that a run begins."""
    run = ids()
    workspace.write([Write(run=run, events=(RunStarted(config=config, limits=limits),))])
    return fold(run, workspace.entries(run))


def resumed(workspace: Workspace, run: RunView, limits: Limits) -> RunView:
    """Record that a run goes on."""
    event = RunResumed(session=run.sessions, limits=limits)
    workspace.write([Write(run=run.run, events=(event,))])
    return fold(run.run, workspace.entries(run.run))


def key_rule() -> KeyRule:
    """Return how verdicts are named that are found again: as the judge names them."""
    from benchmark.judge.cache import FRESH, Key
    from benchmark.judge.identity import versions as versions_of

    known: dict[str, Mapping[str, str]] = {}

    def key(task: Task, text: str) -> str:
        if task.name not in known:
            known[task.name] = versions_of(task)
        return Key(
            program=digest_of(text),
            task=task.name,
            versions=known[task.name],
            linearity="strict",
            seeds=FRESH,
        ).digest

    return key
