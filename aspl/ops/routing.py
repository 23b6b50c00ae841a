"""Routing operators: which elements go where, decided by a control stream or by arrival."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

from aspl.dims import ONE, Dim, Kind, ceil_div, to_dim
from aspl.ops.base import ArgumentKind, Example, Op, Operand, parameter
from aspl.ops.rules import joined, report_shapes, same_dims, selector_width
from aspl.site import Site
from aspl.types import Element, Index, Selector, Stream, with_extents


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition(Op):
    """Send each chunk of a stream to the outputs that its selector names, or to none.

    A chunk is what lies inside the dims that stream and control have in common.

    Shape:  Stream(T, [*c, *inner]), Stream(Selector(n), c) -> n of Stream(T, [p_i, *inner]); p_i is
            a dynamic symbol that every partition by copies of one control shares, ragged inner dims
            become fresh ragged symbols
    Rate:   one element out on each selected output for one element in
    Errors: T002 no selectors, S001 the common dims differ, S007 selector width is not n
    Source: STeP, Partition
    """

    name: ClassVar[str] = "Partition"
    family: ClassVar[str] = "routing"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"), Operand("control"))
    writes_list: ClassVar[bool] = True
    example: ClassVar[Example] = Example(
        text="""\
M = Dim(4)

def kernel(
    x: Stream(f32, [M]), s: Stream(Selector(2), [M])
) -> (Stream(f32, [_]), Stream(f32, [_])):
    a, b = Partition(x, s, n=2)
    return a, b
""",
        inputs={"x": [1, 2, 3, 4], "s": [[1, 0], [0, 1], [1, 1], [0, 0]]},
        outputs=([1, 3], [2, 3]),
    )

    n: int = parameter(ArgumentKind.INTEGER, "how many outputs", low=1)

    def results(self, inputs: int) -> int:
        return self.n

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        x, control = inputs
        if not _takes_control(control, self.n, site, operand=1):
            return None
        depth = len(control.shape)
        if x.rank < control.rank or not same_dims(x.shape[:depth], control.shape, site):
            report_shapes(control.shape, x.shape[:depth], site, operand=0)
            return None
        origin = site.origin(1)
        return tuple(
            _routed(
                x.element,
                part_dim(site, origin, place),
                x.shape[depth:],
                site,
                ("part", origin, place),
            )
            for place in range(self.n)
        )


def part_dim(site: Site, origin: int, place: int) -> Dim:
    """Return the symbol for how many chunks the control stream `origin` sends to output `place`."""
    return site.fresh(Kind.DYNAMIC, ("part", origin, place), f"part{place}")


def _routed(
    element: Element, outer: Dim, inner: tuple[Dim, ...], site: Site, key: Hashable
) -> Stream:
    """Return the type of some chunks of a stream; a ragged extent takes their values only."""

    def fresh(dim: Dim) -> Dim:
        return site.fresh(Kind.RAGGED, ("routed", key, dim), "routed") if dim.is_ragged else dim

    return Stream(with_extents(element, fresh), (outer, *map(fresh, inner)))


def _takes_control(control: Stream, n: int, site: Site, *, operand: int) -> bool:
    width = selector_width(control, site, operand=operand)
    if width is None:
        return False
    # the number of outputs is structure: a size that has this value is this number
    if site.same(width, to_dim(n)) or site.bound(width) == n:
        return True
    site.report(
        "S007",
        f"expected selectors over {n} targets, got `{control.element}`",
        operand=operand,
        hint=f"set the number of targets to {width}, or make selectors of width {n}",
        facts=(("expected", str(n)), ("got", str(width))),
    )
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassemble(Op):
    """Collect for each selector the next chunk of every input that it names, in a new dim.

    Chunks of one selector come in order of arrival (the lower input first on a tie); a selector
    that names no input gives an empty inner tensor.

    Shape:  n of Stream(T, [d_i, *inner]), Stream(Selector(n), c) -> Stream(T, [*c, t, *inner]); t
            is a ragged symbol, 1 for a control of indices; ragged inner dims become fresh ragged
            symbols
    Rate:   one chunk out for one chunk in
    Errors: S001 the inner dims differ, S007 selector width is not n, T001 element types differ
    Source: STeP, Reassemble
    """

    name: ClassVar[str] = "Reassemble"
    family: ClassVar[str] = "routing"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("inputs", "many"), Operand("control"))
    example: ClassVar[Example] = Example(
        text="""\
M = Dim(3)
P, Q = DynamicDim(2), DynamicDim(2)

def kernel(
    a: Stream(f32, [P]), b: Stream(f32, [Q]), s: Stream(Selector(2), [M])
) -> Stream(f32, [M, _]):
    return Reassemble([a, b], s)
