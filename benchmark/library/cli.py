"""The sub-commands of `aspl library`: build, show, diff, ci."""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aspl.command import REJECTED, JsonOption, tell, told
from aspl.terminal import (
    UsageError,
    is_colored,
    meant,
    quoted,
    reason,
    write_records,
    write_text,
)
from benchmark.store.command import WORKSPACE, WorkspaceOption

if TYPE_CHECKING:
    from benchmark.library.gate import Gated, Rules

_SUMMARY = "GITHUB_STEP_SUMMARY"
"""Where GitHub Actions wants the summary of a job."""

LibraryArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a library.")]
JobsOption = Annotated[int, typer.Option(min=1, max=256, help="Processes that judge.")]


def register(library: typer.Typer) -> None:
    """Add the sub-commands to the group."""
    library.command("build")(told(build))
    library.command("show")(told(show))
    library.command("diff")(told(diff))
    library.command("ci")(told(ci))


def build(
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN", help="Names, how they begin, or `last`.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to write.")
    ],
    workspace: WorkspaceOption = WORKSPACE,
    jobs: JobsOption = 2,
) -> None:
    """Write the best correct program of each task as a library.

    The best takes the fewest cycles, of equal ones it is the shortest. Every program is judged
    again as it is written.

    Example: aspl library build last -o kernels
    """
    from benchmark.judge.pool import JudgePool
    from benchmark.library.build import build as built
    from benchmark.library.build import require_free, write_library
    from benchmark.library.tables import manifest_table
    from benchmark.report.text import table_lines
    from benchmark.store.find import opened, run_named

    require_free(output)
    with opened(workspace) as place:
        views = [run_named(place, name) for name in dict.fromkeys(runs)]
        with JudgePool(jobs) as pool:
            library = built(place, views, pool)
    for task, words in library.left_out.items():
        tell(f"note: {task} is left out: {words}")
    if not library.texts:
        tell("no task has a correct program; no library is written")
        raise typer.Exit(REJECTED)
    write_library(library, output)
    write_text("\n".join(table_lines(manifest_table(library.manifest))) + "\n", sys.stdout)
    tell(f"{len(library.texts)} programs are in {output}")


