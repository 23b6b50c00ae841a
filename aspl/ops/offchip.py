"""Off-chip memory operators: tiles of tensors read and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aspl.dims import ONE, Dim, product
from aspl.ops.base import ArgumentKind, Example, Op, Operand, parameter
from aspl.ops.rules import is_address, require_element
from aspl.site import Site
from aspl.types import DType, Scalar, Stream, Tensor, TensorRef, Tile, shape_text

_TILE_DOC = "rows and columns of one tile"
_TENSOR_DOC = "the off-chip tensor"


def tiled_shape(tensor: Tensor, tile: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """Return a tensor's extents in tiles: leading dims, then rows and columns of tiles."""
    *lead, rows, cols = tensor.shape
    return (*lead, rows // tile[0], cols // tile[1])


def require_tiling(tensor: Tensor, tile: tuple[Dim, ...], site: Site) -> bool:
    """Report T003 unless the tensor's two inner dims are whole numbers of tiles."""
    if len(tensor.shape) < 2 or len(tile) != 2:
        site.report(
            "T003",
            f"expected a tensor of at least two dims and a tile of two, got `{tensor}` and "
            f"`{shape_text(tile)}`",
            hint="declare the tensor as `[1, N]` and the tile as `[rows, cols]`",
        )
        return False
    for words, extent, step in zip(("rows", "columns"), tensor.shape[-2:], tile, strict=True):
        whole, part = site.bound(extent), site.bound(step)
        if whole is None or not part or whole % part:
            site.report(
                "T003",
                f"the {words} of `{tensor}` are no whole number of tiles `{shape_text(tile)}`",
                hint="pick a tile that divides the tensor",
                facts=(("expected", f"a multiple of {step}"), ("got", str(extent))),
            )
            return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearOffChipLoad(Op):
    """Read tiles of a tensor in an affine order, once, or once for every element of `ref`.

    Tile number of step i: the sum of i[d]*stride[d], modulo the tiles of the tensor. Without
    `stride` and `shape` the whole tensor is read in row-major order.

    Shape:  -> Stream(Tile, [1, *shape]); with ref: Stream(R, r) -> Stream(Tile, [*r, *shape])
    Rate:   prod(shape) tiles out for one element of ref
    Errors: T003 the tile does not divide the tensor, S006 stride and shape differ in length, or an
            affine read finds no tiles
    Source: STeP, LinearOffChipLoad
    """

    name: ClassVar[str] = "LinearOffChipLoad"
    family: ClassVar[str] = "off-chip"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("ref", "optional"),)
    example: ClassVar[Example] = Example(
        text="""\
def kernel(w: Tensor(f32, [2, 4])) -> Stream(Tile(f32, [2, 2]), [1, 2, 1]):
    return LinearOffChipLoad(w, tile=[2, 2], stride=[1, 1], shape=[2, 1])
""",
        inputs={"w": [[1, 2, 3, 4], [5, 6, 7, 8]]},
        outputs=([[[[[1, 2], [5, 6]]], [[[3, 4], [7, 8]]]]],),
    )

    tensor: TensorRef = parameter(ArgumentKind.TENSOR, _TENSOR_DOC)
    tile: tuple[Dim, ...] = parameter(ArgumentKind.DIMS, _TILE_DOC)
    stride: tuple[Dim, ...] | None = parameter(
        ArgumentKind.DIMS, "tiles between neighbours, one a dim", default=None
    )
    shape: tuple[Dim, ...] | None = parameter(
        ArgumentKind.DIMS, "extents of one read, outermost first", default=None
    )

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        tensor = self.tensor.type
        if not require_tiling(tensor, self.tile, site):
            return None
        if (self.stride is None) != (self.shape is None) or (
            self.stride is not None
            and self.shape is not None
            and len(self.stride) != len(self.shape)
        ):
            site.report(
                "S006",
                "an affine read needs `stride` and `shape` of one length",
                hint="give one stride for each extent",
            )
            return None
        if self.shape is not None and site.bound(product(tiled_shape(tensor, self.tile))) == 0:
            site.report(
                "S006",
                f"an affine read of `{tensor}`, which has no tiles",
                hint="read the whole tensor, without `stride` and `shape`",
            )
            return None
        inner = tiled_shape(tensor, self.tile) if self.shape is None else self.shape
        outer = inputs[0].shape if inputs else (ONE,)
        return (Stream(Tile(tensor.dtype, self.tile[0], self.tile[1]), (*outer, *inner)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearOffChipStore(Op):
    """Write the tiles of a stream to a tensor in row-major order of its tiles.

    Loads of the same program see the tensor as it was before the run.

    Shape:  Stream(Tile, s) ->; prod(s) is the number of tiles of the tensor
    Errors: T002 no tiles, T003 the tile or its number type does not fit the tensor, S008 not as
            many tiles
    Source: STeP, LinearOffChipStore
    """

    name: ClassVar[str] = "LinearOffChipStore"
    family: ClassVar[str] = "off-chip"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"),)
    example: ClassVar[Example] = Example(
        text="""\
def kernel(x: Stream(Tile(f32, [2, 2]), [2]), out: Tensor(f32, [2, 4])) -> None:
    LinearOffChipStore(x, out)
""",
        inputs={"x": [[[1, 2], [5, 6]], [[3, 4], [7, 8]]]},
        tensors={"out": [[1, 2, 3, 4], [5, 6, 7, 8]]},
    )

    tensor: TensorRef = parameter(ArgumentKind.TENSOR, _TENSOR_DOC)

    def results(self, inputs: int) -> int:
        return 0

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        (x,) = inputs
        tile = stored_tile(x, self.tensor.type, site)
        if tile is None:
            return None
        expected = product(tiled_shape(self.tensor.type, (tile.rows, tile.cols)))
        got = site.absorb(product(x.shape))
        if not site.same(expected, got):
            site.report(
                "S008",
                f"expected {expected} tiles for `{self.tensor.type}`, got `{shape_text(x.shape)}`",
                operand=0,
                hint="store as many tiles as the tensor has, or state the shape with `Assume`",
                facts=(("expected", str(expected)), ("got", str(got))),
            )
            return None
        return ()


def stored_tile(x: Stream, tensor: Tensor, site: Site) -> Tile | None:
    """Return the type of the tiles that are stored, or None after reporting why they do not fit."""
    if not isinstance(x.element, Tile):
        require_element(x, (Tile,), "tiles", site)
        return None
    if x.element.dtype != tensor.dtype:
        site.report(
            "T003",
            f"expected tiles of `{tensor.dtype}` for `{tensor}`, got `{x.element}`",
            operand=0,
            hint=f"declare the tensor as `{x.element.dtype}`",
            facts=(("expected", str(tensor.dtype)), ("got", str(x.element.dtype))),
        )
        return None
    return x.element if require_tiling(tensor, (x.element.rows, x.element.cols), site) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomOffChipLoad(Op):
    """Read the tile that each address names; an address is a tile number in row-major order.

    Shape:  Stream(address, s) -> Stream(Tile, s); an address is an integer, an index or a [1, 1]
            tile
    Rate:   one tile out for one address
    Errors: T002 no addresses, T003 the tile does not divide the tensor, R003 in a run: outside the
            tensor
    Source: STeP, RandomOffChipLoad
    """

    name: ClassVar[str] = "RandomOffChipLoad"
    family: ClassVar[str] = "off-chip"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("address"),)
    example: ClassVar[Example] = Example(
        text="""\
M = Dim(3)

def kernel(a: Stream(Index(2), [M]), w: Tensor(f32, [2, 2])) -> Stream(Tile(f32, [1, 2]), [M]):
    return RandomOffChipLoad(a, w, tile=[1, 2])
""",
        inputs={"a": [1, 0, 1], "w": [[1, 2], [3, 4]]},
        outputs=([[[3, 4]], [[1, 2]], [[3, 4]]],),
    )

    tensor: TensorRef = parameter(ArgumentKind.TENSOR, _TENSOR_DOC)
    tile: tuple[Dim, ...] = parameter(ArgumentKind.DIMS, _TILE_DOC)

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        (address,) = inputs
        fits = require_address(address, site, operand=0)
        if not require_tiling(self.tensor.type, self.tile, site) or not fits:
            return None
        return (Stream(Tile(self.tensor.type.dtype, self.tile[0], self.tile[1]), address.shape),)


def require_address(address: Stream, site: Site, *, operand: int) -> bool:
    """Report T002 unless the elements can be addresses."""
    if is_address(address.element):
        return True
    site.report(
        "T002",
        f"expected addresses (integers, indices or [1, 1] integer tiles), got `{address.element}`",
        operand=operand,
        facts=(("expected", "addresses"), ("got", str(address.element))),
    )
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomOffChipStore(Op):
    """Write each tile to the address beside it, and acknowledge each write.

    Shape:  Stream(Tile, s), Stream(address, t) -> Stream(bool, t), or s with ack="data"; both
            streams have as many elements
    Rate:   one acknowledgement for one tile
    Errors: T002 no tiles or no addresses, T003 tile and tensor do not fit, S008 not as many of
            both, R003 in a run: outside the tensor
    Source: STeP, RandomOffChipStore
    """

    name: ClassVar[str] = "RandomOffChipStore"
    family: ClassVar[str] = "off-chip"
    operands: ClassVar[tuple[Operand, ...]] = (Operand("x"), Operand("address"))
    example: ClassVar[Example] = Example(
        text="""\
M = Dim(2)

def kernel(
    x: Stream(Tile(f32, [1, 2]), [M]), a: Stream(Index(3), [M]), w: Tensor(f32, [3, 2])
) -> Stream(bool, [M]):
    return RandomOffChipStore(x, a, w)
""",
        inputs={"x": [[[1, 2]], [[3, 4]]], "a": [2, 0], "w": [[9, 9], [9, 9], [9, 9]]},
        outputs=([True, True],),
        tensors={"w": [[3, 4], [9, 9], [1, 2]]},
    )

    tensor: TensorRef = parameter(ArgumentKind.TENSOR, _TENSOR_DOC)
    ack: str = parameter(
        ArgumentKind.WORD,
        "whose shape the acknowledgements have",
        default="address",
        words=("address", "data"),
    )

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        x, address = inputs
        fits = require_address(address, site, operand=1)
        if stored_tile(x, self.tensor.type, site) is None or not fits:
            return None
        tiles, addresses = site.absorb(product(x.shape)), site.absorb(product(address.shape))
        if not site.same(tiles, addresses):
            site.report(
                "S008",
                f"expected {tiles} addresses for as many tiles, got `{shape_text(address.shape)}`",
                operand=1,
                hint="give one address for each tile",
                facts=(("expected", str(tiles)), ("got", str(addresses))),
            )
            return None
        return (Stream(Scalar(DType.BOOL), (address if self.ack == "address" else x).shape),)
