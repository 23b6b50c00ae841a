"""Attributes of the `step` dialect: what operators carry, and where they stood in the text.

#step.library<"matmul", {"transposed" = true}>     #step.fill<"0.0", none>     #step.ref<"w", [0]>
"""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, IntegerAttr, StringAttr
from xdsl.ir import Attribute, Data, ParametrizedAttribute
from xdsl.irdl import irdl_attr_definition
from xdsl.parser import AttrParser
from xdsl.printer import Printer

from aspl.diagnostics import Span


@irdl_attr_definition
class LibraryAttr(ParametrizedAttribute):
    """A function of the closed library with its options; an extent is text."""

    name = "step.library"
    function: StringAttr
    options: DictionaryAttr


@irdl_attr_definition
class FillAttr(ParametrizedAttribute):
    """An initial value: every number is `value`; `state` is its type, or `none`."""

    name = "step.fill"
    value: StringAttr
    state: Attribute


@irdl_attr_definition
class EmptyAttr(ParametrizedAttribute):
    """An initial value: a tile without rows or columns; `state` is its type, or `none`."""

    name = "step.empty"
    state: Attribute


@irdl_attr_definition
class PartsAttr(ParametrizedAttribute):
    """An initial value for each part of a tuple."""

    name = "step.parts"
    parts: ArrayAttr[Attribute]


@irdl_attr_definition
class RefAttr(ParametrizedAttribute):
    """A tensor of the kernel, or the part of it at some leading indices."""

    name = "step.ref"
    tensor: StringAttr
    index: ArrayAttr[IntegerAttr]


@irdl_attr_definition
class SpansAttr(Data[tuple[Span, ...]]):
    """Places in the source text: line and column of each beginning and end."""

    name = "step.spans"

    @classmethod
    def parse_parameter(cls, parser: AttrParser) -> tuple[Span, ...]:
        """Read four numbers a place."""
        numbers = parser.parse_comma_separated_list(
            parser.Delimiter.ANGLE, lambda: parser.parse_integer(allow_boolean=False)
        )
        if len(numbers) % 4:
            parser.raise_error("expected four numbers a place")
        return tuple(Span(*numbers[at : at + 4]) for at in range(0, len(numbers), 4))

    def print_parameter(self, printer: Printer) -> None:
        """Write four numbers a place."""
        with printer.in_angle_brackets():
            numbers = [
                each
                for span in self.data
                for each in (span.line, span.column, span.end_line, span.end_column)
            ]
            printer.print_list(numbers, printer.print_int)


def spans_attr(spans: Sequence[Span]) -> SpansAttr:
    """Return the attribute of several places."""
    return SpansAttr(tuple(spans))


ATTRIBUTES = (LibraryAttr, FillAttr, EmptyAttr, PartsAttr, RefAttr, SpansAttr)
