"""What people read of single samples: every step, or every word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from agent.prompting.display import page_text
from agent.records.episode import (
    Texts,
    changes,
    finding_of,
    prompt_of,
    prompts_of,
    verdict_of,
)
from agent.records.story import Story, StoryEvent
from aspl.render import paint, render_all, visible_text
from benchmark.judge.display import verdict_text
from benchmark.judge.verdict import Verdict
from benchmark.store.config import Usage
from benchmark.store.events import (
    CallBegan,
    SampleCached,
    SampleChecked,
    SampleFailed,
    SampleGuarded,
    SampleJudged,
    SampleProposed,
)
from benchmark.store.view import RunView
from prompts.prompt import Prompt

_RULE = 100
_WORDS_WIDTH = 96
_NAME = "program"
_OTHER_VERSION = "the verdict is of another version of the workbench"
_NO_PROMPT = "(the prompt was not recorded)"


def episodes_text(run: RunView, stories: Iterable[Story], texts: Texts, *, color: bool) -> str:
    """Write the steps of samples, without prompts and replies."""
    blocks = [f"run {run.run}, {run.config.model}"]
    blocks += ["\n".join(_story(each, texts, color)) for each in stories]
    return "\n\n".join(blocks)


def whole_text(story: Story, texts: Texts, *, color: bool) -> str:
    """Write a sample with every prompt, section by section, and every reply."""
    blocks = [_head(story, color)]
    for step, before, after in story.programs():
        if isinstance(step, SampleProposed):
            prompt = prompt_of(step, texts)
            blocks.append(_NO_PROMPT if prompt is None else page_text(_safe(prompt), color=color))
            blocks.append(_ruled(f"reply to call {step.call}", color))
            blocks.append(visible_text(texts[step.reply].rstrip("\n")))
            blocks.append(_ruled(f"what became of call {step.call}", color))
        blocks.append("\n".join(_step(step, before, after, texts, color)))
    blocks += [_lost(each) for each in story.lost]
    blocks.append("\n".join(_end(story, texts, color)))
    return "\n\n".join(blocks)


def prompts_text(story: Story, texts: Texts) -> str:
    """Write what a sample's calls were told, and nothing else; several are told apart by rules."""
    prompts = prompts_of(story, texts)
    pages = [_NO_PROMPT if each is None else _safe(each).page().rstrip("\n") for _, each in prompts]
    if len(pages) == 1:
        return pages[0]
    return "\n\n".join(
        f"{_ruled(f'call {call.call}, {call.step}', color=False)}\n\n{page}"
        for (call, _), page in zip(prompts, pages, strict=True)
    )


def usage_text(usage: Usage) -> str:
    """Write what a call took."""
    words = [
        f"{usage.input_tokens:,} tokens in",
        *([f"{usage.cached_tokens:,} of them cached"] if usage.cached_tokens else ()),
        *([f"{usage.cache_write_tokens:,} to the cache"] if usage.cache_write_tokens else ()),
        f"{usage.output_tokens:,} out",
        *([f"{usage.reasoning_tokens:,} of them thinking"] if usage.reasoning_tokens else ()),
        "unknown price" if usage.usd is None else f"${usage.usd:.4f}",
        *([f"at most ${usage.unknown_usd:.4f} more"] if usage.unknown_usd else ()),
        f"{usage.seconds:.1f} s",
    ]
    return ", ".join(words)


def _story(story: Story, texts: Texts, color: bool) -> Iterator[str]:
    yield _head(story, color)
    for step, before, after in story.programs():
        yield from _indented(_step(step, before, after, texts, color))
    yield from _indented(map(_lost, story.lost))
    yield from _indented(_end(story, texts, color))


def _head(story: Story, color: bool) -> str:
    view = story.view
    outcome = view.outcome or {"proposed": "goes on", "failed": "failed"}[view.state]
    cycles = view.judged.cycles if view.judged else None
    cost = "" if cycles is None else f", {cycles:,} cycles"
    style = "strong" if view.is_correct else "error"
    name = f"{view.task}, sample {view.sample}, round {view.round}: {outcome}{cost}"
    return paint(name, style, color)


def _step(step: StoryEvent, before: str, after: str, texts: Texts, color: bool) -> Iterator[str]:
    match step:
        case SampleProposed():
            yield from _call(step, before, after, texts)
        case SampleChecked():
            yield f"check: {step.outcome}"
            yield from _indented(_finding(step, texts, color))
        case SampleGuarded():
            yield "copies by the compiler"
            yield from _indented(map(visible_text, changes(texts[before], texts[after])))
        case SampleFailed():
            yield f"failed to {step.stage}: {visible_text(step.reason)}"
            yield from _indented(f"in vain: {visible_text(each)}" for each in step.retried)


def _call(call: SampleProposed, before: str, after: str, texts: Texts) -> Iterator[str]:
    for_what = "copies by the model" if call.step == "guard" else call.step
    served = f", served by {visible_text(call.served)}" if call.served else ""
    finish = "" if call.finish == "complete" else f", {call.finish}"
    yield f"call {call.call}, {for_what}: {usage_text(call.usage)}{finish}{served}"
    yield from _indented(f"in vain: {visible_text(each)}" for each in call.retried)
    if call.step != "propose" and before and after:
        lines = changes(texts[before], texts[after]) or ("nothing is changed",)
        yield from _indented(map(visible_text, lines))


def _finding(step: SampleChecked, texts: Texts, color: bool) -> list[str]:
    found = finding_of(step, texts)
    if found is None:
        return [_OTHER_VERSION]
    if found.verdict is not None:
        return _verdict(found.verdict, color)
    program = texts[step.program]
    rendered = render_all(found.diagnostics, program, _NAME, color=color, width=_WORDS_WIDTH)
    return rendered.split("\n") if found.diagnostics else []


def _lost(began: CallBegan) -> str:
    price = "an unknown price" if began.bound_usd is None else f"at most ${began.bound_usd:.4f}"
    return f"lost: call {began.call}, {began.step}, {price}"


def _end(story: Story, texts: Texts, color: bool) -> Iterator[str]:
    match story.view.settled:
        case None:
            yield "no end yet"
        case SampleJudged() | SampleCached() as judged:
            yield from _judged(story, judged, texts, color)
        case other:
            yield f"{story.view.outcome}: {visible_text(other.reason)}"


def _judged(
    story: Story, judged: SampleJudged | SampleCached, texts: Texts, color: bool
) -> Iterator[str]:
    words = "judged before" if isinstance(judged, SampleCached) else "judged"
    last = story.steps[-1] if story.steps else None
    if isinstance(last, SampleChecked) and last.program == judged.program:
        # what is wrong was told there
        yield f"{words}: {judged.outcome}"
        return
    yield f"{words}:"
    verdict = verdict_of(story, texts)
    lines = [_OTHER_VERSION] if verdict is None else _verdict(verdict, color)
    yield from _indented(lines)


def _verdict(verdict: Verdict, color: bool) -> list[str]:
    return verdict_text(verdict, _NAME, color=color, width=_WORDS_WIDTH).split("\n")


def _safe(prompt: Prompt) -> Prompt:
    """Return a prompt as a terminal may show it: attempts of models stand in it."""
    sections = (replace(each, text=visible_text(each.text)) for each in prompt.sections)
    return Prompt(tuple(sections))


def _ruled(words: str, color: bool) -> str:
    return paint(f"-- {words} ".ljust(_RULE, "-"), "frame", color)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}".rstrip() for line in lines)
