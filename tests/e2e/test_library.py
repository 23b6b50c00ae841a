"""Libraries from the command line: built, shown, compared, called, and gated."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from commands import Shown, aspl
from libraries import FEW, edit
from sarif_rules import require_sarif

from benchmark.tasks.table import SUITES

ROOT = Path(__file__).parents[2]
ASPL = [sys.executable, "-c", "from agent.cli import main; main()"]
TASKS = [word for task in FEW for word in ("--task", task)]
ONE = "bmm/outer-products"
VARIABLE = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}|\b\d{16,19}\b|\b[0-9a-f]{64}\b")


@pytest.mark.parametrize("command", ["", " build", " show", " diff", " ci"])
def test_help_is_what_its_golden_says(
    command: str, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = aspl(*f"library{command}".split(), "--help")
    assert (shown.exit_code, shown.stderr) == (0, "")
    golden(f"help/library{command.replace(' ', '_')}.txt", shown.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace that holds a run of three solutions, and the library of it."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert aspl("bench", "run", "--model", "scripted/solutions", *TASKS).exit_code == 0
        shown = aspl("library", "build", "last", "-o", "kernels")
    assert (shown.exit_code, shown.stderr) == (0, "3 programs are in kernels\n")
    return folder


@pytest.fixture
def there(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that library in a folder of one's own, which is where commands run."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(home / "kernels", tmp_path / "kernels")
    return tmp_path / "kernels"


def steady(text: str) -> str:
    """Leave out what differs from run to run."""
    return re.sub(r"judged in \S+ ms", "judged in N ms", VARIABLE.sub("...", text))


def gate(*more: str) -> Shown:
    return aspl("library", "ci", "kernels", *more)


def names(*more: str) -> list[str]:
    shown = gate("--json", *more)
    record = json.loads(shown.stdout)
    assert shown.exit_code == (0 if record["good"] else 1)
    return [each["name"] for each in record["findings"]]


def test_a_library_is_shown(there: Path, golden: Callable[[str, str], None]) -> None:
    listed = aspl("library", "show", "kernels")
    program = aspl("library", "show", "kernels", "norm/rms")
    golden("library/show.txt", steady(f"{listed.stdout}\n{program.stdout}"))
    records = [
        json.loads(x) for x in aspl("library", "show", "kernels", "--json").stdout.split("\n")[:-1]
    ]
    assert [each["task"] for each in records] == list(FEW)
    assert {each["schema"] for each in records} == {"aspl.library-program/1"}
    one = json.loads(aspl("library", "show", "kernels", ONE, "--json").stdout)
    assert one["program"] == (there / f"{ONE}.aspl").read_text()


def test_libraries_are_compared(there: Path, golden: Callable[[str, str], None]) -> None:
    shutil.copytree(there, there.parent / "before")
    edit(there, "norm/rms", "mean", "middle")
    edit(there, "", '"cycles": 851', '"cycles": 894')
    golden("library/diff.txt", steady(aspl("library", "diff", "before", "kernels").stdout))
    lines = aspl("library", "diff", "before", "kernels", "--json").stdout.split("\n")[:-1]
    assert [json.loads(line)["kind"] for line in lines] == ["same", "changed", "same"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "nowhere"], "there is no library `nowhere`"),
        (["show", "kernels", "norm/rns"], "no program for `norm/rns`; did you mean `norm/rms`"),
        (["diff", "kernels", "nowhere"], "there is no library `nowhere`"),
        (["build", "last", "-o", "."], "`.` is no library and not empty"),
        (["build", "last", "-o", "new"], "there is no workspace"),
        (["ci", "nowhere"], "there is no library `nowhere`"),
        (["ci", "kernels", "--baseline", "nowhere"], "there is no library `nowhere`"),
        (["ci", "kernels", "--max-regression", "much"], "expected --max-regression as in `2%`"),
        (["ci", "kernels", "--max-regression", "-2%"], "expected --max-regression as in `2%`"),
        (["ci", "kernels", "--require", "norm/rns"], "there is no task `norm/rns`; the nearest"),
        (["ci", "kernels", "--junit", "-", "--json"], "only one format can go to standard output"),
        (["ci", "kernels", "--sarif", "-", "--github"], "only one format can go to standard"),
        (["ci", "kernels", "--junit", "none/junit.xml"], "cannot write `none/junit.xml`"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(there: Path, arguments: list[str], words: str) -> None:
    shown = aspl("library", *arguments)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert re.fullmatch(rf"aspl: .*{re.escape(words)}.*\n", shown.stderr)


def test_a_run_without_a_correct_program_makes_no_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert aspl("bench", "run", "--model", "scripted/empty", *TASKS).exit_code == 0
    shown = aspl("library", "build", "last", "-o", "kernels")
    assert shown.exit_code == 1
    assert "no task has a correct program; no library is written" in shown.stderr
    assert not Path("kernels").exists()


def test_a_correct_library_passes(there: Path, golden: Callable[[str, str], None]) -> None:
    shown = gate("--baseline", "kernels")
    assert (shown.exit_code, shown.stderr) == (0, "")
    golden("library/ci_passes.txt", shown.stdout)


def test_a_wrong_program_fails(there: Path, golden: Callable[[str, str], None]) -> None:
    edit(there, "norm/rms", "Map(Zip(numbers", "Map(Zip(Map(numbers, fn=squared)")
    shown = gate()
    assert (shown.exit_code, shown.stderr) == (1, "")
    assert "error[G001]: wrong: the judge says wrong-values: " in shown.stdout
    edit(there, "norm/rms", "fn=over)", "fn=over")
    golden("library/ci_fails.txt", steady(gate().stdout))


def test_a_missing_task_fails(there: Path) -> None:
    assert names("--require", f"{ONE},norm/rms", "--require", "rope/neox") == []
    assert names("--require", "rope/gptj") == ["missing"]
    assert len(names("--require", "core")) == len(SUITES["core"]) - len(FEW)
    (there / "norm" / "rms.aspl").unlink()
    assert names() == ["missing"]


def test_a_slower_program_fails(there: Path) -> None:
    kernel = "    columns, rows"
    edit(there, ONE, kernel, f"    a = Streamify(Bufferize(a, rank=2))\n{kernel}")
    # 875 cycles in the place of 851, and a buffer more
    assert names("--max-regression", "2.8%") == ["slower", "more-memory", "edited"]
    assert names("--max-regression", "2.83") == ["more-memory", "edited"]


def test_a_broken_file_fails(there: Path) -> None:
    (there / f"{ONE}.aspl").write_bytes(b"\xff")
    assert names() == ["broken"]
    (there / "library.json").write_text("{,")
    assert names() == ["broken"]


def test_a_tampered_manifest_fails(there: Path) -> None:
    edit(there, "", '"cycles": 851', '"cycles": 850')
    record = json.loads(gate("--json").stdout)
    (finding,) = record["findings"]
    assert (record["good"], finding["code"], finding["name"]) == (False, "G007", "tampered")
    assert finding["message"] == "850 cycles are claimed, 851 are measured"


def test_reports_are_written_and_say_the_same(there: Path) -> None:
    edit(there, ONE, "fn=outer_of", "fn=inner_of")
    files = ("--junit", "j.xml", "--sarif", "s.json", "--markdown", "m.md")
    shown = gate(*files)
    assert shown.exit_code == 1
    root = ElementTree.parse("j.xml").getroot()
    assert [root.attrib[name] for name in ("tests", "failures", "errors")] == ["4", "1", "0"]
    log = json.loads(Path("s.json").read_text())
    require_sarif(log)
    (first, second) = log["runs"][0]["results"]
    assert (first["ruleId"], second["ruleId"]) == ("G001", "G011")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == f"kernels/{ONE}.aspl"
    line = (there / f"{ONE}.aspl").read_text().split("\n")[place["region"]["startLine"] - 1]
    assert "inner_of" in line
    assert "| ❌ | G001 wrong | bmm/outer-products.aspl:" in Path("m.md").read_text()
    assert json.loads(gate("--sarif", "-").stdout)["version"] == "2.1.0"


def test_github_gets_annotations_and_a_summary(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(there, ONE, "fn=outer_of", "fn=inner_of  # ##[set-output name=x]y\n    # ::error::z\n   ")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    shown = gate("--github")
    assert (shown.exit_code, shown.stderr) == (1, "")
    lines = shown.stdout.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert re.match(rf"::error file=kernels/{ONE}\.aspl,line=\d+,title=G001 wrong::", lines[-2])
    assert lines[-1].startswith(f"::warning file=kernels/{ONE}.aspl,line=")
    # what the program says stands where no command is read
    assert lines.index(f"::{token}::") == len(lines) - 3
    assert Path("summary.md").read_text().startswith("## ❌ kernels\n")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    assert gate("--github").stderr.startswith("note: GITHUB_STEP_SUMMARY is not set")


def test_nothing_of_a_library_is_executed(there: Path) -> None:
    (there / "__init__.py").write_text("open('executed', 'w')\n")
    assert names() == ["other-module"]
    assert not Path("executed").exists()


def test_a_library_is_imported_from_a_path(there: Path) -> None:
    program = (
        "import numpy as np, torch, kernels\n"
        f"kernel = kernels.load()[{ONE!r}]\n"
        "a, b = np.arange(24.0).reshape(2, 3, 4), np.ones((2, 3, 5))\n"
        "np.testing.assert_allclose(kernel(a, b), a.transpose(0, 2, 1) @ b)\n"
        "print(kernel(torch.from_numpy(a), torch.from_numpy(b)).dtype)\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{there.parent}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "torch.float32\n"


@pytest.fixture
def with_aspl(tmp_path: Path) -> dict[str, str]:
    """An environment in which `aspl` is a command."""
    command = tmp_path / "bin" / "aspl"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.join(ASPL)} "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def shell(
    script: str, environment: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", script, "sh", *arguments], env=environment, capture_output=True, text=True
    )


def test_the_shell_script_gates(there: Path, with_aspl: dict[str, str]) -> None:
    script = (ROOT / "docs" / "ci" / "library.sh").read_text()
    shutil.copytree(there, "before")
    (there / "tasks.txt").write_text("\n".join(FEW))
    passed = shell(script, with_aspl, "kernels", "before")
    assert passed.returncode == 0, passed.stderr
    assert {each.name for each in Path("gate").iterdir()} == {"junit.xml", "gate.sarif", "gate.md"}
    (there / "tasks.txt").write_text("rope/gptj\n")
    failed = shell(script, with_aspl, "kernels")
    assert failed.returncode == 1
    assert "`rope/gptj` is required, and the library has none" in failed.stdout
    assert shell(script, with_aspl).returncode == 2


def test_the_workflow_gates(there: Path, with_aspl: dict[str, str]) -> None:
    workflow = yaml.safe_load((ROOT / "docs" / "ci" / "library.yml").read_text())
    steps = workflow["jobs"]["gate"]["steps"]
    fetch, gated = (each["run"] for each in steps if each.get("name"))
    git = "git -c user.name=a -c user.email=a@b"
    made = shell(f"git init -q && git add kernels && {git} commit -qm base", with_aspl)
    assert made.returncode == 0, made.stderr
    head = shell("git rev-parse HEAD", with_aspl).stdout.strip()
    environment = {**with_aspl, "BASE": head, "GITHUB_STEP_SUMMARY": "summary.md"}
    assert shell(f"set -e\n{fetch}\n{gated}", environment).returncode == 0
    assert Path("baseline.json").read_text() == (there / "library.json").read_text()
    edit(there, "", '"cycles": 851', '"cycles": 1')
    failed = shell(f"set -e\n{fetch}\n{gated}", environment)
    assert failed.returncode == 1
    assert "::error file=kernels/library.json,line=" in failed.stdout
    assert {"junit.xml", "gate.sarif", "summary.md"} <= {each.name for each in Path().iterdir()}


def test_the_page_can_be_followed(
    tmp_path: Path, with_aspl: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "gate.md").read_text()
    for kind, text in re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL):
        command = {"sh": ["sh", "-e", "-c"], "python": [sys.executable, "-c"]}[kind]
        done = subprocess.run([*command, text], env=with_aspl, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    links = re.findall(r"\[[\w/.]+\]\(([^)]+)\)", page)
    assert links == ["ci/library.sh", "ci/library.yml"]
    assert all((ROOT / "docs" / link).is_file() for link in links)
