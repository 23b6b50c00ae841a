"""The graph of an episode.

    propose -> check -> judge -> record
                 |^       |
                 v|       v (verdicts that go back)
           guard, repair <-

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
    for name in ("propose", "check", "guard", "repair", "judge", "record"):
        graph.add_node(name, getattr(steps, name))
    graph.add_edge(START, "propose")
    graph.add_conditional_edges("propose", steps.after_answer, _to("check", "judge", "end"))
    graph.add_conditional_edges("repair", steps.after_answer, _to("check", "judge", "end"))
    graph.add_conditional_edges("check", steps.after_check, _to("guard", "repair", "judge"))
    graph.add_conditional_edges("guard", steps.after_guard, _to("check", "repair", "judge", "end"))
    graph.add_conditional_edges("judge", steps.after_judge, _to("record", "repair"))
    graph.add_edge("record", END)
    return graph.compile(checkpointer=checkpointer)


def _to(*names: Next) -> dict[Any, str]:
    """Return where edges may lead."""
    return {name: END if name == "end" else name for name in names}
