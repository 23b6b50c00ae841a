"""Anthropic's client: it tries once; attempts and deadlines are counted elsewhere."""

from __future__ import annotations

import anthropic
import httpx2

from agent.providers import anthropic_messages
from agent.providers.batch_anthropic import AnthropicBatch
from agent.providers.failures import Access, broken, refused
from agent.providers.online import Api, Received
from agent.providers.wire import Body
from benchmark.store.clock import Clock

CONNECT_S = 10.0
PATH = "/v1/messages"
COUNTED = ("model", "system", "messages", "output_config")
"""What of a request has tokens that are counted."""


def anthropic_client(access: Access, base_url: str) -> anthropic.AsyncAnthropic:
    """Return a client for one event loop."""
    return anthropic.AsyncAnthropic(
        api_key=access.secret,
        base_url=base_url,
        max_retries=0,
        # also keeps the client from refusing long answers
        timeout=httpx2.Timeout(None, connect=CONNECT_S),
    )


def messages_api(client: anthropic.AsyncAnthropic, access: Access, clock: Clock) -> Api:
    """Return the Messages API of a client."""
    return Api(
        body=anthropic_messages.body,
        read=anthropic_messages.read,
        post=lambda sent: _post(client, PATH, sent, access, clock),
        count=lambda sent: _post(client, f"{PATH}/count_tokens", _counted(sent), access, clock),
        batches=AnthropicBatch(client, access, clock),
        close=client.close,
    )


def _counted(sent: Body) -> Body:
    return {name: sent[name] for name in COUNTED if name in sent}


async def _post(
    client: anthropic.AsyncAnthropic, path: str, sent: Body, access: Access, clock: Clock
) -> Received:
    try:
        # not `messages.create`, which has no parameters for what only some models take
        response = await client.post(path, body=sent, cast_to=httpx2.Response)
    except anthropic.APIStatusError as error:
        response = error.response
        raise refused(
            response.status_code, response.text, response.headers, access, clock
        ) from None
    except anthropic.APIConnectionError as error:
        raise broken(error, access) from None
    return Received(text=response.text, headers=response.headers)
