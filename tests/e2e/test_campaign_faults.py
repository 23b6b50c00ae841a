"""Campaigns of real commands against a server that fails, and that bills: nothing is lost."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from vendors.ledger import Ledger, read_ledger
from vendors.process import served
from vendors.server import KEY

from benchmark.store.view import RunView, fold
from benchmark.store.workspace import Workspace

MODELS = {"anthropic": "anthropic/claude-haiku-4-5", "openai": "openai/gpt-4.1-mini"}
FAULTS = {"rate_limit": 0.1, "server_error": 0.05, "hang": 0.02}
SAMPLES = 2
CALLS = 8
DEADLINE_S = 8.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a campaign runs, and what its server bills."""

    folder: Path
    vendor: str
    url: str

    @property
    def workspace(self) -> Path:
        return self.folder / "w.db"

    def ledger(self) -> Ledger:
        return read_ledger(self.folder / "ledger.jsonl")

    def view(self) -> RunView:
        with Workspace.open(str(self.workspace)) as workspace:
            (run,) = workspace.runs()
            return fold(run, workspace.entries(run))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `aspl bench run` in a process group of its own."""
        key = "ANTHROPIC_API_KEY" if self.vendor == "anthropic" else "OPENAI_API_KEY"
        command = [sys.executable, "-c", "import agent.cli; agent.cli.main()", "bench", "run"]
        options = ["--workspace", str(self.workspace), "--calls", str(CALLS)]
        return subprocess.Popen(
            [*command, *arguments, *options, "--deadline", str(DEADLINE_S)],
            env={**os.environ, key: KEY},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def asked(self, samples: int) -> list[str]:
        base = self.url if self.vendor == "anthropic" else f"{self.url}/v1"
        asked = ["--model", MODELS[self.vendor], "--base-url", base, "--samples", str(samples)]
        return [*asked, "--max-output-tokens", "512", "--guard", "pass"]


def finished(process: subprocess.Popen[str]) -> str:
    _, told = process.communicate(timeout=300)
    assert process.returncode in (0, 1), told
    return told


def storm(place: Place, samples: int) -> tuple[RunView, RunView, str]:
    """Run a campaign through faults, and again what failed; return it after both sessions."""
    told = finished(place.start(*place.asked(samples)))
    first = place.view()
    told += finished(place.start("--resume", "last"))
    return first, place.view(), told


def options_of(faults: dict[str, float]) -> list[str]:
    return ["--rule", "mixed", "--latency-s", "0.02", "--faults", json.dumps(faults)]


@pytest.mark.parametrize("vendor", MODELS)
def test_a_campaign_through_faults_accounts_for_every_sample(vendor: str, tmp_path: Path) -> None:
    with served(tmp_path / "ledger.jsonl", *options_of(FAULTS)) as url:
        place = Place(tmp_path, vendor, url)
        first, view, told = storm(place, SAMPLES)
    check_storm(place, first, view, told, SAMPLES)


def check_storm(place: Place, first: RunView, view: RunView, told: str, samples: int) -> None:
    """Hold a campaign and the bill for it against each other."""
    wanted = 26 * samples
    assert first.expected == wanted
    states = Counter(each.state for each in first.samples)
    assert states.total() == wanted, "every sample is settled, or is told to have failed"
    assert states["proposed"] == 0
    assert (first.ending == "incomplete") == (states["failed"] > 0)
    # what hung came to no answer, and may be billed for
    ledger = place.ledger()
    whole = [each for each in ledger.entries if each.sent == "whole"]
    assert view.usage.usd == pytest.approx(sum(each.usd for each in whole))
    lost = ledger.usd - sum(each.usd for each in whole)
    assert lost <= view.usage.unknown_usd + 1e-9
    assert (view.usage.unknown_usd > 0) == (lost > 0)
    # nobody asks twice for what is there
    answered = sum(len(each.calls) for each in view.samples)
    assert answered == len(whole) == len(view.settled)
    assert not view.lost
    assert KEY not in told
    assert KEY.encode() not in place.workspace.read_bytes()


@pytest.mark.parametrize("vendor", MODELS)
def test_a_campaign_that_is_killed_pays_for_nothing_twice(vendor: str, tmp_path: Path) -> None:
    with served(tmp_path / "ledger.jsonl", *options_of({})) as url:
        place = Place(tmp_path, vendor, url)
        killed(place, SAMPLES, at=20)
        lost = place.view().lost
        told = finished(place.start("--resume", "last"))
        view = place.view()
    assert (view.ending, len(view.settled)) == ("done", 26 * SAMPLES)
    check_killed(place, view, len(lost), told)


def killed(place: Place, samples: int, at: int) -> None:
    """Begin a campaign, and kill it once the server has billed so many answers."""
    process = place.start(*place.asked(samples))
    try:
        end = time.monotonic() + 120
        while len(place.ledger().entries) < at:
            assert time.monotonic() < end, "the campaign does not begin"
            time.sleep(0.01)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def check_killed(place: Place, view: RunView, lost: int, told: str) -> None:
    """Only calls in flight were paid for and lost, and they are listed."""
    ledger = place.ledger()
    answered = sum(len(each.calls) for each in view.samples)
    assert answered == len(view.settled)
    assert 0 <= len(ledger.entries) - answered <= lost <= CALLS
    assert lost == len(view.lost)
    assert view.usage.usd == pytest.approx(
        sum(sorted(each.usd for each in ledger.entries)), abs=lost * 0.05 + 1e-9
    )
    report = subprocess.run(
        [
            *(sys.executable, "-c", "import agent.cli; agent.cli.main()", "bench", "report"),
            *("last", "--workspace", str(place.workspace)),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert not lost or re.search(rf"\b{lost} calls? went out and never came back", report)
    assert json.dumps(view.run)[1:-1] in told
