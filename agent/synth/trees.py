"""Expressions as trees of plain tuples: bodies of functions, and the formula of a task.

A tree is `(sign, parts)`. Subscripts are left out and a square is a product, so that what a body
and a formula have in common can be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from aspl.functions.expressions import (
    Binary,
    Call,
    Expr,
    Group,
    Name,
    Number,
    Pattern,
    Size,
    Subscript,
    Unary,
    Weight,
)
from aspl.functions.function import Declared

Tree: TypeAlias = "tuple[str, tuple[Tree, ...]]"

HOLE = "?"
SIZE: Tree = ("size", ())
"""Any extent as a number."""
STATE = "state"
_EITHER_WAY = ("+", "*")
MOST = 200
"""Parts of a tree; larger bodies and formulas say nothing."""


class TooLarge(Exception):
    """A tree beyond all use."""


@dataclass(slots=True)
class _Reader:
    names: dict[str, Tree]
    keeps_names: bool
    """Whether weights keep their names, and subscripts are left out, as in a formula."""
    left: int = MOST

    def read(self, expr: Expr) -> Tree:
        self.left -= 1
        if self.left < 0:
            raise TooLarge
        match expr:
            case Name():
                known = self.names.get(expr.name, (expr.name, ()))
                self.left -= size_of(known)
                return known
            case Number() | Size() | Weight():
                return self._constant(expr)
            case Unary():
                return (expr.op, (self.read(expr.operand),))
            case Binary():
                made = binary(expr.op, self.read(expr.left), self.read(expr.right))
                self.left -= size_of(made) if expr.op == "**" else 0
                return made
            case Call():
                return self._call(expr)
            case Subscript():
                return self._part(expr)
            case Group():
                return ("group", tuple(map(self.read, expr.parts)))
            case _:
                return ("...", ())

    def _constant(self, expr: Number | Size | Weight) -> Tree:
        match expr:
            case Number():
                return number_tree(expr.value)
            case Size():
                return SIZE
            case Weight():
                return (expr.name if self.keeps_names else "weight", ())

    def _call(self, expr: Call) -> Tree:
        args = tuple(map(self.read, expr.args))
        if expr.name in ("full", "cast", "reshape") and len(args) == 1:
            # the same numbers, in another form
            return args[0]
        return called(expr.name, args)

    def _part(self, expr: Subscript) -> Tree:
        value = self.read(expr.value)
        return value if self.keeps_names else ("part", (value, (str(expr.items), ())))


def number_tree(value: float) -> Tree:
    """Return the tree of a number."""
    return (f"{value:g}", ())


def called(name: str, args: tuple[Tree, ...]) -> Tree:
    """Return the tree of a call; a mean is a sum over a size."""
    return ("/", (("sum", args), SIZE)) if name == "mean" and len(args) == 1 else (name, args)


def binary(sign: str, left: Tree, right: Tree) -> Tree:
    """Return the tree of an operation in its one normal form."""
    if sign == "**" and right == ("2", ()):
        return ("*", (left, left))
    if sign in _EITHER_WAY:
        left, right = sorted((left, right))
    return (sign, (left, right))


def body_of(fn: Declared, *, keeps_names: bool) -> Tree | None:
    """Return the body of a function with holes for its parameters, None where it is no help."""
    names: dict[str, Tree] = {}
    for place, param in enumerate(fn.params):
        is_state = param.init is not None and place == len(fn.params) - 1
        names[param.name] = (STATE if is_state else f"{HOLE}{place}", ())
    reader = _Reader(names, keeps_names)
    try:
        for let in fn.lets:
            _bind(let.target, reader.read(let.value), names)
        return reader.read(fn.value)
    except TooLarge:
        return None


def _bind(target: Pattern, value: Tree, names: dict[str, Tree]) -> None:
    if isinstance(target, str):
        names[target] = value
        return
    for place, part in enumerate(target):
        _bind(part, ("part", (value, (str(place), ()))), names)


def size_of(tree: Tree) -> int:
    """Count the parts of a tree. Errors: TooLarge."""
    count, waiting = 0, [tree]
    while waiting:
        count += 1
        if count > MOST:
            raise TooLarge
        waiting.extend(waiting.pop()[1])
    return count


def text_of(tree: Tree) -> str:
    """Write a tree as a key."""
    sign, parts = tree
    return f"{sign}({','.join(map(text_of, parts))})" if parts else sign


def matches(pattern: Tree, tree: Tree, bound: Mapping[str, Tree]) -> Iterator[Mapping[str, Tree]]:
    """Walk what the holes of a pattern can stand for in a tree; sums and products turn around."""
    sign, parts = pattern
    if sign.startswith(HOLE) and not parts:
        if bound.get(sign, tree) == tree:
            yield {**bound, sign: tree}
        return
    if sign != tree[0] or len(parts) != len(tree[1]):
        return
    turns = sign in _EITHER_WAY and len(parts) == 2 and tree[1][0] != tree[1][1]
    for order in (tree[1], tree[1][::-1]) if turns else (tree[1],):
        yield from _all_match(parts, order, bound)


def _all_match(
    patterns: tuple[Tree, ...], trees: tuple[Tree, ...], bound: Mapping[str, Tree]
) -> Iterator[Mapping[str, Tree]]:
    if not patterns:
        yield bound
        return
    for found in matches(patterns[0], trees[0], bound):
        yield from _all_match(patterns[1:], trees[1:], found)
