"""Adaptive self-improvement (arXiv 2502.02534): what was solved is shown, the hardest first.

A pass shows the strata of solved tasks one after the other, cumulatively. A round that solves a
task ends the pass: the strata are cut anew, and the next pass begins with the hardest. A policy
stops when all is solved, or when a full pass brought nothing, as often as its patience says.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from agent.policies.policy import Done, History
from agent.policies.strata import boundaries
from benchmark.store.events import Exemplar, RoundBegan


class Adaptive:
    """Asks for samples of the unsolved tasks, round by round."""

    def next_round(self, history: History) -> RoundBegan | Done:
        """Return the next stratum of this pass, or the first one of the next pass."""
        options, rounds = history.config.options, history.rounds
        if not history.unsolved:
            return Done("every task is solved")
        if options.rounds is not None and len(rounds) >= options.rounds:
            return Done(f"{options.rounds} rounds")
        # while nothing is solved, a pass has as many tries as it would have strata
        ends = self._ends(history)
        strata = len(ends) or options.strata
        place, fruitless = _position(history)
        if place >= strata:
            place, fruitless = 0, fruitless + 1
            if fruitless >= options.patience:
                return Done("a full pass brought nothing")
        exemplars = self._exemplars(history, ends, place)
        return RoundBegan(
            round=len(rounds),
            tasks=history.unsolved,
            first=history.first,
            samples=history.config.samples,
            exemplars=exemplars,
            chosen=_chosen(history, exemplars),
            stratum=place,
            strata=len(ends),
        )

    def _ends(self, history: History) -> tuple[float, ...]:
        rates = [each.exemplar.rate for each in history.solutions.values()]
        return boundaries(rates, history.config.options.strata)

    def _exemplars(
        self, history: History, ends: Sequence[float], place: int
    ) -> tuple[Exemplar, ...]:
        """Return the exemplars of the first strata.

        They stand in the order of the strata, and within one in that in which they were solved, so
        that a further stratum only adds to the end of a prompt.
        """
        order = history.config.options.order
        if order == "none" or not ends:
            return ()
        limit = ends[place]
        solved = sorted(
            history.solutions.values(), key=lambda each: (each.exemplar.rate, each.round)
        )
        shown = [each.exemplar for each in solved if each.exemplar.rate <= limit]
        if order == "random":
            # as many as there would be, so that only the choice differs
            chance = random.Random(f"{history.config.seed} {len(history.rounds)}")
            return tuple(chance.sample([each.exemplar for each in solved], len(shown)))
        return tuple(shown)


def _position(history: History) -> tuple[int, int]:
    """Return the next stratum of the pass under way, and the passes before it without fruit."""
    solving = set(history.solved.values())
    place = fruitless = 0
    for each in history.rounds:
        if each.round in solving:
            place = fruitless = 0
        else:
            if each.stratum < place:
                fruitless += 1
            place = each.stratum + 1
    return place, fruitless


def _chosen(history: History, exemplars: tuple[Exemplar, ...]) -> dict[str, tuple[int, ...]]:
    count = history.config.options.retrieve
    if count is None or count >= len(exemplars):
        return {}
    return {task: history.similar(task, exemplars, count) for task in history.unsolved}
