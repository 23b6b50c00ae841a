"""The smallest graph with the same results: nothing dead, nothing twice, nothing unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, OpResult, SSAValue

from aspl.dims import Dim, Symbol
from aspl.ops.base import Op
from aspl.ops.extents import dims_in
from aspl.ops.offchip import RandomOffChipStore
from aspl.ops.routing import Broadcast
from aspl.ops.shape import Reshape
from aspl.ops.sources import Assume, Consumer
from aspl.types import Stream, all_dims
from compiler.ir.edit import Editor, name_of, rename, replace_stream
from compiler.ir.step import StepOp
from compiler.passes.base import Pass
from compiler.rewrite.shapes import is_shape, shorter


@dataclass(frozen=True)
class Canonicalise(Pass):
    """Take out what changes nothing, until there is no more of it, and let nothing go unread.

    Operators whose streams nobody reads go, unless they store or drop elements. Copies that nobody
    reads go, a `Broadcast` of a copy becomes part of the first one. Adjacent shape operators become
    one or none where the type stays the same. What is unread then gets a `Consumer`. Findings that
    only a run makes, such as those of an `Assume`, go with their operators.
    """

    name: ClassVar[str] = "canonicalise"
    about: ClassVar[str] = "remove dead operators and copies, fuse adjacent shape operators"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Change the module."""
        work = _Work(Editor.of(op))
        while work.sweep() + work.simplify():
            pass
        work.consume()


@dataclass(slots=True)
class _Work:
    editor: Editor
    needed: frozenset[str] = frozenset()
    """Symbols of the checker that parameters are written with."""
    settled: set[Operation] = field(default_factory=set)
    """Operators that no rule fits as they stand."""

    def __post_init__(self) -> None:
        computed = self.editor.header.computed
        if computed:
            written = (self.editor.op(each) for each in self.editor.operations() if _states(each))
            names = {name for op in written for dim in dims_in(op) for name in _names(dim)}
            self.needed = frozenset(names & computed)

    # dead operators and copies

    def sweep(self) -> int:
        """Take out what nobody reads, last operators first; return how many changed."""
        changed = 0
        for operation in reversed(self.editor.operations()):
            unread = [result for result in operation.results if not result.uses]
            if not unread:
                continue
            if len(unread) == len(operation.results) and not self._is_needed(operation):
                self.editor.block.erase_op(operation)
                changed += 1
            elif operation.OPERATOR is Broadcast:
                self._copies([each for each in operation.results if each.uses], operation)
                self.editor.block.erase_op(operation)
                changed += 1
        return changed

    def _is_needed(self, operation: StepOp) -> bool:
        if operation.OPERATOR is RandomOffChipStore:
            return True
        if not self.needed:
            return False
        dims = (dim for each in operation.results for dim in all_dims(self.editor.type(each)))
        return any(name in self.needed for dim in dims for name in _names(dim))

    def _copies(self, kept: Sequence[OpResult], operation: StepOp) -> None:
        """Put a broadcast that makes these copies before another one of the same stream."""
        copies = self.editor.insert(Broadcast(n=len(kept)), list(operation.operands), operation)
        for old, new in zip(kept, copies, strict=True):
            rename(new, name_of(old))
            old.replace_all_uses_with(new)

    # what stands for itself

    def simplify(self) -> int:
        """Apply the rules once along the kernel; return how many changed."""
        changed = 0
        for operation in self.editor.operations():
            if operation in self.settled:
                continue
            if operation.OPERATOR is Broadcast:
                done = self._broadcast(operation)
            elif operation.OPERATOR is Assume:
                done = self._left_out(operation)
            else:
                done = is_shape(operation.OPERATOR) and self._fused(operation)
            changed += done
            if not done:
                self.settled.add(operation)
        return changed

    def _broadcast(self, operation: StepOp) -> bool:
        if len(operation.results) == 1:
            replace_stream(operation.results[0], operation.operands[0])
            self.editor.block.erase_op(operation)
            return True
        source = _writer(operation.operands[0])
        if source is None or source.OPERATOR is not Broadcast:
            return False
        if not operation.operands[0].has_one_use():
            return False
        kept: list[OpResult] = []
        for copy in source.results:
            kept += operation.results if copy is operation.operands[0] else [copy]
        self._copies(kept, source)
        self.editor.block.erase_op(operation)
        self.editor.block.erase_op(source)
        return True

    def _left_out(self, operation: StepOp) -> bool:
        """Leave out an operator that says of its stream what is known."""
        (source,), (result,) = operation.operands, operation.results
        if source.type != result.type:
            return False
        self._settle_again(operation)
        replace_stream(result, source)
        self.editor.block.erase_op(operation)
        return True

    def _fused(self, operation: StepOp) -> bool:
        """Put one operator, or none, in the place of this one and the one before it."""
        source = _writer(operation.operands[0])
        if source is None or not is_shape(source.OPERATOR) or len(source.results) != 1:
            return False
        if len(operation.results) != 1 or not source.results[0].has_one_use():
            return False
        editor = self.editor
        first, second = editor.op(source), editor.op(operation)
        x = editor.type(source.operands[0])
        split = x.shape[-1 - first.rank] if isinstance(first, Reshape) else x.shape[-1]
        chain = shorter(first, second, split, editor.bound)
        if chain is None or self._type_of(chain, x) != editor.type(operation.results[0]):
            return False
        value: SSAValue = source.operands[0]
        for op in chain:
            (value,) = editor.insert(op, [value], operation)
        self._settle_again(operation)
        replace_stream(operation.results[0], value)
        editor.block.erase_op(operation)
        editor.block.erase_op(source)
        return True

    def _type_of(self, chain: Sequence[Op], x: Stream) -> Stream | None:
        """Return the type behind a chain, None where one operator does not fit."""
        for op in chain:
            found = self.editor.infer(op, (x,))
            if found is None:
                return None
            (x,) = found
        return x

    def _settle_again(self, operation: StepOp) -> None:
        """Let the rules look again at the readers of an operator that changes."""
        for result in operation.results:
            self.settled -= {use.operation for use in result.uses}

    # streams that nobody reads

    def consume(self) -> None:
        """Give every stream that nobody reads a consumer."""
        for value in self.editor.streams():
            if not value.uses:
                self.editor.insert(Consumer(), [value], self.editor.after(value))


def _states(operation: StepOp) -> bool:
    """Whether parameters of an operator may be written with extents that a run decides."""
    return any(each.name in operation.attributes for each in operation.OPERATOR.parameters())


def _names(dim: Dim) -> list[str]:
    return [atom.name for atom in dim.atoms() if isinstance(atom, Symbol)]


def _writer(value: SSAValue) -> StepOp | None:
    owner = value.owner
    return owner if isinstance(owner, StepOp) else None
