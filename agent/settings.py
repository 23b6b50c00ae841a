"""What comes from the environment: keys and addresses of servers, and the editor."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from aspl.terminal import UsageError

EDITORS = ("VISUAL", "EDITOR")


def key_in(environ: Mapping[str, str], variable: str, example: str) -> str:
    """Return a key. Errors: UsageError where it is not set, or cannot be sent."""
    key = environ.get(variable, "").strip()
    if not key:
        raise UsageError(f"set {variable} to your key, as in `export {variable}={example}`")
    if not (key.isascii() and key.isprintable()):
        raise UsageError(f"{variable} holds characters that no key has")
    return key


def editor_in(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words of the command that edits a file."""
    chosen = next((environ[each] for each in EDITORS if environ.get(each, "").strip()), "vi")
    try:
        return tuple(shlex.split(chosen))
    except ValueError as error:
        raise UsageError(f"cannot read the editor's command in VISUAL or EDITOR: {error}") from None
