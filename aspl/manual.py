"""The manual, printed from tables: operators, functions, language, earlier dialect, codes."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aspl.code import Code
from aspl.codes import CODES
from aspl.diagnostics import Findings
from aspl.dims import Dim
from aspl.functions.library.entry import Entry
from aspl.functions.library.table import LIBRARY
from aspl.functions.primitives import PRIMITIVES
from aspl.functions.slots import Primitive
from aspl.language import TOPICS, Rows, Topic, Whole
from aspl.ops.base import Example, Op, Operand, Parameter
from aspl.ops.table import OPS
from aspl.render import paint, render_all
from aspl.text.derived import DERIVED, Derived
from aspl.text.dialect import EARLIER, Spelling
from aspl.text.header import Header
from aspl.text.scope import nearest
from aspl.types import shape_text

WIDTH = 80
_INDENT = "    "
_LONGEST_NAME = 24
"""Longer names in tables stand on lines of their own."""
_LABEL = re.compile(r"(Shape|Rate|Units|Args|Errors|Example|Source):\s*")
_HANG = 8
_LONGEST = 40
"""Lines of a program that are shown; a few codes are about programs too long to read."""
_SIMULATED = "`aspl sim wrong.aspl --machine machine.toml` finds it; `aspl check` does not."


@dataclass(frozen=True, slots=True)
class Manual:
    """The pages of the manual, for a terminal or for a file."""

    color: bool = False

    def operators(self) -> str:
        """Write the table of operators by family."""
        families: dict[str, list[tuple[str, str]]] = {}
        for name, op in OPS.items():
            families.setdefault(op.family, []).append((name, _summary(op)))
        families["built of others"] = [(each.name, each.doc) for each in DERIVED.values()]
        column = _column(OPS)
        tables = (self._table(family, rows, column) for family, rows in families.items())
        return "\n\n".join((*tables, _wrapped(_TOPICS)))

    def functions(self) -> str:
        """Write the tables of library functions and of primitives."""
        library = [(each.usage, f"{each.doc} ({_roles(each)})") for each in LIBRARY.values()]
        primitives = [(each.usage, each.doc) for each in PRIMITIVES.values()]
        return "\n\n".join(
            (
                self._table("functions that operators carry, as `fn=...`", library),
                self._table("primitives, in the bodies of declared functions", primitives),
            )
        )

    def earlier(self) -> str:
        """Write how the earlier dialect spells operators."""
        head = self._strong("the earlier dialect, and the same in this language")
        lines = [line for spelling in EARLIER.values() for line in _earlier(spelling)]
        tail = "Every other operator keeps its name and its parameters."
        return "\n".join([head, *(f"  {line}" for line in lines), "", tail])

    def page(self, name: str) -> str | None:
        """Write all that is known of a name, however its letters are cased; None for nothing."""
        word = name.removeprefix("step.").lower()
        found = [each for each in _names() if each.lower() == word]
        pages = [page for each in found for page in self._pages(each)]
        if pages:
            # `zip` is also a word of kernels, `Zip` is an operator alone
            also = [topic for topic, each in TOPICS.items() if name in each.words]
            pages += [f"See also `aspl ops {topic}`." for topic in also]
        else:
            pages = [self._topic(topic, each) for topic, each in _topics_of(name)]
        return "\n\n".join(pages) or None

    def _pages(self, name: str) -> Iterator[str]:
        if name in OPS:
            yield self._operator(OPS[name])
        if name in DERIVED:
            yield self._derived(DERIVED[name])
        if name in EARLIER:
            yield self._section("In the earlier dialect", _earlier(EARLIER[name]))
        if name in LIBRARY:
            yield self._library(LIBRARY[name])
        if name in PRIMITIVES:
            yield self._primitive(PRIMITIVES[name])

    def codes(self) -> str:
        """Write the table of codes."""
        return self._table("diagnostic codes", [(row.code, row.title) for row in CODES.values()])

    def code(self, row: Code, findings: Findings, task: Header) -> str:
        """Write what a code says, with a wrong program, what is found in it, and a right one.

        Bare programs answer the `task`.
        """
        shown = render_all(findings, row.wrong, "wrong.aspl", color=self.color, width=WIDTH)
        given = [f"{name}: {kind}" for name, kind in task.inputs if row.bare]
        values = [f"{name}: {value}" for name, value in (row.inputs or {}).items()]
        blocks = [
            f"{self._strong(row.code)}: {row.title}",
            _wrapped(row.why),
            self._section("Given by the task", given) if given else "",
            self._section("Wrong", _program(row.wrong)),
            self._section("Run on", values) if values else "",
            self._section("On machine.toml", _program(row.machine)) if row.machine else "",
            _wrapped(_SIMULATED) if row.machine else "",
            "\n".join(map(_shortened, shown.split("\n")[:_LONGEST])),
            self._section("Right", _program(row.right)),
        ]
        return "\n\n".join(block for block in blocks if block)

    def _operator(self, op: type[Op]) -> str:
        rows = [(each.name, _parameter(each)) for each in op.parameters()]
        blocks = [f"{self._strong(signature(op))}\n{op.family}", _doc(op)]
        if rows:
            blocks.append(self._table("Parameters", rows))
        blocks.append(self._section("Example", op.example.text.strip("\n").split("\n")))
        blocks.append("\n".join(_values(op.example)))
        return "\n\n".join(blocks)

    def _derived(self, each: Derived) -> str:
        return f"{self._strong(each.name)}, built of others\n\n{_wrapped(each.doc)}\n\n" + (
            self._section("Stands for", [each.expansion])
        )

    def _library(self, entry: Entry) -> str:
        head = f"{self._strong(entry.usage)}\nlibrary function for {_roles(entry)}"
        blocks = [head, _wrapped(entry.doc)]
        if entry.options:
            rows = [
                (each.name, f"{each.doc} ({each.kind}{_default(each.default)})")
                for each in entry.options
            ]
            blocks.append(self._table("Options", rows))
        return "\n\n".join(blocks)

    def _primitive(self, primitive: Primitive) -> str:
        head = f"{self._strong(primitive.usage)}\nprimitive, in the bodies of declared functions"
        return f"{head}\n\n{_wrapped(primitive.doc)}"

    def _topic(self, name: str, topic: Topic) -> str:
        blocks = [f"{self._strong(name)}: {topic.title}"]
        for block in topic.blocks:
            match block:
                case Rows(title, rows):
                    blocks.append(self._table(title, rows))
                case Whole(title, text):
                    blocks.append(self._section(title, text.strip("\n").split("\n")))
                case str():
                    blocks.append(_wrapped(block))
        return "\n\n".join(blocks)

    def _table(self, title: str, rows: Sequence[tuple[str, str]], column: int = 0) -> str:
        lines = [self._strong(title)]
        for name, words in rows:
            lines += _row(name, words, column or _column(name for name, _ in rows))
        return "\n".join(lines)

    def _section(self, title: str, lines: Iterable[str]) -> str:
        return "\n".join([self._strong(title), *(f"{_INDENT}{line}".rstrip() for line in lines)])

    def _strong(self, text: str) -> str:
        return paint(text, "strong", self.color)


def nearest_names(name: str) -> tuple[str, ...]:
    """Return the three names of the manual that are most like a word."""
    words = (word for topic in TOPICS.values() for word in topic.words)
    return nearest(name, (*_names(), *TOPICS, *words))


_TOPICS = "The language around them is told by `aspl ops TOPIC`; topics: " + ", ".join(TOPICS) + "."


def _topics_of(word: str) -> list[tuple[str, Topic]]:
    """Return the topics that a word leads to: as it is spelt, or else however it is cased."""
    if word.lower() in TOPICS:
        return [(word.lower(), TOPICS[word.lower()])]
    exact = [(name, topic) for name, topic in TOPICS.items() if word in topic.words]
    return exact or [
        (name, topic)
        for name, topic in TOPICS.items()
        if word.lower() in (each.lower() for each in topic.words)
    ]


def _names() -> tuple[str, ...]:
    return tuple(dict.fromkeys((*OPS, *DERIVED, *EARLIER, *LIBRARY, *PRIMITIVES)))


def _summary(op: type[Op]) -> str:
    return (inspect.getdoc(op) or "").split("\n")[0]


def signature(op: type[Op]) -> str:
    """Write a call as one may write it: `Accum(*x, fn, init=None, rank=1)`."""
    needed = _needed(op)
    streams = [f"*{each.name}" if each.arity == "many" else each.name for each in needed]
    if len(needed) > 1 and needed[0].arity == "many":
        # what follows is given by place, too
        streams[0] = f"[{streams[0]}]"
    required = [each.name for each in op.parameters() if each.required]
    optional = [f"{each.name}=None" for each in op.operands if each.arity == "optional"]
    optional += [
        f"{each.name}={_setting(each.default)}" for each in op.parameters() if not each.required
    ]
    return f"{op.name}({', '.join([*streams, *required, *optional])})"


def _needed(op: type[Op]) -> list[Operand]:
    return [each for each in op.operands if each.arity != "optional"]


def _parameter(parameter: Parameter) -> str:
    argument = parameter.argument
    kind = " or ".join(f'"{word}"' for word in argument.words) or str(argument.kind)
    least = "" if argument.low is None else f", {argument.low} or more"
    default = "" if parameter.required else f"; {_setting(parameter.default)} if not given"
    return f"{argument.doc} ({kind}{least}{default})"


def _setting(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        dims = tuple(each for each in value if isinstance(each, Dim))
        return shape_text(dims) if len(dims) == len(value) else str(list(value))
    return str(value)


def _default(value: object) -> str:
    return "" if value is None else f"; {value} if not given"


def _roles(entry: Entry) -> str:
    return ", ".join(entry.roles)


def _earlier(spelling: Spelling) -> list[str]:
    """Write an example, the same in this language, and what else there is to say."""
    note = _wrapped(spelling.note, indent=_INDENT, hanging=_INDENT)
    return [spelling.earlier, f"{_INDENT}{spelling.here}", *(note.split("\n") if note else ())]


def _values(example: Example) -> Iterator[str]:
    """Write what goes into an example and what comes out."""
    named: Mapping[str, Any] = {
        **{f"for {name}": value for name, value in example.inputs.items()},
        **{
            f"result {place}" if len(example.outputs) > 1 else "result": value
            for place, value in enumerate(example.outputs)
        },
        **{f"{name} as stored": value for name, value in example.tensors.items()},
    }
    for name, value in named.items():
        yield _wrapped(f"{name}: {value}", indent=_INDENT, hanging=_INDENT * 2)


def _column(names: Iterable[str]) -> int:
    """Return where the words of a table begin, so that most names fit before."""
    return max(len(name) for name in names if len(name) <= _LONGEST_NAME) + 4


def _row(name: str, words: str, column: int) -> list[str]:
    """Write a row of a table; a long name has a line of its own."""
    indent = " " * column
    text = _wrapped(words, indent=indent, hanging=indent).split("\n")
    if len(name) + 4 > column:
        return [f"  {name}", *text]
    return [f"  {name:<{column - 2}}{text[0].strip()}", *text[1:]]


def _doc(op: type[Op]) -> str:
    """Return the docstring, its lines filled anew; what a label says hangs below it."""
    entries: list[str] = []
    for line in (inspect.getdoc(op) or "").split("\n"):
        goes_on = bool(entries) and bool(entries[-1]) and bool(line) and not _LABEL.match(line)
        if goes_on:
            entries[-1] += f" {line.strip()}"
        else:
            entries.append(line)
    return "\n".join(_labelled(entry) for entry in entries)


def _labelled(entry: str) -> str:
    label = _LABEL.match(entry)
    if label is None:
        return _wrapped(entry)
    return _wrapped(entry[label.end() :], indent=f"{label[1] + ':':<{_HANG}}", hanging=" " * _HANG)


def _wrapped(text: str, *, indent: str = "", hanging: str = "") -> str:
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _program(text: str) -> list[str]:
    lines = text.strip("\n").split("\n")
    shown = [_shortened(line) for line in lines[:_LONGEST]]
    return [*shown, "..."] if len(lines) > _LONGEST else shown


def _shortened(line: str) -> str:
    return line if len(line) <= 2 * WIDTH else f"{line[: 2 * WIDTH - 3]}..."
