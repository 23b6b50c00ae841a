"""What is read of a stage: the answer with its findings, the verdict with its costs, events."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace

from rich.text import Text

from agent.console.paint import program_text, text_of, wrapped
from agent.console.stages import Stage
from agent.records.episode import changes
from agent.records.pages import usage_text
from aspl.render import visible_text
from benchmark.judge.display import verdict_text
from benchmark.judge.verdict import Mismatch, Verdict
from benchmark.store.vocabulary import Unknown
from benchmark.store.workspace import Entry

_MOST = 8
"""Wrong numbers of an output that are shown."""
_CHANGES = {"+": "green", "-": "red", "@": "cyan"}


def answer_text(stage: Stage, reply: str, width: int) -> Text:
    """Write a program with what was found of it, how it was changed, and the reply around it."""
    text = Text()
    if stage.call is not None:
        text.append(f"call {stage.call.call}: {usage_text(stage.call.usage)}\n", "dim")
        for each in stage.call.retried:
            text.append_text(text_of(f"in vain: {each}\n", "bad"))
    if stage.program:
        text.append_text(program_text(stage.program, stage.findings, width))
    else:
        text.append_text(text_of("there is no program\n", "bad"))
    if stage.reason:
        text.append_text(text_of(f"{stage.reason}\n", "bad"))
    if stage.before:
        text.append("\nwhat was changed\n", "bold")
        for line in changes(stage.before, stage.program):
            text.append(f"{visible_text(line)}\n", _CHANGES.get(line[:1], ""))
    if reply and _without_fence(reply) != stage.program.strip():
        text.append("\nthe reply, as it came\n", "bold")
        text.append_text(wrapped(reply.rstrip("\n"), width))
    return text


def _without_fence(reply: str) -> str:
    """Return what stands between the first and the last line of a reply that is a fence alone."""
    lines = reply.strip().split("\n")
    is_fence = len(lines) > 1 and lines[0].startswith("```") and lines[-1] == "```"
    return "\n".join(lines[1:-1] if is_fence else lines).strip()


def verdict_page(stage: Stage, width: int) -> Text:
    """Write a verdict: what it means, what is wrong by how much, what it costs."""
    if stage.verdict is None:
        return text_of(stage.reason or "no verdict at this stage")
    return verdict_words(stage.verdict, width)


def verdict_words(verdict: Verdict, width: int) -> Text:
    """Write a verdict; its findings stand in the program."""
    written = verdict_text(replace(verdict, diagnostics=()), "", color=True, width=width)
    text = Text.from_ansi(visible_styles(written))
    count = len(verdict.diagnostics)
    if count:
        text.append(f"\n\n{count} finding{'' if count == 1 else 's'}, below the program's lines")
    for mismatch in verdict.mismatches:
        text.append_text(_numbers(mismatch))
    return text


def visible_styles(text: str) -> str:
    """Return a text without what moves a cursor; colours stay."""
    return "\x1b[".join(map(visible_text, text.split("\x1b[")))


def _numbers(mismatch: Mismatch) -> Text:
    """Write the first wrong numbers of an output beside those that were wanted."""
    text = Text()
    rows = list(zip(mismatch.first, mismatch.got, mismatch.wanted, strict=False))[:_MOST]
    if not rows:
        return text
    text.append(f"\n\noutput {mismatch.output}, regime {mismatch.regime}\n", "bold")
    text.append(f"  {'at':<16}{'got':>16}{'wanted':>16}", "dim")
    for place, got, wanted in rows:
        where = f"[{', '.join(map(str, place))}]"
        text.append(f"\n  {where:<16}").append(f"{got:>16.6g}", "red")
        text.append(f"{wanted:>16.6g}", "green")
    return text


def events_text(entries: Iterable[Entry]) -> Text:
    """Write events as they are kept."""
    text = Text()
    for entry in entries:
        event = entry.event
        body = event.body if isinstance(event, Unknown) else asdict(event)  # type: ignore[call-overload] # all events are dataclasses
        text.append(f"{entry.number:>7} ", "dim").append(visible_text(event.name), "bold")
        text.append(f"  {entry.at:%H:%M:%S}\n", "dim")
        shown = json.dumps(body, ensure_ascii=True, sort_keys=True, default=str)
        text.append(f"        {visible_text(shown)}\n")
    return text
