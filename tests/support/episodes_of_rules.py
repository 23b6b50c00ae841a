"""A model by rule that goes through every step of an episode, and runs of it."""

from __future__ import annotations

from campaigns import Answers, session, start

from agent.providers.model import Request
from benchmark.store.config import PolicyOptions
from benchmark.store.view import RunView
from benchmark.store.workspace import Workspace

OPTIONS = PolicyOptions(repairs=2, repair_on="verdict", guard="model")
FIRST = ("ill-typed", "not-linear twice", "not-linear", "wrong-values", "correct")
"""What the samples of every task answer first; what they answer then is below."""


class Recorded(Answers):
    """Answers under the name that the runs of tests ask for."""

    name = "recorded/answers"


def answer(request: Request) -> str:
    """Mend everything when it is told; copies by the model leave wrong values."""
    if request.sample == len(FIRST):
        return "```\n```"
    outcome = FIRST[request.sample] if request.step == "propose" else "correct"
    if request.step == "guard":
        outcome = "wrong-values copied"
    return f"Here:\n```\n{outcome} {request.task} {request.sample} {request.call}\n```\n"


def ran(workspace: Workspace, policy: str = "best-of-n") -> RunView:
    """Run samples of all tasks, the last of which has no program."""
    samples = len(FIRST) + 1
    view = start(workspace, samples, options=OPTIONS, policy=policy)
    return session(workspace, view, Recorded(answer))
