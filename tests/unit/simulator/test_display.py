"""What a report shows, as text and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from reports import attention, empty, long_chain

from simulator.display import report_record, report_text
from simulator.report import Link, SimReport

REPORTS = {"attention": attention(), "empty": empty(), "long_chain": long_chain(14)}
COLORS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_shown_as_its_golden_says(
    name: str, golden: Callable[[str, str], None]
) -> None:
    shown = report_text(REPORTS[name], color=False, width=80)
    golden(f"sim/report_{name}.txt", shown + "\n")


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("width", [0, 20, 66, 80, 200])
def test_a_report_keeps_to_its_width(name: str, width: int) -> None:
    shown = report_text(REPORTS[name], color=False, width=width)
    assert max(map(len, shown.split("\n"))) <= max(width or 80, 66)
    assert not any(line != line.rstrip() for line in shown.split("\n"))


@pytest.mark.parametrize("name", REPORTS)
def test_colours_change_nothing_but_colours(name: str) -> None:
    colored = report_text(REPORTS[name], color=True, width=80)
    assert "\x1b[1mcycles\x1b[0m" in colored
    assert COLORS.sub("", colored) == report_text(REPORTS[name], color=False, width=80)


def test_the_busiest_units_are_shown_first_and_the_others_counted() -> None:
    shown = report_text(attention(), color=False, width=80, units=2)
    lines = shown.split("\n\n")[1].split("\n")[1:]
    assert lines[0].startswith("  Map scores ")
    assert lines[1].startswith("  Accum 2 ")
    assert lines[2] == "  ... and 3 more"


def test_no_units_are_shown_when_none_are_wanted() -> None:
    shown = report_text(attention(), color=False, width=80, units=0)
    assert "\n  ... and 5 more\n" in shown


def test_the_chain_is_told_from_what_holds_the_others_up() -> None:
    shown = " ".join(report_text(attention(), color=False, width=80).split())
    assert shown.endswith(
        "`Map scores` is busy 93 %: it holds up `Accum 2` (starved 89 %), which holds up "
        "`LinearOffChipStore out` (starved 98 %), which ends last"
    )


def test_units_that_wait_for_each_other_are_told_together() -> None:
    links = tuple(replace(each, reason="blocked") for each in attention().bottleneck)
    shown = report_text(
        replace(attention(), bottleneck=links, bottleneck_ring=1), color=False, width=80
    )
    assert " ".join(shown.split()).endswith(
        "`Map scores` (blocked 93 %) and `Accum 2` (blocked 89 %) wait for each other: they hold "
        "up `LinearOffChipStore out` (blocked 98 %), which ends last"
    )
    shown = report_text(
        replace(attention(), bottleneck=links, bottleneck_ring=0), color=False, width=200
    )
    assert shown.endswith("`LinearOffChipStore out` (blocked 98 %) wait for each other")


def test_a_unit_that_nothing_holds_up_is_told_alone() -> None:
    report = replace(attention(), bottleneck=(Link(unit=2, reason="busy", cycles=9300),))
    shown = report_text(report, color=False, width=80)
    assert shown.endswith("`Map scores` is busy 93 % and ends last: nothing else holds it up")


def test_small_and_large_shares_are_not_rounded_away() -> None:
    report = replace(attention(), cycles=10**9)
    assert "<1 % of 1,024 bytes a cycle" in report_text(report, color=False, width=200)
    report = replace(attention(), cycles=8257)
    assert "99 % of 1,024 bytes a cycle" in report_text(report, color=False, width=200)


def test_the_record_holds_every_field_and_what_follows_from_them() -> None:
    record = report_record(attention())
    assert record["schema"] == "aspl.sim/1"
    assert {each.name for each in fields(SimReport)} <= set(record)
    assert record["off_chip_bytes"] == 8_454_144
    assert record["compute_utilization"] == attention().compute_utilization
    assert record["bandwidth_utilization"] == attention().bandwidth_utilization
    assert record["units"][2]["label"] == "scores"
    assert record["bottleneck"][0] == {"unit": 4, "reason": "starved", "cycles": 9800}
    assert record["extents"] == {"M": 64, "p_0": 3}


@pytest.mark.parametrize("name", REPORTS)
def test_a_record_is_json(name: str) -> None:
    report = replace(REPORTS[name], peak_bytes_per_cycle=float("inf"))
    text = json.dumps(report_record(report), allow_nan=False)
    assert json.loads(text)["peak_bytes_per_cycle"] == "inf"
