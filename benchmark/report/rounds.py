"""Rounds of a run in words and as a table."""

from __future__ import annotations

from benchmark.report.tables import NONE, Table, columns, counted
from benchmark.scores.learning import RoundScore
from benchmark.scores.summary import Scores
from benchmark.store.config import RunConfig
from benchmark.store.events import RoundBegan

POINTS, BAR = 10, 40
"""Of a learning curve in lines: how many there are, and the length of the longest bar."""


def round_words(asked: RoundBegan, config: RunConfig) -> str:
    """Tell a round in a line: `round 3: 9 tasks, 17 exemplars, the hardest 2 of 3 strata`."""
    words = [
        f"round {asked.round}: {counted(len(asked.tasks), 'task')}",
        shown_words(asked, config),
    ]
    return ", ".join(words)


def shown_words(asked: RoundBegan, config: RunConfig) -> str:
    """Tell what a round shows: how many exemplars, and which."""
    if not asked.exemplars:
        return "no exemplars"
    words = counted(len(asked.exemplars), "exemplar")
    if config.options.order == "random":
        words += " at random"
    elif asked.stratum + 1 < asked.strata:
        words += f", the hardest {asked.stratum + 1} of {asked.strata} strata"
    elif asked.strata > 1:
        words += f", all {asked.strata} strata"
    if asked.chosen:
        each = max(map(len, asked.chosen.values()))
        words += f", {each} for each task"
    return words


def rounds_table(scores: Scores) -> Table:
    """Return what each round asked for and brought."""
    has_tokens = any(each.usage.input_tokens for each in scores.rounds)
    return Table(
        title="Rounds",
        columns=columns(
            ">round",
            "strata",
            ">shown",
            ">tasks",
            ">samples",
            ">new",
            ">solved",
            ">drawn",
            *([">tokens in", ">out"] if has_tokens else []),
            "newly solved",
        ),
        rows=tuple(_row(each, has_tokens) for each in scores.rounds),
        notes=(
            "strata: of solved tasks, the hardest first, and how many of them were shown as "
            "exemplars; solved and drawn: tasks and samples, with the rounds before",
        ),
    )


def curve_table(scores: Scores) -> Table:
    """Return the learning curve in about ten lines."""
    curve, tasks = scores.curve, scores.solved.tasks
    counts = sorted({-(-curve.samples * part // POINTS) for part in range(1, POINTS + 1)})
    solved = [curve.solved(count) for count in counts]
    return Table(
        title="Learning curve",
        columns=columns(">samples", ">solved", ""),
        rows=tuple(
            (f"{count:,}", str(number), "#" * round(BAR * number / max(1, tasks)))
            for count, number in zip(counts, solved, strict=True)
        ),
    )


def _row(each: RoundScore, has_tokens: bool) -> tuple[str, ...]:
    asked, usage = each.asked, each.usage
    tokens = (f"{usage.input_tokens:,}", f"{usage.output_tokens:,}") if has_tokens else ()
    return (
        str(asked.round),
        f"{asked.stratum + 1} of {asked.strata}" if asked.strata else NONE,
        str(len(asked.exemplars)),
        str(len(asked.tasks)),
        f"{each.samples:,}",
        str(len(each.solved)),
        str(each.solved_in_all),
        f"{each.samples_in_all:,}",
        *tokens,
        ", ".join(each.solved) or NONE,
    )
