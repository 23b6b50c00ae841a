"""Sources, sinks, and what a programmer states about a stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aspl.dims import ONE, Dim, Kind
from aspl.ops.base import ArgumentKind, Example, Op, Operand, parameter
from aspl.site import Site
from aspl.types import DType, Index, Scalar, Selector, Stream, TensorRef, Tile, shape_text


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataSource(Op):
    """Write the integers of a tensor as a stream.

    Shape:  -> Stream(integer, [1, *tensor.shape])
    Rate:   one element a cycle
    Errors: T003 the tensor does not hold integers
    Source: published frontend of STeP, metadata generator
    """

    name: ClassVar[str] = "MetadataSource"
    family: ClassVar[str] = "sources and sinks"
    example: ClassVar[Example] = Example(
        text="""\
def kernel(t: Tensor(i64, [3])) -> Stream(i64, [1, 3]):
    return MetadataSource(t)
""",
        inputs={"t": [4, 0, 2]},
        outputs=([[4, 0, 2]],),
    )

    tensor: TensorRef = parameter(ArgumentKind.TENSOR, "a tensor of integers")

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        tensor = self.tensor.type
        if not _holds_integers(self.tensor, site):
            return None
        return (Stream(Scalar(tensor.dtype), (ONE, *tensor.shape)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectorSource(Op):
    """Write the rows of a tensor of flags as selectors; a number other than 0 sets a flag.

    Shape:  tensor [*s, n] -> Stream(Selector(n), [1, *s])
    Rate:   one element a cycle
    Errors: T003 the tensor holds no flags or integers, or has one dim only
    Source: published frontend of STeP, select generator
    """

    name: ClassVar[str] = "SelectorSource"
    family: ClassVar[str] = "sources and sinks"
    example: ClassVar[Example] = Example(
        text="""\
def kernel(t: Tensor(bool, [2, 3])) -> Stream(Selector(3), [1, 2]):
    return SelectorSource(t)
""",
        inputs={"t": [[1, 0, 1], [0, 0, 0]]},
        outputs=([[[1, 0, 1], [0, 0, 0]]],),
    )

    tensor: TensorRef = parameter(ArgumentKind.TENSOR, "a tensor of flags, one row a selector")

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        tensor = self.tensor.type
        if tensor.dtype is not DType.BOOL and not _holds_integers(self.tensor, site):
            return None
        if len(tensor.shape) < 2:
            site.report(
                "T003", f"expected a tensor of two dims or more, got `{tensor}`", hint="add a dim"
            )
            return None
        return (Stream(Selector(tensor.shape[-1]), (ONE, *tensor.shape[:-1])),)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSource(Op):
    """Write the integers of a tensor as indices of `bound` targets.

    Shape:  tensor s -> Stream(Index(bound), [1, *s])
    Rate:   one element a cycle
    Errors: T003 the tensor does not hold integers, R003 in a run: a number outside the targets
    Source: published frontend of STeP, select generator for indices
    """

    name: ClassVar[str] = "IndexSource"
    family: ClassVar[str] = "sources and sinks"
    example: ClassVar[Example] = Example(
        text="""\
def kernel(t: Tensor(i64, [3])) -> Stream(Index(4), [1, 3]):
    return IndexSource(t, bound=4)
""",
        inputs={"t": [3, 0, 1]},
        outputs=([[3, 0, 1]],),
    )

    tensor: TensorRef = parameter(ArgumentKind.TENSOR, "a tensor of integers")
    bound: Dim = parameter(ArgumentKind.DIM, "how many targets there are", low=1)

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        if not _holds_integers(self.tensor, site):
            return None
        return (Stream(Index(self.bound), (ONE, *self.tensor.type.shape)),)


def _holds_integers(tensor: TensorRef, site: Site) -> bool:
    if tensor.type.dtype.is_integer:
        return True
    site.report(
        "T003",
        f"expected a tensor of integers, got `{tensor.type}`",
        hint=f"declare `{tensor.name}` with i32, i64 or u64",
        facts=(("expected", "integers"), ("got", str(tensor.type.dtype))),
    )
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer(Op):
    """Read a stream and drop it.

    Shape:  Stream(T, s) ->
    Rate:   one element a cycle
    Source: published simulator of STeP, consumer
    """

    name: ClassVar[str] = "Consumer"
    family: ClassVar[str] = "sources and sinks"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"),)
    example: ClassVar[Example] = Example(
        text="""\
M = Dim(2)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    a, b = Broadcast(x, n=2)
    Consumer(b)
    return a
