"""What is looked at: packages, keys, servers, the workspace, the engine, the machine."""

from __future__ import annotations

import importlib
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from agent.settings import key_in
from aspl.terminal import UsageError

SCHEMA = "aspl.doctor/1"
KEYS = {"OPENAI_API_KEY": "sk-...", "ANTHROPIC_API_KEY": "sk-ant-..."}
"""Variables that hold keys, and what a key looks like."""
URLS = ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL")
PACKAGES = ("numpy", "numba", "torch", "xdsl", "langgraph", "openai", "anthropic")
"""Import names, which are names of distributions, too."""

State: TypeAlias = Literal["good", "note", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    group: str
    name: str
    found: str
    state: State = "good"
    advice: str = ""
    """What to do, where something is missing."""


def checks(workspace: str, environ: Mapping[str, str]) -> Iterator[Check]:
    """Look at everything that needs no network."""
    yield Check(group="versions", name="python", found=platform.python_version())
    yield from _packages()
    yield from _versions()
    yield from (_key(name, environ) for name in KEYS)
    yield from (_url(name, environ) for name in URLS)
    yield from _workspace(workspace)
    yield from _engine()
    yield from _machine()


def checks_record(found: tuple[Check, ...]) -> dict[str, Any]:
    """Return what was found as an object of JSON."""
    return {
        "schema": SCHEMA,
        "good": not any(each.state == "missing" for each in found),
        "checks": [asdict(each) for each in found],
    }


def host_of(url: str) -> str:
    """Return the host and port of a URL, without secrets that may stand in it; empty for none."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
        return parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    except ValueError:
        return ""


def _packages() -> Iterator[Check]:
    for name in PACKAGES:
        try:
            importlib.import_module(name)
            found = metadata.version(name)
        # a package can break in its own ways while it is loaded
        except Exception as error:
            words = " ".join(f"{type(error).__name__}: {error}".split())
            yield Check(
                group="versions",
                name=name,
                found=f"cannot be imported ({words})",
                state="missing",
                advice=f"install it with `pip install --force-reinstall {name}`",
            )
        else:
            yield Check(group="versions", name=name, found=found)


def _versions() -> Iterator[Check]:
    try:
        from agent.campaigns.start import versions

        for name, version in versions().items():
            yield Check(group="versions", name=name, found=version)
    except ImportError:
        # the package that is missing is told of above
        yield Check(group="versions", name="judge", found="unknown", state="note")


def _key(name: str, environ: Mapping[str, str]) -> Check:
    if not environ.get(name, "").strip():
        return Check(group="keys", name=name, found="not set", state="note")
    try:
        key_in(environ, name, KEYS[name])
    except UsageError as error:
        advice = f"set it anew, as in `export {name}={KEYS[name]}`"
        return Check(group="keys", name=name, found=str(error), state="missing", advice=advice)
    return Check(group="keys", name=name, found="set")


def _url(name: str, environ: Mapping[str, str]) -> Check:
    url = environ.get(name, "")
    if not url:
        return Check(group="servers", name=name, found="not set: the vendor's own")
    host = host_of(url)
    if not host:
        advice = f"set it as in `export {name}=https://HOST/v1`, or unset it"
        return Check(
            group="servers", name=name, found="no URL of a server", state="missing", advice=advice
        )
    return Check(group="servers", name=name, found=host)


def _workspace(place: str) -> Iterator[Check]:
    from benchmark.store.condition import condition_of

    found = condition_of(place)
    if found.problem:
        advice = "mend that, or name another with --workspace"
        yield Check(
            group="workspace",
            name=found.place,
            found=found.problem,
            state="missing",
            advice=advice,
        )
        return
    if not found.is_there:
        yield Check(group="workspace", name=found.place, found="none yet; the first run makes it")
        return
    size = "" if found.size_bytes is None else f", {found.size_bytes / 2**20:,.1f} MiB"
    words = f"schema {found.schema} of {found.newest}, {found.runs:,} runs{size}, writable"
    yield Check(group="workspace", name=found.place, found=words)


def _engine() -> Iterator[Check]:
    try:
        from simulator.engine.run import is_compiled
    except ImportError:
        yield Check(group="machine", name="engine", found="unknown", state="note")
        return
    if is_compiled():
        yield Check(group="machine", name="engine", found="compiled")
    else:
        found = "not compiled yet; the first simulation does that, in half a minute"
        yield Check(group="machine", name="engine", found=found, state="note")


def _machine() -> Iterator[Check]:
    yield Check(group="machine", name="system", found=f"{platform.system()} {platform.machine()}")
    yield Check(group="machine", name="cores", found=str(_cores()))
    yield Check(group="machine", name="memory", found=_memory())


def _cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return "unknown"
    return f"{size / 2**30:,.1f} GiB"
