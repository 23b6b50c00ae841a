"""Figures 14, 15 and 21: attention of a batch in parallel regions."""

from __future__ import annotations

from collections.abc import Mapping

from benchmark.studies.attention import AttentionParallel
from benchmark.studies.catalog import Group, KvStatistics, kv_group
from benchmark.studies.claims import geometric_mean
from benchmark.studies.experiment import Study
from benchmark.studies.plot import Claim, Panel, Plot, Series
from benchmark.studies.published import published_values
from benchmark.studies.result import StudyResult
from benchmark.studies.sources import Sources
from benchmark.studies.texts import Strategy
from benchmark.studies.traces import DEFAULT_KV, find_kv

STRATEGIES: tuple[Strategy, ...] = ("coarse", "interleave", "dynamic")
GROUPS: tuple[Group, ...] = ("low", "medium", "high")
BATCHES = (16, 64, 80)
FIRST = (16, 32, 48, 64)
"""Requests of figure 15."""


def studies_of_imbalance(sources: Sources) -> dict[str, Study]:
    """Return interleaved and dynamic runs of every trace of batch 64."""
    return _studies(sources, (64,), ("interleave", "dynamic"))


def studies_of_batches(sources: Sources) -> dict[str, Study]:
    """Return the first requests of one trace, coarse and dynamic."""
    statistics = find_kv(DEFAULT_KV)
    return {
        f"{requests} {strategy}": AttentionParallel(
            trace=sources.lengths(statistics, requests), strategy=strategy
        )
        for requests in FIRST
        for strategy in ("coarse", "dynamic")
    }


def studies_of_strategies(sources: Sources) -> dict[str, Study]:
    """Return all strategies of every trace of every batch."""
    return _studies(sources, BATCHES, STRATEGIES)


def plot_imbalance(sources: Sources, results: Mapping[str, StudyResult]) -> Plot:
    """Show the speed-up of dynamic over interleaved dealing by how much lengths differ."""
    traces = [each for group in GROUPS for each in kv_group(64, group)]
    ratios = [_ratio(each, "interleave", results) for each in traces]
    published = published_values("fig14", "cycles")
    known = [
        (place, published[_key(each, "interleave")] / published[_key(each, "dynamic")])
        for place, each in enumerate(traces)
        if _key(each, "dynamic") in published
    ]
    panel = Panel(
        title="batch 64",
        x_label="trace (class; standard deviation of lengths and first request)",
        y_label="interleaved cycles / dynamic cycles",
        series=(
            Series(name="here", x=tuple(map(float, range(len(traces)))), y=tuple(ratios)),
            Series(
                name="published",
                x=tuple(float(place) for place, _ in known),
                y=tuple(ratio for _, ratio in known),
                role="published",
                color=1,
            ),
        ),
        categories=tuple(f"{each.group} {each.name[:9]}" for each in traces),
    )
    claims = [
        Claim(
            name=f"{group}: speed-up of dynamic over interleaved, geometric mean",
            here=geometric_mean(
                [_ratio(each, "interleave", results) for each in kv_group(64, group)]
            ),
        )
        for group in GROUPS
    ]
    return Plot(
        title="Figure 14: interleaved over dynamic parallelisation",
        panels=(panel,),
        claims=tuple(claims),
    )


def plot_batches(sources: Sources, results: Mapping[str, StudyResult]) -> Plot:
    """Show cycles of the first requests, coarse and dynamic."""
    places = tuple(map(float, range(len(FIRST))))
    series = [
        Series(
            name=strategy,
            x=places,
            y=tuple(float(results[f"{requests} {strategy}"].cycles) for requests in FIRST),
            color=color,
        )
        for color, strategy in enumerate(("coarse", "dynamic"))
    ]
    published = published_values("fig15", "cycles")
    series += [
        Series(
            name=f"{strategy}, published",
            x=places[-1:],
            y=(published[f"{FIRST[-1]} {strategy}"],),
            role="published",
            color=color,
        )
        for color, strategy in enumerate(("coarse", "dynamic"))
    ]
    claims = tuple(
        Claim(
            name=f"first {requests} requests: speed-up of dynamic over coarse",
            here=results[f"{requests} coarse"].cycles / results[f"{requests} dynamic"].cycles,
        )
        for requests in FIRST
    )
    panel = Panel(
        title=f"trace {DEFAULT_KV}",
        x_label="requests",
        y_label="cycles",
        series=tuple(series),
        categories=tuple(map(str, FIRST)),
    )
    return Plot(
        title="Figure 15: coarse and dynamic parallelisation of small batches",
        panels=(panel,),
        claims=claims,
    )


def plot_strategies(sources: Sources, results: Mapping[str, StudyResult]) -> Plot:
    """Show all strategies, normalised to dynamic: geometric means of a class's traces."""
    means = {
        (batch, group, strategy): geometric_mean(
            [_ratio(each, strategy, results) for each in kv_group(batch, group)]
        )
        for batch in BATCHES
        for group in GROUPS
        for strategy in STRATEGIES
    }
    panels = tuple(
        Panel(
            title=f"batch {batch}",
            x_label="class of standard deviation",
            y_label="cycles / dynamic cycles",
            series=tuple(
                Series(
                    name=strategy,
                    x=tuple(map(float, range(len(GROUPS)))),
                    y=tuple(means[batch, group, strategy] for group in GROUPS),
                    color=color,
                )
                for color, strategy in enumerate(STRATEGIES)
            ),
            categories=GROUPS,
        )
        for batch in BATCHES
    )
    claims = tuple(
        Claim(name=f"batch {batch}, {group}: {strategy} over dynamic", here=mean)
        for (batch, group, strategy), mean in means.items()
        if strategy != "dynamic"
    )
    return Plot(
        title="Figure 21: parallelisation of attention",
        panels=panels,
        claims=claims,
        notes=("a bar is the geometric mean of three traces",),
    )


def _studies(
    sources: Sources, batches: tuple[int, ...], strategies: tuple[Strategy, ...]
) -> dict[str, Study]:
    return {
        _key(statistics, strategy): AttentionParallel(
            trace=sources.lengths(statistics), strategy=strategy
        )
        for batch in batches
        for group in GROUPS
        for statistics in kv_group(batch, group)
        for strategy in strategies
    }


def _key(statistics: KvStatistics, strategy: Strategy) -> str:
    return f"{statistics.label} {strategy}"


def _ratio(
    statistics: KvStatistics, strategy: Strategy, results: Mapping[str, StudyResult]
) -> float:
    dynamic = results[_key(statistics, "dynamic")].cycles
    return results[_key(statistics, strategy)].cycles / dynamic