""",
        inputs={"a": [1, 2], "b": [7, 8], "s": [[1, 1], [0, 1], [1, 0]]},
        outputs=([[1, 7], [8], [2]],),
    )

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        *chunks, control = inputs
        if not _takes_control(control, len(chunks), site, operand=len(chunks)):
            return None
        mixed = _mixed(tuple(chunks), site)
        if mixed is None:
            return None
        if isinstance(control.element, Index):
            taken = ONE
        else:
            taken = site.fresh(Kind.RAGGED, ("taken", site.origin(len(chunks))), "taken")
        return (Stream(mixed.element, (*control.shape, taken, *mixed.shape[1:])),)


def _mixed(chunks: tuple[Stream, ...], site: Site) -> Stream | None:
    """Return the type of a stream of chunks from all inputs; its outermost extent is their sum."""
    first, good = chunks[0], True
    element = joined(tuple(each.element for each in chunks), site, ("mixed", site.node))
    for place, chunk in enumerate(chunks[1:], start=1):
        if chunk.rank != first.rank or not _same_inner(first.shape[1:], chunk.shape[1:], site):
            good = False
            report_shapes((chunk.shape[0], *first.shape[1:]), chunk.shape, site, operand=place)
        if element is None and chunk.element != first.element:
            good = False
            site.report(
                "T001",
                f"expected elements `{first.element}` as in the first input, got `{chunk.element}`",
                operand=place,
                facts=(("expected", str(first.element)), ("got", str(chunk.element))),
            )
    if element is None or not good:
        return None
    total = chunks[0].shape[0]
    for chunk in chunks[1:]:
        total = total + chunk.shape[0]
    return _routed(element, site.absorb(total), first.shape[1:], site, ("mixed", site.node))


def _same_inner(left: tuple[Dim, ...], right: tuple[Dim, ...], site: Site) -> bool:
    return len(left) == len(right) and all(
        (a.is_ragged and b.is_ragged) or site.same(a, b) for a, b in zip(left, right, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EagerMerge(Op):
    """Pass on chunks in the order in which they arrive, and say from which input each came.

    Where arrival is not known, chunk 0 of every input comes first, then chunk 1, and so on.

    Shape:  n of Stream(T, [d_i, *inner]) -> Stream(T, [sum of d_i, *inner]), Stream(Selector(n),
            [sum of d_i])
    Rate:   one element out for one element in, one selector for a chunk
    Errors: S001 the inner dims differ, T001 element types differ
    Source: STeP, EagerMerge
    """

    name: ClassVar[str] = "EagerMerge"
    family: ClassVar[str] = "routing"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("inputs", "many"),)
    example: ClassVar[Example] = Example(
        text="""\
P, Q = Dim(3), Dim(1)

def kernel(
    a: Stream(f32, [P]), b: Stream(f32, [Q])
) -> (Stream(f32, [P + Q]), Stream(Selector(2), [P + Q])):
    data, source = EagerMerge([a, b])
    return data, source
""",
        inputs={"a": [1, 2, 3], "b": [7]},
        outputs=([1, 7, 2, 3], [[1, 0], [0, 1], [1, 0], [1, 0]]),
    )

    def results(self, inputs: int) -> int:
        return 2

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        mixed = _mixed(inputs, site)
        if mixed is None:
            return None
        return mixed, Stream(Selector(to_dim(len(inputs))), mixed.shape[:1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallelize(Op):
    """Deal the chunks of the outermost dim to `n` outputs in turn.

    Shape:  Stream(T, [d, *inner]) -> n of Stream(T, [d // n, *inner]); output i of a dynamic d has
            ceil_div(d - i, n) chunks, ragged inner dims become fresh ragged symbols
    Rate:   one element out for one element in
    Errors: S003 a static d is not a multiple of n
    Source: STeP, Parallelize
    """

    name: ClassVar[str] = "Parallelize"
    family: ClassVar[str] = "routing"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"),)
    writes_list: ClassVar[bool] = True
    example: ClassVar[Example] = Example(
        text="""\
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> (Stream(f32, [M // 2]), Stream(f32, [M // 2])):
    a, b = Parallelize(x, n=2)
    return a, b
""",
        inputs={"x": [1, 2, 3, 4]},
        outputs=([1, 3], [2, 4]),
    )

    n: int = parameter(ArgumentKind.INTEGER, "how many outputs", low=1)

    def results(self, inputs: int) -> int:
        return self.n

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        (x,) = inputs
        bound = site.bound(x.shape[0])
        if bound is not None and bound % self.n:
            site.report(
                "S003",
                f"the outermost dim of `{x}` is not a multiple of {self.n}",
                operand=0,
                hint="pick a number of outputs that divides it",
                facts=(("expected", f"a multiple of {self.n}"), ("got", str(bound))),
            )
            return None
        return tuple(
            _routed(
                x.element,
                self._share(x.shape[0], place, site),
                x.shape[1:],
                site,
                ("dealt", self.n, place, x.shape[0]),
            )
            for place in range(self.n)
        )

    def _share(self, dim: Dim, place: int, site: Site) -> Dim:
        return dim // self.n if dim.is_static else site.absorb(ceil_div(dim - place, self.n))


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast(Op):
    """Make `n` copies of a stream; the only way to read one stream more than once.

    Shape:  Stream(T, s) -> n of Stream(T, s)
    Rate:   one element out on every output for one element in
    Source: STeP, Broadcast
    """

    name: ClassVar[str] = "Broadcast"
    family: ClassVar[str] = "routing"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"),)
    writes_list: ClassVar[bool] = True
    example: ClassVar[Example] = Example(
        text="""\
M = Dim(2)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    a, b = Broadcast(x, n=2)
    return Map(a, b, fn=mul)
""",
        inputs={"x": [2, 3]},
        outputs=([4, 9],),
    )

    n: int = parameter(ArgumentKind.INTEGER, "how many copies", low=1)

    def results(self, inputs: int) -> int:
        return self.n

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        return inputs * self.n
