"""Graphs for Graphviz."""

from __future__ import annotations

from shutil import which

import pytest
from compiling import checked

from aspl.ops.table import OPS
from compiler.draw import COLOURS, NotDrawn, graph_text, picture


@pytest.mark.parametrize("name", OPS)
def test_every_operator_is_drawn(name: str) -> None:
    program = checked(OPS[name].example.text)
    text = graph_text(program)
    for place, node in enumerate(program.program.nodes):
        assert f"n{place} [label=" in text
        assert node.op.name in text
    streams = sum(len(node.inputs) for node in program.program.nodes)
    tensors = text.count("style=dashed")
    edges = streams + len(program.program.results) + tensors
    assert text.count(" -> n") + text.count(" -> out") + text.count(" -> in") == edges


def test_every_family_has_a_colour() -> None:
    assert {op.family for op in OPS.values()} == set(COLOURS)


def test_functions_parameters_names_and_types_are_shown() -> None:
    text = graph_text(
        checked(
            "M = Dim(2)\n\ndef kernel(x: Stream(f32, [M, 3])) -> Stream(f32, [M]):\n"
            '    """Sums."""\n    total = Accum(x, fn=add, init=lowest)\n    return total\n'
        )
    )
    for words in ("<B>Accum add</B>", "init=", "→ total", ">f32<", ">[M, 3]<", "higher-order"):
        assert words in text


def test_a_missing_graphviz_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compiler.draw.which", lambda name: None)
    with pytest.raises(NotDrawn, match="install it, for example"):
        picture("digraph {}", "svg")


@pytest.mark.skipif(which("dot") is None, reason="needs Graphviz")
@pytest.mark.parametrize("name", OPS)
def test_graphviz_takes_the_text(name: str) -> None:
    assert b"<svg" in picture(graph_text(checked(OPS[name].example.text)), "svg")


@pytest.mark.skipif(which("dot") is None, reason="needs Graphviz")
def test_what_graphviz_says_is_told() -> None:
    with pytest.raises(NotDrawn, match="syntax error"):
        picture("digraph {", "svg")
