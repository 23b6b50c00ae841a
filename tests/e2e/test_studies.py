"""The command line of the studies: help, lists, programs, wrong calls, runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import aspl

from benchmark.studies.table import PROGRAMS

COMMANDS = (
    "study",
    "study list",
    "study program",
    "study figure",
    "study run",
    "study run swiglu",
    "study run moe-tiling",
    "study run time-multiplex",
    "study run attention-parallel",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_what_its_golden_says(
    command: str, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = aspl(*command.split(), "--help")
    assert (shown.exit_code, shown.stderr) == (0, "")
    golden(f"help/{command.replace(' ', '_')}.txt", shown.stdout)


def test_the_list_is_what_its_golden_says(golden: Callable[[str, str], None]) -> None:
    shown = aspl("study", "list")
    assert (shown.exit_code, shown.stderr) == (0, "")
    golden("studies/list.txt", shown.stdout)
    records = [json.loads(line) for line in aspl("study", "list", "--json").stdout.splitlines()]
    assert [each["name"] for each in records] == [
        "swiglu",
        "moe-tiling",
        "time-multiplex",
        "attention-parallel",
    ]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_is_printed_checks(name: str) -> None:
    shown = aspl("study", "program", name)
    assert (shown.exit_code, shown.stderr) == (0, "")
    checked = aspl("check", "-", stdin=shown.stdout)
    assert (checked.exit_code, checked.stdout) == (0, "")


WRONG = [
    ("program moe", "there is no program `moe`; did you mean `moe-tiling-static`"),
    ("program swiglo", "there is no program `swiglo`; did you mean `swiglu`?"),
    ("figure fig11", "there is no figure `fig11`; there are fig8, fig9"),
    ("figure fig9 -o fig9.gif", "expected -o NAME ending in .svg, .png, .pdf, got `fig9.gif`"),
    ("figure fig9 --data missing", "expected --data with a folder of traces, got `missing`"),
    ("run swiglu --tile 16,64", "expected --tile M,K,N as in 16,256,64, got `16,64`"),
    ("run swiglu --tile 16,128,64", "the published program does not tile K: write 256, got 128"),
    ("run swiglu --tile 48,256,64", "expected M of --tile to divide 64, got 48"),
    ("run swiglu --tile 16,256,0", "expected N of --tile to divide 512, got 0"),
    ("run moe-tiling --tile big", "expected --tile with a number of rows or `dynamic`, got `big`"),
    ("run moe-tiling --tile 0", "expected --tile with a number of rows or `dynamic`, got `0`"),
    ("run moe-tiling --batch 5", "no routing of 5 tokens was published to draw one like it"),
    ("run moe-tiling --routing missing.npz", "cannot read `missing.npz`: no such file"),
    ("run time-multiplex --regions 3", "expected --regions to divide the 128 experts, got 3"),
    ("run attention-parallel --kv synthetic:9999", "there is no trace `9999`"),
    ("run attention-parallel --kv synthetic:0754", "`0754` names several traces"),
    ("run attention-parallel --requests 65", "expected --requests from 1 to 64, got 65"),
    ("run attention-parallel --requests 4", "dynamic dealing needs more than 4 requests, got 4"),
    (
        "run attention-parallel --strategy interleave --requests 5",
        "interleaving deals multiples of 4 requests, got 5",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_a_wrong_call_is_told_in_one_line(
    arguments: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = aspl("study", *arguments.split())
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr.startswith(f"aspl: {message}"), shown.stderr
    assert shown.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_figure_that_cannot_be_written_is_told_before_its_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def sweep(*_: object) -> None:
        raise AssertionError("nothing runs")

    monkeypatch.setattr("benchmark.studies.run.sweep", sweep)
    shown = aspl("study", "figure", "fig9", "-o", "no/such/fig9.svg")
    assert shown.exit_code == 2
    assert "cannot write `no/such/fig9.svg`: no such file" in shown.stderr


def test_a_figure_that_needs_no_run_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "figure.svg"
    shown = aspl("study", "figure", "fig19", "-o", str(path))
    assert (shown.exit_code, shown.stderr) == (0, f"fig19 is in {path}\n")
    assert "Pareto improvement distance" in shown.stdout
    drawn = path.read_bytes()
    record = json.loads(aspl("study", "figure", "fig19", "--json", "-o", str(path)).stdout)
    assert (record["schema"], record["figure"]) == ("aspl.figure/1", "fig19")
    assert path.read_bytes() == drawn


def run(*arguments: str) -> dict[str, Any]:
    shown = aspl("study", "run", *arguments, "--json")
    assert (shown.exit_code, shown.stderr) == (0, "")
    record: dict[str, Any] = json.loads(shown.stdout)
    return record


def test_swiglu_runs() -> None:
    record = run("swiglu", "--tile", "32,256,256")
    assert record["off_chip_bytes"] == record["simulated_off_chip_bytes"] == 3342336
    assert record["cycles"] == 15303


D, F = 2048, 768


def test_a_small_routing_of_ones_own_runs(tmp_path: Path) -> None:
    path = tmp_path / "routing.npz"
    rng = np.random.default_rng(0)
    np.savez(path, data=np.array([rng.permutation(128)[:8] for _ in range(3)]))
    for tile in ("2", "dynamic"):
        model = ("--model", "qwen3-30b-a3b", "--routing", str(path))
        record = run("moe-tiling", *model, "--tile", tile)
        assert record["batch"] == 3
        rows = 24 if tile == "dynamic" else record["published_flops"] // (14 * D * F + F)
        products = 6 * D * F + 9 * F
        # besides, every result is weighted and summed
        assert record["flops"] == rows * products + 24 * 2 * D


def test_shared_regions_run() -> None:
    record = run("time-multiplex", "--regions", "4", "--tiling", "dynamic")
    assert (record["regions"], record["tiling"]) == (4, "dynamic")
    possible = record["cycles"] * record["allocated_compute"]
    assert record["compute_utilization"] == record["published_flops"] / possible


@pytest.mark.parametrize("strategy", ["coarse", "interleave", "dynamic"])
def test_attention_of_the_first_requests_runs(strategy: str) -> None:
    record = run("attention-parallel", "--strategy", strategy, "--requests", "16")
    assert record["requests"] == 16
    assert record["off_chip_bytes"] == record["simulated_off_chip_bytes"]


def test_a_result_is_shown_as_a_table() -> None:
    shown = aspl("study", "run", "swiglu")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout.startswith("swiglu: tile 16,256,64\n  cycles            27,501\n")


def test_a_run_that_waits_for_itself_is_told_in_one_line() -> None:
    shown = aspl("study", "run", "moe-tiling", "--model", "qwen3-30b-a3b", "--tile", "1")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr.startswith("aspl: qwen3-30b-a3b b64 tile 1 at 4096: ")
    assert "wait for each other" in shown.stderr
    assert shown.stderr.count("\n") == 1


def test_a_figure_is_drawn_from_its_runs(tmp_path: Path) -> None:
    path = tmp_path / "figure.svg"
    arguments = ("study", "figure", "fig15", "-o", str(path))
    shown = aspl(*arguments, "--jobs", "1")
    assert shown.exit_code == 0
    *lines, last = shown.stderr.splitlines()
    assert last == f"fig15 is in {path}"
    assert [line.split()[0] for line in lines] == [f"[{place}/8]" for place in range(1, 9)]
    assert "64 coarse" in shown.stdout
    assert "70,210" in shown.stdout
    drawn = path.read_bytes()
    records = [json.loads(line) for line in aspl(*arguments, "--json").stdout.splitlines()]
    assert [each["schema"] for each in records] == ["aspl.study/1"] * 8 + ["aspl.figure/1"]
    assert path.read_bytes() == drawn
