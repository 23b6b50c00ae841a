"""Python that bodies do not have, and what to write instead."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from aspl.functions.problems import Problem

OUTSIDE: Mapping[type[ast.AST], tuple[str, str]] = {
    ast.BoolOp: ("`and`, `or`", "use `&` and `|` on flags, with each comparison in parentheses"),
    ast.IfExp: ("a conditional expression", "use `where(condition, a, b)`"),
    ast.Attribute: ("attribute access", "call a primitive: `sum(x)`, `transpose(x)`, `exp(x)`"),
    ast.Lambda: ("a lambda", "write the expression itself"),
    ast.List: ("a list", "use `stack(a, b)` or `concat(a, b)`"),
    ast.ListComp: ("a comprehension", "work on whole arrays"),
    ast.GeneratorExp: ("a comprehension", "work on whole arrays"),
    ast.Dict: ("a dictionary", "bind the values to names"),
    ast.JoinedStr: ("text", "a body computes numbers only"),
    ast.Starred: ("`*`", "name each value"),
    ast.NamedExpr: ("`:=`", "assign on a line of its own"),
    ast.If: ("`if`", "use `where(condition, a, b)`"),
    ast.For: ("`for`", "work on whole arrays; `Accum` and `Scan` fold over a stream"),
    ast.While: ("`while`", "work on whole arrays; `Accum` and `Scan` fold over a stream"),
    ast.AugAssign: ("an assignment in place", "write `x = x + y`"),
    ast.FunctionDef: (
        "a function within a function",
        "declare it on its own and use the expression",
    ),
    ast.Import: ("an import", "the primitives are there without one"),
    ast.ImportFrom: ("an import", "the primitives are there without one"),
}

ANY_HINT = "a body holds assignments and one `return`, of arithmetic and calls of primitives"


def outside_problem(node: ast.AST) -> Problem:
    """Return the finding about a construct that the language does not have."""
    found = OUTSIDE.get(type(node))
    words, hint = found or (f"`{type(node).__name__.lower()}`", ANY_HINT)
    return Problem("F001", f"{words} {are(words)} outside the expression language", hint)


def are(words: str) -> str:
    """Return the verb for one construct or several."""
    return "are" if "`, `" in words else "is"
