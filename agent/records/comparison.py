"""Two runs that should come to the same records, sample by sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from benchmark.store.events import RoundBegan, SampleChecked, SampleGuarded
from benchmark.store.view import RunView, SampleView

SCHEMA = "aspl.replay/1"
_SHORT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a replayed sample is not what was recorded."""

    task: str
    sample: int
    what: str
    recorded: str
    replayed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came of a replay."""

    run: str
    replayed: str
    """The name of the new run."""
    samples: int
    """That were compared: those with an end."""
    differences: tuple[Difference, ...]
    rounds: tuple[int, ...]
    """Numbers of rounds that differ."""
    asked_otherwise: int
    """Calls that were not asked in the words that were recorded."""
    is_judge_changed: bool

    @property
    def is_same(self) -> bool:
        """Whether the run came to the same records."""
        return not self.differences and not self.rounds


def compared(recorded: RunView, replayed: RunView, asked_otherwise: int = 0) -> Replay:
    """Compare two runs: their rounds, and every sample that has an end in the first."""
    found = {(each.task, each.sample): each for each in replayed.samples}
    differences = [
        difference
        for each in recorded.settled
        for difference in _differences(each, found.get((each.task, each.sample)))
    ]
    rounds = [each.round for each in _other(recorded.rounds, replayed.rounds)]
    judges = [each.config.versions.get("judge") for each in (recorded, replayed)]
    return Replay(
        run=recorded.run,
        replayed=replayed.run,
        samples=len(recorded.settled),
        differences=tuple(differences),
        rounds=tuple(sorted(set(rounds))),
        asked_otherwise=asked_otherwise,
        is_judge_changed=judges[0] != judges[1],
    )


def replay_record(found: Replay) -> dict[str, Any]:
    """Return what came of a replay as an object of JSON."""
    return {
        "schema": SCHEMA,
        "run": found.run,
        "replayed": found.replayed,
        "same": found.is_same,
        "samples": found.samples,
        "differences": [asdict(each) for each in found.differences],
        "rounds": list(found.rounds),
        "asked_otherwise": found.asked_otherwise,
        "judge_changed": found.is_judge_changed,
    }


def _other(recorded: tuple[RoundBegan, ...], replayed: tuple[RoundBegan, ...]) -> list[RoundBegan]:
    """Return the rounds of either that the other has not."""
    missing = [each for each in recorded if each not in replayed]
    return [*missing, *(each for each in replayed if each not in recorded)]


def _differences(recorded: SampleView, replayed: SampleView | None) -> Iterator[Difference]:
    if replayed is None or replayed.settled is None:
        reasons = "; ".join(replayed.failures) if replayed else ""
        yield _difference(recorded, "end", recorded.outcome, reasons or "none")
        return
    before, after = _facts(recorded), _facts(replayed)
    for what, value in before.items():
        if after[what] != value:
            yield _difference(recorded, what, value, after[what])


def _facts(sample: SampleView) -> dict[str, str]:
    """Return what two equal samples have in common, in words."""
    judged = sample.judged
    return {
        "outcome": sample.outcome,
        "cycles": str(judged.cycles) if judged and judged.cycles is not None else "none",
        "program": judged.program[:_SHORT] if judged else "none",
        "calls": ", ".join(f"{each.step} {each.reply[:_SHORT]}" for each in sample.calls),
        "steps": ", ".join(map(_step, sample.steps)) or "none",
    }


def _step(step: SampleChecked | SampleGuarded) -> str:
    if isinstance(step, SampleGuarded):
        return f"copies {step.program[:_SHORT]}"
    return f"{step.outcome} {step.program[:_SHORT]}"


def _difference(sample: SampleView, what: str, recorded: str, replayed: str) -> Difference:
    return Difference(
        task=sample.task, sample=sample.sample, what=what, recorded=recorded, replayed=replayed
    )
