"""The earlier dialect of STeP: `step.Op(parameters).apply(streams)`, dims written innermost first."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aspl.text.context import Context
from aspl.text.given import Arg, Given
from aspl.text.scope import BuildValue


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the earlier dialect writes one operator of this language."""

    now: str
    doc: str
    renames: Mapping[str, str] = field(default_factory=dict)
    rewrite: Callable[[Given, Context], Given | None] | None = None
    """What renaming parameters does not do."""


def modern(spelling: Spelling, parameters: Given, applied: Given, context: Context) -> Given | None:
    """Return the call of this language that an applied operator of the earlier dialect stands for.

    Errors: reports A003 or A004 and returns None.
    """
    named = {spelling.renames.get(name, name): arg for name, arg in parameters.named.items()}
    streams = tuple(each for arg in applied.positional for each in _spread(arg))
    given = Given(
        spelling.now,
        applied.node,
        (*streams, *parameters.positional),
        {**named, **applied.named},
    )
    return given if spelling.rewrite is None else spelling.rewrite(given, context)


def _spread(arg: Arg) -> tuple[Arg, ...]:
    """Take a tuple of streams apart; a list is one argument, the inputs of a `Merge`."""
    if not isinstance(arg.value, tuple):
        return (arg,)
    nodes = arg.node.elts if isinstance(arg.node, ast.Tuple) else [arg.node] * len(arg.value)
    return tuple(map(Arg, arg.value, nodes))


def _merged_dims(given: Given, context: Context) -> Given | None:
    named = dict(given.named)
    dims = named.pop("L", None)
    if dims is None:
        return given
    found = _integers(dims.value)
    if not found or sorted(found) != list(range(min(found), max(found) + 1)) or len(found) < 2:
        context.report(
            "A004",
            dims.node,
            "expected neighbouring dims for `L` of `Flatten`",
            "write for example `L=[0, 1]`, the innermost dim is 0",
        )
        return None
    named["low"], named["high"] = Arg(min(found), dims.node), Arg(max(found), dims.node)
    return Given(given.name, given.node, given.positional, named)


def _split_dim(given: Given, context: Context) -> Given | None:
    named = dict(given.named)
    for old, new in (("L", "rank"), ("S", "chunk")):
        arg = named.pop(old, None)
        if arg is None:
            continue
        values = arg.value if isinstance(arg.value, list | tuple) else [arg.value]
        if len(values) != 1:
            context.report(
                "A004",
                arg.node,
                f"expected one entry for `{old}` of `Reshape`, got {len(values)}",
                "split one dim at a time",
            )
            return None
        named[new] = Arg(values[0], arg.node)
    return Given(given.name, given.node, given.positional, named)


def _control_last(given: Given, context: Context) -> Given | None:
    """Accept the inputs of a `Merge` as a list on either side of the control, or one by one."""
    named = {name: arg for name, arg in given.named.items() if name != "N"}
    args = list(given.positional)
    lists = [arg for arg in args if isinstance(arg.value, list)]
    if len(lists) == 1:
        args = [*lists, *(arg for arg in args if arg not in lists)]
    return Given(given.name, given.node, tuple(args), named)


def _integers(value: BuildValue) -> list[int]:
    if not isinstance(value, list | tuple):
        return []
    return [each for each in value if isinstance(each, int)]


_RANK = {"a": "rank", "b": "rank"}

EARLIER: dict[str, Spelling] = {
    "Map": Spelling("Map", "`step.Map(fn=f).apply(x)` is `Map(x, fn=f)`"),
    "Accum": Spelling("Accum", "`b` is `rank`; the initial state stands in the fold", _RANK),
    "Scan": Spelling("Scan", "`b` is `rank`; the initial state stands in the fold", _RANK),
    "Zip": Spelling("Zip", "`step.Zip().apply((x, y))` is `Zip(x, y)`"),
    "Bufferize": Spelling("Bufferize", "`a` is `rank`", _RANK),
    "Streamify": Spelling("Streamify", "reads every stored dim"),
    "Promote": Spelling("Promote", "`b` is `rank`", _RANK),
    "Flatten": Spelling("Flatten", "`L=[i, .., j]` is `low=i, high=j`", {}, _merged_dims),
    "Reshape": Spelling("Reshape", "`L=[i], S=[s]` is `rank=i, chunk=s`", {}, _split_dim),
    "Repeat": Spelling("Repeat", "`n` is `n`"),
    "RepeatRef": Spelling("RepeatRef", "is `Expand(Promote(x, rank=0), ref, rank=1)`"),
    "Copy": Spelling("Copy", "is `Broadcast(x, n=2)`"),
    "Partition": Spelling("Partition", "`N` is `n`; the control comes last", {"N": "n"}),
    "Merge": Spelling(
        "Merge",
        "is `Accum(Reassemble(inputs, control), fn=f, rank=1)`; the control comes last",
        {},
        _control_last,
    ),
}
"""The whole mapping; every other operator keeps its name, and `.apply` gives it its streams."""
