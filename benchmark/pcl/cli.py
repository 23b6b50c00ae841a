"""What `aspl bench` does with task files of PCL-lite: import them, judge their own answers."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aspl.command import REJECTED, JsonOption, tell, told
from aspl.terminal import UsageError, is_colored, width_of, write_records, write_text

if TYPE_CHECKING:
    from aspl.checker import Linearity
    from benchmark.pcl.task import PclTask


def register(bench: typer.Typer) -> None:
    """Add the sub-command to the group."""
    bench.command("import-pcl")(told(import_pcl))


def import_pcl(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Task files, or folders of them.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Where the tasks are written.")
    ],
    json: JsonOption = False,
) -> None:
    """Make tasks of PCL-lite's YAML files: a folder each, with a task.py that commands take.

    Example: aspl bench import-pcl prob.yaml -o tasks
    """
    from benchmark.pcl.folder import files_of, names_for, write_folder
    from benchmark.pcl.problem import PclFileError
    from benchmark.pcl.trial import tried

    files = files_of(paths)
    names = names_for(files)
    wrong = False
    read: list[tuple[Path, PclTask]] = []
    for path in files:
        try:
            read.append((path, _imported(path)))
        except PclFileError as error:
            tell(str(error))
            wrong = True
    _tell_alike([each for _, each in read])
    for path, task in read:
        found = tried(path)
        file = write_folder(task, names[path], found.regimes, output)
        if found.remark:
            tell(f"{path}: {found.remark}")
        record = {
            "schema": "aspl.pcl/1",
            "task": names[path],
            "file": str(file),
            "regimes": list(found.regimes),
            "works": not found.remark,
            "has_impl": task.impl is not None,
        }
        if json:
            write_records([record], sys.stdout)
        else:
            regimes = ", ".join(found.regimes)
            write_text(f"{names[path]}  {file}  {regimes}\n", sys.stdout)
    if wrong:
        raise typer.Exit(REJECTED)


def judge_pcl(
    files: Sequence[Path],
    *,
    json: bool = False,
    linearity: Linearity = "strict",
    seeds: tuple[int, ...] | None = None,
) -> None:
    """Judge the `impl` of task files by their own `data_transform`, at their own sizes.

    Errors: UsageError for a file that cannot be read or has no `impl`.
    """
    from benchmark.judge.display import verdict_text
    from benchmark.judge.pool import JudgePool
    from benchmark.judge.record import to_json
    from benchmark.pcl.folder import write_folder
    from benchmark.pcl.task import PAPER

    tasks = [(path, _imported(path)) for path in files]
    for path, task in tasks:
        if task.impl is None:
            raise UsageError(
                f"{path}: impl: the field is missing; write a body in the early dialect"
            )
    rejected = False
    with (
        tempfile.TemporaryDirectory(prefix="aspl-pcl-") as folder,
        JudgePool(1, seeds=seeds, linearity=linearity) as pool,
    ):
        for place, (path, task) in enumerate(tasks):
            written = write_folder(task, task.task.name, (PAPER,), Path(folder, str(place)))
            verdict = pool.judge(str(written), task.impl or "")
            rejected |= not verdict.is_correct
            if json:
                write_records([{**to_json(verdict), "file": str(path)}], sys.stdout)
                continue
            color, width = is_colored(sys.stdout), width_of(sys.stdout)
            text = verdict_text(verdict, f"{path}#impl", color=color, width=width)
            write_text(text + "\n", sys.stdout)
    if rejected:
        raise typer.Exit(REJECTED)


def _imported(path: Path) -> PclTask:
    """Read a file and tell of what is passed over. Errors: PclFileError, UsageError."""
    from benchmark.pcl.task import imported

    task = imported(path)
    for each in task.warnings:
        tell(f"warning: {each}")
    return task


def _tell_alike(tasks: Sequence[PclTask]) -> None:
    """Tell of files that carry one `test_name`."""
    seen: dict[str, str] = {}
    for each in tasks:
        name, file = each.read.test_name, each.read.file
        if name and name in seen:
            tell(f"warning: {file}: test_name: `{name}` is that of {seen[name]} too")
        seen.setdefault(name, file)
