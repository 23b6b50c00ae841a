"""`aspl opt` and `aspl draw`: what standard input, files and the machine's tools decide."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest
from commands import aspl

PROGRAM = """\
M = Dim(2)

def kernel(
    x: Stream(Tile(f32, [8, 8]), [M]), y: Stream(Tile(f32, [8, 8]), [M])
) -> Stream(Tile(f32, [8, 8]), [M]):
    z = Map(x, y, fn=matmul)
    return Map(z, z, fn=add)
"""


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "k.aspl"
    path.write_text(PROGRAM, encoding="utf-8")
    return str(path)


def test_what_opt_prints_is_read_back(program: str) -> None:
    first = aspl("opt", program, "-p", "insert-broadcasts,hier-tile{tile=4}")
    assert (first.exit_code, first.stderr) == (0, "")
    again = aspl("opt", "-", stdin=first.stdout)
    assert again == first
    verified = aspl("opt", "-", "-p", "verify", stdin=f"// a remark\n\n{first.stdout}")
    assert verified == first


def test_passes_one_by_one_are_passes_in_a_row(program: str) -> None:
    text = aspl("opt", program).stdout
    for each in ("insert-broadcasts", "hier-tile{tile=4}", "canonicalise", "verify"):
        text = aspl("opt", "-", "-p", each, stdin=text).stdout
    passes = "insert-broadcasts,hier-tile{tile=4},canonicalise,verify"
    assert aspl("opt", program, "-p", passes).stdout == text


def test_passes_that_change_nothing_are_told(program: str) -> None:
    # no product of tiles is larger than a piece
    shown = aspl("opt", program, "-p", "insert-broadcasts,hier-tile,verify")
    assert (shown.exit_code, shown.stderr) == (0, f"{program}: nothing to change for hier-tile\n")
    changed = aspl("opt", program, "-p", "insert-broadcasts,hier-tile{tile=4},verify")
    assert changed.stderr == ""
    twice = aspl("opt", "-", "-p", "hier-tile{tile=4},insert-broadcasts", stdin=changed.stdout)
    assert twice.stderr == "<stdin>: nothing to change for hier-tile{tile=4}, insert-broadcasts\n"
    assert twice.stdout == changed.stdout


def test_opt_writes_a_file(program: str, tmp_path: Path) -> None:
    out = tmp_path / "k.mlir"
    assert aspl("opt", program, "-o", str(out)).stdout == ""
    assert aspl("opt", str(out)).stdout == out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("step.map", "step.mop", "<stdin>:5:20: operation step.mop is not registered"),
        ("module {", "module { {", "<stdin>:"),
        ('fn = #step.library<"matmul", {}>', "", "attribute 'fn' expected"),
    ],
)
def test_mlir_text_that_is_none_is_a_wrong_call(
    program: str, old: str, new: str, words: str
) -> None:
    text = aspl("opt", program).stdout
    assert old in text
    shown = aspl("opt", "-", stdin=text.replace(old, new))
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert words in shown.stderr
    assert shown.stderr.count("\n") == 1


def test_a_module_that_is_no_program_is_rejected() -> None:
    shown = aspl("opt", "-", "-p", "verify", stdin="builtin.module {\n}\n")
    assert shown.exit_code == 1
    assert shown.stderr == "<stdin>: expected one `step.kernel`, got 0\n"


def test_sizes_of_a_module_are_in_it(program: str) -> None:
    shown = aspl("opt", "-", "--dim", "M=3", stdin=aspl("opt", program).stdout)
    assert shown.exit_code == 2
    assert "--dim is for programs" in shown.stderr


def test_a_file_is_needed() -> None:
    assert aspl("opt").exit_code == aspl("draw").exit_code == 2


def test_bytes_that_are_no_text_are_reported() -> None:
    shown = aspl("opt", "-", stdin=b"\xff\xfe")
    assert shown.exit_code == 1
    assert "P003" in shown.stderr
    shown = aspl("opt", "-", stdin=b"builtin.module {\xff}")
    assert shown.exit_code == 2


def test_a_module_is_drawn_like_its_program(program: str) -> None:
    drawn = aspl("draw", "-", stdin=aspl("opt", program).stdout)
    assert drawn == aspl("draw", program)
    assert drawn.stdout.startswith('digraph "kernel" {')


def test_draw_writes_the_text_of_the_graph(program: str, tmp_path: Path) -> None:
    out = tmp_path / "g.dot"
    assert aspl("draw", program, "-o", str(out)).exit_code == 0
    assert out.read_text(encoding="utf-8") == aspl("draw", program).stdout


def test_without_graphviz_draw_says_how_to_get_it(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compiler.draw.which", lambda name: None)
    shown = aspl("draw", program, "-o", str(tmp_path / "g.svg"))
    assert shown.exit_code == 2
    assert "apt install graphviz" in shown.stderr
    assert "-o g.dot" in shown.stderr
    assert not (tmp_path / "g.svg").exists()


@pytest.mark.skipif(which("dot") is None, reason="needs Graphviz")
@pytest.mark.parametrize(("kind", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_draw_makes_pictures(program: str, tmp_path: Path, kind: str, begins: bytes) -> None:
    out = tmp_path / f"g.{kind}"
    assert aspl("draw", program, "-o", str(out), "-p", "default").exit_code == 0
    assert out.read_bytes().startswith(begins)


def test_only_opt_and_draw_load_the_dialect() -> None:
    code = "import agent.cli, sys; agent.cli.build(); print('xdsl' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
