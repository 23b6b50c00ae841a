"""The sub-commands of `aspl bench` that judge: judge, list, show, verify, cache."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aspl.command import REJECTED, JsonOption, LinearityOption, tell, told
from aspl.terminal import (
    UsageError,
    is_colored,
    read_bytes,
    width_of,
    write_records,
    write_text,
)
from benchmark.pcl.cli import judge_pcl

if TYPE_CHECKING:
    from aspl.checker import Linearity
    from benchmark.judge.run import Judge
    from benchmark.judge.verdict import Verdict
    from benchmark.tasks.task import Task

_TASK_HELP = "As `aspl bench list` has it, or a file of Python."
TaskArgument = Annotated[str, typer.Argument(metavar="TASK", help=_TASK_HELP)]


def register(bench: typer.Typer) -> None:
    """Add the sub-commands to the group."""
    bench.command("judge")(told(judge))
    bench.command("list")(told(list_tasks))
    bench.command("show")(told(show))
    bench.command("verify")(told(verify))
    bench.command("cache")(told(cache))


def judge(
    task: Annotated[
        str | None, typer.Argument(metavar="TASK", help=f"{_TASK_HELP} Not with --pcl.")
    ] = None,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help="The answers; - is standard input.")
    ] = None,
    pcl: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="Judge the `impl` of a task file of PCL-lite; repeatable."
        ),
    ] = None,
    json: JsonOption = False,
    seeds: Annotated[
        str | None,
        typer.Option(metavar="N,N", help="Where inputs are drawn from; secret if not given."),
    ] = None,
    linearity: LinearityOption = "strict",
    cache_dir: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where verdicts are kept, if not among the user's files."),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Judge even what was judged before.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="Processes that judge.")] = 2,
    check_only: Annotated[
        bool, typer.Option("--check-only", help="Read and check answers; judge no values of them.")
    ] = False,
) -> None:
    """Judge answers to a task: are they right, and what do they cost.

    Example: aspl bench judge bmm/scaled-rows answer.aspl
    """
    from benchmark.judge.cache import Cache
    from benchmark.judge.pool import JudgePool
    from benchmark.judge.run import Judge
    from benchmark.judge.seeds import read_seeds

    asked = None if seeds is None else read_seeds(seeds)
    if pcl:
        if task is not None:
            raise UsageError("--pcl judges a file's own answer; leave TASK and FILE out")
        if check_only:
            raise UsageError("--pcl and --check-only exclude each other")
        judge_pcl(pcl, json=json, linearity=linearity, seeds=asked)
        return
    if task is None or not files:
        raise UsageError("expected TASK and FILE, the task and its answers, or --pcl FILE")
    _task(task)
    texts = [_Answer.read(file) for file in files]
    if check_only:
        _check(task, texts, linearity, json)
        return
    kept = None if no_cache else Cache(cache_dir or _user_folder())
    with JudgePool(min(jobs, len(texts)), seeds=asked, linearity=linearity) as pool:
        _judge(Judge(pool=pool, cache=kept, asked=asked), task, texts, json)


def _judge(judge: Judge, task: str, answers: list[_Answer], json: bool) -> None:
    """Judge answers and show their verdicts, with what was known before."""
    rejected = False
    for each in answers:
        key = judge.key(task, each.text)
        if judge.cache is not None and judge.cache.find(key) is not None:
            tell(f"{each.name}: {judge.cache.explain(key)}")
    for found in judge.map((task, each.text) for each in answers):
        _print(found.verdict, answers[found.place].name, json)
        rejected |= not found.verdict.is_correct
    if rejected:
        raise typer.Exit(REJECTED)


def _check(task: str, answers: list[_Answer], linearity: Linearity, json: bool) -> None:
    """Read and check answers, and show what is found."""
    from benchmark.judge.display import checkup_text
    from benchmark.judge.early import checkup_record
    from benchmark.judge.pool import JudgePool

    name, rejected = _task(task).name, False
    color, width = is_colored(sys.stdout), width_of(sys.stdout)
    with JudgePool(1, linearity=linearity) as pool:
        for each in answers:
            found = pool.check(task, each.text)
            rejected |= found.outcome is not None
            if json:
                write_records([checkup_record(found, name, each.name)], sys.stdout)
                continue
            text = checkup_text(found, name, each.text, each.name, color=color, width=width)
            write_text(text + "\n", sys.stdout)
    if rejected:
        raise typer.Exit(REJECTED)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One file to judge; whatever it holds comes to a verdict."""

    name: str
    text: str

    @classmethod
    def read(cls, file: str) -> _Answer:
        """Read a file, as far as a program may be long and a bit more."""
        from aspl.text.source import MAX_CHARACTERS

        data = read_bytes(file, 4 * MAX_CHARACTERS)
        # bytes that are no text stay, as characters that no program has
        text = data.decode("utf-8-sig", "surrogateescape")
        return cls("<stdin>" if file == "-" else file, text)


