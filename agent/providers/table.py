"""The vendors by name, and what it takes to reach their models; each is loaded on use."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from agent.providers.calls import Calls, Draw, Patience, Sleep
from agent.providers.model import BatchModel, Model
from agent.settings import key_in
from aspl.terminal import UsageError, meant, quoted, write_text
from benchmark.store.clock import Clock, SystemClock

if TYPE_CHECKING:
    from agent.providers.failures import Access
    from agent.providers.online import Api, Online
    from agent.providers.profiles import Profile

OPENAI_URL = "https://api.openai.com/v1"
ANTHROPIC_URL = "https://api.anthropic.com"
NO_KEY = "no-key"
"""What is sent to servers of one's own that ask for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How models are reached."""

    base_url: str | None = None
    """None for what the vendor's own variable says, or the vendor."""
    effort: str | None = None
    prices: Path | None = None
    """Goes before the prices that are known."""
    profiles: Path | None = None
    """Goes before the profiles that are known."""
    record: Path | None = None
    calls_at_once: int = 8
    deadline_s: float = 600.0
    allow_unknown_price: bool = False
    jobs: int = 1
    """Processes of the embedded model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is outside of a run, passed in so that tests need not wait."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Clock = field(default_factory=SystemClock)
    sleep: Sleep = asyncio.sleep
    draw: Draw = random.random


Vendor: TypeAlias = Callable[[str, Options, Surroundings], Model]
"""Makes a model of the name behind its own. Errors: UsageError."""


def model_named(
    model: str, options: Options | None = None, surroundings: Surroundings | None = None
) -> Model:
    """Return the model of `vendor/name`, for one event loop.

    Errors: UsageError for what cannot answer: an unknown vendor, a missing key, an unknown price.
    """
    options, surroundings = options or Options(), surroundings or Surroundings()
    vendor, _, name = model.partition("/")
    if not name or vendor not in VENDORS:
        near = get_close_matches(vendor, VENDORS, n=3)
        known = meant(f"{each}/..." for each in near) or f"; there are {', '.join(VENDORS)}"
        raise UsageError(f"expected VENDOR/NAME, got {quoted(model)}{known}")
    made = VENDORS[vendor](name, options, surroundings)
    if options.record is None:
        return made
    from agent.providers.recording import BatchRecorder, Recorder

    if isinstance(made, BatchModel):
        return BatchRecorder(made, made, options.record)
    return Recorder(made, options.record)


def online_named(model: str, options: Options, surroundings: Surroundings | None = None) -> Online:
    """Return a model behind a server. Errors: UsageError, also for one that is behind none."""
    vendor, _, name = model.partition("/")
    if not name or vendor not in ONLINE:
        raise UsageError(f"expected VENDOR/NAME with {', '.join(ONLINE)}, got {quoted(model)}")
    return ONLINE[vendor](name, options, surroundings or Surroundings())


def _openai(name: str, options: Options, surroundings: Surroundings) -> Online:
    from agent.providers.openai_client import openai_client, responses_api

    url = _url(options, surroundings, "OPENAI_BASE_URL") or OPENAI_URL
    access = _access(url, "OPENAI_API_KEY", surroundings, "sk-...")
    api = responses_api(openai_client(access, url), access, surroundings.clock)
    return _online("openai", name, api, options, surroundings)


def _openai_chat(name: str, options: Options, surroundings: Surroundings) -> Online:
    from agent.providers.openai_client import chat_api, openai_client

    url = _url(options, surroundings, "OPENAI_BASE_URL")
    access = _access(
        url or OPENAI_URL, "OPENAI_API_KEY", surroundings, "sk-...", is_needed=url is None
    )
    api = chat_api(openai_client(access, url or OPENAI_URL), access, surroundings.clock)
    # what another server serves under a name of OpenAI's is not OpenAI's
    known_as = "openai" if url is None else "openai-chat"
    return _online("openai-chat", name, api, options, surroundings, known_as=known_as)


def _anthropic(name: str, options: Options, surroundings: Surroundings) -> Online:
    from agent.providers.anthropic_client import anthropic_client, messages_api

    url = _url(options, surroundings, "ANTHROPIC_BASE_URL") or ANTHROPIC_URL
    url = url.rstrip("/").removesuffix("/v1")  # the client adds it itself
    access = _access(url, "ANTHROPIC_API_KEY", surroundings, "sk-ant-...")
    api = messages_api(anthropic_client(access, url), access, surroundings.clock)
    return _online("anthropic", name, api, options, surroundings)


def _local(name: str, options: Options, surroundings: Surroundings) -> Model:
    if name != "synth":
        raise UsageError(f"there is no embedded model {quoted(name)}; there is local/synth")
    from agent.synth.model import Synth

    return Synth(jobs=options.jobs)


def _recorded(name: str, options: Options, surroundings: Surroundings) -> Model:
    from agent.providers.recorded import recorded

    return recorded(name)


def _scripted(name: str, options: Options, surroundings: Surroundings) -> Model:
    from agent.providers.scripted import scripted

    return scripted(name)


def _human(name: str, options: Options, surroundings: Surroundings) -> Model:
    from agent.providers.human import human
    from agent.steering.person import NAME, Person

    if f"human/{name}" == NAME:
        return Person()
    return human(name, surroundings.environ, lambda text: write_text(f"{text}\n", sys.stderr))


def _with_batches(vendor: Callable[[str, Options, Surroundings], Online]) -> Vendor:
    def named(name: str, options: Options, surroundings: Surroundings) -> Model:
        made = vendor(name, options, surroundings)
        if not made.profile.batch:
            return made
        from agent.providers.batched import Batched

        return Batched(made)

    return named


ONLINE: Mapping[str, Callable[[str, Options, Surroundings], Online]] = {
    "openai": _openai,
    "openai-chat": _openai_chat,
    "anthropic": _anthropic,
}
VENDORS: Mapping[str, Vendor] = {
    **{name: _with_batches(vendor) for name, vendor in ONLINE.items()},
    "local": _local,
    "recorded": _recorded,
    "scripted": _scripted,
    "human": _human,
}


def _url(options: Options, surroundings: Surroundings, variable: str) -> str | None:
    url = options.base_url or surroundings.environ.get(variable) or None
    if url is not None and not _host(url):
        raise UsageError(f"expected http://HOST or https://HOST for --base-url, got {quoted(url)}")
    return url


def _host(url: str) -> str:
    """Return the host and port of a URL, without what else may stand in it; empty for none."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return ""
        return parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    except ValueError:
        return ""


