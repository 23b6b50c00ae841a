"""Shape operators: the same elements, nested or repeated otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aspl.dims import ONE, Dim, ceil_div, product, some
from aspl.functions.function import Init
from aspl.ops.base import ArgumentKind, Example, Op, Operand, parameter
from aspl.ops.onchip import expanded
from aspl.ops.rules import require_rank, require_same_shapes
from aspl.site import Site
from aspl.types import DType, Scalar, Stream, Tuple, element_dims, leaves, shape_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Flatten(Op):
    """Merge the dims `min` to `max` into one; dims are counted from the innermost, which is 0.

    Shape:  Stream(T, [*outer, d_max, .., d_min, *inner]) -> Stream(T, [*outer, d_max*..*d_min,
            *inner]); the product is a fresh ragged symbol where one of the dims is ragged
    Rate:   one element out for one element in
    Errors: A004 unless min < max, S002 when there is no dim `max`
    Source: STeP, Flatten
    """

    name: ClassVar[str] = "Flatten"
    family: ClassVar[str] = "shape"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"),)
    example: ClassVar[Example] = Example(
        text="""\
M, K = Dim(2), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M*K]):
    return Flatten(x, min=0, max=1)
""",
        inputs={"x": [[1, 2, 3], [4, 5, 6]]},
        outputs=([1, 2, 3, 4, 5, 6],),
    )

    min: int = parameter(ArgumentKind.INTEGER, "the innermost merged dim", default=0, low=0)
    max: int = parameter(ArgumentKind.INTEGER, "the outermost merged dim", default=1, low=1)

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        (x,) = inputs
        if self.min >= self.max:
            site.report(
                "A004",
                f"expected `min` below `max`, got {self.min} and {self.max}",
                hint="name the innermost merged dim `min` and the outermost `max`",
            )
            return None
        if not require_rank(x, self.max, site):
            return None
        first, last = len(x.shape) - 1 - self.max, len(x.shape) - self.min
        merged = site.absorb(product(x.shape[first:last]))
        return (Stream(x.element, (*x.shape[:first], merged, *x.shape[last:])),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promote(Op):
    """Insert a dim of extent 1 with `rank` dims inside it.

    Around the whole stream (rank one above the stream's) the extent is 1, or 0 for an empty stream.

    Shape:  Stream(T, [*outer, *inner]) -> Stream(T, [*outer, 1, *inner]), len(inner) == rank
    Rate:   one element out for one element in
    Errors: S002 when `rank` is above the stream's rank plus one
    Source: STeP, Promote
    """

    name: ClassVar[str] = "Promote"
    family: ClassVar[str] = "shape"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"),)
    example: ClassVar[Example] = Example(
        text="""\
M = Dim(3)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M, 1]):
    return Promote(x, rank=0)
""",
        inputs={"x": [1, 2, 3]},
        outputs=([[1], [2], [3]],),
    )

    rank: int = parameter(
        ArgumentKind.INTEGER, "how many dims stay inside the new one", default=0, low=0
    )

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        (x,) = inputs
        if not require_rank(x, self.rank - 1, site):
            return None
        if self.rank == x.rank + 1:
            return (Stream(x.element, (outer_one(x.shape[0], site), *x.shape)),)
        place = len(x.shape) - self.rank
        return (Stream(x.element, (*x.shape[:place], ONE, *x.shape[place:])),)


def outer_one(dim: Dim, site: Site) -> Dim:
    """Return the extent of a dim put around a whole stream: 1, or 0 for an empty one."""
    bound = site.bound(dim)
    return site.absorb(some(dim)) if bound is None or bound == 0 else ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reshape(Op):
    """Split dim `rank` into chunks of `chunk`; the innermost dim may be padded to a whole chunk.

    Shape:  Stream(T, [.., d_rank, *inner]) -> Stream(T, [.., ceil_div(d_rank, chunk), chunk,
            *inner]); with `flags` a second Stream(bool, same shape), True where an element is
            padding; with `outer`, on a rank-0 stream, one more dim of extent 1 around it all (0
            when empty)
    Rate:   one element out for one element in, and the padding
    Errors: S002 no such dim, S003 the dim is not a multiple of the chunk and cannot be padded
    Source: STeP, Reshape (with its padding stream)
    """

    name: ClassVar[str] = "Reshape"
    family: ClassVar[str] = "shape"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"),)
    example: ClassVar[Example] = Example(
        text="""\
M = Dim(5)

def kernel(x: Stream(f32, [M])) -> (Stream(f32, [3, 2]), Stream(bool, [3, 2])):
    return Reshape(x, chunk=2, pad=zeros, flags=True)
