"""How the elements of one stream are nested: the extent of every dim, regular or ragged.

A `Nest` holds one entry a dim, outermost first. A regular dim is an integer; a ragged one is an
array with an extent for each entry of the dims outside it. It stands for the stop tokens of the
stream, the bare ones of empty inner tensors included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Nest:
    """The extents of a stream's dims."""

    lengths: tuple[int | Ints, ...]

    def __post_init__(self) -> None:
        assert self.lengths and isinstance(self.lengths[0], int), "the outermost dim is one extent"

    @property
    def rank(self) -> int:
        """Number of dims less one."""
        return len(self.lengths) - 1

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.count(len(self.lengths))

    @property
    def is_regular(self) -> bool:
        """Whether no dim is stored as ragged."""
        return all(isinstance(length, int) for length in self.lengths)

    def count(self, depth: int) -> int:
        """Return the number of entries of the outermost `depth` dims taken together."""
        total = 1
        for length in self.lengths[:depth]:
            total = total * length if isinstance(length, int) else int(length.sum())
        return total

    def outer(self, rank: int) -> Nest:
        """Drop the `rank` innermost dims."""
        return Nest(self.lengths[: len(self.lengths) - rank])

    def group_sizes(self, rank: int) -> int | Ints:
        """Return the elements in each group of the `rank` innermost dims; an int when equal."""
        dims = self.lengths[len(self.lengths) - rank :]
        sizes: int | Ints = 1
        for depth in range(len(dims) - 1, -1, -1):
            sizes = _combined(dims[depth], sizes)
        return sizes

    def offsets(self, rank: int) -> Ints:
        """Return where each group of the `rank` innermost dims begins, and the end."""
        groups = self.count(len(self.lengths) - rank)
        return offsets_of(self.group_sizes(rank), groups)

    def extents(self, depth: int) -> Ints:
        """Return the extent of dim `depth` (0 is the outermost) for each entry outside it."""
        length = self.lengths[depth]
        if isinstance(length, int):
            return np.full(self.count(depth), length, dtype=np.int64)
        return length

    def flatten(self, low: int, high: int) -> Nest:
        """Merge the dims `low` to `high`, counted from the innermost."""
        first, last = len(self.lengths) - 1 - high, len(self.lengths) - 1 - low
        merged: int | Ints = self.lengths[last]
        for depth in range(last - 1, first - 1, -1):
            merged = _combined(self.lengths[depth], merged)
        if first == 0 and not isinstance(merged, int):
            merged = int(merged[0])
        return Nest((*self.lengths[:first], merged, *self.lengths[last + 1 :]))

    def insert(self, rank: int, extent: int = 1) -> Nest:
        """Insert a dim so that `rank` dims lie inside it; `rank` may exceed the rank by one."""
        place = len(self.lengths) - rank
        return Nest((*self.lengths[:place], extent, *self.lengths[place:]))

    def append(self, inner: tuple[int | Ints, ...]) -> Nest:
        """Add dims inside the innermost one."""
        return Nest((*self.lengths, *inner))

    def same(self, other: Nest) -> bool:
        """Whether both nest alike; extents that no entry shows do not matter."""
        if self.rank != other.rank:
            return False
        for depth, (left, right) in enumerate(zip(self.lengths, other.lengths, strict=True)):
            if isinstance(left, int) and isinstance(right, int):
                if left != right and self.count(depth):
                    return False
            elif not np.array_equal(self.extents(depth), other.extents(depth)):
                return False
        return True

    def normal(self) -> Nest:
        """Store every dim that has one extent only as an integer."""
        return Nest((self.lengths[0], *(_regular(length) for length in self.lengths[1:])))

    def text(self) -> str:
        """Write the extents: `[2, (3 0)]`, ragged ones in parentheses, long ones shortened."""
        return f"[{', '.join(_length_text(length) for length in self.lengths)}]"


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """Some entries of a nest: what lies inside them, and which elements these are."""

    inner: tuple[int | Ints, ...]
    elements: Ints


def pick(nest: Nest, depth: int, entries: Ints) -> Picked:
    """Take entries of the outermost `depth` dims, in the order given, with all that lies inside."""
    inner: list[int | Ints] = []
    taken = entries
    for length in nest.lengths[depth:]:
        if isinstance(length, int):
            inner.append(length)
            if length != 1:
                taken = (taken[:, None] * length + np.arange(length)).reshape(-1)
            continue
        starts = offsets_of(length, len(length))
        lengths = length[taken]
        inner.append(lengths)
        taken = np.repeat(starts[:-1][taken], lengths) + within(lengths, len(lengths))
    return Picked(tuple(inner), taken)


def joined(nests: tuple[Nest, ...]) -> Nest:
    """Put nests of one rank end to end along their outermost dims."""
    lengths: list[int | Ints] = [sum(int(nest.count(1)) for nest in nests)]
    for depth in range(1, len(nests[0].lengths)):
        shown = {nest.lengths[depth] for nest in nests if _is_plain(nest, depth)}
        plain = all(_is_plain(nest, depth) for nest in nests)
        if plain and len(shown) == 1:
            lengths.append(nests[0].lengths[depth])
        else:
            lengths.append(np.concatenate([nest.extents(depth) for nest in nests]))
    return Nest(tuple(lengths))


def _is_plain(nest: Nest, depth: int) -> bool:
    return isinstance(nest.lengths[depth], int)


def offsets_of(sizes: int | Ints, groups: int) -> Ints:
    """Turn group sizes into group starts and the end: (groups + 1,)."""
    if isinstance(sizes, int):
        return np.arange(groups + 1, dtype=np.int64) * sizes
    starts = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=starts[1:])
    return starts


def segment_sums(values: Ints, starts: Ints) -> Ints:
    """Sum `values[starts[i]:starts[i+1]]` for each i; an empty segment gives 0."""
    sums = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=sums[1:])
    return sums[starts[1:]] - sums[starts[:-1]]


def within(sizes: int | Ints, groups: int) -> Ints:
    """Return 0, 1, 2 ... for each group in turn: the place of every element in its group."""
    if isinstance(sizes, int):
        return np.tile(np.arange(sizes, dtype=np.int64), groups)
    starts = offsets_of(sizes, len(sizes))
    return np.arange(starts[-1], dtype=np.int64) - np.repeat(starts[:-1], sizes)


def _combined(outer: int | Ints, inner: int | Ints) -> int | Ints:
    """Sizes of the groups of two adjacent dims, from the outer extents and the inner sizes."""
    if isinstance(inner, int):
        return outer * inner
    if isinstance(outer, int):
        # every outer group holds `outer` entries
        return inner.reshape(-1, outer).sum(axis=1) if outer else 0
    return segment_sums(inner, offsets_of(outer, len(outer)))


def _regular(length: int | Ints) -> int | Ints:
    if isinstance(length, int) or len(length) == 0:
        return 0 if not isinstance(length, int) else length
    return int(length[0]) if bool((length == length[0]).all()) else length


def _length_text(length: int | Ints) -> str:
    if isinstance(length, int):
        return str(length)
    shown = " ".join(map(str, length[:8]))
    return f"({shown} ...)" if len(length) > 8 else f"({shown})"
