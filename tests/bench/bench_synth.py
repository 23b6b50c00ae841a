"""How many tasks the embedded model solves: alone, and with its own solved tasks as exemplars.

Run on demand: `python tests/bench/bench_synth.py [SAMPLES ...]`.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass, field

from agent.synth.reading import fenced
from agent.synth.synthesise import synthesise
from benchmark.judge.pool import JudgePool
from benchmark.tasks.table import suite_named
from benchmark.tasks.task import Task

SEEDS = (0, 1, 2)


def section(task: Task, body: str = "") -> str:
    """Return a task as a prompt tells it, or, with a body, as an exemplar."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{task.statement}\n\n{task.formula}\n\n```aspl\n{task.header.rstrip()}\n{lines}```\n"


@dataclass
class Bench:
    """Samples, judged once for each text."""

    pool: JudgePool
    verdicts: dict[tuple[str, str], bool] = field(default_factory=dict)
    spent: list[float] = field(default_factory=list)
    empty: int = 0

    def sample(self, task: Task, exemplars: tuple[str, ...], seed: int) -> str | None:
        """Draw one answer; return its body where it is correct."""
        begun = time.process_time()
        body = fenced(synthesise(section(task), exemplars, "", seed))
        self.spent.append(time.process_time() - begun)
        if body is None:
            self.empty += 1
            return None
        key = (task.name, body)
        if key not in self.verdicts:
            self.verdicts[key] = self.pool.judge(task.name, body).is_correct
        return body if self.verdicts[key] else None


def seed_of(seed: int, place: int, sample: int) -> int:
    """Return a seed of its own for every sample."""
    return (seed * 1000 + place) * 100_000 + sample


def best_of(bench: Bench, tasks: tuple[Task, ...], seed: int, samples: int) -> dict[str, int]:
    """Return the number of correct answers to each task, without exemplars."""
    found = {}
    for place, task in enumerate(tasks):
        answers = [bench.sample(task, (), seed_of(seed, place, each)) for each in range(samples)]
        found[task.name] = sum(each is not None for each in answers)
    return found


def adaptive(
    bench: Bench, tasks: tuple[Task, ...], seed: int, samples: int, rounds: int
) -> dict[str, int]:
    """Return the round in which each task was solved, where solved tasks become exemplars."""
    solved: dict[str, int] = {}
    rates: dict[str, float] = {}
    best: dict[str, str] = {}
    for turn in range(rounds):
        hardest = sorted(best, key=lambda name: rates[name])
        exemplars = tuple(best[name] for name in hardest)
        for place, task in enumerate(tasks):
            if task.name in solved:
                continue
            first, last = turn * samples // rounds, (turn + 1) * samples // rounds
            answers = [
                bench.sample(task, exemplars, seed_of(seed, place, each))
                for each in range(first, last)
            ]
            right = [each for each in answers if each is not None]
            if right:
                solved[task.name] = turn
                rates[task.name] = len(right) / last
                best[task.name] = section(task, min(right, key=len))
    return solved


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", type=int, nargs="*", default=[8, 32, 64])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--suite", default="core")
    options = parser.parse_args()
    tasks = suite_named(options.suite)
    with JudgePool(1) as pool:
        for samples in options.samples:
            for seed in SEEDS:
                report(Bench(pool), tasks, seed, samples, options.rounds)


def report(bench: Bench, tasks: tuple[Task, ...], seed: int, samples: int, rounds: int) -> None:
    """Print one row for each of the two policies."""
    alone = best_of(bench, tasks, seed, samples)
    row("best of n", bench, sum(map(bool, alone.values())), tasks, seed, samples)
    print("   right:", ", ".join(f"{name} {count}" for name, count in alone.items()))
    bench.spent, bench.empty = [], 0
    solved = adaptive(bench, tasks, seed, samples, rounds)
    row("adaptive", bench, len(solved), tasks, seed, samples)
    print("   round:", ", ".join(f"{task.name} {solved.get(task.name, '-')}" for task in tasks))


def row(
    policy: str, bench: Bench, solved: int, tasks: tuple[Task, ...], seed: int, samples: int
) -> None:
    """Print what a policy came to."""
    spent = sorted(bench.spent)
    mean, late = statistics.mean(spent) * 1e3, spent[int(0.95 * len(spent))] * 1e3
    print(
        f"{policy:10} n={samples:<3} seed={seed}  solved {solved:2}/{len(tasks)}  "
        f"{mean:5.1f} ms mean, {late:6.1f} ms p95, {spent[-1] * 1e3:6.1f} ms at most, "
        f"{bench.empty / len(spent):.1%} without a program",
        flush=True,
    )


if __name__ == "__main__":
    main()
