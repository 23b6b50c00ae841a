"""What the screens of a run have in common: its numbers on top, panes that fit the terminal, keys.

On a wide terminal panes stand beside each other; on a small one there is one at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Footer, Static

from agent.campaigns.frame import left_words, spent_words
from agent.console.desk import Desk
from agent.console.dialogs import AskKey, AskWords, Choice
from agent.console.paint import joined, said, text_of
from agent.console.words import Said, life_words, sample_name, since
from aspl.terminal import UsageError
from benchmark.store.steering import ApprovalAsked
from benchmark.store.workspace import WorkspaceFailed

WIDE, HIGH = 116, 28
"""Columns and lines from which panes stand beside each other."""


@dataclass(frozen=True, slots=True)
class Pane:
    """A part of a screen."""

    id: str
    title: str
    key: str


class ConsoleScreen(Screen[None]):
    """A screen that shows something of the run that is followed."""

    PANES: ClassVar[tuple[Pane, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "app.keys", "Keys", key_display="F1"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.pane = self.PANES[0].id if self.PANES else ""

    @property
    def is_wide(self) -> bool:
        """Whether there is room for panes beside each other."""
        return self.app.size.width >= WIDE and self.app.size.height >= HIGH

    def compose(self) -> ComposeResult:
        """Lay out the head, the body, and the keys."""
        yield Static(id="head")
        if len(self.PANES) > 1:
            yield Static(id="tabs")
        yield from self.body()
        yield Footer(show_command_palette=False)

    def body(self) -> ComposeResult:
        """Lay out what is between the head and the keys."""
        raise NotImplementedError

    def panes_shown(self) -> set[str]:
        """Return the panes that are to be seen; on wide terminals all of them."""
        return {each.id for each in self.PANES} if self.is_wide else {self.pane}

    def take(self) -> None:
        """Show the run as it stands now."""

    def on_mount(self) -> None:
        """Show what is known already."""
        for pane in self.PANES:
            widget = self.query_one(f"#{pane.id}")
            widget.border_title = f"{pane.key} {pane.title}"
        self.lay_out()
        self.refresh_head()
        self.take()

    def on_resize(self, event: Resize) -> None:
        """Lay panes out anew."""
        if self.is_there:
            self.lay_out()
            self.call_after_refresh(self.renew)

    def on_screen_resume(self) -> None:
        """Show what happened while another screen was on top."""
        self.renew()

    @property
    def is_there(self) -> bool:
        """Whether its parts are there: it is laid out, and not taken down again."""
        return self.is_mounted and self.is_current

    def renew(self) -> None:
        """Show the run as it stands now, unless another screen is in the place of this one."""
        if self.is_there:
            self.refresh_head()
            self.take()

    def show_pane(self, name: str) -> None:
        """Turn to a pane."""
        self.pane = name
        self.lay_out()
        widget = self.query_one(f"#{name}")
        inside = (each for each in (widget, *widget.query("*")) if each.can_focus)
        target = next(inside, None)
        if target is not None:
            target.focus()
        # what was hidden has no size before
        self.call_after_refresh(self.renew)

    def action_pane(self, name: str) -> None:
        """Turn to a pane."""
        self.show_pane(name)

    def lay_out(self) -> None:
        """Show the panes that there is room for."""
        self.set_class(not self.is_wide, "-compact")
        shown = self.panes_shown()
        for pane in self.PANES:
            self.query_one(f"#{pane.id}").display = pane.id in shown
        for group in self.query(".group"):
            group.display = any(each.display for each in group.children)
        if len(self.PANES) > 1:
            self.query_one("#tabs", Static).update(self._tabs(shown))

    def _tabs(self, shown: set[str]) -> Text:
        text = Text(no_wrap=True, overflow="ellipsis")
        for pane in self.PANES:
            style = "bold reverse" if pane.id == self.pane else "bold" if pane.id in shown else ""
            text.append(f" {pane.key} {pane.title} ", style).append(" ")
        return text

    def refresh_head(self) -> None:
        """Write the numbers of the run."""
        self.query_one("#head", Static).update(head_text(self.desk))

    @work(thread=True)
    def act(self, act: Callable[[], object], words: str) -> None:
        """Say something to the run, apart from the screen, and tell that it was said."""
        try:
            act()
        except (UsageError, WorkspaceFailed) as error:
            self.app.call_from_thread(self.notify, str(error), severity="error", markup=False)
        else:
            self.app.call_from_thread(self.notify, words, markup=False, timeout=3)

    def act_then_go_on(self, act: Callable[[], object], words: str) -> None:
        """Say something that a session takes up; where there is none, offer to start one."""
        self.act(act, words)
        if not self.desk.is_idle:
            return

        def decide(key: str | None) -> None:
            if key == "y":
                self.resume()

        choices = (Choice("y", "yes, start a session"), Choice("n", "no, at some later time"))
        words = "No session of the run is under way; one is needed to take this up."
        self.app.push_screen(AskKey("Go on with the run now?", choices, words), decide)

    def resume(self, limits: str = "") -> None:
        """Start a further session of the run."""
        seen = self.desk.seen
        assert seen is not None
        try:
            self.desk.resume(seen.view, limits)
        except UsageError as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.notify("a session is started", timeout=3)


def head_text(desk: Desk) -> Text:
    """Write what a run is, how it goes, and what it took."""
    seen = desk.seen
    if seen is None:
        words = "starting ..." if desk.going else "no run is followed"
        return Text(f"{words}\nworkspace {desk.place}")
    view, board = seen.view, seen.board
    config, progress = view.config, board.progress
    age = (desk.clock.now() - seen.began_at).total_seconds()
    left = left_words(view.limits, view.usage, age)
    count = len(seen.asks)
    asks = f"{count} wait{'s' if count == 1 else ''} for you (a)" if count else ""
    first = (
        text_of(config.model, "strong"),
        said(life_words(view, desk.life)),
        said(Said(asks, "ask")),
        text_of(f"solved {len(progress.solved)}/{progress.tasks}", "good"),
        text_of(f"samples {progress.settled:,}/{progress.expected:,}"),
        text_of(since(seen, desk.clock.now()), "soft"),
    )
    failed = sum(len(each.failures) for each in view.samples)
    second = (
        text_of(f"{config.suite}, {config.policy}"),
        text_of(spent_words(view.usage)),
        text_of(f"left: {left}" if left else ""),
        text_of(f"{failed} failed" if failed else "", "bad"),
        text_of(f"run {view.run}", "soft"),
    )
    text = joined(first).append("\n").append_text(joined(second))
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def ask_hint(screen: ConsoleScreen, task: str) -> None:
    """Ask for a hint to a task, and give it."""

    def give(words: str | None) -> None:
        if words and words.strip():
            hint = words.strip()
            screen.act(
                lambda: screen.desk.steering.hint(task, hint),
                f"the hint goes into every further prompt of {task}",
            )

    screen.app.push_screen(
        AskWords(f"Hint for {task}", "It goes into its further prompts, and into the record."), give
    )


def decide(screen: ConsoleScreen, asked: ApprovalAsked, is_approved: bool) -> None:
    """Say yes to what waits, or no with a reason that is asked for."""
    name = f"{asked.task} {sample_name(asked.sample)}"
    if is_approved:
        screen.act(lambda: screen.desk.steering.decide(asked, True), f"{name} is approved")
        return

    def reject(reason: str | None) -> None:
        if reason is not None:
            screen.act(
                lambda: screen.desk.steering.decide(asked, False, reason.strip()),
                f"{name} is rejected",
            )

    screen.app.push_screen(AskWords(f"Reject {name}", "Why? It goes into the record."), reject)
