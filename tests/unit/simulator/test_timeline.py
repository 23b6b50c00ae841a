"""Timelines as traces: the format, merged spans, names and order of threads."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from reports import attention, unit
from traces import problems

from simulator.report import UnitReport
from simulator.timeline import KINDS, Timeline, chrome_trace, family_of, trace_text, unit_name

BUSY, STARVED, BLOCKED, OFF_CHIP = range(len(KINDS))
UNITS = (unit("LinearOffChipLoad", "w", 5, 0, 0), unit("Map", "Map 1", 5, 0, 0))


def timeline(*spans: tuple[int, int, int, int]) -> Timeline:
    columns = np.array(spans, np.int64).reshape(-1, 4).T
    return Timeline(unit=columns[0], start=columns[1], end=columns[2], kind=columns[3])


def traced(*spans: tuple[int, int, int, int], units: Any = UNITS) -> dict[str, Any]:
    trace = chrome_trace(timeline(*spans), units, "reference")
    assert problems(trace) == []
    return trace


def spans(trace: dict[str, Any]) -> list[tuple[int, int, int, str]]:
    return [
        (each["tid"], each["ts"], each["dur"], each["name"])
        for each in trace["traceEvents"]
        if each["ph"] == "X"
    ]


def test_equal_spans_that_touch_are_one() -> None:
    trace = traced((1, 4, 6, BUSY), (1, 0, 2, BUSY), (1, 2, 4, BUSY), (1, 6, 9, STARVED))
    assert spans(trace) == [(3, 0, 6, "busy"), (3, 6, 3, "starved")]


def test_spans_with_a_gap_between_stay_apart() -> None:
    trace = traced((1, 0, 2, BUSY), (1, 3, 4, BUSY))
    assert spans(trace) == [(3, 0, 2, "busy"), (3, 3, 1, "busy")]


def test_spans_of_different_units_and_kinds_stay_apart() -> None:
    trace = traced((0, 0, 2, BUSY), (1, 2, 4, BUSY), (1, 4, 5, BLOCKED))
    assert spans(trace) == [(1, 0, 2, "busy"), (3, 2, 2, "busy"), (3, 4, 1, "blocked")]


def test_accesses_off_chip_have_a_thread_of_their_own_and_do_not_overlap() -> None:
    trace = traced((0, 0, 16, OFF_CHIP), (0, 2, 5, OFF_CHIP), (0, 1, 17, OFF_CHIP), (0, 0, 3, BUSY))
    assert spans(trace) == [(1, 0, 3, "busy"), (2, 0, 17, "off-chip access")]


def test_spans_without_length_are_left_out() -> None:
    assert spans(traced((0, 4, 4, BUSY))) == []
    assert spans(traced()) == []


def test_units_are_threads_in_their_order_named_and_numbered_from_one() -> None:
    trace = traced((0, 0, 1, OFF_CHIP))
    named = [each for each in trace["traceEvents"] if each["ph"] == "M"]
    assert [(each["name"], each["tid"], each["args"]) for each in named[1:]] == [
        ("thread_name", 1, {"name": "LinearOffChipLoad w"}),
        ("thread_sort_index", 1, {"sort_index": 0}),
        ("thread_name", 2, {"name": "LinearOffChipLoad w, off chip"}),
        ("thread_sort_index", 2, {"sort_index": 1}),
        ("thread_name", 3, {"name": "Map 1"}),
        ("thread_sort_index", 3, {"sort_index": 2}),
    ]
    assert named[0]["name"] == "process_name"
    assert named[0]["args"] == {"name": "reference"}


def test_the_category_of_a_span_is_the_family_of_its_operator() -> None:
    trace = traced((0, 0, 1, BUSY), (1, 0, 1, BUSY))
    found = [each["cat"] for each in trace["traceEvents"] if each["ph"] == "X"]
    assert found == ["off-chip", "higher-order"]


@pytest.mark.parametrize(
    ("kind", "family"), [("Source", "sources and sinks"), ("Accum", "higher-order")]
)
def test_units_have_families(kind: str, family: str) -> None:
    assert family_of(unit(kind, "x", 0, 0, 0)) == family


@pytest.mark.parametrize(
    ("kind", "label", "name"), [("Map", "y", "Map y"), ("Map", "Map 3", "Map 3")]
)
def test_a_unit_is_named_by_its_operator_and_its_label(kind: str, label: str, name: str) -> None:
    assert unit_name(unit(kind, label, 0, 0, 0)) == name


def test_the_text_is_the_trace_compact_and_the_same_each_time() -> None:
    trace = traced((1, 0, 2, BUSY), (0, 0, 9, OFF_CHIP))
    text = trace_text(trace)
    assert json.loads(text) == trace
    assert text == trace_text(traced((0, 0, 9, OFF_CHIP), (1, 0, 2, BUSY)))
    assert ": " not in text.replace("1 us is", "")
    assert len(text.splitlines()) == len(trace["traceEvents"]) + 2


def test_names_of_any_letters_are_written() -> None:
    units: tuple[UnitReport, ...] = (unit("Map", 'größe "x"', 1, 0, 0),)
    text = trace_text(traced((0, 0, 1, BUSY), units=units))
    assert text.isascii()
    assert json.loads(text)["traceEvents"][1]["args"]["name"] == 'Map größe "x"'


def test_random_spans_keep_their_cycles() -> None:
    random = np.random.default_rng(1)
    given: list[tuple[int, int, int, int]] = []
    cycles: set[tuple[int, bool, int]] = set()
    for each in range(2):
        time = 0
        for _ in range(200):
            start = time + int(random.integers(0, 2))
            time = start + int(random.integers(0, 4))
            given.append((each, start, time, int(random.integers(0, 3))))
    for each in range(2):
        for start in random.integers(0, 500, 100).tolist():
            given.append((each, start, start + 16, OFF_CHIP))
    cycles = {
        (unit, kind == OFF_CHIP, cycle)
        for unit, start, end, kind in given
        for cycle in range(start, end)
    }
    shown = spans(traced(*given))
    found = [
        ((tid - 1) // 2, (tid - 1) % 2 == 1, cycle)
        for tid, start, length, _ in shown
        for cycle in range(start, start + length)
    ]
    assert len(found) == len(set(found))
    assert set(found) == cycles


def test_a_report_names_its_threads() -> None:
    report = attention()
    trace = chrome_trace(timeline((4, 0, 1, BUSY)), report.units, report.machine)
    names = [e["args"]["name"] for e in trace["traceEvents"] if e["name"] == "thread_name"]
    assert names[1] == "Source x"
    assert len(names) == len(report.units)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ph": "B"}, "phase 'B'"),
        ({"ts": 1.5}, "`ts` is 1.5"),
        ({"dur": 0}, "without length"),
        ({"tid": "1"}, "`tid` is '1'"),
        ({"color": "red"}, "unknown keys ['color']"),
    ],
)
def test_what_breaks_the_format_is_found(change: dict[str, Any], words: str) -> None:
    trace = traced((0, 0, 1, BUSY))
    trace["traceEvents"][-1] |= change
    assert words in "\n".join(problems(trace))


def test_overlaps_and_nameless_threads_are_found() -> None:
    trace = traced((0, 0, 4, BUSY))
    last = trace["traceEvents"][-1]
    trace["traceEvents"] += [last | {"ts": 2}, last | {"tid": 77}]
    assert problems(trace) == [
        "thread 77 of process 1 has no name",
        "spans of thread (1, 1) overlap",
    ]
