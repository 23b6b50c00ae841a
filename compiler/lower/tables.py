"""The tables of a machine under construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from compiler.lower.limits import TooLarge
from compiler.machine import NO_BUFFER, NOTHING, PARAMETERS, Ints, Kind, Machine, P

_DEFAULTS = {
    P.VALUES: NOTHING,
    P.TOKENS: NOTHING,
    P.PORT: NOTHING,
    P.ROWS: 1,
    P.COLS: 1,
    P.BUFFERED: NO_BUFFER,
}


@dataclass(slots=True)
class Tables:
    """Collects units, channels and data; `build` returns the machine."""

    _kinds: list[int] = field(default_factory=list)
    _nodes: list[int] = field(default_factory=list)
    _labels: list[str] = field(default_factory=list)
    _parameters: list[list[int]] = field(default_factory=list)
    _inputs: list[tuple[int, ...]] = field(default_factory=list)
    _outputs: list[tuple[int, ...]] = field(default_factory=list)
    _data: list[Ints] = field(default_factory=list)
    _size: int = 0
    _places: dict[tuple[int, ...], int] = field(default_factory=dict)
    _targets: list[Ints] = field(default_factory=list)
    _rows: dict[bytes, int] = field(default_factory=dict)
    _arena: list[int] = field(default_factory=list)

    def unit(
        self,
        kind: Kind,
        *,
        node: int,
        label: str,
        inputs: tuple[int, ...] = (),
        outputs: tuple[int, ...] = (),
        parameters: Mapping[P, int],
    ) -> None:
        """Add a unit; its inputs and outputs are streams."""
        row = [0] * PARAMETERS
        for name, value in _DEFAULTS.items():
            row[name] = value
        for name, value in parameters.items():
            row[name] = value
        self._kinds.append(kind)
        self._nodes.append(node)
        self._labels.append(label)
        self._parameters.append(row)
        self._inputs.append(inputs)
        self._outputs.append(outputs)

    def place(self, words: Sequence[int]) -> int:
        """Put integers into the data, equal ones once, and return where they begin."""
        key = tuple(words)
        if key not in self._places:
            self._places[key] = self.place_array(_ints(key))
        return self._places[key]

    def place_array(self, values: Ints) -> int:
        """Put a long list into the data and return where it begins."""
        place = self._size
        self._data.append(np.ascontiguousarray(values, dtype=np.int64))
        self._size += len(values)
        return place

    def coded(self, words: int | list[int]) -> int:
        """Return a coded quantity: a value, or where its program is."""
        return words if isinstance(words, int) else -1 - self.place(words)

    def selectors(self, flags: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> Ints:
        """Return a control value for each row of flags: (n,)."""
        counts = flags.sum(axis=1)
        values: Ints = -1 - flags.argmax(axis=1).astype(np.int64)
        for place in np.flatnonzero(counts != 1):
            values[place] = self._row(flags[place])
        return values

    def _row(self, flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
        key = flags.tobytes()
        if key not in self._rows:
            self._rows[key] = len(self._targets)
            self._targets.append(np.flatnonzero(flags).astype(np.int64))
        return self._rows[key]

    def buffer(self, values: Ints) -> int:
        """Return the control value of a buffer of control values."""
        place = len(self._arena)
        side = (1 << 32) | 1
        self._arena += [len(values), len(values)]
        for value in values.tolist():
            self._arena += [value, side, 1 << 32]
        return -1 - place

    def build(self, depths: Mapping[int, int], ranks: Mapping[int, int]) -> Machine:
        """Return the machine. A channel carries each stream that one unit writes and one reads.

        Args: depths: of streams that say so. ranks: of every stream.
        Errors: TooLarge.
        """
        streams = [each for outputs in self._outputs for each in outputs]
        channel = {stream: number for number, stream in enumerate(streams)}
        assert len(channel) == len(streams), "a stream has one writer"
        starts = np.cumsum([0, *map(len, self._targets)]).astype(np.int64)
        return Machine(
            kinds=_ints(self._kinds),
            nodes=_ints(self._nodes),
            labels=tuple(self._labels),
            parameters=_ints(self._parameters).reshape(len(self._kinds), PARAMETERS),
            input_starts=_starts(self._inputs),
            inputs=_ints([channel[each] for inputs in self._inputs for each in inputs]),
            output_starts=_starts(self._outputs),
            outputs=np.arange(len(streams), dtype=np.int64),
            writers=_owners(self._outputs),
            readers=self._readers(channel),
            streams=_ints(streams),
            ranks=_ints([ranks[each] for each in streams]),
            depths=_ints([depths.get(each, 0) for each in streams]),
            data=np.concatenate(self._data) if self._data else _ints([]),
            selector_starts=starts,
            selector_targets=np.concatenate(self._targets) if self._targets else _ints([]),
            arena=_ints(self._arena),
        )

    def _readers(self, channel: Mapping[int, int]) -> Ints:
        readers = np.full(len(channel), -1, dtype=np.int64)
        for unit, inputs in enumerate(self._inputs):
            for stream in inputs:
                assert readers[channel[stream]] < 0, "a stream has one reader"
                readers[channel[stream]] = unit
        assert bool((readers >= 0).all()), "a stream has a reader"
        return readers


def _ints(values: Sequence[int] | Sequence[Sequence[int]]) -> Ints:
    try:
        return np.array(values, dtype=np.int64)
    except OverflowError as error:
        raise TooLarge("an extent, or a number of FLOPs, is beyond 2**63") from error


def _starts(members: list[tuple[int, ...]]) -> Ints:
    return np.cumsum([0, *map(len, members)]).astype(np.int64)


def _owners(members: list[tuple[int, ...]]) -> Ints:
    counts = [len(each) for each in members]
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)
