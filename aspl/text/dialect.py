"""The earlier dialect of STeP: `step.Op(parameters).apply(streams)`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from aspl.dims import Dim
from aspl.functions.function import Declared, Empty, Fill, Library, Parts
from aspl.ops.shape import Reshape
from aspl.text.context import Context
from aspl.text.given import Arg, Given
from aspl.text.operators import apply_operator
from aspl.text.scope import Anything, BuildValue


@dataclass(frozen=True, slots=True)
class Place:
    """A parameter that may be given without its name; the kind of its value tells which it is."""

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
    """Whether some of the streams may stand in a list of their own."""
    rewrite: Callable[[Given, Context], Given | None] | None = None
    """What names and places do not do."""

    @property
    def doc(self) -> str:
        """The mapping in one sentence."""
        return f"`{self.earlier}` is `{self.here}`{self.note and f'; {self.note}'}"


def modern(name: str, parameters: Given, applied: Given, context: Context) -> Given | None:
    """Return the call of this language that an applied operator of the earlier dialect stands for.

    Errors: reports A002, A004 or N004 and returns None.
    """
    spelling = EARLIER.get(name) or Spelling(now=name, earlier="", here="", groups=name in _GROUPS)
    placed = _placed(spelling, parameters)
    named: dict[str, Arg] = {}
    for said, arg in (*parameters.named.items(), *placed.items(), *applied.named.items()):
        known = spelling.renames.get(said, said)
        if known in named:
            context.report("A002", arg.node, f"`{name}` gets `{said}` twice", "give it once")
            return None
        named[known] = arg
    rest = tuple(arg for arg in parameters.positional if arg not in placed.values())
    streams = _streams(applied.positional, groups=spelling.groups)
    given = Given(spelling.now, applied.node, (*streams, *rest), named)
    return given if spelling.rewrite is None else spelling.rewrite(given, context)


def _placed(spelling: Spelling, parameters: Given) -> dict[str, Arg]:
    """Give each nameless parameter the first free name for a value of its kind."""
    taken: dict[str, Arg] = {}
    for arg in parameters.positional:
        for place in spelling.places:
            if place.name not in taken and isinstance(arg.value, place.kinds):
                taken[place.name] = arg
                break
    return taken


def _streams(args: tuple[Arg, ...], *, groups: bool) -> tuple[Arg, ...]:
    """Take tuples and lists of streams apart, but not the groups among several arguments."""
    if groups and len(args) > 1:
        return args
    return tuple(part for arg in args for part in _parts(arg))


def _parts(arg: Arg) -> tuple[Arg, ...]:
    if not isinstance(arg.value, list | tuple):
        return (arg,)
    written = arg.node.elts if isinstance(arg.node, ast.List | ast.Tuple) else []
    nodes = written if len(written) == len(arg.value) else [arg.node] * len(arg.value)
    return tuple(map(Arg, arg.value, nodes))


def _merged_dims(given: Given, context: Context) -> Given | None:
    named = dict(given.named)
    dims = named.pop("L", None)
    if dims is None:
        return given
    parts = _parts(dims)
    if any(isinstance(part.value, Anything) for part in parts):
        return None
    found = _integers(parts)
    neighbours = len(found) == len(parts) == len(set(found))
    if len(found) < 2 or not neighbours or max(found) - min(found) != len(found) - 1:
        context.report(
            "A004",
            dims.node,
            "expected two or more neighbouring dims for `L` of `Flatten`",
            "write for example `L=[0, 1]`, the innermost dim is 0",
        )
        return None
    named["min"], named["max"] = Arg(min(found), dims.node), Arg(max(found), dims.node)
    return replace(given, named=named)


def _split_dims(given: Given, context: Context) -> Given | None:
    """Split each dim of `L` into chunks of its `S`."""
    named = dict(given.named)
    ranks = _parts(named.pop("L")) if "L" in named else ()
    chunks = _parts(named.pop("S")) if "S" in named else ()
    if len(ranks) < 2 and len(chunks) < 2:
        named |= dict(zip(("rank",), ranks, strict=False))
        named |= dict(zip(("chunk",), chunks, strict=False))
        return replace(given, named=named)
    if any(isinstance(part.value, Anything) for part in (*ranks, *chunks)):
        return None
    found = _integers(ranks)
    if len(ranks) != len(chunks) or len(set(found)) != len(ranks):
        context.report(
            "A004",
            given.node,
            f"expected one chunk `S` of `Reshape` for each dim of `L`, got {len(chunks)} for "
            f"{len(ranks)}",
            "write for example `L=[0, 2], S=[4, 8]`, the innermost dim is 0",
        )
        return None
    # the outermost is split first, so that the numbers of the others stay
    for rank, chunk in sorted(zip(found, chunks, strict=True), reverse=True)[:-1]:
        outer = {**named, "rank": Arg(rank, given.node), "chunk": chunk}
        made = apply_operator(Reshape, replace(given, named=outer), context, None)
        given = replace(given, positional=(Arg(made, given.node),))
    inner = {"rank": Arg(min(found), given.node), "chunk": chunks[found.index(min(found))]}
    return replace(given, named={**named, **inner})


def _whole_buffers(given: Given, context: Context) -> Given | None:
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
    groups = [arg for arg in given.positional if isinstance(arg.value, list | tuple)]
    single = [arg for arg in given.positional if not isinstance(arg.value, list | tuple)]
    if len(groups) == 2:
        # of two lists, the one that holds a single stream is the control
        groups.sort(key=lambda arg: len(_parts(arg)) == 1)
        single = [*_parts(groups.pop()), *single]
    args = (*groups, *single)
    count = named.pop("N", None)
    known = "inputs" not in named and not any(isinstance(arg.value, Anything) for arg in args)
    if count is not None and known:
        got = len(_streams(tuple(groups), groups=False)) + len(single) - ("control" not in named)
        if isinstance(count.value, int) and got != count.value:
            context.report(
                "A004",
                count.node,
                f"expected {count.value} inputs of `Merge`, got {got}",
                "give as many inputs as `N` says, then the control",
                facts=(("expected", str(count.value)), ("got", str(got))),
            )
            return None
    return replace(given, positional=args, named=named)


def _integers(args: tuple[Arg, ...]) -> list[int]:
    values: list[BuildValue] = [arg.value for arg in args]
    return [each for each in values if isinstance(each, int) and not isinstance(each, bool)]


_FUNCTION = (Declared, Library)
_COUNT = (int, Dim)
_LIST = (list, tuple)
_INIT = (Fill, Empty, Parts, float, tuple)

_RANK = {"a": "rank", "b": "rank"}
_N = {"N": "n"}
_FOLD = (Place("fn", _FUNCTION), Place("b", _COUNT), Place("init", _INIT))
_STATE = "the initial state stands in the fold, or in `init`"

_GROUPS = frozenset(("Reassemble", "EagerMerge"))

EARLIER: dict[str, Spelling] = {
    "Map": Spelling(
        now="Map",
        earlier="step.Map(fn=f).apply(x)",
        here="Map(x, fn=f)",
        places=(Place("fn", _FUNCTION),),
    ),
    "Accum": Spelling(
        now="Accum",
        earlier="step.Accum(fn=f, b=1).apply(x)",
        here="Accum(x, fn=f, rank=1)",
        note=_STATE,
        renames=_RANK,
        places=_FOLD,
    ),
    "Scan": Spelling(
        now="Scan",
        earlier="step.Scan(fn=f, b=1).apply(x)",
        here="Scan(x, fn=f, rank=1)",
        note=_STATE,
        renames=_RANK,
        places=_FOLD,
    ),
    "Zip": Spelling(now="Zip", earlier="step.Zip().apply((x, y))", here="Zip(x, y)"),
    "Bufferize": Spelling(
        now="Bufferize",
        earlier="step.Bufferize(a=2).apply(x)",
        here="Bufferize(x, rank=2)",
        renames=_RANK,
        places=(Place("a", _COUNT),),
    ),
    "Streamify": Spelling(
        now="Streamify",
        earlier="step.Streamify().apply(x)",
        here="Streamify(x)",
        note="it reads every stored dim",
        rewrite=_whole_buffers,
    ),
    "Promote": Spelling(
        now="Promote",
        earlier="step.Promote(b=1).apply(x)",
        here="Promote(x, rank=1)",
        note="the new dim is number `b`, counted from the innermost",
        renames=_RANK,
        places=(Place("b", _COUNT),),
    ),
    "Flatten": Spelling(
        now="Flatten",
        earlier="step.Flatten(L=[0, 1, 2]).apply(x)",
        here="Flatten(x, min=0, max=2)",
        places=(Place("L", _LIST),),
        rewrite=_merged_dims,
    ),
    "Reshape": Spelling(
        now="Reshape",
        earlier="step.Reshape(L=[0, 1], S=[4, 8]).apply(x)",
        here="Reshape(Reshape(x, rank=1, chunk=8), rank=0, chunk=4)",
        note="an inner dim of the extent in `S` for each dim in `L`",
        places=(Place("L", _LIST + _COUNT), Place("S", _LIST + _COUNT)),
        rewrite=_split_dims,
    ),
    "Repeat": Spelling(
        now="Repeat",
        earlier="step.Repeat(n=4).apply(x)",
        here="Repeat(x, n=4)",
        renames=_N,
        places=(Place("n", _COUNT),),
    ),
    "RepeatRef": Spelling(
        now="RepeatRef",
        earlier="step.RepeatRef().apply((x, ref))",
        here="Expand(Promote(x, rank=0), ref, rank=1)",
    ),
    "Copy": Spelling(
        now="Copy",
        earlier="step.Copy().apply(x)",
        here="Broadcast(x, n=2)",
        renames=_N,
        places=(Place("n", _COUNT),),
    ),
    "Partition": Spelling(
        now="Partition",
        earlier="step.Partition(N=2).apply((x, control))",
        here="Partition(x, control, n=2)",
        renames=_N,
        places=(Place("n", _COUNT),),
    ),
    "Merge": Spelling(
        now="Merge",
        earlier="step.Merge(fn=f).apply(((x, y), control))",
        here="Accum(Reassemble([x, y], control), fn=f, rank=1)",
        note="the inputs are a tuple or list, or stand before the control one by one",
        places=(Place("fn", _FUNCTION), Place("N", _COUNT), Place("init", _INIT)),
        groups=True,
        rewrite=_control_last,
    ),
}
"""The whole mapping; every other operator keeps its name, and `.apply` gives it its streams."""
