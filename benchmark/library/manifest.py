"""The manifest of a library, `library.json`: what it holds, and what that was measured to cost.

Schema `aspl.library/1`. A manifest is read strictly: what is unknown, missing, twice there or of
another type is an error, as somebody may have written it by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar, NoReturn

from pydantic import ConfigDict, TypeAdapter, ValidationError

from aspl.terminal import quoted
from benchmark.judge.verdict import Cost
from benchmark.tasks.outside import NAME as TASK_NAME

SCHEMA = "aspl.library/1"
NAME = "library.json"
MAX_BYTES = 16 * 2**20

_BLANKS = re.compile(r"[ \t\n\r]*")
_STRICT = ConfigDict(extra="forbid", strict=True)


class ManifestError(ValueError):
    """A text that is no manifest: one line that says why."""

    def __init__(self, words: str, line: int = 1) -> None:
        super().__init__(words)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """What a program was measured to cost on the machine of the manifest."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    cycles: int
    off_chip_bytes: int
    on_chip_bytes: int | None
    """None where the data decide it."""
    flops: int
    depth: int
    """The depth of queues at which it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a program comes from."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    run: str
    model: str
    policy: str
    sample: int
    answer: str
    """Sha256 of the program as it was answered."""
    prompt: str | None
    """Sha256 of what was asked; None where the run does not tell."""
    seeds: tuple[int, ...]
    """From which inputs were drawn when it was judged in the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One program of a library."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    task: str
    file: str
    """Its path inside the library, with `/`."""
    sha256: str
    """Of the bytes of the file."""
    signature: str
    metrics: Metrics
    seeds: tuple[int, ...]
    """From which inputs were drawn when the library was built."""
    task_version: str
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What `library.json` says."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    schema: str = SCHEMA
    machine: str
    """The name of the machine and a hash of its description."""
    versions: Mapping[str, str]
    """Of workbench, judge and simulator."""
    programs: tuple[Entry, ...]

    def entry(self, task: str) -> Entry | None:
        """Return the program for a task, if there is one."""
        return next((each for each in self.programs if each.task == task), None)


def metrics_of(cost: Cost) -> Metrics:
    """Return what a manifest keeps of a cost."""
    return Metrics(
        cycles=cost.cycles,
        off_chip_bytes=cost.off_chip_bytes,
        on_chip_bytes=cost.on_chip_bytes,
        flops=cost.flops,
        depth=cost.depth,
    )


def write_manifest(manifest: Manifest) -> str:
    """Return the text of a manifest, its programs in the order of their tasks."""
    programs = tuple(sorted(manifest.programs, key=lambda each: each.task))
    body = _adapter().dump_python(replace(manifest, programs=programs), mode="json")
    return json.dumps(body, indent=2, ensure_ascii=True) + "\n"


def read_manifest(data: bytes) -> Manifest:
    """Read a manifest. Errors: ManifestError with the line where it is wrong."""
    if len(data) > MAX_BYTES:
        raise ManifestError(f"more than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8")
        body = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise ManifestError(f"no JSON: {error.msg}", error.lineno) from error
    except (RecursionError, ValueError) as error:
        words = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ManifestError(words) from error
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        got = body.get("schema") if isinstance(body, dict) else type(body).__name__
        raise ManifestError(f"expected schema {SCHEMA}, got {str(got)[:80]}")
    try:
        manifest: Manifest = _adapter().validate_json(data)
    except ValidationError as error:
        raise _told(error, text) from error
    _require_tasks(manifest.programs, text)
    return manifest


def line_of(text: str, place: int | None, key: str) -> int:
    """Return the line of a key in the program of a number, or of the whole text where it is None.

    Returns 1 where there is none.
    """
    start, end = 0, len(text)
    if place is not None:
        spans = _spans(text)
        if place >= len(spans):
            return 1
        start, end = spans[place]
    found = text.find(f'"{key}"', start, end)
    return text.count("\n", 0, start if found < 0 else found) + 1


def _spans(text: str) -> list[tuple[int, int]]:
    """Return from where to where each program stands in the text of a manifest."""
    start = text.find("[", text.find('"programs"')) + 1
    decoder, spans = json.JSONDecoder(), []
    while start:
        begin = _past_blanks(text, start)
        if text[begin : begin + 1] != "{":
            break
        _, end = decoder.raw_decode(text, begin)
        spans.append((begin, end))
        # behind the comma
        start = _past_blanks(text, end) + 1
    return spans


def _past_blanks(text: str, start: int) -> int:
    found = _BLANKS.match(text, start)
    return start if found is None else found.end()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"`{twice[:80]}` stands twice in one object")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"`{word}` is no number of JSON")


def _told(error: ValidationError, text: str) -> ManifestError:
    first = error.errors(include_url=False, include_context=False)[0]
    path = first["loc"]
    place = path[1] if path[:1] == ("programs",) and len(path) > 1 else None
    number = place if isinstance(place, int) else None
    words = [str(each) for each in path if isinstance(each, str)]
    where = ".".join(map(str, path))[:120]
    return ManifestError(
        f"`{where}`: {first['msg'][:1].lower()}{first['msg'][1:]}",
        line_of(text, number, words[-1] if words else "programs"),
    )


def _require_tasks(programs: Iterable[Entry], text: str) -> None:
    tasks, files = set[str](), set[str]()
    for place, each in enumerate(programs):
        if TASK_NAME.fullmatch(each.task) is None:
            words = f"a task is called `family/variant`, got {quoted(each.task)}"
            raise ManifestError(words, line_of(text, place, "task"))
        if each.task in tasks or each.file in files:
            twice = each.task if each.task in tasks else each.file
            raise ManifestError(f"two programs have `{twice[:80]}`", line_of(text, place, "task"))
        tasks.add(each.task)
        files.add(each.file)


@cache
def _adapter() -> TypeAdapter[Manifest]:
    return TypeAdapter(Manifest)
