"""The state of one reading: names, findings, and how much may still be unrolled."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import chain

from aspl.builder import Builder, StreamRef
from aspl.diagnostics import Diagnostic, Findings, Label, LimitReached, Span
from aspl.dims import Dim, Symbol
from aspl.text.scope import ANYTHING, Anything, BuildValue, describe, nearest_hint
from aspl.text.source import Source

MAX_OPERATORS = 20_000
MAX_STEPS = 1_000_000
MAX_STREAMS = 100_000
MAX_INTEGER = 2**63 - 1
MAX_WEIGHT = 256
"""Atoms of an extent that the text computes."""
MAX_SOUGHT = 20_000
"""Known names that unknown ones are held against; after that there are no more hints."""


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
    owned: dict[str, list[BuildValue]] = field(default_factory=dict)
    """Lists that were made by appending and that nothing but their names holds."""
    max_operators: int = MAX_OPERATORS
    in_header: bool = True
    declared: Mapping[str, int] = field(default_factory=dict)
    """Values given from outside for sizes, in place of the defaults."""
    _steps: int = 0
    _sought: int = 0

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

    def report_long(self, node: ast.AST) -> Anything:
        """Report P011: an extent that would be out of all proportion as an expression."""
        return self.report("P011", node, "an extent has too many terms", "name a size of its own")

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

    def spend_streams(self, node: ast.AST, count: int) -> None:
        """Count streams that an operator is about to write.

        Errors: LimitReached, after reporting P010.
        """
        if self.builder.stream_count + count > MAX_STREAMS:
            self.report(
                "P010",
                node,
                f"the program has more than {MAX_STREAMS} streams",
                "let operators write fewer streams",
            )
            raise LimitReached

    def nearest(self, name: str, *known: Collection[str]) -> str:
        """Return a hint that names what may have been meant, or an empty one."""
        self._sought += sum(map(len, known))
        return "" if self._sought > MAX_SOUGHT else nearest_hint(name, chain(*known))

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
            whole = value.value(self.sizes)
        except (KeyError, ZeroDivisionError):
            self.report("P011", node, f"`{value}` has no value at these sizes")
            return None
        if abs(whole) <= MAX_INTEGER:
            return whole
        self.report("P011", node, f"`{value}` is beyond {MAX_INTEGER} at these sizes")
        return None

    def poison(self, node: ast.AST) -> StreamRef:
        """Return a stream of unknown type, for a place where something is already reported."""
        return self.builder.fresh("", self.span(node))
