"""The runs of the workspace, to follow one, and the form by which a new one begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList, Select, Static
from textual.widgets.option_list import Option

from agent.console.desk import Desk
from agent.console.paint import text_of
from agent.console.screen import ConsoleScreen, Pane
from agent.policies.table import POLICIES
from aspl.terminal import UsageError
from benchmark.store.find import all_runs
from benchmark.store.view import RunView
from benchmark.tasks.table import SUITES


class Follow(Message):
    """Somebody wants to follow a run."""

    def __init__(self, run: str) -> None:
        super().__init__()
        self.run = run


class RunsScreen(ConsoleScreen):
    """The runs of the workspace, the newest first."""

    PANES: ClassVar[tuple[Pane, ...]] = (Pane("runs", "runs", ""),)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New run"),
        Binding("r", "again", "Look again"),
        Binding("escape", "back", "Back"),
        Binding("q", "app.leave", "Quit"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._runs: tuple[RunView, ...] = ()

    def body(self) -> ComposeResult:
        """Lay out the list."""
        yield OptionList(id="runs", classes="pane", markup=False)

    def on_mount(self) -> None:
        """Look for runs."""
        super().on_mount()
        self.action_again()

    @work(thread=True, exclusive=True)
    def action_again(self) -> None:
        """Look for runs."""
        self.app.call_from_thread(self._list, all_runs(self.desk.workspace)[::-1])

    def _list(self, runs: tuple[RunView, ...]) -> None:
        if not self.is_there:
            return
        self._runs = runs
        listed = self.query_one("#runs", OptionList)
        if runs:
            listed.set_options(Option(_row(each), id=each.run) for each in runs)
            listed.highlighted = 0
        else:
            words = "the workspace has no runs; n starts one"
            listed.set_options([Option(Text(words, "dim"), disabled=True)])
        listed.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Follow a run."""
        if event.option.id is not None:
            self.post_message(Follow(event.option.id))

    def action_new(self) -> None:
        """Fill in the form of a new run."""

        def start(options: list[str] | None) -> None:
            if options is None:
                return
            try:
                self.desk.start(options)
            except UsageError as error:
                self.notify(str(error), severity="error", markup=False)
            else:
                self.notify("a session is started", timeout=3)

        self.app.push_screen(StartForm(), start)

    def action_back(self) -> None:
        """Go back to the board."""
        self.dismiss()


def _row(run: RunView) -> Text:
    config = run.config
    correct = len({each.task for each in run.samples if each.is_correct})
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append_text(text_of(f"{run.run:<24}  ", "strong"))
    text.append(f"{run.ending or 'no end yet':<12}", "green" if run.ending == "done" else "")
    text.append(f"{correct:>3}/{len(config.tasks):<3} ")
    words = f"{config.model} on {config.suite}, {config.policy}, {config.samples} samples"
    return text.append_text(text_of(words))


class StartForm(ModalScreen[list[str] | None]):
    """What a new run is to be; hands back the options of `aspl bench run`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f7", "start", "Start", key_display="F7", priority=True),
        Binding("ctrl+s", "start", "Start", show=False),
        Binding("escape", "leave", "Cancel"),
    ]
    FIELDS: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("--model", "local/synth", "VENDOR/NAME; human/console to answer yourself"),
        ("--task", "", "FAMILY/VARIANT ..., all of the suite if empty"),
        ("--samples", "4", "of each task, in each round"),
        ("--seed", "0", ""),
        ("--repairs", "0", "times that diagnostics go back"),
        ("--budget", "", "calls=N,minutes=M,usd=X,tokens=N"),
        ("--base-url", "", "of a server of your own"),
    )

    def compose(self) -> ComposeResult:
        """Lay out a line for each option."""
        choices: Sequence[tuple[str, Sequence[str], str]] = (
            ("--suite", tuple(SUITES), "core"),
            ("--policy", tuple(POLICIES), "adaptive"),
            ("--approve", ("nothing", "judge", "exemplar"), "nothing"),
        )
        with VerticalScroll(classes="dialog", can_focus=False) as box:
            box.border_title = "A new run"
            for option, initial, explained in self.FIELDS:
                with Horizontal(classes="field"):
                    yield Label(option.removeprefix("--"))
                    yield Input(initial, placeholder=explained, id=_id(option), compact=True)
            for option, names, initial in choices:
                with Horizontal(classes="field"):
                    yield Label(option.removeprefix("--"))
                    yield Select(
                        [(name, name) for name in names],
                        value=initial,
                        allow_blank=False,
                        id=_id(option),
                        compact=True,
                    )
            yield Static(Text("enter or F7: start   tab: next   escape: cancel", "dim"))

    @on(Input.Submitted)
    def action_start(self) -> None:
        """Hand the options back."""
        found: list[str] = []
        for option, _, _ in self.FIELDS:
            words = self.query_one(f"#{_id(option)}", Input).value.split()
            for word in words if option == "--task" else ["".join(words)] * bool(words):
                found += [option, word]
        for option in ("--suite", "--policy", "--approve"):
            value = str(self.query_one(f"#{_id(option)}", Select).value)
            if value != "nothing":
                found += [option, value]
        self.dismiss(found)

    def action_leave(self) -> None:
        """Hand nothing back."""
        self.dismiss(None)


def _id(option: str) -> str:
    return f"field{option[1:]}"
