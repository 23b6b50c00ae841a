"""The stable part's data: operators from their table, idioms from theirs."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

from aspl.functions.library.table import LIBRARY
from aspl.manual import signature
from aspl.ops.base import Op
from aspl.ops.table import OPS
from aspl.text.derived import DERIVED
from prompts import contexts
from prompts.patterns import PATTERNS, Pattern

USUAL = (
    "higher-order",
    "shape",
    "on-chip",
    "routing",
)
"""The families that most kernels are made of."""
RARE = ("sources and sinks", "statements", "off-chip")
_SECTION = re.compile(r"^(?P<label>[A-Z][a-z]+): +", re.MULTILINE)


def operators() -> contexts.Operators:
    """Return the reference of all operators, by family."""
    return contexts.Operators(
        families=tuple(
            contexts.Family(
                name=family,
                operators=tuple(_operator(op) for op in OPS.values() if op.family == family),
                is_rare=family in RARE,
            )
            for family in (*USUAL, *RARE)
        ),
        derived=tuple(
            contexts.Derived(name=each.name, about=each.doc, expansion=each.expansion)
            for each in DERIVED.values()
        ),
        maps=_functions("map"),
        folds=_functions("fold"),
        flat_maps=_functions("flat-map"),
    )


def patterns() -> contexts.Patterns:
    """Return the idioms."""
    return contexts.Patterns(idioms=tuple(map(_idiom, PATTERNS)))


def _operator(op: type[Op]) -> contexts.Operator:
    about, labelled = _doc(op)
    example = op.example
    stored = [(f"{name}, as stored,", value) for name, value in example.tensors.items()]
    return contexts.Operator(
        signature=signature(op),
        about=about,
        shape=labelled["Shape"],
        parameters=_values((each.name, each.argument.doc) for each in op.parameters()),
        program=example.text,
        inputs=_values(example.inputs.items()),
        results=_values([*_results(example.outputs), *stored]),
    )


def _doc(op: type[Op]) -> tuple[str, Mapping[str, str]]:
    """Return what is said of an operator, and what its labels say, each as one line."""
    first, *rest = _SECTION.split(inspect.getdoc(op) or "")
    labelled = dict(zip(rest[::2], rest[1::2], strict=True))
    return " ".join(first.split()), {
        label: " ".join(text.split()) for label, text in labelled.items()
    }


def _idiom(pattern: Pattern) -> contexts.Idiom:
    return contexts.Idiom(
        title=pattern.title,
        about=pattern.about,
        program=pattern.program,
        inputs=_values(pattern.inputs.items()),
        results=_values(_results(pattern.outputs)),
    )


def _results(outputs: tuple[Any, ...]) -> list[tuple[str, Any]]:
    if len(outputs) == 1:
        return [("result", outputs[0])]
    return [(f"result {place}", value) for place, value in enumerate(outputs)]


def _values(named: Iterable[tuple[str, Any]]) -> tuple[contexts.Value, ...]:
    return tuple(contexts.Value(name=name, value=str(value)) for name, value in named)


def _functions(role: str) -> str:
    return ", ".join(f"`{each.usage}`" for each in LIBRARY.values() if role in each.roles)
