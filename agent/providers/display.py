"""What people read of a probe."""

from __future__ import annotations

from agent.providers.probe import Probed, row_text
from benchmark.store.config import Usage


def probed_text(probed: Probed) -> str:
    """Write what an endpoint takes, what that cost, and a row for --profiles."""
    served = f", served by {probed.served}" if probed.served else ""
    width = max(len(each.name) for each in probed.found)
    rows = "\n".join(
        f"  {each.name:<{width}}  {each.finding:<7}  {each.detail}".rstrip()
        for each in probed.found
    )
    blocks = (
        f"{probed.model}{served}\n{rows}",
        cost_text(probed.usage),
        row_text(probed.profile),
    )
    return "\n\n".join(blocks) + "\n"


def cost_text(usage: Usage) -> str:
    """Write what was spent."""
    price = "at an unknown price" if usage.usd is None else f"for {usage.usd:.4f} USD"
    tokens = f"{usage.input_tokens:,} tokens in, {usage.output_tokens:,} out"
    unknown = f"; at most {usage.unknown_usd:.4f} USD more" if usage.unknown_usd else ""
    return f"{usage.calls} calls, {tokens}, {price}{unknown}"