def show(
    folder: LibraryArgument,
    task: Annotated[
        str | None, typer.Argument(metavar="TASK", help="The program for this task.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the programs of a library with their costs, or print one of them.

    Example: aspl library show kernels norm/rms
    """
    from aspl.render import visible_text
    from benchmark.library.folder import BadFile, program_text, read_library
    from benchmark.library.records import program_records
    from benchmark.library.tables import manifest_table
    from benchmark.report.text import table_lines

    manifest = read_library(folder)
    if task is None:
        if json:
            write_records(program_records(manifest), sys.stdout)
        else:
            write_text("\n".join(table_lines(manifest_table(manifest))) + "\n", sys.stdout)
        return
    entry = manifest.entry(task)
    if entry is None:
        from difflib import get_close_matches

        near = get_close_matches(task, [each.task for each in manifest.programs], n=3, cutoff=0.0)
        raise UsageError(f"the library has no program for {quoted(task)}{meant(near)}")
    try:
        text, _ = program_text(folder, entry)
    except (BadFile, FileNotFoundError) as error:
        words = str(error) if isinstance(error, BadFile) else "is not there"
        raise UsageError(f"{quoted(entry.file)} {words}") from error
    if json:
        (record,) = (each for each in program_records(manifest) if each["task"] == task)
        write_records([{**record, "program": text}], sys.stdout)
    else:
        write_text(visible_text(text), sys.stdout)


def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="The folder of a library.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The folder of another.")],
    json: JsonOption = False,
) -> None:
    """Compare two libraries: costs as their manifests tell them, and programs line by line.

    Example: aspl library diff before kernels
    """
    from aspl.render import visible_text
    from benchmark.library.diff import changes
    from benchmark.library.records import change_records
    from benchmark.library.tables import changes_table
    from benchmark.report.text import table_lines

    found = changes(before, after)
    if json:
        write_records(change_records(found), sys.stdout)
        return
    blocks = ["\n".join(table_lines(changes_table(found)))]
    blocks += [visible_text("\n".join(each.lines)) for each in found if each.lines]
    write_text("\n\n".join(blocks) + "\n", sys.stdout)


def ci(
    folder: LibraryArgument,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR|library.json",
            help="A library to compare with; its own manifest if not given.",
        ),
    ] = None,
    max_regression: Annotated[
        str,
        typer.Option(
            metavar="PERCENT",
            help="How much worse cycles, off-chip and on-chip bytes may be, each.",
        ),
    ] = "2%",
    require: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TASK,...", help="Tasks that have to have a program, or a suite; repeatable."
        ),
    ] = None,
    junit: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write JUnit XML; a program is a case.")
    ] = None,
    sarif: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write SARIF 2.1.0; a finding is a result.")
    ] = None,
    markdown: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write Markdown for a pull request.")
    ] = None,
    github: Annotated[
        bool, typer.Option("--github", help="Write annotations and a job summary of Actions.")
    ] = False,
    jobs: JobsOption = 2,
    json: JsonOption = False,
) -> None:
    """Gate a library: judge every program again from source, and compare its costs.

    Prints text, or JSON; - as FILE is standard output in its place. Exit code 0: all is good; 1: a
    program is wrong, missing or slower, or a claim is not true; 2: the call is wrong.

    Example: aspl library ci kernels --baseline library.json --max-regression 2%
    """
    asked = {"junit": junit, "sarif": sarif, "markdown": markdown}
    files = {form: file for form, file in asked.items() if file is not None}
    piped = list(files.values()).count("-") + json
    if piped > 1 or (piped and github):
        raise UsageError("only one format can go to standard output")
    rules = _rules(baseline, max_regression, require or [])
    gated = _gated(folder, rules, jobs)
    for form, file in files.items():
        _write(file, _text(form, gated, folder, rules))
    if json:
        from benchmark.library.records import gate_record

        write_records([gate_record(gated, str(folder))], sys.stdout)
    elif not piped:
        _print(gated, folder, github)
    if github:
        _annotate(gated, folder)
    if not gated.is_good:
        raise typer.Exit(REJECTED)


def _rules(baseline: Path | None, max_regression: str, require: list[str]) -> Rules:
    """Read what a library is held to. Errors: UsageError."""
    from benchmark.library.folder import read_library
    from benchmark.library.gate import Rules
    from benchmark.library.versions import machine, versions
    from benchmark.tasks.table import SUITES, all_tasks, suite_named, task_named
    from benchmark.tasks.task import TaskError

    try:
        tasks = all_tasks()
        required = [
            task.name
            for word in require
            for name in word.split(",")
            for task in (suite_named(name) if name in SUITES else (task_named(name),))
        ]
    except TaskError as error:
        raise UsageError(str(error)) from error
    return Rules(
        tasks=tasks,
        required=tuple(required),
        baseline=None if baseline is None else read_library(baseline),
        max_regression=_share(max_regression),
        machine=machine(),
        versions=versions(),
    )


def _share(text: str) -> Fraction:
    word = text.strip().removesuffix("%").strip()
    digits = word.replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or len(word) > 12:
        raise UsageError(f"expected --max-regression as in `2%`, got {quoted(text)}")
    return Fraction(word) / 100


def _gated(folder: Path, rules: Rules, jobs: int) -> Gated:
    from benchmark.judge.pool import JudgePool
    from benchmark.library.folder import BadFile, read_folder
    from benchmark.library.gate import broken, gate
    from benchmark.library.manifest import ManifestError
    from benchmark.library.measure import measured

    try:
        found = read_folder(folder)
    except (BadFile, ManifestError) as error:
        return broken(str(error), error.line if isinstance(error, ManifestError) else 1, rules)
    with JudgePool(jobs) as pool:
        return gate(found, measured(found, rules.tasks, pool), rules)


def _text(form: str, gated: Gated, folder: Path, rules: Rules) -> str:
    match form:
        case "junit":
            from benchmark.library.junit import gated_junit

            return gated_junit(gated, str(folder))
        case "sarif":
            from benchmark.library.sarif import gated_sarif

            return gated_sarif(gated, _from_here(folder), rules.versions)
        case _:
            from benchmark.library.markdown import gated_markdown

            return gated_markdown(gated, str(folder))


def _write(file: str, text: str) -> None:
    if file == "-":
        write_text(text, sys.stdout)
        return
    try:
        Path(file).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"cannot write {quoted(file)}: {reason(error)}") from error


def _print(gated: Gated, folder: Path, github: bool) -> None:
    from benchmark.library.text import gated_text

    text = gated_text(gated, str(folder), color=is_colored(sys.stdout))
    if github:
        import secrets

        from benchmark.library.github import silenced

        write_text(silenced(text, secrets.token_hex(16)), sys.stdout)
    else:
        write_text(text + "\n", sys.stdout)


def _annotate(gated: Gated, folder: Path) -> None:
    from benchmark.library.github import annotated
    from benchmark.library.markdown import gated_markdown

    write_text(annotated(gated, _from_here(folder)), sys.stdout)
    summary = os.environ.get(_SUMMARY)
    if not summary:
        tell(f"note: {_SUMMARY} is not set, so no job summary is written")
        return
    try:
        with open(summary, "a", encoding="utf-8") as file:
            file.write(gated_markdown(gated, str(folder)))
    except OSError as error:
        raise UsageError(f"cannot write {quoted(summary)}: {reason(error)}") from error


def _from_here(folder: Path) -> str:
    """Return the folder as seen from the one that the command runs in, if it is inside."""
    here, there = Path.cwd().resolve(), folder.resolve()
    inside = there.relative_to(here) if there.is_relative_to(here) else there
    return inside.as_posix()
