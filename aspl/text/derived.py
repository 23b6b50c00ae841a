"""Operators that are written as one and built as several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

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
    build: Callable[[Given, Context], BuildValue]


def _merge(given: Given, context: Context) -> BuildValue:
    kept = {name: arg for name, arg in given.named.items() if name not in ("fn", "init")}
    collected = apply_operator(Reassemble, replace(given, named=kept), context, None)
    folds = {name: arg for name, arg in given.named.items() if name in ("fn", "init")}
    if isinstance(collected, Anything):
        return ANYTHING
    fold = Given(given.name, given.node, (Arg(collected, given.node),), folds)
    return apply_operator(Accum, fold, context, None)


def _copy(given: Given, context: Context) -> BuildValue:
    count = {"n": Arg(2, given.node)} if "n" not in given.named else {}
    return apply_operator(Broadcast, replace(given, named={**given.named, **count}), context, None)


def _repeat_ref(given: Given, context: Context) -> BuildValue:
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
        Derived("Copy", "Make two copies of a stream.", ("n",), "Broadcast(x, n=2)", _copy),
        Derived(
            "RepeatRef",
            "Repeat each element once for every element of the innermost dim of `ref`.",
            (),
            "Expand(Promote(x, rank=0), ref, rank=1)",
            _repeat_ref,
        ),
    )
}
