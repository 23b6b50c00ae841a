"""Extents as text and back: `4*N`, `ceil_div(M, 16)`, `(K // 3) + 1`, `some(P)`, `_`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aspl.dims import WILD, Dim, ExtentTooLarge, ceil_div, some, to_dim

MAX_LENGTH = 100_000
"""Characters of one extent; `aspl.dims` keeps expressions far below."""


class NoExtent(ValueError):
    """A text that is no extent."""


@dataclass(slots=True)
class ExtentReader:
    """Reads extents over known symbols; keeps what it read, since most extents recur."""

    symbols: Mapping[str, Dim]
    known: dict[str, Dim] = field(default_factory=dict)

    def read(self, text: str) -> Dim:
        """Return the extent that a text stands for.

        Errors: NoExtent.
        """
        if text not in self.known:
            self.known[text] = self._parsed(text)
        return self.known[text]

    def _parsed(self, text: str) -> Dim:
        if text.isascii() and text.isdigit() and len(text) < 80:
            return to_dim(int(text))
        if text in self.symbols:
            return self.symbols[text]
        if len(text) > MAX_LENGTH:
            raise NoExtent("expected a shorter extent")
        try:
            return self._value(ast.parse(text, mode="eval").body)
        except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
            if isinstance(error, NoExtent):
                raise
            raise NoExtent(f"expected an extent, got `{text[:80]}`") from error
        except (ZeroDivisionError, ExtentTooLarge) as error:
            raise NoExtent(f"`{text[:80]}`: {error}") from error

    def _value(self, node: ast.expr) -> Dim:
        match node:
            case ast.Constant(value=int() as number) if not isinstance(number, bool):
                return to_dim(number)
            case ast.Name(id="_"):
                return WILD
            case ast.Name(id=name) if name in self.symbols:
                return self.symbols[name]
            case ast.Name(id=name):
                raise NoExtent(f"the symbol `{name}` is not declared")
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self._value(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return _BINARY[type(op)](self._value(left), self._value(right))
            case ast.Call(func=ast.Name(id="ceil_div"), args=[over, under], keywords=[]):
                return ceil_div(self._value(over), self._value(under))
            case ast.Call(func=ast.Name(id="some"), args=[dim], keywords=[]):
                return some(self._value(dim))
            case _:
                raise NoExtent(f"expected an extent, got `{ast.unparse(node)[:80]}`")


_BINARY: dict[type[ast.operator], Callable[[Dim, Dim], Dim]] = {
    ast.Add: lambda left, right: left + right,
    ast.Sub: lambda left, right: left - right,
    ast.Mult: lambda left, right: left * right,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: lambda left, right: left % right,
}
