"""What an episode costs besides its model and its judge: `python tests/bench/bench_agent.py`.

A model and a judge that answer at once; what is left is prompts, the graph, its checkpoints, and
the records.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from agent.campaigns.campaign import Parts, run_campaign
from agent.campaigns.start import Wanted, begun, config_of
from agent.policies.table import POLICIES
from agent.providers.model import Reply, Request
from benchmark.runs.testing import ScriptedJudge
from benchmark.store.clock import SystemClock, random_ids
from benchmark.store.config import Limits, Usage
from benchmark.store.objects import digest_of
from benchmark.store.workspace import Workspace
from benchmark.tasks.table import TASKS

SAMPLES = 32
ASKED_MS = 10.0


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Answers at once, and takes nothing for it."""

    is_free: bool
    name: str = "bench/at-once"
    has_temperature: bool = True

    def bound(self, request: Request) -> Usage:
        """Return nothing."""
        return Usage(usd=0.0)

    async def complete(self, request: Request) -> Reply:
        """Return a program that differs from sample to sample."""
        return Reply(text=f"```\ncorrect {request.sample}\n```", usage=Usage(usd=0.0))

    async def close(self) -> None:
        """Do nothing."""


def episodes(is_free: bool) -> tuple[float, float]:
    """Return the milliseconds that an episode takes, and the KiB that it leaves behind."""
    clock = SystemClock()
    config = config_of(Wanted(model="bench/at-once", samples=SAMPLES))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "w.db"
        with Workspace.open(str(place)) as workspace:
            limits = Limits(jobs=2, calls_at_once=8)
            parts = Parts(
                workspace=workspace,
                model=AtOnce(is_free),
                policy=POLICIES["best-of-n"](),
                judge=ScriptedJudge(),
                tasks=TASKS,
                key=lambda task, text: digest_of(f"{task.name} {text}"),
                clock=clock,
                observer=lambda entries: None,
            )
            run = begun(workspace, config, limits, random_ids(clock))
            begin = time.perf_counter()
            count = len(run_campaign(run, parts).settled)
            seconds = time.perf_counter() - begin
        assert count == SAMPLES * len(TASKS)
        return 1000 * seconds / count, place.stat().st_size / 1024 / count


def main() -> None:
    """Print a line for free models, whose steps are kept at the end, and one for paid ones."""
    episodes(is_free=True)  # loads what is loaded once
    free, size = episodes(is_free=True)
    paid, more = episodes(is_free=False)
    share = free / ASKED_MS
    print(f"free model  {free:6.2f} ms an episode  {share:.2f} of {ASKED_MS:g}  {size:.1f} KiB")
    print(f"paid model  {paid:6.2f} ms an episode  {paid / free:.2f} of a free one  {more:.1f} KiB")


if __name__ == "__main__":
    main()
