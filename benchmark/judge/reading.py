"""From an answer's text to checked programs, one for the sizes of every regime.

An answer is a bare kernel, the body of one, or a whole file. A whole file is read as it stands,
and only if all that it declares is what the task's header declares, in the same order: then the
body would stand alone below the header, and means the same. Nothing is taken out of an answer.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from aspl.checker import Checked, Linearity, check
from aspl.diagnostics import Diagnostic, Findings, Severity, Span
from aspl.program import Program
from aspl.text.header import Header
from aspl.text.parse import parse
from aspl.text.source import MAX_CHARACTERS, Source, read_syntax
from benchmark.judge.verdict import Outcome
from benchmark.tasks.task import Regime

_RESULTS = frozenset({"O001", "O002", "O003"})
"""Findings that results are not those of the signature."""


class Given(Protocol):
    """What a task gives to an answer."""

    @property
    def text(self) -> str:
        """The header as text."""
        ...

    def header(self, sizes: Mapping[str, int]) -> Header:
        """Return the header with other sizes than its own."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was read: a program for every regime, or why there is none."""

    outcome: Outcome | None
    """Of an answer that is rejected."""
    diagnostics: tuple[Diagnostic, ...]
    checked: tuple[Checked, ...]
    """In the order of the regimes; empty for an answer that is rejected."""


def read_answer(
    text: str, given: Given, regimes: Sequence[Regime], linearity: Linearity = "strict"
) -> Answer:
    """Read and check an answer under the sizes of every regime."""
    long = overlong(text)
    if long is not None:
        return Answer(outcome=Outcome.UNPARSEABLE, diagnostics=(long,), checked=())
    reading = _Reading(text, given, linearity, is_whole_file(text, given.text))
    found = [reading.at(regime) for regime in regimes]
    diagnostics = tuple(reading.found.values())
    checked = tuple(each for each in found if each is not None)
    if len(checked) < len(found):
        return Answer(outcome=outcome_of(diagnostics), diagnostics=diagnostics, checked=())
    return Answer(outcome=None, diagnostics=diagnostics, checked=checked)


def overlong(text: str) -> Diagnostic | None:
    """Return the finding on an answer that is longer than any program may be, None for others."""
    if len(text) <= MAX_CHARACTERS:
        return None
    return Diagnostic(
        code="P003",
        message=f"an answer has at most {MAX_CHARACTERS} characters; this one has more",
        span=Span(1, 0, 1, 0),
        hint="write loops in place of repeated lines",
    )


def outcome_of(diagnostics: Iterable[Diagnostic]) -> Outcome:
    """Return the first stage that an answer does not pass."""
    codes = {each.code for each in diagnostics if each.severity is Severity.ERROR}
    if any(code.startswith("P") for code in codes):
        return Outcome.UNPARSEABLE
    if codes - _RESULTS - {"L001"}:
        return Outcome.ILL_TYPED
    return Outcome.NOT_LINEAR if "L001" in codes else Outcome.WRONG_SHAPE


def is_whole_file(text: str, header: str) -> bool:
    """Whether a text declares what the header declares, and has a kernel of the same signature."""
    if "Stream" not in text or "def " not in text:
        return False
    module = read_syntax(Source(text), Findings())
    given = read_syntax(Source(f"{header.rstrip()}\n    return\n"), Findings())
    if module is None or given is None:
        return False
    return _outline(module, given) == _outline(given, given)


def _outline(module: ast.Module, given: ast.Module) -> list[str]:
    """Write all that a file declares, and the signature of its last function."""
    told = [each for each in module.body if not _is_text(each)]
    wanted = sum(1 for each in given.body if not _is_text(each))
    last = told[-1] if told else None
    if len(told) != wanted or not isinstance(last, ast.FunctionDef):
        return []
    returns = "" if last.returns is None else ast.dump(last.returns)
    signature = [last.name, ast.dump(last.args), returns, *map(ast.dump, last.decorator_list)]
    return [*map(ast.dump, told[:-1]), *signature]


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


@dataclass(slots=True)
class _Reading:
    """One answer under several sizes: what was checked, and what was found."""

    text: str
    given: Given
    linearity: Linearity
    whole: bool
    parsed: Program | None = None
    """The program of the first regime, if it was read without errors."""
    known: list[Checked] = field(default_factory=list)
    found: dict[tuple[object, ...], Diagnostic] = field(default_factory=dict)
    failed: bool = False

    def at(self, regime: Regime) -> Checked | None:
        """Return the program under the sizes of a regime.

        A check that looked at no size that differs is not made again. After a first regime that
        fails nothing more is said: the others would say the same of other sizes.
        """
        if self.failed and not self.known:
            return None
        header = self.given.header(regime.sizes)
        sizes = {name: value for name, value, _ in header.sizes}
        for each in self.known:
            before = each.program.size_values()
            if all(before.get(name) == sizes.get(name) for name in each.depends_on):
                return resized(each, sizes)
        checked = self._check(header, regime, sizes)
        if checked is None:
            self.failed = True
        else:
            self.known.append(checked)
        return checked

    def _check(self, header: Header, regime: Regime, sizes: Mapping[str, int]) -> Checked | None:
        findings = Findings()
        program = self._program(header, sizes, findings)
        checked = None
        if program is not None:
            checked = check(program, findings, linearity=self.linearity)
        for each in findings:
            key = (each.code, each.span)
            if self.known and key not in self.found:
                each = replace(each, facts=(*each.facts, ("regime", regime.name)))
            self.found.setdefault(key, each)
        return checked

    def _program(
        self, header: Header, sizes: Mapping[str, int], findings: Findings
    ) -> Program | None:
        """Return the program under some sizes; its text is read again only if they shape it."""
        if self.parsed is not None and not self.whole:
            before, fixed = self.parsed.size_values(), self.parsed.specialised
            if all(before.get(name) == sizes.get(name) for name in fixed):
                return _with_sizes(self.parsed, sizes)
        if self.whole:
            program = parse(self.text, findings, sizes=sizes)
        else:
            program = parse(self.text, findings, header=header)
        if self.parsed is None and not findings.has_errors:
            self.parsed = program
        return program


def resized(checked: Checked, sizes: Mapping[str, int]) -> Checked:
    """Return a program with other values of sizes that its check did not look at."""
    program = _with_sizes(checked.program, sizes)
    return checked if program is checked.program else replace(checked, program=program)


def _with_sizes(program: Program, sizes: Mapping[str, int]) -> Program:
    if all(sizes.get(size.name, size.value) == size.value for size in program.sizes):
        return program
    new = tuple(replace(size, value=sizes.get(size.name, size.value)) for size in program.sizes)
    return replace(program, sizes=new)
