"""The sub-command that asks an endpoint what it takes: agent probe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from aspl.command import REJECTED, JsonOption, tell, told
from aspl.terminal import write_records, write_text

ModelArgument = Annotated[
    str,
    typer.Argument(metavar="VENDOR/NAME", help="openai/..., openai-chat/... or anthropic/..."),
]
BaseUrlOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="Another server than the vendor's, as in http://HOST:PORT/v1."
    ),
]
PricesOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Prices that go before those that are known.")
]
ProfilesOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What models take, before what is known of them."),
]
AllowUnknownPriceOption = Annotated[
    bool, typer.Option("--allow-unknown-price", help="Ask a model whose price is not known.")
]
DeadlineOption = Annotated[
    float, typer.Option("--deadline", min=1, help="Seconds that a call may take, with all retries.")
]


def register(agent: typer.Typer) -> None:
    """Add the sub-command to its group."""
    agent.command("probe")(told(probe))


def probe(
    model: ModelArgument,
    base_url: BaseUrlOption = None,
    prices: PricesOption = None,
    profiles: ProfilesOption = None,
    allow_unknown_price: AllowUnknownPriceOption = False,
    deadline: DeadlineOption = 120.0,
    json: JsonOption = False,
) -> None:
    """Ask a model small things to find out what its endpoint takes.

    The table ends with a row that --profiles takes. Exit code 1 if the model does not answer.

    Example: aspl agent probe openai-chat/NAME --base-url http://localhost:8000/v1
    """
    import asyncio

    from agent.providers import probe as probing
    from agent.providers.display import probed_text
    from agent.providers.model import CallFailed
    from agent.providers.table import Options, online_named

    options = Options(
        base_url=base_url,
        prices=prices,
        profiles=profiles,
        allow_unknown_price=allow_unknown_price,
        deadline_s=deadline,
    )

    async def probed() -> probing.Probed:
        online = online_named(model, options)
        try:
            return await probing.probe(online)
        finally:
            await online.close()

    try:
        found = asyncio.run(probed())
    except CallFailed as failed:
        tell(f"aspl: {failed.reason}")
        raise typer.Exit(REJECTED) from failed
    if json:
        write_records([probing.record(found)], sys.stdout)
    else:
        write_text(probed_text(found), sys.stdout)
