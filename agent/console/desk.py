"""What all screens of the console have at hand: the workspace, the run that is followed, acts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from agent.console.bench import Bench
from agent.console.follow import Follower, Life, Snapshot
from agent.console.launch import Launch, Session, limit_options
from agent.episodes.texts import Texts
from agent.steering.acts import Steering
from benchmark.store.clock import Clock
from benchmark.store.view import RunView
from benchmark.store.workspace import Workspace
from benchmark.tasks.table import task_named
from benchmark.tasks.task import Task, TaskError


@cache
def known_task(name: str) -> Task | None:
    """Return a task of the table; None for one that is not there any more."""
    try:
        return task_named(name)
    except TaskError:
        return None


@dataclass(slots=True)
class Desk:
    """One workspace, and at most one run of it that is followed."""

    workspace: Workspace
    place: str
    """The workspace as it was named."""
    clock: Clock
    launch: Launch
    bench: Bench
    is_detached: bool = False
    """Whether sessions that were started here go on when the console is closed."""
    session_options: tuple[str, ...] = ()
    """Options that every session is given."""
    task: Callable[[str], Task | None] = known_task
    follower: Follower | None = None
    sessions: list[Session] = field(default_factory=list)
    """Those that were started here."""
    awaited: Session | None = None
    """The one that was started last, as long as the name of its run is not known."""
    texts: Texts = field(init=False)

    def __post_init__(self) -> None:
        self.texts = Texts(self.workspace)

    @property
    def seen(self) -> Snapshot | None:
        """The run that is followed as it stands; None for none."""
        return self.follower.seen if self.follower else None

    @property
    def steering(self) -> Steering:
        """What says things to the run that is followed."""
        assert self.follower is not None, "acts are offered where a run is followed"
        return Steering(self.workspace, self.follower.run)

    def follow(self, run: str) -> None:
        """Follow a run from its beginning."""
        self.follower = Follower(self.workspace, run, self.clock)

    def start(self, options: Sequence[str]) -> Session:
        """Start a session of a new run. Errors: UsageError."""
        session = self.launch([*options, *self.session_options])
        self.sessions.append(session)
        self.awaited = session
        return session

    def find_run(self) -> None:
        """Follow the run of the session that was started last, once its name is known."""
        if self.awaited is None:
            return
        is_going, run = self.awaited.is_going(), self.awaited.run()
        if run is None:
            if not is_going:
                self.awaited = None
            return
        self.awaited = None
        if self.follower is None or self.follower.run != run:
            self.follow(run)

    def resume(self, view: RunView, budget: str = "") -> Session:
        """Start a further session of a run. What people asked for meanwhile is taken up by it.

        Args: budget: as `--budget` has it; empty for the limits of the session before.

        Errors: UsageError.
        """
        limits = ["--budget", budget] if budget else limit_options(view.limits)
        return self.start(["--resume", view.run, *limits])

    @property
    def life(self) -> Life:
        """How the newest session of the run is that is followed."""
        seen = self.seen
        if self.awaited is not None or seen is None:
            return "starting" if self.awaited is not None else "left"
        if seen.life == "left" and any(each.run() == seen.view.run for each in self.going):
            # it begins, and does not hold the run yet
            return "starting"
        return seen.life

    @property
    def is_idle(self) -> bool:
        """Whether the run that is followed has no session, and one may be started."""
        return self.seen is not None and self.life in ("ended", "left")

    @property
    def going(self) -> list[Session]:
        """Sessions that were started here, and that have something to do yet."""
        seen = self.seen
        done = seen.view.run if seen is not None and seen.life == "ended" else None
        return [
            each
            for each in self.sessions
            if each.is_going() and (each is self.awaited or each.run() != done)
        ]
