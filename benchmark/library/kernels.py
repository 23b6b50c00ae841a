"""Kernels of a library as functions on arrays: `load(DIR)["family/variant"](x, y, W=w)`.

A program is parsed and evaluated by the reference meaning of the language; it is never executed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from aspl.checker import Checked, check
from aspl.diagnostics import Findings, Span
from aspl.dims import Dim, Kind
from aspl.program import Program
from aspl.reference.evaluate import evaluate
from aspl.reference.inputs import InputError
from aspl.reference.state import EvaluationFailed
from aspl.render import render_all
from aspl.terminal import UsageError
from aspl.text.parse import parse
from aspl.types import DType, Stream, Tensor, all_dims, element_dtype
from aspl.values.column import Array
from aspl.values.literal import to_array, to_nested
from aspl.values.stream import StreamValue
from benchmark.library.arrays import Home, home_of, require_kind, to_numpy
from benchmark.library.folder import BadFile, program_text, read_library
from benchmark.library.manifest import Entry


class CallError(ValueError):
    """A kernel that cannot be called, or not with these arguments: which one, and why."""


@dataclass(frozen=True, slots=True)
class Port:
    """A parameter of a kernel, or a weight that its functions read."""

    name: str
    type: Stream | Tensor
    span: Span

    def __str__(self) -> str:
        return f"{self.name}: {self.type}"

    @property
    def dims(self) -> tuple[Dim, ...]:
        """The extents of an array for it: of a stream, then of its elements."""
        return self.type.shape if isinstance(self.type, Tensor) else tuple(all_dims(self.type))

    @property
    def dtype(self) -> DType:
        """The type of its numbers."""
        kind = self.type
        return kind.dtype if isinstance(kind, Tensor) else element_dtype(kind.element)


class Library(Mapping[str, "Kernel"]):
    """The kernels of a library by the names of their tasks."""

    def __init__(self, path: Path, entries: Mapping[str, Entry]) -> None:
        self.path = path
        self._entries = entries
        self._kernels: dict[str, Kernel] = {}

    def __getitem__(self, task: str) -> Kernel:
        """Return a kernel. Errors: KeyError; CallError for a file that is no program."""
        if task not in self._kernels:
            self._kernels[task] = _kernel(self.path, self._entries[task])
        return self._kernels[task]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Library({str(self.path)!r}, {len(self)} kernels)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A program of a library, to be called as a function."""

    entry: Entry
    """What the manifest says of it: signature, metrics, provenance."""
    text: str
    file: str
    """Where it stands, for messages."""
    inputs: tuple[Port, ...]
    """Parameters in their order, then weights, which are given by name."""
    parameters: int
    """How many of the inputs are parameters."""

    def __call__(self, *arrays: Any, **named: Any) -> Any:  # noqa: ANN401 - numpy or torch
        """Run the kernel; sizes are those of the arrays.

        Args: arrays: for the parameters in their order; named: for weights, or parameters too.

        Returns one array or a tuple of them: tensors of torch if any argument is one, else arrays
        of numpy; floats in f32. A ragged result comes as nested lists.

        Errors: CallError.
        """
        given = self._bound(arrays, named)
        values = {port.name: self._array(port, given[port.name]) for port in self.inputs}
        checked = self._checked(self._sizes(values))
        try:
            found = evaluate(checked, values)
        except InputError as error:
            raise CallError(f"{self.entry.task}: {error} ({self.file})") from error
        except EvaluationFailed as failure:
            told = render_all([failure.diagnostic], self.text, self.file)
            raise CallError(f"{self.entry.task}: these data cannot be worked on\n{told}") from None
        home = home_of(given.values())
        results = tuple(_result(each, home) for each in found.outputs)
        return results[0] if len(results) == 1 else results

    def __repr__(self) -> str:
        return f"Kernel({self.entry.task!r}, {self.entry.signature!r})"

    def _bound(self, arrays: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was given for each input by name."""
        names = [port.name for port in self.inputs]
        if len(arrays) > self.parameters:
            words = f"expected {self.parameters} arrays, got {len(arrays)}"
            raise CallError(f"{self.entry.task}: {words}; weights are given by name")
        given = dict(zip(names, arrays, strict=False))
        for name, value in named.items():
            if name not in names:
                known = ", ".join(map(str, self.inputs))
                raise CallError(
                    f"{self.entry.task}: there is no parameter `{name}`; it has {known}"
                )
            if name in given:
                raise CallError(f"{self.entry.task}: `{name}` is given twice")
            given[name] = value
        missing = [port for port in self.inputs if port.name not in given]
        if missing:
            raise self._wrong(missing[0], "nothing is given for it")
        return given

    def _array(self, port: Port, value: object) -> Array:
        try:
            array = to_numpy(value)
            if array.ndim != len(port.dims):
                raise ValueError(f"expected {len(port.dims)} dims, got shape {array.shape}")
            require_kind(array, port.dtype)
        except ValueError as error:
            raise self._wrong(port, str(error)) from error
        return array

    def _sizes(self, values: Mapping[str, Array]) -> dict[str, int]:
        """Return the sizes that the arrays show.

        Errors: CallError where two of them do not agree.
        """
        sizes: dict[str, int] = {}
        shown_by: dict[str, str] = {}
        for port in self.inputs:
            for dim, extent in zip(port.dims, values[port.name].shape, strict=True):
                name = dim.symbol.name if dim.symbol and dim.symbol.kind is Kind.SIZE else None
                if name is None and dim.constant not in (None, extent):
                    words = f"expected an extent of {dim.constant}, got {extent}"
                    raise self._wrong(port, f"{words} in shape {values[port.name].shape}")
                if name is not None and sizes.setdefault(name, extent) != extent:
                    words = f"`{name}` is {sizes[name]} in `{shown_by[name]}`, and {extent} here"
                    raise self._wrong(port, f"{words}, in shape {values[port.name].shape}")
                shown_by.setdefault(name or "", port.name)
        return sizes

    def _checked(self, sizes: Mapping[str, int]) -> Checked:
        try:
            return _checked_at(self.text, self.file, tuple(sorted(sizes.items())))
        except CallError as error:
            raise CallError(f"{self.entry.task}: no program at these sizes\n{error}") from None

    def _wrong(self, port: Port, words: str) -> CallError:
        place = f"{self.file}:{port.span.line}" if port.span.line else self.file
        return CallError(f"{self.entry.task}: `{port.name}`, {port.type}: {words} ({place})")


def _result(value: StreamValue, home: Home) -> Any:  # noqa: ANN401 - numpy, torch or lists
    array = to_array(value)
    return to_nested(value) if array is None else home.place(array)


def load(place: str | Path) -> Library:
    """Return the kernels of a library, each read when it is first asked for.

    Args: place: the folder of the library.

    Errors: CallError for a folder that holds no library, or a broken one.
    """
    path = Path(place)
    try:
        manifest = read_library(path)
    except UsageError as error:
        raise CallError(str(error)) from error
    return Library(path, {each.task: each for each in manifest.programs})


def _kernel(folder: Path, entry: Entry) -> Kernel:
    file = str(folder / entry.file)
    try:
        text, _ = program_text(folder, entry)
    except (BadFile, FileNotFoundError) as error:
        words = "is not there" if isinstance(error, FileNotFoundError) else str(error)
        raise CallError(f"{entry.task}: {file} {words}") from error
    program = _parsed(text, file, {})
    inputs = [Port(each.name, each.type, each.span) for each in program.inputs]
    weights = [Port(ref.name, ref.type, Span(0, 0, 0, 0)) for ref in program.parameters]
    return Kernel(
        entry=entry,
        text=text,
        file=file,
        inputs=(*inputs, *weights),
        parameters=len(inputs),
    )


@lru_cache(maxsize=256)
def _checked_at(text: str, file: str, sizes: tuple[tuple[str, int], ...]) -> Checked:
    findings = Findings()
    program = _parsed(text, file, dict(sizes))
    checked = check(program, findings)
    if checked is None:
        raise CallError(render_all(findings, text, file))
    return checked


def _parsed(text: str, file: str, sizes: Mapping[str, int]) -> Program:
    findings = Findings()
    program = parse(text, findings, sizes=sizes)
    if program is None or findings.has_errors:
        raise CallError(render_all(findings, text, file))
    return program
