"""What a run took: tokens by kind, money, calls that were repeated or lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

from benchmark.report.tables import NONE, Table, columns, counted
from benchmark.store.config import Usage
from benchmark.store.events import CallBegan, SampleProposed, Step
from benchmark.store.view import RunView, total

EXPECTED_FROM = 5
"""Calls after which something should have been read from a cache: prompts of a run begin alike."""
STEPS: tuple[Step, ...] = ("propose", "repair", "guard")


@dataclass(frozen=True, slots=True)
class _Part:
    """Calls of one kind."""

    name: str
    usage: Usage


def cost_table(run: RunView) -> Table:
    """Return tokens and money by what calls were for."""
    parts = [each for each in _parts(run) if each.usage.calls]
    if len(parts) > 1:
        parts.append(_Part("all", run.usage))
    is_open = run.usage.unknown_usd > 0
    heads = [">uncached", ">cached", ">written", ">output", ">reasoning", ">USD"]
    legend = (
        "tokens; cached and written: of the input, read from a cache and written to it; "
        "reasoning: of the output"
    )
    open_words = "USD open: the most that calls without an answer may still be billed for"
    return Table(
        title="Cost",
        columns=columns("calls for", ">calls", *heads, *([">USD open"] if is_open else [])),
        rows=tuple(_row(each, is_open) for each in parts),
        notes=(legend, *([open_words] if is_open else [])),
    )


def cost_words(run: RunView) -> str:
    """Tell what a run cost, and what a solved task."""
    usage = run.usage
    if not usage.calls:
        return "nothing"
    if usage.usd is None:
        known = fsum(each.usage.usd or 0.0 for each in _answered(run))
        words = f"unknown; {known:.4f} USD of it is known" if known else "unknown"
    else:
        solved = len({each.task for each in run.samples if each.is_correct})
        share = f", {usage.usd / solved:.4f} a solved task" if solved else ""
        words = f"{usage.usd:.4f} USD{share}"
    if usage.unknown_usd:
        words += f"; calls without an answer may be billed up to {usage.unknown_usd:.4f} more"
    return words


def tokens_words(usage: Usage) -> str:
    """Tell tokens by kind."""
    parts = [f"{usage.uncached_tokens:,} uncached", f"{usage.cached_tokens:,} read from cache"]
    if usage.cache_write_tokens:
        parts.append(f"{usage.cache_write_tokens:,} written to it")
    thinking = f" ({usage.reasoning_tokens:,} reasoning)" if usage.reasoning_tokens else ""
    into = f"{usage.input_tokens:,} in ({', '.join(parts)})"
    return f"{into}, {usage.output_tokens:,} out{thinking}"


def cache_words(run: RunView) -> str:
    """Tell which share of the input came from a cache; a warning where none did and some should."""
    usage = run.usage
    calls = sum(each.usage.input_tokens > 0 for each in _answered(run))
    if not usage.input_tokens:
        return ""
    if not usage.cached_tokens and usage.usd != 0.0 and calls > EXPECTED_FROM:
        return f"warning: nothing was read from a cache in {calls:,} calls, and prompts begin alike"
    return f"{usage.cached_tokens / usage.input_tokens:.1%} of the input was read from a cache"


def retried_words(run: RunView) -> str:
    """Tell how many attempts were repeated; nothing for none."""
    retried = sum(len(each.retried) for each in _answered(run))
    return f"{counted(retried, 'attempt')} before an answer came" if retried else ""


def lost_calls(run: RunView) -> tuple[CallBegan, ...]:
    """Return the calls that went out and never came back; batches that are under way may still."""
    waiting = {request for batch in run.batches for _, _, request in batch.samples}
    return tuple(each for each in run.lost if each.request not in waiting)


def lost_usd(run: RunView) -> float | None:
    """Return the most that lost calls may be billed for; None where a price is not known."""
    bounds = [each.bound_usd for each in lost_calls(run)]
    return None if None in bounds else fsum(each for each in bounds if each is not None)


def lost_words(run: RunView) -> str:
    """Tell of lost calls; nothing for none."""
    count, usd = len(lost_calls(run)), lost_usd(run)
    if not count:
        return ""
    they = "it" if count == 1 else "they"
    most = "for a price that is not known" if usd is None else f"up to ${usd:.2g}"
    words = f"{counted(count, 'call')} went out and never came back; {they} may be billed {most}"
    return f"{words}, or {they} may be under way" if run.ending is None else words


def batches_words(run: RunView) -> str:
    """Tell of batches that are under way; nothing for none."""
    count = sum(len(each.samples) for each in run.batches)
    batches = counted(len(run.batches), "batch", "batches")
    return f"{batches} of {counted(count, 'call')} not collected yet" if count else ""


def _parts(run: RunView) -> Iterable[_Part]:
    answered = _answered(run)
    for step in STEPS:
        yield _Part(step, total(each.usage for each in answered if each.step == step))
    # what else the samples took: calls without an answer, and answers that were had twice
    yield _Part("no answer", _less(run.usage, total(each.usage for each in answered)))


def _answered(run: RunView) -> list[SampleProposed]:
    return [call for sample in run.samples for call in sample.calls]


def _less(whole: Usage, part: Usage) -> Usage:
    known = whole.usd is not None and (part.usd is not None or not part.calls)
    return Usage(
        calls=whole.calls - part.calls,
        input_tokens=whole.input_tokens - part.input_tokens,
        cached_tokens=whole.cached_tokens - part.cached_tokens,
        cache_write_tokens=whole.cache_write_tokens - part.cache_write_tokens,
        output_tokens=whole.output_tokens - part.output_tokens,
        reasoning_tokens=whole.reasoning_tokens - part.reasoning_tokens,
        usd=max(0.0, (whole.usd or 0.0) - (part.usd or 0.0)) if known else None,
        unknown_usd=max(0.0, whole.unknown_usd - part.unknown_usd),
    )


def _row(part: _Part, is_open: bool) -> tuple[str, ...]:
    usage = part.usage
    return (
        part.name,
        f"{usage.calls:,}",
        f"{usage.uncached_tokens:,}",
        f"{usage.cached_tokens:,}",
        f"{usage.cache_write_tokens:,}",
        f"{usage.output_tokens:,}",
        f"{usage.reasoning_tokens:,}",
        NONE if usage.usd is None else f"{usage.usd:.4f}",
        *([f"{usage.unknown_usd:.4f}"] if is_open else []),
    )
