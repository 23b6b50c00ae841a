"""Groups of elements that are folded together, taken apart so that each part is dense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from aspl.reference.functions.columns import extents_of, groups_of
from aspl.values.column import Column, Ints, part, take
from aspl.values.nest import offsets_of


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the groups, with the elements of these alone, all of equal extents unless `mixed`."""

    places: Ints | None
    """Which groups; None for all."""
    columns: tuple[Column, ...]
    starts: Ints
    picks: Ints | None
    """Where the elements stand in the whole columns; None for all in order."""
    mixed: bool = False
    """Whether elements of one group differ in their extents."""

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
    """Take groups apart by the extents of their elements.

    Empty groups come by themselves, and so do those whose elements differ.
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
    unlike = (np.repeat(first, sizes[filled], axis=0) != keys[starts[0] : starts[-1]]).any(axis=1)
    differ = np.logical_or.reduceat(unlike, starts[:-1][filled] - starts[0])
    if differ.any():
        yield replace(_part(args, starts, filled[differ]), mixed=True)
    alike = filled[~differ]
    for chosen in groups_of(first[~differ]):
        yield _part(args, starts, alike[chosen])


def _part(args: tuple[Column, ...], starts: Ints, places: Ints) -> Part:
    sizes = np.diff(starts)[places]
    inner = offsets_of(sizes, len(sizes))
    picks = np.arange(inner[-1]) + np.repeat(starts[:-1][places] - inner[:-1], sizes)
    return Part(places, tuple(take(each, picks) for each in args), inner, picks)
