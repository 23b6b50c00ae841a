"""The samples of a task, and the stages of one: prompt, answer, verdict, events; acts on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ScrollableContainer, Vertical, VerticalScroll
from textual.widgets import Collapsible, OptionList, Static
from textual.widgets.option_list import Option

from agent.console.chain import chain_text
from agent.console.desk import Desk
from agent.console.editor import EditorScreen, Written
from agent.console.pages import answer_text, events_text, verdict_page
from agent.console.paint import text_of
from agent.console.prompt_editor import PromptScreen
from agent.console.screen import ConsoleScreen, Pane, ask_hint, decide
from agent.console.stages import Stage, prompt_of, stages
from agent.console.words import STYLES, sample_name, sample_words
from benchmark.store.view import SampleView
from prompts.prompt import Prompt, Section

_OPEN = frozenset({"task", "hint", "feedback"})
"""Sections of a prompt that are shown at once; the others are folded."""


class EpisodeScreen(ConsoleScreen):
    """The samples of one task."""

    PANES: ClassVar[tuple[Pane, ...]] = (
        Pane("samples", "samples", "1"),
        Pane("prompt", "prompt", "2"),
        Pane("answer", "answer", "3"),
        Pane("verdict", "verdict", "4"),
        Pane("raw", "events", "5"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "pane('samples')", "Samples", show=False),
        Binding("2", "pane('prompt')", "Prompt", show=False),
        Binding("3", "pane('answer')", "Answer", show=False),
        Binding("4", "pane('verdict')", "Verdict", show=False),
        Binding("5", "pane('raw')", "Events", show=False),
        Binding("e", "edit", "Edit"),
        Binding("w", "edit_prompt", "Edit prompt"),
        Binding("t", "retry", "Try again"),
        Binding("b", "chain", "Bottleneck"),
        Binding("h", "hint", "Hint"),
        Binding("y", "approve", "Yes", show=False),
        Binding("n", "reject", "No", show=False),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, desk: Desk, task: str, sample: int | None = None) -> None:
        super().__init__(desk)
        self.task_name = task
        self._sample = sample
        self._content = "answer"
        self._numbers: list[int] = []
        self._shown: tuple[Stage, ...] = ()
        self._prompt_of: str | None = None

    def body(self) -> ComposeResult:
        """Lay out the lists and the pages."""
        with Horizontal(id="body"):
            with Vertical(id="samples", classes="pane"):
                yield OptionList(id="sample-list", markup=False)
                yield OptionList(id="stage-list", markup=False)
            with Vertical(classes="group"):
                yield VerticalScroll(id="prompt", classes="pane")
                for name in ("answer", "verdict", "raw"):
                    with ScrollableContainer(id=name, classes="pane"):
                        yield Static(id=f"{name}-text")

    def on_mount(self) -> None:
        """Begin with the samples."""
        super().on_mount()
        self.query_one("#sample-list").focus()

    def panes_shown(self) -> set[str]:
        """Return the list and one page, or one of them where there is little room."""
        if self.pane != "samples":
            self._content = self.pane
        return {"samples", self._content} if self.is_wide else {self.pane}

    def take(self) -> None:
        """Show the samples as they stand now, and the stage that is chosen."""
        seen = self.desk.seen
        if seen is None:
            return
        samples = [each for each in seen.view.samples if each.task == self.task_name]
        self._list_samples(samples)
        self._list_stages()
        self._show_stage()

    def _list_samples(self, samples: Sequence[SampleView]) -> None:
        listed, numbers = self.query_one("#sample-list", OptionList), [e.sample for e in samples]
        waiting = self.desk.seen.asks if self.desk.seen else ()
        asking = {each.sample for each in waiting if each.task == self.task_name}
        rows = [self._row(each, each.sample in asking) for each in samples]
        if numbers == self._numbers:
            for place, row in enumerate(rows):
                listed.replace_option_prompt_at_index(place, row)
            return
        self._numbers = numbers
        if self._sample is None and numbers:
            self._sample = next((e.sample for e in samples if e.is_correct), numbers[0])
        listed.set_options(
            Option(row, id=str(number)) for row, number in zip(rows, numbers, strict=True)
        )
        if self._sample in numbers:
            listed.highlighted = numbers.index(self._sample)

    def _row(self, sample: SampleView, is_asking: bool) -> Text:
        sign, word, mood = sample_words(sample, is_asking)
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{sign} {sample_name(sample.sample):<7} ", STYLES[mood])
        text.append(word, STYLES[mood])
        return text.append(f" r{sample.round}", "dim")

    def _list_stages(self) -> None:
        listed = self.query_one("#stage-list", OptionList)
        story = None
        if self._sample is not None and self.desk.follower is not None:
            story = self.desk.follower.story_of(self.task_name, self._sample)
        found = stages(story, self.desk.texts.get) if story is not None else ()
        if found == self._shown:
            return
        was_last = listed.highlighted is None or listed.highlighted >= len(self._shown) - 1
        place = listed.highlighted or 0
        self._shown = found
        listed.set_options(text_of(each.title, each.mood) for each in found)
        if found:
            listed.highlighted = len(found) - 1 if was_last else min(place, len(found) - 1)

    @property
    def stage(self) -> Stage | None:
        """The stage that is chosen."""
        place = self.query_one("#stage-list", OptionList).highlighted
        return self._shown[place] if place is not None and place < len(self._shown) else None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Turn to another sample, or another stage of it."""
        if event.option_list.id == "sample-list" and event.option.id is not None:
            number = int(event.option.id)
            if number != self._sample:
                self._sample, self._shown = number, ()
                self.query_one("#stage-list", OptionList).clear_options()
                self._list_stages()
        self._show_stage()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Turn to the page that was looked at last."""
        self.show_pane(self._content)

    def _width(self, name: str) -> int:
        pane = self.query_one(f"#{name}")
        return (pane.size.width or self.app.size.width) - 2

    def _show_stage(self) -> None:
        stage = self.stage
        answer, verdict, raw = (
            self.query_one(f"#{name}-text", Static) for name in ("answer", "verdict", "raw")
        )
        follower = self.desk.follower
        if stage is None or follower is None or self._sample is None:
            for each in (answer, verdict, raw):
                each.update(text_of("nothing came back yet", "soft"))
            return
        reply = self.desk.texts.get(stage.call.reply) if stage.call else ""
        answer.update(answer_text(stage, reply, self._width("answer")))
        verdict.update(verdict_page(stage, self._width("verdict")))
        raw.update(events_text(follower.events_of(self.task_name, self._sample)))
        name = None if stage.call is None else f"{stage.call.prompt} {stage.call.tail}"
        if name != self._prompt_of:
            self._prompt_of = name
            self._show_prompt(self._prompt())

    def _prompt(self) -> Prompt | None:
        stage = self.stage
        if stage is None or stage.call is None:
            return None
        return prompt_of(stage.call, self.desk.texts.get)

    def _show_prompt(self, prompt: Prompt | None) -> None:
        pane = self.query_one("#prompt", VerticalScroll)
        with self.app.batch_update():
            pane.remove_children()
            if prompt is None:
                pane.mount(Static(text_of("no prompt is recorded for this stage", "soft")))
                return
            pane.mount_all(map(_section, prompt.sections))

    def action_back(self) -> None:
        """Go back to the list of samples on a small screen, else to the board."""
        if not self.is_wide and self.pane != "samples":
            self.show_pane("samples")
        else:
            self.dismiss()

    def action_hint(self) -> None:
        """Give the task a hint."""
        ask_hint(self, self.task_name)

    def action_retry(self) -> None:
        """Have the sample drawn anew."""
        task, sample = self.task_name, self._sample
        if sample is not None:
            words = f"{task} {sample_name(sample)} is to be tried again"
            self.act_then_go_on(lambda: self.desk.steering.retry(task, sample), words)

    def action_edit(self) -> None:
        """Edit the program of the stage, and go on from there."""
        stage, task, sample = self.stage, self.desk.task(self.task_name), self._sample
        if stage is None or task is None or sample is None:
            self.notify("there is no program to edit", severity="warning", timeout=3)
            return
        call = stage.call.call if stage.call else 0

        def fork(text: str) -> None:
            self.act_then_go_on(
                lambda: self.desk.steering.fork_program(task.name, sample, call, text),
                f"a fork of {task.name} {sample_name(sample)} is to be judged",
            )

        written = Written(
            title=f"{task.name}, a fork of sample {sample_name(sample)} at call {call}",
            given=task.header,
            text=stage.program,
            findings=stage.findings,
            is_code=True,
        )
        self.app.push_screen(EditorScreen(self.desk, task, written, fork))

    def action_edit_prompt(self) -> None:
        """Edit the prompt of the stage, and have the call made again."""
        stage, prompt, sample = self.stage, self._prompt(), self._sample
        if stage is None or stage.call is None or prompt is None or sample is None:
            self.notify("no prompt is recorded for this stage", severity="warning", timeout=3)
            return
        task, call = self.task_name, stage.call.call

        def fork(edited: Prompt) -> None:
            self.act_then_go_on(
                lambda: self.desk.steering.fork_prompt(task, sample, call, edited),
                f"call {call} of {task} {sample_name(sample)} is to be made again",
            )

        title = f"{task}, the prompt of call {call} of sample {sample_name(sample)}"
        self.app.push_screen(PromptScreen(self.desk, title, prompt, fork))

    def action_approve(self) -> None:
        """Say yes to the program of the sample, where it waits."""
        self._decide(True)

    def action_reject(self) -> None:
        """Say no to it."""
        self._decide(False)

    def _decide(self, is_approved: bool) -> None:
        seen = self.desk.seen
        for asked in seen.view.steered.waiting if seen else ():
            if (asked.task, asked.sample) == (self.task_name, self._sample):
                decide(self, asked, is_approved)
                return
        self.notify("this sample does not wait for a yes", severity="warning", timeout=3)

    def action_chain(self) -> None:
        """Simulate a correct program, and show the whole chain that holds it up."""
        stage = self.stage
        if stage is None or stage.verdict is None or not stage.verdict.is_correct:
            words = "only the verdict on a correct program has a chain"
            self.notify(words, severity="warning", timeout=3)
            return
        self.show_pane("verdict")
        self.query_one("#verdict-text", Static).update(text_of("simulating ...", "soft"))
        self._simulate(stage, self._width("verdict"))

    @work(thread=True, exclusive=True, group="chain")
    def _simulate(self, stage: Stage, width: int) -> None:
        page = chain_text(self.task_name, stage.program, width)
        self.app.call_from_thread(self._show_chain, stage, page)

    def _show_chain(self, stage: Stage, page: str) -> None:
        if self.is_there and self.stage == stage:
            text = verdict_page(stage, self._width("verdict")).append("\n\n")
            self.query_one("#verdict-text", Static).update(text.append_text(Text.from_ansi(page)))
            self.query_one("#verdict").scroll_end(animate=False)


def _section(section: Section) -> Collapsible:
    length = f"{len(section.text):,} characters"
    return Collapsible(
        Static(text_of(section.text.strip("\n"))),
        title=f"{section.name} ({section.role}, {section.scope}): {length}".replace("[", "\\["),
        collapsed=section.name not in _OPEN,
    )
