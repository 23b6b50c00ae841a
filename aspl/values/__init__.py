"""Values of streams in a run: nested, columnar, never one element at a time."""

from aspl.values.column import Column, Dense, Packed, Record
from aspl.values.nest import Nest
from aspl.values.stream import StreamValue

__all__ = ["Column", "Dense", "Nest", "Packed", "Record", "StreamValue"]
