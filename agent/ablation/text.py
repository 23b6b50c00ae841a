"""An ablation as a table."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from agent.ablation.variants import Ablated
from benchmark.report.tables import Table, columns
from benchmark.report.text import table_lines


def ablation_text(found: Sequence[Ablated]) -> str:
    """Write what every variant came to, a line each; seeds stand side by side."""
    seeds = list(dict.fromkeys(each.seed for each in found))
    rows = []
    for name in dict.fromkeys(each.variant for each in found):
        own = {each.seed: each for each in found if each.variant == name}
        rows.append(
            (
                name,
                *(f"{own[seed].solved}/{own[seed].tasks}" for seed in seeds),
                f"{mean(each.solved for each in own.values()):.2f}",
                f"{mean(each.first for each in own.values()):.2f}",
                f"{mean(each.samples for each in own.values()):,.0f}",
            )
        )
    heads = columns("variant", *(f">seed {seed}" for seed in seeds), ">mean", ">first", ">samples")
    note = "solved tasks; first: by the samples of the first round; fewer samples: all are solved"
    return "\n".join(
        [*table_lines(Table(title="", columns=heads, rows=tuple(rows))), f"  ({note})"]
    )
