"""Groups of elements that are folded together, taken apart so that each part is dense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from aspl.reference.functions.columns import extents_of, groups_of
from aspl.reference.run import UnequalExtents
from aspl.values.column import Column, Ints, part, take
from aspl.values.nest import offsets_of


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the groups, with the elements of these alone; all elements of equal extents."""

    places: Ints | None
    """Which groups; None for all."""
    columns: tuple[Column, ...]
    starts: Ints
    picks: Ints | None
    """Where the elements stand in the whole columns; None for all in order."""

    @property
    def count(self) -> int:
        """The number of groups."""
        return len(self.starts) - 1

    @property
    def sizes(self) -> Ints:
        """The number of elements of each group."""
        return np.diff(self.starts)

    @property
    def equal(self) -> int | None:
        """The number of elements of every group where it is one, else None."""
        sizes = self.sizes
        return int(sizes[0]) if bool((sizes == sizes[0]).all()) else None


def parts(args: tuple[Column, ...], starts: Ints) -> Iterator[Part]:
    """Take groups apart by the extents of their elements; empty groups come by themselves.

    Errors: UnequalExtents for a group whose elements differ.
    """
    keys = extents_of(args)
    if keys is None:
        # elements outside all groups do not occur, so this is a view
        columns = tuple(part(each, int(starts[0]), int(starts[-1])) for each in args)
        yield Part(None, columns, starts - starts[0], None)
        return
    sizes = np.diff(starts)
    empty, filled = np.flatnonzero(sizes == 0), np.flatnonzero(sizes > 0)
    if len(empty):
        none = np.zeros(0, dtype=np.int64)
        yield Part(empty, args, np.zeros(len(empty) + 1, dtype=np.int64), none)
    if not len(filled):
        return
    first = keys[starts[:-1][filled]]
    if not np.array_equal(np.repeat(first, sizes[filled], axis=0), keys[starts[0] : starts[-1]]):
        raise UnequalExtents("a fold met elements of different extents in one group")
    for chosen in groups_of(first):
        places = filled[chosen]
        yield _part(args, starts, places)


def _part(args: tuple[Column, ...], starts: Ints, places: Ints) -> Part:
    sizes = np.diff(starts)[places]
    inner = offsets_of(sizes, len(sizes))
    picks = np.arange(inner[-1]) + np.repeat(starts[:-1][places] - inner[:-1], sizes)
    return Part(places, tuple(take(each, picks) for each in args), inner, picks)
