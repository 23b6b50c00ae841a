"""What stands before a kernel: sizes, numbers, parameters, lists, functions; and its signature."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from aspl.dims import Dim, ExtentTooLarge, Kind, Symbol
from aspl.functions.function import Declared
from aspl.functions.names import FunctionScope
from aspl.functions.parse import declare
from aspl.text.bind import assign
from aspl.text.context import Context
from aspl.text.convert import as_dim
from aspl.text.evaluate import evaluate
from aspl.text.outside import RESERVED, outside
from aspl.text.scope import Anything, BuildValue, Declaration, ParameterDeclaration, describe
from aspl.text.type_names import is_type
from aspl.types import (
    Buffer,
    Element,
    Index,
    Scalar,
    Selector,
    Stream,
    Tensor,
    TensorRef,
    Tile,
    Tuple,
    element_dims,
    leaves,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a task gives to a bare kernel."""

    sizes: tuple[tuple[str, int, Kind], ...] = ()
    fixed: frozenset[str] = frozenset()
    """Sizes whose values the task's structure depends on, as with `Dim(4, fixed=True)`."""
    numbers: tuple[tuple[str, int | float], ...] = ()
    parameters: tuple[TensorRef, ...] = ()
    functions: tuple[Declared, ...] = ()
    lists: tuple[tuple[str, tuple[Declared, ...]], ...] = ()
    inputs: tuple[tuple[str, Stream | Tensor], ...] = ()
    results: tuple[Stream, ...] | None = None


def declare_header(header: Header, context: Context) -> None:
    """Bind what a task supplies."""
    for name, value, kind in header.sizes:
        declare_size(name, value, kind, context)
    context.builder.specialise(set(header.fixed))
    for name, number in header.numbers:
        declare_number(name, number, context)
    for ref in header.parameters:
        context.builder.parameter(ref.name, ref.type)
        context.names[ref.name] = ref
    for function in header.functions:
        context.names[function.name] = context.builder.function(function)
    for name, functions in header.lists:
        context.names[name] = list(functions)


def declare_size(name: str, value: int, kind: Kind, context: Context) -> None:
    """Bind a named extent; a value given from outside goes before the default."""
    bound = context.declared.get(name, value)
    if kind is Kind.SIZE:
        context.sizes[name] = bound
    context.names[name] = context.builder.size(name, bound, kind)


def declare_number(name: str, value: int | float, context: Context) -> None:
    """Bind a number that functions may name too."""
    context.builder.number(name, value)
    context.names[name] = value


def header_statement(statement: ast.stmt, context: Context) -> None:
    """Read one statement that stands before the kernel."""
    context.spend(statement)
    match statement:
        case ast.Assign(targets=[target], value=value):
            _assign(target, value, context)
        case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
            pass
        case ast.Expr():
            context.report(
                "P006", statement, "only declarations stand before the kernel", "remove it"
            )
        case _:
            outside(statement, context)


def _assign(target: ast.expr, node: ast.expr, context: Context) -> None:
    value = evaluate(node, context)
    names = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    values = list(value) if isinstance(value, list | tuple) and len(names) > 1 else [value]
    if len(names) != len(values) or not all(isinstance(name, ast.Name) for name in names):
        assign(target, value, context)
        return
    for name, each in zip(names, values, strict=True):
        assert isinstance(name, ast.Name)
        _declare(name, each, context)


def _declare(name: ast.Name, value: BuildValue, context: Context) -> None:
    if name.id in RESERVED:
        context.report("P009", name, f"`{name.id}` is a name of the language", "pick another name")
        return
    if name.id in context.names:
        context.report("P009", name, f"`{name.id}` is declared twice", "pick another name")
        return
    match value:
        case Declaration(kind, default, fixed):
            declare_size(name.id, default, kind, context)
            if fixed:
                context.builder.specialise({name.id})
        case ParameterDeclaration(tensor):
            context.names[name.id] = context.builder.parameter(name.id, tensor)
        case bool():
            context.report(
                "P006", name, "expected a size, a number, a parameter or a list of functions"
            )
        case int() | float():
            declare_number(name.id, value, context)
        case Dim() | Anything() | list() | tuple():
            context.names[name.id] = value
        case _:
            context.report(
                "P006",
                name,
                f"expected a size, a number, a parameter or a list, got {describe(value)}",
            )


