"""An editor for programs: what the task gives above, what is found below, and a key to judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import OptionList, Static, TextArea

from agent.console.desk import Desk
from agent.console.dialogs import AskKey, Choice, ShowText
from agent.console.pages import verdict_words
from agent.console.paint import code_line, finding_line, stylize_code, text_of
from agent.console.screen import ConsoleScreen, Pane
from agent.console.words import Mood
from aspl.diagnostics import Diagnostic, Severity
from aspl.render import summary, visible_text
from benchmark.judge.early import Checkup
from benchmark.judge.verdict import Verdict
from benchmark.tasks.task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text that is to be written, and what is given to its author."""

    title: str
    given: str
    """Read-only, above the editor: a task's header, or a prompt."""
    text: str
    findings: Sequence[Diagnostic] = ()
    """What was found of the text before."""
    is_code: bool
    """Whether what is given is a program."""


class ProgramArea(TextArea):
    """An editor whose lines are painted as programs, with what was found underlined."""

    findings: tuple[Diagnostic, ...] = ()

    def get_line(self, line_index: int) -> Text:
        """Return a line as it is painted."""
        line = self.document.get_line(line_index)
        text = Text(visible_text(line), end="", no_wrap=True)
        stylize_code(text)
        for each in self.findings:
            span = each.span
            if span.line == line_index + 1:
                end = span.end_column if span.end_line == span.line else len(line)
                style = "underline bold red" if each.severity is Severity.ERROR else "underline"
                text.stylize(style, span.column, max(end, span.column + 1))
        return text

    def show_findings(self, findings: Sequence[Diagnostic]) -> None:
        """Underline what was found."""
        self.findings = tuple(findings)
        self.notify_style_update()
        self.refresh()


class EditorScreen(ConsoleScreen):
    """Where a program is written, checked, judged, and handed in."""

    PANES: ClassVar[tuple[Pane, ...]] = (
        Pane("program", "program", "F2"),
        Pane("given", "given", "F3"),
        Pane("findings", "findings", "F4"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "pane('program')", "Program", show=False, key_display="F2", priority=True),
        Binding("f3", "pane('given')", "Given", show=False, key_display="F3", priority=True),
        Binding("f4", "pane('findings')", "Findings", show=False, key_display="F4", priority=True),
        Binding("f5", "check", "Check", key_display="F5", priority=True),
        Binding("f6", "judge", "Judge", key_display="F6", priority=True),
        Binding("f7", "submit", "Submit", key_display="F7", priority=True),
        Binding("f8", "verdict", "Whole verdict", key_display="F8", priority=True),
        Binding("escape", "back", "Back", priority=True),
    ]

    def __init__(
        self, desk: Desk, task: Task, written: Written, submit: Callable[[str], None]
    ) -> None:
        super().__init__(desk)
        self.task_of = task
        self.written = written
        self._submit = submit
        self._kept = written.text
        self._findings: tuple[Diagnostic, ...] = ()
        self._verdict: Verdict | None = None

    def body(self) -> ComposeResult:
        """Lay out what is given, the editor, what was found."""
        with Vertical(id="body"):
            yield Static(text_of(self.written.title, "strong"), id="title")
            with VerticalScroll(id="given", classes="pane"):
                yield Static(self._given())
            yield ProgramArea(
                self.written.text,
                id="program",
                classes="pane",
                soft_wrap=False,
                show_line_numbers=True,
                tab_behavior="indent",
            )
            yield Static(id="said")
            yield OptionList(id="findings", classes="pane", markup=False)

    def _given(self) -> Text:
        if not self.written.is_code:
            return text_of(self.written.given)
        return Text("\n").join(map(code_line, self.written.given.rstrip("\n").split("\n")))

    def on_mount(self) -> None:
        """Begin in the editor."""
        super().on_mount()
        self.query_one(ProgramArea).focus()
        self._show_findings(tuple(self.written.findings))
        self._say("F5 checks it, F6 judges it, F7 hands it in", "soft")

    def _say(self, words: str, mood: Mood) -> None:
        self.query_one("#said", Static).update(text_of(words, mood))

    def _show_findings(self, findings: tuple[Diagnostic, ...]) -> None:
        self._findings = findings
        self.query_one(ProgramArea).show_findings(findings)
        self.query_one("#findings", OptionList).set_options(map(finding_line, findings))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to the line of a finding."""
        span = self._findings[event.option_index].span
        self.show_pane("program")
        self.query_one(ProgramArea).move_cursor((max(0, span.line - 1), span.column), center=True)

    def action_check(self) -> None:
        """Check the program."""
        self._say("checking ...", "soft")
        self._check(self.query_one(ProgramArea).text)

    @work(thread=True, exclusive=True, group="bench")
    def _check(self, text: str) -> None:
        found = self.desk.bench.check(self.task_of, text)
        self.app.call_from_thread(self._checked, found)

    def _checked(self, found: Checkup) -> None:
        if not self.is_there:
            return
        self._verdict = None
        self._show_findings(found.diagnostics)
        if found.outcome is None:
            self._say(f"it checks: {summary(found.diagnostics)}", "good")
        else:
            reason = f": {found.reason}" if found.reason else ""
            self._say(f"{found.outcome}, {summary(found.diagnostics)}{reason}", "bad")

    def action_judge(self) -> None:
        """Judge the program."""
        self._say("judging ...", "soft")
        self._judge(self.query_one(ProgramArea).text)

    @work(thread=True, exclusive=True, group="bench")
    def _judge(self, text: str) -> None:
        verdict = self.desk.bench.judge(self.task_of, text)
        self.app.call_from_thread(self._judged, verdict)

    def _judged(self, verdict: Verdict) -> None:
        if not self.is_there:
            return
        self._verdict = verdict
        self._show_findings(verdict.diagnostics)
        cost = verdict.cost
        words = str(verdict.outcome)
        if cost is not None:
            words += f": {cost.cycles:,} cycles, {cost.off_chip_bytes:,} B off chip"
            words += f"; {cost.bottleneck}" if cost.bottleneck else ""
        elif verdict.mismatches:
            wrong = sum(each.wrong for each in verdict.mismatches)
            words += f": {wrong:,} numbers are wrong (F8 tells more)"
        elif verdict.reason:
            words += f": {verdict.reason}"
        self._say(words, "good" if verdict.is_correct else "bad")

    def action_verdict(self) -> None:
        """Read the whole verdict."""
        if self._verdict is None:
            self.notify("F6 judges it first", severity="warning", timeout=3)
            return
        width = self.app.size.width - 12
        self.app.push_screen(ShowText("verdict", verdict_words(self._verdict, width)))

    def action_submit(self) -> None:
        """Hand it in."""
        text = self.query_one(ProgramArea).text
        if not text.strip():
            self.notify("there is nothing to hand in", severity="warning", timeout=3)
            return
        self.dismiss()
        self._submit(text)

    def action_back(self) -> None:
        """Leave; what was written and not handed in is asked about."""
        if self.query_one(ProgramArea).text == self._kept:
            self.dismiss()
            return

        def leave(key: str | None) -> None:
            if key == "y":
                self.dismiss()

        choices = (Choice("y", "yes, forget it"), Choice("n", "no, go on writing"))
        self.app.push_screen(AskKey("Leave what you wrote?", choices), leave)
