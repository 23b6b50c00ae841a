"""A call with its arguments evaluated: what operators, types and built-ins are applied to."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from aspl.text.context import Context
from aspl.text.scope import BuildValue, nearest_hint


@dataclass(frozen=True, slots=True)
class Arg:
    """One argument: its value, and the syntax that it was written as."""

    value: BuildValue
    node: ast.AST


@dataclass(frozen=True, slots=True)
class Given:
    """A call of a name."""

    name: str
    node: ast.Call
    positional: tuple[Arg, ...]
    named: Mapping[str, Arg]

    def bind(
        self, names: tuple[str, ...], required: int, context: Context
    ) -> dict[str, Arg] | None:
        """Bind the arguments to parameter names; the first `required` must be given.

        Errors: reports A001, A002 or N004 and returns None.
        """
        bound: dict[str, Arg] = {}
        good = True
        if len(self.positional) > len(names):
            good = False
            self.report_surplus(len(names), context)
        for name, arg in zip(names, self.positional, strict=False):
            bound[name] = arg
        for name, arg in self.named.items():
            if name not in names:
                good = False
                self.report_unknown(name, arg, names, context)
            elif name in bound:
                good = False
                context.report(
                    "A002", arg.node, f"`{self.name}` gets `{name}` twice", "give it once"
                )
            else:
                bound[name] = arg
        for name in names[:required]:
            if name not in bound and good:
                good = False
                self.report_missing(name, context)
        return bound if good else None

    def report_surplus(self, most: int, context: Context) -> None:
        """Report A002: too many arguments."""
        context.report(
            "A002",
            self.positional[most].node if most < len(self.positional) else self.node,
            f"`{self.name}` takes at most {most} arguments here, got {len(self.positional)}",
            "remove the surplus ones",
            facts=(("expected", str(most)), ("got", str(len(self.positional)))),
        )

    def report_unknown(self, name: str, arg: Arg, known: tuple[str, ...], context: Context) -> None:
        """Report N004: no such parameter."""
        words = ", ".join(f"`{each}`" for each in known)
        hint = nearest_hint(name, known) or (f"it has {words}" if words else "it has no parameters")
        context.report("N004", arg.node, f"`{self.name}` has no parameter `{name}`", hint)

    def report_missing(self, name: str, context: Context) -> None:
        """Report A001: a required argument is not given."""
        context.report("A001", self.node, f"`{self.name}` needs `{name}`", f"write `{name}=...`")
