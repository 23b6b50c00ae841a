"""What a solver may see of a task; whatever is not here stays hidden."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from benchmark.tasks.header import read_header
from benchmark.tasks.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFunction:
    """A function that the header gives, with its types."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    """Names and types; the state of a fold is the last."""
    result: str
    is_fold: bool
    """Whether its last parameter is a state with an initial value."""

    def __str__(self) -> str:
        parameters = ", ".join(f"{name}: {each}" for name, each in self.parameters)
        return f"{self.name}({parameters}) -> {self.result}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A task as its solver sees it."""

    name: str
    statement: str
    formula: str
    header: str
    """Text of the language up to the colon of the kernel's signature; the answer goes below."""
    functions: tuple[ShownFunction, ...]
    inputs: tuple[tuple[str, str], ...]
    """Names and types, in the order of the kernel's parameters."""
    outputs: tuple[str, ...]

    def text(self) -> str:
        """Return it as a page."""
        parts = [
            f"task {self.name}",
            textwrap.fill(self.statement, 100),
            self.formula,
            self.header.rstrip("\n"),
            _list("given functions", [str(each) for each in self.functions]),
            _list("inputs", [f"{name}: {each}" for name, each in self.inputs]),
            _list("outputs", list(self.outputs)),
        ]
        return "\n\n".join(parts) + "\n"

    def file(self) -> str:
        """Return a program whose kernel is to be written; a judge takes it whole."""
        about = [*textwrap.wrap(self.statement, 98), "", self.formula]
        outputs = ", ".join(self.outputs)
        return "\n".join(
            [
                *(f"# {line}".rstrip() for line in (self.name, "", *about)),
                "",
                self.header.rstrip(),
                f"    # the kernel: from {', '.join(name for name, _ in self.inputs)} to {outputs}",
                "    return\n",
            ]
        )


def shown(task: Task) -> Shown:
    """Return what a solver may see.

    Errors: TaskError for a task whose header is wrong.
    """
    header = read_header(task.header)
    functions = tuple(
        ShownFunction(
            name=each.name,
            parameters=tuple((param.name, str(param.type)) for param in each.params),
            result=str(each.result),
            is_fold=any(param.init is not None for param in each.params),
        )
        for each in header.functions
    )
    return Shown(
        name=task.name,
        statement=task.statement,
        formula=task.formula,
        header=task.header,
        functions=functions,
        inputs=tuple((name, str(each)) for name, each in header.inputs),
        outputs=tuple(str(each) for each in header.results or ()),
    )


def _list(title: str, lines: list[str]) -> str:
    return "\n".join([f"{title}:", *(f"  {line}" for line in lines or ["none"])])
