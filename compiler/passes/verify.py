"""Whether a module is a program that may run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import VerifyException

from aspl.checker import Checked
from aspl.diagnostics import Findings, Severity
from aspl.dims import Atom, Dim, Symbol, dim_of
from aspl.types import Element, Stream, Tuple, element_dims, with_extents
from compiler.ir.edit import Editor
from compiler.ir.read import read
from compiler.passes.base import Pass


@dataclass(frozen=True)
class Verify(Pass):
    """Hold a module against the language: types, single reads, closed feedbacks, nothing unread.

    Types are inferred anew; those of the module must equal them up to the names of extents that
    only a run decides.
    """

    name: ClassVar[str] = "verify"
    about: ClassVar[str] = "check types, single reads, closed feedbacks and that all is read"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Judge the module. Errors: VerifyException with the first thing that is wrong."""
        op.verify()
        findings = Findings()
        checked = read(op, findings, linearity="strict")
        wrong = [
            each for each in findings if each.severity is Severity.ERROR or each.code == "L002"
        ]
        if wrong or checked is None:
            words = [f"{each.code} {each.message}" for each in wrong]
            raise VerifyException("; ".join(words[:3]) or "the program does not check")
        _require_types(op, checked)


def _require_types(module: ModuleOp, checked: Checked) -> None:
    editor = Editor.of(module)
    renaming = Renaming(frozenset(editor.header.computed))
    for value, inferred in zip(editor.streams(), checked.types, strict=True):
        stated = editor.type(value)
        if not renaming.agrees(stated, inferred):
            raise VerifyException(f"a stream has the type `{stated}`, expected `{inferred}`")


@dataclass(slots=True)
class Renaming:
    """Names of computed symbols in a module, and in the check of it."""

    computed: frozenset[str]
    names: dict[str, Dim] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    """Symbols of the check that a name of the module stands for."""

    def agrees(self, stated: Stream, inferred: Stream) -> bool:
        """Whether two types are equal, up to the names met so far and here."""
        if not self.computed:
            return stated == inferred
        self._meet(_dims(stated), _dims(inferred))

        def change(dim: Dim) -> Dim:
            return dim.replace(self._renamed)

        renamed = Stream(with_extents(stated.element, change), tuple(map(change, stated.shape)))
        return renamed == inferred

    def _meet(self, stated: Sequence[Dim], inferred: Sequence[Dim]) -> None:
        for left, right in zip(stated, inferred, strict=False):
            old, new = left.symbol, right.symbol
            if old is None or new is None or old.kind is not new.kind:
                continue
            # a name stands for one extent, in both directions
            is_new = old.name in self.computed and old.name not in self.names
            if is_new and new.name not in self.taken:
                self.names[old.name] = dim_of(new)
                self.taken.add(new.name)

    def _renamed(self, atom: Atom) -> Dim | None:
        return self.names.get(atom.name) if isinstance(atom, Symbol) else None


def _dims(stream: Stream) -> list[Dim]:
    return [*stream.shape, *_inner(stream.element)]


def _inner(element: Element) -> list[Dim]:
    if isinstance(element, Tuple):
        return [dim for part in element.parts for dim in _inner(part)]
    return list(element_dims(element))
