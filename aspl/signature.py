"""What a header promises: shapes of inputs, types of results and of feedback streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aspl.bounds import dims_of, parts_of
from aspl.diagnostics import NOWHERE, Diagnostic, Findings, Label, Span
from aspl.dims import WILD, Dim, Kind, Symbol
from aspl.ops.rules import same_dims, same_element
from aspl.ops.sources import Feedback
from aspl.program import Node, Program
from aspl.site import Extents
from aspl.types import Stream, shape_text


@dataclass(frozen=True, slots=True)
class Declared:
    """Extents of declared types, held against inferred ones; the declared one comes first.

    `_` fits any extent. A dynamic or ragged size of the header that no input has stands for the
    extent that it first meets.
    """

    extents: Extents
    free: Mapping[str, Kind]
    met: dict[str, Dim] = field(default_factory=dict)

    def same(self, declared: Dim, inferred: Dim) -> bool:
        """Whether an inferred extent is what is declared."""
        if declared == WILD:
            return True
        symbol = declared.symbol
        if symbol is None or symbol.name not in self.free:
            return self.extents.same(declared, inferred)
        if inferred.is_ragged and self.free[symbol.name] is not Kind.RAGGED:
            return False
        return self.extents.same(self.met.setdefault(symbol.name, inferred), inferred)

    def bound(self, dim: Dim) -> int | None:
        """Return the value of a static extent."""
        return self.extents.bound(dim)


def check_signature(
    program: Program, types: Mapping[int, Stream | None], extents: Extents, findings: Findings
) -> None:
    """Report inputs that no run can have, results and feedbacks of other types than declared."""
    shown = {symbol.name for each in program.inputs for symbol in _symbols(each.type)}
    free = {
        size.name: size.kind
        for size in program.sizes
        if size.kind is not Kind.SIZE and size.name not in shown
    }
    declared = Declared(extents, free)
    _check_nesting(program, findings)
    for node in program.nodes:
        if isinstance(node.op, Feedback):
            _check_feedback(node, node.op.type, types, declared, findings)
    _check_results(program, types, declared, findings)


def _symbols(kind: object) -> list[Symbol]:
    dims = kind.shape if hasattr(kind, "shape") else ()
    if isinstance(kind, Stream):
        dims = (*dims, *_inner(kind))
    return [atom for dim in dims for atom in dim.atoms() if isinstance(atom, Symbol)]


def _inner(stream: Stream) -> tuple[Dim, ...]:
    return tuple(dim for part in parts_of(stream.element) or () for dim in dims_of(part))


def _check_nesting(program: Program, findings: Findings) -> None:
    """Report a ragged size that is nested in two ways: it is one extent for each outer entry."""
    seen: dict[str, tuple[tuple[Dim, ...], str]] = {}
    for each in program.inputs:
        if not isinstance(each.type, Stream):
            continue
        shape = each.type.shape
        nested = [(dim, shape[:depth]) for depth, dim in enumerate(shape)]
        nested += [(dim, shape) for dim in _inner(each.type)]
        for dim, outer in nested:
            symbol = dim.symbol
            if symbol is None or symbol.kind is not Kind.RAGGED:
                continue
            first, name = seen.setdefault(symbol.name, (outer, each.name))
            if first != outer:
                findings.add(_nested_twice(symbol.name, (name, first), outer, each.span))


def _nested_twice(
    ragged: str, first: tuple[str, tuple[Dim, ...]], outer: tuple[Dim, ...], span: Span
) -> Diagnostic:
    name, expected = first
    return Diagnostic(
        code="S011",
        message=f"expected `{ragged}` under the dims `{shape_text(expected)}` as in `{name}`, "
        f"got `{shape_text(outer)}`",
        span=span,
        hint="declare a second `RaggedDim` for it",
        facts=(("expected", shape_text(expected)), ("got", shape_text(outer))),
    )


def _check_feedback(
    node: Node,
    stated: Stream,
    types: Mapping[int, Stream | None],
    declared: Declared,
    findings: Findings,
) -> None:
    if not node.inputs:
        findings.add(
            Diagnostic(
                code="C001",
                message="this feedback is never closed",
                span=node.span,
                hint="write `Close(feedback, y)`",
            )
        )
        return
    got = types.get(node.inputs[0])
    if got is None or _same_stream(stated, got, declared):
        return
    findings.add(
        Diagnostic(
            code="C003",
            message=f"expected a stream `{stated}` to close the feedback, got `{got}`",
            span=node.input_spans[0] if node.input_spans else node.span,
            labels=(Label(node.span, "declared here"),),
            hint="declare the feedback with the type of the stream that closes it",
            facts=(("expected", str(stated)), ("got", str(got))),
        )
    )


def _same_stream(left: Stream, right: Stream, declared: Declared) -> bool:
    return same_element(left.element, right.element, declared) and same_dims(
        left.shape, right.shape, declared
    )


def _check_results(
    program: Program,
    types: Mapping[int, Stream | None],
    declared: Declared,
    findings: Findings,
) -> None:
    if program.declared is None:
        return
    wanted, found = len(program.declared), len(program.results)
    if wanted != found:
        findings.add(
            Diagnostic(
                code="O001",
                message=f"expected {wanted} results, got {found}",
                span=program.result_spans[-1] if program.result_spans else program.span,
                hint="return as many streams as the signature declares",
                facts=(("expected", str(wanted)), ("got", str(found))),
            )
        )
        return
    spans = program.result_spans or (NOWHERE,) * wanted
    for want, value, span in zip(program.declared, program.results, spans, strict=True):
        got = types.get(value)
        if got is not None:
            _check_result(want, got, span, declared, findings)


def _check_result(
    want: Stream, got: Stream, span: Span, declared: Declared, findings: Findings
) -> None:
    if not same_element(want.element, got.element, declared):
        findings.add(
            Diagnostic(
                code="O002",
                message=f"expected a result with elements `{want.element}`, got `{got.element}`",
                span=span,
                hint="turn the elements into the declared type with `Map`, `Bufferize` or "
                "`Streamify`",
                facts=(("expected", str(want.element)), ("got", str(got.element))),
            )
        )
    if not same_dims(want.shape, got.shape, declared):
        expected, found = shape_text(want.shape), shape_text(got.shape)
        findings.add(
            Diagnostic(
                code="O003",
                message=f"expected a result of shape `{expected}`, got `{found}`",
                span=span,
                hint="bring the stream to the declared shape, or state what you know with `Assume`",
                facts=(("expected", expected), ("got", found)),
            )
        )
