"""Products of large tiles on small compute tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

from aspl.dims import Dim, to_dim
from aspl.functions.function import Empty, Fill, Library
from aspl.ops.base import Op
from aspl.ops.higher import Accum, FlatMap, Map
from aspl.ops.onchip import Bufferize, Streamify
from aspl.ops.shape import Promote
from aspl.ops.sources import Assume
from aspl.types import Tile
from compiler.ir.edit import Editor, replace_stream
from compiler.ir.step import StepOp
from compiler.passes.base import Pass

Product: TypeAlias = Map | Accum


@dataclass(frozen=True)
class HierTile(Pass):
    """Compute each product of tiles piece by piece, on pieces that the machine multiplies at once.

    `Map(a, b, fn=matmul)` over tiles [M, K] and [K, N] becomes: both tiles cut into pieces; each
    row of pieces of `a` stored and read once for each column of pieces of the result; all pieces of
    `b` stored and read column by column, once for each row; `Accum(fn=matmul)` over K; the pieces
    of the result put side by side, then below each other. `Accum(a, b, fn=matmul)` stores all
    pieces of a group instead and sums over the group and K. A product stays as it is where its
    tiles are not static, are no larger than a piece, or are no whole number of pieces.

    Sums are added in another order, so results are equal up to rounding.

    Source: STeP, hierarchical tiling (appendix B.2); the order of reads is assumed.
    """

    name: ClassVar[str] = "hier-tile"
    about: ClassVar[str] = "compute products of large tiles on compute tiles of a given size"

    tile: int = 16
    """Extents of a compute tile, where the options below do not say otherwise."""
    rows: int | None = None
    """Rows of a piece of the first operand and of the result."""
    depth: int | None = None
    """Columns of a piece of the first operand, rows of one of the second."""
    cols: int | None = None
    """Columns of a piece of the result."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Change the module. Errors: PassFailedException for an extent below 1."""
        sizes = [self.tile if each is None else each for each in (self.rows, self.depth, self.cols)]
        if min(sizes) < 1:
            raise PassFailedException(f"`{self.name}` expects extents of 1 or more")
        editor = Editor.of(op)
        for operation in editor.operations():
            if operation.OPERATOR in (Map, Accum):
                _tile(operation, sizes, editor)


@dataclass(frozen=True)
class _Cut:
    """A product and its pieces: extents of a piece, and how many there are in each direction."""

    transposed: bool
    rows: int
    depth: int
    cols: int
    down: int
    inner: int
    across: int


def _tile(operation: StepOp, sizes: Sequence[int], editor: Editor) -> None:
    op = editor.op(operation)
    if not isinstance(op, Map | Accum) or not _is_product(op) or len(operation.operands) != 2:
        return
    a, b = (editor.type(value).element for value in operation.operands)
    if not isinstance(a, Tile) or not isinstance(b, Tile):
        return
    assert isinstance(op.fn, Library)
    transposed = bool(dict(op.fn.options).get("transposed", False))
    wide = (a.rows, a.cols, b.rows if transposed else b.cols)
    cut = _cut(transposed, tuple(map(editor.bound, wide)), sizes)
    if cut is None:
        return
    if isinstance(op, Map):
        a_pieces, b_pieces = _pieces_of_map(operation, cut, editor)
        depth = 1
    else:
        group = editor.type(operation.operands[0]).shape[-op.rank :]
        extents = [editor.bound(dim) for dim in group]
        if not all(extents):
            # without static extents no affine read covers a group; an empty one has no pieces
            return
        known = [each for each in extents if each is not None]
        a_pieces, b_pieces = _pieces_of_fold(operation, known, cut, editor)
        depth = 1 + op.rank
    _put_together(operation, op, (a_pieces, b_pieces), depth, editor)


def _is_product(op: Product) -> bool:
    if not isinstance(op.fn, Library) or op.fn.name != "matmul":
        return False
    return isinstance(op, Map) or (isinstance(op.init, Fill) and op.init.value == 0)


