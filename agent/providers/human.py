"""People as models: the prompt is shown, the answer comes from an editor, a file or a folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.providers.calls import Sleep
from agent.providers.model import CallFailed, Finish, Reply, Request, spent_nothing
from agent.settings import editor_in
from aspl.terminal import UsageError, quoted, reason
from benchmark.store.config import Usage

LINE = "# ---- the answer goes above this line; what stands below is not read ----"
LOOKS_EVERY_S = 0.5

EDITOR = "editor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Human:
    """A person who answers one request after the other.

    With `human/editor` an editor is opened on the prompt; with `human/FILE` the answer is what the
    file holds; with `human/DIR` the prompt is written to TASK.SAMPLE.CALL.prompt.md there, and the
    answer is waited for in TASK.SAMPLE.CALL.answer.md.
    """

    place: str
    editor: tuple[str, ...]
    tell: Callable[[str], None]
    """Shows a text to the person."""
    sleep: Sleep = asyncio.sleep
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def name(self) -> str:
        """`human/PLACE`."""
        return f"human/{self.place}"

    @property
    def is_free(self) -> bool:
        """Whether an answer costs nothing: people do not write the same again for nothing."""
        return False

    @property
    def has_temperature(self) -> bool:
        """Whether it takes a temperature."""
        return False

    def bound(self, request: Request) -> Usage:
        """Return the most that a call can take."""
        return spent_nothing(calls=1)

    async def complete(self, request: Request) -> Reply:
        """Return what the person answers; nothing is a refusal. Errors: CallFailed."""
        async with self.turn:
            try:
                text = await self._answer(request)
            except (OSError, UnicodeDecodeError) as error:
                raise CallFailed(reason(error), spent_nothing(), ends_run=True) from error
        finish: Finish = "complete" if text.strip() else "refused"
        return Reply(text=text, usage=spent_nothing(calls=1), finish=finish)

    async def close(self) -> None:
        """Do nothing."""

    async def _answer(self, request: Request) -> str:
        if self.place == EDITOR:
            return await self._edited(request)
        path = Path(self.place)
        if not path.is_dir():
            self.tell(request.prompt.page())
            return path.read_text(encoding="utf-8")
        stem = f"{request.task.replace('/', '--')}.{request.sample}.{request.call}"
        asked, answer = path / f"{stem}.prompt.md", path / f"{stem}.answer.md"
        asked.write_text(request.prompt.page(), encoding="utf-8")
        if not _is_written(answer):
            self.tell(f"read {asked}, and write your answer to {answer}")
        while not _is_written(answer):
            await self.sleep(LOOKS_EVERY_S)
        return answer.read_text(encoding="utf-8")

    async def _edited(self, request: Request) -> str:
        with TemporaryDirectory(prefix="aspl-") as folder:
            file = Path(folder) / f"{request.task.replace('/', '-')}.md"
            file.write_text(f"\n\n{LINE}\n\n{request.prompt.page()}", encoding="utf-8")
            process = await asyncio.create_subprocess_exec(*self.editor, str(file))
            status = await process.wait()
            if status != 0:
                words = f"the editor {quoted(self.editor[0])} ended with {status}"
                raise CallFailed(words, spent_nothing(), ends_run=True)
            return file.read_text(encoding="utf-8").partition(LINE)[0].strip("\n")


def _is_written(path: Path) -> bool:
    # an editor makes a file before it fills it
    return path.exists() and path.stat().st_size > 0


def human(place: str, environ: Mapping[str, str], tell: Callable[[str], None]) -> Human:
    """Return a person who answers. Errors: UsageError for a place that is not there."""
    if place != EDITOR and not Path(place).exists():
        words = f"expected human/{EDITOR}, or a file or folder"
        raise UsageError(f"{words}, got {quoted(place)}, which is not there")
    return Human(place=place, editor=editor_in(environ), tell=tell)
