"""Reading the expressions of a function's body from Python syntax, without running any of it."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain

from aspl.diagnostics import Diagnostic, Findings, Span
from aspl.dims import Dim, ceil_div, to_dim
from aspl.functions.arrays import MAX_LENGTH
from aspl.functions.expressions import (
    At,
    Binary,
    BinaryOp,
    Broken,
    Expr,
    Group,
    Item,
    Name,
    NewAxis,
    Number,
    Pattern,
    Range,
    Size,
    Subscript,
    Unary,
    Weight,
    number,
)
from aspl.functions.extents import INTEGERS, extent_of, folded, sized
from aspl.functions.names import FunctionScope
from aspl.functions.outside import ANY_HINT, are, outside_problem
from aspl.functions.problems import Problem, nearest

_BINARY: dict[type[ast.operator], BinaryOp] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
}

_COMPARE: dict[type[ast.cmpop], BinaryOp] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


@dataclass(slots=True)
class Reader:
    """Reads one body; reports what is outside the language and goes on."""

    scope: FunctionScope
    locate: Callable[[ast.AST], Span]
    findings: Findings
    call: Callable[[Reader, ast.Call], Expr]
    """Reads a call; calls are a chapter of their own."""
    names: set[str] = field(default_factory=set)
    """The parameters and what has been assigned so far."""
    extents: dict[str, Dim] = field(default_factory=dict)
    """Those of the names that were assigned an extent or an integer."""
    failed: bool = False
    """Whether something could not be read; what the scope reads may have been reported before."""

    def report(self, problem: Problem, node: ast.AST) -> None:
        """Report a problem at a piece of syntax."""
        self.findings.add(
            Diagnostic(
                code=problem.code,
                message=problem.message,
                span=self.locate(node),
                hint=problem.hint,
                facts=problem.facts,
            )
        )

    def broken(self, problem: Problem, node: ast.AST) -> Broken:
        """Report a problem and stand in for what cannot be read."""
        self.report(problem, node)
        return Broken(self.locate(node))

    def outside(self, node: ast.AST) -> Broken:
        """Report a construct that the language does not have."""
        return self.broken(outside_problem(node), node)

    def expression(self, node: ast.expr) -> Expr:
        """Read an expression."""
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name():
                return self._name(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                return self._compare(node)
            case ast.Call():
                return self.call(self, node)
            case _:
                return self._parts(node)

    def _parts(self, node: ast.expr) -> Expr:
        span = self.locate(node)
        if isinstance(node, ast.Tuple):
            return Group(tuple(self.expression(each) for each in node.elts), span)
        if not isinstance(node, ast.Subscript):
            return self.outside(node)
        value, items = self.expression(node.value), self._items(node.slice)
        return Broken(span) if items is None else Subscript(value, items, span)

    def dim(self, node: ast.expr) -> Dim | None:
        """Read an integer or extent, negative ones too."""
        names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
        local = [each for each in names if each.id in self.names]
        if local:
            return self._local_dim(node, local)
        negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        dim = self.scope.dim(node.operand if isinstance(node, ast.UnaryOp) and negative else node)
        if dim is None:
            self.failed = True
            return None
        if not dim.is_static:
            self.report(_unfixed(dim), node)
            return None
        return -dim if negative else dim

    def _local_dim(self, node: ast.expr, local: list[ast.Name]) -> Dim | None:
        """Read an extent that names others of the body: `half = D // 2`, then `x[:half]`."""
        computed = [each for each in local if each.id not in self.extents]
        dim, known = None, len(self.findings)
        match node:
            case ast.Call(func=ast.Name(id="ceil_div"), args=[over, under], keywords=[]):
                above, below = self.dim(over), self.dim(under)
                if above is not None and below is not None and below.constant != 0:
                    dim = ceil_div(above, below)
            case _ if not computed and not isinstance(node, ast.Call):
                dim = extent_of(self.expression(node))
        if dim is None and len(self.findings) == known:
            place = (computed or local)[0]
            self.report(_computed(place.id), place)
        return dim

    def note_extents(self, target: Pattern, value: Expr) -> None:
        """Remember which names of an assignment stand for extents, and forget the others."""
        if isinstance(target, str):
            dim = extent_of(value)
            self.extents.pop(target, None)
            # what names build on each other must not grow without bound
            if dim is not None and sum(len(atoms) + 1 for atoms, _ in dim.terms) <= MAX_LENGTH:
                self.extents[target] = dim
            return
        parts = value.parts if isinstance(value, Group) else ()
        for place, each in enumerate(target):
            known = place < len(parts) and len(parts) == len(target)
            self.note_extents(each, parts[place] if known else Broken(value.span))

    def _constant(self, node: ast.Constant) -> Expr:
        value = node.value
        if isinstance(value, bool | float):
            return number(value, self.locate(node))
        if not isinstance(value, int):
            kind = "text" if isinstance(value, str | bytes) else f"`{value!r}`"[:40]
            return self.broken(
                Problem("F001", f"{kind} is outside the expression language", ANY_HINT), node
            )
        if value not in INTEGERS:
            return self.broken(
                Problem("F001", "an integer of more than 64 bits", "write a float, such as `1e30`"),
                node,
            )
        return number(value, self.locate(node))

    def _name(self, node: ast.Name) -> Expr:
        span, scope, name = self.locate(node), self.scope, node.id
        if name in self.extents:
            return sized(self.extents[name], span)
        if name in self.names:
            return Name(name, span)
        if name in scope.sizes:
            dim = scope.sizes[name]
            return sized(dim, span) if dim.is_static else self.broken(_unfixed(dim), node)
        if name in scope.numbers:
            return number(scope.numbers[name], span)
        if name in scope.parameters:
            return Weight(name, scope.parameters[name], span)
        if name == "inf":
            return number(math.inf, span)
        hint = nearest(name, chain(sorted(self.names), scope.known()))
        return self.broken(
            Problem(
                "F002",
                f"unknown name `{name[:80]}`",
                hint or "assign it before, or add a parameter",
            ),
            node,
        )

    def _unary(self, node: ast.UnaryOp) -> Expr:
        if isinstance(node.op, ast.Not):
            return self.broken(
                Problem("F001", "`not` is outside the expression language", "use `~` on flags"),
                node,
            )
        operand, span = self.expression(node.operand), self.locate(node)
        match node.op, operand:
            case ast.UAdd(), _:
                return operand
            case ast.USub(), Number(kind="int" | "float"):
                return number(-operand.value, span)
            case ast.USub(), Size():
                return sized(-operand.dim, span)
            case _:
                return Unary("-" if isinstance(node.op, ast.USub) else "~", operand, span)

    def _binary(self, node: ast.BinOp) -> Expr:
        op = _BINARY.get(type(node.op))
        if op is None:
            return self.outside(node.op if hasattr(node.op, "lineno") else node)
        left, right = self.expression(node.left), self.expression(node.right)
        return folded(op, left, right, self.locate(node)) or Binary(
            op, left, right, self.locate(node)
        )

    def _compare(self, node: ast.Compare) -> Expr:
        op = _COMPARE.get(type(node.ops[0]))
        if len(node.ops) > 1 or op is None:
            words = "a chain of comparisons" if len(node.ops) > 1 else "`in`, `is`"
            hint = "compare two arrays at a time and join with `&`: `(a < b) & (b < c)`"
            return self.broken(
                Problem("F001", f"{words} {are(words)} outside the expression language", hint),
                node,
            )
        left, right = self.expression(node.left), self.expression(node.comparators[0])
        return Binary(op, left, right, self.locate(node))

    def _items(self, node: ast.expr) -> tuple[Item, ...] | None:
        nodes = node.elts if isinstance(node, ast.Tuple) else [node]
        items = tuple(item for each in nodes if (item := self._item(each)) is not None)
        return items if len(items) == len(nodes) else None

    def _item(self, node: ast.expr) -> Item | None:
        if isinstance(node, ast.Slice):
            return self._slice(node)
        if isinstance(node, ast.Constant) and node.value is None:
            return NewAxis()
        if isinstance(node, ast.Constant) and node.value is Ellipsis:
            self.report(
                Problem(
                    "F001", "`...` is outside the expression language", "write `:` for each dim"
                ),
                node,
            )
            return None
        dim = self.dim(node)
        return None if dim is None else At(dim)

    def _slice(self, node: ast.Slice) -> Range | None:
        start = None if node.lower is None else self.dim(node.lower)
        stop = None if node.upper is None else self.dim(node.upper)
        step = to_dim(1) if node.step is None else self.dim(node.step)
        failed = (start is None) is not (node.lower is None) or (stop is None) is not (
            node.upper is None
        )
        if failed or step is None:
            return None
        if not step.constant or (step.constant < 0 and (start is not None or stop is not None)):
            hint = "a step is an integer of 1 or more; `[::-1]` reverses a whole dim"
            self.report(Problem("F004", f"a slice with step {step}", hint), node)
            return None
        return Range(start, stop, step.constant)


def _computed(name: str) -> Problem:
    message = f"`{name[:80]}` is computed in a run, and no place or extent"
    hint = "choose with `where` or `one_hot`, as in `sum(where(flags, x, 0))`"
    return Problem("F001", message, hint)


def _unfixed(dim: Dim) -> Problem:
    hint = "a function computes with sizes that are fixed before a run"
    return Problem("F001", f"extent `{dim}` is known only in a run", hint)
