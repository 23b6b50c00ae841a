"""Reports of runs written by hand: goldens of texts, structure of XML, HTML and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from run_records import TASKS, config, failed, judged, opened, record, unfenced, verdict

from aspl.diagnostics import Diagnostic, Label, Span
from benchmark.judge.verdict import Mismatch
from benchmark.report.content import Report, report
from benchmark.report.html import report_html
from benchmark.report.junit import report_junit
from benchmark.report.markdown import plain, report_markdown
from benchmark.report.record import report_record
from benchmark.report.samples import samples_csv
from benchmark.report.text import report_text
from benchmark.store.workspace import Write

TWICE = Diagnostic(
    code="L001",
    message="stream `x` is read twice",
    span=Span(1, 14, 1, 15),
    labels=(Label(Span(1, 11, 1, 12), "first read here"),),
    hint="write `x_0, x_1 = Broadcast(x, n=2)` and read each copy once",
)
MISMATCH = Mismatch(
    output=0,
    regime="ones",
    largest_absolute=0.5,
    largest_relative=1.25,
    wrong=3,
    total=12,
    first=((0, 1), (2, 0)),
)
EVIL = '<script>alert("1")</script> & `|*_'


def samples() -> list[Write]:
    """One task with every kind of sample, one solved, one that nobody answered."""
    twice = "return Map(x, x, fn=mul)\n"
    good = "y = Flatten(x, min=0, max=1)\nreturn y\n"
    return [
        *judged(verdict("attention/fused", twice, "not-linear", diagnostics=(TWICE,)), 0),
        *judged(verdict("attention/fused", good, "correct", 120), 1),
        *judged(verdict("attention/fused", "return x\n", "correct", 100), 2),
        *unfenced("attention/fused", 3, "```\na\n```\n```\nb\n```"),
        *judged(verdict("attention/scan", "wrong\n", "wrong-values", mismatches=(MISMATCH,)), 0),
        *judged(verdict("attention/scan", f"# {EVIL}\n", "unparseable"), 1),
        *judged(verdict("attention/scan", "slow\n", "limit", reason="more than 30 s\x00"), 2),
        *failed("rope/neox", 0, f"the service said {EVIL}\x07"),
    ]


def others() -> list[Write]:
    return [
        *judged(verdict("attention/fused", "return x\n", "correct", 130), 0),
        *judged(verdict("bmm/outer", "return x\n", "correct", 80), 0),
        *judged(verdict("attention/scan", "wrong\n", "wrong-values"), 0),
    ]


@pytest.fixture
def told(tmp_path: Path) -> Report:
    with opened(tmp_path) as workspace:
        run = record(workspace, "run-1", samples(), ending="incomplete")
        return report(workspace, run)


@pytest.fixture
def compared(tmp_path: Path) -> Report:
    with opened(tmp_path) as workspace:
        other = record(workspace, "run-2", others(), config(model="recorded/others"))
        return report(workspace, record(workspace, "run-1", samples(), ending=None), other)


def test_text_is_what_its_golden_says(told: Report, golden: Callable[[str, str], None]) -> None:
    golden("report/report.txt", report_text(told) + "\n")


def test_a_comparison_is_what_its_golden_says(
    compared: Report, golden: Callable[[str, str], None]
) -> None:
    golden("report/against.txt", report_text(compared) + "\n")


def test_markdown_is_what_its_golden_says(
    compared: Report, golden: Callable[[str, str], None]
) -> None:
    golden("report/report.md", report_markdown(compared))


def test_signs_of_markdown_are_taken_literally() -> None:
    assert plain("a|b <c>\n`d` *e*") == "a\\|b \\<c\\> \\`d\\` \\*e\\*"


def test_rows_of_markdown_have_as_many_cells_as_their_head(compared: Report) -> None:
    tables: list[list[str]] = [[]]
    for line in report_markdown(compared).splitlines():
        if line.startswith("|"):
            tables[-1].append(line)
        elif tables[-1]:
            tables.append([])
    for table in filter(None, tables):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table}) == 1, table[0]


def test_junit_has_the_usual_structure(told: Report) -> None:
    root = ElementTree.fromstring(report_junit(told).encode())
    assert root.tag == "testsuites"
    assert [suite.get("name") for suite in root] == ["attention", "bmm", "rope"]
    for suite in root:
        cases = suite.findall("testcase")
        assert len(cases) == len(suite) == int(suite.attrib["tests"])
        for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert len(suite.findall(f"testcase/{tag}")) == int(suite.attrib[kind])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
        assert all({"name", "classname", "time"} <= set(case.attrib) for case in cases)
        assert all(len(case) <= 1 for case in cases)
        assert all(float(each.attrib["time"]) >= 0 for each in (suite, *cases))
    assert [root.attrib[name] for name in ("tests", "failures", "errors")] == ["4", "1", "1"]


SCHEMA = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "time", "tests", "failures", "errors", "skipped", "timestamp"},
        {"testcase"},
    ),
    "testcase": ({"name", "classname", "time"}, {"failure", "error", "skipped"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "skipped": ({"message"}, set()),
}
"""What jenkins-junit.xsd allows of what is used: attributes and children by element."""


def test_junit_has_nothing_that_the_schema_has_not(told: Report) -> None:
    root = ElementTree.fromstring(report_junit(told).encode())
    for element in root.iter():
        attributes, children = SCHEMA[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children


def test_junit_tells_why_a_task_is_not_solved(told: Report) -> None:
    root = ElementTree.fromstring(report_junit(told).encode())
    (failure,) = root.findall(".//failure")
    assert failure.attrib == {"message": "limit 1, unparseable 1, wrong-values 1", "type": "limit"}
    assert "more than 30 s\ufffd" in (failure.text or "")
    (error,) = root.findall(".//error")
    assert error.attrib["message"] == f"propose: the service said {EVIL}\ufffd"


def test_csv_has_a_line_for_each_sample(told: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(samples_csv(told.run))))
    assert [(each["task"], each["sample"], each["outcome"]) for each in rows[:4]] == [
        ("attention/fused", "0", "not-linear"),
        ("attention/fused", "1", "correct"),
        ("attention/fused", "2", "correct"),
        ("attention/fused", "3", "no-program"),
    ]
    assert rows[3]["reason"] == "it holds 2 fenced programs"
    assert (rows[2]["cycles"], rows[2]["usd"], rows[2]["cached"]) == ("100", "0.01", "no")
    assert (rows[7]["state"], rows[7]["usd"]) == ("failed", "")


def test_json_holds_the_scores(compared: Report) -> None:
    found = json.loads(json.dumps(report_record(compared), allow_nan=False))
    assert found["scores"]["solved"]["solved"] == 1
    assert found["tasks"][0]["best"]["cycles"] == 100
    # of one sample each, which is all that the other has
    assert found["against"]["only_second"] == ["attention/fused"]
    assert (found["against"]["tasks"], found["against"]["samples"]) == (2, 2)


class Page(HTMLParser):
    """Checks that tags are closed, and keeps what is there."""

    EMPTY = frozenset({"meta", "line"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def test_a_page_needs_nothing_else(compared: Report) -> None:
    html = report_html(compared)
    page = read(html)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form"}
    places = [
        value
        for _, attributes in page.tags
        for name, value in attributes.items()
        if name in {"src", "href", "action", "xlink:href"}
    ]
    assert places
    assert all(place and place.startswith("#") for place in places)
    assert "url(" not in html
    assert "@import" not in html


def test_links_of_a_page_lead_somewhere(compared: Report) -> None:
    page = read(report_html(compared))
    places = {attributes.get("id") for _, attributes in page.tags}
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert len(links) == len(TASKS)
    assert all(link and link[1:] in places for link in links)


def test_what_models_wrote_is_text_on_a_page(told: Report) -> None:
    page = read(report_html(told))
    assert "script" not in {tag for tag, _ in page.tags}
    words = "".join(page.words)
    assert f"# {EVIL}" in words
    assert "stream `x` is read twice" in words
    assert "3 of 12 numbers are wrong" in words


def test_reports_are_the_same_for_the_same_records(tmp_path: Path) -> None:
    def all_of(folder: Path) -> list[str]:
        with opened(folder) as workspace:
            other = record(workspace, "run-2", others())
            run = record(workspace, "run-1", samples())
            found = report(workspace, run, other)
        return [
            report_text(found),
            report_markdown(found),
            report_html(found),
            report_junit(found),
            samples_csv(found.run),
            json.dumps(report_record(found)),
        ]

    assert all_of(tmp_path / "1") == all_of(tmp_path / "2")


def test_a_run_without_samples_has_reports(tmp_path: Path) -> None:
    with opened(tmp_path) as workspace:
        found = report(workspace, record(workspace, "run-1", [], ending=None))
    assert "it was killed or goes on" in report_text(found)
    assert "16 samples without an end" in report_text(found)
    read(report_html(found))
    root = ElementTree.fromstring(report_junit(found).encode())
    assert len(root.findall(".//skipped")) == 4
    report_markdown(found)
