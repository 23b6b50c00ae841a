"""The shape operators token by token; `Repeat` and `Zip` work element by element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aspl.ops.shape import Flatten, Promote, Reshape
from aspl.reference.ports import Ports
from aspl.reference.queues import Steps
from aspl.reference.tokens import Token, alone, singles
from aspl.values.column import Column, Dense


def flatten(ports: Ports) -> Steps:
    """Leave out the closings between the merged dims."""
    op = ports.at.node.op
    assert isinstance(op, Flatten)
    (queue,), (out,) = ports.inputs, ports.outputs
    while not out.closed:
        token = yield queue
        if not isinstance(token, int) or token <= op.min:
            out.put(token)
        elif token > op.max:
            out.put(token - (op.max - op.min))


def promote(ports: Ports) -> Steps:
    """Close the new dim behind each of its entries."""
    op = ports.at.node.op
    assert isinstance(op, Promote)
    (queue,), (out,) = ports.inputs, ports.outputs
    # around the whole stream the new dim is without an entry where the stream is empty
    empty = op.rank == queue.end
    while not out.closed:
        token = yield queue
        level = token if isinstance(token, int) else 0
        if level < op.rank or (level == op.rank and not empty):
            out.put(token)
        if level >= op.rank:
            out.put(level + 1)
        empty = False


def reshape(ports: Ports) -> Steps:
    """Close a chunk as soon as it is full; fill it up where its dim ends before."""
    op = ports.at.node.op
    assert isinstance(op, Reshape)
    (queue,) = ports.inputs
    split = _Split(ports, op, ports.at.extent(op.chunk))
    while not ports.outputs[0].closed:
        token = yield queue
        if isinstance(token, int) and token > op.rank:
            split.close(token)
        else:
            split.take(token)


@dataclass(slots=True, eq=False)
class _Split:
    """The chunk under way."""

    ports: Ports
    op: Reshape
    chunk: int
    filled: int = 0
    last: Column | None = None

    def take(self, token: Token) -> None:
        """Pass on what lies inside the split dim, and count its entries."""
        if not isinstance(token, int):
            self.last = token
        self._put(token)
        self.filled += (token if isinstance(token, int) else 0) == self.op.rank
        if self.filled == self.chunk:
            self._close_chunk()

    def close(self, level: int) -> None:
        """Pass on the end of the split dim or of one outside it."""
        if self.filled:
            for pad in self._padding(self.chunk - self.filled):
                self._put(pad, padding=True)
            self._close_chunk()
        if not self.op.outer:
            self._put(level + 1)
            return
        if self.last is not None:
            self._put(level + 1)
        self._put(level + 2)

    def _close_chunk(self) -> None:
        self._put(self.op.rank + 1)
        self.filled = 0

    def _padding(self, count: int) -> list[Column]:
        if self.op.pad is None or self.last is None:
            raise self.ports.misfit()
        split, *_ = self.ports.meaning(alone(self.last))
        return singles(split.column)[1 : 1 + count]

    def _put(self, token: Token, *, padding: bool = False) -> None:
        split, *flags = self.ports.outputs
        split.put(token)
        for output in flags:
            output.put(token if isinstance(token, int) else Dense(np.array([padding])))
