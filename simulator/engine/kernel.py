"""How the engine's functions are compiled: parts, and the one entry that is kept on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from compiler import machine

F = TypeVar("F", bound=Callable[..., Any])

_HERE = Path(__file__).parent
_STAMP = _HERE / "__pycache__" / "engine.sha256"


def kernel(function: F) -> F:
    """Compile a function as a part of the engine. Divisions by zero are the caller's to avoid."""
    return cast(F, njit(error_model="numpy")(function))


def entry(function: F) -> F:
    """Compile a function that Python calls, with all that it calls, and keep it on disk.

    What is kept is found again by the time stamp of the function's own file, so it is dropped here
    when any other file of the engine has changed.
    """
    _drop_stale()
    return cast(F, njit(error_model="numpy", cache=True)(function))


def is_compiled(function: Callable[..., Any]) -> bool:
    """Whether an entry is ready: compiled in this process, or kept on disk by an earlier one."""
    dispatcher = cast(Any, function)
    if dispatcher.signatures:
        return True
    # numba has no public question for this
    folder = Path(dispatcher._cache.cache_path)
    return any(folder.glob(f"{Path(dispatcher.py_func.__code__.co_filename).stem}.*.nbc"))


@intrinsic  # type: ignore[untyped-decorator]
def address_of(typing_context: Any, array: Any) -> Any:
    """Return where an array of integers begins.

    An address is indexed as the array is, without looking whether the index is negative, and takes
    one register where an array takes seven.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), generate


def _drop_stale() -> None:
    sources = [*sorted(_HERE.glob("*.py")), Path(machine.__file__)]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    try:
        if _STAMP.exists() and _STAMP.read_text(encoding="ascii") == digest:
            return
        for path in _STAMP.parent.glob("*.nb[ci]"):
            path.unlink(missing_ok=True)
        _STAMP.parent.mkdir(exist_ok=True)
        _STAMP.write_text(digest, encoding="ascii")
    except OSError:
        # a read-only installation does not change either
        return
