"""What names and expressions stand for while a program is read: build-time values."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, Union

from aspl.builder import StreamRef
from aspl.dims import Dim, Kind
from aspl.functions.function import Declared, Empty, Fill, Library, Parts
from aspl.types import (
    Buffer,
    Element,
    Index,
    Scalar,
    Selector,
    Stream,
    Tensor,
    TensorRef,
    Tile,
    Tuple,
)


@dataclass(frozen=True, slots=True)
class Anything:
    """What stands where something went wrong that is already reported."""


ANYTHING = Anything()


@dataclass(frozen=True, slots=True)
class Declaration:
    """`Dim(5)` before the header gives it the name on its left."""

    kind: Kind
    value: int
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class ParameterDeclaration:
    """`Parameter(f32, [K, E])` before the header gives it the name on its left."""

    type: Tensor


BuildValue: TypeAlias = Union[
    StreamRef,
    TensorRef,
    Dim,
    int,
    float,
    bool,
    str,
    Declared,
    Library,
    Fill,
    Empty,
    Parts,
    Element,
    Stream,
    Tensor,
    Declaration,
    ParameterDeclaration,
    "tuple[BuildValue, ...]",
    "list[BuildValue]",
    Anything,
    None,
]


def describe(value: BuildValue) -> str:
    """Name the kind of a value for a message."""
    if isinstance(value, bool):
        return f"`{value}`"
    for kinds, words in _WORDS:
        if isinstance(value, kinds):
            return words
    return f"`{value}`"


_WORDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (StreamRef, "a stream"),
    (TensorRef, "a tensor"),
    ((Declared, Library), "a function"),
    ((Fill, Empty, Parts), "an initial value"),
    (Dim, "an extent"),
    (int, "an integer"),
    (float, "a number"),
    (str, "a word"),
    ((list, tuple), "a list"),
    ((Declaration, ParameterDeclaration), "a declaration"),
    ((Scalar, Tile, Buffer, Selector, Index, Tuple, Stream, Tensor), "a type"),
)


_LONG = 40


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the three known names that are most like `name`."""
    by_lower: dict[str, str] = {}
    for each in known:
        by_lower.setdefault(each.lower(), each)
    # difflib is quadratic in the length of a word: no long word is a slip of the pen
    found = difflib.get_close_matches(name[:_LONG].lower(), by_lower, n=3, cutoff=0.5)
    return tuple(by_lower[each] for each in found)


def nearest_hint(name: str, known: Iterable[str]) -> str:
    """Return a hint that names what may have been meant, or an empty one."""
    found = nearest(name, known)
    return f"did you mean {' or '.join(f'`{each}`' for each in found)}?" if found else ""
