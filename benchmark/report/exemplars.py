"""What each round showed to the model, with the places of the programs on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmark.report.content import Report
from benchmark.report.rounds import round_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownExemplar:
    """A solved task that was shown."""

    task: str
    rate: str
    """The share of correct samples in the round that solved it."""
    sample: int | None
    """Whose program it is; None for one that is not in the records of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRound:
    """A round, and what it showed."""

    words: str
    exemplars: tuple[ShownExemplar, ...]
    chosen: Mapping[str, str]
    """By task, the solved tasks that were shown to it, where not all were."""


def shown_rounds(report: Report) -> tuple[ShownRound, ...]:
    """Return what the rounds showed, those without exemplars left out."""
    samples = {
        (task.tally.task.name, program.digest): program.sample
        for task in report.tasks
        for program in (*([task.best] if task.best else []), *task.exemplars)
    }
    return tuple(
        ShownRound(
            words=round_words(asked, report.run.config),
            exemplars=tuple(
                ShownExemplar(
                    task=each.task,
                    rate=f"{each.rate:.3f}",
                    sample=samples.get((each.task, each.program)),
                )
                for each in asked.exemplars
            ),
            chosen={
                task: ", ".join(asked.exemplars[place].task for place in places)
                for task, places in asked.chosen.items()
            },
        )
        for asked in report.run.rounds
        if asked.exemplars
    )
