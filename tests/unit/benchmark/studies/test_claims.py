"""The measures of comparison, on the published numbers and at their edges."""

from __future__ import annotations

import pytest

from benchmark.studies.claims import (
    Point,
    correlation,
    fastest,
    geometric_mean,
    nearest_in_memory,
    overhead,
    pareto,
    pareto_improvement_distance,
    saving,
    speed_up,
)

# figure 9, Mixtral: read from the figure's drawing; bytes of the published rule
MIXTRAL = {
    "8": Point(7.4189e6, 15769602),
    "16": Point(4.64496e6, 18915330),
    "32": Point(2.81058e6, 25206786),
    "64": Point(2.81061e6, 37789698),
}
DYNAMIC = Point(2.81786e6, 18915330)


def test_the_front_has_no_design_that_another_beats() -> None:
    front = pareto(MIXTRAL.values())
    assert front == (MIXTRAL["32"], MIXTRAL["16"], MIXTRAL["8"])
    assert pareto([]) == ()


def test_of_designs_with_equal_cycles_the_front_has_the_one_with_less_memory() -> None:
    assert pareto([Point(1, 5), Point(1, 4), Point(2, 4)]) == (Point(1, 4),)


def test_the_distance_is_the_least_improvement_over_the_front() -> None:
    found = pareto_improvement_distance(DYNAMIC, list(MIXTRAL.values()))
    # tile 32: fewer cycles by 0.26 %, 1.3326 times the memory; tile 16: 1.648 times the cycles
    assert found == pytest.approx(25206786 / 18915330)


def test_the_distance_is_one_on_the_front_and_below_behind_it() -> None:
    front = [Point(1, 4), Point(2, 2)]
    assert pareto_improvement_distance(Point(1, 4), front) == 1
    assert pareto_improvement_distance(Point(4, 8), front) == 0.5
    with pytest.raises(ValueError, match="no baseline"):
        pareto_improvement_distance(Point(1, 1), [])


def test_published_claims_of_figure_9_follow() -> None:
    matched = nearest_in_memory(DYNAMIC, MIXTRAL)
    assert matched == "16"
    assert speed_up(MIXTRAL[matched].cycles, DYNAMIC.cycles) == pytest.approx(1.648, abs=1e-3)
    assert fastest(MIXTRAL) == "32"
    assert overhead(MIXTRAL["32"].cycles, DYNAMIC.cycles) == pytest.approx(0.0026, abs=1e-4)


def test_published_savings_of_sharing_follow() -> None:
    assert saving(787456, 295936) == pytest.approx(0.62, abs=0.005)
    assert saving(82595842, 44716034) == pytest.approx(0.46, abs=0.005)
    assert speed_up(18.23, 6.91) == pytest.approx(2.64, abs=0.005)


def test_means() -> None:
    assert geometric_mean([1, 4]) == pytest.approx(2)
    assert geometric_mean([3.5]) == pytest.approx(3.5)
    with pytest.raises(ValueError, match="no values"):
        geometric_mean([])


def test_correlation() -> None:
    assert correlation([1, 2, 3], [10, 20, 30]) == pytest.approx(1)
    assert correlation([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert correlation([1, 1], [1, 2]) == 0
    with pytest.raises(ValueError, match="two series"):
        correlation([1], [1])
