"""The studies by name, and their programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmark.studies.attention import REGIONS
from benchmark.studies.texts import attention_text, moe_text, swiglu_text


@dataclass(frozen=True, slots=True)
class Row:
    """A study, what it is about, and the figures that it gives."""

    name: str
    about: str
    figures: tuple[str, ...]


STUDIES: tuple[Row, ...] = (
    Row("swiglu", "SwiGLU of one expert, against hardware", ("fig8",)),
    Row(
        "moe-tiling",
        "experts with tiles of one size, or of the rows that an expert gets",
        ("fig9", "fig10", "fig19", "fig20"),
    ),
    Row("time-multiplex", "experts that take turns on shared operators", ("fig12", "fig13")),
    Row(
        "attention-parallel",
        "decode attention of a batch in parallel regions",
        ("fig14", "fig15", "fig21"),
    ),
)

PROGRAMS: Mapping[str, Callable[[], str]] = {
    "swiglu": swiglu_text,
    "moe-tiling-static": lambda: moe_text("static", shared=False),
    "moe-tiling-dynamic": lambda: moe_text("dynamic", shared=False),
    "time-multiplex-static": lambda: moe_text("static", shared=True),
    "time-multiplex-dynamic": lambda: moe_text("dynamic", shared=True),
    "attention-coarse": lambda: attention_text("coarse", REGIONS),
    "attention-interleave": lambda: attention_text("interleave", REGIONS),
    "attention-dynamic": lambda: attention_text("dynamic", REGIONS),
}
