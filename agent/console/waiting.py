"""What waits for somebody: programs for a yes or a no, and prompts for an answer."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ScrollableContainer, Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from agent.console.desk import Desk
from agent.console.editor import EditorScreen, Written
from agent.console.episode import EpisodeScreen
from agent.console.paint import program_text, text_of, wrapped
from agent.console.screen import ConsoleScreen, Pane, decide
from agent.console.words import STYLES, sample_name
from agent.episodes.texts import joined
from aspl.render import summary
from benchmark.judge.early import Checkup
from benchmark.store.steering import AnswerAsked, ApprovalAsked
from prompts.fences import fenced
from prompts.prompt import SCOPES

Waits: TypeAlias = ApprovalAsked | AnswerAsked
_GATES = {"judge": "to be judged", "exemplar": "to be shown to others"}
_FENCE = "```"


class WaitingScreen(ConsoleScreen):
    """All that waits."""

    PANES: ClassVar[tuple[Pane, ...]] = (
        Pane("waiting", "waits for you", "1"),
        Pane("page", "what it is", "2"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "pane('waiting')", "Waits for you", show=False),
        Binding("2", "pane('page')", "What it is", show=False),
        Binding("y", "approve", "Yes"),
        Binding("n", "reject", "No"),
        Binding("u", "answer", "Answer"),
        Binding("c", "check", "Check"),
        Binding("o", "open", "Episode"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._waiting: tuple[Waits, ...] = ()

    def body(self) -> ComposeResult:
        """Lay out the list and the page."""
        with Horizontal(id="body"):
            yield OptionList(id="waiting", classes="pane", markup=False)
            with Vertical(classes="group"), ScrollableContainer(id="page", classes="pane"):
                yield Static(id="page-text")

    def take(self) -> None:
        """Show what waits now."""
        found = self.desk.seen.asks if self.desk.seen else ()
        listed = self.query_one("#waiting", OptionList)
        if found == self._waiting and listed.option_count:
            return
        before, place = self.chosen, listed.highlighted or 0
        self._waiting = found
        if not found:
            listed.set_options([Option(Text("nothing waits for you", "dim"), disabled=True)])
        else:
            listed.set_options(map(_row, found))
            place = found.index(before) if before in found else min(place, len(found) - 1)
            listed.highlighted = place
            listed.focus()
        self._show()

    @property
    def chosen(self) -> Waits | None:
        """What is looked at."""
        place = self.query_one("#waiting", OptionList).highlighted
        return self._waiting[place] if place is not None and place < len(self._waiting) else None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Look at another one."""
        self._show()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer a prompt, or read a program."""
        if isinstance(self.chosen, AnswerAsked):
            self.action_answer()
        else:
            self.show_pane("page")

    def _show(self, checkup: Checkup | None = None) -> None:
        page, chosen = self.query_one("#page-text", Static), self.chosen
        match chosen:
            case None:
                page.update("")
            case ApprovalAsked():
                page.update(self._program(chosen, checkup))
            case AnswerAsked():
                page.update(wrapped(self._prompt(chosen), self._width))

    @property
    def _width(self) -> int:
        return (self.query_one("#page").size.width or self.app.size.width) - 2

    def _program(self, asked: ApprovalAsked, checkup: Checkup | None) -> Text:
        task = self.desk.task(asked.task)
        text = Text()
        head = f"{asked.task} {sample_name(asked.sample)} {_GATES[asked.gate]}\n"
        text.append_text(text_of(head, "strong"))
        if task is not None:
            text.append_text(text_of(f"{task.formula}\n\n", "soft"))
        program = self.desk.texts.get(asked.program)
        findings = checkup.diagnostics if checkup else ()
        text.append_text(program_text(program, findings, self._width))
        if checkup is not None:
            outcome = checkup.outcome or "it checks"
            words = f"\n{outcome}: {summary(checkup.diagnostics)}"
            text.append_text(text_of(words, "good" if checkup.outcome is None else "bad"))
        return text

    def _prompt(self, asked: AnswerAsked) -> str:
        own = self.desk.texts.get(asked.tail) if asked.tail else ""
        prompt = joined(self.desk.texts.get(asked.prompt), own)
        # people know the language, or look it up below
        sections = sorted(prompt.sections, key=lambda each: -SCOPES.index(each.scope))
        return "\n\n".join(each.text.strip("\n") for each in sections)

    def action_approve(self) -> None:
        """Say yes."""
        if isinstance(self.chosen, ApprovalAsked):
            decide(self, self.chosen, True)

    def action_reject(self) -> None:
        """Say no, and why."""
        if isinstance(self.chosen, ApprovalAsked):
            decide(self, self.chosen, False)

    def action_check(self) -> None:
        """Check a program that waits."""
        chosen = self.chosen
        if isinstance(chosen, ApprovalAsked):
            self._check(chosen, self.desk.texts.get(chosen.program))

    @work(thread=True, exclusive=True, group="bench")
    def _check(self, asked: ApprovalAsked, program: str) -> None:
        task = self.desk.task(asked.task)
        if task is not None:
            found = self.desk.bench.check(task, program)
            self.app.call_from_thread(self._checked, asked, found)

    def _checked(self, asked: ApprovalAsked, found: Checkup) -> None:
        if self.is_there and self.chosen == asked:
            self._show(found)

    def action_answer(self) -> None:
        """Answer as the model."""
        asked = self.chosen
        task = self.desk.task(asked.task) if asked else None
        if not isinstance(asked, AnswerAsked) or task is None:
            self.notify("this one waits for a yes or a no", severity="warning", timeout=3)
            return

        def send(text: str) -> None:
            reply = text if _FENCE in text else fenced(text, "aspl")
            self.act(
                lambda: self.desk.steering.answer(asked, reply),
                f"the answer to {asked.task} {sample_name(asked.sample)} is sent",
            )

        written = Written(
            title=f"{asked.task} {sample_name(asked.sample)}, call {asked.call}: your answer",
            given=self._prompt(asked),
            text="",
            is_code=False,
        )
        self.app.push_screen(EditorScreen(self.desk, task, written, send))

    def action_open(self) -> None:
        """Look at the sample that it is of."""
        chosen = self.chosen
        if chosen is not None:
            self.app.push_screen(EpisodeScreen(self.desk, chosen.task, chosen.sample))

    def action_back(self) -> None:
        """Go back to the list on a small screen, else to the board."""
        if not self.is_wide and self.pane != "waiting":
            self.show_pane("waiting")
        else:
            self.dismiss()


def _row(asked: Waits) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis").append("? ", STYLES["ask"])
    what = "for an answer" if isinstance(asked, AnswerAsked) else _GATES[asked.gate]
    text.append_text(text_of(f"{asked.task} {sample_name(asked.sample)}"))
    return text.append(f"  {what}", "dim")
