"""What the commands do with files, streams and wrong calls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import aspl

SUMS = """\
M, K = Dim(3), Dim(2)

def kernel(x: Stream(f32, [M, K])) -> Stream(f32, [M]):
    return Accum(x, fn=add, init=zeros, rank=1)
"""

WRONG = SUMS.replace("fn=add", "fn=ad")


@pytest.fixture
def sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sums.aspl"
    path.write_text(SUMS, encoding="utf-8")
    return path


def one_line(text: str) -> str:
    assert text.count("\n") == 1, text
    assert text.endswith("\n")
    return text.strip()


def test_a_good_program_says_nothing_on_stdout(sums: Path) -> None:
    shown = aspl("check", "sums.aspl")
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert one_line(shown.stderr) == "sums.aspl: no errors in 1 operator; returns Stream(f32, [M])"


@pytest.mark.parametrize("command", ["check", "fmt", "run"])
@pytest.mark.parametrize(
    ("name", "reason"), [("none.aspl", "no such file"), (".", "is a directory")]
)
def test_a_file_that_cannot_be_read_is_told_in_one_line(
    sums: Path, command: str, name: str, reason: str
) -> None:
    shown = aspl(command, name)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert one_line(shown.stderr).startswith(f"aspl: cannot read `{name}`: {reason}")


@pytest.mark.parametrize("command", ["check", "fmt", "run"])
def test_a_binary_file_gets_a_diagnostic(sums: Path, command: str) -> None:
    Path("x.aspl").write_bytes(b"\x00\xff\xfe")
    shown = aspl(command, "x.aspl")
    assert shown.exit_code == 1
    assert "error[P003]" in (shown.stdout if command == "check" else shown.stderr)


def test_more_bytes_than_any_program_has_are_not_read() -> None:
    shown = aspl("check", "-", stdin=b"#" * (2**21 + 10))
    assert shown.exit_code == 1
    assert shown.stdout.startswith("error[P003]: expected at most 524288 characters")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ("M", "expected --dim NAME=VALUE, got `M`"),
        ("=3", "expected --dim NAME=VALUE, got `=3`"),
        ("M=x", "expected a size from 0 to 2**40 for --dim M, got `x`"),
        ("M=-1", "expected a size from 0 to 2**40 for --dim M, got `-1`"),
        ("M=²", "expected a size from 0 to 2**40 for --dim M, got `²`"),
        ("M=" + "9" * 5000, "expected a size from 0 to 2**40 for --dim M, got `" + "9" * 80 + "`"),
        ("m=3", "the program has no size `m`; did you mean `M`?"),
        ("Zeta=3", "the program has no size `Zeta`; it has `M`, `K`"),
    ],
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_wrong_size_is_a_wrong_call(sums: Path, command: str, size: str, words: str) -> None:
    shown = aspl(command, "sums.aspl", "--dim", size)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert one_line(shown.stderr) == f"aspl: {words}"


def test_a_size_takes_the_place_of_its_default(sums: Path) -> None:
    shown = aspl("run", "sums.aspl", "--dim", "M=0", "--dim", "K=7")
    assert (shown.exit_code, shown.stdout) == (
        0,
        "result0: Stream(f32, [M]), [0]\n    no elements\n",
    )


def test_values_come_from_an_archive_and_go_to_one(sums: Path) -> None:
    np.savez("in.npz", x=np.array([[1, 2], [3, 4], [5, 6]]))
    shown = aspl("run", "sums.aspl", "--inputs", "in.npz", "-o", "out.npz", "--precision", "f64")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout == "result0: Stream(f32, [M]), [3]\n    [ 3.  7. 11.]\n"
    with np.load("out.npz") as found:
        assert found["result0"].tolist() == [3, 7, 11]
        assert found["result0"].dtype == np.float64


def test_results_are_inputs_of_the_next_program(sums: Path) -> None:
    assert aspl("run", "sums.aspl", "-o", "out.npz").exit_code == 0
    text = "def kernel(result0: Stream(f32, [3])):\n    return Map(result0, fn=neg)"
    shown = aspl("run", "-", "--inputs", "out.npz", stdin=text)
    assert (shown.exit_code, shown.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({}, "in.npz: there is no value for `x`"),
        ({"y": np.ones((3, 2))}, "in.npz: there is no value for `x`"),
        (
            {"x": np.ones((3, 2)), "y": 1},
            "in.npz: `y` is no parameter of the program, which has `x`",
        ),
        ({"x": np.ones((4, 2))}, "`x` does not have its declared shape"),
        ({"x": np.array([["a", "b"]])}, "`x` is not a `Stream(f32, [M, K])`"),
        ({"x": np.array([{}])}, "in.npz: no .npz archive of numbers, or a broken one"),
    ],
)
def test_values_that_do_not_fit_are_a_wrong_call(
    sums: Path, arrays: dict[str, Any], words: str
) -> None:
    np.savez("in.npz", **arrays)
    shown = aspl("run", "sums.aspl", "--inputs", "in.npz")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert one_line(shown.stderr).startswith(f"aspl: {words}")


def test_an_archive_that_is_not_there_is_a_wrong_call(sums: Path) -> None:
    shown = aspl("run", "sums.aspl", "--inputs", "in.npz")
    assert shown.exit_code == 2
    assert one_line(shown.stderr) == "aspl: cannot read `in.npz`: no such file or directory"


def test_results_that_cannot_be_written_are_a_wrong_call(sums: Path) -> None:
    shown = aspl("run", "sums.aspl", "-o", "no/such/folder.npz")
    assert shown.exit_code == 2
    assert "cannot write `no/such/folder.npz`" in shown.stderr


def test_sizes_that_fill_the_memory_are_a_wrong_call(sums: Path) -> None:
    shown = aspl("run", "sums.aspl", "--dim", f"M={2**40}", "--dim", f"K={2**10}")
    assert shown.exit_code == 2
    assert shown.stderr.splitlines()[-1].startswith("aspl: the values do not fit into memory")


def test_a_run_is_decided_by_its_seed(sums: Path) -> None:
    first, second = (aspl("run", "sums.aspl", "--seed", "7").stdout for _ in range(2))
    assert first == second
    assert first != aspl("run", "sums.aspl", "--seed", "8").stdout


def test_a_rejected_program_is_not_run() -> None:
    shown = aspl("run", "-", stdin=WRONG)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr.startswith("error[N001]: unknown name `ad`\n  --> <stdin>:4:")


def test_findings_as_records_have_a_schema_and_a_file() -> None:
    shown = aspl("check", "-", "--json", stdin=WRONG)
    assert shown.exit_code == 1
    record = json.loads(one_line(shown.stdout))
    assert (record["schema"], record["code"], record["file"]) == (
        "aspl.diagnostic/1",
        "N001",
        "<stdin>",
    )
    assert aspl("run", "-", "--json", stdin=WRONG).stderr == shown.stdout


def test_fmt_writes_only_what_changes(sums: Path) -> None:
    shown = aspl("fmt", "sums.aspl", "-w")
    assert (shown.exit_code, shown.stdout, shown.stderr) == (0, "", "")
    assert aspl("fmt", "sums.aspl", "--check").exit_code == 0
    sums.write_bytes(b"# caf\xc3\xa9\r\nM=Dim( 3 )\r\n")
    shown = aspl("fmt", "sums.aspl", "--check")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert one_line(shown.stderr) == "sums.aspl is not in canonical layout"
    assert aspl("fmt", "sums.aspl", "--write").exit_code == 0
    assert sums.read_bytes() == b"# caf\xc3\xa9\nM = Dim(3)\n"


def test_fmt_leaves_a_file_that_is_not_python(sums: Path) -> None:
    sums.write_text("x = (", encoding="utf-8")
    assert aspl("fmt", "sums.aspl", "-w").exit_code == 1
    assert sums.read_text(encoding="utf-8") == "x = ("


@pytest.mark.parametrize(
    "flags", [["--check", "--write"], ["--write", "--expand"], ["--check", "--expand"]]
)
def test_ways_to_format_exclude_each_other(sums: Path, flags: list[str]) -> None:
    shown = aspl("fmt", "sums.aspl", *flags)
    assert shown.exit_code == 2
    assert one_line(shown.stderr) == "aspl: --check, --write and --expand exclude each other"


def test_standard_input_cannot_be_written() -> None:
    assert aspl("fmt", "-", "-w", stdin=SUMS).exit_code == 2


def test_an_expanded_program_checks_and_is_in_canonical_layout(sums: Path) -> None:
    shown = aspl("fmt", "sums.aspl", "--expand")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert aspl("check", "-", stdin=shown.stdout).exit_code == 0
    assert aspl("fmt", "-", "--check", stdin=shown.stdout).exit_code == 0


def test_a_wrong_program_is_not_expanded() -> None:
    shown = aspl("fmt", "-", "--expand", stdin=WRONG)
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "error[N001]" in shown.stderr


def test_an_unknown_code_is_answered_with_the_nearest() -> None:
    shown = aspl("explain", "L000")
    assert shown.exit_code == 2
    assert one_line(shown.stderr).startswith("aspl: there is no code `L000`; did you mean `L00")


def test_an_unknown_operator_is_answered_with_the_nearest() -> None:
    shown = aspl("ops", "Acum")
    assert shown.exit_code == 2
    assert "did you mean `Accum`" in one_line(shown.stderr)


def test_lists_of_the_manual_exclude_each_other() -> None:
    assert aspl("ops", "Map", "--functions").exit_code == 2
    assert aspl("ops", "--earlier", "--functions").exit_code == 2


@pytest.mark.parametrize("list_", [[], ["--functions"], ["--earlier"]])
def test_the_manual_is_listed(list_: list[str]) -> None:
    shown = aspl("ops", *list_)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "Accum" in shown.stdout or "softmax" in shown.stdout


def test_codes_are_listed() -> None:
    shown = aspl("explain")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "\n  L001  " in shown.stdout


def test_output_can_be_of_any_encoding() -> None:
    text = "def kernel(größe: Stream(f32, [3])):\n    return größe_"
    script = "import agent.cli, sys; sys.argv[1:] = ['check', '-']; agent.cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=text.encode(),
        capture_output=True,
        env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": ":".join(sys.path)},
        check=False,
    )
    assert done.returncode == 1, done.stderr.decode()
    assert b"unknown name `gr\\xf6\\xdfe_`" in done.stdout


EXAMPLES = sorted((Path(__file__).parents[2] / "aspl" / "examples").glob("*.aspl"))


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_examples_are_in_canonical_layout(path: Path) -> None:
    assert aspl("fmt", "--check", str(path)).exit_code == 0


@pytest.mark.parametrize("buffered", [True, False])
@pytest.mark.parametrize("command", ["machines", "ops", "--version", "explain --help"])
def test_output_that_cannot_be_written_is_told_in_a_line(command: str, buffered: bool) -> None:
    script = "import agent.cli; agent.cli.main()"
    flags = [] if buffered else ["-u"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, *flags, "-c", script, *command.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment,
        )
    told = "aspl: cannot write: no space left on device\n"
    assert (done.returncode, done.stderr) == (74, told)


def test_a_reader_that_has_enough_ends_the_command_quietly() -> None:
    script = "import agent.cli; agent.cli.main()"
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-c", script, "machines"],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "")
