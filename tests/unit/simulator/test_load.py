"""Machines: shipped ones, files, and what a file may not say."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from aspl.terminal import UsageError
from simulator import load
from simulator.load import (
    load_machine,
    machine_from,
    machine_names,
    machine_summary,
    machine_text,
    written_machine,
)
from simulator.machine import SECTIONS, Compute, MachineConfig, OffChip


def refusal(text: str) -> str:
    with pytest.raises(UsageError) as refused:
        machine_from(text, "m.toml")
    words = str(refused.value)
    assert "\n" not in words
    return words


def test_the_shipped_machines_are_listed_and_read() -> None:
    assert machine_names() == ("paper-attention", "paper-moe", "paper-swiglu", "reference")
    for name in machine_names():
        assert load_machine(name).name == name
        assert 0 < len(machine_summary(name)) < 100


def test_the_reference_machine_is_the_published_one() -> None:
    machine = load_machine("reference")
    assert machine.compute == Compute(sharing="even", total_flops_per_cycle=4096)
    assert machine.on_chip.capacity_bytes == 32 * 2**20
    assert machine.off_chip.bytes_per_cycle == 1024
    assert machine.streams.depth == 2


def test_a_shipped_file_names_every_number_it_needs_and_no_other() -> None:
    for name in machine_names():
        assert "[off_chip]" in machine_text(name)
        assert machine_from(machine_text(name), f"{name}.toml") == load_machine(name)


def test_a_file_is_read_and_named_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text("\ufeff[off_chip]\nchannels = 4\nlatency_cycles = 0\n", encoding="utf-8")
    off_chip = OffChip(channels=4, latency_cycles=0)
    assert load_machine(str(path)) == MachineConfig(name="small", off_chip=off_chip)


def test_a_file_may_name_its_machine() -> None:
    assert machine_from('name = "mine"\n').name == "mine"
    assert machine_from("") == MachineConfig(name="machine")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "paper_moe",
            "there is no machine `paper_moe` (a file ends in `.toml`); did you mean `paper-moe`",
        ),
        (
            "tpu",
            "there is no machine `tpu` (a file ends in `.toml`); there are `paper-attention`, "
            "`paper-moe`, `paper-swiglu`, `reference`",
        ),
        ("", "there is no machine ``"),
        ("none.toml", "cannot read `none.toml`: no such file"),
        ("a/none", "cannot read `a/none`: no such file"),
    ],
)
def test_an_unknown_machine_is_told_with_what_there_is(name: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        load_machine(name)
    assert str(refused.value).startswith(words)


def test_an_unknown_shipped_machine_has_no_text() -> None:
    with pytest.raises(UsageError, match="did you mean `reference`"):
        machine_text("refrence")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff", "is no machine: it is not UTF-8 text"),
        (b"#" * (load.LONGEST + 1), f"is no machine: more than {load.LONGEST} bytes"),
    ],
)
def test_a_file_of_something_else_is_no_machine(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "m.toml"
    path.write_bytes(data)
    with pytest.raises(UsageError) as refused:
        load_machine(str(path))
    assert str(refused.value).endswith(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[streem]\n", "there is no section `streem`; did you mean `streams`?"),
        (
            "[x]\n",
            "there is no section `x`; it may have `name`, `compute`, `on_chip`, `off_chip`, "
            "`streams`",
        ),
        (
            "[streams]\ndeepth = 2\n",
            "[streams] there is no key `deepth`; did you mean `depth`?",
        ),
        ("streams = 3\n", "expected a section `[streams]`, got `3`"),
        ("[[streams]]\n", "expected a section `[streams]`, got `[{}]`"),
        ("name = 3\n", "expected up to 80 characters on one line for `name`"),
        ('name = "a\\nb"\n', "expected up to 80 characters on one line for `name`"),
        (
            "[streams]\ndepth = 0\n",
            "[streams] expected a whole number from 1 to 2**40 for `depth`, got `0`",
        ),
        (
            "[off_chip]\ninterval_cycles = 0\n",
            "[off_chip] expected a whole number from 1 to 2**40 for `interval_cycles`, got `0`",
        ),
        (
            "[off_chip]\nlatency_cycles = -1\n",
            "[off_chip] expected a whole number from 0 to 2**40 for `latency_cycles`, got `-1`",
        ),
        (
            "[streams]\ndepth = true\n",
            "[streams] expected a whole number from 1 to 2**40 for `depth`, got `true`",
        ),
        (
            "[streams]\ndepth = 2.0\n",
            "[streams] expected a whole number from 1 to 2**40 for `depth`, got `2.0`",
        ),
        (
            "[on_chip]\ncapacity_bytes = 99999999999999\n",
            "[on_chip] expected a whole number from 1 to 2**40 for `capacity_bytes`, "
            "got `99999999999999`",
        ),
        (
            '[compute]\nsharing = "evn"\n',
            '[compute] expected "each" or "even" for `sharing`, got `\'evn\'`',
        ),
        (
            "[compute]\nsharing = []\n",
            '[compute] expected "each" or "even" for `sharing`, got `[]`',
        ),
        (
            '[compute]\nsharing = "even"\n',
            '[compute] with `sharing = "even"` needs `total_flops_per_cycle`',
        ),
    ],
)
def test_what_a_file_may_not_say_is_told_in_one_line(text: str, words: str) -> None:
    assert refusal(text) == f"`m.toml`: {words}"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[streams]\ndepth 2\n", "at line 2, column 7"),
        ("[a]\n\n[a]\n", "at line 3, column 3"),
        ("x = 'a", "at end of document"),
    ],
)
def test_what_is_no_toml_is_told_with_its_place(text: str, place: str) -> None:
    words = refusal(text)
    assert words.startswith("`m.toml` is no TOML: ")
    assert f"({place})" in words
    assert words.endswith("; `aspl machines reference` prints a file that is right")


@pytest.mark.parametrize("text", ["x = " + "[" * 10_000, "x = " + "9" * 10_000])
def test_hostile_text_is_refused(text: str) -> None:
    assert refusal(text).startswith("`m.toml`")


def test_every_number_of_a_machine_can_be_set() -> None:
    machine = MachineConfig()
    for section in SECTIONS:
        for each in fields(getattr(machine, section)):
            value = '"each"' if each.name == "sharing" else "7"
            read = machine_from(f"[{section}]\n{each.name} = {value}\n")
            assert getattr(getattr(read, section), each.name) in ("each", 7)


def test_what_may_be_zero_is_there() -> None:
    names = {
        each.name for section in SECTIONS for each in fields(getattr(MachineConfig(), section))
    }
    assert names >= load._MAY_BE_ZERO


def test_a_written_machine_reads_back_in_full() -> None:
    for name in machine_names():
        machine = load_machine(name)
        assert machine_from(written_machine(machine), f"{name}.toml") == machine
    told = written_machine(machine_from("[off_chip]\nchannels = 3\n", "mine.toml"))
    assert 'name = "mine"' in told
    assert "channels = 3" in told
    assert "latency_cycles = 2" in told
    assert "capacity_bytes" not in told
