"""Writing while a run goes on: batches, cancellation, a disk that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from run_records import opened, proposed

from benchmark.runs.recorder import Recorder
from benchmark.store.workspace import Entry, Workspace, Write


def write(sample: int) -> Write:
    made = proposed("a/1", sample, str(sample).encode())
    return Write(run="r", events=made.events, objects=made.objects)


def test_what_comes_meanwhile_is_written_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    kept = Workspace.write

    def counted(self: Workspace, writes: Sequence[Write]) -> tuple[Entry, ...]:
        sizes.append(len(writes))
        return kept(self, writes)

    monkeypatch.setattr(Workspace, "write", counted)
    seen: list[Entry] = []

    async def run(workspace: Workspace) -> None:
        recorder = Recorder(workspace, seen.extend)
        await asyncio.gather(*(recorder.record(write(sample)) for sample in range(50)))
        await recorder.close()

    with opened(tmp_path) as workspace:
        asyncio.run(run(workspace))
        assert list(workspace.entries()) == seen
    assert sum(sizes) == len(seen) == 50
    assert len(sizes) < 10


def test_what_was_handed_over_is_kept_though_nobody_waits(tmp_path: Path) -> None:
    async def run(workspace: Workspace) -> None:
        recorder = Recorder(workspace, lambda _: None)
        waiting = asyncio.create_task(recorder.record(write(0)))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        await recorder.close()

    with opened(tmp_path) as workspace:
        asyncio.run(run(workspace))
        assert len(list(workspace.entries())) == 1


def test_a_write_that_fails_is_told_to_all_who_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Workspace, writes: Sequence[Write]) -> tuple[Entry, ...]:
        raise OSError("no space left")

    monkeypatch.setattr(Workspace, "write", full)

    async def run(workspace: Workspace) -> list[BaseException | None]:
        recorder = Recorder(workspace, lambda _: None)
        found = await asyncio.gather(
            *(recorder.record(write(sample)) for sample in range(3)), return_exceptions=True
        )
        await recorder.close()
        return found

    with opened(tmp_path) as workspace:
        assert [str(each) for each in asyncio.run(run(workspace))] == ["no space left"] * 3


def test_an_observer_that_cannot_be_told_ends_the_work_and_hangs_nobody(tmp_path: Path) -> None:
    def closed(entries: Sequence[Entry]) -> None:
        raise BrokenPipeError("nobody reads")

    async def run(workspace: Workspace) -> None:
        recorder = Recorder(workspace, closed)
        with pytest.raises(BrokenPipeError):
            await asyncio.wait_for(recorder.record(write(0)), timeout=30)
        # what ends the session is still kept
        await asyncio.wait_for(recorder.record(write(1)), timeout=30)
        await recorder.close()

    with opened(tmp_path) as workspace:
        asyncio.run(run(workspace))
        assert len(list(workspace.entries())) == 2
