"""Groups of difficulty."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.policies.strata import boundaries

RATES = st.lists(st.sampled_from([0.125, 0.25, 0.5, 0.75, 1.0]), max_size=30)


@pytest.mark.parametrize(
    ("rates", "parts", "wanted"),
    [
        ([], 3, ()),
        ([0.5], 3, (0.5,)),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 3, (0.2, 0.4, 0.6)),
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7], 3, (0.3, 0.5, 0.7)),
        ([0.6, 0.1, 0.4], 1, (0.6,)),
        # tasks of equal rates share a stratum, and its boundary stays twice: a further try
        ([0.1, 0.5, 0.5, 0.5, 0.5, 0.5], 3, (0.5, 0.5, 0.5)),
    ],
)
def test_boundaries(rates: list[float], parts: int, wanted: tuple[float, ...]) -> None:
    assert boundaries(rates, parts) == wanted


@given(RATES, st.integers(1, 6))
def test_boundaries_rise_to_the_easiest_task(rates: list[float], parts: int) -> None:
    found = boundaries(rates, parts)
    assert len(found) == min(parts, len(rates))
    assert list(found) == sorted(found)
    assert set(found) <= set(rates)
    assert not rates or found[-1] == max(rates)
