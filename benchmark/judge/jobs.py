"""What a worker is asked for, and the verdict of a job that comes to no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from aspl.checker import Linearity
from aspl.diagnostics import Diagnostic
from benchmark.judge.seeds import Seeds
from benchmark.judge.verdict import Outcome, Verdict

Work: TypeAlias = Literal["judge", "check", "verify"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One answer to judge, or one task."""

    task: str
    """The name of the task."""
    source: str
    """Where the task is found: its name, or the path of its file."""
    text: str
    seeds: Seeds
    linearity: Linearity
    work: Work = "judge"
    """Whether to judge it, to read and check it only, or to hold the task itself to account."""

    def message(self, nonce: str) -> dict[str, Any]:
        """Return the job as it is sent, with what its report has to carry."""
        return {**asdict(self), "nonce": nonce}

    def broken(self, outcome: Outcome, reason: str) -> Verdict:
        """Return the verdict where a worker came to none."""
        return Verdict(
            task=self.task,
            outcome=outcome,
            program=self.text,
            seeds=self.seeds,
            reason=reason,
        )

    def rejected(
        self, outcome: Outcome, found: tuple[Diagnostic, ...], versions: Mapping[str, str]
    ) -> Verdict:
        """Return the verdict on an answer that no worker is asked about."""
        return Verdict(
            task=self.task,
            outcome=outcome,
            program=self.text,
            diagnostics=found,
            seeds=self.seeds,
            versions=versions,
        )


def job_of(message: Mapping[str, Any]) -> Job:
    """Return the job that was sent."""
    return Job(
        task=message["task"],
        source=message["source"],
        text=message["text"],
        seeds=tuple(message["seeds"]),
        linearity=message["linearity"],
        work=message["work"],
    )
