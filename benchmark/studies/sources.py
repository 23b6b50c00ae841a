"""Where a figure's traces come from: a folder of the published files, or else drawn like them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmark.studies.catalog import KvStatistics, kv_statistics
from benchmark.studies.experiment import Measures
from benchmark.studies.models import MoeModel
from benchmark.studies.traces import SYNTHETIC, Trace, kv_trace, routing_trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """A folder with `routing/*.npz` and `kv/*.npy`, or none."""

    folder: Path | None = None
    seed: int = 0

    def routing(self, model: MoeModel, batch: int) -> Trace:
        """Return the published routing of a batch, or one like it.

        Errors: UsageError for a file that is there and is no such routing.
        """
        stem = "mixtral" if model.name.startswith("mixtral") else "qwen"
        path = self._path("routing", f"{stem}_b{batch}.npz")
        return routing_trace(SYNTHETIC if path is None else str(path), model, batch, self.seed)

    def lengths(self, statistics: KvStatistics, requests: int | None = None) -> Trace:
        """Return the published lengths of a batch, or some like them.

        Errors: UsageError for a file that is there and holds no lengths.
        """
        path = self._path("kv", f"conv_stdev{statistics.name}.npy")
        name = f"{SYNTHETIC}:{statistics.label}" if path is None else str(path)
        return kv_trace(name, requests, self.seed)

    def _path(self, kind: str, name: str) -> Path | None:
        if self.folder is None:
            return None
        path = self.folder / kind / name
        return path if path.is_file() else None


def drawn_notes(measures: Iterable[Measures]) -> tuple[str, ...]:
    """Return a note that names the traces which were drawn, not read; none where there are none."""
    parameters = [each.parameters for each in measures]
    named = [str(each.get("routing") or each.get("kv") or "") for each in parameters]
    prefix = f"{SYNTHETIC}:"
    names = {name.removeprefix(prefix) for name in named if name.startswith(prefix)}
    # a batch that was published in full is not drawn
    names -= {each.label for each in kv_statistics() if each.lengths is not None}
    if not names:
        return ()
    listed = ", ".join(sorted(names))
    return (
        f"drawn with the published statistics, not the published files: {listed}; "
        "cycles differ somewhat from the published ones; give the files with --data",
    )
