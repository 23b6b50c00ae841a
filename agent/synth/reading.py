"""What the sections of a prompt say: the header, the formula, the words around them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from aspl.diagnostics import Findings
from aspl.dims import Dim, Kind
from aspl.functions.function import Declared
from aspl.program import Program
from aspl.text.parse import parse
from aspl.types import Element, Stream, Tensor, element_dims, leaves

_FENCE = re.compile(r"^(`{3,})aspl[ \t]*\n(.*?)^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_FORMULA = re.compile(r"^\W*(?:formula:?)?\W*(\w+(?:\[[^\]=]*\])* = .+?)`*$", re.IGNORECASE)
_MOST_FORMULA = 1_000
_MOST_TEXT = 20_000
"""Characters of a section that are read; a header is a page."""
_MOST_MANUAL = 100_000
"""Characters of the sections on the language that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A task as its section of the prompt tells it."""

    header: str
    """Text up to the colon of the kernel's signature."""
    program: Program
    """The header alone, as a kernel without a body."""
    functions: tuple[Declared, ...]
    inputs: tuple[tuple[str, Stream], ...]
    results: tuple[Stream, ...]
    formula: str
    mentions: Mapping[str, int] = field(default_factory=dict)
    """Where the prose first speaks of a function."""

    @property
    def sizes(self) -> dict[str, int]:
        """Values of the extents that are fixed before a run."""
        return {each.name: each.value for each in self.program.sizes if each.kind is Kind.SIZE}

    def elements(self) -> list[Element]:
        """Return the elements that streams and functions of the task are declared with."""
        found: list[Element] = [each.element for _, each in self.inputs]
        for function in self.functions:
            found += [param.type for param in function.params]
            found.append(function.result)
        return [*found, *(each.element for each in self.results)]

    def shapes(self) -> list[tuple[Dim, ...]]:
        """Return the extents of every declared stream, those inside its elements last."""
        streams = [*(each for _, each in self.inputs), *self.results]
        return [(*each.shape, *_inside(each.element)) for each in streams]


def _inside(element: Element) -> tuple[Dim, ...]:
    return tuple(dim for leaf in leaves(element) for dim in element_dims(leaf))


def extents_of(asked: Asked) -> list[Dim]:
    """Return the extents that occur in declared types, each once."""
    found: dict[Dim, None] = {}
    for shape in [*asked.shapes(), *map(_inside, asked.elements())]:
        found.update(dict.fromkeys(shape))
    return [dim for dim in found if not dim.is_wild]


def fenced(text: str) -> str | None:
    """Return what the first fenced block of a section holds."""
    found = _FENCE.search(text[:_MOST_TEXT])
    return None if found is None else found.group(2)


def programs_in(text: str) -> list[str]:
    """Return what all fenced blocks of a section hold."""
    return [each.group(2) for each in _FENCE.finditer(text[:_MOST_MANUAL])]


def formula_in(text: str) -> str:
    """Return the last line of the prose that reads as an equation, or nothing."""
    prose = _FENCE.sub("", text[:_MOST_TEXT])
    told = [each for each in map(str.strip, prose.splitlines()) if len(each) <= _MOST_FORMULA]
    found = [_FORMULA.match(line) for line in told]
    lines = [each.group(1) for each in found if each is not None]
    return lines[-1] if lines else ""


def read_task(text: str) -> Asked | None:
    """Read the section of a task; None where there is no header that can be answered."""
    header = fenced(text)
    if header is None:
        return None
    findings = Findings()
    program = parse(f"{header.rstrip()}\n    return\n", findings)
    if program is None or findings.has_errors or not program.declared:
        return None
    return asked_of(text, header, program)


def asked_of(text: str, header: str, program: Program) -> Asked | None:
    """Return what is asked by a kernel of this signature; None where it takes tensors too."""
    streams = [(each.name, each.type) for each in program.inputs if isinstance(each.type, Stream)]
    if any(isinstance(each.type, Tensor) for each in program.inputs) or not program.declared:
        return None
    prose = _FENCE.sub("", text[:_MOST_TEXT])
    places = {each.name: _place(each.name, prose) for each in program.functions}
    return Asked(
        header=header,
        program=program,
        functions=program.functions,
        inputs=tuple(streams),
        results=program.declared,
        formula=formula_in(text),
        mentions={name: place for name, place in places.items() if place >= 0},
    )


def _place(name: str, prose: str) -> int:
    found = re.search(rf"\b{re.escape(name)}\b", prose)
    return -1 if found is None else found.start()


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words that an identifier is made of."""
    return tuple(each for each in re.split(r"[_\d]+", name.lower()) if each)