def declare_function(node: ast.FunctionDef, context: Context) -> None:
    """Read the declaration of a function and bind its name."""
    if node.name in RESERVED or node.name in context.names:
        what = "is a name of the language" if node.name in RESERVED else "is declared twice"
        context.report("P009", node, f"`{node.name}` {what}", "pick another name")
        return
    names = context.names
    seen: dict[str, int] = {}
    scope = FunctionScope(
        sizes=_Named(names, lambda value: value if isinstance(value, Dim) else None),
        numbers=_Named(names, _number),
        parameters=_Named(names, lambda ref: ref.type if isinstance(ref, TensorRef) else None),
        functions=_Named(names, lambda value: value if isinstance(value, Declared) else None),
        element=partial(_element, context=context),
        dim=partial(_dim, context=context),
        same=partial(_same, sizes=context.sizes, seen=seen),
        bound=partial(_bound, sizes=context.sizes, seen=seen),
    )
    try:
        function = declare(node, scope, context.span, context.findings)
    except ExtentTooLarge:
        function = None
        context.report_long(node)
    if function is None:
        context.names[node.name] = Anything()
        return
    judged = replace(function, judged_at=tuple(sorted(seen.items())))
    context.names[node.name] = context.builder.function(judged)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Named(Mapping[str, T]):
    """The names that stand for one kind of value; a view, since every function has its own."""

    names: Mapping[str, BuildValue]
    pick: Callable[[BuildValue], T | None]

    def __getitem__(self, name: str) -> T:
        value = self.pick(self.names[name])
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name, value in self.names.items() if self.pick(value) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _number(value: BuildValue) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _same(left: Dim, right: Dim, sizes: Mapping[str, int], seen: dict[str, int]) -> bool:
    """Whether extents are equal, at the bound sizes where they are divisions."""
    if left == right or not (left.has_division or right.has_division):
        return left == right
    value = _bound(left, sizes, seen)
    return value is not None and value == _bound(right, sizes, seen)


def _bound(dim: Dim, sizes: Mapping[str, int], seen: dict[str, int]) -> int | None:
    """Return the value of an extent, and note on which sizes it depends."""
    names = (atom.name for atom in dim.atoms() if isinstance(atom, Symbol))
    seen.update({name: sizes[name] for name in names if name in sizes})
    try:
        return dim.value(sizes)
    except (KeyError, ZeroDivisionError):
        return None


def _element(node: ast.expr, context: Context) -> Element | None:
    value = evaluate(node, context)
    if isinstance(value, Scalar | Tile | Buffer | Selector | Index | Tuple):
        return value
    if not isinstance(value, Anything):
        got = f"`{value}`" if is_type(value) else describe(value)
        context.report(
            "P007", node, f"expected an element type such as `f32` or `Buffer(f32, [D])`, got {got}"
        )
    return None


def _dim(node: ast.expr, context: Context) -> Dim | None:
    value = evaluate(node, context)
    dim = as_dim(value)
    if dim is None and not isinstance(value, Anything):
        context.report("A003", node, f"expected an integer or extent, got {describe(value)}")
    return dim


def annotation(node: ast.expr, context: Context, *, closed: bool = False) -> Stream | Tensor | None:
    """Return the stream or tensor type that annotates a parameter or result of the kernel.

    A `closed` one, as of a parameter, has no extent `_`.
    """
    value = evaluate(node, context)
    if isinstance(value, Stream | Tensor):
        if closed and _is_open(value):
            context.report(
                "P007",
                node,
                f"a parameter with an extent `_`: `{value}`",
                "name it: `L = DynamicDim(8)`, or `RaggedDim` where it differs within the stream",
            )
            return None
        return value
    if not isinstance(value, Anything):
        got = f"`{value}`" if is_type(value) else describe(value)
        context.report(
            "P007",
            node,
            f"expected a stream or tensor type, got {got}",
            "write `Stream(f32, [M, K])`",
        )
    return None


def _is_open(kind: Stream | Tensor) -> bool:
    inner = (
        [dim for leaf in leaves(kind.element) for dim in element_dims(leaf)]
        if isinstance(kind, Stream)
        else []
    )
    return any(dim.is_wild for dim in (*kind.shape, *inner))


def result_types(node: ast.expr | None, context: Context) -> tuple[Stream, ...] | None:
    """Return the declared types of the results; None when there are none or they are wrong."""
    if node is None:
        return None
    if isinstance(node, ast.Constant) and node.value is None:
        return ()
    parts = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
    found = [annotation(part, context) for part in parts]
    streams = tuple(each for each in found if isinstance(each, Stream))
    for part, each in zip(parts, found, strict=True):
        if isinstance(each, Tensor):
            context.report("P007", part, "a result is a stream; a tensor is written by a store")
    return streams if len(streams) == len(parts) else None
