"""Texts by their digests, as the state of a graph names them."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field

from benchmark.store.objects import decoded, digest, encoded
from benchmark.store.workspace import Workspace
from prompts.prompt import Prompt, Section

CHECKUP = "aspl.checkup/1"
"""The schema of what a check found, which is kept as a text."""
_KEPT = 512


@dataclass(slots=True)
class Texts:
    """The texts of a workspace; those in use stay at hand."""

    workspace: Workspace
    _known: OrderedDict[str, bytes] = field(default_factory=OrderedDict)

    def put(self, text: str) -> tuple[str, bytes]:
        """Return the digest of a text, and the object that is recorded with what speaks of it."""
        data = encoded(text)
        name = digest(data)
        self.keep(name, data)
        return name, data

    def keep(self, name: str, data: bytes) -> None:
        """Have an object at hand."""
        self._known[name] = data
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)

    def get(self, name: str) -> str:
        """Return a text. Errors: NoObject."""
        data = self._known.get(name)
        return decoded(self.workspace.object(name) if data is None else data)


def split(prompt: Prompt) -> tuple[str, str]:
    """Return a prompt as two texts: what it shares with other samples, and what is its own."""
    shared = [each for each in prompt.sections if each.scope != "sample"]
    own = [each for each in prompt.sections if each.scope == "sample"]
    return _written(shared), _written(own) if own else ""


def joined(shared: str, own: str) -> Prompt:
    """Return the prompt that was split."""
    parts = [*json.loads(shared), *(json.loads(own) if own else ())]
    return Prompt(tuple(Section(*part) for part in parts))


def _written(sections: list[Section]) -> str:
    parts = [(each.name, each.role, each.scope, each.text) for each in sections]
    return json.dumps(parts, ensure_ascii=False)
