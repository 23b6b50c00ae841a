"""What was found of a task that was held to account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found of a task."""

    task: str
    problems: tuple[str, ...]
    cases: int = 0
    """Draws that it was tried on."""
    changes: int = 0
    """Changed solutions that had to be rejected."""
    has_solution: bool = False

    @property
    def is_good(self) -> bool:
        """Whether answers may be judged by it."""
        return not self.problems

    def text(self) -> str:
        """Return it in a line, or a line and one for each problem."""
        if self.problems:
            return "\n".join([f"{self.task}: rejected", *(f"  {each}" for each in self.problems)])
        tried = f"{self.task}: good in {self.cases} draws"
        if not self.has_solution:
            return f"{tried}; control answers are rejected; no solution to try"
        return f"{tried}; solution accepted, control answers and {self.changes} changes rejected"


def verification_to_json(found: Verification) -> dict[str, Any]:
    """Return it as an object of JSON."""
    return asdict(found)


def verification_from_json(record: Mapping[str, Any]) -> Verification:
    """Read what `verification_to_json` wrote. Errors: KeyError, TypeError."""
    return Verification(
        task=record["task"],
        problems=tuple(record["problems"]),
        cases=record["cases"],
        changes=record["changes"],
        has_solution=record["has_solution"],
    )