def _access(
    url: str, variable: str, surroundings: Surroundings, example: str, *, is_needed: bool = True
) -> Access:
    from agent.providers.failures import Access

    is_set = bool(surroundings.environ.get(variable))
    secret = key_in(surroundings.environ, variable, example) if is_needed or is_set else NO_KEY
    return Access(host=_host(url), key_variable=variable, secret=secret)


def _online(
    vendor: str,
    name: str,
    api: Api,
    options: Options,
    surroundings: Surroundings,
    known_as: str | None = None,
) -> Online:
    """Put a model together.

    Args:
        known_as: the vendor whose profiles and prices hold, where it is another.
    """
    from agent.providers.online import Online
    from agent.providers.pacing import Pacing
    from agent.providers.prices import price_of, read_prices

    model = f"{known_as or vendor}/{name}"
    price = price_of(model, read_prices(options.prices))
    if price is None and not options.allow_unknown_price:
        words = f"the price of {quoted(model)} is not known"
        raise UsageError(f"{words}; give it with --prices FILE, or say --allow-unknown-price")
    pacing = Pacing(surroundings.clock)
    patience = Patience(deadline_s=options.deadline_s, calls_at_once=options.calls_at_once)
    return Online(
        name=f"{vendor}/{name}",
        model=name,
        known_as=model,
        api=api,
        calls=Calls(
            patience,
            pacing,
            clock=surroundings.clock,
            sleep=surroundings.sleep,
            draw=surroundings.draw,
        ),
        pacing=pacing,
        profile=_profile(model, options),
        price=price,
    )


def _profile(model: str, options: Options) -> Profile:
    from agent.providers.profiles import profile_of, read_profiles

    profile = profile_of(model, read_profiles(options.profiles))
    if options.effort is None:
        return profile
    if options.effort not in profile.efforts:
        known = f"it takes {', '.join(profile.efforts)}" if profile.efforts else "none is known"
        words = f"{quoted(model)} takes no effort {quoted(options.effort)}"
        raise UsageError(f"{words}; {known}, or name it as one of `efforts` in --profiles FILE")
    return replace(profile, effort=options.effort)
