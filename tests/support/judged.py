"""What must hold of the findings of any text, whatever it is."""

from __future__ import annotations

from aspl.bounds import dims_of, parts_of
from aspl.checker import Checked, Linearity, check
from aspl.diagnostics import NOWHERE, Diagnostic, Findings, Span
from aspl.dims import Dim, Symbol
from aspl.ops.table import OPS
from aspl.text.header import Header
from aspl.text.parse import parse
from aspl.text.source import Source

_UNKNOWN = 6
"""About as much as an extent is that a run decides."""


def judged(
    text: str, *, header: Header | None = None, linearity: Linearity = "strict"
) -> Checked | None:
    """Read and check a text; see that it is accepted whole, or rejected with a reason."""
    return judged_findings(text, header=header, linearity=linearity)[0]


def judged_findings(
    text: str, *, header: Header | None = None, linearity: Linearity = "strict"
) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    """Judge a text as `judged` does, and return the findings too."""
    findings = Findings()
    program = parse(text, findings, header=header)
    checked = None if program is None else check(program, findings, linearity=linearity)
    assert (checked is None) == findings.has_errors, [each.message for each in findings]
    if checked is not None:
        assert len(checked.types) == len(checked.program.values)
        assert all(node.op.name in OPS for node in checked.program.nodes)
    lines = Source(text).lines
    for each in findings:
        assert each.message
        for span in (each.span, *(label.span for label in each.labels)):
            assert lies_in(span, lines) or (header is not None and span == NOWHERE), each
    return checked, findings.sorted()


def lies_in(span: Span, lines: tuple[str, ...]) -> bool:
    """Whether a span is a piece of a text, or the place just behind it."""
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    return start <= end and all(
        1 <= line <= len(lines) and 0 <= column <= len(lines[line - 1])
        for line, column in (start, end)
    )


def numbers_in(checked: Checked) -> int:
    """Return about how many numbers the largest stream or tensor of a program holds."""
    known = checked.program.size_values()
    shapes = [
        (*stream.shape, *dims_of(part))
        for stream in checked.types
        for part in parts_of(stream.element) or ()
    ]
    shapes += [ref.type.shape for ref in (*checked.program.tensors, *checked.program.parameters)]
    return max((_product(shape, known) for shape in shapes), default=0)


def _product(shape: tuple[Dim, ...], known: dict[str, int]) -> int:
    total = 1
    for dim in shape:
        for atom in dim.atoms():
            if isinstance(atom, Symbol):
                known.setdefault(atom.name, _UNKNOWN)
        try:
            total *= max(dim.value(known), 1)
        except ZeroDivisionError:
            continue
    return total
