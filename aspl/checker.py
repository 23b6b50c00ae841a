"""From a `Program` to a `Checked` one: the type of every stream, and everything that is wrong."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from aspl.bounds import dims_of, excess, parts_of, size_of
from aspl.diagnostics import NOWHERE, Diagnostic, Findings, Label, LimitReached, Span
from aspl.dims import (
    Atom,
    Dim,
    Extent,
    ExtentTooLarge,
    Kind,
    Symbol,
    dynamic,
    ragged,
    to_dim,
)
from aspl.functions.declared import judge, steps_of_use
from aspl.functions.function import Declared
from aspl.functions.problems import Problem
from aspl.linearity import check_reads
from aspl.ops.base import Op
from aspl.ops.extents import dims_in, with_dims_changed
from aspl.ops.sources import Assume, Feedback
from aspl.program import Node, Program
from aspl.signature import check_signature
from aspl.site import Site
from aspl.types import Stream

Linearity: TypeAlias = Literal["strict", "auto"]

MAX_WORK = 500_000
"""Terms of extents in all types, and steps of typing functions again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A program without errors, and the type of each of its streams by id."""

    program: Program
    """As written, with the extents that `dim(x, i)` stood for put in."""
    types: tuple[Stream, ...]
    linearity: Linearity
    symbols: tuple[Symbol, ...] = ()
    """Extents that only a run decides, in the order in which they appear."""
    depends_on: frozenset[str] = frozenset()
    """Sizes whose values the check looked at; with other values it must be made again."""


def check(
    program: Program, findings: Findings, *, linearity: Linearity = "strict"
) -> Checked | None:
    """Give every stream its type and report all that is wrong; None when anything is an error."""
    judgement = _Judgement(program, findings)
    try:
        nodes = judgement.check_all(strict=linearity == "strict")
    except LimitReached:
        return None
    types = judgement.types_by_value()
    if findings.has_errors or any(each is None for each in types):
        return None
    return Checked(
        program=replace(program, nodes=nodes),
        types=tuple(each for each in types if each is not None),
        linearity=linearity,
        symbols=tuple(judgement.symbols),
        depends_on=frozenset(judgement.consulted) | program.specialised,
    )


@dataclass(slots=True)
class _Judgement:
    """One check: what is known so far."""

    program: Program
    findings: Findings
    types: dict[int, Stream | None] = field(default_factory=dict)
    origins: dict[int, int] = field(default_factory=dict)
    known: dict[Hashable, Dim] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    symbols: list[Symbol] = field(default_factory=list)
    consulted: set[str] = field(default_factory=set)
    static: Mapping[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    """The last number that was appended to a stem for a fresh name."""
    works: dict[int, int] = field(default_factory=dict)
    """Steps of typing each function at a use."""
    spent: int = 0

    def __post_init__(self) -> None:
        sizes = self.program.sizes
        self.static = {size.name: size.value for size in sizes if size.kind is Kind.SIZE}
        self.names = {size.name for size in sizes}
        for each in self.program.inputs:
            if each.value is not None and isinstance(each.type, Stream):
                self.types[each.value] = each.type

    def check_all(self, *, strict: bool) -> tuple[Node, ...]:
        """Report all that is wrong; return the nodes with their extents put in.

        Errors: LimitReached, after reporting P010 or T004.
        """
        self.judge_functions()
        nodes = tuple(self.infer(place, node) for place, node in enumerate(self.program.nodes))
        check_signature(replace(self.program, nodes=nodes), self.types, self, self.findings)
        types = enumerate(self.types_by_value())
        poisoned = frozenset(value for value, stream in types if stream is None)
        poisoned |= self.program.excused
        check_reads(self.program, self.findings, strict=strict, poisoned=poisoned)
        return nodes

    def types_by_value(self) -> tuple[Stream | None, ...]:
        """Return the type of every stream by id, None for poison."""
        return tuple(map(self.types.get, range(len(self.program.values))))

    def judge_functions(self) -> None:
        """Hold the bodies of functions against the sizes, which may not be those of their text."""

        def report(problem: Problem, span: Span) -> None:
            self._add(problem.code, problem.message, span, problem.hint, facts=problem.facts)

        for function in self.program.functions:
            self.consulted.update(name for name, _ in function.judged_at)
            if all(self.static.get(name) == size for name, size in function.judged_at):
                continue
            try:
                judge(function, self, report)
            except ExtentTooLarge as error:
                self._report_large(str(error), f"function `{function}`", function.span)

    def infer(self, place: int, node: Node) -> Node:
        """Type the outputs of one node; a poisoned input poisons them without another word.

        Errors: LimitReached, after reporting P010 or T004.
        """
        outputs: tuple[Stream, ...] | None = None
        try:
            resolved = self._resolved(node) if _has_extents(node.op) else node
            if resolved is not None:
                node = resolved
                outputs = self._outputs(place, node)
        except ExtentTooLarge as error:
            self._report_large(str(error), f"the streams of `{node.op.name}`", node.span)
        if node.op.name == "Broadcast":
            origin = self.origin(node.inputs[0])
            self.origins.update(dict.fromkeys(node.outputs, origin))
        for number, value in enumerate(node.outputs):
            self.types[value] = None if outputs is None else outputs[number]
        return node

    def _outputs(self, place: int, node: Node) -> tuple[Stream, ...] | None:
        reads = () if isinstance(node.op, Feedback) else node.inputs
        inputs = tuple(stream for stream in map(self.types.get, reads) if stream is not None)
        if len(inputs) < len(reads):
            return None
        self._spend(self._work(node.op), node)
        site = _Site(self, place, node)
        if not self._takes_extents(node.op, site):
            return None
        outputs = node.op.infer(inputs, site)
        # copies share one type
        for stream in {id(each): each for each in outputs or ()}.values():
            wrong = excess(stream.element, stream.shape)
            if wrong:
                self._report_large(wrong, f"the streams of `{node.op.name}`", node.span)
                return None
            self._spend(size_of(stream), node)
            if not self._is_shape(stream, site):
                return None
        return outputs

    def _takes_extents(self, op: Op, site: Site) -> bool:
        """Report A004 for a parameter that would differ from element to element."""
        if isinstance(op, Assume | Feedback):
            return True
        ragged_dims = [dim for dim in dims_in(op) if dim.is_ragged]
        for dim in ragged_dims:
            site.report(
                "A004",
                f"expected an extent of one value for `{op.name}`, got `{dim}`, which is ragged",
                hint="use `Expand` or `Streamify` with a stream of that shape as `ref`",
            )
        return not ragged_dims

    def _is_shape(self, stream: Stream, site: Site) -> bool:
        """Report S010 for a static extent below 0."""
        inner = [dim for part in parts_of(stream.element) or () for dim in dims_of(part)]
        # a symbol is declared with 0 or more
        for dim in (each for each in (*stream.shape, *inner) if each.symbol is None):
            value = self.bound(dim)
            if value is not None and value < 0:
                site.report(
                    "S010",
                    f"extent `{dim}` of `{stream}` is {value} at these sizes",
                    hint="an extent is 0 or more",
                    facts=(("expected", ">= 0"), ("got", str(value))),
                )
                return False
        return True

    def _work(self, op: Op) -> int:
        """Return how many steps typing an operator takes beside its own."""
        function = getattr(op, "fn", None)
        if not isinstance(function, Declared):
            return 0
        # by identity: equal functions are slow to compare
        if id(function) not in self.works:
            self.works[id(function)] = steps_of_use(function)
        return self.works[id(function)]

    def _spend(self, work: int, node: Node) -> None:
        self.spent += work
        if self.spent > MAX_WORK:
            what = f"more than {MAX_WORK} terms and steps in all"
            self._report_large(what, "the streams up to here", node.span)
            raise LimitReached

    def _report_large(self, what: str, where: str, span: Span) -> None:
        hint = "name an extent as a size of its own, or state it with `Assume`"
        self._add("T004", f"typing {where} takes {what}", span, hint)

    def _add(
        self,
        code: str,
        message: str,
        span: Span,
        hint: str,
        *,
        labels: tuple[Label, ...] = (),
        facts: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.findings.add(
            Diagnostic(code=code, message=message, span=span, hint=hint, labels=labels, facts=facts)
        )

    def origin(self, value: int) -> int:
        """Return the stream that `value` is a broadcast copy of, or itself."""
        return self.origins.get(value, value)

    def fresh(self, kind: Kind, key: Hashable, stem: str) -> Dim:
        """Return the symbol of a key, making it at the first call."""
        if key not in self.known:
            name, count = stem, self.counts.get(stem, 0)
            while name in self.names:
                count = max(count, 1) + 1
                name = f"{stem}_{count}"
            self.counts[stem] = count
            self.names.add(name)
            self.symbols.append(Symbol(name, kind))
            self.known[key] = ragged(name) if kind is Kind.RAGGED else dynamic(name)
        return self.known[key]

    def same(self, left: Dim, right: Dim) -> bool:
        """See `aspl.site.Site.same`."""
        if left == right:
            return True
        if self.program.specialised:
            left, right = self._specialised(left), self._specialised(right)
            if left == right:
                return True
        if not (left.is_static and right.is_static and (left.has_division or right.has_division)):
            return False
        return self.bound(left) == self.bound(right)

    def bound(self, dim: Dim) -> int | None:
        """See `aspl.site.Site.bound`."""
        constant = dim.constant
        if constant is not None:
            return constant
        if not dim.is_static:
            return None
        self.consulted.update(atom.name for atom in dim.atoms() if isinstance(atom, Symbol))
        try:
            return dim.value(self.static)
        except ZeroDivisionError:
            return None

    def _specialised(self, dim: Dim) -> Dim:
        def value(atom: Atom) -> Dim | None:
            if isinstance(atom, Symbol) and atom.name in self.program.specialised:
                return to_dim(self.static[atom.name])
            return None

        return dim.replace(value)

    def _resolved(self, node: Node) -> Node | None:
        """Put the extents of typed streams in the place of `dim(x, i)`.

        Returns None where there is no such extent, after reporting S002 if that is news.
        """
        good = True

        def known(atom: Atom) -> Dim | None:
            nonlocal good
            if not isinstance(atom, Extent):
                return None
            stream = self.types.get(atom.value)
            if stream is not None and 0 <= atom.axis < len(stream.shape):
                return stream.shape[-1 - atom.axis]
            good = False
            if stream is not None:
                self._add(
                    "S002",
                    f"`{atom}` of a stream `{stream}`, whose dims are 0 to {stream.rank}",
                    node.span,
                    "dims are counted from the innermost, which is 0",
                    facts=(("expected", f"0 to {stream.rank}"), ("got", str(atom.axis))),
                )
            return None

        op = with_dims_changed(node.op, lambda dim: dim.replace(known))
        return replace(node, op=op) if good else None


@dataclass(frozen=True, slots=True)
class _Site:
    """A node of the program, as its typing rule sees it; implements `aspl.site.Site`."""

    judgement: _Judgement
    node: int
    at: Node | None

    def report(
        self,
        code: str,
        message: str,
        *,
        operand: int | None = None,
        hint: str = "",
        facts: tuple[tuple[str, str], ...] = (),
    ) -> None:
        span = NOWHERE if self.at is None else self.at.span
        labels: tuple[Label, ...] = ()
        if self.at is not None and operand is not None and operand < len(self.at.inputs):
            if operand < len(self.at.input_spans):
                span = self.at.input_spans[operand]
            labels = self._made_at(self.at.inputs[operand], span)
        self.judgement.findings.add(
            Diagnostic(code=code, message=message, span=span, labels=labels, hint=hint, facts=facts)
        )

    def _made_at(self, value: int, span: Span) -> tuple[Label, ...]:
        made = self.judgement.program.values[value]
        stream = self.judgement.types.get(value)
        if made.span in (NOWHERE, span) or stream is None:
            return ()
        return (Label(made.span, f"`{made.name or 'this'}` is `{stream}`"),)

    def same(self, left: Dim, right: Dim) -> bool:
        return self.judgement.same(left, right)

    def fresh(self, kind: Kind, key: Hashable, stem: str) -> Dim:
        return self.judgement.fresh(kind, key, stem)

    def bound(self, dim: Dim) -> int | None:
        return self.judgement.bound(dim)

    def origin(self, operand: int) -> int:
        if self.at is None or operand >= len(self.at.inputs):
            # an argument that came inside a tuple is known here only
            return -1 - self.node
        return self.judgement.origin(self.at.inputs[operand])

    def absorb(self, dim: Dim) -> Dim:
        if not dim.is_ragged or dim.symbol is not None:
            return dim
        return self.judgement.fresh(Kind.RAGGED, ("absorbed", dim), "ragged")


def _has_extents(op: Op) -> bool:
    return any(isinstance(atom, Extent) for dim in dims_in(op) for atom in dim.atoms())
