"""What no machine's tables can hold: too many dims, tiles too large, numbers too great."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aspl.checker import Checked
from aspl.diagnostics import NOWHERE, Diagnostic, Span
from aspl.types import Buffer, Stream, Tile, leaves
from compiler.lower.coding import Slots
from compiler.machine import MAX_RANK, MAX_SIDE


class TooLarge(ArithmeticError):
    """A number of the tables that no integer of theirs holds."""


def beyond_limits(checked: Checked, extents: Mapping[str, int]) -> list[Diagnostic]:
    """Return a finding for each stream that the tables cannot hold, at its writer."""
    spans = _spans(checked)
    slots = Slots(extents)
    found = []
    for value, stream in enumerate(checked.types):
        for words, most, got in _excesses(stream, slots):
            found.append(
                Diagnostic(
                    code="M007",
                    message=f"expected {words} of {most} at most, got {got} in `{stream}`",
                    span=spans.get(value, NOWHERE),
                    hint="merge dims with `Flatten`, or use smaller tiles",
                    facts=(("expected", f"<= {most}"), ("got", str(got))),
                )
            )
    return found


def _excesses(stream: Stream, slots: Slots) -> Iterator[tuple[str, int, int]]:
    if stream.rank > MAX_RANK:
        yield "a rank", MAX_RANK, stream.rank
    for leaf in leaves(stream.element):
        held = leaf.element if isinstance(leaf, Buffer) else leaf
        inside = stream.rank + len(leaf.dims) if isinstance(leaf, Buffer) else stream.rank
        if inside > MAX_RANK >= stream.rank:
            yield "dims of stream and buffer", MAX_RANK, inside
        if isinstance(held, Tile):
            for words, dim in (("rows", held.rows), ("columns", held.cols)):
                extent = slots.known(dim)
                if extent is not None and extent > MAX_SIDE:
                    yield words, MAX_SIDE, extent


def _spans(checked: Checked) -> dict[int, Span]:
    spans = {each.value: each.span for each in checked.program.inputs if each.value is not None}
    for node in checked.program.nodes:
        spans.update(dict.fromkeys(node.outputs, node.span))
    return spans
