"""Traces drawn from a seed that have the statistics of the published ones.

A routing has exactly the published tokens of every expert, and distinct experts in each row; the
order of the rows, and which experts meet in a row, are random.

Lengths have exactly the published number, sum, least, median and greatest value, sum of tiles and
number of full last tiles, and the published deviation to its decimal; what else there is to them,
such as their order, is random. A batch that was published in full is given as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmark.studies.catalog import KvStatistics, RoutingStatistics

TILE = 32
"""Tokens of one tile of a cache."""

_TRIES = 100
_MOVES = 20_000


def synthetic_routing(statistics: RoutingStatistics, seed: int = 0) -> NDArray[np.int64]:
    """Return experts by row: shape [rows, chosen]."""
    rng = np.random.default_rng(seed)
    rows, chosen = statistics.rows, statistics.chosen
    # in this order no expert reaches a row twice, since none has more tokens than there are rows
    experts = np.repeat(np.arange(len(statistics.counts)), statistics.counts)
    table = [list(map(int, row)) for row in experts.reshape(chosen, rows).T]
    draws = rng.integers(0, (rows, chosen, rows, chosen), size=(8 * rows * chosen, 4)).tolist()
    for a, i, b, j in draws:
        left, right = table[a][i], table[b][j]
        if right not in table[a] and left not in table[b]:
            table[a][i], table[b][j] = right, left
    return rng.permuted(np.array(table, dtype=np.int64), axis=1)


def synthetic_lengths(statistics: KvStatistics, seed: int = 0) -> NDArray[np.int64]:
    """Return the lengths of the caches of a batch.

    Errors: RuntimeError when a search finds none, which no published statistics lead to.
    """
    if statistics.lengths is not None:
        return np.array(statistics.lengths, dtype=np.int64)
    rng = np.random.default_rng([seed, statistics.requests, statistics.sum])
    for _ in range(_TRIES):
        search = _begin(statistics, rng)
        if search is not None and search.mend():
            return rng.permutation(np.array(search.lengths, dtype=np.int64))
    raise RuntimeError(f"no lengths with the statistics of {statistics.label}")


@dataclass(slots=True)
class _Search:
    """Lengths that keep their sum, tiles and full last tiles while their deviation is mended."""

    statistics: KvStatistics
    rng: np.random.Generator
    lengths: list[int]
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)

    def mend(self) -> bool:
        """Move whole tiles from one length to another until the deviation is the published one."""
        count, total = self.statistics.requests, self.statistics.sum
        # (count - 1) * deviation**2 is the sum of squares less total**2 / count
        target = (count - 1) * self.statistics.deviation**2 + total**2 / count
        slack = (count - 1) * self.statistics.deviation * 0.09
        squares = sum(each * each for each in self.lengths)
        pairs = self.rng.integers(0, count, size=(_MOVES, 2)).tolist()
        steps = (TILE * self.rng.geometric(0.1, size=_MOVES)).tolist()
        for (a, b), step in zip(pairs, steps, strict=True):
            if abs(squares - target) <= slack:
                return True
            up, down = self.lengths[a] + step, self.lengths[b] - step
            if a == b or up > self.high[a] or down < self.low[b]:
                continue
            change = up**2 - self.lengths[a] ** 2 + down**2 - self.lengths[b] ** 2
            if abs(squares + change - target) < abs(squares - target):
                self.lengths[a], self.lengths[b], squares = up, down, squares + change
        return False


def _begin(statistics: KvStatistics, rng: np.random.Generator) -> _Search | None:
    """Return lengths with everything but the deviation right, or None after a bad draw."""
    fixed = [statistics.min, *_middle(statistics.median), statistics.max]
    half = statistics.requests // 2 - 2
    low = [statistics.min] * half + [fixed[2]] * half
    high = [fixed[1]] * half + [statistics.max] * half
    rests = _rests(statistics, fixed, 2 * half, rng)
    if rests is None:
        return None
    spread = rng.beta(0.5, 0.5, size=2 * half)
    tiles = [
        int((floor + (ceiling - floor) * share) // TILE)
        for floor, ceiling, share in zip(low, high, spread.tolist(), strict=True)
    ]
    missing = statistics.tiles - statistics.requests
    missing -= sum(each // TILE for each in fixed) + sum(tiles)
    step = 1 if missing > 0 else -1
    for place in rng.integers(0, 2 * half, size=_MOVES).tolist():
        if not missing:
            break
        if low[place] <= (tiles[place] + step) * TILE + rests[place] <= high[place]:
            tiles[place] += step
            missing -= step
    lengths = [tile * TILE + rest for tile, rest in zip(tiles, rests, strict=True)]
    bounds = zip(low, lengths, high, strict=True)
    if missing or not all(floor <= each <= ceiling for floor, each, ceiling in bounds):
        return None
    return _Search(statistics, rng, lengths + fixed, low + fixed, high + fixed)


def _middle(median: int) -> tuple[int, int]:
    """Return two lengths with this median, neither of which fills its last tile."""
    for distance in range(3):
        pair = median - distance, median + distance
        if all(each % TILE != TILE - 1 for each in pair):
            return pair
    raise AssertionError("three neighbours are never all at the end of a tile")


def _rests(
    statistics: KvStatistics, fixed: list[int], count: int, rng: np.random.Generator
) -> list[int] | None:
    """Return lengths modulo a tile with the right sum and the right number at the end of a tile."""
    full = statistics.full - sum(each % TILE == TILE - 1 for each in fixed)
    total = statistics.sum - TILE * (statistics.tiles - statistics.requests)
    missing = total - sum(each % TILE for each in fixed) - full * (TILE - 1)
    if not 0 <= full <= count:
        return None
    rests = rng.integers(0, TILE - 1, size=count - full).tolist()
    missing -= sum(rests)
    step = 1 if missing > 0 else -1
    for place in rng.integers(0, max(1, len(rests)), size=_MOVES).tolist():
        if not missing:
            return [*rests, *[TILE - 1] * full]
        if 0 <= rests[place] + step <= TILE - 2:
            rests[place] += step
            missing -= step
    return None
