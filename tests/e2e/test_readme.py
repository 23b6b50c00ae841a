"""What the READMEs show is what the commands print, and the files that they name are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commands import aspl

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def blocks(name: str, language: str) -> list[str]:
    found = BLOCK.findall((ROOT / name).read_text())
    return [text for kind, text in found if kind == language]


def test_the_first_program_has_the_diagnostic_and_the_values_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    program = blocks("README.md", "python")[0]
    diagnostic, values, cycles, _ = blocks("README.md", "text")
    Path("squares.aspl").write_text(program)
    shown = aspl("check", "squares.aspl")
    assert (shown.exit_code, shown.stdout) == (1, diagnostic)
    hint = re.search(r"hint: write `(.*)` and read each copy once", diagnostic)
    assert hint is not None
    mended = program.replace(
        "    squares = Map(x, x, fn=mul)", f"    {hint[1]}\n    squares = Map(x_0, x_1, fn=mul)"
    )
    Path("squares.aspl").write_text(mended)
    shown = aspl("run", "squares.aspl", "--seed", "1")
    assert (shown.exit_code, shown.stdout) == (0, values)
    shown = aspl("sim", "squares.aspl")
    assert (shown.exit_code, shown.stdout) == (0, cycles)


PAGES = [
    "README.md",
    "benchmark/README.md",
    "aspl/README.md",
    "compiler/README.md",
    "simulator/README.md",
]


@pytest.mark.parametrize("name", PAGES)
def test_named_files_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    folders = "aspl|agent|benchmark|compiler|docs|simulator|tests"
    paths = set(re.findall(rf"`((?:{folders})/[\w./]+)`", text))
    missing = [path for path in paths if not (ROOT / path.rstrip("/")).exists()]
    assert missing == []


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files(name: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text())
    base = (ROOT / name).parent
    missing = [target for target in targets if "://" not in target and not (base / target).exists()]
    assert missing == []


def test_the_python_shown_in_the_package_runs() -> None:
    program = next(text for text in blocks("aspl/README.md", "python") if "import" in text)
    names: dict[str, object] = {}
    exec(compile(program, "aspl/README.md", "exec"), names)  # our own page, not a candidate
    assert names["checked"] is not None


def test_the_simulation_shown_in_the_package_runs() -> None:
    (program,) = blocks("simulator/README.md", "python")
    names: dict[str, object] = {}
    exec(compile(program, "simulator/README.md", "exec"), names)  # our own page, not a candidate
    assert names["report"] is not None


def test_the_answer_shown_gets_the_verdict_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (answer,) = blocks("README.md", "aspl")
    Path("answer.aspl").write_text(answer)
    shown = aspl("bench", "judge", "bmm/scaled-rows", "answer.aspl", "--no-cache")
    assert shown.exit_code == 1
    verdict = blocks("README.md", "text")[-1]
    assert shown.stdout.startswith(verdict)
    told, _, last = shown.stdout.removeprefix(verdict).strip().partition("; ")
    assert told.startswith("judged in")
    assert last.startswith("again with --seeds")
