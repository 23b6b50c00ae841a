"""What every pass declares beside its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from xdsl.passes import ModulePass


@dataclass(frozen=True)
class Pass(ModulePass):
    """A change of a module, or a judgement of it; the fields are the options.

    Errors: VerifyException and PassFailedException, with one line that says what is wrong.
    """

    about: ClassVar[str]
    """What it does, in one line."""

    def __post_init__(self) -> None:
        """Hold the options against their bounds. Errors: ValueError."""
        for each in fields(self):
            value = getattr(self, each.name)
            low = low_of(each.metadata)
            if value is not None and value < low:
                raise ValueError(f"`{each.name}` of `{self.name}` is {low} or more, got {value}")


def option(default: int | None, doc: str, *, low: int = 0) -> Any:  # noqa: ANN401 - as `field`
    """Declare an option of a pass: an integer of `low` or more."""
    return field(default=default, metadata={"doc": doc, "low": low})


def low_of(metadata: Mapping[str, Any]) -> int:
    """Return the least value of an option."""
    return int(metadata["low"])
