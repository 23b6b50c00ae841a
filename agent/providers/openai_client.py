"""OpenAI's client: it tries once; attempts and deadlines are counted elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import httpx2
import openai

from agent.providers import openai_chat, openai_responses
from agent.providers.failures import Access, broken, refused
from agent.providers.online import Api, Received
from agent.providers.wire import Body
from benchmark.store.clock import Clock

CONNECT_S = 10.0


class RawResponse(Protocol):
    """What the client returns before it reads it."""

    @property
    def text(self) -> str:
        """The body."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in any case."""
        ...


def openai_client(access: Access, base_url: str) -> openai.AsyncOpenAI:
    """Return a client for one event loop."""
    return openai.AsyncOpenAI(
        api_key=access.secret,
        base_url=base_url,
        max_retries=0,
        timeout=httpx2.Timeout(None, connect=CONNECT_S),
    )


def responses_api(client: openai.AsyncOpenAI, access: Access, clock: Clock) -> Api:
    """Return the Responses API of a client."""
    create = client.responses.with_raw_response.create
    return Api(
        body=openai_responses.body,
        read=openai_responses.read,
        post=_post(create, access, clock),
        close=client.close,
    )


def chat_api(client: openai.AsyncOpenAI, access: Access, clock: Clock) -> Api:
    """Return the chat completions API of a client."""
    create = client.chat.completions.with_raw_response.create
    return Api(
        body=openai_chat.body,
        read=openai_chat.read,
        post=_post(create, access, clock),
        close=client.close,
    )


def _post(
    create: Callable[..., Awaitable[RawResponse]], access: Access, clock: Clock
) -> Callable[[Body], Awaitable[Received]]:
    async def post(sent: Body) -> Received:
        try:
            raw = await create(**sent)
        except openai.APIStatusError as error:
            response = error.response
            raise refused(
                error.status_code, response.text, response.headers, access, clock
            ) from None
        except openai.APIConnectionError as error:
            raise broken(error, access) from None
        return Received(text=raw.text, headers=raw.headers)

    return post
