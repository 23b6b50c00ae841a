"""Reading calls of primitives: which arguments are arrays, which are settings."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from aspl.dims import Dim
from aspl.functions.expressions import Broken, Call, Expr, Setting, Size, number
from aspl.functions.outside import ELSEWHERE
from aspl.functions.primitives import PRIMITIVES
from aspl.functions.problems import Problem, nearest
from aspl.functions.reading import Reader
from aspl.functions.slots import Primitive, Slot, SlotKind
from aspl.types import DType


@dataclass(slots=True)
class _Bound:
    """The arguments of one call, sorted; mutable while they are."""

    arrays: list[ast.expr] = field(default_factory=list)
    settings: dict[str, ast.expr] = field(default_factory=dict)
    complaint: str = ""


def read_call(reader: Reader, node: ast.Call) -> Expr:
    """Read a call of a primitive; reports F001 to F003."""
    if not isinstance(node.func, ast.Name):
        return _no_function(reader, node)
    name = node.func.id
    if name == "ceil_div":
        dim = reader.dim(node)
        span = reader.locate(node)
        if dim is None:
            return Broken(span)
        return Size(dim, span) if dim.constant is None else number(dim.constant, span)
    primitive = PRIMITIVES.get(name)
    if primitive is None:
        problem = Problem("F002", f"unknown function `{name[:80]}`", _instead(name, reader))
        return reader.broken(problem, node.func)
    return _read(reader, node, primitive)


def _instead(name: str, reader: Reader) -> str:
    if name in reader.scope.functions:
        return f"functions do not call each other: write what `{name[:80]}` computes"
    if name in ELSEWHERE:
        return f"write {ELSEWHERE[name]}"
    return nearest(name, PRIMITIVES) or f"the primitives are {', '.join(PRIMITIVES)}"


def _no_function(reader: Reader, node: ast.Call) -> Expr:
    words, hint = "a call of what is no name", "call a primitive by its name"
    if isinstance(node.func, ast.Attribute):
        name = node.func.attr
        words = f"the method or attribute `{name[:80]}`"
        hint = f"write `{PRIMITIVES[name].usage}`" if name in PRIMITIVES else hint
    return reader.broken(Problem("F001", f"{words} is outside the expression language", hint), node)


def _read(reader: Reader, node: ast.Call, primitive: Primitive) -> Expr:
    bound = _bind(node, primitive)
    if bound.complaint:
        # what stands inside is still read, to report all there is
        for each in bound.arrays:
            reader.expression(each.value if isinstance(each, ast.Starred) else each)
        hint = f"write `{primitive.usage}`"
        return reader.broken(Problem("F003", f"`{primitive.name}` {bound.complaint}", hint), node)
    arrays = tuple(reader.expression(each) for each in bound.arrays)
    settings: list[tuple[str, Setting]] = []
    good = True
    for slot in primitive.slots:
        if slot.name not in bound.settings:
            continue
        read = _setting(reader, primitive, slot, bound.settings[slot.name])
        good = good and read is not None
        if read is not None and (slot.required or read.value != slot.default):
            settings.append((slot.name, read.value))
    span = reader.locate(node)
    return Call(primitive.name, arrays, tuple(settings), span) if good else Broken(span)


def _bind(node: ast.Call, primitive: Primitive) -> _Bound:
    bound = _Bound()
    slots = {each.name: each for each in primitive.slots}
    places = list(primitive.slots)
    positional = list(node.args)
    if primitive.slots_first:
        for slot in [each for each in places if each.required][: len(positional)]:
            bound.settings[slot.name] = positional.pop(0)
    count = len(positional) if primitive.variadic else min(primitive.arrays, len(positional))
    bound.arrays, rest = positional[:count], positional[count:]
    free = [each for each in places if each.name not in bound.settings]
    for slot, value in zip(free, rest, strict=False):
        bound.settings[slot.name] = value
    if any(isinstance(each, ast.Starred) for each in node.args):
        bound.complaint = "takes no `*`"
    elif len(rest) > len(free):
        bound.complaint = f"got {len(node.args)} arguments"
    for keyword in node.keywords:
        bound.complaint = bound.complaint or _bind_option(bound, keyword, slots)
    bound.complaint = bound.complaint or _missing(bound, primitive)
    return bound


def _bind_option(bound: _Bound, keyword: ast.keyword, slots: Mapping[str, Slot]) -> str:
    name = keyword.arg or "**"
    if name not in slots:
        return f"has no option `{name[:80]}`"
    if name in bound.settings:
        return f"got `{name}` twice"
    bound.settings[name] = keyword.value
    return ""


def _missing(bound: _Bound, primitive: Primitive) -> str:
    if len(bound.arrays) < primitive.arrays:
        return f"expected {primitive.arrays} array argument(s), got {len(bound.arrays)}"
    required = (each.name for each in primitive.slots if each.required)
    missing = next((name for name in required if name not in bound.settings), None)
    return "" if missing is None else f"is missing `{missing}`"


@dataclass(frozen=True, slots=True)
class _Read:
    """A setting that could be read; its value may be None."""

    value: Setting


def _setting(reader: Reader, primitive: Primitive, slot: Slot, node: ast.expr) -> _Read | None:
    match slot.kind:
        case SlotKind.DIM:
            dim = reader.dim(node)
            return None if dim is None else _Read(dim)
        case SlotKind.DIMS if isinstance(node, ast.List | ast.Tuple):
            dims = [reader.dim(each) for each in node.elts]
            kept: tuple[Dim, ...] = tuple(each for each in dims if each is not None)
            return _Read(kept) if len(kept) == len(dims) else None
        case _:
            read = _literal(slot, node)
    if read is None:
        kind = slot.kind.removeprefix("a ").removeprefix("an ")
        message = f"`{slot.name}` of `{primitive.name}` is no {kind}"
        reader.report(Problem("F003", message, f"give {slot.kind}: `{primitive.usage}`"), node)
    return read


def _literal(slot: Slot, node: ast.expr) -> _Read | None:
    match slot.kind, node:
        case SlotKind.FLAG, ast.Constant(value=bool() as flag):
            return _Read(flag)
        case SlotKind.DTYPE, ast.Name(id=name) if name in set(DType):
            return _Read(DType(name))
        case SlotKind.AXES, ast.Constant(value=None):
            return _Read(None)
        case SlotKind.AXES, ast.List(elts=nodes) | ast.Tuple(elts=nodes):
            axes = [_integer(each) for each in nodes]
            kept = tuple(each for each in axes if each is not None)
            return _Read(kept) if len(kept) == len(axes) else None
        case SlotKind.AXES | SlotKind.AXIS, _:
            axis = _integer(node)
            return None if axis is None else _Read(axis)
        case _:
            return None


def _integer(node: ast.expr) -> int | None:
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node, sign = node.operand, -1
    if isinstance(node, ast.Constant) and type(node.value) is int and abs(node.value) < 2**31:
        return sign * node.value
    return None
