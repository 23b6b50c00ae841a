"""SwiGLU of one expert against hardware: figure 8.

Source: STeP, figure 8, and the scripts published with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from aspl.terminal import UsageError
from benchmark.studies.experiment import Experiment, Measures, published_metrics
from benchmark.studies.texts import checked, swiglu_text
from simulator.load import load_machine

BATCH, HIDDEN, INTERMEDIATE = 64, 256, 512
MACHINE = "paper-swiglu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swiglu:
    """SwiGLU with tiles of `rows` tokens and `columns` intermediate columns."""

    rows: int
    columns: int

    @property
    def label(self) -> str:
        """The tile as published: tokens, hidden, intermediate."""
        return f"{self.rows},{HIDDEN},{self.columns}"

    @property
    def weight(self) -> int:
        """Tiles of weights that are read."""
        return (BATCH // self.rows) * HIDDEN * INTERMEDIATE

    def experiment(self) -> Experiment:
        """Build the program and what controls it."""
        program = checked(swiglu_text(), {"rows": self.rows, "cols": self.columns})
        values = published_metrics(program).value(program.program.size_values())
        assert values.on_chip is not None and values.active_on_chip is not None
        return Experiment(
            checked=program,
            machine=load_machine(MACHINE),
            measures=Measures(
                study="swiglu",
                parameters={"tile": self.label},
                off_chip_bytes=values.off_chip,
                on_chip_bytes=values.on_chip,
                on_chip_all_bytes=values.on_chip,
                on_chip_active_bytes=values.active_on_chip,
            ),
        )


def swiglu_of(tile: str) -> Swiglu:
    """Read `M,K,N`: rows of tokens, hidden columns, intermediate columns of a tile.

    Errors: UsageError for what is no such tile.
    """
    words = [each.strip() for each in tile.split(",")]
    if len(words) != 3 or not all(each.isascii() and each.isdigit() for each in words):
        raise UsageError(f"expected --tile M,K,N as in 16,{HIDDEN},64, got `{tile[:40]}`")
    rows, hidden, columns = (int(each[:9]) for each in words)
    if hidden != HIDDEN:
        raise UsageError(f"the published program does not tile K: write {HIDDEN}, got {hidden}")
    for name, step, extent in (("M", rows, BATCH), ("N", columns, INTERMEDIATE)):
        if not step or extent % step:
            raise UsageError(f"expected {name} of --tile to divide {extent}, got {step}")
    return Swiglu(rows=rows, columns=columns)
