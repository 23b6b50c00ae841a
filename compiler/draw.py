"""The graph of a program as a picture: Graphviz text, and Graphviz itself."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from html import escape
from shutil import which
from typing import Any

from aspl.checker import Checked
from aspl.dims import Dim
from aspl.functions.function import Empty, Fill, Parts
from aspl.functions.initial import init_text
from aspl.ops.base import ArgumentKind
from aspl.ops.routing import Broadcast
from aspl.ops.sources import Feedback
from aspl.program import Node
from aspl.types import Element, Tensor, TensorRef, shape_text

COLOURS = {
    "off-chip": "#f6cfa5",
    "on-chip": "#f5e6a3",
    "higher-order": "#bcd7f0",
    "routing": "#cfe8c3",
    "shape": "#e4e4e4",
    "sources and sinks": "#dccdea",
    "statements": "#f4c9cf",
}
"""The fill of an operator, by its family."""

FORMATS = ("svg", "png", "pdf")
"""What Graphviz makes; it makes more, which nobody asked for."""

TIMEOUT_S = 300
MAX_LABEL = 48
"""Characters of one line of a label."""


class NotDrawn(RuntimeError):
    """A picture that was not made: why, and what to do."""


def picture(text: str, kind: str) -> bytes:
    """Return what Graphviz draws.

    Errors: NotDrawn when it is not installed or fails.
    """
    program = which("dot")
    if program is None:
        raise NotDrawn(
            "Graphviz is not installed (there is no command `dot`); install it, for example with "
            "`apt install graphviz`, or write the graph for it with `-o g.dot`"
        )
    try:
        made = subprocess.run(
            [program, f"-T{kind}"],
            input=text.encode(),
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotDrawn(f"Graphviz failed: {error}") from error
    if made.returncode:
        said = made.stderr.decode(errors="replace").strip().splitlines()
        raise NotDrawn(f"Graphviz failed: {said[0] if said else made.returncode}")
    return made.stdout


def graph_text(checked: Checked) -> str:
    """Write the graph of a program for Graphviz: operators as nodes, streams as edges."""
    lines = [
        f"digraph {_quoted(checked.program.name)} {{",
        '  graph [rankdir=TB, nodesep=0.25, ranksep=0.35, fontname="Helvetica"]',
        '  node [shape=box, style="rounded,filled", fillcolor=white, color="#555555", '
        'fontname="Helvetica", fontsize=11, margin="0.10,0.05", height=0.3]',
        '  edge [color="#555555", fontname="Helvetica", fontsize=9, fontcolor="#333333", '
        "arrowsize=0.6]",
        *(f"  {line}" for line in _Drawing(checked).lines()),
        "}",
    ]
    return "\n".join(lines) + "\n"


class _Drawing:
    def __init__(self, checked: Checked) -> None:
        self.checked, self.program = checked, checked.program
        self.writers: dict[int, str] = {
            each.value: f"in{place}"
            for place, each in enumerate(self.program.inputs)
            if each.value is not None
        }
        self.copies: set[int] = set()
        for place, node in enumerate(self.program.nodes):
            self.writers.update(dict.fromkeys(node.outputs, f"n{place}"))
            if isinstance(node.op, Broadcast):
                self.copies.update(node.outputs)

    def lines(self) -> Iterator[str]:
        """Write nodes, then edges, then what the colours mean."""
        yield from self.inputs()
        for place, node in enumerate(self.program.nodes):
            yield self.node(place, node)
        for place, _ in enumerate(self.program.results):
            words = "result" if len(self.program.results) == 1 else f"result {place}"
            yield f'out{place} [label={_quoted(words)}, shape=box, style="filled", penwidth=2]'
        for place, node in enumerate(self.program.nodes):
            yield from self.edges(place, node)
        for place, value in enumerate(self.program.results):
            yield self.edge(value, f"out{place}")
        yield from self.legend()

    def inputs(self) -> Iterator[str]:
        """Write the parameters of the kernel; a tensor stands where memory is drawn."""
        for place, each in enumerate(self.program.inputs):
            if isinstance(each.type, Tensor):
                label = _label(each.name, [f"{each.type.dtype} {shape_text(each.type.shape)}"])
                yield f'in{place} [label={label}, shape=cylinder, style=filled, margin="0.1,0.08"]'
            else:
                yield f'in{place} [label={_label(each.name, [])}, style="filled", penwidth=2]'

    def node(self, place: int, node: Node) -> str:
        """Write an operator: its name and function, its parameters, the name of its stream."""
        fill = COLOURS.get(node.op.family, "white")
        if isinstance(node.op, Broadcast):
            return (
                f'n{place} [label="Broadcast", fillcolor="{fill}", fontsize=9, height=0.2, '
                'margin="0.06,0.02"]'
            )
        given = [_value(value) for kind, _, value in _given(node) if kind == ArgumentKind.FUNCTION]
        head = " ".join([node.op.name, *given])
        label = _label(head, [*_rows(node), *self.names(node)])
        return f'n{place} [label={label}, fillcolor="{fill}"]'

    def names(self, node: Node) -> list[str]:
        """Return the author's name of what an operator writes, where it is one stream."""
        names = [self.program.values[value].name for value in node.outputs]
        return [f"→ {names[0]}"] if len(names) == 1 and names[0] else []

    def edges(self, place: int, node: Node) -> Iterator[str]:
        """Write what an operator reads, tensors too."""
        for value in node.inputs:
            yield self.edge(value, f"n{place}", back=isinstance(node.op, Feedback))
        for kind, _, value in _given(node):
            if kind == ArgumentKind.TENSOR:
                assert isinstance(value, TensorRef)
                yield from self.memory(place, node, value)

    def memory(self, place: int, node: Node, ref: TensorRef) -> Iterator[str]:
        """Write the edge between an operator and the tensor that it loads or stores."""
        names = [each.name for each in self.program.inputs]
        if ref.name not in names:
            return
        ends = [f"in{names.index(ref.name)}", f"n{place}"]
        if "Store" in node.op.name:
            ends.reverse()
        yield f'{ends[0]} -> {ends[1]} [style=dashed, color="#a0703a", arrowsize=0.5]'

    def edge(self, value: int, reader: str, *, back: bool = False) -> str:
        """Write a stream; copies have the type of what they are copies of."""
        stream = self.checked.types[value]
        words = [f"tooltip={_quoted(str(stream))}"]
        if value not in self.copies:
            element, shape = _short(stream.element), shape_text(stream.shape)
            # a blank keeps the words off the line
            rows = [f'&#160;{_small(row)}<BR ALIGN="LEFT"/>' for row in (element, shape)]
            words.append(f"label=<{''.join(rows)}>")
        if back:
            words.append('style=bold, color="#b03060", constraint=false')
        return f"{self.writers[value]} -> {reader} [{', '.join(words)}]"

    def legend(self) -> Iterator[str]:
        """Say what the colours mean, those that occur."""
        families = {node.op.family for node in self.program.nodes}
        cells = "".join(
            f'<TR><TD BGCOLOR="{colour}">{escape(family)}</TD></TR>'
            for family, colour in COLOURS.items()
            if family in families
        )
        if cells:
            table = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2">'
            yield f"legend [shape=plain, style=solid, fontsize=9, label=<{table}{cells}</TABLE>>]"


