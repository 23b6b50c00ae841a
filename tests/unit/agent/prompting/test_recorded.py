"""Exemplars come back as a round showed them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from run_records import opened, record
from typer.testing import CliRunner

from agent.prompting.cli import register
from agent.prompting.compose import proposal
from agent.prompting.recorded import exemplars_of_round
from aspl.terminal import UsageError
from benchmark.solutions import solution_text
from benchmark.store.events import Exemplar, RoundBegan
from benchmark.store.objects import digest
from benchmark.store.workspace import Workspace, Write
from benchmark.tasks.shown import shown
from benchmark.tasks.table import task_named

NAMES = ("norm/rms", "bmm/dot-products", "rope/neox")


def begun(place: Workspace) -> None:
    """Record a run whose second round has exemplars, not all of them for every task."""
    bodies = [str(solution_text(name)).encode() for name in NAMES]
    exemplars = tuple(
        Exemplar(task=name, program=digest(body), rate=0.5)
        for name, body in zip(NAMES, bodies, strict=True)
    )
    rounds = (
        RoundBegan(round=0, tasks=NAMES, first=0, samples=1),
        RoundBegan(
            round=1,
            tasks=("rope/gptj",),
            first=1,
            samples=1,
            exemplars=exemplars,
            chosen={"rope/gptj": (2, 0)},
        ),
    )
    record(place, "", [Write(run="", events=rounds, objects=tuple(bodies))])


def test_a_task_gets_what_was_chosen_for_it(tmp_path: Path) -> None:
    with opened(tmp_path) as place:
        begun(place)
        found = exemplars_of_round(place, "last", 1, "rope/gptj")
        assert [each.task.name for each in found] == ["rope/neox", "norm/rms"]
        assert found[1].body == solution_text("norm/rms")
        everything = exemplars_of_round(place, "last", 1, "rope/repeated-positions")
        assert [each.task.name for each in everything] == list(NAMES)
        assert exemplars_of_round(place, "last", 0, "rope/gptj") == ()


def test_a_round_that_is_not_there_is_said(tmp_path: Path) -> None:
    with opened(tmp_path) as place:
        begun(place)
        with pytest.raises(UsageError, match="no round 7; recorded: 0, 1"):
            exemplars_of_round(place, "last", 7, "rope/gptj")


def test_a_prompt_shows_the_exemplars_of_a_round_and_then_those_of_files(tmp_path: Path) -> None:
    with opened(tmp_path) as place:
        begun(place)
        recorded = exemplars_of_round(place, "last", 1, "rope/gptj")
    wanted = proposal(shown(task_named("rope/gptj")), recorded, None).named("exemplar")
    body = tmp_path / "body.aspl"
    body.write_text(str(solution_text("norm/rms")), encoding="utf-8")
    group = typer.Typer()
    register(group)
    group.callback()(lambda: None)
    arguments = ("--round", "last:1", "--workspace", str(tmp_path / "workspace.db"))
    added = ("--exemplar", f"norm/rms={body}")
    result = CliRunner().invoke(group, ["prompt", "rope/gptj", "--json", *arguments, *added])
    sections = map(json.loads, result.output.splitlines())
    texts = [each["text"] for each in sections if each["section"] == "exemplar"]
    assert texts == [*(each.text for each in wanted), wanted[1].text]
