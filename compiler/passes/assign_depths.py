"""How many elements the queue of each stream must hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import ClassVar

from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, ModuleOp, i64
from xdsl.ir import Operation, SSAValue

from aspl.dims import Dim, ceil_div, product
from aspl.ops.higher import Accum
from aspl.ops.offchip import LinearOffChipStore, RandomOffChipStore
from aspl.ops.onchip import Bufferize
from aspl.ops.routing import Broadcast, EagerMerge, Parallelize, Partition, Reassemble
from aspl.ops.sources import Consumer, Feedback
from compiler.ir.edit import Editor, depths_of
from compiler.ir.step import StepOp
from compiler.passes.base import Pass, option


@dataclass(frozen=True)
class AssignDepths(Pass):
    """Make queues long enough for copies of a stream that meet again after different delays.

    `Accum` and `Bufferize` read a whole group before they write. Where their stream meets a copy
    that took a shorter path, the shorter path must hold the group, or the copies block each other.
    The copy with the shorter path gets that depth; all other streams keep the machine's, or the
    depth that is given. Only extents that are fixed before a run are followed: a group of dynamic
    extent is left to the machine, and so are paths through routing operators.

    Source: assumed, after the deadlock condition of bounded FIFOs.
    """

    name: ClassVar[str] = "assign-depths"
    about: ClassVar[str] = "lengthen queues where copies of a stream meet after different delays"

    depth: int = option(0, "depth of all streams that need no longer one; 0 is the machine's")

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Change the module."""
        editor = Editor.of(op)
        needed = held(editor)
        depths = {
            value: max(self.depth, needed.get(value, 0))
            for value in editor.streams()
            if self.depth or value in needed
        }
        _write(editor, depths)


def held(editor: Editor) -> dict[SSAValue, int]:
    """Return the elements that copies must hold, for each copy where that is more than one."""
    work = _Delays(editor)
    operations = editor.operations()
    places: dict[Operation, int] = {operation: place for place, operation in enumerate(operations)}
    for operation in operations:
        if operation.OPERATOR is Broadcast:
            work.follow(operation, places)
    return work.needed


@dataclass(slots=True)
class _Delays:
    editor: Editor
    needed: dict[SSAValue, int] = field(default_factory=dict)
    counts: dict[SSAValue, Dim] = field(default_factory=dict)

    def follow(self, broadcast: StepOp, places: Mapping[Operation, int]) -> None:
        """Follow all copies to where they meet, in the order of the text."""
        total = self.count(broadcast.operands[0])
        delays: dict[SSAValue, dict[int, int]] = {
            value: {place: 1} for place, value in enumerate(broadcast.results)
        }
        waiting = _Waiting(places)
        for value in broadcast.results:
            waiting.add_readers(value)
        while waiting.heap:
            operation = waiting.next()
            self._meet(broadcast, operation, delays)
            if not waiting.heap:
                # all paths lead through here, so copies differ no further behind it
                return
            behind = self._behind(operation, delays, total)
            for result in operation.results if behind else ():
                delays[result] = behind
                waiting.add_readers(result)

    def _meet(
        self,
        broadcast: StepOp,
        operation: StepOp,
        delays: Mapping[SSAValue, Mapping[int, int]],
    ) -> None:
        """Let each copy that arrives early at an operator hold what the latest one waits for."""
        arriving = [delays[value] for value in operation.operands if value in delays]
        if len(arriving) < 2:
            return
        pairs = [(copy, elements) for each in arriving for copy, elements in each.items()]
        for copy, elements in pairs:
            # one copy on two paths was copied again, and is looked at there
            latest = max((late for other, late in pairs if other != copy), default=0)
            more = latest - elements + 1
            if more > 1:
                value = broadcast.results[copy]
                self.needed[value] = max(self.needed.get(value, 0), more)

    def _behind(
        self, operation: StepOp, delays: Mapping[SSAValue, Mapping[int, int]], total: Dim
    ) -> dict[int, int]:
        """Return the delays behind an operator; none where they are not known."""
        if operation.OPERATOR in NOT_FOLLOWED:
            return {}
        found: dict[int, int] = {}
        for value in operation.operands:
            for copy, elements in delays.get(value, {}).items():
                more = self._group(operation, value, total)
                if more is None:
                    return {}
                found[copy] = max(found.get(copy, 0), elements + more)
        return found

    def _group(self, operation: StepOp, value: SSAValue, total: Dim) -> int | None:
        """Return how many elements of a copy an operator reads more before it writes."""
        if operation.OPERATOR not in (Accum, Bufferize):
            return 0
        op = self.editor.op(operation)
        assert isinstance(op, Accum | Bufferize)
        group = self.editor.bound(product(self.editor.type(value).shape[-op.rank :]))
        count = self.count(value)
        if not group or self.editor.bound(count) == 0:
            return None
        # extents that both streams have cancel, so only the ratio must be known
        return self.editor.bound(ceil_div(total * (group - 1), count))

    def count(self, value: SSAValue) -> Dim:
        """Return how many elements a stream has."""
        if value not in self.counts:
            self.counts[value] = product(self.editor.type(value).shape)
        return self.counts[value]


NOT_FOLLOWED = (
    Partition,
    Reassemble,
    EagerMerge,
    Parallelize,
    Feedback,
    Consumer,
    LinearOffChipStore,
    RandomOffChipStore,
)
"""What paths are not followed through."""


@dataclass(slots=True)
class _Waiting:
    """Operators to look at, first in the text first."""

    places: Mapping[Operation, int]
    heap: list[int] = field(default_factory=list)
    operations: dict[int, StepOp] = field(default_factory=dict)

    def add_readers(self, value: SSAValue) -> None:
        """Note who reads a stream; a feedback stands before what closes it, and is left out."""
        for use in value.uses:
            operation = use.operation
            if not isinstance(operation, StepOp) or operation.OPERATOR is Feedback:
                continue
            if operation.OPERATOR in NOT_FOLLOWED and len(operation.operands) == 1:
                # nothing meets there, and nothing is followed behind it
                continue
            place = self.places[operation]
            if place not in self.operations:
                self.operations[place] = operation
                heappush(self.heap, place)

    def next(self) -> StepOp:
        """Return the first operator that waits."""
        return self.operations.pop(heappop(self.heap))


def _write(editor: Editor, depths: Mapping[SSAValue, int]) -> None:
    _mark(editor.kernel, editor.block.args, depths)
    for operation in editor.operations():
        _mark(operation, operation.results, depths)


def _mark(operation: Operation, values: Sequence[SSAValue], depths: Mapping[SSAValue, int]) -> None:
    """Raise the depths of some streams; a longer queue that is there already stays."""
    old = depths_of(operation, values)
    new = [max(depth, depths.get(value, 0)) for depth, value in zip(old, values, strict=True)]
    if any(new):
        operation.attributes["depths"] = ArrayAttr(IntegerAttr(depth, i64) for depth in new)
