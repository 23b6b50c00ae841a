"""From a task file of PCL-lite to a task of ours. Reading one executes nothing of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aspl.checker import check
from aspl.diagnostics import Findings as Found
from aspl.program import Program
from aspl.reference.run import Meaning
from aspl.terminal import UsageError, quoted, reason
from aspl.text.parse import parse
from benchmark.pcl.header import header_text
from benchmark.pcl.meaning import meanings_of
from benchmark.pcl.nodes import MOST_CHARACTERS
from benchmark.pcl.problem import Findings, PclFileError, Problem
from benchmark.pcl.read import read_file
from benchmark.pcl.schema import PclFile
from benchmark.pcl.sizes import fixed_in, integers_of, literals_of, names_in
from benchmark.pcl.values import DrawnAsFile, Steadiness, Transforms
from benchmark.tasks.header import read_header
from benchmark.tasks.task import Regime, Task, TaskError

FAMILY = "pcl"
PAPER = "paper"
_PRIMES: Mapping[str, int] = {"M": 11, "N": 3, "K": 2, "D": 13}
_OTHERS = (7, 5, 3, 2)
_SHAPES = frozenset(("Flatten", "Reshape", "Promote", "Repeat", "Expand"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PclTask:
    """A task file, and the task that it is."""

    read: PclFile
    task: Task
    impl: str | None
    """The file's own answer, in the earlier dialect."""
    warnings: tuple[Problem, ...]

    @property
    def given(self) -> Mapping[str, Meaning]:
        """What the given functions compute, by name."""
        return self.task.given


def imported(path: str | Path, *, name: str = "", regimes: Sequence[str] = (PAPER,)) -> PclTask:
    """Read a task file.

    Args:
        name: what the task is called, instead of `pcl/` and the file's name
        regimes: those of `regimes_of` that it is judged in

    Errors: PclFileError with all that is wrong with the file.
    """
    return imported_text(_text(Path(path)), str(path), name=name, regimes=regimes)


def imported_text(
    text: str, file: str, *, name: str = "", regimes: Sequence[str] = (PAPER,)
) -> PclTask:
    """Read the text of a task file; see `imported`."""
    found = Findings(file)
    read = read_file(text, found)
    found.require()
    assert read is not None
    header = header_text(read, found)
    found.require()
    _require_header(header, read, found)
    stem = slug(Path(file).stem)
    _compare_names(read, stem, found)
    chosen = [each for each in regimes_of(read) if each.name in regimes]
    reference = Transforms(read)
    impl = answer_of(read)
    task = Task(
        name=name or f"{FAMILY}/{stem}",
        statement=_statement(read),
        formula=_formula(read),
        header=header,
        reference=reference,
        regimes=tuple(chosen),
        margin=Steadiness(reference),
        kind=_kind(header, impl),
        reads=_reads(header, impl),
        note=f"read from {Path(file).name}",
        given=meanings_of(read),
    )
    return PclTask(read=read, task=task, impl=impl, warnings=tuple(found.warnings))


def load_task(path: str | Path, *, name: str, regimes: Sequence[str]) -> Task:
    """Return the task of a file; what an imported folder's `task.py` calls."""
    return imported(path, name=name, regimes=regimes).task


def regimes_of(read: PclFile) -> tuple[Regime, ...]:
    """Return the file's own sizes, and others that its types would allow."""
    own = integers_of(read.setup.text)
    free = set(names_in(read)) & literals_of(read.setup.text)
    free -= fixed_in(read, own)
    others = iter(_OTHERS * len(free))
    ways = {
        PAPER: {},
        "ones": dict.fromkeys(free, 1),
        "primes": {name: _PRIMES.get(name) or next(others) for name in sorted(free)},
        "even": {name: 2 * _PRIMES.get(name, 7) for name in free},
        "larger": {name: 2 * own[name] + 1 for name in free},
    }
    return tuple(
        _regime(read, name, sizes) for name, sizes in ways.items() if sizes or name == PAPER
    )


def _regime(read: PclFile, name: str, sizes: Mapping[str, int]) -> Regime:
    known = integers_of(read.setup.text, sizes)
    own = integers_of(read.setup.text)
    # sizes that follow from others move with them
    moved = {each: known[each] for each in names_in(read) if known[each] != own[each]}
    return Regime(name=name, sizes=moved, adapt=DrawnAsFile(read, moved))


def answer_of(read: PclFile) -> str | None:
    """Return the file's own `impl`, with a `return` where it leaves that to its generator."""
    if read.impl is None:
        return None
    try:
        module = ast.parse(read.impl)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return read.impl
    nodes = list(ast.walk(module))
    if any(isinstance(each, ast.Return | ast.FunctionDef) for each in nodes):
        return read.impl
    names = [f"S{place}" for place in range(len(read.outputs))]
    stored = {each.id for each in nodes if isinstance(each, ast.Name)}
    if not set(names) <= stored:
        return read.impl
    return f"{read.impl.rstrip()}\nreturn {', '.join(names)}\n"


def slug(text: str) -> str:
    """Return a name of small letters and digits, with `-` between."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "task"


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(4 * MOST_CHARACTERS + 1)
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read {quoted(str(path))}: {reason(error)}") from error
    except UnicodeDecodeError as error:
        words = f"it is not UTF-8 at byte {error.start}"
        raise PclFileError([Problem(file=str(path), path="", line=0, message=words)]) from error


def _require_header(header: str, read: PclFile, found: Findings) -> None:
    """Hold the header against the language. Errors: PclFileError."""
    try:
        read_header(header)
    except TaskError as error:
        words = " ".join(str(error).split())
        found.error("", 0, f"its types and sizes make no header of ours: {words}")
        found.require()


def _compare_names(read: PclFile, stem: str, found: Findings) -> None:
    told = slug(read.test_name) if read.test_name else stem
    if not (told.endswith(stem) or stem.endswith(told) or told.startswith(stem)):
        hint = "the file's name is used"
        found.warn(
            "test_name", 0, f"the file is `{stem}`, and its test is `{read.test_name}`", hint
        )


def _statement(read: PclFile) -> str:
    """Return a paragraph; the author's Python stands in the header as comments."""
    words = " ".join(read.comment.split())
    if words and words[-1] not in ".!?":
        words += "."
    told = f"{words} " if words else f"The task `{read.test_name or Path(read.file).stem}`. "
    return (
        f"{told}Its functions are given: the comments in them say in torch what they make of one "
        "element, `input` being the list of the parts of an element and `state` that of the parts "
        "of a fold's state; the comments above the kernel say what its results are."
    )


def _formula(read: PclFile) -> str:
    lines = [output.transform[-1].text.strip().splitlines()[-1:] for output in read.outputs]
    return "; ".join(line.strip().removeprefix("return ") for each in lines for line in each)


def _program(header: str, impl: str | None) -> Program | None:
    if impl is None:
        return None
    found = Found()
    program = parse(impl, found, header=read_header(header))
    if program is None or found.has_errors or check(program, found, linearity="auto") is None:
        return None
    return program


def _kind(header: str, impl: str | None) -> Literal["arithmetic", "shape"]:
    program = _program(header, impl)
    names = {type(node.op).__name__ for node in program.nodes} if program else set()
    return "shape" if names & _SHAPES else "arithmetic"


def _reads(header: str, impl: str | None) -> Literal["once", "reuse"]:
    program = _program(header, impl)
    if program is None:
        return "once"
    read = [value for node in program.nodes for value in node.inputs]
    copies = any(type(node.op).__name__ == "Broadcast" for node in program.nodes)
    return "reuse" if copies or len(read) > len(set(read)) else "once"
