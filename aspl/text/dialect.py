"""The earlier dialect of STeP: `step.Op(parameters).apply(streams)`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from aspl.builder import StreamRef
from aspl.dims import Dim
from aspl.functions.function import Declared, Empty, Fill, Library, Parts
from aspl.ops.shape import Reshape
from aspl.text.context import Context
from aspl.text.given import Arg, Given
from aspl.text.operators import apply_operator
from aspl.text.scope import BuildValue


@dataclass(frozen=True, slots=True)
class Place:
    """A parameter that may be given without its name; what it may be tells it from others."""

    name: str
    kinds: tuple[type, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """How the earlier dialect writes one operator of this language."""

    now: str
    earlier: str
    """An example in the earlier dialect."""
    here: str
    """The same in this language."""
    note: str = ""
    renames: Mapping[str, str] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    groups: bool = False
    """Whether a list of streams is one argument."""
    rewrite: Callable[[Given, Context], Given | None] | None = None
    """What names and places do not do."""

    @property
    def doc(self) -> str:
        """The row of the table in words."""
        return f"`{self.earlier}` is `{self.here}`{self.note and f'; {self.note}'}"


def modern(name: str, parameters: Given, applied: Given, context: Context) -> Given | None:
    """Return the call of this language that an applied operator of the earlier dialect stands for.

    Errors: reports A002 to A004 and returns None.
    """
    spelling = EARLIER.get(name) or Spelling(now=name, earlier="", here="", groups=name in _GROUPS)
    places = _placed(spelling, parameters)
    named: dict[str, Arg] = {}
    for said, arg in (*parameters.named.items(), *places.items(), *applied.named.items()):
        known = spelling.renames.get(said, said)
        if known in named:
            context.report("A002", arg.node, f"`{name}` gets `{said}` twice", "give it once")
            return None
        named[known] = arg
    rest = tuple(arg for arg in parameters.positional if arg not in places.values())
    given = Given(spelling.now, applied.node, (*_streams(spelling, applied), *rest), named)
    return given if spelling.rewrite is None else spelling.rewrite(given, context)


def _placed(spelling: Spelling, parameters: Given) -> dict[str, Arg]:
    """Give each nameless parameter the first free name for a value of its kind."""
    taken: dict[str, Arg] = {}
    for arg in parameters.positional:
        for place in spelling.places:
            said = {place.name, spelling.renames.get(place.name, place.name)}
            free = place.name not in taken and not said & parameters.named.keys()
            if free and isinstance(arg.value, place.kinds) and not isinstance(arg.value, bool):
                taken[place.name] = arg
                break
    return taken


def _streams(spelling: Spelling, applied: Given) -> tuple[Arg, ...]:
    """Take tuples of streams apart, and lists too where no operand is a list."""
    args = applied.positional
    if spelling.groups and len(args) > 1:
        return args
    return tuple(
        part for arg in args for part in _spread(arg, whole=spelling.groups and _is_flat(arg.value))
    )


def _is_flat(value: BuildValue) -> bool:
    """Whether a value is a list of streams, none of them in a list of its own."""
    return isinstance(value, list) and not any(isinstance(each, list | tuple) for each in value)


def _spread(arg: Arg, *, whole: bool) -> tuple[Arg, ...]:
    if whole or not isinstance(arg.value, list | tuple):
        return (arg,)
    parts = arg.node.elts if isinstance(arg.node, ast.List | ast.Tuple) else ()
    nodes = parts if len(parts) == len(arg.value) else [arg.node] * len(arg.value)
    return tuple(map(Arg, arg.value, nodes))


def _merged_dims(given: Given, context: Context) -> Given | None:
    named = dict(given.named)
    dims = named.pop("L", None)
    if dims is None:
        return given
    found = _integers(dims.value)
    if len(found) < 2 or sorted(found) != list(range(min(found), max(found) + 1)):
        context.report(
            "A004",
            dims.node,
            "expected two or more neighbouring dims for `L` of `Flatten`",
            "write for example `L=[0, 1]`, the innermost dim is 0",
        )
        return None
    named["low"], named["high"] = Arg(min(found), dims.node), Arg(max(found), dims.node)
    return replace(given, named=named)


def _split_dims(given: Given, context: Context) -> Given | None:
    """Split the dims `L` into chunks of `S`, one dim at a time, outermost first."""
    named = dict(given.named)
    dims, sizes = named.pop("L", None), named.pop("S", None)
    if sizes is None:
        return given if dims is None else replace(given, named={**named, "rank": dims})
    ranks = [Arg(0, sizes.node)] if dims is None else _parts(dims)
    chunks = _parts(sizes)
    found = _integers([rank.value for rank in ranks])
    if not ranks or len(ranks) != len(chunks) or len(set(found)) != len(ranks):
        context.report(
            "A004",
            sizes.node,
            f"expected one `S` of `Reshape` for each `L`, got {len(chunks)} for {len(ranks)} dims",
            "write for example `L=[0, 2], S=[4, 8]`, the innermost dim is 0",
        )
        return None
    steps = sorted(zip(found, ranks, chunks, strict=True), key=lambda step: -step[0])
    for place, (_, rank, chunk) in enumerate(steps):
        split = replace(given, named={**named, "rank": rank, "chunk": chunk})
        if place == len(steps) - 1:
            return split
        # an outer dim is split first, so that the numbers of the inner ones stay
        made = apply_operator(Reshape, split, context, None)
        given = replace(given, positional=(Arg(made, given.node),))
    return None


def _whole_buffer(given: Given, context: Context) -> Given | None:
    for name in ("a", "b"):
        if name in given.named:
            context.report(
                "N004",
                given.named[name].node,
                f"`Streamify` has no parameter `{name}`",
                "it reads every stored dim; store the inner ones again with `Bufferize`",
            )
            return None
    return given


def _control_last(given: Given, context: Context) -> Given | None:
    """Accept the inputs of a `Merge` as a list on either side of the control, or one by one."""
    named = dict(given.named)
    count = named.pop("N", None)
    groups = [arg for arg in given.positional if isinstance(arg.value, list | tuple)]
    if len(groups) == 2:
        # of two lists, the one that holds a single stream is the control
        groups.sort(key=lambda arg: len(_parts(arg)) == 1)
        groups[1:] = _parts(groups[1])
    args = (*groups, *(arg for arg in given.positional if not isinstance(arg.value, list | tuple)))
    streams = sum(_streams_in(arg.value) for arg in args) - ("control" not in named)
    if count is not None and isinstance(count.value, int) and streams != count.value:
        context.report(
            "A004",
            count.node,
            f"expected {count.value} inputs of `Merge` and a control, got {streams} inputs",
            "give as many inputs as `N` says, or leave `N` out",
            facts=(("expected", str(count.value)), ("got", str(streams))),
        )
        return None
    return Given(given.name, given.node, args, named)


def _streams_in(value: BuildValue) -> int:
    if isinstance(value, list | tuple):
        return sum(map(_streams_in, value))
    return 1


def _parts(arg: Arg) -> list[Arg]:
    return list(_spread(arg, whole=False))


def _integers(value: BuildValue) -> list[int]:
    if not isinstance(value, list | tuple):
        return []
    return [each for each in value if isinstance(each, int) and not isinstance(each, bool)]
