"""Sizes of the models that the studies run.

Source: STeP, its evaluation, and the scripts published with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MoeModel:
    """A mixture-of-experts layer."""

    name: str
    hidden: int
    intermediate: int
    experts: int
    chosen: int
    """Experts that one token goes to."""

    @property
    def expert_bytes(self) -> int:
        """Weights of one expert in bf16."""
        return 3 * self.hidden * self.intermediate * 2

    @property
    def flops_per_row(self) -> int:
        """FLOPs that the published scripts count for one row of one expert.

        6*D*F for the products, F for the gate, and 8*D*F for SiLU, which takes 8*F: published
        utilisations follow from this count.
        """
        return 14 * self.hidden * self.intermediate + self.intermediate


MIXTRAL = MoeModel(name="mixtral-8x7b", hidden=4096, intermediate=14336, experts=8, chosen=2)
QWEN = MoeModel(name="qwen3-30b-a3b", hidden=2048, intermediate=768, experts=128, chosen=8)

MOE_MODELS: Mapping[str, MoeModel] = {model.name: model for model in (MIXTRAL, QWEN)}
