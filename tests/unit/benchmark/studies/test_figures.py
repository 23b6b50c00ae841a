"""Figures: their runs, what is drawn and claimed of results, and where published values come in."""

from __future__ import annotations

from functools import cache
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from rich.progress import Progress

from aspl.terminal import UsageError
from benchmark.display import BarProgress, plot_text, progress, result_text, sweep_text
from benchmark.studies.catalog import kv_statistics
from benchmark.studies.draw import draw
from benchmark.studies.experiment import Measures, Study
from benchmark.studies.figures.table import FIGURES, Figure
from benchmark.studies.models import MIXTRAL, QWEN
from benchmark.studies.plot import Panel, Plot, Series
from benchmark.studies.published import (
    published_claims,
    published_series,
    published_values,
    source_lines,
)
from benchmark.studies.result import StudyResult
from benchmark.studies.sources import Sources, drawn_notes
from benchmark.studies.table import PROGRAMS, STUDIES

QUANTITIES = ("cycles", "off_chip_bytes", "on_chip_bytes", "allocated_compute")
WITH_RUNS = [name for name in FIGURES if name not in ("fig19", "fig20")]


def result(cycles: int, on_chip: int = 1000, off_chip: int | None = 64_000) -> StudyResult:
    measures = Measures(
        study="moe-tiling",
        parameters={"model": "small", "depth": None, "routing": "synthetic:qwen_b64"},
        off_chip_bytes=off_chip,
        on_chip_bytes=on_chip,
        on_chip_all_bytes=on_chip + 5,
        on_chip_active_bytes=on_chip,
        published_flops=9000,
    )
    return StudyResult(
        measures=measures,
        cycles=cycles,
        simulated_bytes=63_000,
        flops=8000,
        simulated_compute=16,
        peak_bytes_per_cycle=1024.0,
        seconds=0.25,
    )


def made_up(studies: dict[str, Study]) -> dict[str, StudyResult]:
    """Return results that differ, by the keys of a figure's runs."""
    return {
        key: result(cycles=100_000 + 700 * place, on_chip=10_000 + 100 * place)
        for place, key in enumerate(studies)
    }


@cache
def runs_of(name: str) -> dict[str, Study]:
    return FIGURES[name].studies(Sources())


@pytest.fixture(params=WITH_RUNS)
def figure(request: pytest.FixtureRequest) -> Figure:
    return FIGURES[request.param]


def test_every_figure_belongs_to_one_study() -> None:
    named = [name for study in STUDIES for name in study.figures]
    assert sorted(named) == sorted(FIGURES)
    assert all(any(name.startswith(each.name[:9]) for name in PROGRAMS) for each in STUDIES)


@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("fig8", 15),
        ("fig9", 20),
        ("fig10", 32),
        ("fig12", 12),
        ("fig13", 12),
        ("fig14", 18),
        ("fig15", 8),
        ("fig19", 0),
        ("fig20", 0),
        ("fig21", 81),
    ],
)
def test_a_figure_has_the_published_runs(name: str, runs: int) -> None:
    studies = runs_of(name)
    assert len(studies) == runs
    assert len({each.label for each in studies.values()}) == runs
    assert all(each.weight > 0 for each in studies.values())


def test_published_values_are_of_runs_of_a_figure(figure: Figure) -> None:
    for quantity in (*QUANTITIES, "compute_utilization"):
        for series in published_series(figure.name, quantity):
            runs = {key for name in series.figures for key in runs_of(name)}
            assert series.values.keys() <= runs, series.source
            assert series.source


def test_what_the_paper_states_is_claimed(figure: Figure) -> None:
    sources = Sources()
    plot = figure.plot(sources, made_up(runs_of(figure.name)))
    stated = {each.name for each in published_claims() if each.figure == figure.name}
    assert stated == {each.name for each in plot.claims if each.published is not None}


