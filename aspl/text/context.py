"""The state of one reading: names, findings, and how much may still be unrolled."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aspl.builder import Builder, StreamRef
from aspl.diagnostics import Diagnostic, Findings, Label, LimitReached, Span
from aspl.dims import Dim, Symbol
from aspl.text.scope import ANYTHING, Anything, BuildValue, describe
from aspl.text.source import Source

MAX_OPERATORS = 20_000
MAX_STEPS = 2_000_000
MAX_INTEGER = 2**63 - 1


@dataclass(slots=True)
class Context:
    """One reading of one source text."""

    source: Source
    findings: Findings
    builder: Builder
    sizes: dict[str, int] = field(default_factory=dict)
    """Values of the static sizes, for structure that depends on them."""
    names: dict[str, BuildValue] = field(default_factory=dict)
    later: Callable[[], Mapping[str, int]] = dict
    """Returns the lines where the kernel binds its names first; asked only for an unknown name."""
    max_operators: int = MAX_OPERATORS
    in_header: bool = True
    declared: Mapping[str, int] = field(default_factory=dict)
    """Values given from outside for sizes, in place of the defaults."""
    _steps: int = 0

    def span(self, node: ast.AST) -> Span:
        """Return where a syntax node stands."""
        return self.source.span(node)

    def report(
        self,
        code: str,
        node: ast.AST,
        message: str,
        hint: str = "",
        *,
        labels: tuple[Label, ...] = (),
        facts: tuple[tuple[str, str], ...] = (),
    ) -> Anything:
        """Add a finding and return what stands in the place of the value."""
        self.findings.add(
            Diagnostic(
                code=code,
                message=message,
                span=self.span(node),
                hint=hint,
                labels=labels,
                facts=facts,
            )
        )
        return ANYTHING

    def spend(self, node: ast.AST, steps: int = 1) -> None:
        """Count work done at build time.

        Errors: LimitReached, after reporting P010.
        """
        self._steps += steps
        if self._steps > MAX_STEPS:
            self.report(
                "P010",
                node,
                f"unrolling takes more than {MAX_STEPS} steps",
                "shorten the loops: repetition over data belongs in stream dims",
            )
            raise LimitReached

    def spend_operator(self, node: ast.AST) -> None:
        """Count one operator.

        Errors: LimitReached, after reporting P010.
        """
        if self.builder.node_count >= self.max_operators:
            self.report(
                "P010",
                node,
                f"the program unrolls to more than {self.max_operators} operators",
                "shorten the loops: repetition over data belongs in stream dims",
            )
            raise LimitReached

    def integer(self, value: BuildValue, node: ast.AST, what: str) -> int | None:
        """Return a build-time integer; an extent gives its value and fixes its sizes."""
        if isinstance(value, bool) or not isinstance(value, int | Dim):
            if not isinstance(value, Anything):
                self.report("A003", node, f"expected an integer for {what}, got {describe(value)}")
            return None
        if isinstance(value, int):
            return value
        if not value.is_static:
            self.report(
                "A003",
                node,
                f"expected an integer for {what}, got `{value}`, which only a run decides",
                "use a size that is declared with `Dim`",
            )
            return None
        self.builder.specialise({atom.name for atom in value.atoms() if isinstance(atom, Symbol)})
        try:
            return value.value(self.sizes)
        except (KeyError, ZeroDivisionError):
            self.report("P011", node, f"`{value}` has no value at these sizes")
            return None

    def poison(self, node: ast.AST) -> StreamRef:
        """Return a stream of unknown type, for a place where something is already reported."""
        return self.builder.fresh("", self.span(node))
