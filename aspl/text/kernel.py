"""The body of a kernel, statement by statement; loops are unrolled."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from aspl.builder import StreamRef
from aspl.diagnostics import Span
from aspl.text.bind import assign
from aspl.text.context import Context
from aspl.text.evaluate import evaluate, iterable
from aspl.text.given import Arg
from aspl.text.operands import streams_in
from aspl.text.outside import outside
from aspl.text.scope import ANYTHING, Anything, BuildValue, describe


@dataclass(slots=True)
class Returned:
    """The streams that a body returns, and where each is named."""

    refs: list[StreamRef] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    found: bool = False
    good: bool = True


def run_body(body: Sequence[ast.stmt], context: Context) -> Returned:
    """Build the operators of a kernel's body and return its results."""
    returned = Returned()
    for statement in body:
        if returned.found:
            context.report("P008", statement, "a statement follows `return`", "remove it")
            break
        known, first = len(context.findings), context.builder.stream_count
        if isinstance(statement, ast.Return):
            _return(statement, returned, context)
            if len(context.findings) > known:
                _excuse(statement, first, context)
        else:
            _statement(statement, context)
    return returned


def names_bound(body: Sequence[ast.stmt]) -> dict[str, int]:
    """Return every name that the body binds for good, with the first line that does."""
    found: dict[str, int] = {}
    passing: set[ast.AST] = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.comprehension):
                passing.update(ast.walk(node.target))
        for node in ast.walk(statement):
            if not isinstance(node, ast.Name) or node in passing:
                continue
            if isinstance(node.ctx, ast.Store):
                found[node.id] = min(found.get(node.id, node.lineno), node.lineno)
    return found


def _statement(statement: ast.stmt, context: Context) -> None:
    known, first = len(context.findings), context.builder.stream_count
    _run(statement, context)
    if len(context.findings) > known and not isinstance(statement, ast.For):
        _excuse(statement, first, context)


def _excuse(statement: ast.stmt, first: int, context: Context) -> None:
    """Let the streams that a wrong statement names or makes count as read: mended, it may."""
    context.builder.excuse(map(StreamRef, range(first, context.builder.stream_count)))
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and node.id in context.names:
            context.builder.excuse(streams_in(Arg(context.names[node.id], node), context))


def _run(statement: ast.stmt, context: Context) -> None:
    context.spend(statement)
    match statement:
        case ast.Assign(targets=[target], value=value):
            count = len(target.elts) if isinstance(target, ast.Tuple | ast.List) else None
            assign(target, evaluate(value, context, count), context)
        case ast.Assign(targets=targets, value=value):
            context.report(
                "P002", statement, "`a = b = c` is outside the language", "assign one by one"
            )
            # one finding is enough: what follows is read as if this were right
            made = evaluate(value, context)
            for target in targets:
                assign(target, made, context)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            outside(statement, context)
            assign(target, evaluate(value, context), context)
        case ast.Expr(value=value):
            _expression(value, context)
        case ast.For():
            _loop(statement, context)
        case ast.Pass():
            pass
        case ast.Return():
            context.report(
                "P002",
                statement,
                "`return` inside a loop is outside the language",
                "return at the end",
            )
        case _:
            outside(statement, context)


def _expression(value: ast.expr, context: Context) -> None:
    match value:
        case ast.Constant(value=str()):
            return
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append")) if (
            name in context.names
        ):
            _append(name, value, context)
        case ast.Call():
            evaluate(value, context)
        case _:
            context.report(
                "P002", value, "an expression without effect is outside the language", "remove it"
            )


def _append(name: str, call: ast.Call, context: Context) -> None:
    items = context.names[name]
    if isinstance(items, Anything):
        return
    if not isinstance(items, list) or len(call.args) != 1 or call.keywords:
        context.report(
            "A003", call, f"`append` adds one value to a list, and `{name}` is {describe(items)}"
        )
        return
    value = evaluate(call.args[0], context)
    if context.owned.get(name) is not items:
        # a new list, so that other names keep theirs; until one reads it, it may grow in place
        context.spend(call, len(items))
        items = context.owned[name] = context.names[name] = list(items)
    items.append(value)


def _loop(loop: ast.For, context: Context) -> None:
    if loop.orelse:
        context.report(
            "P002", loop.orelse[0], "`else` of a loop is outside the language", "write it below"
        )
    items = iterable(loop.iter, context)
    if items is None:
        _forget(loop, context)
        return
    for item in items:
        assign(loop.target, item, context)
        for statement in loop.body:
            _statement(statement, context)


def _forget(loop: ast.For, context: Context) -> None:
    """Make poison of all that a loop would have made: over what it runs is wrong, and reported."""
    for node in ast.walk(loop):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                context.names[name] = ANYTHING
            case ast.Attribute(value=ast.Name(id=name), attr="append"):
                context.names[name] = ANYTHING


def _return(statement: ast.Return, returned: Returned, context: Context) -> None:
    returned.found = True
    if statement.value is None:
        return
    value = evaluate(statement.value, context)
    nodes = statement.value.elts if isinstance(statement.value, ast.Tuple | ast.List) else []
    values: Sequence[BuildValue] = value if isinstance(value, list | tuple) else [value]
    if value is None:
        return
    for place, each in enumerate(values):
        node = nodes[place] if len(nodes) == len(values) else statement.value
        if isinstance(each, StreamRef):
            returned.refs.append(each)
            returned.spans.append(context.span(node))
            continue
        returned.good = False
        if not isinstance(each, Anything):
            context.report("A003", node, f"expected a stream to return, got {describe(each)}")
