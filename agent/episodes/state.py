"""What an episode's graph remembers: names, digests, counters. Texts are in the workspace."""

from __future__ import annotations

from typing import TypedDict

from agent.episodes.job import Job


class State(TypedDict):
    """Where an episode stands. Digests are empty where there is nothing yet."""

    task: str
    sample: int
    round: int
    call: int
    """The number of the next call."""
    reply: str
    program: str
    outcome: str
    """How the program at hand was rejected; empty while nothing is known against it."""
    found: str
    """The checkup or the verdict that says so."""
    repairs: int
    is_guarded: bool
    verdict: str
    """Of a program that is judged for good."""


def first_state(job: Job) -> State:
    """Return where an episode begins: at an edited program where somebody gave one."""
    wanted = job.wanted
    program = wanted.program if wanted is not None else None
    return State(
        task=job.task,
        sample=job.sample,
        round=job.round,
        call=0 if program is None else 1,
        # an edited program is its own answer
        reply=program or "",
        program=program or "",
        outcome="",
        found="",
        repairs=0,
        is_guarded=False,
        verdict="",
    )


def job_of(state: State) -> Job:
    """Return the sample that an episode is for."""
    return Job(task=state["task"], sample=state["sample"], round=state["round"])
