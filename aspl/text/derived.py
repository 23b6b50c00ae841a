"""Operators that are written as one and built as several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from aspl.functions.function import Declared, Empty, Fill, Library, Parts
from aspl.ops.higher import Accum
from aspl.ops.routing import Broadcast, Reassemble
from aspl.ops.shape import Expand, Promote
from aspl.text.context import Context
from aspl.text.given import Arg, Given
from aspl.text.operators import apply_operator
from aspl.text.scope import ANYTHING, Anything, BuildValue


@dataclass(frozen=True, slots=True)
class Derived:
    """An operator that is written as one and built as several."""

    name: str
    doc: str
    parameters: tuple[str, ...]
    expansion: str
    """What it stands for, in the language."""
    build: Callable[[Given, Context, int | None], BuildValue]
    """Takes the call and the number of names that it is unpacked to."""


def _merge(given: Given, context: Context, targets: int | None) -> BuildValue:
    streams = tuple(arg for arg in given.positional if not _is_of_fold(arg.value))
    functions = tuple(arg for arg in given.positional if _is_of_fold(arg.value))
    kept = {name: arg for name, arg in given.named.items() if name not in ("fn", "init")}
    folds = {name: arg for name, arg in given.named.items() if name in ("fn", "init")}
    collect = replace(given, positional=streams, named=kept)
    collected = apply_operator(Reassemble, collect, context, None)
    if isinstance(collected, Anything):
        return ANYTHING
    fold = replace(given, positional=(Arg(collected, given.node), *functions), named=folds)
    return apply_operator(Accum, fold, context, None)


def _is_of_fold(value: BuildValue) -> bool:
    return isinstance(value, Declared | Library | Fill | Empty | Parts)


def _copy(given: Given, context: Context, targets: int | None) -> BuildValue:
    has_count = "n" in given.named or len(given.positional) > 1
    # a single name takes the list of both
    count = {} if has_count else {"n": Arg(max(targets or 2, 2), given.node)}
    return apply_operator(Broadcast, replace(given, named={**given.named, **count}), context, None)


def _repeat_ref(given: Given, context: Context, targets: int | None) -> BuildValue:
    bound = given.bind(("x", "ref"), 2, context)
    if bound is None:
        return ANYTHING
    promote = Given(given.name, given.node, (bound["x"],), {})
    inner = apply_operator(Promote, promote, context, None)
    expand = Given(given.name, given.node, (Arg(inner, bound["x"].node), bound["ref"]), {})
    return apply_operator(Expand, expand, context, None)


DERIVED: dict[str, Derived] = {
    each.name: each
    for each in (
        Derived(
            "Merge",
            "Collect for each selector the elements of the inputs that it names, and fold them "
            "into one; a selector that names none gives the initial state.",
            ("fn", "init"),
            "Accum(Reassemble(inputs, control), fn=fn, init=init, rank=1)",
            _merge,
        ),
        Derived(
            "Copy",
            "Make two copies of a stream, or as many as there are names for them.",
            ("n",),
            "Broadcast(x, n=2)",
            _copy,
        ),
        Derived(
            "RepeatRef",
            "Repeat each element once for every element of the innermost dim of `ref`.",
            (),
            "Expand(Promote(x, rank=0), ref, rank=1)",
            _repeat_ref,
        ),
    )
}
