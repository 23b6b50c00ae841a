"""Folds step by step: one evaluation a step, for all groups that are still running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from aspl.reference.functions.batch import Value, array_of, plain, spread
from aspl.reference.functions.columns import batches, inverse_of, value_of
from aspl.reference.functions.groups import Part
from aspl.reference.functions.reduce import steps
from aspl.values.column import Ints, take

Step: TypeAlias = Callable[[tuple[Value, ...]], Value]


def folded(step: Step, part: Part, start: Value, *, keep: bool) -> Value:
    """Fold every group, beginning with `start` (one entry a group).

    Args: keep: whether every state is returned, one for each element, instead of the last ones.
    """
    sizes = part.sizes
    order = np.argsort(-sizes, kind="stable")
    begin = part.starts[:-1][order]
    state = _taken(start, order)
    total = int(part.starts[-1])
    kept: Value | None = None
    for place, alive in enumerate(steps(sizes).tolist()):
        picks = begin[:alive] + place
        found = _stepped(step, part, picks, _head(state, alive))
        state = _replaced(state, found, alive)
        if keep:
            kept = _room(found, total) if kept is None else kept
            _put(kept, picks, found)
    if keep:
        return _room(state, 0) if kept is None else kept
    return _taken(state, inverse_of(order))


def _stepped(step: Step, part: Part, picks: Ints, state: Value) -> Value:
    """Return the state of every running group after one more element."""
    given = tuple(take(each, picks) for each in part.columns)
    if not part.mixed:
        return _like(step((*map(value_of, given), state)), state, len(picks))
    found, order = [], []
    for each in batches(given):
        places = np.arange(len(picks)) if each.picks is None else each.picks
        own = _taken(state, places)
        found.append(_like(step((*each.values, own)), own, len(places)))
        order.append(places)
    return _taken(_joined(found), inverse_of(np.concatenate(order)))


def _joined(values: Sequence[Value]) -> Value:
    """Put the states of several batches end to end."""
    first = values[0]
    if isinstance(first, tuple):
        tuples = [each for each in values if isinstance(each, tuple)]
        return tuple(map(_joined, zip(*tuples, strict=True)))
    arrays = [each for each in values if isinstance(each, np.ndarray)]
    return np.concatenate(arrays)


def _taken(value: Value, picks: Ints) -> Value:
    if isinstance(value, tuple):
        return tuple(_taken(each, picks) for each in value)
    assert isinstance(value, np.ndarray)
    return value[picks]


def _head(value: Value, count: int) -> Value:
    if isinstance(value, tuple):
        return tuple(_head(each, count) for each in value)
    assert isinstance(value, np.ndarray)
    return value[:count]


def _like(value: Value, state: Value, count: int) -> Value:
    """Return a new state with the number type of the old, one entry a group."""
    if isinstance(state, tuple):
        assert isinstance(value, tuple)
        return tuple(_like(a, b, count) for a, b in zip(value, state, strict=True))
    assert isinstance(state, np.ndarray)
    array = spread(array_of(plain(value), state.dtype), count)
    return array.astype(state.dtype, copy=False)


def _replaced(state: Value, found: Value, count: int) -> Value:
    """Put new states in place of the first ones; unknown extents come with the first step."""
    if isinstance(state, tuple):
        assert isinstance(found, tuple)
        return tuple(_replaced(a, b, count) for a, b in zip(state, found, strict=True))
    assert isinstance(state, np.ndarray) and isinstance(found, np.ndarray)
    if count == len(state):
        return found
    if state.shape[1:] != found.shape[1:]:
        state = np.broadcast_to(state, (len(state), *found.shape[1:]))
    return np.concatenate([found, state[count:]])


def _room(value: Value, count: int) -> Value:
    if isinstance(value, tuple):
        return tuple(_room(each, count) for each in value)
    assert isinstance(value, np.ndarray)
    return np.empty((count, *value.shape[1:]), dtype=value.dtype)


def _put(kept: Value, picks: Ints, found: Value) -> None:
    if isinstance(kept, tuple):
        assert isinstance(found, tuple)
        for a, b in zip(kept, found, strict=True):
            _put(a, picks, b)
        return
    assert isinstance(kept, np.ndarray) and isinstance(found, np.ndarray)
    kept[picks] = found
