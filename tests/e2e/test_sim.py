"""The commands `aspl sim` and `aspl machines`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import aspl
from house import ROOT
from traces import problems

SUMS = """\
M, K = Dim(3), Dim(2)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank=1)
"""


@pytest.fixture
def sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sums.aspl"
    path.write_text(SUMS, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["sim", "machines"])
def test_help_is_what_its_golden_says(
    command: str, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = aspl(command, "--help")
    assert (shown.exit_code, shown.stderr) == (0, "")
    golden(f"help/{command}.txt", shown.stdout)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("machines", ["machines"]),
        ("machine_reference", ["machines", "reference"]),
        ("machine_unknown", ["machines", "paper-mo"]),
        ("explain_deadlock", ["explain", "M001"]),
        ("sim_unknown_machine", ["sim", "-", "--machine", "refrence"]),
    ],
)
def test_a_command_prints_what_its_golden_says(
    name: str, arguments: list[str], golden: Callable[[str, str], None]
) -> None:
    golden(f"sim/{name}.expect", aspl(*arguments, stdin=SUMS).golden())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.aspl"], "aspl: cannot read `none.aspl`: no such file"),
        (["sums.aspl", "--machine", "none.toml"], "aspl: cannot read `none.toml`: no such file"),
        (["sums.aspl", "--dim", "Q=1"], "aspl: the program has no size `Q`; it has `M`, `K`"),
        (["sums.aspl", "--inputs", "none.npz"], "aspl: cannot read `none.npz`: no such file"),
        (["sums.aspl", "--depth", "0"], "Error: Invalid value for '--depth'"),
        (["sums.aspl", "--compute-bw", "x"], "Error: Invalid value for '--compute-bw'"),
    ],
)
def test_a_wrong_call_is_told_and_exits_2(sums: Path, arguments: list[str], words: str) -> None:
    shown = aspl("sim", *arguments)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert words in shown.stderr


def test_a_machine_of_ones_own_is_checked_and_shown(sums: Path) -> None:
    Path("mine.toml").write_text("[off_chip]\nchannels = 3\n", encoding="utf-8")
    shown = aspl("machines", "mine.toml")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "channels = 3" in shown.stdout
    assert "request_bytes = 64" in shown.stdout
    Path("mine.toml").write_text("[off_chip]\nchanels = 3\n", encoding="utf-8")
    shown = aspl("machines", "mine.toml")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "there is no key `chanels`; did you mean `channels`?" in shown.stderr


def test_a_rejected_program_is_not_simulated(sums: Path) -> None:
    sums.write_text(SUMS.replace("fn=add", "fn=ad"), encoding="utf-8")
    shown = aspl("sim", "sums.aspl", "--json")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert json.loads(shown.stderr)["code"] == "N001"


def test_a_program_is_simulated_on_every_machine(sums: Path) -> None:
    pytest.importorskip("simulator.simulate")
    for path in sorted((ROOT / "simulator" / "machines").glob("*.toml")):
        shown = aspl("sim", "sums.aspl", "--machine", path.stem)
        assert (shown.exit_code, shown.stderr) == (0, "sums.aspl: random values, seed 0\n")
        assert f" on {path.stem}\n" in shown.stdout


def test_two_simulations_print_the_same(sums: Path) -> None:
    pytest.importorskip("simulator.simulate")
    first, second = (aspl("sim", "sums.aspl", "--json", "--trace", "t.json") for _ in range(2))
    assert first == second
    record = json.loads(first.stdout)
    assert record["schema"] == "aspl.sim/1"
    assert record["cycles"] >= record["compute_bound_cycles"]
    assert problems(json.loads(Path("t.json").read_text(encoding="utf-8"))) == []


def test_an_interrupt_does_not_wait_for_the_engine(sums: Path) -> None:
    # minutes of one call
    size = 2_000_000_000
    script = "import agent.cli; agent.cli.main()"
    with subprocess.Popen(
        [sys.executable, "-c", script, "sim", "sums.aspl", "--dim", f"M={size}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stderr is not None
        assert "random values" in running.stderr.readline()
        time.sleep(2)
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
        assert (running.stdout.read() if running.stdout else "") == ""
