"""Typing rules of the library's folds: what the state is after one element.

A declared state of None takes its type from the inputs.
"""

from __future__ import annotations

from aspl.functions.fitting import fits
from aspl.functions.library.elements import flag_element, met, tile, unfit
from aspl.functions.library.entry import Asked, Elements
from aspl.functions.library.mapping import matmul as product_type
from aspl.functions.problems import Refusal, expected_got
from aspl.types import DType, Element, Scalar, Tile


def arithmetic(args: Elements, state: Element | None, asked: Asked) -> Element:
    """Type `state + x`, whose state keeps its type."""
    x = args[0] if state is None else state
    return _kept(x, met(asked.name, x, args[0], asked.site), asked)


def matmul(args: Elements, state: Element | None, asked: Asked) -> Element:
    """Type `state + a @ b`; the state is the product's type."""
    result = product_type(args, asked)
    return result if state is None else _kept(state, result, asked)


def rows(args: Elements, state: Element | None, asked: Asked) -> Element:
    """Type a tile that takes the rows of every folded tile below its own; of one step."""
    x = tile(args[0], asked.name)
    if state is None:
        return x
    begun = _begun(state, x, asked)
    if begun.rows.constant != 0 and not asked.site.same(begun.cols, x.cols):
        raise _unequal(begun, x, "columns")
    return Tile(x.dtype, begun.rows + x.rows, x.cols)


def cols(args: Elements, state: Element | None, asked: Asked) -> Element:
    """Type a tile that takes the columns of every folded tile beside its own; of one step."""
    x = tile(args[0], asked.name)
    if state is None:
        return x
    begun = _begun(state, x, asked)
    if begun.cols.constant != 0 and not asked.site.same(begun.rows, x.rows):
        raise _unequal(begun, x, "rows")
    return Tile(x.dtype, x.rows, begun.cols + x.cols)


def signal(args: Elements, state: Element | None, asked: Asked) -> Element:
    """Type the number 1 that stands for a group that has been read."""
    return Scalar(DType.U64)


def flags(args: Elements, state: Element | None, asked: Asked) -> Element:
    """Type a fold of flags, each for itself."""
    return flag_element(args[0], asked.name)


def _begun(state: Element, x: Tile, asked: Asked) -> Tile:
    begun = tile(state, asked.name)
    if begun.dtype is not x.dtype:
        raise unfit(asked.name, f"a state of `{x.dtype}`", state)
    return begun


def _kept(state: Element, result: Element, asked: Asked) -> Element:
    if fits(state, result, asked.site):
        return state
    raise Refusal(
        "F010",
        f"`{asked.name}` expected to keep its state `{state}`, got `{result}`",
        "give the initial value the type of the result",
        facts=expected_got(state, result),
    )


def _unequal(state: Tile, x: Tile, what: str) -> Refusal:
    return Refusal(
        "F010",
        f"expected equal {what}, got a state `{state}` and tiles `{x}`",
        "begin with `empty`",
        facts=expected_got(state, x),
    )