def _given(node: Node) -> list[tuple[ArgumentKind, str, Any]]:
    """Return the parameters of an operator that differ from their defaults."""
    found = []
    for each in node.op.parameters():
        value = getattr(node.op, each.name)
        if each.required or value != each.default:
            found.append((each.argument.kind, each.name, value))
    return found


def _rows(node: Node) -> list[str]:
    """Write the parameters below the name, several a line."""
    left_out = (ArgumentKind.FUNCTION, ArgumentKind.TYPE)
    words = [
        _value(value) if kind == ArgumentKind.TENSOR else f"{name}={_value(value)}"
        for kind, name, value in _given(node)
        if kind not in left_out
    ]
    rows: list[str] = []
    for word in words:
        if rows and len(rows[-1]) + len(word) < MAX_LABEL // 2:
            rows[-1] += f"  {word}"
        else:
            rows.append(word)
    return rows


def _value(value: object) -> str:
    match value:
        case tuple():
            return shape_text(tuple(each for each in value if isinstance(each, Dim)))
        case Fill() | Empty() | Parts():
            return init_text(value)
        case _:
            return str(value)


def _short(element: Element) -> str:
    text = str(element)
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL - 3]}..."


def _label(head: str, rows: list[str]) -> str:
    """Write a label: the head in bold, the rest small."""
    cut = [row if len(row) <= MAX_LABEL else f"{row[: MAX_LABEL - 3]}..." for row in (head, *rows)]
    return f"<{'<BR/>'.join([f'<B>{escape(cut[0])}</B>', *map(_small, cut[1:])])}>"


def _small(text: str) -> str:
    return f'<FONT POINT-SIZE="9" COLOR="#333333">{escape(text)}</FONT>'


def _quoted(text: str) -> str:
    words = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{words}"'
