"""Where everything lies in the engine's memory, which is one array of integers.

One array, and addresses that are places in it, keep every access one load: the engine spends its
time in functions of a few dozen instructions. A record is addressed by its first place; fields are
offsets. `simulator.engine.memory` lays it out and reads it back.
"""

from __future__ import annotations

# the header, from place 0
READY_BASE = 0
READY_SIZE = 1
READY_HEAD = 2
READY_TAIL = 3
DATA = 4
"""Where `Machine.data` begins."""
SELECTOR_STARTS = 5
SELECTOR_TARGETS = 6
PAD_BYTES = 7
"""On-chip bytes a cycle of one scratchpad."""
SWITCH = 8
STATUS = 9
FAULT_UNIT = 10
FAULT_CHANNEL = 11
LIVE = 12
"""Units that have not ended."""
STACK_BASE = 13
UNITS = 14
MERGES = 18
"""A list of the units that merge by arrival."""
MERGE_COUNT = 19
# off-chip memory
HUB_TIME = 20
"""The cycle that the hub serves next."""
HUB_POINTER = 21
HUB_BUSY = 22
"""When each memory channel is free again."""
HUB_CHANNELS = 23
HUB_INTERVAL = 24
HUB_RETURN = 25
"""From entering a memory channel to the answer at the unit that asked."""
HUB_ISSUE = 26
"""Requests that one unit issues in one cycle."""
HUB_ACTIVE = 27
"""A list of units with requests to serve, in order of arbitration."""
HUB_ACTIVE_COUNT = 28
HUB_WAITING = 29
"""A list of units whose first request the hub has not reached."""
HUB_WAITING_COUNT = 30
HUB_REQUESTS = 31
REQUEST_BYTES = 32
# records of a run, each with its base, its size and how much was wanted
ARENA = 33
ARENA_SIZE = 34
ARENA_USED = 35
ORDERS = 36
ORDERS_SIZE = 37
ORDERS_USED = 38
LOG = 39
LOG_SIZE = 40
LOG_USED = 41
EVENTS = 42
EVENTS_SIZE = 43
EVENTS_USED = 44
EVENTS_ON = 45
LOG_ON = 46
DIGEST = 47
"""Of the engine that ran."""
HEADER = 64

# what ended a run
RUNNING = 0
ENDED = 1
STUCK = 2
"""Units wait for each other."""
FAULT = 3
"""Streams that an operator reads together differ; or a stream ended within a group."""

FULL = 4
"""The arena, or a ring of entries, is too small; the run has to be made again with more of it."""

# a unit
KIND = 0
CLOCK = 1
STEP = 2
"""Where in its work the unit stands."""
LAST_WAIT = 3
"""Its clock after it last waited: what a reader sees of its end."""
QUEUED = 4
DONE = 5
INPUTS = 6
INPUT_COUNT = 7
OUTPUTS = 8
OUTPUT_COUNT = 9
IN0 = 10
IN1 = 11
OUT0 = 12
OUT1 = 13
STARVED = 14
BLOCKED = 15
FLOPS_DONE = 16
BYTES_READ = 17
BYTES_WRITTEN = 18
BANDWIDTH = 19
WAITS = 20
WAITS_FOR = 21
REQUESTS = 22
"""Of the access under way: requests to serve."""
BEGINS = 23
"""The first cycle in which the hub sees it."""
FINISHES = 24
"""When its last answer arrives."""
NUMBER = 25
ELEMENTS = 26
"""Data elements written, or read where it writes none."""
REMAINDERS = 27
"""A list with what is left of the stops of each input: low, level; 0, 0 for nothing."""
R0 = 28
R1 = 29
R2 = 30
R3 = 31
R4 = 32
R5 = 33
R6 = 34
R7 = 35
R8 = 36
R9 = 37
TURN = 38
"""Which entry of its lists a small program reads: the elements written, or the reads begun."""
PARAMETER = 40
UNIT = 72

# what a unit waits for
NO_WAIT = 0
FOR_ELEMENT = 1
FOR_ROOM = 2
FOR_MEMORY = 3
FOR_ARRIVAL = 4
"""The first of several elements."""

# a channel
RING = 0
CAPACITY = 1
TAKEN = 2
"""Tokens dequeued."""
PUT = 3
"""Tokens enqueued."""
HEAD = 4
"""The entry to dequeue next."""
TAIL = 5
"""The entry to fill next."""
WRITER = 6
READER = 7
CLOSED = 8
CLOSE_TIME = 9
READER_WAITS = 10
WRITER_WAITS = 11
CHANNEL_STARVED = 12
CHANNEL_BLOCKED = 13
CHANNEL_NUMBER = 14
BARE = 15
"""Tokens without an element."""
SIZE = 16
"""Entries that there are; where the capacity is larger, a run that needs more is made again."""
STOPS = 17
"""How many tokens close dims up to each level, from level 0."""
CHANNEL = 40

# an entry of a channel: one token
TIME = 0
VALUE = 1
"""A control value, or the elements of a buffer: their number, or -1 - place in the arena."""
SIDES = 2
"""Rows and columns of a tile."""
FLAGS = 3
"""Stop level, low, whether it lies in on-chip memory, valid rows."""
ANSWER = 4
"""When the reader's answer for this entry arrives: the writer may use it again from then on."""
ENTRY = 5

LOW_SHIFT = 8
ON_CHIP = 1 << 16
VALID_SHIFT = 32
STOP_MASK = 0xFF
STOPS_MASK = 0xFFFF
"""Level and low together."""

# an entry of the log: channel, value, sides, flags
LOG_ENTRY = 4
# an event of the timeline: unit, start, end, kind
EVENT = 4
BUSY = 0
WAITING = 1
HELD = 2
ACCESS = 3
# an entry of the orders: node, input
ORDER_ENTRY = 2
# a record of the arena: the number of its elements, how many it has room for, and of each element
# value, sides and flags
RECORD = 2
ARENA_ENTRY = 3
