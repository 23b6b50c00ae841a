"""The learning curve, drawn by hand."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmark.report.curve import Line, curve_svg, ticks
from benchmark.report.plot import plot
from benchmark.scores.learning import Curve


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


def curve(samples: int, *solves: int, begins: tuple[int, ...] = ()) -> Curve:
    return Curve(samples=samples, solves=solves, begins=begins)


def test_a_curve_steps_where_tasks_are_solved() -> None:
    # 580 wide from 44; 224 high from 258 up
    (drawn,) = paths(curve_svg([Line(name="m", curve=curve(3, 1, 3))], tasks=2))
    assert drawn == "M44 258H237.3V146H624V34H624"


def test_tasks_that_one_sample_count_solves_make_one_step() -> None:
    (drawn,) = paths(curve_svg([Line(name="m", curve=curve(2, 1, 1))], tasks=2))
    assert drawn == "M44 258H334V34H624"


def test_a_run_without_samples_is_a_point() -> None:
    assert paths(curve_svg([Line(name="m", curve=curve(0))], tasks=0)) == ["M44 258H44"]


def test_two_curves_have_a_legend_with_their_names() -> None:
    lines = [Line(name="a<b", curve=curve(1, 1)), Line(name="x" * 60, curve=curve(2, 1, 2))]
    svg = curve_svg(lines, 2)
    words = [each.text or "" for each in ElementTree.fromstring(svg).iter("text")]
    assert "a<b" in words
    assert "x" * 43 + "\u2026" in words
    assert len(paths(svg)) == 4


def test_marks_show_where_further_rounds_began() -> None:
    svg = curve_svg([Line(name="m", curve=curve(100, 5, begins=(0, 50, 52, 75)))], 3)
    root = ElementTree.fromstring(svg)
    marks = [each.attrib["x1"] for each in root.iter("line") if each.get("class") == "round"]
    assert marks == ["334", "345.6", "479"]
    # the second one has no room for its number
    numbers = [each.text for each in root.iter("text") if each.get("class") == "round"]
    assert numbers == ["r1", "r3"]


def test_a_plot_fills_columns_up_to_what_is_solved() -> None:
    drawn = plot(curve(21, 11, 21, begins=(0, 10)), tasks=2, width=24, height=4)
    assert drawn == [
        "2 │                    █",
        "  │          ███████████",
        "0 └──────────┬──────────",
        "   0          21 samples",
    ]


def test_a_plot_tells_parts_of_a_line() -> None:
    drawn = plot(curve(4, 4), tasks=8, width=24, height=4)
    # an eighth of two lines is two eighths of one
    assert drawn[1].endswith(" \u2582")


@pytest.mark.parametrize(
    ("samples", "tasks", "width", "height"),
    [(0, 2, 80, 9), (5, 0, 80, 9), (5, 2, 20, 9), (5, 2, 80, 3)],
)
def test_without_room_or_samples_there_is_no_plot(
    samples: int, tasks: int, width: int, height: int
) -> None:
    assert plot(curve(samples), tasks, width, height) == []
