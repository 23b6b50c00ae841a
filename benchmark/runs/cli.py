"""The sub-commands that show what was run: runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aspl.command import JsonOption, tell, told
from aspl.terminal import UsageError, quoted, reason, write_records, write_text
from benchmark.store.command import WORKSPACE, RunArgument, WorkspaceOption

if TYPE_CHECKING:
    pass


def register(runs: typer.Typer) -> None:
    """Add the sub-commands to their group."""
    runs.command("list")(told(list_runs))
    runs.command("show")(told(show))
    runs.command("export")(told(export))
    runs.command("gc")(told(gc))


def list_runs(workspace: WorkspaceOption = WORKSPACE, json: JsonOption = False) -> None:
    """List the runs of a workspace, the last at the end.

    Example: aspl runs list
    """
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
    """Show what became of every sample of a run, or one answer with its verdict.

    Example: aspl runs show last --task norm/rms --sample 0
    """
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
    """Write a run's events, and the texts that they speak of, as JSON lines.

    Example: aspl runs export last -o run.jsonl
    """
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
    """Remove objects that no event and no cache refers to; events stay.

    Example: aspl runs gc
    """
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
