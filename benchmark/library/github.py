"""What a gate says in the words of GitHub Actions: annotations, and output without commands."""

from __future__ import annotations

from benchmark.library.findings import Finding, Level
from benchmark.library.gate import Gated

_WORDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def annotated(gated: Gated, place: str) -> str:
    """Return a workflow command for each finding, one a line."""
    return "".join(f"{_command(each, place)}\n" for each in gated.findings)


def silenced(text: str, token: str) -> str:
    """Return a text in which no line is taken for a workflow command.

    Args: token: which the text cannot know.
    """
    return f"::stop-commands::{token}\n{text}\n::{token}::\n"


def _command(found: Finding, place: str) -> str:
    properties = {
        "file": f"{place}/{found.file}",
        "line": str(found.line),
        "title": f"{found.code} {found.name}",
    }
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_WORDS[found.level]} {told}::{_data(found.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
