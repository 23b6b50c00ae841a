"""Writing events while a run goes on: what comes while one transaction is written makes the next.

So a slow disk holds nobody up, and many small writes cost as few. Who awaits `record` knows that
it is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

from benchmark.store.workspace import Entry, Workspace, Write

Observer: TypeAlias = Callable[[Sequence[Entry]], None]
"""Is told of events once they are kept."""


@dataclass(slots=True)
class Recorder:
    """The writer of one run, for the tasks of one event loop."""

    workspace: Workspace
    observer: Observer
    _pending: list[tuple[Write, asyncio.Future[None]]] = field(default_factory=list)
    _flushing: asyncio.Task[None] | None = None
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="recorder")
    )

    async def record(self, write: Write) -> None:
        """Keep a write, even if who waits for it is cancelled."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((write, kept))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        await kept

    async def close(self) -> None:
        """Wait until all is kept."""
        while self._flushing is not None and not self._flushing.done():
            await asyncio.wait([self._flushing])
        self._thread.shutdown()

    async def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._pending:
            batch, self._pending = self._pending, []
            writes = [write for write, _ in batch]
            try:
                entries = await loop.run_in_executor(self._thread, self.workspace.write, writes)
            except Exception as error:
                for _, kept in batch:
                    if not kept.done():
                        kept.set_exception(error)
                continue
            failure = self._told(entries)
            for _, kept in batch:
                if kept.done():
                    continue
                if failure is None:
                    kept.set_result(None)
                else:
                    kept.set_exception(failure)

    def _told(self, entries: Sequence[Entry]) -> Exception | None:
        """Tell the observer; one that cannot be told, as behind a closed pipe, is told no more."""
        try:
            self.observer(entries)
        except Exception as error:
            self.observer = _nobody
            return error
        return None


def _nobody(entries: Sequence[Entry]) -> None:
    """Tell nobody."""
