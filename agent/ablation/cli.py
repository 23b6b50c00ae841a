"""The sub-command that measures what exemplars are worth: agent ablate."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from agent.campaigns import command as options
from aspl.command import JsonOption, tell, told
from aspl.terminal import UsageError, quoted, write_records, write_text
from benchmark.store.command import WORKSPACE, WorkspaceOption


def register(agent: typer.Typer) -> None:
    """Add the sub-command to its group."""
    agent.command("ablate")(told(ablate))


def ablate(
    model: options.ModelOption = "local/synth",
    suite: options.SuiteOption = "core",
    tasks: options.TasksOption = None,
    samples: options.SamplesOption = 4,
    each: Annotated[
        int, typer.Option(min=1, help="Samples of each task on average, of every variant.")
    ] = 16,
    seeds: Annotated[str, typer.Option(metavar="N,N,...", help="Where all draws start.")] = "0,1,2",
    jobs: options.JobsOption = 2,
    calls_at_once: options.CallsOption = 8,
    base_url: options.BaseUrlOption = None,
    allow_unknown_price: options.UnknownPriceOption = False,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """Measure what exemplars are worth: solved tasks with none, random, and hardest-first ones.

    Every variant draws as many samples. `best-of-n` spends them evenly, the others in rounds of
    --samples on what is unsolved.

    Example: aspl agent ablate --model local/synth --each 16 --seeds 0,1,2
    """
    from agent.ablation.text import ablation_text
    from agent.ablation.variants import Bench, ablated
    from agent.campaigns.start import Wanted, key_rule
    from agent.providers.table import Options, model_named
    from benchmark.judge.pool import JudgePool
    from benchmark.store.clock import SystemClock, random_ids
    from benchmark.store.config import ModelOptions
    from benchmark.store.find import opened

    wanted = Wanted(
        suite=suite or "core",
        tasks=tuple(tasks or ()),
        model=model or "",
        samples=samples or 1,
        reached=ModelOptions(base_url=base_url),
    )
    reached = Options(base_url=base_url, allow_unknown_price=allow_unknown_price, jobs=jobs)
    clock = SystemClock()
    found = []
    with opened(workspace, make=True) as place, JudgePool(jobs) as judge:
        bench = Bench(
            workspace=place,
            model=lambda: model_named(wanted.model, reached),
            judge=judge,
            key=key_rule(),
            clock=clock,
            ids=random_ids(clock),
            jobs=jobs,
            calls_at_once=calls_at_once,
        )
        for one in ablated(bench, wanted, each, _seeds(seeds)):
            tell(f"{one.variant}, seed {one.seed}: {one.solved} of {one.tasks} ({one.run})")
            found.append(one)
    if json:
        write_records((asdict(one) | {"schema": "aspl.ablation/1"} for one in found), sys.stdout)
    else:
        write_text(f"{ablation_text(found)}\n", sys.stdout)


def _seeds(text: str) -> tuple[int, ...]:
    words = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdigit() and len(word) < 16 for word in words):
        raise UsageError(f"expected --seeds N,N,... with whole numbers, got {quoted(text)}")
    return tuple(int(word) for word in words)
