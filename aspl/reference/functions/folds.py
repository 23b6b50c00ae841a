"""The meaning of folds and scans on columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from aspl.functions.expressions import Expr
from aspl.functions.function import Declared, Function, Init, Library, Parts
from aspl.functions.library.table import LIBRARY
from aspl.reference.functions.batch import Value, array_of, plain, raised, spread
from aspl.reference.functions.columns import (
    column_of,
    empty_column,
    gathered,
    known_dims,
    require_extents,
    value_of,
)
from aspl.reference.functions.evaluate import body_values
from aspl.reference.functions.groups import Part, parts
from aspl.reference.functions.initial import fill, initial
from aspl.reference.functions.library import ARITHMETIC, Options, product
from aspl.reference.functions.maps import arrays_of, declared_value, fits, opened
from aspl.reference.functions.reduce import product_sums, reduced, reduction_of, running
from aspl.reference.functions.retile import joined_cols, joined_rows
from aspl.reference.functions.stepwise import Step, folded
from aspl.reference.functions.valid import folded_valid, scanned_valid, tiles_among
from aspl.reference.run import Run, UnequalExtents
from aspl.types import Element, Tile, Tuple, leaves
from aspl.values.column import Array, Column, Dense, Ints

_FLAGS: Mapping[str, np.ufunc] = {"any_of": np.logical_or, "all_of": np.logical_and}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fold:
    """One fold in one run. The state is held at working precision until it leaves the fold."""

    fn: Function
    init: Init
    state: Element
    run: Run
    keep: bool
    """Whether every state is kept, as `Scan` does."""


def fold_values(
    fn: Function,
    args: tuple[Column, ...],
    starts: Ints,
    init: Init,
    state: Element,
    run: Run,
) -> Column:
    """Return the state after each group; a group without elements gives the initial value.

    Args: starts: where each group begins among the elements, and the end.
    Errors: UnequalExtents for extents that differ in the run and not in the types.
    """
    fold = _Fold(fn=fn, init=init, state=state, run=run, keep=False)
    with np.errstate(all="ignore"):
        if len(starts) == 1:
            return empty_column(state, run)
        return _folded(fold, _given(fn, args), starts)


def scan_values(
    fn: Function,
    args: tuple[Column, ...],
    starts: Ints,
    init: Init,
    state: Element,
    run: Run,
) -> Column:
    """Return the state after every element; it begins anew at every group.

    Args: starts: where each group begins among the elements, and the end.
    Errors: UnequalExtents for extents that differ in the run and not in the types.
    """
    fold = _Fold(fn=fn, init=init, state=state, run=run, keep=True)
    with np.errstate(all="ignore"):
        if starts[-1] == starts[0]:
            return empty_column(state, run)
        return _folded(fold, _given(fn, args), starts)


def _given(fn: Function, args: tuple[Column, ...]) -> tuple[Column, ...]:
    if isinstance(fn, Declared) and fits(fn, args, state=True):
        return args
    return opened(args)


def _folded(fold: _Fold, args: tuple[Column, ...], starts: Ints) -> Column:
    name = fold.fn.name if isinstance(fold.fn, Library) else ""
    if name in _WHOLE:
        assert isinstance(fold.state, Tile)
        return _WHOLE[name](args[0], starts, fold.init, fold.state, fold.run)
    if name == "signal_all_read":
        return _signals(fold, starts)
    found: list[tuple[Ints | None, Column]] = []
    for part in parts(args, starts):
        empty = len(part.columns[0]) == 0 or part.starts[-1] == 0
        if empty and fold.keep:
            continue
        column = (
            initial(fold.init, fold.state, part.count, fold.run) if empty else _part(fold, part)
        )
        found.append((part.picks if fold.keep else part.places, column))
    column = gathered(found)
    kept = name == "matmul" or isinstance(fold.fn, Declared)
    tiles = tiles_among(args, fold.fn if isinstance(fold.fn, Declared) else None)
    if fold.keep:
        return scanned_valid(column, fold.state, tiles, kept=kept)
    return folded_valid(column, fold.state, tiles, starts, kept=kept)


_WHOLE: Mapping[str, Callable[[Column, Ints, Init, Tile, Run], Column]] = {
    "retile_row": joined_rows,
    "retile_col": joined_cols,
}


def _signals(fold: _Fold, starts: Ints) -> Column:
    dtype = np.dtype(np.uint64)
    if fold.keep:
        return Dense(np.ones(int(starts[-1] - starts[0]), dtype=dtype))
    start = fill(fold.init, fold.state, fold.run)
    return Dense(np.where(np.diff(starts) > 0, dtype.type(1), start))


def _part(fold: _Fold, part: Part) -> Column:
    """Fold groups that have elements.

    Errors: UnequalExtents where elements of one group differ and the state takes their extents.
    """
    if part.mixed and not _is_fixed(fold.state, fold.run):
        raise UnequalExtents("a fold met elements of different extents in one group")
    value = None if part.mixed else _reduction(fold, part)
    if value is None:
        value = folded(_step(fold), part, _start(fold, part.count), keep=fold.keep)
    count = int(part.starts[-1]) if fold.keep else part.count
    column = column_of(value, fold.state, count, fold.run)
    if isinstance(fold.fn, Declared):
        require_extents(column, fold.state, fold.run)
    return column


def _is_fixed(state: Element, run: Run) -> bool:
    """Whether the run knows every extent of a state."""
    return all(dim is not None for leaf in leaves(state) for dim in known_dims(leaf, run))


def _reduction(fold: _Fold, part: Part) -> Value | None:
    """Fold whole groups at once where the function allows it, else return None."""
    fn = fold.fn
    if isinstance(fn, Declared):
        found = reduction_of(fn)
        if found is None:
            return None
        rest = _rest(fold, fn, found.rest, part)
        return _reduced(fold, found.ufunc, rest, part)
    values = arrays_of(tuple(map(value_of, part.columns)))
    if fn.name != "matmul":
        return _reduced(fold, _ufunc(fn), values[0], part)
    transposed = Options(LIBRARY[fn.name].filled(fn.options), fold.run).flag("transposed")
    if fold.keep:
        return _reduced(fold, np.add, product(*values, transposed=transposed), part)
    a, b = values
    sums = product_sums(a, b.swapaxes(1, 2) if transposed else b, part, fill(*_fill(fold)))
    return sums


def _reduced(fold: _Fold, ufunc: np.ufunc, data: Array, part: Part) -> Array | None:
    start = fill(*_fill(fold))
    held = data.astype(start.dtype, copy=False)
    dims = known_dims(fold.state, fold.run)
    shape = tuple(
        got if dim is None else dim for dim, got in zip(dims, _dims(held, len(dims)), strict=True)
    )
    if held.shape[1:] != shape:
        held = np.broadcast_to(raised(held, len(shape) + 1), (len(held), *shape))
    if fold.keep:
        return running(ufunc, held, part, start)
    return reduced(ufunc, held, part, start)


def _dims(data: Array, rank: int) -> tuple[int, ...]:
    return raised(data, rank + 1).shape[1:]


def _fill(fold: _Fold) -> tuple[Init, Element, Run]:
    return fold.init, fold.state, fold.run


def _ufunc(fn: Library) -> np.ufunc:
    return _FLAGS[fn.name] if fn.name in _FLAGS else ARITHMETIC[fn.name]


def _rest(fold: _Fold, fn: Declared, rest: Expr, part: Part) -> Array:
    """Evaluate what a reduction adds to the state, for all elements."""
    values = tuple(map(value_of, part.columns))
    names = {param.name: each for param, each in zip(fn.params[:-1], values, strict=True)}
    try:
        value = plain(body_values(fn.lets, rest, names, fold.run))
    except (ValueError, IndexError) as error:
        raise UnequalExtents(f"`{fn}` met extents that do not fit: {error}") from error
    start = fill(*_fill(fold))
    return spread(array_of(value, start.dtype), len(part.columns[0]))


def _step(fold: _Fold) -> Step:
    """Return what one element makes of the state."""
    fn, run = fold.fn, fold.run
    if isinstance(fn, Declared):
        return lambda args: declared_value(fn, args, run)
    ufunc = np.add if fn.name == "matmul" else _ufunc(fn)
    transposed = bool(LIBRARY[fn.name].filled(fn.options).get("transposed", False))

    def step(args: tuple[Value, ...]) -> Value:
        *given, state = arrays_of(args)
        x = product(*given, transposed=transposed) if fn.name == "matmul" else given[0]
        result: Array = ufunc(state, raised(x, state.ndim))
        return result

    return step


def _start(fold: _Fold, count: int) -> Value:
    """Return the initial state of every group; extents that are not known yet are 1."""
    return _opened(fold.init, fold.state, count, fold.run)


def _opened(init: Init, state: Element, count: int, run: Run) -> Value:
    if isinstance(state, Tuple):
        inits = init.parts if isinstance(init, Parts) else (init,) * len(state.parts)
        pairs = zip(inits, state.parts, strict=True)
        return tuple(_opened(each, part, count, run) for each, part in pairs)
    dims = tuple(1 if dim is None else dim for dim in known_dims(state, run))
    return np.full((count, *dims), fill(init, state, run))