def _user_folder() -> Path:
    return Path.home() / ".cache" / "aspl-workbench" / "verdicts"


def _print(verdict: Verdict, name: str, json: bool) -> None:
    from benchmark.judge.display import verdict_text
    from benchmark.judge.record import to_json

    if json:
        write_records([{**to_json(verdict), "file": name}], sys.stdout)
        return
    color, width = is_colored(sys.stdout), width_of(sys.stdout)
    write_text(verdict_text(verdict, name, color=color, width=width) + "\n", sys.stdout)


def list_tasks(
    suite: Annotated[str | None, typer.Option(help="Only those of a suite, as `core`.")] = None,
    json: JsonOption = False,
) -> None:
    """List the tasks: what they need, and their formulas.

    Example: aspl bench list --suite core
    """
    from benchmark.judge.display import task_record, tasks_text
    from benchmark.tasks.table import all_tasks, suite_named
    from benchmark.tasks.task import TaskError

    try:
        tasks = tuple(all_tasks().values()) if suite is None else suite_named(suite)
    except TaskError as error:
        raise UsageError(str(error)) from error
    if json:
        write_records(map(task_record, tasks), sys.stdout)
    else:
        color, width = is_colored(sys.stdout), width_of(sys.stdout)
        write_text(tasks_text(tasks, color=color, width=width) + "\n", sys.stdout)


def show(
    task: TaskArgument,
    file: Annotated[
        bool,
        typer.Option("--file", help="Print a program to be written: the header, and `return`."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Print what a solver sees of a task, or a file to begin with.

    Example: aspl bench show bmm/scaled-rows
    """
    from benchmark.judge.display import task_record
    from benchmark.tasks.shown import shown

    if file and json:
        raise UsageError("--file and --json exclude each other")
    one = _task(task)
    if file:
        write_text(shown(one).file(), sys.stdout)
    elif json:
        write_records([task_record(one)], sys.stdout)
    else:
        write_text(shown(one).text(), sys.stdout)


def verify(
    tasks: Annotated[
        list[str] | None, typer.Argument(metavar="TASK", help="All if none is given.")
    ] = None,
) -> None:
    """Hold tasks to account: solutions pass, wrong answers do not.

    Example: aspl bench verify tasks.py
    """
    from benchmark.judge.pool import JudgePool
    from benchmark.tasks.table import all_tasks

    for each in tasks or ():
        _task(each)
    good = True
    with JudgePool(1) as pool:
        for one in tasks or all_tasks():
            found = pool.verify(one)
            write_text(found.text() + "\n", sys.stdout)
            sys.stdout.flush()
            good &= found.is_good
    if not good:
        raise typer.Exit(REJECTED)


def cache(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Where they are, if not among the user's files."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget them.")] = False,
) -> None:
    """List the verdicts that are kept, an object of JSON a line.

    Example: aspl bench cache --clear
    """
    from benchmark.judge.cache import SCHEMA, Cache

    kept = Cache(folder or _user_folder())
    if clear:
        tell(f"{kept.clear()} verdicts are forgotten")
    else:
        write_records(({"schema": SCHEMA, **each} for each in kept.entries()), sys.stdout)


def _task(source: str) -> Task:
    from benchmark.judge.find import find_task
    from benchmark.tasks.task import TaskError

    try:
        return find_task(source)
    except TaskError as error:
        raise UsageError(str(error)) from error
