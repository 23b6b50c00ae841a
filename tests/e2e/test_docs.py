"""The pages of `docs` can be followed: their files are written, their commands run."""

from __future__ import annotations

import json
import re
import shutil
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import aspl
from pages import ROOT, follow, is_as_shown
from vendors.server import KEY, Server

from agent.campaigns.cli import BUDGET_SPENT
from agent.cli import INTERRUPTED, OUR_FAULT
from aspl.command import REJECTED, USAGE
from benchmark.judge.verdict import Outcome

PCL = ROOT / "tests" / "support" / "pcl" / "norm_rms.yaml"
MAIN = "from agent.cli import main; main()"
LOCAL = "http://localhost:8000/v1"


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))  # verdicts are kept there
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def test_models_can_be_followed(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.openai_url)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)

    def instead(command: str) -> str:
        for key in ("sk-ant-...", "sk-..."):
            command = command.replace(key, KEY)
        return command.replace(LOCAL, server.openai_url)

    follow("docs/models.md", tmp_path, monkeypatch, instead)
    assert {each.model for each in server.ledger.entries} == {
        *("gpt-4.1-mini", "claude-haiku-4-5", "local-model"),
    }


def test_agent_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    follow("docs/agent.md", tmp_path, monkeypatch)
    assert (tmp_path / "report.html").exists()
    assert (tmp_path / "examples.jsonl").read_text().count("\n") >= 1


def test_tasks_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(PCL, tmp_path)
    python = environment(tmp_path / "environment")
    install = "install --quiet --no-index --no-deps --no-build-isolation"
    is_installed = False

    def instead(command: str) -> str:
        nonlocal is_installed
        if command == "pip install .":
            is_installed = True
            return f"{sys.executable} -m pip --python {python} {install} ."
        if is_installed and not command.startswith("aspl bench import-pcl"):
            return command.replace("aspl", f"{python} -c '{MAIN}'", 1)
        return command

    follow("docs/tasks.md", tmp_path, monkeypatch, instead)
    assert json.loads(aspl("runs", "list", "--json").stdout)["solved"] == 1


def environment(folder: Path) -> Path:
    """Make an environment that has all of ours, and can be installed into; give its Python."""
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    ours = [str(ROOT), *(each for each in sys.path if each.endswith("site-packages"))]
    (site / "ours.pth").write_text("\n".join(ours))
    return folder / "bin" / "python"


def test_report_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def instead(command: str) -> str:
        if "OTHER" not in command:
            return command
        first = json.loads(aspl("runs", "list", "--json").stdout.splitlines()[0])
        return command.replace("OTHER", first["run"])

    follow("docs/report.md", tmp_path, monkeypatch, instead)
    made = {each.name for each in tmp_path.iterdir() if each.is_file()}
    assert made == {"report.html", "report.md", "samples.csv", "junit.xml"}


@pytest.mark.parametrize("name", ["docs/report.md", "benchmark/README.md"])
def test_the_words_of_outcomes_are_told(name: str) -> None:
    text = (ROOT / name).read_text()
    assert [each for each in Outcome if f"`{each}`" not in text] == []


def test_the_exit_codes_are_told() -> None:
    table = (ROOT / "docs" / "report.md").read_text().partition("## Exit codes")[2]
    told = set(map(int, re.findall(r"^\| (\d+) \|", table, re.MULTILINE)))
    assert told == {0, REJECTED, USAGE, BUDGET_SPENT, OUR_FAULT, INTERRUPTED}


def test_a_page_that_shows_what_is_not_printed_is_told_of() -> None:
    assert is_as_shown("cycles  ...\nbytes  3\n", "cycles  14\nbytes  3\n")
    assert not is_as_shown("cycles  ...\nbytes  3\n", "cycles  14\nbytes  4\n")
