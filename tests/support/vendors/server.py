"""The server: on 127.0.0.1 alone, in a thread of the test's process, or in a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from vendors.batch_routes import both_vendors
from vendors.batches import Lane
from vendors.catalog import CATALOG, Served
from vendors.faults import Faults
from vendors.ledger import Ledger
from vendors.limits import RateLimits
from vendors.maker import Maker
from vendors.routes import Outcome, Routes, Seen
from vendors.rules import RULES, Rule, solutions
from vendors.wire import read_request, send, send_part

KEY = "sk-loopback-0123456789abcdef"
"""The key that is right, unless a test gives others."""


class Server:
    """Vendors of models on this machine, for as long as the `with` lasts.

    Args:
        rule: who answers.
        faults: what goes wrong with calls that are answered at once, numbered from 0.
        item_faults: what goes wrong with the items of batches, numbered from 0 over all of them:
            under `hang` one never gets its turn and expires, under `reset` it is canceled, under
            every other fault without an answer it is an error of the server.
        other_faults: what goes wrong with all other requests, numbered from 0: files, batches,
            counting, lists.
        bills: the faults under which an answer is billed though it does not arrive whole;
            `abandoned` stands for a client that leaves before its answer.
        latency_s: how long every answer takes.
        polls: how often a batch is asked after before it has come to its end.
    """

    def __init__(
        self,
        rule: Rule = solutions,
        *,
        models: Iterable[Served] = CATALOG,
        keys: Iterable[str] = (KEY,),
        faults: Faults | None = None,
        item_faults: Faults | None = None,
        other_faults: Faults | None = None,
        bills: Iterable[str] = ("cut", "hang", "malformed", "abandoned"),
        limits: RateLimits | None = None,
        latency_s: float = 0.0,
        polls: int = 1,
        ledger: Path | None = None,
        port: int = 0,
    ) -> None:
        self.ledger = Ledger(ledger)
        served = {each.name: each for each in models}
        maker = Maker(rule, self.ledger)
        self._routes = Routes(
            maker=maker,
            batches=both_vendors(Lane(maker, served, item_faults or Faults(), polls)),
            models=served,
            keys=frozenset(keys),
            faults=faults or Faults(),
            other_faults=other_faults or Faults(),
            bills=frozenset(bills),
            limits=limits,
            latency_s=latency_s,
        )
        self._port = port
        self._crashes: list[Exception] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stop: asyncio.Event = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="vendors")

    @property
    def url(self) -> str:
        """The base URL that Anthropic's client takes."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def openai_url(self) -> str:
        """The base URL that OpenAI's client takes."""
        return f"{self.url}/v1"

    @property
    def seen(self) -> list[Seen]:
        """All requests, in the order in which they came."""
        return self._routes.seen

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End; clients that wait are cut off. Errors: what the server itself crashed of."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        if self._crashes:
            raise self._crashes[0]

    def _run(self) -> None:
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        talks: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            talks.add(task)
            try:
                await self._talk(reader, writer)
            except asyncio.CancelledError:
                # by `close` alone; the stream's own callback takes a cancelled task for a fault
                return
            except Exception as crash:
                self._crashes.append(crash)
            finally:
                talks.discard(task)

        listener = await asyncio.start_server(connected, "127.0.0.1", self._port)
        self._port = listener.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        listener.close()
        open_talks = list(talks)
        for task in open_talks:
            task.cancel()
        await asyncio.gather(*open_talks, return_exceptions=True)
        await listener.wait_closed()
        # one turn more, in which the transports close their sockets
        await asyncio.sleep(0)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_request(reader)) is not None:
                outcome = await self._routes.outcome(request, reader.at_eof)
                if not await _deliver(reader, writer, outcome):
                    return
        except ConnectionError:
            return
        finally:
            writer.close()


async def _deliver(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, outcome: Outcome
) -> bool:
    """Send what there is to send; return whether the connection goes on."""
    if outcome.reply is not None and outcome.then == "go on":
        await send(writer, outcome.reply)
    elif outcome.reply is not None:
        await send_part(writer, outcome.reply, outcome.share)
    if outcome.then == "hold":
        await reader.read()
    if outcome.then == "tear":
        writer.transport.abort()
    return outcome.then == "go on"


def main(arguments: list[str]) -> None:
    """Run until the standard input ends; the first line that is printed is the URL."""
    parser = argparse.ArgumentParser(prog="vendors.server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--rule", choices=sorted(RULES), default="solutions")
    parser.add_argument("--key", default=KEY)
    parser.add_argument("--latency-s", type=float, default=0.0)
    for what in ("faults", "item-faults", "other-faults"):
        parser.add_argument(f"--{what}", type=json.loads, default={}, help="shares, as JSON")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--polls", type=int, default=1)
    given = parser.parse_args(arguments)
    server = Server(
        RULES[given.rule],
        keys=[given.key],
        faults=Faults(shares=given.faults, seed=given.seed),
        item_faults=Faults(shares=given.item_faults, seed=given.seed),
        other_faults=Faults(shares=given.other_faults, seed=given.seed),
        latency_s=given.latency_s,
        polls=given.polls,
        ledger=given.ledger,
        port=given.port,
    )
    with server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
