"""One sample that is asked for, and where its draws start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from benchmark.store.events import RoundBegan
from benchmark.store.steering import SampleWanted
from benchmark.store.view import RunView


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A sample without an end."""

    task: str
    sample: int
    round: int
    is_begun: bool = False
    """Whether an answer is there that waits for what comes next."""
    wanted: SampleWanted | None = None
    """What somebody asked for, where this is no sample of the policy's."""

    def thread(self, run: str) -> str:
        """Return the name under which its steps are remembered."""
        return f"{run}/{self.task}/{self.sample}"


def missing(run: RunView, asked: RoundBegan) -> tuple[Job, ...]:
    """Return the samples of a round without an end: those with an answer, then sample by sample.

    All tasks get their first sample before any gets its second, so that a run that stops early
    says something of every task.
    """
    begun = {(each.task, each.sample) for each in run.samples if each.state == "proposed"}
    settled = {(each.task, each.sample) for each in run.settled}
    jobs: Iterable[Job] = (
        Job(task=task, sample=sample, round=asked.round, is_begun=(task, sample) in begun)
        for sample in range(asked.first, asked.first + asked.samples)
        for task in asked.tasks
        if (task, sample) not in settled
    )
    return tuple(sorted(jobs, key=lambda job: not job.is_begun))


def wanted_job(wanted: SampleWanted) -> Job:
    """Return the sample that somebody asked for."""
    return Job(task=wanted.task, sample=wanted.sample, round=wanted.round, wanted=wanted)


def seed_of(seed: int, job: Job, call: int) -> int:
    """Return where a call's draws start, the same whatever else is asked for."""
    name = f"{seed} {job.task} {job.round} {job.sample} {call}".encode()
    return int.from_bytes(sha256(name).digest()[:8], "big") >> 1
