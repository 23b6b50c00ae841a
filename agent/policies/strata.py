"""Solved tasks in groups of difficulty, which is measured on the model itself.

The algorithm is that of adaptive self-improvement, arXiv 2502.02534.
"""

from __future__ import annotations

from collections.abc import Sequence


def boundaries(rates: Sequence[float], parts: int) -> tuple[float, ...]:
    """Return the success rates up to which tasks belong to the first 1, 2 ... strata.

    The rates are cut as evenly as can be into so many parts, the longer ones first, only to find
    the last rate of each: tasks of equal rates always share a stratum. Equal boundaries stay, and
    with them a repeated prompt, which is a further try. Fewer rates than parts make fewer strata.
    """
    ordered = sorted(rates)
    count = len(ordered)
    parts = min(parts, count)
    if not parts:
        return ()
    least, longer = divmod(count, parts)
    ends = (part * least + min(part, longer) for part in range(1, parts + 1))
    return tuple(ordered[end - 1] for end in ends)
