"""A node as its process sees it: queues to read, streams to write, and the operator's meaning."""

from __future__ import annotations

from dataclasses import dataclass

from aspl.reference.meaning import MEANING
from aspl.reference.queues import Output, Queue
from aspl.reference.run import UnequalExtents
from aspl.reference.state import At, EvaluationFailed
from aspl.reference.tokens import Token, alone, tokens
from aspl.values.column import Column
from aspl.values.stream import StreamValue


@dataclass(frozen=True, slots=True)
class Ports:
    """What one process has to do with."""

    at: At
    inputs: tuple[Queue, ...]
    outputs: tuple[Output, ...]

    def meaning(self, *inputs: StreamValue) -> tuple[StreamValue, ...]:
        """Return what the operator makes of whole streams, here mostly of one element or group.

        Errors: EvaluationFailed (R007) for extents that differ where types hold them equal.
        """
        op = self.at.node.op
        try:
            return MEANING[op.name](op, inputs, self.at)
        except UnequalExtents as error:
            raise self.at.failure("R007", str(error)) from error

    def inside(self, *elements: Column) -> list[Token]:
        """Return what the operator makes of one element of each input, without the closing."""
        (made,) = self.meaning(*map(alone, elements))
        return tokens(made)[:-1]

    def misfit(self) -> EvaluationFailed:
        """Return the exception for inputs that lack the shapes which their types promise."""
        return self.at.failure(
            "R002",
            f"the inputs of `{self.at.node.op.name}` do not have the shapes stated before",
            "correct what an `Assume` or a `Feedback` before states",
        )
