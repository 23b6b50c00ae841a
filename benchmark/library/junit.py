"""What a gate says as JUnit XML: a family is a suite, a program a case."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from benchmark.library.findings import Finding
from benchmark.library.gate import Gated, Row
from benchmark.report.junit import xml_text

_BROKEN = frozenset({"broken", "unjudged", "unknown-task"})
"""Errors that say nothing of how good a program is."""
_LIBRARY = "library"


def gated_junit(gated: Gated, place: str) -> str:
    """Write what a gate says as JUnit XML; the manifest and the module are a case of their own."""
    whole = Row(
        task=f"{_LIBRARY}/manifest",
        outcome="read",
        metrics=None,
        before=None,
        seconds=0.0,
        findings=gated.others,
    )
    rows = (whole, *gated.rows)
    families: dict[str, list[Row]] = {}
    for row in rows:
        families.setdefault(row.task.partition("/")[0], []).append(row)
    root = Element("testsuites", {"name": xml_text(place), **_counts(rows)})
    for family, some in families.items():
        counts = {**_counts(some), "skipped": "0"}
        suite = SubElement(root, "testsuite", {"name": xml_text(family), **counts})
        for row in some:
            _case(suite, row, family)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _case(suite: Element, row: Row, family: str) -> None:
    name = row.task.partition("/")[2] or row.task
    case = SubElement(
        suite,
        "testcase",
        {
            "classname": xml_text(f"{_LIBRARY}.{family}"),
            "name": xml_text(name),
            "time": f"{row.seconds:.3f}",
        },
    )
    errors = [each for each in row.findings if each.is_error]
    if errors:
        # one of them fails the case, and tells of all
        first = SubElement(case, _tag(row), {"message": _line(errors[0]), "type": errors[0].name})
        first.text = xml_text("\n\n".join(map(_told, errors)))
    others = [each for each in row.findings if not each.is_error]
    if others:
        SubElement(case, "system-out").text = xml_text("\n".join(map(_line, others)))


def _tag(row: Row) -> str:
    errors = {each.name for each in row.findings if each.is_error}
    return "error" if errors <= _BROKEN else "failure"


def _counts(rows: Iterable[Row]) -> dict[str, str]:
    found = list(rows)
    bad = [_tag(each) for each in found if not each.is_good]
    return {
        "tests": str(len(found)),
        "failures": str(bad.count("failure")),
        "errors": str(bad.count("error")),
        "time": f"{sum(each.seconds for each in found):.3f}",
    }


def _line(found: Finding) -> str:
    return xml_text(f"{found.code} {found.name}: {found.message} ({found.file}:{found.line})")


def _told(found: Finding) -> str:
    return f"{_line(found)}\n{found.detail}" if found.detail else _line(found)
