"""Higher-order operators: a function applied along a stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aspl.dims import ONE, product, to_dim
from aspl.functions.apply import flat_type, fold_type, map_type
from aspl.functions.function import Function, Init
from aspl.ops.base import ArgumentKind, Example, Op, Operand, parameter
from aspl.ops.rules import require_rank, require_same_shapes, same_element
from aspl.site import Site
from aspl.types import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Map(Op):
    """Apply a function to every element of one stream, or to the elements of several in step.

    Shape:  Stream(T, s), ... -> Stream(fn(T, ...), s)
    Rate:   one element out for one element in
    Errors: S001 when the shapes differ, F009 when the function does not take the elements
    Source: STeP, Map
    """

    name: ClassVar[str] = "Map"
    family: ClassVar[str] = "higher-order"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x", "many"),)
    example: ClassVar[Example] = Example(
        text="""\
M, K = Dim(2), Dim(3)

def kernel(x: Stream(f32, [M, K]), y: Stream(f32, [M, K])) -> Stream(f32, [M, K]):
    return Map(x, y, fn=mul)
""",
        inputs={"x": [[1, 2, 3], [4, 5, 6]], "y": [[1, 0, 1], [2, 2, 2]]},
        outputs=([[1, 0, 3], [8, 10, 12]],),
    )

    fn: Function = parameter(ArgumentKind.FUNCTION, "the function; one parameter an input")

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        fits = require_same_shapes(inputs, site)
        element = map_type(self.fn, tuple(each.element for each in inputs), site)
        return (Stream(element, inputs[0].shape),) if fits and element is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accum(Op):
    """Fold the `rank` innermost dims of a stream, or of several in step, into one element.

    The state starts anew for every group; a group without elements gives the initial state.

    Shape:  Stream(T, [*outer, *inner]) -> Stream(S, outer), len(inner) == rank
    Rate:   prod(inner) elements in for one element out
    Errors: S001 shapes differ, S002 rank too low, F009-F011 function and state, R007 in a run:
            tiles of different extents in one group
    Source: STeP, Accum; with two inputs the fused multiply-accumulate of tiled products
    """

    name: ClassVar[str] = "Accum"
    family: ClassVar[str] = "higher-order"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x", "many"),)
    example: ClassVar[Example] = Example(
        text="""\
M, K = Dim(2), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank=1)
""",
        inputs={"x": [[1, 2, 3], [4, 5, 6]]},
        outputs=([6, 15],),
    )

    fn: Function = parameter(ArgumentKind.FUNCTION, "the fold; its last parameter is the state")
    init: Init | None = parameter(
        ArgumentKind.INIT, "the state before the first element; may stand in the fold", default=None
    )
    rank: int = parameter(ArgumentKind.INTEGER, "how many inner dims are folded", default=1, low=1)

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        fits = require_same_shapes(inputs, site) and require_rank(inputs[0], self.rank, site)
        if not fits:
            return None
        shape = inputs[0].shape
        count = site.absorb(product(shape[-self.rank :]))
        element = fold_type(self.fn, tuple(each.element for each in inputs), self.init, count, site)
        return None if element is None else (Stream(element, shape[: -self.rank]),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Op):
    """Fold like `Accum`, and write the state after every element.

    Shape:  Stream(T, s) -> Stream(S, s)
    Rate:   one element out for one element in; the state starts anew for every group
    Errors: S001 shapes differ, S002 rank too low, F009-F011 function and state, R007 in a run:
            tiles of different extents in one group
    Source: STeP, Scan
    """

    name: ClassVar[str] = "Scan"
    family: ClassVar[str] = "higher-order"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x", "many"),)
    example: ClassVar[Example] = Example(
        text="""\
M, K = Dim(2), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M, K]):
    return Scan(x, fn=add, init=zeros, rank=1)
""",
        inputs={"x": [[1, 2, 3], [4, 5, 6]]},
        outputs=([[1, 3, 6], [4, 9, 15]],),
    )

    fn: Function = parameter(ArgumentKind.FUNCTION, "the fold; its last parameter is the state")
    init: Init | None = parameter(
        ArgumentKind.INIT, "the state before the first element; may stand in the fold", default=None
    )
    rank: int = parameter(
        ArgumentKind.INTEGER, "how many inner dims one fold runs over", default=1, low=1
    )

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        fits = require_same_shapes(inputs, site) and require_rank(inputs[0], self.rank, site)
        if not fits:
            return None
        elements = tuple(each.element for each in inputs)
        element = fold_type(self.fn, elements, self.init, ONE, site)
        if element is None:
            return None
        later = fold_type(self.fn, elements, self.init, to_dim(2), site)
        if later is None or not same_element(element, later, site):
            site.report(
                "F011",
                f"`{self.fn}` grows its state, which `Scan` cannot write as one type",
                hint="use `Accum`, or a fold whose state keeps its type",
            )
            return None
        return (Stream(element, inputs[0].shape),)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatMap(Op):
    """Turn every element into a small stream and put these end to end in the innermost dim.

    Shape:  Stream(T, [*outer, d]) -> Stream(U, [*outer, d*e, *rest]) for fn: T -> Stream(U, [e,
            *rest]); the extent d*e is a ragged symbol where e is
    Rate:   prod([e, *rest]) elements out for one element in
    Errors: S001 shapes differ, F011 when the function makes no stream
    Source: STeP, FlatMap
    """

    name: ClassVar[str] = "FlatMap"
    family: ClassVar[str] = "higher-order"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x", "many"),)
    example: ClassVar[Example] = Example(
        text="""\
M = Dim(2)

def kernel(x: Stream(Tile(f32, [2, 3]), [M])) -> Stream(Tile(f32, [1, 3]), [2*M]):
    return FlatMap(x, fn=split_rows)
""",
        inputs={"x": [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [0, 0, 0]]]},
        outputs=([[[1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]], [[0, 0, 0]]],),
    )

    fn: Function = parameter(ArgumentKind.FUNCTION, "a function that makes a stream of one element")

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        fits = require_same_shapes(inputs, site)
        flat = flat_type(self.fn, tuple(each.element for each in inputs), site)
        if flat is None or not fits:
            return None
        *outer, last = inputs[0].shape
        return (Stream(flat.element, (*outer, site.absorb(last * flat.shape[0]), *flat.shape[1:])),)
