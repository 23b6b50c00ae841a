"""Every stream is read once: who reads twice, and what nobody reads."""

from __future__ import annotations

from aspl.diagnostics import Diagnostic, Findings, Label, Severity, Span
from aspl.program import Program


def reads(program: Program) -> dict[int, list[Span]]:
    """Return where each stream is read, in the order of the program; results are read last."""
    found: dict[int, list[Span]] = {}
    for node in program.nodes:
        spans = node.input_spans or (node.span,) * len(node.inputs)
        for value, span in zip(node.inputs, spans, strict=True):
            found.setdefault(value, []).append(span)
    spans = program.result_spans or (program.span,) * len(program.results)
    for value, span in zip(program.results, spans, strict=True):
        found.setdefault(value, []).append(span)
    return found


def check_reads(
    program: Program, findings: Findings, *, strict: bool, poisoned: frozenset[int]
) -> None:
    """Report second readers (L001, strict only) and streams that nobody reads (L002, a warning).

    Of poisoned streams something else was said already.
    """
    found = reads(program)
    for value, made in enumerate(program.values):
        spans = found.get(value, [])
        if len(spans) > 1 and strict:
            findings.add(_read_twice(made.name or f"%{value}", spans))
        elif not spans and value not in poisoned:
            findings.add(_unread(made.name or f"%{value}", made.span))


def _read_twice(name: str, spans: list[Span]) -> Diagnostic:
    count = len(spans)
    copies = ", ".join(f"{name}_{place}" for place in range(count))
    hint = f"write `{copies} = Broadcast({name}, n={count})` and read each copy once"
    if count > 4:
        hint = f"write `copies = Broadcast({name}, n={count})` and read each of `copies[i]` once"
    times = "twice" if count == 2 else f"{count} times"
    return Diagnostic(
        code="L001",
        message=f"stream `{name}` is read {times}",
        span=spans[1],
        labels=(
            Label(spans[0], "first read here"),
            *(Label(span, "read again here") for span in spans[2:5]),
        ),
        note="second read here",
        hint=hint,
        facts=(("expected", "1"), ("got", str(count))),
    )


def _unread(name: str, span: Span) -> Diagnostic:
    return Diagnostic(
        code="L002",
        message=f"stream `{name}` is never read",
        span=span,
        severity=Severity.WARNING,
        hint=f"leave it out, or drop it with `Consumer({name})`",
    )