""",
        inputs={"x": [1, 2, 3, 4, 5]},
        outputs=([[1, 2], [3, 4], [5, 0]], [[False, False], [False, False], [False, True]]),
    )

    chunk: Dim = parameter(ArgumentKind.DIM, "the extent of the new inner dim", low=1)
    rank: int = parameter(ArgumentKind.INTEGER, "the dim that is split", default=0, low=0)
    pad: Init | None = parameter(
        ArgumentKind.INIT,
        "the padding element; rank 0 only, a padding tile has no valid rows",
        default=None,
    )
    flags: bool = parameter(ArgumentKind.FLAG, "write the padding stream too", default=False)
    outer: bool = parameter(
        ArgumentKind.FLAG, "put a dim of extent 1 around a rank-0 stream", default=False
    )

    def results(self, inputs: int) -> int:
        return 2 if self.flags else 1

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        (x,) = inputs
        if not require_rank(x, self.rank, site) or not self._splits(x, site):
            return None
        place = len(x.shape) - 1 - self.rank
        outer = (outer_one(x.shape[0], site),) if self.outer else ()
        chunks = site.absorb(ceil_div(x.shape[place], self.chunk))
        shape = (*outer, *x.shape[:place], chunks, self.chunk, *x.shape[place + 1 :])
        split = Stream(x.element, shape)
        return (split, Stream(Scalar(DType.BOOL), shape)) if self.flags else (split,)

    def _pads(self, x: Stream, site: Site) -> bool:
        if self.rank:
            site.report("A004", "only the innermost dim can be padded", hint="leave `pad` out")
            return False
        if all(dim.is_static for leaf in leaves(x.element) for dim in element_dims(leaf)):
            return True
        site.report(
            "S004",
            f"an element `{x.element}` of unknown extents cannot be padded with",
            operand=0,
            hint="pad before the extents become dynamic",
        )
        return False

    def _splits(self, x: Stream, site: Site) -> bool:
        dim = x.shape[-1 - self.rank]
        if self.outer and x.rank:
            site.report(
                "A004", f"`outer` needs a stream of rank 0, got `{x}`", hint="use `Promote` for it"
            )
            return False
        if self.pad is not None and not self._pads(x, site):
            return False
        extent, chunk = site.bound(dim), site.bound(self.chunk)
        if chunk == 0:
            site.report(
                "A004", f"`chunk` of `Reshape` is `{self.chunk}` = 0", hint="give 1 or more"
            )
            return False
        if self.pad is not None or chunk == 1:
            return True
        if extent is not None and chunk is not None and extent % chunk == 0:
            return True
        hint = "give `pad=zeros`" if self.rank == 0 else "pick a chunk that divides it"
        site.report(
            "S003",
            f"dim {self.rank} of `{shape_text(x.shape)}` is not a known multiple of `{self.chunk}`",
            operand=0,
            hint=hint,
            facts=(("expected", f"a multiple of {self.chunk}"), ("got", str(dim))),
        )
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Expand(Op):
    """Repeat each element once for every element of the matching part of `ref`.

    Shape:  Stream(T, [*o, 1, ..]), Stream(R, [*o, *r]) -> Stream(T, [*o, *r]), with `rank` ones
    Rate:   one element out for one element of ref
    Errors: S001 the outer dims differ, S005 a dim that must be 1
    Source: STeP, Expand
    """

    name: ClassVar[str] = "Expand"
    family: ClassVar[str] = "shape"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"), Operand("ref"))
    example: ClassVar[Example] = Example(
        text="""\
M, L = Dim(2), RaggedDim(3)

def kernel(x: Stream(f32, [M, 1]), ref: Stream(f32, [M, L])) -> Stream(f32, [M, L]):
    return Expand(x, ref, rank=1)
""",
        inputs={"x": [[1], [2]], "ref": [[0, 0, 0], [0]]},
        outputs=([[1, 1, 1], [2]],),
    )

    rank: int = parameter(
        ArgumentKind.INTEGER, "how many inner dims of extent 1 are replaced", default=1, low=1
    )

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        shape = expanded(inputs[0], inputs[1], self.rank, site)
        return None if shape is None else (Stream(inputs[0].element, shape),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat(Op):
    """Repeat each element `n` times in a new innermost dim.

    Shape:  Stream(T, s) -> Stream(T, [*s, n])
    Rate:   n elements out for one element in
    Source: STeP, static Expand
    """

    name: ClassVar[str] = "Repeat"
    family: ClassVar[str] = "shape"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"),)
    example: ClassVar[Example] = Example(
        text="""\
M, N = Dim(2), Dim(3)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M, N]):
    return Repeat(x, n=N)
""",
        inputs={"x": [1, 2]},
        outputs=([[1, 1, 1], [2, 2, 2]],),
    )

    n: Dim = parameter(ArgumentKind.DIM, "how often each element is repeated", low=1)

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        (x,) = inputs
        return (Stream(x.element, (*x.shape, self.n)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zip(Op):
    """Put the elements of streams of one shape together into tuples.

    Shape:  Stream(T, s), Stream(U, s), ... -> Stream(Tuple(T, U, ...), s)
    Rate:   one element out for one element of each
    Errors: S001 when the shapes differ
    Source: STeP, Zip
    """

    name: ClassVar[str] = "Zip"
    family: ClassVar[str] = "shape"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x", "many", low=2),)
    example: ClassVar[Example] = Example(
        text="""\
M = Dim(2)

def kernel(x: Stream(f32, [M]), y: Stream(i64, [M])) -> Stream(Tuple(f32, i64), [M]):
    return Zip(x, y)
""",
        inputs={"x": [1, 2], "y": [7, 8]},
        outputs=([(1, 7), (2, 8)],),
    )

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        if not require_same_shapes(inputs, site):
            return None
        return (Stream(Tuple(tuple(each.element for each in inputs)), inputs[0].shape),)
