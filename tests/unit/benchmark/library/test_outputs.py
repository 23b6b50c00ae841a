"""What a gate says as text, Markdown, JUnit, SARIF, and in the words of GitHub Actions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sarif_rules import require_sarif

from benchmark.library.findings import CODES, Finding
from benchmark.library.gate import Gated, Row
from benchmark.library.github import annotated, silenced
from benchmark.library.junit import gated_junit
from benchmark.library.manifest import Metrics
from benchmark.library.markdown import gated_markdown
from benchmark.library.records import gate_record
from benchmark.library.sarif import gated_sarif
from benchmark.library.tables import changed
from benchmark.library.text import gated_text

EVIL = "a|b <i>\n::error::x\r##[set-output]%0A\x1b[2J\x00"
DOCS = Path(__file__).parents[4] / "docs"


def finding(code: str, task: str, detail: str = "", message: str = "words") -> Finding:
    file = f"{task}.aspl" if task else "library.json"
    return Finding(code=code, task=task, file=file, line=7, message=message, detail=detail)


def metrics(cycles: int) -> Metrics:
    return Metrics(cycles=cycles, off_chip_bytes=64, on_chip_bytes=512, flops=9, depth=2)


def row(task: str, *findings: Finding, outcome: str = "correct", cycles: int = 100) -> Row:
    good = outcome == "correct"
    return Row(
        task=task,
        outcome=outcome,
        metrics=metrics(cycles) if good else None,
        before=metrics(100),
        seconds=0.25,
        findings=findings,
    )


GATED = Gated(
    rows=(
        row("bmm/dot-products"),
        row("bmm/outer-products", finding("G003", "bmm/outer-products"), cycles=105),
        row("norm/rms", finding("G010", "norm/rms", message=EVIL), outcome="limit"),
        row(
            "rope/neox",
            finding("G001", "rope/neox", detail="line one\nline two"),
            finding("G011", "rope/neox"),
            outcome="wrong-values",
        ),
        row("rope/gptj", finding("G011", "rope/gptj"), cycles=99),
    ),
    others=(finding("G012", ""),),
)
GOOD = Gated(rows=(row("bmm/dot-products"),), others=())


def test_text_is_what_its_golden_says(golden: Callable[[str, str], None]) -> None:
    golden("library/gate.txt", gated_text(GATED, "kernels") + "\n")


def test_markdown_is_what_its_golden_says(golden: Callable[[str, str], None]) -> None:
    golden("library/gate.md", gated_markdown(GATED, "kernels"))


def test_text_moves_no_cursor() -> None:
    assert "\x1b" not in gated_text(GATED, "kernels")
    assert "\x1b[" in gated_text(GATED, "kernels", color=True)


def test_a_good_library_is_told_in_one_line() -> None:
    last = gated_text(GOOD, "kernels").split("\n")[-1]
    assert last == "the library passes: 1 of 1 programs are good; nothing found"
    assert gated_markdown(GOOD, "kernels").startswith("## ✅ kernels\n")


JUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "time", "tests", "failures", "errors", "skipped"}, {"testcase"}),
    "testcase": ({"name", "classname", "time"}, {"failure", "error", "system-out"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
    "system-out": (set(), set()),
}
"""What jenkins-junit.xsd allows of what is used: attributes and children by element."""


def test_junit_keeps_to_its_schema_and_counts_right() -> None:
    root = ElementTree.fromstring(gated_junit(GATED, f"kernels {EVIL}").encode())
    for element in root.iter():
        attributes, children = JUNIT[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
    totals = {"tests": 0, "failures": 0, "errors": 0}
    for suite in root:
        cases = suite.findall("testcase")
        assert len(cases) == len(suite) == int(suite.attrib["tests"])
        for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert len(suite.findall(f"testcase/{tag}")) == int(suite.attrib[kind])
        for kind in totals:
            totals[kind] += int(suite.attrib[kind])
        # in the order of the schema: what failed, then what was printed
        for case in cases:
            tags = [child.tag for child in case]
            assert tags == sorted(tags, key=("failure", "error", "system-out").index)
    assert totals == {"tests": 6, "failures": 2, "errors": 1}
    assert all(int(root.attrib[kind]) == count for kind, count in totals.items())


def test_junit_tells_what_failed_and_what_is_only_told() -> None:
    root = ElementTree.fromstring(gated_junit(GATED, "kernels").encode())
    neox = root.find(".//testcase[@classname='library.rope'][@name='neox']")
    assert neox is not None
    failure = neox.find("failure")
    assert failure is not None
    assert failure.attrib["type"] == "wrong"
    assert (failure.text or "").endswith("(rope/neox.aspl:7)\nline one\nline two")
    assert "G011 edited" in (neox.findtext("system-out") or "")
    (error,) = root.findall(".//error")
    assert "\ufffd" in error.attrib["message"]
    assert "G012 stale" in (root.findtext(".//testcase[@name='manifest']/system-out") or "")


@pytest.mark.parametrize("gated", [GATED, GOOD])
def test_sarif_keeps_to_the_standard(gated: Gated) -> None:
    log = json.loads(gated_sarif(gated, "some where/kernels", {"workbench": "0.1.0"}))
    require_sarif(log)
    results = log["runs"][0]["results"]
    assert [each["ruleId"] for each in results] == [each.code for each in gated.findings]


def test_sarif_tells_where_and_what() -> None:
    log = json.loads(gated_sarif(GATED, "some where/kernels", {"workbench": "0.1.0"}))
    first = log["runs"][0]["results"][0]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "some%20where/kernels/rope/neox.aspl"
    assert place["region"]["startLine"] == 7
    assert first["message"]["text"] == "words\n\nline one\nline two"
    prints = [each["partialFingerprints"]["finding/v1"] for each in log["runs"][0]["results"]]
    assert len(set(prints)) == len(prints)


def test_annotations_are_one_command_a_line() -> None:
    lines = annotated(GATED, "a:b,c%/kernels").splitlines()
    assert len(lines) == len(GATED.findings)
    assert lines[0] == (
        "::error file=a%3Ab%2Cc%25/kernels/rope/neox.aspl,line=7,title=G001 wrong::words"
    )
    assert lines[-1].startswith("::warning file=")
    assert any("::a|b <i>%0A::error::x%0D##[set-output]%250A" in line for line in lines)


def test_output_is_held_between_two_words_that_it_cannot_know() -> None:
    assert silenced("::error::x", "abc") == "::stop-commands::abc\n::error::x\n::abc::\n"


def test_a_record_holds_all_of_it() -> None:
    record = json.loads(json.dumps(gate_record(GATED, "kernels")))
    assert (record["schema"], record["good"]) == ("aspl.gate/1", False)
    assert [each["code"] for each in record["findings"]] == [each.code for each in GATED.findings]
    assert record["programs"][1]["metrics"]["cycles"] == 105


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [(100, 105, "+5.00 %"), (4, 4, "same"), (0, 8, "+8"), (None, 4, "-"), (4, None, "-")],
)
def test_a_change_is_told_in_few_words(then: int | None, now: int | None, words: str) -> None:
    assert changed(then, now) == words


def test_the_page_lists_every_code() -> None:
    told = re.findall(r"^\| `(G\d{3})` ([\w-]+) \| (\w+) \|", (DOCS / "gate.md").read_text(), re.M)
    assert told == [(code, each.name, str(each.level)) for code, each in CODES.items()]
