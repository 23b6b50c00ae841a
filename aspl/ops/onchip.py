"""On-chip memory operators: dims of a stream stored, and read again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aspl.dims import Dim, product
from aspl.ops.base import ArgumentKind, Example, Op, Operand, parameter
from aspl.ops.rules import report_shapes, require_element, require_rank, same_dims
from aspl.site import Site
from aspl.types import Buffer, Element, Index, Scalar, Selector, Stream, Tile, buffer_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Bufferize(Op):
    """Store the `rank` innermost dims of a stream and pass on handles to them.

    Only the outermost of the stored dims may differ from buffer to buffer. A buffer of buffers is
    one buffer with more dims.

    Shape:  Stream(T, [*outer, *inner]) -> Stream(Buffer(T, inner), outer), len(inner) == rank
    Rate:   prod(inner) elements in for one handle out
    Errors: S002 rank too low, S004 an inner stored dim is ragged, T002 tuples
    Source: STeP, Bufferize
    """

    name: ClassVar[str] = "Bufferize"
    family: ClassVar[str] = "on-chip"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"),)
    example: ClassVar[Example] = Example(
        text="""\
M, K = Dim(2), Dim(3)

def kernel(x: Stream(f32, [M, K])) -> Stream(Buffer(f32, [K]), [M]):
    return Bufferize(x, rank=1)
""",
        inputs={"x": [[1, 2, 3], [4, 5, 6]]},
        outputs=([[1, 2, 3], [4, 5, 6]],),
    )

    rank: int = parameter(ArgumentKind.INTEGER, "how many inner dims are stored", default=1, low=1)

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        (x,) = inputs
        kinds: tuple[type[Element], ...] = (Scalar, Tile, Selector, Index, Buffer)
        words = "numbers, tiles, selectors, indices or buffers"
        if not (require_element(x, kinds, words, site) and require_rank(x, self.rank, site)):
            return None
        outer, inner = x.shape[: -self.rank], x.shape[-self.rank :]
        buffer = buffer_of(x.element, inner)
        # where a buffer holds buffers or tiles, their extents lie inside the outermost stored dim
        inside = (*buffer.dims[1:], *_tile_dims(buffer))
        if any(dim.is_ragged for dim in inside):
            site.report(
                "S004",
                f"a stored dim inside the outermost is ragged in `{buffer}`",
                operand=0,
                hint="store fewer dims, or pad the ragged dim with `Reshape` first",
            )
            return None
        return (Stream(buffer, outer),)


def _tile_dims(buffer: Buffer) -> tuple[Dim, ...]:
    return (buffer.element.rows, buffer.element.cols) if isinstance(buffer.element, Tile) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamify(Op):
    """Read buffers back into a stream.

    Without `ref` every buffer is read once, or `repeat` times. With `ref` the handle, whose `rank`
    innermost dims are of extent 1, is read once for every element of the matching part of `ref`.
    With `stride` and `shape` a read is affine: element i of the read is at the sum of
    i[d]*stride[d].

    Shape:  Stream(Buffer(T, b), s) -> Stream(T, [*s, *b]), or [*s, repeat, *b]; with ref:
            Stream(Buffer(T, b), [*o, 1, ..]), Stream(R, [*o, *r]) -> Stream(T, [*o, *r, *b]); with
            shape: `shape` in place of `b`
    Rate:   prod(b) elements out for one handle, times `repeat` or the elements of `ref`
    Errors: T002 not buffers, S001 handles and ref do not match, S005 a dim that must be 1,
            S006 an affine read leaves the buffer or is of the wrong length
    Source: STeP, Streamify (static, with ref, affine over statically shaped buffers)
    """

    name: ClassVar[str] = "Streamify"
    family: ClassVar[str] = "on-chip"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"), Operand("ref", "optional"))
    example: ClassVar[Example] = Example(
        text="""\
M, K = Dim(2), Dim(3)

def kernel(x: Stream(Buffer(f32, [K]), [M])) -> Stream(f32, [M, 2, K]):
    return Streamify(x, repeat=2)
