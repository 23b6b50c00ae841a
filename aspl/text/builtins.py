"""What a program may call besides operators, types and functions: loops, extents, declarations."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from aspl.builder import StreamRef
from aspl.dims import Dim, ExtentTooLarge, Kind, ceil_div, extent, some
from aspl.functions.function import Empty, Fill
from aspl.text.context import MAX_WEIGHT, Context
from aspl.text.convert import as_dim
from aspl.text.given import Arg, Given
from aspl.text.scope import (
    ANYTHING,
    Anything,
    BuildValue,
    Declaration,
    ParameterDeclaration,
    describe,
)
from aspl.text.type_names import CONSTRUCTORS, is_type
from aspl.types import Buffer, Element, Index, Scalar, Selector, Tensor, Tile, Tuple

INITS: dict[str, Fill | Empty] = {
    "zeros": Fill(0.0),
    "ones": Fill(1.0),
    "lowest": Fill(-math.inf),
    "empty": Empty(),
}
"""Initial values by name; `zeros(T)` gives the type of the state too."""

DEFAULT_DRAW = 8
"""The value of `DynamicDim()` and `RaggedDim()`: what random inputs take, or take at most."""

CONSTANTS: dict[str, float] = {"inf": math.inf}


def _range(given: Given, context: Context) -> BuildValue:
    if given.named or not 1 <= len(given.positional) <= 3:
        context.report("A002", given.node, "`range` takes one to three integers")
        return ANYTHING
    found = [context.integer(arg.value, arg.node, "`range`") for arg in given.positional]
    whole = [each for each in found if each is not None]
    if len(whole) != len(found):
        return ANYTHING
    if len(whole) == 3 and whole[2] == 0:
        context.report("P011", given.node, "the step of `range` is 0")
        return ANYTHING
    places = range(*whole)
    # `len` fails beyond a machine word
    context.spend(given.node, (places[-1] - places[0]) // places.step + 1 if places else 0)
    return list(places)


def _listed(arg: Arg, given: Given, context: Context) -> list[BuildValue] | None:
    if isinstance(arg.value, list | tuple):
        return list(arg.value)
    if not isinstance(arg.value, Anything):
        context.report(
            "A003", arg.node, f"`{given.name}` expects a list, got {describe(arg.value)}"
        )
    return None


def _lists(
    given: Given, context: Context, most: int | None = None
) -> list[list[BuildValue]] | None:
    if given.named or not given.positional:
        what = "lists" if most is None else "a list"
        context.report("A001", given.node, f"`{given.name}` expects {what}")
        return None
    if most is not None and len(given.positional) > most:
        given.report_surplus(most, context)
        return None
    found = [_listed(arg, given, context) for arg in given.positional]
    lists = [each for each in found if each is not None]
    context.spend(given.node, sum(map(len, lists)))
    return lists if len(lists) == len(found) else None


def _zip(given: Given, context: Context) -> BuildValue:
    lists = _lists(given, context)
    if lists is None:
        return ANYTHING
    if len({len(each) for each in lists}) > 1:
        sizes = ", ".join(str(len(each)) for each in lists)
        context.report("P011", given.node, f"`zip` expects lists of one length, got {sizes}")
        return ANYTHING
    return list(zip(*lists, strict=True))


def _enumerate(given: Given, context: Context) -> BuildValue:
    lists = _lists(given, context, 1)
    return ANYTHING if lists is None else list(enumerate(lists[0]))


def _reversed(given: Given, context: Context) -> BuildValue:
    lists = _lists(given, context, 1)
    return ANYTHING if lists is None else lists[0][::-1]


def _len(given: Given, context: Context) -> BuildValue:
    lists = _lists(given, context, 1)
    return ANYTHING if lists is None else len(lists[0])


def _extreme(pick: Callable[[list[int]], int]) -> Callable[[Given, Context], BuildValue]:
    def build(given: Given, context: Context) -> BuildValue:
        values: list[Arg] = list(given.positional)
        if len(values) == 1 and isinstance(values[0].value, list | tuple):
            values = [Arg(each, values[0].node) for each in values[0].value]
            context.spend(given.node, len(values))
        if given.named or not values:
            context.report("A001", given.node, f"`{given.name}` expects integers or a list")
        found = [context.integer(arg.value, arg.node, f"`{given.name}`") for arg in values]
        whole = [each for each in found if each is not None]
        return pick(whole) if whole and len(whole) == len(found) else ANYTHING

    return build


def _ceil_div(given: Given, context: Context) -> BuildValue:
    bound = given.bind(("numerator", "denominator"), 2, context)
    if bound is None:
        return ANYTHING
    over, under = (as_dim(bound[name].value) for name in ("numerator", "denominator"))
    if over is None or under is None:
        context.report("A003", given.node, "`ceil_div` expects integers or extents")
        return ANYTHING
    if under.constant == 0:
        context.report("P011", given.node, "division by zero")
        return ANYTHING
    return _modest(partial(ceil_div, over, under), given, context)


def _modest(make: Callable[[], Dim], given: Given, context: Context) -> BuildValue:
    """Return an extent, or report one that is too long; a plain integer is one again."""
    try:
        quotient = make()
    except ExtentTooLarge:
        return context.report_long(given.node)
    context.spend(given.node, quotient.weight)
    if quotient.weight > MAX_WEIGHT:
        return context.report_long(given.node)
    return quotient if quotient.constant is None else quotient.constant


def _some(given: Given, context: Context) -> BuildValue:
    """`some(d)`: 1 where the extent is above 0, else 0; types that mention it read back."""
    bound = given.bind(("dim",), 1, context)
    if bound is None:
        return ANYTHING
    found = as_dim(bound["dim"].value)
    if found is None:
        context.report("A003", given.node, "`some` expects an integer or extent")
        return ANYTHING
    return _modest(partial(some, found), given, context)


def _dim(given: Given, context: Context) -> BuildValue:
    """`dim(x, i)`: the extent of dim i of a stream; no read of it."""
    bound = given.bind(("x", "axis"), 2, context)
    if bound is None:
        return ANYTHING
    axis = context.integer(bound["axis"].value, bound["axis"].node, "`axis`")
    stream = bound["x"].value
    if not isinstance(stream, StreamRef):
        if not isinstance(stream, Anything):
            context.report(
                "A003", bound["x"].node, f"`dim` expects a stream, got {describe(stream)}"
            )
        return ANYTHING
    if axis is None:
        return ANYTHING
    return extent(stream.value, axis, context.builder.label(stream))


def _close(given: Given, context: Context) -> BuildValue:
    bound = given.bind(("feedback", "writer"), 2, context)
    if bound is None:
        return ANYTHING
    feedback, writer = bound["feedback"].value, bound["writer"].value
    if not isinstance(feedback, StreamRef) or not isinstance(writer, StreamRef):
        for arg in (bound["feedback"], bound["writer"]):
            if not isinstance(arg.value, StreamRef | Anything):
                context.report(
                    "A003", arg.node, f"`Close` expects streams, got {describe(arg.value)}"
                )
        return ANYTHING
    is_open = context.builder.is_open_feedback(feedback)
    if is_open is None:
        context.report(
            "C002",
            bound["feedback"].node,
            f"`{context.builder.label(feedback)}` is no feedback",
            "close what `Feedback(...)` returned",
        )
    elif not is_open:
        context.report("C002", given.node, "this feedback is closed already", "close it once")
    else:
        context.builder.close(feedback, writer, context.span(bound["writer"].node))
    return None


def _declared_dim(kind: Kind) -> Callable[[Given, Context], BuildValue]:
    def build(given: Given, context: Context) -> BuildValue:
        bound = given.bind(("value", "fixed"), int(kind is Kind.SIZE), context)
        if bound is None or not context.in_header:
            if not context.in_header:
                context.report("P006", given.node, "sizes are declared before the kernel")
            return ANYTHING
        value: int | None = DEFAULT_DRAW
        if "value" in bound:
            arg = bound["value"]
            value = context.integer(arg.value, arg.node, f"`{given.name}`")
        if value is None:
            return ANYTHING
        if not 0 <= value <= 2**40:
            context.report("P006", given.node, f"expected a size from 0 to 2**40, got {value}")
            return ANYTHING
        fixed = bound["fixed"].value if "fixed" in bound else False
        if not isinstance(fixed, bool) or (fixed and kind is not Kind.SIZE):
            context.report("A003", given.node, "`fixed` is True or False, and for `Dim` only")
            return ANYTHING
        # the header gives the name that stands on the left
        return Declaration(kind, value, fixed)

    return build


def _parameter(given: Given, context: Context) -> BuildValue:
    if not context.in_header:
        context.report("P006", given.node, "parameters are declared before the kernel")
        return ANYTHING
    tensor = CONSTRUCTORS["Tensor"](given, context)
    return ParameterDeclaration(tensor) if isinstance(tensor, Tensor) else ANYTHING


def typed_init(init: Fill | Empty, given: Given, context: Context) -> BuildValue:
    """Return `zeros(T)` and its like: an initial value that says the type of the state."""
    bound = given.bind(("type",), 0, context)
    if bound is None:
        return ANYTHING
    if not bound:
        return init
    element = _element(bound["type"], context)
    if element is None:
        return ANYTHING
    return Fill(init.value, element) if isinstance(init, Fill) else Empty(element)


def _full(given: Given, context: Context) -> BuildValue:
    """`full(T, 0.5)`: a state of type T whose numbers are all 0.5."""
    bound = given.bind(("type", "value"), 2, context)
    if bound is None:
        return ANYTHING
    element, value = _element(bound["type"], context), bound["value"].value
    if isinstance(value, bool) or not isinstance(value, int | float):
        if not isinstance(value, Anything):
            context.report("A003", bound["value"].node, f"expected a number, got {describe(value)}")
        return ANYTHING
    return ANYTHING if element is None else Fill(float(value), element)


def _element(arg: Arg, context: Context) -> Element | None:
    if isinstance(arg.value, Scalar | Tile | Buffer | Selector | Index | Tuple):
        return arg.value
    if not isinstance(arg.value, Anything):
        got = f"`{arg.value}`" if is_type(arg.value) else describe(arg.value)
        context.report("P007", arg.node, f"expected an element type, got {got}")
    return None


BUILTINS: dict[str, Callable[[Given, Context], BuildValue]] = {
    "range": _range,
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": _reversed,
    "len": _len,
    "min": _extreme(min),
    "max": _extreme(max),
    "ceil_div": _ceil_div,
    "some": _some,
    "dim": _dim,
    "Close": _close,
    "Dim": _declared_dim(Kind.SIZE),
    "DynamicDim": _declared_dim(Kind.DYNAMIC),
    "RaggedDim": _declared_dim(Kind.RAGGED),
    "Parameter": _parameter,
    "full": _full,
}