def test_a_figure_is_drawn_from_results(figure: Figure, tmp_path: Path) -> None:
    sources = Sources()
    results = made_up(runs_of(figure.name))
    plot = figure.plot(sources, results)
    path = tmp_path / "drawn.svg"
    draw(plot, path)
    drawn = path.read_text()
    assert plot.title in drawn
    for panel in plot.panels:
        assert panel.y_label in drawn
        assert all(each.name in drawn for each in panel.series)
        for series in panel.series:
            assert len(series.x) == len(series.y) > 0
    shown = sweep_text(results, published_values(figure.name, "cycles"))
    assert all(key in shown for key in results)
    assert plot_text(plot, color=False).startswith(plot.title)
    assert plot.record()["claims"][0]["name"] == plot.claims[0].name


@pytest.mark.parametrize("name", ["fig19", "fig20"])
def test_traffic_is_the_published_traffic(name: str, tmp_path: Path) -> None:
    plot = FIGURES[name].plot(Sources(), {})
    head, *rows = plot.table
    assert head.count("published") == 2
    assert len(rows) in (10, 16)
    assert all(row[1] == row[2] and row[3] == row[4] for row in rows)
    assert all(claim.here > 1 for claim in plot.claims)
    draw(plot, tmp_path / "drawn.svg")


def test_figure_9_says_what_equal_compute_changes() -> None:
    figure = FIGURES["fig9"]
    studies = runs_of(figure.name)
    # static: 1000 cycles at 4096, 800 at 6400; dynamic: 1000 at 4096, 500 at 6400
    cycles = {key: (500 if "dynamic" in key else 800) if "6400" in key else 1000 for key in studies}
    results = {key: result(each) for key, each in cycles.items()}
    claims = {each.name: each.here for each in figure.plot(Sources(), results).claims}
    assert claims["mixtral-8x7b: speed-up over the fastest tile"] == 2.0
    assert claims["mixtral-8x7b, both at 4096: speed-up over the fastest tile"] == 1.0
    assert claims["mixtral-8x7b, both at 6400: speed-up over the fastest tile"] == 1.6
    names = [each.name for each in figure.plot(Sources(), results).panels[0].series]
    assert names[:4] == [
        "static at 4096, as published",
        "dynamic at 6400, as published",
        "static at 6400, equal compute",
        "dynamic at 4096, equal compute",
    ]


def test_figure_10_runs_qwen_with_long_queues() -> None:
    studies = FIGURES["fig10"].studies(Sources())
    depths = {key: getattr(each, "depth", None) for key, each in studies.items()}
    assert {depth for key, depth in depths.items() if key.startswith(QWEN.name)} == {1024}
    assert {depth for key, depth in depths.items() if key.startswith(MIXTRAL.name)} == {None}


def test_figure_21_takes_geometric_means_over_the_traces_of_a_class() -> None:
    figure = FIGURES["fig21"]
    studies = runs_of(figure.name)
    highs = [each.label for each in kv_statistics() if each.group == "high"]
    cycles = dict.fromkeys(studies, 1000)
    for label, slower in zip([each for each in highs if "b64" in each], (1, 2, 4), strict=True):
        cycles[f"{label} coarse"] = 1000 * slower
    results = {key: result(each) for key, each in cycles.items()}
    claims = {each.name: each.here for each in figure.plot(Sources(), results).claims}
    assert claims["batch 64, high: coarse over dynamic"] == pytest.approx(2)
    assert claims["batch 64, low: coarse over dynamic"] == 1


def plot(**panel: object) -> Plot:
    series = (
        Series(name="here", x=(0.0, 1.0), y=(1.0, 2.0), labels=("a", "b")),
        Series(name="other", x=(1.0,), y=(1.5,), role="published", color=1),
    )
    axes = {"title": "t", "x_label": "x [MB]", "y_label": "y", "series": series, **panel}
    return Plot(title="A figure", panels=(Panel(**axes),))  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
@pytest.mark.parametrize("panel", [{}, {"categories": ("one", "two")}, {"is_log_y": True}])
def test_a_figure_is_the_same_bytes_every_time(
    suffix: str, panel: dict[str, object], tmp_path: Path
) -> None:
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    draw(plot(**panel), first)
    draw(plot(**panel), second)
    assert first.read_bytes() == second.read_bytes()
    assert b"date>" not in first.read_bytes()


