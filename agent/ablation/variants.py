"""What exemplars are worth: campaigns that differ in nothing but what they show of solved tasks.

All get the same number of samples and spend them on unsolved tasks; `best-of-n` spends as many
evenly on all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.campaigns.campaign import Parts, run_campaign
from agent.campaigns.start import Wanted, begun, config_of, tasks_of
from agent.policies.table import POLICIES
from agent.providers.model import Model
from benchmark.runs.judging import Judge, KeyRule
from benchmark.store.clock import Clock, Ids
from benchmark.store.config import Limits, PolicyOptions
from benchmark.store.workspace import Workspace

ENDLESS = 1_000_000
"""Passes without fruit: a campaign here ends with its samples."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to spend samples."""

    name: str
    policy: str
    options: PolicyOptions


BASELINE = Variant("best-of-n", "best-of-n", PolicyOptions())
VARIANTS = (
    BASELINE,
    Variant("no exemplars", "adaptive", PolicyOptions(order="none", patience=ENDLESS)),
    Variant("random exemplars", "adaptive", PolicyOptions(order="random", patience=ENDLESS)),
    Variant("hardest first", "adaptive", PolicyOptions(patience=ENDLESS)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablated:
    """What one variant came to, from one seed."""

    variant: str
    seed: int
    run: str
    first: int
    """Tasks that the first `samples` samples of each solved."""
    solved: int
    tasks: int
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What the campaigns of an ablation share."""

    workspace: Workspace
    model: Callable[[], Model]
    """Makes a model for one campaign."""
    judge: Judge
    key: KeyRule
    clock: Clock
    ids: Ids
    jobs: int
    calls_at_once: int


def ablated(bench: Bench, wanted: Wanted, each: int, seeds: tuple[int, ...]) -> Iterator[Ablated]:
    """Run every variant from every seed, and tell what each came to.

    Args:
        wanted: model, suite, tasks, and the samples of a round.
        each: samples of each task, on average.

    Errors: UsageError.
    """
    for seed in seeds:
        for variant in VARIANTS:
            yield _ablated(bench, wanted, each, seed, variant)


def _ablated(bench: Bench, wanted: Wanted, each: int, seed: int, variant: Variant) -> Ablated:
    samples = each if variant is BASELINE else wanted.samples
    asked = Wanted(
        suite=wanted.suite,
        tasks=wanted.tasks,
        model=wanted.model,
        policy=variant.policy,
        samples=samples,
        seed=seed,
        options=variant.options,
        reached=wanted.reached,
    )
    config = config_of(asked)
    limits = Limits(
        jobs=bench.jobs,
        calls_at_once=bench.calls_at_once,
        max_calls=each * len(config.tasks),
    )
    run = run_campaign(
        begun(bench.workspace, config, limits, bench.ids),
        Parts(
            workspace=bench.workspace,
            model=bench.model(),
            policy=POLICIES[variant.policy](),
            judge=bench.judge,
            tasks=tasks_of(config),
            key=bench.key,
            clock=bench.clock,
            observer=lambda entries: None,
        ),
    )
    correct = [one for one in run.samples if one.is_correct]
    return Ablated(
        variant=variant.name,
        seed=seed,
        run=run.run,
        first=len({one.task for one in correct if one.sample < wanted.samples}),
        solved=len({one.task for one in correct}),
        tasks=len(config.tasks),
        samples=len(run.settled),
    )