def _cut(transposed: bool, wide: tuple[int | None, ...], sizes: Sequence[int]) -> _Cut | None:
    """Return how a product is cut, None where it is left alone."""
    known = [each for each in wide if each]
    if len(known) < len(wide):
        return None
    pieces = [min(size, extent) for size, extent in zip(sizes, known, strict=True)]
    counts = [extent // piece for extent, piece in zip(known, pieces, strict=True)]
    if max(counts) == 1 or any(e % p for e, p in zip(known, pieces, strict=True)):
        return None
    return _Cut(transposed, *pieces, *counts)


@dataclass(frozen=True)
class _Line:
    """Operators put one behind the other."""

    operation: StepOp
    editor: Editor

    def through(self, value: SSAValue, *ops: Op) -> SSAValue:
        """Return the stream that comes out of operators behind a stream."""
        for op in ops:
            (value,) = self.editor.insert(op, [value], self.operation)
        return value


def _split(rows: int, cols: int) -> tuple[Op, Op]:
    """Cut each tile into pieces, which get two dims of their own."""
    options = (("rows", to_dim(rows)), ("cols", to_dim(cols)))
    return Promote(rank=0), FlatMap(fn=Library("split_tiles", options))


def _dims(*extents: int) -> tuple[Dim, ...]:
    return tuple(map(to_dim, extents))


def _pieces_of_map(operation: StepOp, cut: _Cut, editor: Editor) -> tuple[SSAValue, SSAValue]:
    """Return the pieces of both operands in step: dims down, across, inner."""
    line = _Line(operation, editor)
    a, b = operation.operands
    rows_of_a = Bufferize(rank=1), Streamify(repeat=to_dim(cut.across))
    left = line.through(a, *_split(cut.rows, cut.depth), *rows_of_a)
    down = to_dim(cut.down)
    if cut.transposed:
        # pieces [across, inner] lie in the order of the reads
        all_of_b = Bufferize(rank=2), Streamify(repeat=down)
        return left, line.through(b, *_split(cut.cols, cut.depth), *all_of_b)
    by_column = Streamify(
        repeat=down, stride=_dims(1, cut.across), shape=_dims(cut.across, cut.inner)
    )
    return left, line.through(b, *_split(cut.depth, cut.cols), Bufferize(rank=2), by_column)


def _pieces_of_fold(
    operation: StepOp, group: list[int], cut: _Cut, editor: Editor
) -> tuple[SSAValue, SSAValue]:
    """Return the pieces of both operands in step: dims down, across, those of the group, inner."""
    line = _Line(operation, editor)
    a, b = operation.operands
    shape = _dims(cut.down, cut.across, *group, cut.inner)
    store = Bufferize(rank=2 + len(group))
    steps = _steps(group, cut.down * cut.inner)
    read = Streamify(stride=_dims(cut.inner, 0, *steps, 1), shape=shape)
    left = line.through(a, *_split(cut.rows, cut.depth), store, read)
    steps = _steps(group, cut.inner * cut.across)
    if cut.transposed:
        read = Streamify(stride=_dims(0, cut.inner, *steps, 1), shape=shape)
        return left, line.through(b, *_split(cut.cols, cut.depth), store, read)
    read = Streamify(stride=_dims(0, 1, *steps, cut.across), shape=shape)
    return left, line.through(b, *_split(cut.depth, cut.cols), store, read)


def _steps(group: list[int], pieces: int) -> list[int]:
    """Return how many pieces lie between neighbours in each dim of a group."""
    found = [pieces]
    for extent in reversed(group[1:]):
        found.insert(0, found[0] * extent)
    return found


def _put_together(
    operation: StepOp, op: Product, pieces: Sequence[SSAValue], rank: int, editor: Editor
) -> None:
    """Multiply the pieces, and let the whole tile stand for the product."""
    line = _Line(operation, editor)
    (partial,) = editor.insert(Accum(fn=op.fn, init=Fill(0.0), rank=rank), pieces, operation)
    value = line.through(
        partial,
        Accum(fn=Library("retile_col"), init=Empty()),
        Accum(fn=Library("retile_row"), init=Empty()),
    )
    (result,) = operation.results
    wanted, got = editor.type(result), editor.type(value)
    if wanted != got:
        # pieces are counted in numbers, the tile may be written with sizes
        assert isinstance(wanted.element, Tile) and wanted.shape == got.shape
        value = line.through(value, Assume(tile=(wanted.element.rows, wanted.element.cols)))
    replace_stream(result, value)
    editor.block.erase_op(operation)
