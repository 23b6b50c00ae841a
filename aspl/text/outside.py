"""What the language does not have, and names that it does not know."""

from __future__ import annotations

import ast

from aspl.functions.library.table import LIBRARY
from aspl.ops.table import OPS
from aspl.text.builtins import BUILTINS, CONSTANTS, INITS
from aspl.text.context import Context
from aspl.text.derived import DERIVED
from aspl.text.scope import Anything
from aspl.text.type_names import CONSTRUCTORS, SCALARS

RESERVED = frozenset((*OPS, *DERIVED, *CONSTRUCTORS, *SCALARS, *BUILTINS, *INITS, *CONSTANTS))
"""Names that a program cannot give to anything else."""

VALUES = frozenset((*SCALARS, *BUILTINS, *INITS, *CONSTANTS))
"""Those that a kernel can do without, so that one it binds all the same is reported once."""


def outside(node: ast.AST, context: Context) -> Anything:
    """Report P002: a construct that the language does not have."""
    words, hint = _OUTSIDE.get(type(node), (f"`{type(node).__name__}`", ""))
    return context.report("P002", node, f"{words} is outside the language", hint)


_OUTSIDE: dict[type[ast.AST], tuple[str, str]] = {
    ast.Attribute: (
        "attribute access",
        "only `step.Op(...).apply(...)` and `list.append(...)` are in",
    ),
    ast.Lambda: ("`lambda`", "declare the function with `def` before the kernel"),
    ast.IfExp: ("a conditional expression", "use `where` in a function, or `Partition` on streams"),
    ast.If: ("`if`", "use `where` in a function, or `Partition` on streams"),
    ast.While: ("`while`", "use `for` over `range`; repetition over data belongs in stream dims"),
    ast.Import: ("`import`", "operators and types need no import"),
    ast.ImportFrom: ("`import`", "operators and types need no import"),
    ast.Compare: ("a comparison", "comparisons belong in functions"),
    ast.BoolOp: ("`and` and `or`", "logic belongs in functions"),
    ast.Starred: ("`*`", "write the arguments out, or pass a list"),
    ast.DictComp: ("a dict", "use a list"),
    ast.Dict: ("a dict", "use a list"),
    ast.Set: ("a set", "use a list"),
    ast.SetComp: ("a set", "use a list"),
    ast.GeneratorExp: ("a generator", "use a list comprehension"),
    ast.JoinedStr: ("a formatted string", ""),
    ast.AugAssign: ("an augmented assignment", "write `x = x + y`"),
    ast.AnnAssign: ("an annotated assignment", "write `x = y`; types are inferred"),
    ast.NamedExpr: ("`:=`", "assign on a line of its own"),
    ast.Await: ("`await`", ""),
    ast.Slice: ("a slice here", ""),
    ast.ClassDef: ("`class`", ""),
    ast.Try: ("`try`", ""),
    ast.With: ("`with`", ""),
    ast.FunctionDef: ("a function inside the kernel", "declare it before the kernel"),
    ast.UnaryOp: ("this operator", "only `-` is in"),
}


def unknown(node: ast.AST, name: str, context: Context) -> Anything:
    """Report N005, A003 or N001 for a name that stands for nothing here."""
    line = context.later().get(name)
    if line is not None:
        return context.report(
            "N005",
            node,
            f"`{name}` is used before it is made on line {line}",
            "move the line up; for a cycle declare `Feedback(...)` first and `Close` it later",
        )
    if name in OPS or name in DERIVED or name in BUILTINS or name in CONSTRUCTORS:
        return context.report(
            "A003", node, f"`{name}` is used without being called", f"write `{name}(...)`"
        )
    hint = context.nearest(name, context.names, SCALARS, INITS, LIBRARY)
    return context.report("N001", node, f"unknown name `{name}`", hint)
