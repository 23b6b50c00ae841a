"""How an operator is declared: its operands, its parameters, its typing rule, its example.

The class of an operator holds what the language says of it, and nothing else. Its meaning, its
lowering and its timing are rows of tables in the packages that need them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Literal, TypeAlias

from aspl.site import Site
from aspl.types import Stream

Arity: TypeAlias = Literal["one", "optional", "many"]


class ArgumentKind(StrEnum):
    """What may stand for a parameter in a program's text."""

    INTEGER = "an integer"
    DIM = "an integer or extent"
    DIMS = "a list of integers or extents"
    FUNCTION = "a function"
    INIT = "an initial value"
    TENSOR = "a tensor of the kernel"
    FLAG = "True or False"
    WORD = "a word"
    TYPE = "a stream type"


@dataclass(frozen=True, slots=True)
class Operand:
    """A stream, or several, that an operator reads."""

    name: str
    arity: Arity = "one"
    low: int = 1
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """What the text form and the manual know of one parameter."""

    kind: ArgumentKind
    doc: str
    low: int | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operator as the text form sees it."""

    name: str
    argument: Argument
    required: bool
    default: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A program that shows one operator, with the values that it turns into others."""

    text: str
    inputs: Mapping[str, Any]
    """Nested lists by kernel parameter."""
    outputs: tuple[Any, ...] = ()
    """Nested lists, one for each returned stream."""
    tensors: Mapping[str, Any] = field(default_factory=dict)
    """Contents of stored tensors afterwards."""


def parameter(
    kind: ArgumentKind,
    doc: str,
    *,
    default: Any = MISSING,
    low: int | None = None,
    words: tuple[str, ...] = (),
) -> Any:
    """Declare a dataclass field as a parameter of an operator."""
    metadata = {"argument": Argument(kind, doc, low, words)}
    return (
        field(metadata=metadata)
        if default is MISSING
        else field(default=default, metadata=metadata)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """An operator with its parameters; the streams that it reads are the node's."""

    name: ClassVar[str]
    family: ClassVar[str]
    operands: ClassVar[tuple[Operand, ...]] = ()
    writes_list: ClassVar[bool] = False
    """Whether its streams are a list however many they are."""
    example: ClassVar[Example]

    def results(self, inputs: int) -> int:
        """Return how many streams it writes when it reads `inputs` streams."""
        return 1

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        """Return the types of its streams, or None after reporting why there are none."""
        raise NotImplementedError(type(self).__name__)

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """Return its parameters in the order of the text form."""
        # a class hashes by identity; mypy looks at the hash of its instances
        return _parameters(cls)  # type: ignore[arg-type]


@cache
def _parameters(op: type[Op]) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(
            each.name,
            each.metadata["argument"],
            each.default is MISSING,
            None if each.default is MISSING else each.default,
        )
        for each in fields(op)
    )
