"""A prompt as an ordered list of named sections, the lasting ones first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["system", "user"]
Scope: TypeAlias = Literal["always", "campaign", "task", "sample"]
"""How long a section stays the same: in every prompt of this version; while exemplars are only
appended; for all samples of a task in a round; for one sample, or one step of it."""

SCOPES: tuple[Scope, ...] = ("always", "campaign", "task", "sample")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a prompt."""

    name: str
    """`role`, `operators`, `patterns`, `exemplar`, `task`, `feedback`, `tail` ..."""
    role: Role
    scope: Scope
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """All that a model is told in one call.

    Errors: ValueError where a shorter-lived section stands before a longer-lived one, or the
    system's words behind the user's: the prefix that servers cache would end there.
    """

    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        order = [(SCOPES.index(each.scope), each.role == "user") for each in self.sections]
        if any(after[0] < before[0] or after[1] < before[1] for before, after in pairwise(order)):
            names = ", ".join(f"{each.name} ({each.scope})" for each in self.sections)
            raise ValueError(f"sections do not stand in the order in which they last: {names}")

    def named(self, name: str) -> tuple[Section, ...]:
        """Return the sections of a name."""
        return tuple(each for each in self.sections if each.name == name)

    def blocks(self) -> Iterator[tuple[Role, Scope, str]]:
        """Walk the texts of each role and scope, joined; a cached prefix may end behind each."""
        for (role, scope), group in groupby(self.sections, lambda each: (each.role, each.scope)):
            yield role, scope, "\n\n".join(each.text.strip("\n") for each in group)

    def text(self, role: Role) -> str:
        """Return all that is said in a role."""
        return "\n\n".join(text for each, _, text in self.blocks() if each == role)

    def page(self) -> str:
        """Return the whole prompt as it is shown to people."""
        return "\n\n".join(each.text.strip("\n") for each in self.sections) + "\n"
