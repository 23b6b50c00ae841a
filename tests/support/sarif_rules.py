"""What SARIF 2.1.0 asks of the parts that are used, after the text of the OASIS standard.

Strict: a property that is not named here is refused. Numbers of sections are the standard's.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

LEVELS = {"none", "note", "warning", "error"}
URI = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})+")


def require_sarif(log: Any) -> None:
    """Hold a log against the standard."""
    _keys(log, {"version", "runs"}, {"$schema"})  # 3.13
    assert log["version"] == "2.1.0"
    assert urlsplit(log["$schema"]).scheme == "https"
    for run in log["runs"]:
        _run(run)


def _run(run: Any) -> None:
    _keys(run, {"tool", "results"}, {"columnKind", "invocations"})  # 3.14
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    for invocation in run["invocations"]:
        _keys(invocation, {"executionSuccessful"}, set())  # 3.20
        assert isinstance(invocation["executionSuccessful"], bool)
    _keys(run["tool"], {"driver"}, set())  # 3.18
    rules = _driver(run["tool"]["driver"])
    for result in run["results"]:
        _result(result, rules)


def _driver(driver: Any) -> list[str]:
    _keys(driver, {"name"}, {"version", "rules"})  # 3.19
    for rule in driver["rules"]:
        _keys(rule, {"id"}, {"name", "shortDescription", "defaultConfiguration"})  # 3.49
        _message(rule["shortDescription"])
        _keys(rule["defaultConfiguration"], set(), {"level"})  # 3.50
        assert rule["defaultConfiguration"]["level"] in LEVELS
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    return ids


def _result(result: Any, rules: list[str]) -> None:
    optional = {"ruleId", "ruleIndex", "level", "locations", "partialFingerprints"}
    _keys(result, {"message"}, optional)  # 3.27
    assert rules[result["ruleIndex"]] == result["ruleId"]
    assert result["level"] in LEVELS
    _message(result["message"])
    assert len(result["locations"]) == 1
    for location in result["locations"]:
        _keys(location, set(), {"physicalLocation"})  # 3.28
        place = location["physicalLocation"]
        _keys(place, {"artifactLocation"}, {"region"})  # 3.29
        _keys(place["artifactLocation"], {"uri"}, set())  # 3.4
        assert URI.fullmatch(place["artifactLocation"]["uri"])
        _keys(place["region"], {"startLine"}, set())  # 3.30
        line = place["region"]["startLine"]
        assert type(line) is int
        assert line >= 1
    prints = result["partialFingerprints"]
    assert all(isinstance(each, str) and each for each in (*prints, *prints.values()))


def _message(message: Any) -> None:
    _keys(message, {"text"}, set())  # 3.11, 3.12
    assert isinstance(message["text"], str)
    assert message["text"]


def _keys(found: Any, needed: set[str], optional: set[str]) -> None:
    assert isinstance(found, dict)
    assert needed <= set(found) <= needed | optional
