"""Campaigns by the command: the embedded model, and batches of vendors' servers."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import aspl
from vendors.server import KEY, Server

from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Workspace

TASKS = ("norm/rms", "norm/buffered-layer-norm", "rope/neox", "gemm/sum-of-buffered-products")


def view(place: Path) -> RunView:
    with Workspace.open(str(place)) as workspace:
        run = workspace.runs()[-1]
        return fold(run, workspace.entries(run))


def told(run: RunView) -> list[tuple[object, ...]]:
    """Return what a run came to, and what it showed, without times and names."""
    ends = []
    for each in run.samples:
        cycles = None if each.judged is None else each.judged.cycles
        ends.append((each.task, each.sample, each.round, each.outcome, each.reply, cycles))
    return [*ends, *((each.tasks, each.exemplars, each.stratum) for each in run.rounds)]


@pytest.mark.parametrize("policy", ["adaptive", "best-of-n"])
def test_the_embedded_model_says_the_same_however_many_processes_there_are(
    policy: str, tmp_path: Path
) -> None:
    found = []
    for jobs, calls in (("1", "1"), ("2", "5")):
        place = tmp_path / f"{jobs}.db"
        shown = aspl(
            *("bench", "run", "--model", "local/synth", "--policy", policy, "--samples", "3"),
            *("--rounds", "3", "--jobs", jobs, "--calls", calls, "--workspace", str(place)),
            *(f"--task={name}" for name in TASKS),
        )
        assert shown.exit_code == 0, shown.stderr
        found.append(told(view(place)))
    assert found[0] == found[1]
    assert any(each[3] == "correct" for each in found[0])


def test_seeds_make_other_answers(tmp_path: Path) -> None:
    found = []
    for seed in ("0", "1"):
        place = tmp_path / f"{seed}.db"
        aspl(
            *("bench", "run", "--model", "local/synth", "--samples", "3", "--seed", seed),
            *("--task", "norm/rms", "--workspace", str(place)),
        )
        found.append([each.reply for each in view(place).samples])
    assert found[0] != found[1]


@pytest.mark.parametrize(
    ("model", "key"),
    [
        ("openai/gpt-4.1-mini", "OPENAI_API_KEY"),
        ("anthropic/claude-haiku-4-5", "ANTHROPIC_API_KEY"),
    ],
)
def test_a_round_in_a_batch_costs_half(
    model: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(key, KEY)
    monkeypatch.setattr("agent.campaigns.batches.FIRST_S", 0.01)
    costs = []
    for options in (("--batch", "--guard", "pass"), ("--guard", "pass")):
        with Server() as server:
            base = server.url if model.startswith("anthropic") else server.openai_url
            place = tmp_path / f"{len(options)}.db"
            shown = aspl(
                *("bench", "run", "--model", model, "--base-url", base, "--samples", "2"),
                *(*options, "--workspace", str(place)),
                *(f"--task={name}" for name in TASKS),
            )
            assert shown.exit_code == 0, shown.stderr
            run = view(place)
            assert (run.ending, len(run.settled)) == ("done", 8)
            assert {each.outcome for each in run.samples} == {"correct"}
            costs.append(server.ledger.usd)
            assert run.usage.usd == pytest.approx(server.ledger.usd)
    assert costs[0] < costs[1]


def test_batches_are_refused_where_answers_are_asked_about_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    place = str(tmp_path / "w.db")
    for words, message in (
        (("openai/gpt-4.1-mini", "--repairs", "1"), "answers of a batch are not asked about again"),
        (("local/synth",), "local/synth takes no batches here"),
    ):
        shown = aspl("bench", "run", "--batch", "--workspace", place, "--model", *words)
        assert shown.exit_code == 2
        assert message in shown.stderr
