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
    """Put an engine in place that ends as `ending` does."""
    called = Called()

    def simulate(checked: Any, machine: Any, inputs: Any, **options: Any) -> Ended:
        called.arguments = {"checked": checked, "machine": machine, "inputs": inputs, **options}
        return ending()

    with pytest.MonkeyPatch.context() as patch:
        module = ModuleType("simulator.simulate")
        vars(module).update(simulate=simulate, SimulationFailed=Failed)
        patch.setitem(sys.modules, module.__name__, module)
        yield called
