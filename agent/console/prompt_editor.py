"""An editor for a prompt, section by section, whose call is then made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import OptionList, TextArea

from agent.console.desk import Desk
from agent.console.dialogs import AskKey, Choice
from agent.console.paint import text_of
from agent.console.screen import ConsoleScreen, Pane
from prompts.prompt import Prompt


class PromptScreen(ConsoleScreen):
    """Where a prompt is edited."""

    PANES: ClassVar[tuple[Pane, ...]] = (
        Pane("sections", "sections", "F2"),
        Pane("words", "text", "F3"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "pane('sections')", "Sections", show=False, key_display="F2", priority=True),
        Binding("f3", "pane('words')", "Text", show=False, key_display="F3", priority=True),
        Binding("f7", "submit", "Submit", key_display="F7", priority=True),
        Binding("escape", "back", "Back", priority=True),
    ]

    def __init__(
        self, desk: Desk, title: str, prompt: Prompt, submit: Callable[[Prompt], None]
    ) -> None:
        super().__init__(desk)
        self._title = title
        self._prompt = prompt
        self._texts = [each.text for each in prompt.sections]
        self._place = len(self._texts) - 1
        self._submit = submit

    def body(self) -> ComposeResult:
        """Lay out the sections and the text of one."""
        with Horizontal(id="body"):
            yield OptionList(id="sections", classes="pane", markup=False)
            yield TextArea(id="words", classes="pane", tab_behavior="indent")

    def on_mount(self) -> None:
        """Begin with the section that is most the task's own."""
        super().on_mount()
        sections = self.query_one("#sections", OptionList)
        sections.set_options(map(self._row, range(len(self._texts))))
        names = [each.name for each in self._prompt.sections]
        self._place = names.index("task") if "task" in names else self._place
        sections.highlighted = self._place
        sections.focus()
        self._load()
        self.query_one("#words").border_title = f"F3 {self._title}"

    def _row(self, place: int) -> Text:
        section = self._prompt.sections[place]
        is_changed = self._texts[place] != section.text
        text = text_of(f"{section.name}", "ask" if is_changed else "plain")
        return text.append(f" {section.role}, {section.scope}", "dim")

    def _load(self) -> None:
        self.query_one("#words", TextArea).load_text(self._texts[self._place])

    def _keep(self) -> None:
        """Keep what stands in the editor."""
        self._texts[self._place] = self.query_one("#words", TextArea).text
        sections = self.query_one("#sections", OptionList)
        sections.replace_option_prompt_at_index(self._place, self._row(self._place))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Turn to another section."""
        if event.option_index != self._place:
            self._keep()
            self._place = event.option_index
            self._load()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Edit a section."""
        self.show_pane("words")

    def _edited(self) -> Prompt:
        self._keep()
        pairs = zip(self._prompt.sections, self._texts, strict=True)
        return Prompt(tuple(replace(section, text=text) for section, text in pairs))

    def action_submit(self) -> None:
        """Have the call made again."""
        edited = self._edited()
        if edited == self._prompt:
            self.notify("nothing is changed; `t` tries again", severity="warning", timeout=3)
            return
        self.dismiss()
        self._submit(edited)

    def action_back(self) -> None:
        """Leave; what was written and not handed in is asked about."""
        if self._edited() == self._prompt:
            self.dismiss()
            return

        def leave(key: str | None) -> None:
            if key == "y":
                self.dismiss()

        choices = (Choice("y", "yes, forget it"), Choice("n", "no, go on writing"))
        self.app.push_screen(AskKey("Leave what you wrote?", choices), leave)
