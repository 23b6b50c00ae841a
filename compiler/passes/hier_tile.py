"""Products of large tiles on small compute tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue

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
from compiler.passes.base import Pass, option

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

    tile: int = option(16, "extents of a compute tile, where not said otherwise", low=1)
    rows: int | None = option(None, "rows of a piece of the first operand and the result", low=1)
    depth: int | None = option(None, "columns of a piece of the first operand", low=1)
    cols: int | None = option(None, "columns of a piece of the result", low=1)

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Change the module."""
        sizes = [self.tile if each is None else each for each in (self.rows, self.depth, self.cols)]
        editor = Editor.of(op)
        for operation in editor.operations():
            if operation.OPERATOR in (Map, Accum):
                _tile(operation, sizes, editor)


@dataclass(frozen=True)
class _Cut:
    """How a product is cut: the extents of a piece."""

    transposed: bool
    rows: int
    depth: int
    cols: int


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
    line = _Line(operation, editor)
    if isinstance(op, Map):
        _put_together(line, op, _reads_of_map(line, cut), 1)
        return
    group = editor.type(operation.operands[0]).shape[-op.rank :]
    # without static extents no affine read covers a group; an empty one has no pieces
    if all(map(editor.bound, group)):
        _put_together(line, op, _reads_of_fold(line, group, cut), 1 + op.rank)


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
    return _Cut(transposed, *pieces)


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


@dataclass(frozen=True)
class _Pieces:
    """The pieces of both operands as streams, and how many there are in each direction."""

    a: SSAValue
    b: SSAValue
    down: Dim
    inner: Dim
    across: Dim


def _pieces(line: _Line, cut: _Cut) -> _Pieces:
    """Cut both operands; extents are those of the types, so that both streams have equal ones."""
    a, b = line.operation.operands
    a = line.through(a, *_split(cut.rows, cut.depth))
    sides = (cut.cols, cut.depth) if cut.transposed else (cut.depth, cut.cols)
    b = line.through(b, *_split(*sides))
    down, inner = line.editor.type(a).shape[-2:]
    across = line.editor.type(b).shape[-2 if cut.transposed else -1]
    return _Pieces(a, b, down, inner, across)


def _reads_of_map(line: _Line, cut: _Cut) -> tuple[SSAValue, SSAValue]:
    """Return the pieces of both operands in step: dims down, across, inner."""
    pieces = _pieces(line, cut)
    one, inner, across = to_dim(1), pieces.inner, pieces.across
    left = line.through(pieces.a, Bufferize(rank=1), Streamify(repeat=across))
    stride = (inner, one) if cut.transposed else (one, across)
    columns = Streamify(repeat=pieces.down, stride=stride, shape=(across, inner))
    if cut.transposed and line.editor.type(pieces.b).shape[-2:] == (across, inner):
        # a transposed operand lies in the order of the reads
        columns = Streamify(repeat=pieces.down)
    return left, line.through(pieces.b, Bufferize(rank=2), columns)


def _reads_of_fold(line: _Line, group: tuple[Dim, ...], cut: _Cut) -> tuple[SSAValue, SSAValue]:
    """Return the pieces of both operands in step: dims down, across, those of the group, inner."""
    pieces = _pieces(line, cut)
    zero, one = to_dim(0), to_dim(1)
    down, inner, across = pieces.down, pieces.inner, pieces.across
    shape, store = (down, across, *group, inner), Bufferize(rank=2 + len(group))
    stride = (inner, zero, *_steps(group, down * inner), one)
    left = line.through(pieces.a, store, Streamify(stride=stride, shape=shape))
    first, last = (inner, one) if cut.transposed else (one, across)
    stride = (zero, first, *_steps(group, inner * across), last)
    return left, line.through(pieces.b, store, Streamify(stride=stride, shape=shape))


def _steps(group: tuple[Dim, ...], pieces: Dim) -> tuple[Dim, ...]:
    """Return how many pieces lie between neighbours in each dim of a group."""
    found = [pieces]
    for extent in reversed(group[1:]):
        found.insert(0, found[0] * extent)
    return tuple(found)


def _put_together(line: _Line, op: Product, pieces: Sequence[SSAValue], rank: int) -> None:
    """Multiply the pieces, and let the whole tile stand for the product."""
    editor, operation = line.editor, line.operation
    product = Accum(fn=op.fn, init=Fill(0.0), rank=rank)
    (partial,) = editor.insert(product, pieces, operation)
    value = line.through(
        partial,
        Accum(fn=Library("retile_col"), init=Empty()),
        Accum(fn=Library("retile_row"), init=Empty()),
    )
    (result,) = operation.results
    wanted, got = editor.type(result), editor.type(value)
    if wanted != got:
        # a size that is divided and multiplied again is another expression
        assert isinstance(wanted.element, Tile) and wanted.shape == got.shape
        value = line.through(value, Assume(tile=(wanted.element.rows, wanted.element.cols)))
    replace_stream(result, value)
    editor.block.erase_op(operation)
