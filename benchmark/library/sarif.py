"""What a gate finds as SARIF 2.1.0, which code hosts show beside the lines it speaks of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from benchmark.library.findings import CODES, Finding
from benchmark.library.gate import Gated

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_NUMBERS = {code: number for number, code in enumerate(CODES)}


def gated_sarif(gated: Gated, place: str, versions: Mapping[str, str]) -> str:
    """Write what a gate finds as SARIF.

    Args: place: the folder of the library, relative to the root of the repository.
    """
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(versions)},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": True}],
                "results": [_result(each, place) for each in gated.findings],
            }
        ],
    }
    return json.dumps(log, indent=2) + "\n"


def _driver(versions: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": "aspl library ci",
        "version": versions["workbench"],
        "rules": [
            {
                "id": code,
                "name": "".join(word.capitalize() for word in each.name.split("-")),
                "shortDescription": {"text": each.about},
                "defaultConfiguration": {"level": str(each.level)},
            }
            for code, each in CODES.items()
        ],
    }


def _result(found: Finding, place: str) -> dict[str, Any]:
    text = f"{found.message}\n\n{found.detail}" if found.detail else found.message
    where = {
        "artifactLocation": {"uri": quote(f"{place}/{found.file}")},
        "region": {"startLine": found.line},
    }
    return {
        "ruleId": found.code,
        "ruleIndex": _NUMBERS[found.code],
        "level": str(found.level),
        "message": {"text": text},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {"finding/v1": _fingerprint(found)},
    }


def _fingerprint(found: Finding) -> str:
    """Return what stays the same of a finding when lines and numbers move."""
    words = "\0".join((found.code, found.task, found.file))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]
