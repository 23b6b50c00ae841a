"""What a run still misses, in the order in which it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from benchmark.store.view import RunView


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One sample that has no end yet."""

    task: str
    sample: int
    reply: str | None = None
    """The digest of an answer that is there and waits for its verdict."""


def missing(run: RunView) -> tuple[Job, ...]:
    """Return the samples without an end: those with an answer first, then sample by sample.

    All tasks get their first sample before any gets its second, so that a run that stops early
    says something of every task.
    """
    replies = {
        (each.task, each.sample): each.reply for each in run.samples if each.state == "proposed"
    }
    settled = {(each.task, each.sample) for each in run.settled}
    jobs = [
        Job(task=task.name, sample=sample, reply=replies.get((task.name, sample)))
        for sample in range(run.config.samples)
        for task in run.config.tasks
        if (task.name, sample) not in settled
    ]
    return tuple(sorted(jobs, key=lambda job: job.reply is None))
