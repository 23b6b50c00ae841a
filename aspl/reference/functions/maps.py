"""The meaning of map functions on columns."""

from __future__ import annotations

import numpy as np

from aspl.functions.function import Declared, Function, Library
from aspl.functions.library.table import LIBRARY
from aspl.reference.functions.batch import Value, count_of, plain, spread_all
from aspl.reference.functions.columns import (
    Batch,
    empty_column,
    over_batches,
    require_extents,
)
from aspl.reference.functions.evaluate import call
from aspl.reference.functions.library import ARRAY_MAPS, COLUMN_MAPS, Options
from aspl.reference.functions.valid import (
    buffered_valid,
    first_with_rows,
    mapped_valid,
    rule_of,
    tiles_among,
)
from aspl.reference.run import Run, UnequalExtents
from aspl.types import Element, Tile, Tuple
from aspl.values.column import Array, Column, Record, columns_of


def map_values(fn: Function, args: tuple[Column, ...], result: Element, run: Run) -> Column:
    """Return what a function makes of every element.

    Errors: UnequalExtents for extents that differ in the run and not in the types.
    """
    with np.errstate(all="ignore"):
        if isinstance(fn, Declared):
            return _declared(fn, args, result, run)
        return _library(fn, args, result, run)


def _declared(fn: Declared, args: tuple[Column, ...], result: Element, run: Run) -> Column:
    given = opened(args) if not fits(fn, args) else args
    column = over_batches(given, result, run, lambda each: declared_value(fn, each.values, run))
    require_extents(column, result, run)
    return mapped_valid(column, result, given, tiles_among(given, fn), first_with_rows)


def _library(fn: Library, args: tuple[Column, ...], result: Element, run: Run) -> Column:
    role = LIBRARY[fn.name].map
    assert role is not None, f"`{fn}` is no map"
    given = args if role.keeps_tuples else opened(args)
    options = Options(LIBRARY[fn.name].filled(fn.options), run, isinstance(result, Tile))
    if fn.name in COLUMN_MAPS:
        return COLUMN_MAPS[fn.name](given, options) if len(args[0]) else empty_column(result, run)

    def compute(each: Batch) -> Value:
        return ARRAY_MAPS[fn.name](arrays_of(each.values), options)

    column = over_batches(given, result, run, compute)
    rule = rule_of(fn.name)
    column = buffered_valid(column, result, given, rule)
    return mapped_valid(column, result, given, tiles_among(given), rule)


def declared_value(fn: Declared, args: tuple[Value, ...], run: Run) -> Value:
    """Evaluate a declared function on a batch.

    Errors: UnequalExtents.
    """
    if fn.is_given:
        count = max(map(count_of, args))
        return run.given[fn.name](tuple(spread_all(each, count) for each in args), run)
    try:
        return call(fn, args, run)
    except (ValueError, IndexError) as error:
        # types hold open extents equal by name; numpy is the first to see them differ
        raise UnequalExtents(f"`{fn}` met extents that do not fit: {error}") from error


def arrays_of(values: tuple[Value, ...]) -> tuple[Array, ...]:
    """Return arrays that are known to be no tuples."""
    arrays = []
    for each in values:
        array = plain(each)
        assert isinstance(array, np.ndarray)
        arrays.append(array)
    return tuple(arrays)


def opened(args: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns of all parts of records."""
    return tuple(leaf for each in args for leaf in columns_of(each))


def fits(fn: Declared, args: tuple[Column, ...], *, state: bool = False) -> bool:
    """Whether columns stand for the parameters one by one, tuples as tuples."""
    params = fn.params[:-1] if state else fn.params
    return len(params) == len(args) and all(
        _like(param.type, column) for param, column in zip(params, args, strict=True)
    )


def _like(element: Element, column: Column) -> bool:
    if isinstance(element, Tuple) is not isinstance(column, Record):
        return False
    if not isinstance(element, Tuple) or not isinstance(column, Record):
        return True
    parts = zip(element.parts, column.parts, strict=False)
    return len(element.parts) == len(column.parts) and all(_like(a, b) for a, b in parts)
