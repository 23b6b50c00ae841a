"""Types of the `step` dialect: streams, their elements, tensors.

    !step.stream<!step.tile<f32, "16", "D">, ["B", "4*N"]>

is `Stream(Tile(f32, [16, D]), [B, 4*N])`. Extents are text, written as in a program; the symbols in
them are declared in the module.
"""

from __future__ import annotations

from typing import TypeAlias

from xdsl.dialects.builtin import ArrayAttr, StringAttr
from xdsl.ir import Attribute, ParametrizedAttribute, TypeAttribute
from xdsl.irdl import irdl_attr_definition

Extents: TypeAlias = ArrayAttr[StringAttr]


@irdl_attr_definition
class TileType(ParametrizedAttribute, TypeAttribute):
    """A matrix of numbers."""

    name = "step.tile"
    dtype: Attribute
    rows: StringAttr
    cols: StringAttr


@irdl_attr_definition
class SelectorType(ParametrizedAttribute, TypeAttribute):
    """One flag for each of `width` targets."""

    name = "step.selector"
    width: StringAttr


@irdl_attr_definition
class IndexType(ParametrizedAttribute, TypeAttribute):
    """The number of one of `bound` targets."""

    name = "step.index"
    bound: StringAttr


@irdl_attr_definition
class BufferType(ParametrizedAttribute, TypeAttribute):
    """A handle to elements in on-chip memory."""

    name = "step.buffer"
    element: Attribute
    dims: Extents


@irdl_attr_definition
class TupleType(ParametrizedAttribute, TypeAttribute):
    """Several elements that travel as one."""

    name = "step.tuple"
    parts: ArrayAttr[Attribute]


@irdl_attr_definition
class StreamType(ParametrizedAttribute, TypeAttribute):
    """A sequence of elements; the shape is written outermost first."""

    name = "step.stream"
    element: Attribute
    shape: Extents


@irdl_attr_definition
class TensorType(ParametrizedAttribute, TypeAttribute):
    """Numbers in off-chip memory."""

    name = "step.tensor"
    dtype: Attribute
    shape: Extents


TYPES = (TileType, SelectorType, IndexType, BufferType, TupleType, StreamType, TensorType)
