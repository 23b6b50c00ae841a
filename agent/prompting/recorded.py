"""Exemplars as a run recorded them."""

from __future__ import annotations

from agent.prompting.compose import Exemplar
from aspl.terminal import UsageError, quoted
from benchmark.judge.find import find_task
from benchmark.store.find import run_named
from benchmark.store.workspace import Workspace
from benchmark.tasks.shown import shown


def exemplars_of_round(
    workspace: Workspace, run: str, round_number: int, task: str
) -> tuple[Exemplar, ...]:
    """Return what a round of a run showed to a task, in the order of the prompt.

    Errors: UsageError for a run or a round that is not there, TaskError for a task that is not.
    """
    rounds = {each.round: each for each in run_named(workspace, run).rounds}
    if round_number not in rounds:
        known = ", ".join(map(str, rounds)) or "none"
        raise UsageError(f"run {quoted(run)} has no round {round_number}; recorded: {known}")
    began = rounds[round_number]
    places = began.chosen.get(task, range(len(began.exemplars)))
    return tuple(
        Exemplar(
            task=shown(find_task(each.task)),
            body=workspace.text(each.program),
        )
        for each in (began.exemplars[place] for place in places)
    )
