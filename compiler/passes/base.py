"""What every pass declares beside its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xdsl.passes import ModulePass


@dataclass(frozen=True)
class Pass(ModulePass):
    """A change of a module, or a judgement of it; the fields are the options.

    Errors: VerifyException and PassFailedException, with one line that says what is wrong.
    """

    about: ClassVar[str]
    """What it does, in one line."""
