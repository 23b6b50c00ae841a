"""Every operator is whole: meaning, token rule, lowering, timing, cost, example, docstring."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import aspl.ops
from aspl.ops.base import Op
from aspl.ops.table import OPS
from aspl.reference.meaning import MEANING
from aspl.reference.processes.table import PROCESSES
from compiler.lower.rules import RULES
from compiler.machine import Kind
from compiler.metrics.paper import PAPER
from compiler.metrics.published import PUBLISHED
from compiler.metrics.row import Table
from simulator.engine import run as engine_run

LABELS = ("Shape:", "Source:")
WITHOUT_MEANING = {"Feedback"}
"""What means something only in a cycle, token by token."""


def _declared() -> set[type[Op]]:
    """Find the operators of every module of the family files."""
    modules = [
        importlib.import_module(f"aspl.ops.{each.name}")
        for each in pkgutil.iter_modules(aspl.ops.__path__)
    ]
    found = [value for module in modules for value in vars(module).values()]
    classes = {each for each in found if isinstance(each, type) and issubclass(each, Op)}
    return classes - {Op}


def test_every_operator_class_is_in_the_table() -> None:
    left_out = sorted(op.__name__ for op in _declared() - set(OPS.values()))
    assert not left_out, f"operators that `OPS` does not have: {left_out}"


def test_operators_go_by_the_name_of_their_class() -> None:
    wrong = {key: op.__name__ for key, op in OPS.items() if not key == op.name == op.__name__}
    assert not wrong, f"names that are not those of the classes: {wrong}"


def test_every_operator_has_a_meaning() -> None:
    missing = OPS.keys() - MEANING.keys() - WITHOUT_MEANING
    assert not missing, f"operators without a row in `MEANING`: {sorted(missing)}"
    assert not MEANING.keys() - OPS.keys(), "meanings of what is no operator"


def test_every_operator_has_a_token_rule() -> None:
    missing = OPS.keys() - PROCESSES.keys()
    assert not missing, f"operators without a row in `PROCESSES`: {sorted(missing)}"
    assert not PROCESSES.keys() - OPS.keys(), "token rules of what is no operator"


def test_every_operator_is_lowered() -> None:
    missing = OPS.keys() - RULES.keys()
    assert not missing, f"operators without a row in `RULES`: {sorted(missing)}"
    assert not RULES.keys() - OPS.keys(), "lowering rules of what is no operator"


@pytest.mark.parametrize("table", [PUBLISHED, PAPER], ids=["published", "paper"])
def test_every_operator_has_a_cost(table: Table) -> None:
    missing = OPS.keys() - table.keys()
    assert not missing, f"operators without a row of metrics: {sorted(missing)}"
    assert not table.keys() - OPS.keys(), "metrics of what is no operator"


def test_every_kind_of_unit_is_timed() -> None:
    source = inspect.getsource(engine_run)
    missing = [kind.name for kind in Kind if f"== _{kind.name}:" not in source]
    # the last of each group of kinds is what is left
    assert set(missing) <= {"SINK", "FLAT_MAP", "EAGER_MERGE", "ZIP"}
    assert all(f"step_{kind.name.lower()}(m, u)" in source for kind in Kind)


def test_every_operator_has_an_example() -> None:
    missing = [name for name, op in OPS.items() if not hasattr(op, "example")]
    assert not missing, f"operators without an example: {missing}"
    elsewhere = [name for name, op in OPS.items() if f"{name}(" not in op.example.text]
    assert not elsewhere, f"operators whose example does not use them: {elsewhere}"
    silent = [name for name, op in OPS.items() if not op.example.outputs and not op.example.tensors]
    assert not silent, f"operators whose example states no value: {silent}"


@pytest.mark.parametrize("label", LABELS)
def test_every_operator_says_what_its_docstring_must(label: str) -> None:
    missing = [
        name
        for name, op in OPS.items()
        if not any(line.strip().startswith(label) for line in (op.__doc__ or "").splitlines())
    ]
    assert not missing, f"operators whose docstring has no `{label}`: {missing}"


def test_every_parameter_is_documented() -> None:
    missing = [
        f"{name}.{each.name}"
        for name, op in OPS.items()
        for each in op.parameters()
        if not each.argument.doc
    ]
    assert not missing, f"parameters without words: {missing}"


def test_every_operator_names_its_family() -> None:
    missing = [name for name, op in OPS.items() if not getattr(op, "family", "")]
    assert not missing, f"operators without a family: {missing}"
