"""The sub-command that shows what a model is told: agent prompt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aspl.command import JsonOption, ProgramText, told
from aspl.terminal import UsageError, is_colored, quoted, write_records, write_text
from benchmark.judge.cli import TaskArgument
from benchmark.store.command import WORKSPACE, WorkspaceOption

if TYPE_CHECKING:
    from agent.prompting.compose import Exemplar
    from benchmark.tasks.shown import Shown


def register(group: typer.Typer) -> None:
    """Add the sub-command to the group."""
    group.command("prompt")(told(prompt))


def prompt(
    task: TaskArgument,
    exemplar: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[TASK=]FILE",
            help="A solved task and the body that solves it, shown before; a file norm/rms.aspl "
            "is of the task norm/rms. Repeatable.",
        ),
    ] = None,
    round_: Annotated[
        str | None,
        typer.Option("--round", metavar="RUN:N", help="The exemplars that round N of a run had."),
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(min=0, help="With the tail of this sample, for models without temperature."),
    ] = None,
    tokens: Annotated[
        bool, typer.Option("--tokens", help="Only what each section takes, as it is estimated.")
    ] = False,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """Print what a model is told of a task, section by section.

    Example: aspl agent prompt norm/rms --tokens
    """
    from agent.prompting.compose import proposal, tail_of
    from agent.prompting.display import page_text, prompt_records, table_text

    asked = _shown(task)
    exemplars = [
        *_recorded(round_, workspace, task),
        *(_exemplar(each, json) for each in exemplar or ()),
    ]
    tail = None if sample is None else tail_of(sample, has_temperature=False)
    made = proposal(asked, exemplars, tail)
    if json:
        write_records(prompt_records(made), sys.stdout)
    elif tokens:
        write_text(table_text(made) + "\n", sys.stdout)
    else:
        write_text(page_text(made, color=is_colored(sys.stdout)) + "\n", sys.stdout)


def _shown(name: str) -> Shown:
    from benchmark.judge.find import find_task
    from benchmark.tasks.shown import shown
    from benchmark.tasks.task import TaskError

    try:
        return shown(find_task(name))
    except TaskError as error:
        raise UsageError(str(error)) from error


def _exemplar(source: str, json: bool) -> Exemplar:
    from agent.prompting.compose import Exemplar

    name, _, file = source.rpartition("=")
    return Exemplar(
        task=_shown(name or "/".join(Path(file).with_suffix("").parts[-2:])),
        body=ProgramText.read(file, json=json, out=sys.stdout).text,
    )


def _recorded(source: str | None, place: str, task: str) -> tuple[Exemplar, ...]:
    if source is None:
        return ()
    from agent.prompting.recorded import exemplars_of_round
    from benchmark.store.find import opened
    from benchmark.tasks.task import TaskError

    run, _, number = source.rpartition(":")
    if not run or not number.isascii() or not number.isdecimal():
        raise UsageError(f"expected RUN:N, as last:0, got {quoted(source)}")
    with opened(place) as workspace:
        try:
            return exemplars_of_round(workspace, run, int(number), task)
        except TaskError as error:
            raise UsageError(str(error)) from error
