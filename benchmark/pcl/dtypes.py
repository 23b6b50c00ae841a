"""Types and extents as task files write them: `Buffer(fp32, [D, N])`, innermost extent first."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from aspl.dims import Dim, ExtentTooLarge, size, to_dim
from aspl.types import DType, Element, Scalar, Selector, Tuple, buffer_of, leaves
from benchmark.pcl.nodes import Item

NUMBERS: Mapping[str, DType] = {
    **dict.fromkeys(("fp32", "f32", "float32", "float"), DType.F32),
    **dict.fromkeys(("fp16", "f16", "float16", "half"), DType.F16),
    **dict.fromkeys(("bf16", "bfloat16"), DType.BF16),
    **dict.fromkeys(("int32", "i32"), DType.I32),
    **dict.fromkeys(("int64", "i64", "int", "long"), DType.I64),
    "bool": DType.BOOL,
}
_HINT = "write `fp32`, `Buffer(fp32, [D, N])`, `Multihot(fp32, E)`, or a list of these"
_MOST_DEEP = 8


class _NoType(ValueError):
    """A text that is no type."""


def read_type(item: Item) -> Element | None:
    """Return a type; a list of several is a tuple. None where it is wrong, and reported."""
    try:
        return _item_type(item, 0)
    except (_NoType, ExtentTooLarge) as error:
        item.error(str(error), _HINT)
        return None


def read_extents(item: Item) -> tuple[Dim, ...] | None:
    """Return the extents of a shape, outermost first; None where they are wrong, and reported."""
    texts = [each.text("an extent") for each in item.items("a list of extents")]
    if len(texts) == 1 and not item.is_list and texts[0].lstrip().startswith(("[", "(")):
        texts = [texts[0]]
    dims: list[Dim] = []
    try:
        for text in texts:
            node = _parsed(text)
            nodes = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
            dims += map(_extent, nodes)
    except (_NoType, ExtentTooLarge) as error:
        item.error(str(error), "write names and integers, innermost first: `[D, N, M]`")
        return None
    return tuple(reversed(dims))


def extent_of(text: str) -> Dim:
    """Return the extent that a text writes. Errors: ValueError."""
    return _extent(_parsed(text))


def _item_type(item: Item, depth: int) -> Element:
    if depth > _MOST_DEEP:
        raise _NoType("types stand in lists of lists of lists")
    if not item.is_list:
        return _type(_parsed(item.text("a type")))
    return _tuple([_item_type(each, depth + 1) for each in item.items()])


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _NoType(f"`{' '.join(text.split())[:80]}` is neither a type nor an extent") from error


def _tuple(parts: list[Element]) -> Element:
    if not parts:
        raise _NoType("the list of types is empty")
    return parts[0] if len(parts) == 1 else Tuple(tuple(parts))


def _type(node: ast.expr) -> Element:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in NUMBERS:
            return Scalar(NUMBERS[name])
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return _tuple(list(map(_type, parts)))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=[]):
            return _made(name, args)
        case _:
            raise _NoType(f"`{ast.unparse(node)[:80]}` is no type")


def _made(name: str, args: list[ast.expr]) -> Element:
    match name, args:
        case "Buffer", [element, ast.List(elts=dims) | ast.Tuple(elts=dims)]:
            held = _type(element)
            if any(isinstance(each, Tuple) for each in (held, *leaves(held))):
                raise _NoType("a buffer holds no lists of types")
            return buffer_of(held, tuple(reversed(list(map(_extent, dims)))))
        case "Buffer", [element, single]:
            return buffer_of(_type(element), (_extent(single),))
        case "Multihot" | "Onehot", [_, width]:
            return Selector(_extent(width))
        case _:
            raise _NoType(f"`{name}` is no type of task files, or not with these arguments")


_SIGNS: Mapping[type[ast.operator], Callable[[Dim, Dim], Dim]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
}


def _extent(node: ast.expr) -> Dim:
    match node:
        case ast.Constant(value=int() as value) if value >= 1 and not isinstance(value, bool):
            return to_dim(value)
        case ast.Name(id=name):
            return size(name)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
            try:
                return _SIGNS[type(op)](_extent(left), _extent(right))
            except ZeroDivisionError as error:
                raise _NoType(f"the extent `{ast.unparse(node)[:80]}` divides by 0") from error
        case _:
            raise _NoType(f"`{ast.unparse(node)[:80]}` is no extent of 1 or more")
