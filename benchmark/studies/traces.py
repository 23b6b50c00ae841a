"""Traces that a study runs on: read from the published formats, or drawn like the published ones.

A routing is an `.npz` with the key `data`: int64, one row a token, its experts in it. Lengths of
caches are an `.npy`: int64, one number a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from aspl.terminal import UsageError, meant, quoted, reason
from benchmark.studies.catalog import KvStatistics, kv_statistics, routing_statistics
from benchmark.studies.models import MoeModel
from benchmark.studies.synthetic import synthetic_lengths, synthetic_routing

SYNTHETIC = "synthetic"
LONGEST = 1 << 20
"""Tokens of the longest cache that is taken for one."""
DEFAULT_KV = "b64/0996_4007_4070"


@dataclass(frozen=True, slots=True)
class Trace:
    """Numbers of a trace, and where they come from."""

    source: str
    """`synthetic:` and a name, or the path of a file."""
    data: NDArray[np.int64]


def routing_trace(source: str, model: MoeModel, batch: int | None, seed: int = 0) -> Trace:
    """Return the experts of every token: shape [batch, chosen].

    Without a batch it is that of the file, or 64.

    Errors: UsageError for what is no routing of this model and batch.
    """
    if source != SYNTHETIC:
        return Trace(source, _read_routing(Path(source), model, batch))
    name = f"{model.name.split('-')[0].rstrip('3')}_b{batch or 64}"
    statistics = routing_statistics().get(name)
    if statistics is None:
        raise UsageError(
            f"no routing of {batch} tokens was published to draw one like it; "
            "give --batch 64 or 1024, or a file with --routing"
        )
    return Trace(f"{SYNTHETIC}:{name}", synthetic_routing(statistics, seed))


def kv_trace(source: str, requests: int | None, seed: int = 0) -> Trace:
    """Return the lengths of the caches of a batch, or of its first `requests`.

    Errors: UsageError for what is no such trace, or has too few requests.
    """
    if source.split(":")[0] == SYNTHETIC:
        statistics = find_kv(source.partition(":")[2] or DEFAULT_KV)
        trace = Trace(f"{SYNTHETIC}:{statistics.label}", synthetic_lengths(statistics, seed))
    else:
        trace = Trace(source, _read_lengths(Path(source)))
    if requests is None:
        return trace
    if not 1 <= requests <= len(trace.data):
        raise UsageError(f"expected --requests from 1 to {len(trace.data)}, got {requests}")
    return Trace(trace.source, trace.data[:requests])


def find_kv(name: str) -> KvStatistics:
    """Return the published batch that a name, or the beginning of one, stands for.

    Errors: UsageError unless there is exactly one.
    """
    rows = kv_statistics()
    exact = [each for each in rows if name in (each.name, each.label)]
    found = exact or [each for each in rows if each.name.startswith(name)]
    found = found or [each for each in rows if each.label.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(each.label for each in found[:6])
        raise UsageError(f"{quoted(name)} names several traces: {several}; write one of them")
    from difflib import get_close_matches

    labels = [each.label for each in rows]
    near = get_close_matches(name, labels, n=3, cutoff=0.5)
    raise UsageError(f"there is no trace {quoted(name)}{meant(near) or ', try `synthetic:0996`'}")


def _read_routing(path: Path, model: MoeModel, batch: int | None) -> NDArray[np.int64]:
    archive = _loaded(path)
    if not isinstance(archive, dict):
        raise UsageError(f"{path}: expected an .npz archive with the key `data`, got one array")
    if "data" not in archive:
        keys = ", ".join(map(quoted, archive)) or "none"
        raise UsageError(f"{path}: expected the key `data`, got {keys}; save it under this name")
    data = archive["data"]
    _require_integers(path, data)
    _require_routing_shape(path, data, model, batch)
    _require_experts(path, data, model)
    return data


def _require_routing_shape(
    path: Path, data: NDArray[Any], model: MoeModel, batch: int | None
) -> None:
    wanted = f"[{batch or 'tokens'}, {model.chosen}]"
    good = data.ndim == 2 and data.shape[1] == model.chosen and len(data) > 0
    if not good or batch not in (None, len(data)):
        raise UsageError(
            f"{path}: expected shape {wanted} for {model.name}, got {list(data.shape)}; "
            "look at --model and --batch"
        )


def _require_experts(path: Path, data: NDArray[np.int64], model: MoeModel) -> None:
    outside = np.argwhere((data < 0) | (data >= model.experts))
    if len(outside):
        row, place = outside[0].tolist()
        raise UsageError(
            f"{path}: row {row} names expert {data[row, place]}; {model.name} has experts 0 to "
            f"{model.experts - 1}"
        )
    ordered = np.sort(data, axis=1)
    twice = np.argwhere(ordered[:, 1:] == ordered[:, :-1])
    if len(twice):
        row, place = twice[0].tolist()
        raise UsageError(
            f"{path}: row {row} names expert {ordered[row, place]} twice; a token goes to "
            f"{model.chosen} different ones"
        )


def _read_lengths(path: Path) -> NDArray[np.int64]:
    data = _loaded(path)
    if isinstance(data, dict):
        raise UsageError(f"{path}: expected an .npy file of one array, got an archive")
    _require_integers(path, data)
    if data.ndim != 1 or not len(data):
        raise UsageError(f"{path}: expected one length a request, got shape {list(data.shape)}")
    wrong = np.flatnonzero((data < 0) | (data > LONGEST))
    if len(wrong):
        place = int(wrong[0])
        raise UsageError(
            f"{path}: request {place} has length {data[place]}, expected 0 to {LONGEST}"
        )
    return data


def _require_integers(path: Path, data: NDArray[Any]) -> None:
    if data.dtype != np.int64:
        raise UsageError(f"{path}: expected int64, got {data.dtype}; save it with astype('int64')")


def _loaded(path: Path) -> NDArray[Any] | dict[str, NDArray[Any]]:
    """Return what a file of numpy holds; what would run code in it is refused.

    Errors: UsageError for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            return loaded if isinstance(loaded, np.ndarray) else dict(loaded)
    except OSError as error:
        raise UsageError(f"cannot read {quoted(str(path))}: {reason(error)}") from error
    except (ValueError, EOFError, BadZipFile, KeyError, NotImplementedError, MemoryError) as error:
        raise UsageError(f"{path}: this is no file of numpy, as `numpy.save` writes it") from error
