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

ELSEWHERE: Mapping[str, str] = {
    "all": "`min(where(x, 1, 0)) > 0`",
    "amax": "`max(x)`",
    "amin": "`min(x)`",
    "any": "`max(where(x, 1, 0)) > 0`",
    "arange": "`iota(n)`",
    "argmax": "`topk(x, 1)`, the flag of the largest",
    "argmin": "`topk(-x, 1)`, the flag of the smallest",
    "cat": "`concat(a, b)`",
    "ceil": "`-floor(-x)`",
    "clamp": "`min(max(x, low), high)`",
    "clip": "`min(max(x, low), high)`",
    "concatenate": "`concat(a, b)`",
    "dot": "`a @ b`",
    "einsum": "`a @ b`, or a product and a `sum`",
    "exp2": "`2.0 ** x`",
    "expand": "`broadcast_to(x, [M, K])`",
    "expand_dims": "`x[:, None]`",
    "float": "`cast(x, f32)`",
    "int": "`cast(x, i64)`",
    "len": "the name of the extent",
    "linalg": "`a @ b`",
    "log2": "`log(x) / log(2.0)`",
    "maximum": "`max(a, b)`",
    "minimum": "`min(a, b)`",
    "ones": "`full([D], 1.0)`",
    "ones_like": "`full([D], 1.0)`",
    "outer_product": "`outer(a, b)`",
    "permute": "`transpose(x, [1, 0])`",
    "power": "`a ** b`",
    "range": "`iota(n)`",
    "reciprocal": "`1 / x`",
    "round": "`floor(x + 0.5)`",
    "sign": "`where(x < 0, -1.0, where(x > 0, 1.0, 0.0))`",
    "softplus": "`log(1 + exp(x))`",
    "squeeze": "`reshape(x, [K])`",
    "std": "`sqrt(mean(square(x - mean(x))))`",
    "subtract": "`a - b`",
    "swish": "`silu(x)`",
    "top_k": "`topk(x, k)`",
    "unsqueeze": "`x[:, None]`",
    "var": "`mean(square(x - mean(x)))`",
    "vstack": "`concat(a, b, axis=0)`",
    "zeros_like": "`zeros([D])`",
}
"""Functions of other array languages, and what a body writes in their place."""

ANY_HINT = "a body holds assignments and one `return`, of arithmetic and calls of primitives"


def outside_problem(node: ast.AST) -> Problem:
    """Return the finding about a construct that the language does not have."""
    found = OUTSIDE.get(type(node))
    words, hint = found or (f"`{type(node).__name__.lower()}`", ANY_HINT)
    return Problem("F001", f"{words} {are(words)} outside the expression language", hint)


def are(words: str) -> str:
    """Return the verb for one construct or several."""
    return "are" if "`, `" in words else "is"