""",
        inputs={"x": [1, 2]},
        outputs=([1, 2],),
    )

    def results(self, inputs: int) -> int:
        return 0

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assume(Op):
    """State the shape of a stream, or the extents of its tiles, where the rules cannot derive it.

    A run checks it. `dim(y, 0)` in `shape` is the extent of dim 0 of the stream `y`; `_` leaves an
    extent as it is.

    Shape:  Stream(T, s) -> Stream(T, shape), of the same rank
    Rate:   one element out for one element in
    Errors: S009 the statement contradicts what is known, R002 in a run: it does not hold
    Source: shape overrides by hand in the published experiments of STeP
    """

    name: ClassVar[str] = "Assume"
    family: ClassVar[str] = "statements"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"),)
    example: ClassVar[Example] = Example(
        text="""\
P = DynamicDim(3)

def kernel(x: Stream(f32, [P])) -> Stream(f32, [3]):
    return Assume(x, shape=[3])
""",
        inputs={"x": [1, 2, 3]},
        outputs=([1, 2, 3],),
    )

    shape: tuple[Dim, ...] | None = parameter(
        ArgumentKind.DIMS, "the extents of the stream, outermost first", default=None
    )
    tile: tuple[Dim, ...] | None = parameter(
        ArgumentKind.DIMS, "rows and columns of its tiles", default=None
    )

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        (x,) = inputs
        shape = x.shape if self.shape is None else _filled(self.shape, x.shape)
        element, good = x.element, _consistent(x.shape, shape, site)
        if self.tile is not None:
            if isinstance(element, Tile) and len(self.tile) == 2:
                known = (element.rows, element.cols)
                rows, cols = _filled(self.tile, known)
                good = _consistent(known, (rows, cols), site) and good
                element = Tile(element.dtype, rows, cols)
            else:
                site.report(
                    "T002", f"expected a stream of tiles, got elements `{element}`", operand=0
                )
                good = False
        return (Stream(element, shape),) if good else None


def _filled(stated: tuple[Dim, ...], known: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """Put the extents that are known in the place of `_`."""
    if len(stated) != len(known):
        return stated
    return tuple(old if new.is_wild else new for new, old in zip(stated, known, strict=True))


def _consistent(known: tuple[Dim, ...], stated: tuple[Dim, ...], site: Site) -> bool:
    bounds = [
        (site.bound(left), site.bound(right)) for left, right in zip(known, stated, strict=False)
    ]
    if len(known) == len(stated) and all(
        left is None or right is None or left == right for left, right in bounds
    ):
        return True
    site.report(
        "S009",
        f"the stream has shape `{shape_text(known)}`, which `{shape_text(stated)}` contradicts",
        operand=0,
        hint="state the extents that the rules cannot derive, and keep the others",
        facts=(("expected", shape_text(known)), ("got", shape_text(stated))),
    )
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback(Op):
    """Declare a stream of a cyclic graph before the operator that writes it.

    `Close(feedback, y)` makes `y` the writer. A cycle needs a stream that begins it, for example an
    `EagerMerge` or a `Reassemble` that takes its first elements from elsewhere.

    Shape:  -> type, where an extent `_` is a fresh dynamic symbol; the closing stream has the same
            type
    Errors: C001 never closed, C002 closed twice, C003 closed by a stream of another type,
            R004 in a run: the cycle waits for itself
    Source: STeP, dynamic parallelisation (a placeholder stream in the published frontend)
    """

    name: ClassVar[str] = "Feedback"
    family: ClassVar[str] = "statements"
    example: ClassVar[Example] = Example(
        text="""\
B = Dim(3)

def double(x: f32) -> f32:
    return x * 2

def kernel(
    first: Stream(f32, [1]), pick: Stream(Index(2), [B]), keep: Stream(Index(2), [B])
) -> Stream(f32, [B]):
    later = Feedback(Stream(f32, [_]))
    value = Flatten(Reassemble([first, later], pick))
    out, copy = Broadcast(value, n=2)
    again, last = Partition(copy, keep, n=2)
    Consumer(last)
    Close(later, Map(again, fn=double))
    return out
""",
        inputs={"first": [1], "pick": [0, 1, 1], "keep": [0, 0, 1]},
        outputs=([1, 2, 4],),
    )

    type: Stream = parameter(ArgumentKind.TYPE, "the type of the stream")

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        shape = tuple(
            site.fresh(Kind.DYNAMIC, ("feedback", site.node, depth), "feedback")
            if dim.is_wild
            else dim
            for depth, dim in enumerate(self.type.shape)
        )
        return (Stream(self.type.element, shape),)
