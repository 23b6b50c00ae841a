"""The board of a run: its tasks, its learning curve, what happens, and the acts of a campaign."""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import OptionList, RichLog, Static
from textual.widgets.option_list import Option

from agent.console.desk import Desk
from agent.console.dialogs import AskWords
from agent.console.episode import EpisodeScreen
from agent.console.follow import KEPT
from agent.console.runs import RunsScreen
from agent.console.screen import ConsoleScreen, Pane, ask_hint
from agent.console.waiting import WaitingScreen
from agent.console.words import STYLES, Said, event_words, task_words
from benchmark.report.plot import plot
from benchmark.report.rounds import round_words
from benchmark.runs.board import TaskState
from benchmark.runs.progress import duration

_FIXED = 42
"""Columns of a task's line but its name."""


class BoardScreen(ConsoleScreen):
    """One run."""

    PANES: ClassVar[tuple[Pane, ...]] = (
        Pane("tasks", "tasks", "1"),
        Pane("curve", "learning curve", "2"),
        Pane("log", "events", "3"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open task", show=False),
        Binding("h", "hint", "Hint"),
        Binding("p", "pause", "Pause"),
        Binding("x", "stop", "Stop"),
        Binding("s", "start", "Start"),
        Binding("a", "waiting", "Waiting"),
        Binding("r", "runs", "Runs"),
        Binding("1", "pane('tasks')", "Tasks", show=False),
        Binding("2", "pane('curve')", "Learning curve", show=False),
        Binding("3", "pane('log')", "Events", show=False),
        Binding("q", "app.leave", "Quit"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._names: list[str] = []
        self._logged = 0
        self._log_width = 0

    def body(self) -> ComposeResult:
        """Lay out tasks, curve and log."""
        with Horizontal(id="body"):
            yield OptionList(id="tasks", classes="pane", markup=False)
            with Vertical(classes="group"):
                yield Static(id="curve", classes="pane")
                yield RichLog(id="log", classes="pane", max_lines=KEPT, wrap=True, min_width=20)

    def take(self) -> None:
        """Show the run as it stands now."""
        seen = self.desk.seen
        if seen is None:
            return
        self._show_tasks()
        self._show_curve()
        self._show_log()

    def _show_log(self) -> None:
        """Add what is new to the log."""
        seen, log = self.desk.seen, self.query_one("#log", RichLog)
        assert seen is not None
        if not log.size.width:
            return
        if log.size.width != self._log_width:
            # lines are broken when they are written
            self._log_width, self._logged = log.size.width, 0
            log.clear()
        new = [each for each in seen.log if each.number > self._logged]
        self._logged = seen.log[-1].number if seen.log else 0
        for entry in new:
            words = event_words(entry, seen.view.config)
            if words is not None:
                at = duration(max(0.0, (entry.at - seen.view.started_at).total_seconds()))
                log.write(_log_line(at, words, log.size.width))

    def _show_tasks(self) -> None:
        seen, tasks = self.desk.seen, self.query_one("#tasks", OptionList)
        assert seen is not None
        asking = self._asking()
        room = max(10, (tasks.size.width or self.app.size.width) - _FIXED)
        rows = {
            each.name: self._row(each, asking[each.name], room)
            for each in seen.board.tasks.values()
        }
        if self._names == list(rows):
            for name, text in rows.items():
                tasks.replace_option_prompt(name, text)
            return
        self._names = list(rows)
        options: list[Option] = []
        family = ""
        for task in seen.board.tasks.values():
            if task.family != family:
                family = task.family
                options.append(Option(Text(family, "bold"), disabled=True))
            options.append(Option(rows[task.name], id=task.name))
        tasks.set_options(options)
        tasks.highlighted = 1 if options else None
        tasks.focus()

    def _asking(self) -> Counter[str]:
        """Count what waits for somebody, by task."""
        seen = self.desk.seen
        assert seen is not None
        return Counter(each.task for each in seen.asks)

    def _row(self, task: TaskState, asking: int, room: int) -> Text:
        seen = self.desk.seen
        assert seen is not None
        sign, word, mood = task_words(task, seen, asking)
        name = task.name.removeprefix(f"{task.family}/")
        name = name if len(name) <= room else f"{name[: room - 1]}\u2026"
        cycles = "" if task.cycles is None else f"{task.cycles:,}"
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{sign} {word:<9}", STYLES[mood]).append(f"{name:<{room}}")
        text.append(f"{task.samples:>5}{cycles:>10} ")
        return text.append(task.outcome, "dim")

    def _show_curve(self) -> None:
        seen, curve = self.desk.seen, self.query_one("#curve", Static)
        assert seen is not None
        board = seen.board
        width, height = curve.content_size.width, curve.content_size.height
        text = Text(no_wrap=True)
        if board.round is not None:
            text.append(f"{round_words(board.round, board.config)}\n", "bold")
        drawn = plot(board.curve, len(board.tasks), width, height - 1)
        text.append("\n".join(drawn), "green")
        if not drawn:
            text.append("nothing is solved or judged yet", "dim")
        curve.update(text)

    def _chosen(self) -> str | None:
        option = self.query_one("#tasks", OptionList).highlighted_option
        return option.id if option is not None else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open a task."""
        self.action_open()

    def action_open(self) -> None:
        """Look at the samples of a task."""
        task = self._chosen()
        if task is not None and self.desk.seen is not None:
            self.app.push_screen(EpisodeScreen(self.desk, task))

    def action_hint(self) -> None:
        """Give a task a hint."""
        task = self._chosen()
        if task is not None:
            ask_hint(self, task)

    def action_pause(self) -> None:
        """Have the run pause, or go on."""
        seen = self.desk.seen
        if seen is None or seen.life not in ("running", "paused"):
            self.notify("no session is under way", severity="warning", timeout=3)
        elif seen.view.steered.is_paused:
            self.act(lambda: self.desk.steering.act("go-on"), "the run goes on")
        else:
            self.act(
                lambda: self.desk.steering.act("pause"), "it pauses when what is under way ends"
            )

    def action_stop(self) -> None:
        """Have the run stop when what is under way has ended."""
        seen = self.desk.seen
        if seen is None or seen.life not in ("running", "paused"):
            self.notify("no session is under way", severity="warning", timeout=3)
        else:
            self.act(lambda: self.desk.steering.act("stop"), "it stops when what is under way ends")

    def action_start(self) -> None:
        """Go on with a run that no session has."""
        seen = self.desk.seen
        if seen is None or not self.desk.is_idle:
            self.notify("a session is under way already", severity="warning", timeout=3)
        elif seen.view.ending == "budget":
            words = f"The budget is spent ({seen.view.detail}). Limits of the run from now on:"
            self.app.push_screen(AskWords("Go on", words, "calls="), self._go_on)
        else:
            self.resume()

    def _go_on(self, limits: str | None) -> None:
        if limits:
            self.resume(limits)

    def action_waiting(self) -> None:
        """Look at what waits for somebody."""
        if self.desk.seen is not None:
            self.app.push_screen(WaitingScreen(self.desk))

    def action_runs(self) -> None:
        """Look at the runs of the workspace."""
        self.app.push_screen(RunsScreen(self.desk))


def _log_line(at: str, words: Said, width: int) -> Text:
    """Write an event behind its time; further lines of it stand below its words."""
    head = f"{at:>7} "
    lines = wrap(words.text, max(20, width - len(head) - 1), break_on_hyphens=False)
    between = f"\n{' ' * len(head)}"
    return Text().append(head, "dim").append(between.join(lines), STYLES[words.mood])
