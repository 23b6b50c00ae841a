"""Opening workspaces and finding runs by what people type."""

from __future__ import annotations

from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

from aspl.terminal import UsageError, meant, quoted
from benchmark.store.clock import Clock
from benchmark.store.connect import NoWorkspace, without_password
from benchmark.store.view import NoRun, RunFold, RunView, fold
from benchmark.store.workspace import Workspace

LAST = "last"
"""Stands for the run that began last."""


def opened(place: str, *, clock: Clock | None = None, make: bool = False) -> Workspace:
    """Open a workspace, or make it.

    Errors: UsageError for one that is not there or cannot be opened.
    """
    if not make and "://" not in place and not Path(place).exists():
        words = "`aspl bench run` makes one, --workspace names another"
        raise UsageError(f"there is no workspace {quoted(place)}; {words}")
    try:
        return Workspace.open(place, clock=clock)
    except NoWorkspace as error:
        words = f"cannot open workspace {quoted(without_password(place))}: {error}"
        raise UsageError(words) from error


def run_named(workspace: Workspace, name: str) -> RunView:
    """Return a run by its name, the beginning of it, or `last`.

    Errors: UsageError for none, or several.
    """
    runs = workspace.runs()
    if not runs:
        raise UsageError("the workspace has no runs")
    found = [name] if name in runs else [run for run in runs if run.startswith(name)]
    if name == LAST and LAST not in runs:
        found = [runs[-1]]
    if len(found) != 1 or not name:
        near = meant(found[:3] or get_close_matches(name, runs, n=3, cutoff=0.0))
        words = "several runs begin with" if found and name else "there is no run"
        raise UsageError(f"{words} {quoted(name)}{near}")
    try:
        return fold(found[0], workspace.entries(found[0]))
    except NoRun as error:
        raise UsageError(f"the beginning of run {quoted(name)} was not recorded") from error


def all_runs(workspace: Workspace) -> tuple[RunView, ...]:
    """Return the runs whose beginning was recorded, in the order in which they began."""
    folds: dict[str, RunFold] = {}
    for entry in workspace.entries():
        folds.setdefault(entry.run, RunFold(entry.run)).add(entry)
    found = []
    for each in folds.values():
        with suppress(NoRun):
            found.append(each.view())
    return tuple(found)
