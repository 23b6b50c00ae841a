"""The console as an application of the terminal: which screen is on top, and what is new in a run.

It runs no campaign. Sessions are processes of their own; what they do, and what is said to them,
are events of the workspace.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.filter import LineFilter

from agent.console.board import BoardScreen
from agent.console.desk import Desk
from agent.console.dialogs import AskKey, Choice, ShowText
from agent.console.follow import Snapshot
from agent.console.keys import keys_text
from agent.console.launch import Session
from agent.console.look import LAYOUT
from agent.console.plain import Plain
from agent.console.runs import Follow, RunsScreen
from agent.console.screen import ConsoleScreen

LOOK_S = 0.3
"""Between two looks at the workspace."""
_SHARE = 4
"""A look that takes longer comes less often, so that it takes a quarter of the time at most."""


class Console(App[None]):
    """The console.

    Args:
        looks: whether it looks at the workspace from time to time; else only by `look`.
        plain: whether it does without colours.
    """

    TITLE = "aspl console"
    CSS = LAYOUT
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, desk: Desk, *, plain: bool = False, looks: bool = True) -> None:
        # set before the base class asks for filters
        self._is_plain = plain
        super().__init__(ansi_color=True if plain else None)
        self.desk = desk
        self._looks = looks
        self._is_looking = False
        self._next_look_s = 0.0
        self._told: set[int] = set()
        self._shown_of = desk.follower
        self._seen: Snapshot | None = None

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Take all colours out of a plain console."""
        filters = super().get_line_filters()
        return [*filters, Plain()] if self._is_plain else filters

    @property
    def broken(self) -> Exception | None:
        """What broke, and closed the console."""
        return self._exception

    def _fatal_error(self) -> None:
        # who opened the console tells of it; a page of locals would hold prompts and replies
        self._close_messages_no_wait()

    def on_mount(self) -> None:
        """Begin with the board."""
        if self._is_plain:
            self.theme = "ansi-dark"
        self.push_screen(BoardScreen(self.desk))
        if self.desk.follower is None and not self.desk.sessions:
            self.push_screen(RunsScreen(self.desk))
        if self._looks:
            self.set_interval(LOOK_S, self.look)
            self.look()

    def look(self) -> None:
        """Look at the workspace in a thread, unless one does already."""
        if not self._is_looking and self.desk.clock.seconds() >= self._next_look_s:
            self._is_looking = True
            self.run_worker(self._look, thread=True, group="look")

    def _look(self) -> None:
        begin = self.desk.clock.seconds()
        try:
            self.desk.find_run()
            if self.desk.follower is not None:
                self.desk.follower.look()
        finally:
            end = self.desk.clock.seconds()
            self._next_look_s = begin + _SHARE * (end - begin)
            self.call_from_thread(self._show)

    def _show(self) -> None:
        self._is_looking = False
        follower = self.desk.follower
        if follower is not self._shown_of:
            self._shown_of = follower
            self._begin_anew()
        elif isinstance(self.screen, ConsoleScreen) and self.screen.is_there:
            self.screen.refresh_head()
            if self.desk.seen is not self._seen:
                self.screen.take()
        self._seen = self.desk.seen
        for session in self.desk.sessions:
            self._tell_end(session)

    def _begin_anew(self) -> None:
        """Put the board of another run in the place of all screens."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(BoardScreen(self.desk))

    def on_follow(self, event: Follow) -> None:
        """Follow another run."""
        self.desk.follow(event.run)
        self.look()

    def action_keys(self) -> None:
        """Show all keys."""
        self.push_screen(ShowText("keys", keys_text()))

    def _tell_end(self, session: Session) -> None:
        """Tell once why a session ended that came to no run."""
        if id(session) in self._told or session.is_going():
            return
        self._told.add(id(session))
        if session.run() is None:
            words = session.last_words()
            title = "the session did not begin"
            self.notify(words, title=title, severity="error", timeout=15, markup=False)

    def action_leave(self) -> None:
        """Close the console; sessions that it started are stopped, unless they are detached."""
        if not self.desk.going or self.desk.is_detached:
            self.exit()
            return
        choices = (
            Choice("s", "stop it, and close; what is under way is recorded, and can be resumed"),
            Choice("l", "leave it running, and close"),
        )
        self.push_screen(AskKey("A session that was started here is under way", choices), self._end)

    def _end(self, key: str | None) -> None:
        if key == "l":
            self.desk.is_detached = True
        if key is not None:
            self.exit()
