"""What a gate finds in a library: codes, how grave they are, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave a finding is, in SARIF's words; errors fail a gate."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding."""

    name: str
    level: Level
    about: str


CODES: Mapping[str, Code] = {
    "G001": Code("wrong", Level.ERROR, "the judge does not find the program correct"),
    "G002": Code("missing", Level.ERROR, "a program is asked for, or listed, and is not there"),
    "G003": Code("slower", Level.ERROR, "the program takes more cycles than it may"),
    "G004": Code("more-traffic", Level.ERROR, "the program moves more off-chip bytes than it may"),
    "G005": Code("more-memory", Level.ERROR, "the program holds more on-chip bytes than it may"),
    "G006": Code("broken", Level.ERROR, "a file cannot be read, or may not be in a library"),
    "G007": Code("tampered", Level.ERROR, "better numbers are claimed than are measured"),
    "G008": Code("unknown-task", Level.ERROR, "this workbench has no such task"),
    "G009": Code("other-header", Level.ERROR, "the file declares other things than its task does"),
    "G010": Code("unjudged", Level.ERROR, "judging took more than it may, or broke"),
    "G011": Code("edited", Level.WARNING, "the program is not the text that was measured"),
    "G012": Code("stale", Level.WARNING, "the numbers are of another judge, task or machine"),
    "G013": Code("unlisted", Level.WARNING, "the manifest does not list the program"),
    "G014": Code("other-module", Level.WARNING, "the Python module is not as it is built"),
    "G015": Code("understated", Level.NOTE, "worse numbers are claimed than are measured"),
}
"""By code; a code keeps its meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a gate tells."""

    code: str
    task: str
    """Empty for what is about the whole library."""
    file: str
    """Inside the library, with `/`."""
    line: int
    message: str
    detail: str = ""
    """What the judge says of the program, in several lines."""

    @property
    def level(self) -> Level:
        """How grave it is."""
        return CODES[self.code].level

    @property
    def name(self) -> str:
        """What the code is called."""
        return CODES[self.code].name

    @property
    def is_error(self) -> bool:
        """Whether it fails the gate."""
        return self.level is Level.ERROR
