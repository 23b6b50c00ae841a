"""Events as rows and back: which names there are, and how older versions are lifted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from pydantic import TypeAdapter

from benchmark.store.events import EVENTS, Event

Body: TypeAlias = dict[str, Any]
Lift: TypeAlias = Callable[[Body], Body]
"""Makes a body of one version from that of the version before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """An event that this version of the workbench has no class for; views pass over it."""

    name: str
    version: int
    body: Body

    def objects(self) -> tuple[str, ...]:
        """Return nothing: what it refers to stands in the database."""
        return ()


class Vocabulary:
    """The events that can be read and written.

    Args:
        kinds: classes of events, names differ.
        lifts: by name and version, what makes of a body of that version one of the next.
    """

    def __init__(
        self,
        kinds: Iterable[type[Event]] = EVENTS,
        lifts: Mapping[tuple[str, int], Lift] | None = None,
    ) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._lifts = lifts or {}

    def encode(self, event: Event) -> str:
        """Return the body of an event as one line of JSON."""
        kind = type(event)
        assert self._kinds.get(event.name) is kind, f"{event.name} is no event of this vocabulary"
        body = _adapter(kind).dump_python(event, mode="json")
        # ASCII: databases take no half characters, which replies may hold
        return json.dumps(body, sort_keys=True, separators=(",", ":"))

    def decode(self, name: str, version: int, text: str) -> Event | Unknown:
        """Read an event of any version up to ours; later ones and strangers are `Unknown`."""
        body = json.loads(text)
        kind = self._kinds.get(name)
        if kind is None or version > kind.version:
            return Unknown(name=name, version=version, body=body)
        for older in range(version, kind.version):
            body = self._lifts[name, older](body)
        event: Event = _adapter(kind).validate_python(body)
        return event


@cache
def _adapter(kind: type[Event]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
