"""Copies for streams that are read more than once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue

from aspl.ops.routing import Broadcast
from compiler.ir.edit import Editor, name_of, rename
from compiler.passes.base import Pass


@dataclass(frozen=True)
class InsertBroadcasts(Pass):
    """Put a `Broadcast` behind each stream with several readers; every stream is read once then.

    Source: STeP, section 3.2: a stream has one reader.
    """

    name: ClassVar[str] = "insert-broadcasts"
    about: ClassVar[str] = "put a Broadcast behind every stream with more than one reader"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        """Change the module."""
        editor = Editor.of(op)
        shared = [value for value in editor.streams() if value.uses.get_length() > 1]
        if not shared:
            return
        places = {operation: place for place, operation in enumerate(editor.block.ops)}
        for value in shared:
            _copy(value, editor, places)


def _copy(value: SSAValue, editor: Editor, places: dict[Operation, int]) -> None:
    """Give each reader a copy, in the order in which they stand in the text."""
    reads = sorted(value.uses, key=lambda use: (places[use.operation], use.index))
    copies = editor.insert(Broadcast(n=len(reads)), [value], editor.after(value))
    for copy, read in zip(copies, reads, strict=True):
        rename(copy, name_of(value))
        read.operation.operands[read.index] = copy
