"""A report as JUnit XML: a family is a suite, a task a case, which passes if it is solved."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from benchmark.report.content import Report, TaskReport, said
from benchmark.store.events import SampleJudged
from benchmark.store.view import RunView

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""


def report_junit(report: Report) -> str:
    """Write a report as JUnit XML."""
    families: dict[str, list[TaskReport]] = {}
    for task in report.tasks:
        families.setdefault(task.tally.task.family, []).append(task)
    seconds = _seconds(report.run)
    counts = _counts(report.tasks, seconds)
    # the schema that Jenkins reads by has no skipped cases here
    del counts["skipped"]
    root = Element("testsuites", counts)
    root.set("name", xml_text(f"{report.run.config.suite} {report.run.config.model}"))
    for family, tasks in families.items():
        suite = SubElement(root, "testsuite", {"name": xml_text(family), **_counts(tasks, seconds)})
        suite.set("timestamp", f"{report.run.started_at:%Y-%m-%dT%H:%M:%S}")
        for task in tasks:
            _case(suite, task, f"{report.run.config.suite}.{family}", seconds)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def xml_text(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)


def _case(suite: Element, task: TaskReport, group: str, seconds: dict[str, float]) -> None:
    name = task.tally.task.name
    case = SubElement(
        suite,
        "testcase",
        {
            "classname": xml_text(group),
            "name": xml_text(name.partition("/")[2] or name),
            "time": f"{seconds.get(name, 0.0):.3f}",
        },
    )
    if task.tally.is_solved:
        return
    if task.tally.samples:
        words = ", ".join(f"{key} {count}" for key, count in sorted(task.tally.outcomes.items()))
        failure = SubElement(case, "failure", {"message": xml_text(words), "type": _kind(task)})
        failure.text = xml_text("\n\n".join(said(each) for each in task.wrong[:1]))
    elif task.failures:
        SubElement(case, "error", {"message": xml_text(task.failures[0]), "type": "failed"})
    else:
        words = "no sample has come to its end" if task.tally.is_asked else "it was never asked"
        SubElement(case, "skipped", {"message": words})


def _kind(task: TaskReport) -> str:
    return task.wrong[0].outcome if task.wrong else "no-program"


def _counts(tasks: Iterable[TaskReport], seconds: dict[str, float]) -> dict[str, str]:
    found = list(tasks)
    silent = [each for each in found if not each.tally.samples]
    errors = sum(bool(each.failures) for each in silent)
    failures = sum(not each.tally.is_solved for each in found) - len(silent)
    spent = sum(seconds.get(each.tally.task.name, 0.0) for each in found)
    return {
        "tests": str(len(found)),
        "failures": str(failures),
        "errors": str(errors),
        "skipped": str(len(silent) - errors),
        "time": f"{spent:.3f}",
    }


def _seconds(run: RunView) -> dict[str, float]:
    """Add up what judging took, by task."""
    spent: dict[str, float] = {}
    for each in run.settled:
        if isinstance(each.settled, SampleJudged):
            spent[each.task] = spent.get(each.task, 0.0) + each.settled.seconds
    return spent
