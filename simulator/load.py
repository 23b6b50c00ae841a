"""Machines by name or from a TOML file; what the file may say is read off `MachineConfig`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import NoneType
from typing import Any, Literal, NoReturn, get_args, get_origin, get_type_hints

from aspl.terminal import UsageError, meant, quoted, read_bytes
from aspl.text.scope import nearest
from simulator.machine import SECTIONS, MachineConfig

LARGEST = 2**40
"""Beyond it no number of a machine means anything."""
LONGEST = 2**16
"""Bytes of a machine file."""

_MAY_BE_ZERO = frozenset({"latency_cycles", "start_up_cycles", "switch_cycles"})
"""Delays; every other number divides, or counts something that a machine has."""
_SUFFIX = ".toml"


def load_machine(name_or_path: str) -> MachineConfig:
    """Return a shipped machine by its name, or that of a TOML file.

    Errors: UsageError that names the file, and the nearest of what is there.
    """
    if name_or_path in machine_names():
        return _read(machine_text(name_or_path), f"{name_or_path}{_SUFFIX}", name_or_path)
    path = Path(name_or_path)
    if path.suffix != _SUFFIX and len(path.parts) < 2:
        raise _unknown(name_or_path, f" (a file ends in `{_SUFFIX}`)")
    data = read_bytes(name_or_path, LONGEST)
    if len(data) > LONGEST:
        raise UsageError(f"{quoted(name_or_path)} is no machine: more than {LONGEST} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{quoted(name_or_path)} is no machine: it is not UTF-8 text") from error
    return _read(text, name_or_path, path.stem if path.stem.isprintable() else "machine")


def machine_names() -> tuple[str, ...]:
    """Return the names of the shipped machines, in order."""
    found = (Path(each.name) for each in files("simulator").joinpath("machines").iterdir())
    return tuple(sorted(path.stem for path in found if path.suffix == _SUFFIX))


def machine_text(name: str) -> str:
    """Return the TOML text of a shipped machine. Errors: UsageError for an unknown name."""
    if name not in machine_names():
        raise _unknown(name)
    path = files("simulator").joinpath("machines", f"{name}{_SUFFIX}")
    return path.read_text(encoding="utf-8")


def machine_summary(name: str) -> str:
    """Return what the first comment of a shipped machine says of it."""
    return machine_text(name).split("\n", 1)[0].removeprefix("#").strip().rstrip(".")


def machine_from(text: str, file: str = "machine.toml") -> MachineConfig:
    """Return the machine that a TOML text describes; `file` stands in messages."""
    return _read(text, file, Path(file).stem)


def written_machine(machine: MachineConfig) -> str:
    """Return the TOML text of a machine with all that it has, what a file left out too."""
    lines = [f"name = {json.dumps(machine.name, ensure_ascii=False)}"]
    for section in SECTIONS:
        part = getattr(machine, section)
        values = {each.name: getattr(part, each.name) for each in fields(part)}
        lines += ["", f"[{section}]"]
        # no key stands for what a machine does not have
        lines += [
            f"{key} = {json.dumps(value)}" for key, value in values.items() if value is not None
        ]
    return "\n".join(lines) + "\n"


def _unknown(name: str, remark: str = "") -> UsageError:
    near = meant(nearest(name, machine_names())) or f"; there are {_listed(machine_names())}"
    return UsageError(f"there is no machine {quoted(name)}{remark}{near}")


def _read(text: str, file: str, name: str) -> MachineConfig:
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        words = " ".join(str(error).split())[:200]
        words = f"{words[:1].lower()}{words[1:]}"
        hint = "`aspl machines reference` prints a file that is right"
        raise UsageError(f"{quoted(file)} is no TOML: {words}; {hint}") from error
    return _Reader(file).machine(document, name)


class _Reader:
    """What is read from one file, which all its messages name."""

    def __init__(self, file: str) -> None:
        self.file = file

    def machine(self, document: Mapping[str, Any], name: str) -> MachineConfig:
        hints = _hints(MachineConfig)
        self.require_known(document, hints, "section", "")
        read: dict[str, Any] = {"name": name}
        for key, value in document.items():
            kind = hints[key]
            read[key] = self.name(value) if kind is str else self.section(key, value, kind)
        machine = MachineConfig(**read)
        if machine.compute.sharing == "even" and machine.compute.total_flops_per_cycle is None:
            self.refuse('[compute] with `sharing = "even"` needs `total_flops_per_cycle`')
        return machine

    def name(self, value: object) -> str:
        if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= 80:
            self.refuse("expected up to 80 characters on one line for `name`")
        return value

    def section(self, name: str, value: object, kind: type) -> object:
        if not isinstance(value, Mapping):
            self.refuse(f"expected a section `[{name}]`, got {_shown(value)}")
        hints = _hints(kind)
        self.require_known(value, hints, "key", f"[{name}] ")
        return kind(**{key: self.value(name, key, each, hints) for key, each in value.items()})

    def value(self, section: str, key: str, value: object, hints: Mapping[str, Any]) -> object:
        words = _words(hints[key])
        if words:
            if value in words:
                return value
            expected = " or ".join(f'"{word}"' for word in words)
        else:
            least = 0 if key in _MAY_BE_ZERO else 1
            if type(value) is int and least <= value <= LARGEST:  # True is no number here
                return value
            expected = f"a whole number from {least} to 2**40"
        self.refuse(f"[{section}] expected {expected} for `{key}`, got {_shown(value)}")

    def require_known(
        self, given: Iterable[str], known: Iterable[str], what: str, where: str
    ) -> None:
        for key in given:
            if key not in known:
                near = meant(nearest(key, known)) or f"; it may have {_listed(known)}"
                self.refuse(f"{where}there is no {what} {quoted(key)}{near}")

    def refuse(self, words: str) -> NoReturn:
        raise UsageError(f"{quoted(self.file)}: {words}")


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    """Return the types of the fields of a dataclass by name."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


def _words(kind: object) -> tuple[str, ...]:
    """Return the words of a `Literal`; none for a whole number, which may be absent."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    assert set(get_args(kind) or (kind,)) <= {int, NoneType}, kind
    return ()


def _shown(value: object) -> str:
    return quoted(str(value).lower() if isinstance(value, bool) else repr(value))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names))
