"""How the engine's functions are compiled: parts, and the one entry that is kept on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar, cast

import numpy as np
from numba import njit, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array
from numpy.typing import NDArray

from compiler import machine

F = TypeVar("F", bound=Callable[..., Any])
Ints: TypeAlias = NDArray[np.int64]


class Memory(Protocol):
    """The address of the engine's memory: indexed by integers, it holds integers."""

    def __getitem__(self, place: int) -> int: ...

    def __setitem__(self, place: int, value: int) -> None: ...


_HERE = Path(__file__).parent


def kernel(function: F) -> F:
    """Compile a function as a part of the engine. Divisions by zero are the caller's to avoid."""
    return cast(F, njit(error_model="numpy")(function))


def entry(function: F) -> F:
    """Compile a function that Python calls, with all that it calls, and keep it on disk.

    What is kept is found again by the function's own code and the values that it closes over, so
    it has to close over the digest of the engine. It lets other threads of Python run meanwhile.
    """
    return cast(F, njit(error_model="numpy", cache=True, nogil=True)(function))


def engine_digest() -> int:
    """Return a number that changes with the sources of the engine."""
    sources = [*sorted(_HERE.glob("*.py")), Path(machine.__file__)]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).digest()
    return int.from_bytes(digest[:7], "big")


@intrinsic
def _address_of(typing_context: Any, array: Any) -> Any:  # noqa: ANN401 - numba's own types
    """Return where an array of integers begins.

    An address is indexed as the array is, without looking whether the index is negative, and takes
    one register where an array takes seven.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        made = make_array(signature.args[0])  # type: ignore[no-untyped-call]
        return made(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), generate  # type: ignore[no-untyped-call]


address_of = cast(Callable[[Ints], Memory], _address_of)
