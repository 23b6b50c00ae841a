"""What people read of a run's records."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace

from agent.prompting.display import page_text
from agent.records.comparison import Replay
from agent.records.episode import (
    Texts,
    changes,
    finding_of,
    prompt_of,
    prompts_of,
    verdict_of,
)
from agent.records.overview import Overview, RoundSeen, TaskSeen, Totals
from agent.records.story import Story, StoryEvent
from aspl.render import paint, render_all, visible_text
from benchmark.judge.display import verdict_text
from benchmark.judge.verdict import Verdict
from benchmark.report.tables import NONE, Table, columns
from benchmark.report.text import table_lines
from benchmark.store.events import (
    CallBegan,
    SampleCached,
    SampleChecked,
    SampleFailed,
    SampleGuarded,
    SampleProposed,
    SampleUnfenced,
    Usage,
)
from benchmark.store.view import RunView
from prompts.prompt import Prompt

_RULE = 100
_WORDS_WIDTH = 96
_NAME = "program"
OTHER_VERSION = "the verdict is of another version of the workbench"
NO_PROMPT = "(the prompt was not recorded)"


def overview_text(seen: Overview, *, color: bool) -> str:
    """Write a run at a glance."""
    run = seen.run
    ending = ", ".join(each for each in (run.ending or "no end", run.detail) if each)
    blocks = [
        f"run {run.run}, {run.config.model}, {run.config.policy}, seed {run.config.seed}: {ending}",
        _block("Rounds", table_lines(_rounds(seen.rounds)), color),
        *_newly(seen.rounds, color),
        _block("Tasks", table_lines(_tasks(seen.tasks)), color),
        _block("Calls", list(_totals(seen.totals)), color),
    ]
    return "\n\n".join(blocks)


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
            blocks.append(NO_PROMPT if prompt is None else page_text(_safe(prompt), color=color))
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
    pages = [NO_PROMPT if each is None else _safe(each).page().rstrip("\n") for _, each in prompts]
    if len(pages) == 1:
        return pages[0]
    return "\n\n".join(
        f"{_ruled(f'call {call.call}, {call.step}', color=False)}\n\n{page}"
        for (call, _), page in zip(prompts, pages, strict=True)
    )


def replay_text(found: Replay, *, color: bool) -> str:
    """Write what came of a replay."""
    places = {(each.task, each.sample) for each in found.differences}
    same = found.samples - len(places)
    lines = [f"run {found.run} replayed: {same:,} of {found.samples:,} samples are the same"]
    if found.rounds:
        lines.append(f"rounds that differ: {', '.join(map(str, found.rounds))}")
    if found.asked_otherwise:
        words = "calls were asked in other words than those recorded"
        lines.append(f"note: {found.asked_otherwise:,} {words}; the answers were taken for them")
    if found.is_judge_changed:
        lines.append("note: the judge has changed since the run")
    if found.differences:
        heads = columns("task", ">sample", "what", "recorded", "replayed")
        rows = tuple(
            (each.task, str(each.sample), each.what, each.recorded, visible_text(each.replayed))
            for each in found.differences
        )
        table = Table(title="", columns=heads, rows=rows)
        lines += ["", _block("Differences", table_lines(table), color)]
    return "\n".join(lines)


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


def _block(title: str, lines: Iterable[str], color: bool) -> str:
    return "\n".join([paint(title, "strong", color), *lines])


def _rounds(rounds: Iterable[RoundSeen]) -> Table:
    heads = columns(
        ">round", ">stratum", ">exemplars", ">tasks", ">samples", ">with an end", ">correct", ">new"
    )
    rows = tuple(
        (
            str(each.asked.round),
            f"{each.asked.stratum + 1}/{each.asked.strata}" if each.asked.strata else NONE,
            str(len(each.asked.exemplars)),
            str(len(each.asked.tasks)),
            str(each.asked.samples * len(each.asked.tasks)),
            str(each.samples),
            str(each.correct),
            str(len(each.newly_solved)),
        )
        for each in rounds
    )
    return Table(title="", columns=heads, rows=rows)


def _newly(rounds: Iterable[RoundSeen], color: bool) -> Iterator[str]:
    lines = [
        textwrap.fill(
            f"round {each.asked.round}: {', '.join(each.newly_solved)}",
            _RULE,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
        for each in rounds
        if each.newly_solved
    ]
    if lines:
        yield _block("Newly solved", lines, color)


def _tasks(tasks: Iterable[TaskSeen]) -> Table:
    heads = columns(
        *("task", "state", ">round", ">correct", ">samples", ">asked", ">calls", ">cycles"),
        "other outcomes",
    )
    rows = tuple(
        (
            each.tally.task.name,
            each.state,
            NONE if each.solved_in is None else str(each.solved_in),
            str(each.tally.correct),
            str(each.tally.samples),
            str(each.asked),
            str(each.calls),
            f"{each.tally.best.cycles:,}"
            if each.tally.best and each.tally.best.cycles is not None
            else NONE,
            _others(each),
        )
        for each in tasks
    )
    return Table(title="", columns=heads, rows=rows)


def _others(task: TaskSeen) -> str:
    found = {name: count for name, count in task.tally.outcomes.items() if name != "correct"}
    found |= {"going on": task.going, "failed": task.failed}
    ordered = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{count} {name}" for name, count in ordered if count)


def _totals(totals: Totals) -> Iterator[str]:
    usage = totals.usage
    rows = [
        ("calls", f"{usage.calls:,}"),
        ("input, not cached", f"{usage.uncached_tokens:,} tokens"),
        ("input, from the cache", f"{usage.cached_tokens:,} tokens"),
        ("input, to the cache", f"{usage.cache_write_tokens:,} tokens"),
        ("output", f"{usage.output_tokens:,} tokens"),
        ("of it thinking", f"{usage.reasoning_tokens:,} tokens"),
        ("cost", "unknown" if usage.usd is None else f"${usage.usd:.4f}"),
        ("may still be billed", f"${usage.unknown_usd + totals.lost_usd:.4f}"),
        ("attempts in vain", f"{totals.retried:,}"),
        ("calls without answer", f"{totals.failed:,}"),
        ("calls lost", f"{totals.lost:,}"),
        ("time of answers", f"{usage.seconds:,.1f} s"),
    ]
    width = max(len(name) for name, _ in rows)
    return (f"  {name:<{width}}  {value}" for name, value in rows)


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
            found = finding_of(step, texts)
            if found.verdict is not None:
                yield from _indented(_verdict(found.verdict, color))
            elif found.diagnostics:
                program = texts[step.program]
                rendered = render_all(
                    found.diagnostics, program, _NAME, color=color, width=_WORDS_WIDTH
                )
                yield from _indented(rendered.split("\n"))
            else:
                yield f"  {OTHER_VERSION}"
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


def _lost(began: CallBegan) -> str:
    price = "an unknown price" if began.bound_usd is None else f"at most ${began.bound_usd:.4f}"
    return f"lost: call {began.call}, {began.step}, {price}"


def _end(story: Story, texts: Texts, color: bool) -> Iterator[str]:
    settled = story.view.settled
    if settled is None:
        yield "no end yet"
        return
    if isinstance(settled, SampleUnfenced):
        yield f"no program: {settled.reason}"
        return
    judged = "judged before" if isinstance(settled, SampleCached) else "judged"
    last = story.steps[-1] if story.steps else None
    if isinstance(last, SampleChecked) and last.program == settled.program:
        # what is wrong was told there
        yield f"{judged}: {settled.outcome}"
        return
    yield f"{judged}:"
    verdict = verdict_of(story, texts)
    if verdict is None:
        yield f"  {OTHER_VERSION}"
    else:
        yield from _indented(_verdict(verdict, color))


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
