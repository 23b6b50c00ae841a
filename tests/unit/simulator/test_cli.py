"""How `aspl sim` calls the engine, and what it makes of each of its endings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import aspl
from engines import Called, Ended, Failed, engine
from reports import attention
from traces import problems

from aspl.diagnostics import Diagnostic, Span
from aspl.reference.inputs import InputError
from aspl.reference.state import EvaluationFailed
from simulator.display import report_record, report_text
from simulator.drawn import Drawn
from simulator.load import load_machine
from simulator.timeline import Timeline

SUMS = """\
M, K = Dim(3), Dim(2)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank=1)
"""
TALK = "sums.aspl: random values, seed 0\n"
NUMBERS = np.array([0, 5], np.int64)
SPANS = Timeline(unit=NUMBERS * 0, start=NUMBERS, end=NUMBERS + 5, kind=NUMBERS * 0)
STUCK = Diagnostic(code="M001", message="`Accum` waits", span=Span(4, 11, 4, 16))


@pytest.fixture(autouse=True)
def sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sums.aspl"
    path.write_text(SUMS, encoding="utf-8")
    return path


@pytest.fixture
def called() -> Iterator[Called]:
    with engine(lambda: Ended(attention(), SPANS)) as called:
        yield called


def failing(error: BaseException) -> Any:
    def ending() -> Ended:
        raise error

    return engine(ending)


def test_the_report_goes_to_stdout_and_the_seed_to_stderr(called: Called) -> None:
    shown = aspl("sim", "sums.aspl", "--units", "2")
    expected = report_text(attention(), color=False, width=0, units=2)
    assert (shown.exit_code, shown.stdout, shown.stderr) == (0, expected + "\n", TALK)


def test_the_engine_gets_the_program_the_machine_and_the_depths(called: Called) -> None:
    aspl("sim", "-", "--dim", "M=9", "-p", "assign-depths{depth=7}", stdin=SUMS)
    assert called.arguments["checked"].program.size_values() == {"M": 9, "K": 2}
    assert called.arguments["machine"] == load_machine("reference")
    assert called.arguments["depths"] == {0: 7, 1: 7}
    assert called.arguments["timeline"] is False


def test_random_values_are_not_drawn_before_the_engine_reads_them(called: Called) -> None:
    aspl("sim", "sums.aspl", "--seed", "5")
    values = called.arguments["inputs"]
    assert isinstance(values, Drawn)
    assert (values.seed, list(values), values._read) == (5, ["x"], {})


def test_options_change_the_machine(called: Called) -> None:
    aspl("sim", "sums.aspl", "--machine", "paper-moe", "--depth", "9", "--compute-bw", "64")
    expected = load_machine("paper-moe").with_depth(9).with_compute(64)
    assert called.arguments["machine"] == expected


def test_a_machine_of_ones_own_is_read(called: Called) -> None:
    Path("slow.toml").write_text("[off_chip]\nchannels = 1\n", encoding="utf-8")
    aspl("sim", "sums.aspl", "--machine", "slow.toml")
    assert called.arguments["machine"].name == "slow"
    assert called.arguments["machine"].off_chip.channels == 1


def test_values_of_an_archive_are_handed_on(called: Called) -> None:
    np.savez("x.npz", x=np.ones((3, 2)))
    shown = aspl("sim", "sums.aspl", "--inputs", "x.npz")
    assert shown.stderr == ""
    assert set(called.arguments["inputs"]) == {"x"}


def test_json_is_one_object(called: Called) -> None:
    shown = aspl("sim", "sums.aspl", "--json")
    assert shown.stdout.count("\n") == 1
    assert json.loads(shown.stdout) == json.loads(json.dumps(report_record(attention())))


def test_a_trace_is_written(called: Called) -> None:
    shown = aspl("sim", "sums.aspl", "--trace", "out.json")
    assert shown.exit_code == 0
    assert called.arguments["timeline"] is True
    trace = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert problems(trace) == []
    assert [each["dur"] for each in trace["traceEvents"] if each["ph"] == "X"] == [10]


def test_a_trace_that_cannot_be_written_is_a_wrong_call(called: Called) -> None:
    Path("folder").mkdir()
    for trace, words in {
        "none/out.json": "cannot write `none/out.json`: no such file",
        "sums.aspl/out.json": "cannot write `sums.aspl/out.json`: not a directory",
        "folder": "cannot write `folder`: is a directory",
        "-": "cannot write `-`: standard output has the report",
    }.items():
        shown = aspl("sim", "sums.aspl", "--trace", trace)
        assert (shown.exit_code, shown.stdout) == (2, "")
        assert f"aspl: {words}" in shown.stderr
    # told before anything is simulated
    assert called.arguments == {}
    assert not Path("-").exists()


def test_more_readers_get_copies_when_asked(called: Called) -> None:
    twice = SUMS.replace("Accum(x,", "Accum(Map(x, x, fn=mul),")
    assert aspl("sim", "-", stdin=twice).exit_code == 1
    assert aspl("sim", "-", "--linearity", "auto", stdin=twice).exit_code == 0


def test_a_simulation_that_fails_is_told_like_every_finding() -> None:
    with failing(Failed(STUCK, STUCK)):
        shown = aspl("sim", "sums.aspl")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "error[M001]: `Accum` waits\n  --> sums.aspl:4:12\n" in shown.stderr
    assert shown.stderr.endswith("\n1 error\n")


def test_a_failure_is_json_when_asked() -> None:
    with failing(Failed(STUCK)):
        shown = aspl("sim", "sums.aspl", "--json")
    assert (shown.exit_code, shown.stdout) == (1, "")
    record = json.loads(shown.stderr.removeprefix(TALK))
    assert (record["code"], record["file"]) == ("M001", "sums.aspl")


def test_data_that_the_program_cannot_work_on_are_told() -> None:
    stuck = Diagnostic(code="R002", message="dim 0 is 2", span=Span(4, 11, 4, 16))
    with failing(EvaluationFailed(stuck)):
        shown = aspl("sim", "sums.aspl")
    assert shown.exit_code == 1
    assert "error[R002]: dim 0 is 2" in shown.stderr


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("there is no value for `x`"), "there is no value for `x`"),
        (MemoryError(), "the values do not fit into memory; give smaller sizes with --dim"),
    ],
)
def test_values_that_do_not_fit_are_a_wrong_call(error: Exception, words: str) -> None:
    with failing(error):
        shown = aspl("sim", "sums.aspl")
    assert (shown.exit_code, shown.stderr) == (2, f"{TALK}aspl: {words}\n")


def test_a_warning_does_not_stop_a_simulation(called: Called) -> None:
    unread = SUMS.replace("    return", "    y, z = Broadcast(x, n=2)\n    return", 1)
    shown = aspl("sim", "-", stdin=unread.replace("Accum(x,", "Accum(y,"))
    assert shown.exit_code == 0
    assert "warning[L002]" in shown.stderr


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.ones((3, 4)), "`x` does not have its declared shape: dim 0 is 4, expected `K` = 2"),
        (np.ones((3, 2, 2)), "`x` is not a `Stream(f32, [M, K])`"),
        (np.array([["a", "b"]] * 3), "expected numbers"),
    ],
)
def test_values_that_decide_nothing_are_held_against_their_types(
    called: Called, value: Any, words: str
) -> None:
    np.savez("x.npz", x=value)
    for command in ("sim", "run"):
        shown = aspl(command, "sums.aspl", "--inputs", "x.npz")
        assert (shown.exit_code, shown.stdout) == (2, "")
        assert words in shown.stderr, shown.stderr
    assert called.arguments == {}
