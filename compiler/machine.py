"""A program as flat integer tables: units, the channels between them, and their parameters.

What the simulator reads. A unit is an operator at work, or the source or sink of a kernel's own
stream. Its parameters are integers, each named in `P`; what does not fit one integer (small
programs, extents, control values) lies in `data`, and the parameter is its place there.

A quantity of an element is *coded*: a value of 0 or more is itself, a negative one is a small
program at place `-1 - value` of `data`. A program is a list of `Code` words that leaves one integer
on a stack; it reads extents of the elements at the heads of the unit's inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MAX_RANK = 15
"""Of a stream that a machine carries: a token keeps its stop level in a few bits."""
MAX_SIDE = 2**31 - 1
"""Rows or columns of one tile."""
PARAMETERS = 27
NOTHING = -1
"""A parameter that is not there."""


class Kind(IntEnum):
    """What a unit does."""

    SOURCE = 0
    SINK = 1
    LOAD = 2
    LOAD_REF = 3
    LOAD_RANDOM = 4
    STORE = 5
    STORE_RANDOM = 6
    BUFFERIZE = 7
    STREAMIFY = 8
    STREAMIFY_REF = 9
    MAP = 10
    FOLD = 11
    SCAN = 12
    FLAT_MAP = 13
    PARTITION = 14
    REASSEMBLE = 15
    EAGER_MERGE = 16
    PARALLELIZE = 17
    BROADCAST = 18
    FLATTEN = 19
    PROMOTE = 20
    PROMOTE_AROUND = 21
    RESHAPE = 22
    EXPAND = 23
    REPEAT = 24
    ZIP = 25


class P(IntEnum):
    """The parameters of a unit, by place. Not every kind has every one."""

    RANK = 0
    """Dims that a fold, buffer or chunk spans; the dim that a shape operator works at."""
    LEVELS = 1
    """Place of a list: the number of dims of one read, then their coded extents, outermost
    first."""
    COUNT = 2
    """Elements of a source; copies of a repeat; the chunk of a reshape; numbers inside one element
    of the outermost dim of a buffer."""
    ROWS = 3
    """Coded rows of what it writes."""
    COLS = 4
    """Coded columns of what it writes."""
    BUFFERED = 5
    """Coded elements of the buffers that it writes; `NO_BUFFER` where it writes none."""
    VALID = 6
    """How it gets valid rows: `Valid`."""
    VALUES = 7
    """Place of a list: a control value for each element that it writes; -1 for none."""
    FLOPS = 8
    """Coded FLOPs of one element."""
    FIXED = 9
    """Cycles of one element of a function that takes no part of the compute bandwidth."""
    WRITES_BACK = 10
    """Whether what it writes is kept in on-chip memory first; -1 for a flat map that only takes
    tiles apart, and pays for nothing."""
    STORED = 11
    """Size of what is written back: bytes, or `-bytes` of one number of a tile."""
    SIZES = 12
    """Place of a list, two integers an input: a `Size`, and bytes."""
    TILES = 13
    """Bits of the inputs that carry tiles."""
    GROWS = 14
    """For a fold: 1 where the state grows by rows, 2 by columns."""
    START_ROWS = 15
    START_COLS = 16
    """Rows and columns of the state before its first element."""
    MODE = 17
    """A choice of the kind: `Stamp` of a flat map, `Route` of a partition or reassembly; for a
    random store 1 where acknowledgements have the shape of the data."""
    OUTER = 18
    """For a reshape: bits `FLAGS`, `AROUND` and `PADS`."""
    STREAM_RANK = 19
    """Rank of the stream that it writes (a source), or of its first input."""
    TOKENS = 20
    """Place of a list: (low, level, rows, cols, valid, buffered) for each token of an irregular
    source; -1 where LEVELS tells them."""
    BYTES = 21
    """Bytes of one number of a tile that goes off chip; the control value of padding."""
    COMPUTES = 22
    """Whether it takes a part of the compute bandwidth."""
    PORT = 23
    """Place among the units that use off-chip memory: loads first, then stores."""
    START_COUNT = 24
    """Coded elements of a buffer that is a state before its first element."""
    MADE = 25
    """`Made`, for a flat map."""
    VALID_ROWS = 26
    """Coded valid rows, where they are told."""


NO_BUFFER = -(2**40)

FLAGS, AROUND, PADS = 1, 2, 4


class Size(IntEnum):
    """How the bytes of an element are told."""

    FIXED = 0
    """the bytes"""
    TILE = 1
    """bytes of one number"""
    BUFFER = 2
    """bytes of one number of the elements of a buffer"""


class Code(IntEnum):
    """The words of a small program."""

    END = 0
    CONSTANT = 1
    """followed by the value"""
    SLOT = 2
    """followed by input and `Slot`"""
    ADD = 3
    MULTIPLY = 4
    FLOOR = 5
    CEIL = 6
    MODULO = 7
    SOME = 8
    ELEMENT = 9
    """followed by the place of a list with an integer for each element that the unit writes"""


STACK = 64
"""Deepest stack of a small program."""


class Slot(IntEnum):
    """What a small program reads of an element."""

    ROWS = 0
    COLS = 1
    COUNT = 2
    """Elements of a buffer."""
    VALUE = 3
    """The integer that a control stream carries."""
    KEPT = 4
    """Valid rows, or all rows where none is valid."""


class Valid(IntEnum):
    """Which rows of a result are valid."""

    ALL = 0
    FIRST = 1
    """Those of the first tile, as many as the result has."""
    MET = 2
    """The larger count of the first two tiles that have the rows of the result."""
    FIRST_WITH_ROWS = 3
    SET = 4
    """The value of input 1."""
    APPEND = 5
    """One more than those of the first tile."""
    SUM = 6
    """Those of all folded tiles together."""
    ROW_OF = 7
    """Those among its own rows, for a part of a tile; the outermost dim of the read counts parts
    one below the other."""
    SAME = 8
    TOLD = 9


class Stamp(IntEnum):
    """When a flat map writes its elements."""

    AT_ONCE = 0
    ONE_A_CYCLE = 1


class Made(IntEnum):
    """Which control values a flat map makes by itself."""

    NOTHING = 0
    LAST_TILE = 1


class Route(IntEnum):
    """How a control stream names its targets."""

    SELECTOR = 0
    INDEX = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Machine:
    """The tables of one program.

    Control values: `-1 - i` names the one target i; a value of 0 or more is a row of the selector
    table, whose targets are `selector_targets[selector_starts[row]:selector_starts[row + 1]]`.
    """

    kinds: Ints
    """(units,)"""
    nodes: Ints
    """The operator of each unit, by its place in the program; -1 for sources and sinks."""
    labels: tuple[str, ...]
    parameters: Ints
    """(units, PARAMETERS)"""
    input_starts: Ints
    inputs: Ints
    """Channels that unit u reads: `inputs[input_starts[u]:input_starts[u + 1]]`."""
    output_starts: Ints
    outputs: Ints
    writers: Ints
    """The unit that writes each channel."""
    readers: Ints
    streams: Ints
    """The stream that each channel carries, by its id in the program."""
    ranks: Ints
    """The rank of each channel's stream."""
    depths: Ints
    """Elements that each channel holds; 0 where the machine decides."""
    data: Ints
    selector_starts: Ints
    selector_targets: Ints
    arena: Ints
    """Buffers of control values: of each the number of its elements twice, then value, sides and
    flags of every element. A control value `-1 - place` names the buffer there."""

    @property
    def unit_count(self) -> int:
        """Number of units."""
        return len(self.kinds)

    @property
    def channel_count(self) -> int:
        """Number of channels."""
        return len(self.writers)
