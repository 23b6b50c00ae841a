"""Small windows that ask for one thing: some words, or one of a few keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class AskWords(ModalScreen[str | None]):
    """Asks for a line; None where somebody thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Cancel")]

    def __init__(self, title: str, explained: str = "", initial: str = "") -> None:
        super().__init__()
        self._title = title
        self._explained = explained
        self._initial = initial

    def compose(self) -> ComposeResult:
        """Lay the window out."""
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            if self._explained:
                yield Static(Text(self._explained), classes="explained")
            yield Input(self._initial, id="words", select_on_focus=False)
            yield Static(Text("enter: send   escape: cancel", "dim"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the words back."""
        self.dismiss(event.value)

    def action_leave(self) -> None:
        """Hand nothing back."""
        self.dismiss(None)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few things to do."""

    key: str
    words: str


class AskKey(ModalScreen[str | None]):
    """Asks for one of a few keys; None where somebody thought better of it."""

    def __init__(self, title: str, choices: Sequence[Choice], explained: str = "") -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._explained = explained

    def compose(self) -> ComposeResult:
        """Lay the window out."""
        with Vertical(classes="dialog") as box:
            box.border_title = self._title
            if self._explained:
                yield Static(Text(self._explained), classes="explained")
            text = Text()
            for choice in (*self._choices, Choice("escape", "cancel")):
                text.append(f"{choice.key:>8}", "bold").append(f"  {choice.words}\n")
            text.right_crop(1)
            yield Static(text)

    def on_key(self, event: Key) -> None:
        """Hand a key back that is one of them."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key in {each.key for each in self._choices}:
            event.stop()
            self.dismiss(event.key)


class ShowText(ModalScreen[None]):
    """Shows a page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "leave", "Close", key_display="escape")
    ]

    def __init__(self, title: str, text: Text) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with VerticalScroll(classes="dialog page") as box:
            box.border_title = self._title
            box.border_subtitle = "escape: close"
            yield Static(self._text)

    def on_mount(self) -> None:
        """Have the page scroll by keys."""
        self.query_one(VerticalScroll).focus()

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)
