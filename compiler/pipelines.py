"""Which passes run, in which order; and pipelines as text.

insert-broadcasts,hier-tile{tile=16 cols=8},verify
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, fields
from difflib import get_close_matches
from typing import TypeAlias

from xdsl.dialects.builtin import ModuleOp

from compiler.ir.text import context, print_module
from compiler.passes.assign_depths import AssignDepths
from compiler.passes.base import Pass, low_of
from compiler.passes.canonicalise import Canonicalise
from compiler.passes.insert_broadcasts import InsertBroadcasts
from compiler.passes.table import PASSES
from compiler.passes.verify import Verify

Pipeline: TypeAlias = tuple[Pass, ...]

DEFAULT: Pipeline = (
    InsertBroadcasts(),  # first: what follows may count on one reader a stream
    Canonicalise(),  # after the broadcasts, which it puts together and cuts to what is read
    Verify(),  # last, so that a wrong change is seen before anything runs
)
"""What `compile_program` runs."""

SAFE: Pipeline = (
    InsertBroadcasts(),
    Canonicalise(),  # before the depths, which belong to copies as they are in the end
    AssignDepths(),
    Verify(),
)
"""The same, with queues that reconvergent paths do not block."""

PIPELINES: Mapping[str, Pipeline] = {"default": DEFAULT, "safe": SAFE}
"""Pipelines that have a name, which text may give in the place of a pass."""


class BadPipeline(ValueError):
    """A text that is no pipeline: what is wrong, and where in the text, from 0."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


def run(pipeline: Pipeline, module: ModuleOp) -> None:
    """Change a module by all passes in turn; each leaves operations that verify.

    Errors: VerifyException, PassFailedException.
    """
    known = context()
    for each in pipeline:
        each.apply(known, module)


def run_watched(pipeline: Pipeline, module: ModuleOp) -> Pipeline:
    """Change a module as `run` does, and return the passes that left it as it was.

    One that only judges is not among them.

    Errors: as `run`.
    """
    idle: list[Pass] = []
    before = print_module(module)
    for each in pipeline:
        run((each,), module)
        after = print_module(module)
        if after == before and not isinstance(each, Verify):
            idle.append(each)
        before = after
    return tuple(idle)


def parse_pipeline(text: str) -> Pipeline:
    """Return the passes that a text names.

    Errors: BadPipeline.
    """
    found: list[Pass] = []
    for item in _items(text):
        if item.name in PIPELINES and item.options is None:
            found += PIPELINES[item.name]
        elif item.name in PASSES:
            found.append(_made(PASSES[item.name], item))
        else:
            names = [*PASSES, *PIPELINES]
            near = get_close_matches(item.name, names, n=3, cutoff=0.0)
            words = f"there is no pass `{item.name[:80]}`; did you mean {_listed(near, ' or ')}?"
            raise BadPipeline(words, item.column)
    return tuple(found)


def pipeline_text(pipeline: Pipeline) -> str:
    """Write a pipeline; options that have their defaults are left out."""
    return ",".join(map(_pass_text, pipeline))


def options_of(kind: type[Pass]) -> tuple[Field[object], ...]:
    """Return the options of a pass."""
    return tuple(fields(kind))


def _pass_text(one: Pass) -> str:
    given = [
        f"{_dashed(each.name)}={getattr(one, each.name)}"
        for each in fields(one)
        if getattr(one, each.name) != each.default
    ]
    return f"{one.name}{{{' '.join(given)}}}" if given else one.name


@dataclass(frozen=True, slots=True)
class _Item:
    """A pass as it is written, and where."""

    name: str
    options: str | None
    column: int


_ITEM = re.compile(r"\s*([A-Za-z][\w-]*)?\s*(?:\{([^{}]*)\})?\s*")


def _items(text: str) -> Iterator[_Item]:
    at = 0
    while True:
        found = _ITEM.match(text, at)
        assert found is not None
        end = found.end()
        if found[1] is None or (end < len(text) and text[end] != ","):
            column = end if found[1] else at
            got = f"`{text[column]}`" if column < len(text) else "the end"
            raise BadPipeline(f"expected `pass` or `pass{{option=value}}`, got {got}", column)
        yield _Item(found[1], found[2], found.start(1))
        if end == len(text):
            return
        at = end + 1


def _made(kind: type[Pass], item: _Item) -> Pass:
    known = {_dashed(each.name): each for each in options_of(kind)}
    given: dict[str, int] = {}
    for word in (item.options or "").replace(",", " ").split():
        name, equals, value = word.partition("=")
        if name not in known:
            has = f"it has {_listed(known, ', ')}" if known else "it has none"
            raise BadPipeline(f"`{item.name}` has no option `{name[:80]}`; {has}", item.column)
        if not equals or not (value.isascii() and value.isdigit() and len(value) < 16):
            words = f"expected an integer for `{name}` of `{item.name}`, got `{value[:80]}`"
            raise BadPipeline(words, item.column)
        low = low_of(known[name].metadata)
        if int(value) < low:
            words = f"expected {low} or more for `{name}` of `{item.name}`, got {value}"
            raise BadPipeline(words, item.column)
        given[known[name].name] = int(value)
    return kind(**given)


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _listed(names: Iterable[str], between: str) -> str:
    return between.join(f"`{each}`" for each in names)
