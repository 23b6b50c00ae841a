"""Which arguments of an operator's call are the streams that it reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from aspl.builder import StreamRef
from aspl.ops.base import Op, Operand
from aspl.text.context import Context
from aspl.text.given import Arg, Given
from aspl.text.scope import Anything, BuildValue, describe


@dataclass(slots=True)
class Bound:
    """The streams bound so far, the arguments left over, and whether all is well."""

    refs: list[tuple[StreamRef, Arg]] = field(default_factory=list)
    rest: list[Arg] = field(default_factory=list)
    good: bool = True


def bind_operands(op: type[Op], given: Given, context: Context) -> Bound:
    """Give every operand its streams; what is no stream is left for the parameters.

    Errors: reports A001 for a missing stream and A003 for what is none.
    """
    bound = Bound(rest=list(given.positional))
    for place, operand in enumerate(op.operands):
        needed_after = sum(later.arity == "one" for later in op.operands[place + 1 :])
        args = _take(operand, given, bound, needed_after, context)
        before = len(bound.refs)
        for arg in args:
            _add(arg, operand, given, bound, context)
        _count(operand, len(bound.refs) - before, args, given, bound, context)
    return bound


def streams_in(arg: Arg, context: Context) -> list[StreamRef]:
    """Return the streams in an argument, lists included."""
    return [each for each in _parts(arg, context) if isinstance(each, StreamRef)]


def _is_streamish(arg: Arg, context: Context) -> bool:
    return any(isinstance(each, StreamRef | Anything) for each in _parts(arg, context))


def _parts(arg: Arg, context: Context) -> Iterator[BuildValue]:
    """Walk what lists hold; one list in several places, which may double at every level, once."""
    waiting, seen = [arg.value], set[int]()
    while waiting:
        value = waiting.pop()
        if not isinstance(value, list | tuple):
            yield value
        elif id(value) not in seen:
            seen.add(id(value))
            context.spend(arg.node, len(value))
            waiting.extend(reversed(value))


def _take(
    operand: Operand, given: Given, bound: Bound, needed_after: int, context: Context
) -> list[Arg]:
    if operand.name in given.named:
        return [given.named[operand.name]]
    streams = [arg for arg in bound.rest if _is_streamish(arg, context)]
    if operand.arity == "many" and streams and not isinstance(streams[0].value, list | tuple):
        named_after = needed_after and "control" in given.named
        taken = streams[: len(streams) - (0 if named_after else needed_after)] or streams[:1]
    else:
        taken = streams[:1]
    if not taken and operand.arity != "optional":
        taken = bound.rest[:1]
    # by identity: lists may be equal, and slow to compare
    places = set(map(id, taken))
    bound.rest = [arg for arg in bound.rest if id(arg) not in places]
    return taken


def _add(arg: Arg, operand: Operand, given: Given, bound: Bound, context: Context) -> None:
    listed = operand.arity == "many" and isinstance(arg.value, list | tuple)
    values = list(arg.value) if listed and isinstance(arg.value, list | tuple) else [arg.value]
    for value in values:
        if isinstance(value, StreamRef):
            bound.refs.append((value, arg))
            continue
        if value is None and operand.arity == "optional":
            continue
        bound.good = False
        if not isinstance(value, Anything):
            context.report(
                "A003",
                arg.node,
                f"expected a stream for `{operand.name}` of `{given.name}`, got {describe(value)}",
                facts=(("expected", "a stream"), ("got", describe(value))),
            )


def _count(
    operand: Operand, got: int, args: list[Arg], given: Given, bound: Bound, context: Context
) -> None:
    if operand.arity == "optional" or got >= operand.low or not bound.good:
        return
    bound.good = False
    what = "a stream" if operand.low == 1 else f"{operand.low} streams"
    context.report(
        "A001",
        args[0].node if args else given.node,
        f"`{given.name}` needs {what} for `{operand.name}`, got {got}",
        _hint(given),
        facts=(("expected", str(operand.low)), ("got", str(got))),
    )


def _hint(given: Given) -> str:
    if isinstance(given.node.func, ast.Attribute) and given.node.func.attr != "apply":
        return f"write `step.{given.name}(...).apply(x)`, at once"
    return f"`aspl ops {given.name}` shows an example"
