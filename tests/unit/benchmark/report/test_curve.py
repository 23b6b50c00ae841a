"""The learning curve, drawn by hand."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmark.report.curve import Line, curve_svg, ticks


@pytest.mark.parametrize(
    ("highest", "wanted"),
    [
        (0, [0]),
        (3, [0, 1, 2, 3]),
        (5, [0, 1, 2, 3, 4, 5]),
        (6, [0, 2, 4, 6]),
        (26, [0, 5, 10, 15, 20, 25]),
        (64, [0, 20, 40, 60]),
        (1000, [0, 200, 400, 600, 800, 1000]),
    ],
)
def test_ticks_are_round(highest: int, wanted: list[int]) -> None:
    assert ticks(highest) == wanted


def paths(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return [each.attrib["d"] for each in root.iter("path")]


def test_a_curve_steps_where_tasks_are_solved() -> None:
    # 580 wide from 44; 224 high from 258 up
    (drawn,) = paths(curve_svg([Line(name="m", values=(0, 1, 1, 2))], tasks=2))
    assert drawn == "M44 258H237.3V146H624V34H624"


def test_a_run_without_samples_is_a_point() -> None:
    assert paths(curve_svg([Line(name="m", values=(0,))], tasks=0)) == ["M44 258H44"]


def test_two_curves_have_a_legend_with_their_names() -> None:
    svg = curve_svg([Line(name="a<b", values=(0, 1)), Line(name="x" * 60, values=(0, 2))], 2)
    words = [each.text or "" for each in ElementTree.fromstring(svg).iter("text")]
    assert "a<b" in words
    assert "x" * 43 + "\u2026" in words
    assert len(paths(svg)) == 4