@pytest.mark.parametrize("name", ["figure", "figure.gif", "figure.svgz"])
def test_a_format_that_cannot_be_drawn_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"expected -o NAME ending in \.svg, \.png, \.pdf"):
        draw(plot(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        draw(plot(), tmp_path / "missing" / "figure.svg")


def test_traces_come_from_a_folder_where_they_are_there(tmp_path: Path) -> None:
    (tmp_path / "routing").mkdir()
    data = np.array([[3, 1], [2, 5]])
    np.savez(tmp_path / "routing" / "mixtral_b2.npz", data=data)
    sources = Sources(folder=tmp_path)
    assert sources.routing(MIXTRAL, 2).data.tolist() == data.tolist()
    assert sources.routing(QWEN, 64).source == "synthetic:qwen_b64"
    statistics = kv_statistics()[0]
    assert sources.lengths(statistics).source == f"synthetic:{statistics.label}"
    (tmp_path / "kv").mkdir()
    path = tmp_path / "kv" / f"conv_stdev{statistics.name}.npy"
    np.save(path, np.arange(16))
    assert sources.lengths(statistics, 4).source == str(path)
    assert sources.lengths(statistics, 4).data.tolist() == [0, 1, 2, 3]


def test_traces_that_are_drawn_are_told() -> None:
    (note,) = drawn_notes([result(1).measures])
    assert note.startswith("drawn with the published statistics, not the published files: qwen_b64")
    assert drawn_notes([]) == ()


def test_a_result_is_an_object_with_everything_in_it() -> None:
    record = result(1000).record()
    assert record["schema"] == "aspl.study/1"
    wanted = {
        "study",
        "cycles",
        "off_chip_bytes",
        "on_chip_bytes",
        "allocated_compute",
        "flops",
        "published_flops",
        "compute_utilization",
        "bandwidth_utilization",
        "seconds",
        "model",
        "routing",
    }
    assert wanted <= record.keys()
    assert record["compute_utilization"] == 8000 / (1000 * 16)
    assert record["bandwidth_utilization"] == 64_000 / (1000 * 1024)


def test_traffic_is_as_simulated_where_the_rule_has_no_value() -> None:
    assert result(1000, off_chip=None).off_chip_bytes == 63_000
    assert "63,000 B, as simulated" in result_text(result(1000, off_chip=None), color=False)


def test_a_result_is_shown_with_what_it_is_counted_by() -> None:
    shown = result_text(result(1000), color=False)
    assert shown.startswith("moe-tiling: model small, routing synthetic:qwen_b64\n")
    for words in ("64,000 B, published rule", "9,000 FLOPs, as published scripts count", "50.00%"):
        assert words in shown


@pytest.mark.parametrize("name", FIGURES)
def test_published_values_name_their_sources(name: str) -> None:
    lines = source_lines(name)
    assert all(": " in each for each in lines)
    assert lines


def test_a_broken_file_among_the_published_ones_is_told(tmp_path: Path) -> None:
    (tmp_path / "routing").mkdir()
    np.savez(tmp_path / "routing" / "mixtral_b64.npz", rows=[[0, 1]])
    with pytest.raises(UsageError, match="expected the key `data`"):
        FIGURES["fig9"].studies(Sources(folder=tmp_path))


def test_progress_is_a_bar_on_a_terminal() -> None:
    written = StringIO()
    console = Console(file=written, force_terminal=True, width=100)
    with Progress(console=console) as bar:
        observer = BarProgress(bar)
        observer.begin(2)
        observer.done("first", result(10))
        observer.done("second", result(10))
    assert "second" in written.getvalue()
    assert "100%" in written.getvalue()


def test_progress_is_a_line_a_run_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as observer:
        observer.begin(2)
        observer.done("first", result(10))
    assert capsys.readouterr().err == "[1/2] first: 10 cycles in 0.2 s\n"
