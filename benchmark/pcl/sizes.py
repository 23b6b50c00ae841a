"""Sizes of a task file, read from `global` without running it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping

from aspl.dims import Dim, Symbol
from aspl.types import Element, Selector, element_dims, leaves
from benchmark.pcl.schema import PclFile

DEFAULTS: Mapping[str, int] = {"M": 5, "N": 7, "K": 9, "D": 16}
"""Sizes that files name and do not state: those of all published tasks."""
_LARGEST = 2**31

_SIGNS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def integers_of(setup: str, given: Mapping[str, int] | None = None) -> dict[str, int]:
    """Return the integers that `global` names, from literals and arithmetic alone.

    Args: given: values to keep whatever `global` says.
    """
    kept = given or {}
    known = {**DEFAULTS, **kept}
    for target, value in _assigned(ast.parse(setup)):
        found = _value(value, known)
        if target in kept:
            continue
        if found is None:
            known.pop(target, None)
        else:
            known[target] = found
    return known


def literals_of(setup: str) -> set[str]:
    """Return the names whose integers stand on their own, so that another may stand for them."""
    names = set(DEFAULTS)
    for target, value in _assigned(ast.parse(setup)):
        literal = isinstance(value, ast.Constant) and type(value.value) is int
        (names.add if literal else names.discard)(target)
    return names


def _assigned(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for statement in module.body:
        match statement:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _pairs(target, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value
            case _:
                pass


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ast.Tuple(elts=names) | ast.List(elts=names), ast.Tuple(elts=values) | ast.List(
            elts=values
        ) if len(names) == len(values):
            for each, part in zip(names, values, strict=True):
                yield from _pairs(each, part)
        case _:
            pass


def _value(node: ast.expr, known: Mapping[str, int]) -> int | None:
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return value if abs(value) < _LARGEST else None
        case ast.Name(id=name):
            return known.get(name)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
            a, b = _value(left, known), _value(right, known)
            if a is None or b is None or (b == 0 and isinstance(op, ast.FloorDiv | ast.Mod)):
                return None
            made = _SIGNS[type(op)](a, b)
            return made if abs(made) < _LARGEST else None
        case _:
            return None


def names_in(read: PclFile) -> tuple[str, ...]:
    """Return the sizes that types and shapes name, in the order in which they appear."""
    found: dict[str, None] = {}
    for dim in _dims(read):
        found.update(dict.fromkeys(_names(dim)))
    return tuple(found)


def fixed_in(read: PclFile, values: Mapping[str, int]) -> set[str]:
    """Return the sizes whose values the file counts on: widths of flags, and written-out integers.

    A file that writes 3 where it could write E would not be right at another E.
    """
    literals = {dim.constant for dim in _dims(read)} | _literals(read.impl or "")
    fixed = {name for name in names_in(read) if values[name] in literals - {0, 1, None}}
    return fixed.union(*(_names(width) for width in _widths(read)))


def _literals(impl: str) -> set[int | None]:
    module = _parsed(impl)
    counts = ("n", "N", "S", "chunk")
    parts = [
        word.value
        for call in ast.walk(module)
        if isinstance(call, ast.Call)
        for word in call.keywords
        if word.arg in counts
    ]
    return {
        each.value
        for part in parts
        for each in ast.walk(part)
        if isinstance(each, ast.Constant) and type(each.value) is int
    }


def folds_in(impl: str) -> frozenset[str]:
    """Return the functions that an answer in the early dialect folds with."""
    found = set()
    for call in ast.walk(_parsed(impl)):
        match call:
            case ast.Call(func=ast.Attribute(attr="Accum" | "Scan" | "Merge")):
                values = [*call.args, *(word.value for word in call.keywords)]
                names = (each.func if isinstance(each, ast.Call) else each for each in values)
                found |= {each.id for each in names if isinstance(each, ast.Name)}
            case _:
                pass
    return frozenset(found)


def _parsed(impl: str) -> ast.Module:
    try:
        return ast.parse(impl)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module(body=[], type_ignores=[])


def _names(dim: Dim) -> list[str]:
    return sorted(atom.name for atom in dim.atoms() if isinstance(atom, Symbol))


def _types(read: PclFile) -> Iterator[Element]:
    yield from (port.type for port in (*read.inputs, *read.weights))
    yield from (output.type for output in read.outputs)
    for fn in read.fns:
        yield from fn.inputs
        yield from leaves(fn.output)


def _dims(read: PclFile) -> Iterator[Dim]:
    for port in (*read.inputs, *read.weights):
        yield from port.dims
    for output in read.outputs:
        yield from output.dims
    for element in _types(read):
        yield from element_dims(element)


def _widths(read: PclFile) -> Iterator[Dim]:
    for element in _types(read):
        held = getattr(element, "element", element)
        if isinstance(held, Selector):
            yield held.width
