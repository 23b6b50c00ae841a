"""Values of programs in `.npz` archives: read for the parameters, written for the results."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from aspl.program import Program
from aspl.reference.inputs import only_stored
from aspl.types import Element, Stream, Tuple, element_dims
from aspl.values.column import Array
from aspl.values.literal import from_arrays
from aspl.values.stream import StreamValue

_BEGIN = (1980, 1, 1, 0, 0, 0)
"""A fixed time for all members, so that equal values make equal files."""


class ArchiveError(ValueError):
    """An archive cannot be read, or does not hold what a program needs."""


def read_archive(path: Path) -> dict[str, Array]:
    """Return all arrays of an archive by name.

    Errors: ArchiveError; OSError for a file that cannot be opened.
    """
    try:
        with path.open("rb") as file:
            found = np.load(file, allow_pickle=False)
            if isinstance(found, np.lib.npyio.NpzFile):
                return {name: np.asarray(found[name]) for name in found.files}
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise ArchiveError("no .npz archive of numbers, or a broken one") from error
    raise ArchiveError("expected an .npz archive of arrays by name, got a single array")


def values_from(program: Program, arrays: Mapping[str, Array]) -> dict[str, Any]:
    """Return a value for every parameter of the kernel and of its functions.

    Errors: ArchiveError naming what is missing, broken, or of no parameter.
    """
    values: dict[str, Any] = {}
    names = [each.name for each in program.inputs] + [ref.name for ref in program.parameters]
    left_out = only_stored(program) - set(arrays)
    for each in program.inputs:
        if isinstance(each.type, Stream):
            values[each.name] = _stream(each.name, each.type, arrays)
        elif each.name not in left_out:
            values[each.name] = _array(each.name, arrays)
    for ref in program.parameters:
        values[ref.name] = _array(ref.name, arrays)
    for name in arrays:
        if name.split(".")[0] not in names:
            known = ", ".join(f"`{each}`" for each in names) or "none"
            raise ArchiveError(f"`{name}` is no parameter of the program, which has {known}")
    return values


def _array(name: str, arrays: Mapping[str, Array]) -> Array:
    if name not in arrays:
        raise ArchiveError(f"there is no value for `{name}`")
    return arrays[name]


def _stream(name: str, stream: Stream, arrays: Mapping[str, Array]) -> StreamValue:
    if name not in arrays and f"{name}.length0" not in arrays:
        raise ArchiveError(f"there is no value for `{name}`")
    try:
        if name not in arrays:
            size = _size(name, len(stream.shape), arrays)
            _require_column(name, stream.element, size, arrays)
        return from_arrays(name, arrays, stream)
    except KeyError as error:
        raise ArchiveError(f"`{name}` is not a `{stream}`: there is no {error}") from error
    except (ValueError, TypeError) as error:
        raise ArchiveError(f"`{name}` is not a `{stream}`: {error}") from error


def _size(name: str, depth: int, arrays: Mapping[str, Array]) -> int:
    """Return the number of elements that the extents of all dims make.

    Errors: ValueError for extents that do not belong together.
    """
    count = 1
    for place in range(depth):
        length = arrays[f"{name}.length{place}"]
        if length.dtype.kind not in "iu" or (length < 0).any():
            raise ValueError(f"expected extents in `{name}.length{place}`")
        if length.shape not in ((), (count,)) or (place == 0 and length.ndim):
            expected = "one extent" if place == 0 else f"one extent or {count}"
            raise ValueError(f"expected {expected} in `{name}.length{place}`, got {length.size}")
        count = int(length.sum()) if length.ndim else count * int(length)
    return count


def _require_column(name: str, element: Element, size: int, arrays: Mapping[str, Array]) -> None:
    """Make sure that the elements are there. Errors: ValueError."""
    if isinstance(element, Tuple):
        for place, each in enumerate(element.parts):
            _require_column(f"{name}.{place}", each, size, arrays)
        return
    if f"{name}.data" in arrays:
        got = arrays[f"{name}.data"].shape[:1]
    else:
        extents, flat = arrays[f"{name}.extents"], arrays[f"{name}.flat"]
        if extents.shape[1:] != (len(element_dims(element)),) or extents.dtype.kind not in "iu":
            raise ValueError(f"expected the extents of elements in `{name}.extents`")
        if (extents < 0).any() or flat.shape != (int(extents.prod(axis=1).sum()),):
            raise ValueError(f"`{name}.flat` and `{name}.extents` do not belong together")
        got = extents.shape[:1]
    if got != (size,):
        raise ValueError(f"expected {size} elements, got {got[0] if got else 'one number'}")


def write_archive(file: BinaryIO, arrays: Mapping[str, Array]) -> None:
    """Write arrays by name; any name will do, and equal arrays make equal bytes."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.asanyarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _BEGIN), buffer.getvalue())
