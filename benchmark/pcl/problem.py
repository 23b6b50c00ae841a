"""What is wrong with a task file, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from aspl.terminal import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, or worth a word, in a task file."""

    file: str
    path: str
    """The field, as `fns[0].apply`; empty for the file as a whole."""
    line: int
    """From 1; 0 where the file tells none."""
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [place, self.path, self.message] if self.path else [place, self.message]
        return ": ".join(parts) + (f"; {self.hint}" if self.hint else "")


class PclFileError(UsageError):
    """A task file that cannot be read: all that is wrong with it, one line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class AuthorError(Exception):
    """The task author's own Python failed, or made what its file does not declare."""


@dataclass(slots=True)
class Findings:
    """What was found in one file so far."""

    file: str
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, path: str, line: int, message: str, hint: str = "") -> None:
        """Note what keeps the file from being a task."""
        self.errors.append(self._problem(path, line, message, hint))

    def warn(self, path: str, line: int, message: str, hint: str = "") -> None:
        """Note what is passed over."""
        self.warnings.append(self._problem(path, line, message, hint))

    def require(self) -> None:
        """Raise what was found.

        Errors: PclFileError.
        """
        if self.errors:
            raise PclFileError(self.errors)

    def _problem(self, path: str, line: int, message: str, hint: str) -> Problem:
        return Problem(file=self.file, path=path, line=line, message=message, hint=hint)
