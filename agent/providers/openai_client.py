"""OpenAI's client: it tries once; attempts and deadlines are counted elsewhere."""

from __future__ import annotations

import httpx2
import openai

from agent.providers import openai_chat, openai_responses
from agent.providers.batch_openai import OpenAIBatch
from agent.providers.failures import Access, broken, refused
from agent.providers.online import Api, Received
from agent.providers.wire import Body
from benchmark.store.clock import Clock

CONNECT_S = 10.0
COUNTED = ("model", "input", "instructions", "text")
"""What of a request has tokens that are counted."""


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
    path = "/responses"
    return Api(
        body=openai_responses.body,
        read=openai_responses.read,
        post=lambda sent: _post(client, path, sent, access, clock),
        count=lambda sent: _post(client, f"{path}/input_tokens", _counted(sent), access, clock),
        batches=OpenAIBatch(client, f"/v1{path}", access, clock),
        close=client.close,
    )


def chat_api(client: openai.AsyncOpenAI, access: Access, clock: Clock) -> Api:
    """Return the chat completions API of a client."""
    path = "/chat/completions"
    return Api(
        body=openai_chat.body,
        read=openai_chat.read,
        post=lambda sent: _post(client, path, sent, access, clock),
        count=None,
        batches=OpenAIBatch(client, f"/v1{path}", access, clock),
        close=client.close,
    )


def _counted(sent: Body) -> Body:
    return {name: sent[name] for name in COUNTED if name in sent}


async def _post(
    client: openai.AsyncOpenAI, path: str, sent: Body, access: Access, clock: Clock
) -> Received:
    try:
        # not `create`, which reads answers that are no JSON as if they were good
        response = await client.post(path, body=sent, cast_to=httpx2.Response)
    except openai.APIStatusError as error:
        response = error.response
        raise refused(
            response.status_code, response.text, response.headers, access, clock
        ) from None
    except openai.APIConnectionError as error:
        raise broken(error, access) from None
    return Received(text=response.text, headers=response.headers)