""",
        inputs={"x": [[1, 2, 3], [4, 5, 6]]},
        outputs=([[[1, 2, 3], [1, 2, 3]], [[4, 5, 6], [4, 5, 6]]],),
    )

    repeat: Dim | None = parameter(
        ArgumentKind.DIM, "how often each buffer is read", default=None, low=1
    )
    stride: tuple[Dim, ...] | None = parameter(
        ArgumentKind.DIMS, "affine read: elements between neighbours, one a dim", default=None
    )
    shape: tuple[Dim, ...] | None = parameter(
        ArgumentKind.DIMS, "affine read: extents, outermost first", default=None
    )
    rank: int = parameter(
        ArgumentKind.INTEGER,
        "with ref: how many inner dims of extent 1 it replaces",
        default=1,
        low=1,
    )

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        x = inputs[0]
        if not isinstance(x.element, Buffer):
            require_element(x, (Buffer,), "buffers", site)
            return None
        inner = self._read(x.element, site)
        outer = self._outer(inputs, site)
        if inner is None or outer is None:
            return None
        return (Stream(x.element.element, (*outer, *inner)),)

    def _outer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Dim, ...] | None:
        x = inputs[0]
        if len(inputs) == 1:
            return x.shape if self.repeat is None else (*x.shape, self.repeat)
        if self.repeat is not None:
            site.report("A004", "`repeat` and `ref` exclude each other", hint="leave `repeat` out")
            return None
        return expanded(x, inputs[1], self.rank, site)

    def _read(self, buffer: Buffer, site: Site) -> tuple[Dim, ...] | None:
        if self.stride is None and self.shape is None:
            return buffer.dims
        if self.stride is None or self.shape is None or len(self.stride) != len(self.shape):
            site.report(
                "S006",
                "an affine read needs `stride` and `shape` of one length",
                hint="give one stride for each extent",
            )
            return None
        bounds = [site.bound(dim) for dim in (*buffer.dims, *self.stride, *self.shape)]
        if any(bound is None for bound in bounds):
            site.report(
                "S006",
                f"an affine read needs a statically shaped buffer, got `{buffer}`",
                operand=0,
                hint="read the whole buffer, or pad it to a static shape first",
            )
            return None
        return self.shape if self._stays_inside(buffer, site) else None

    def _stays_inside(self, buffer: Buffer, site: Site) -> bool:
        assert self.stride is not None and self.shape is not None
        low, reach = 0, 0
        for stride, extent in zip(self.stride, self.shape, strict=True):
            step, count = site.bound(stride), site.bound(extent)
            assert step is not None and count is not None
            if not count:
                # nothing is read
                return True
            low, reach = low + min(step, 0) * (count - 1), reach + max(step, 0) * (count - 1)
        limit = site.bound(product(buffer.dims)) or 0
        if low == 0 and reach < limit:
            return True
        reach = low or reach
        site.report(
            "S006",
            f"the affine read reaches element {reach} of a buffer of {limit}",
            hint="lower `stride` or `shape`",
            facts=(("expected", f"< {limit}"), ("got", str(reach))),
        )
        return False


def expanded(x: Stream, ref: Stream, rank: int, site: Site) -> tuple[Dim, ...] | None:
    """Return the outer shape of a read that `ref` drives: `x` is [*o, 1, ..], `ref` is [*o, *r]."""
    if not require_rank(x, rank - 1, site):
        return None
    ones = x.shape[-rank:]
    if any(site.bound(dim) != 1 for dim in ones):
        site.report(
            "S005",
            f"expected {rank} inner dims of extent 1, got `{x}`",
            operand=0,
            hint="insert them with `Promote(x, rank=0)`, or set `rank`",
        )
        return None
    outer = x.shape[:-rank]
    if len(ref.shape) != len(x.shape) or not same_dims(outer, ref.shape[:-rank], site):
        report_shapes((*outer, *ref.shape[-rank:]), ref.shape, site, operand=1)
        return None
    return ref.shape
