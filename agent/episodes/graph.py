"""The graph of an episode.

    propose -> check -> approve (where wanted) -> judge -> record
                 |^                                 |
                 v|                                 | (verdicts that go back)
           guard, repair <--------------------------+

Its state holds names, digests and counters. A checkpoint is kept after every step where a paid
answer would be lost otherwise, and only at the end where the model is free.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent.episodes.state import State
from agent.episodes.steps import Next, Steps

Graph: TypeAlias = CompiledStateGraph[State, Any, State, State]
Durability: TypeAlias = Literal["sync", "async", "exit"]

STEPS_MOST = 200
"""Supersteps of one episode: far above what repairs can reach."""


def episode_graph(steps: Steps, checkpointer: BaseCheckpointSaver[Any] | None) -> Graph:
    """Put the steps of an episode together."""
    graph = StateGraph(State)
    for name in ("propose", "check", "guard", "repair", "approve", "judge", "record"):
        graph.add_node(name, getattr(steps, name))
    first = _to("propose", "check", "approve", "judge")
    answered = _to("check", "approve", "judge", "end")
    graph.add_conditional_edges(START, steps.at_first, first)
    graph.add_conditional_edges("propose", steps.after_answer, answered)
    graph.add_conditional_edges("repair", steps.after_answer, answered)
    checked = _to("guard", "repair", "approve", "judge")
    graph.add_conditional_edges("check", steps.after_check, checked)
    guarded = _to("check", "repair", "approve", "judge", "end")
    graph.add_conditional_edges("guard", steps.after_guard, guarded)
    graph.add_conditional_edges("approve", steps.after_approval, _to("judge", "end"))
    graph.add_conditional_edges("judge", steps.after_judge, _to("record", "repair"))
    graph.add_edge("record", END)
    return graph.compile(checkpointer=checkpointer)


def _to(*names: Next) -> dict[Any, str]:
    """Return where edges may lead."""
    return {name: END if name == "end" else name for name in names}
