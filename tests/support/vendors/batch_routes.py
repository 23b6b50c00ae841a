"""The batches of both vendors."""

from __future__ import annotations

from collections.abc import Callable

from vendors.anthropic_batches import AnthropicBatches
from vendors.batches import Lane
from vendors.openai_batches import OpenAIBatches
from vendors.wire import HttpReply, HttpRequest


def both_vendors(lane: Lane) -> Callable[[HttpRequest], HttpReply | None]:
    """Return what answers requests about batches, with None for those that are for others."""
    openai, anthropic = OpenAIBatches(lane), AnthropicBatches(lane)

    def told(request: HttpRequest) -> HttpReply | None:
        return anthropic.told(request) or openai.told(request)

    return told
