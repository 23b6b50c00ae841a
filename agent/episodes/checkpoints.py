"""Where graphs keep their checkpoints: in the workspace's own file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

_PRAGMAS = ("PRAGMA busy_timeout=30000", "PRAGMA synchronous=NORMAL")


@asynccontextmanager
async def checkpoints(workspace: Path | None) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """Give a saver for the graphs of one session.

    In a server's database answers alone are kept, which is enough to take up every sample.
    """
    if workspace is None:
        yield InMemorySaver()
        return
    async with AsyncSqliteSaver.from_conn_string(str(workspace)) as saver:
        for pragma in _PRAGMAS:
            await saver.conn.execute(pragma)
        await saver.setup()
        yield saver


async def forget(saver: BaseCheckpointSaver[Any], threads: list[str]) -> None:
    """Remove the checkpoints of episodes that ended: threads only grow."""
    if isinstance(saver, AsyncSqliteSaver):
        async with saver.lock:
            names = [(each,) for each in threads]
            await saver.conn.executemany("DELETE FROM checkpoints WHERE thread_id = ?", names)
            await saver.conn.executemany("DELETE FROM writes WHERE thread_id = ?", names)
            await saver.conn.commit()
        return
    for each in threads:
        await saver.adelete_thread(each)


async def release(saver: BaseCheckpointSaver[Any]) -> None:
    """Give up what a cancelled step left half written, which would keep others from writing."""
    if isinstance(saver, AsyncSqliteSaver):
        await saver.conn.rollback()
