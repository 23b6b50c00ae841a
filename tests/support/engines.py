"""Doubles of the engine for tests of the command line: they end as they are told to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest


@dataclass
class Ended:
    """What a simulation ends with."""

    report: Any
    timeline: Any = None


class Failed(Exception):
    """A simulation that does not end."""

    def __init__(self, *diagnostics: Any) -> None:
        self.diagnostics = list(diagnostics)


@dataclass
class Called:
    """What the engine was called with."""

    arguments: dict[str, Any] = field(default_factory=dict)


@contextmanager
def engine(ending: Callable[[], Ended]) -> Iterator[Called]:
    """Put an engine in place that ends as `ending` does, and sizes no queue but the second."""
    called = Called()

    def simulate(checked: Any, machine: Any, inputs: Any, **options: Any) -> Ended:
        called.arguments = {"checked": checked, "machine": machine, "inputs": inputs, **options}
        return ending()

    @dataclass
    class Compiled:
        checked: Any
        depths: tuple[int | None, ...] = (None, 7)

    with pytest.MonkeyPatch.context() as patch:
        modules: dict[str, dict[str, Any]] = {
            "simulator.simulate": {"simulate": simulate, "SimulationFailed": Failed},
            "compiler.compiled": {"compile_program": Compiled},
        }
        for name, members in modules.items():
            module = ModuleType(name)
            vars(module).update(members)
            patch.setitem(sys.modules, name, module)
        yield called
