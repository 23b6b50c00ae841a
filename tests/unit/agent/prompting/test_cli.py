"""`aspl agent prompt` shows what a model is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from agent.prompting.cli import register
from agent.prompting.compose import proposal, tail_of
from agent.prompting.tokens import token_count
from benchmark.solutions import solution_text
from benchmark.tasks.shown import shown
from benchmark.tasks.table import task_named

TASK = "rope/gptj"


def prompt(*arguments: str) -> Result:
    group = typer.Typer()
    register(group)
    group.callback()(lambda: None)
    return CliRunner().invoke(group, ["prompt", TASK, *arguments])


def solved(folder: Path, name: str = "norm/rms.aspl") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(str(solution_text("norm/rms")), encoding="utf-8")
    return file


def test_every_section_stands_below_its_name() -> None:
    result = prompt()
    assert result.exit_code == 0
    for each in proposal(shown(task_named(TASK)), [], None).sections:
        rule = f"-- {each.name} ({each.role}, {each.scope}, about {token_count(each.text)} tokens) "
        assert f"{rule.ljust(100, '-')}\n\n{each.text}\n" in result.output


def test_the_table_sums_up_what_sections_take() -> None:
    result = prompt("--tokens", "--sample", "2")
    sections = proposal(shown(task_named(TASK)), [], tail_of(2, has_temperature=False)).sections
    head, *rows = result.output.splitlines()
    assert head.split() == ["section", "role", "scope", "tokens", "so", "far"]
    assert [row.split()[0] for row in rows] == [each.name for each in sections]
    total = sum(token_count(each.text) for each in sections)
    assert rows[-1].split()[-1] == f"{total:,}"


def test_records_hold_the_sections() -> None:
    records = [json.loads(line) for line in prompt("--json").output.splitlines()]
    assert {each["schema"] for each in records} == {"aspl.prompt/1"}
    sections = proposal(shown(task_named(TASK)), [], None).sections
    assert [each["text"] for each in records] == [each.text for each in sections]


@pytest.mark.parametrize("source", ["{file}", "norm/rms={file}"])
def test_an_exemplar_is_read_from_a_file(source: str, tmp_path: Path) -> None:
    file = solved(tmp_path)
    result = prompt("--json", "--exemplar", source.format(file=file))
    (text,) = [
        each["text"]
        for each in map(json.loads, result.output.splitlines())
        if each["section"] == "exemplar"
    ]
    assert task_named("norm/rms").header.rstrip() in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--round", "last"), "expected RUN:N, as last:0, got `last`"),
        (("--round", "last:x"), "expected RUN:N"),
        (("--round", "last:0", "--workspace", "no/such.db"), "there is no workspace"),
        (("--exemplar", "no-task.aspl"), "no-task"),
        (("--exemplar", "norm/rms=no/such.aspl"), "cannot read `no/such.aspl`"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(arguments: tuple[str, ...], words: str) -> None:
    result = prompt(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert result.output.count("\n") == 1
