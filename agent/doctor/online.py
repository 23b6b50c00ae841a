"""Whether servers of models answer, asked with the cheapest request that there is: their lists."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import anthropic
import httpx2
import openai

from agent.doctor.checks import KEYS, Check, host_of
from agent.providers.anthropic_client import anthropic_client
from agent.providers.failures import Access, AttemptFailed, broken, refused
from agent.providers.openai_client import openai_client
from agent.providers.table import ANTHROPIC_URL, OPENAI_URL
from agent.providers.wire import Malformed, items, read_body
from agent.settings import key_in
from aspl.terminal import UsageError
from benchmark.store.clock import Clock

DEADLINE_S = 10.0


class Client(Protocol):
    """What the vendors' clients have in common."""

    async def get(self, path: str, *, cast_to: type[httpx2.Response]) -> httpx2.Response:
        """Return what stands at a path."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


MakeClient: TypeAlias = Callable[[Access, str], Client]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A vendor's server, or the one that stands in its place."""

    vendor: str
    key: str
    """The variable that holds the key."""
    address: str
    """The variable that holds another address."""
    own: str
    """The vendor's own address."""
    path: str
    client: MakeClient


ENDPOINTS = (
    Endpoint(
        vendor="openai",
        key="OPENAI_API_KEY",
        address="OPENAI_BASE_URL",
        own=OPENAI_URL,
        path="/models",
        client=openai_client,
    ),
    Endpoint(
        vendor="anthropic",
        key="ANTHROPIC_API_KEY",
        address="ANTHROPIC_BASE_URL",
        own=ANTHROPIC_URL,
        path="/v1/models",
        client=anthropic_client,
    ),
)


async def online_checks(
    environ: Mapping[str, str], clock: Clock, deadline_s: float = DEADLINE_S
) -> tuple[Check, ...]:
    """Ask every server for which there is a key, all at the same time."""
    asked = (_asked(each, environ, clock, deadline_s) for each in ENDPOINTS)
    return tuple(await asyncio.gather(*asked))


async def _asked(
    endpoint: Endpoint, environ: Mapping[str, str], clock: Clock, deadline_s: float
) -> Check:
    url = environ.get(endpoint.address) or endpoint.own
    try:
        secret = key_in(environ, endpoint.key, KEYS[endpoint.key])
    except UsageError:
        return _check(endpoint, "not asked: there is no key")
    if not host_of(url):
        return _check(endpoint, f"not asked: {endpoint.address} is no URL of a server")
    access = Access(host=host_of(url), key_variable=endpoint.key, secret=secret)
    try:
        async with asyncio.timeout(deadline_s):
            count = await _listed(endpoint, access, url, clock)
    except TimeoutError:
        return _silent(endpoint, f"{access.host} does not answer within {deadline_s:g} s")
    except AttemptFailed as failed:
        return _silent(endpoint, failed.reason)
    except Malformed as malformed:
        return _silent(endpoint, f"{access.host} lists no models: {malformed}")
    return _check(endpoint, f"{access.host} answers, with {count} models")


async def _listed(endpoint: Endpoint, access: Access, url: str, clock: Clock) -> int:
    """Return how many models a server lists. Errors: AttemptFailed, Malformed."""
    if endpoint.vendor == "anthropic":
        url = url.rstrip("/").removesuffix("/v1")  # the path has it
    client = endpoint.client(access, url)
    try:
        response = await client.get(endpoint.path, cast_to=httpx2.Response)
    except (openai.APIStatusError, anthropic.APIStatusError) as error:
        answer = error.response
        raise refused(answer.status_code, answer.text, answer.headers, access, clock) from None
    except (openai.APIConnectionError, anthropic.APIConnectionError) as error:
        raise broken(error, access) from None
    finally:
        await client.close()
    return len(items(read_body(response.text), "data"))


def _check(endpoint: Endpoint, found: str) -> Check:
    return Check(group="online", name=endpoint.vendor, found=found)


def _silent(endpoint: Endpoint, found: str) -> Check:
    return Check(
        group="online",
        name=endpoint.vendor,
        found=found,
        state="missing",
        advice=f"see what {endpoint.key} and {endpoint.address} are set to, and the network",
    )
