"""All keys of the console, as its screens declare them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text
from textual.binding import Binding

from agent.console.board import BoardScreen
from agent.console.editor import EditorScreen
from agent.console.episode import EpisodeScreen
from agent.console.prompt_editor import PromptScreen
from agent.console.runs import RunsScreen, StartForm
from agent.console.screen import ConsoleScreen
from agent.console.waiting import WaitingScreen

SCREENS: tuple[tuple[str, type[ConsoleScreen] | type[StartForm]], ...] = (
    ("board", BoardScreen),
    ("samples of a task", EpisodeScreen),
    ("program", EditorScreen),
    ("prompt", PromptScreen),
    ("what waits for you", WaitingScreen),
    ("runs", RunsScreen),
    ("new run", StartForm),
)
EVERYWHERE = (
    ("?, F1", "these keys"),
    ("tab, shift+tab", "the next part of the screen, the last one"),
    ("arrows, pages", "walk in lists, scroll pages"),
    ("enter", "open what is chosen"),
    ("ctrl+q", "close the console at once"),
)


def keys_text() -> Text:
    """Write the keys of all screens."""
    text = Text()
    _block(text, "everywhere", EVERYWHERE)
    for title, screen in SCREENS:
        keys = [(_key(each), each.description) for each in _bindings(screen)]
        _block(text, title, keys)
    text.right_crop(1)
    return text


def _block(text: Text, title: str, keys: Iterable[tuple[str, str]]) -> None:
    text.append(f"{title}\n", "bold")
    for key, words in keys:
        text.append(f"  {key:>18}", "bold").append(f"  {words}\n")


def _bindings(screen: type[ConsoleScreen] | type[StartForm]) -> Iterator[Binding]:
    for each in screen.BINDINGS:
        if isinstance(each, Binding):
            yield each


def _key(binding: Binding) -> str:
    return binding.key_display or binding.key
