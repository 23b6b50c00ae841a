"""Names bound to build-time values, tuple targets too."""

from __future__ import annotations

import ast

from aspl.builder import StreamRef
from aspl.text.context import Context
from aspl.text.outside import RESERVED, VALUES, outside
from aspl.text.scope import ANYTHING, Anything, BuildValue, describe


def assign(target: ast.expr, value: BuildValue, context: Context) -> None:
    """Bind a name, or several to the parts of a value."""
    match target:
        case ast.Name():
            _bind(target, value, context)
        case ast.Tuple() | ast.List():
            _unpack(target, value, context)
        case _:
            outside(target, context)


def _bind(target: ast.Name, value: BuildValue, context: Context) -> None:
    if target.id in RESERVED:
        context.report(
            "P009", target, f"`{target.id}` is a name of the language", "pick another name"
        )
        if target.id not in VALUES:
            return
    if isinstance(value, StreamRef):
        context.builder.rename(value, target.id, context.span(target))
    context.names[target.id] = value


def _unpack(target: ast.Tuple | ast.List, value: BuildValue, context: Context) -> None:
    count = len(target.elts)
    if isinstance(value, Anything):
        parts: list[BuildValue] = [ANYTHING] * count
    elif not isinstance(value, list | tuple):
        context.report("P012", target, f"expected {count} values, got {describe(value)}")
        parts = [ANYTHING] * count
    elif len(value) != count:
        context.report(
            "P012",
            target,
            f"expected {count} values, got {len(value)}",
            f"name all {len(value)}",
            facts=(("expected", str(count)), ("got", str(len(value)))),
        )
        parts = [*value[:count], *[ANYTHING] * count][:count]
    else:
        parts = list(value)
    for each, part in zip(target.elts, parts, strict=True):
        assign(each, part, context)
