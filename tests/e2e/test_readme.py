"""What the READMEs show is what the commands print, and the files that they name are there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from commands import aspl
from pages import ROOT, fences, follow

SHORT = "--task rope/neox --task rope/repeated-positions --rounds 2"
"""Put behind the campaign of the page, which would take a minute."""


def test_the_first_steps_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # verdicts are kept there

    def instead(command: str) -> str:
        return f"{command} {SHORT}" if "bench run" in command else command

    follow("README.md", tmp_path, monkeypatch, instead)
    assert "<html" in (tmp_path / ".aspl" / "report.html").read_text()
    assert aspl("runs", "list").stdout.count("\n") == 2
    assert (tmp_path / "kernel.aspl").read_text().endswith("    return\n")


def test_the_campaign_of_the_page_is_what_make_runs() -> None:
    made = subprocess.run(
        ["make", "-n", "run", "ARGS=--seed 1"], cwd=ROOT, capture_output=True, text=True
    )
    recipe = " ".join(made.stdout.replace("\\\n", " ").splitlines()[-1].split())
    (shown,) = re.findall(r"^aspl bench run .*--html .*$", (ROOT / "README.md").read_text(), re.M)
    assert recipe == f".venv/bin/{shown} --seed 1"


PAGES = [
    "README.md",
    *(f"{each}/README.md" for each in ("agent", "aspl", "benchmark", "compiler", "simulator")),
    *sorted(str(each.relative_to(ROOT)) for each in (ROOT / "docs").glob("*.md")),
]


@pytest.mark.parametrize("name", PAGES)
def test_named_files_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    folders = "aspl|agent|benchmark|compiler|docs|prompts|simulator|tests"
    paths = set(re.findall(rf"`((?:{folders})/[\w./]+)`", text))
    missing = [path for path in paths if not (ROOT / path.rstrip("/")).exists()]
    assert missing == []


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files(name: str) -> None:
    prose = re.sub(r"^```.*?^```$", "", (ROOT / name).read_text(), flags=re.DOTALL | re.MULTILINE)
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose)
    base = (ROOT / name).parent
    missing = [target for target in targets if "://" not in target and not (base / target).exists()]
    assert missing == []


def test_every_page_is_named_in_the_first_one() -> None:
    text = (ROOT / "README.md").read_text()
    assert [each for each in PAGES[1:] if f"]({each})" not in text] == []


def test_the_python_shown_in_the_package_runs() -> None:
    program = next(text for text in python("aspl/README.md") if "import" in text)
    names: dict[str, object] = {}
    exec(compile(program, "aspl/README.md", "exec"), names)  # our own page, not a candidate
    assert names["checked"] is not None


def test_the_simulation_shown_in_the_package_runs() -> None:
    (program,) = python("simulator/README.md")
    names: dict[str, object] = {}
    exec(compile(program, "simulator/README.md", "exec"), names)  # our own page, not a candidate
    assert names["report"] is not None


def python(name: str) -> list[str]:
    return [each.text for each in fences((ROOT / name).read_text()) if each.language == "python"]
