"""Answers are made here, and billed: the part of the server behind all protocols."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from vendors.catalog import Served
from vendors.counting import Lookup, PromptCache, tokens
from vendors.dialect import Answer, Asked, Body, End
from vendors.faults import Fault
from vendors.ledger import Billed, Ledger, Sent, digest_of
from vendors.rules import Rule
from vendors.schema import filled


@dataclass(frozen=True, slots=True)
class Call:
    """One question in hand."""

    number: int
    path: str
    body: Body
    headers: Mapping[str, str]
    custom_id: str | None = None
    """Of a batch."""


@dataclass(slots=True)
class Maker:
    """Makes answers by a rule, with the tokens that they take."""

    rule: Rule
    ledger: Ledger
    _cache: PromptCache = field(default_factory=PromptCache)

    def make(self, asked: Asked, call: int, fault: Fault | None) -> tuple[Answer, Lookup]:
        """Return the answer to a question, and what the cache holds once it is given."""
        lookup = self._look_up(asked)
        said = "" if fault == "empty" else self.rule(asked.prompt, call)
        if said and asked.schema is not None:
            said = filled(asked.schema, said)
        left = max(0, asked.max_output - asked.model.reasoning)
        # a token is four bytes of an answer
        text = said.encode()[: 4 * left].decode(errors="ignore")
        end: End = "stop" if text == said else "length"
        if fault == "refusal":
            text, end = "", "refusal"
        thought = min(asked.model.reasoning, asked.max_output)
        output = asked.choices * (tokens(text) + thought)
        answer = Answer(
            number=call,
            asked=asked,
            texts=(text,) * asked.choices,
            end=end,
            spent=replace(lookup.spent, output=output, reasoning=asked.choices * thought),
            created=int(time.time()),
        )
        return answer, lookup

    def settle(self, call: Call, answer: Answer, lookup: Lookup, sent: Sent) -> None:
        """Bill an answer, and hold its prompt in the cache."""
        self._cache.remember(lookup)
        model = answer.asked.model
        batch = call.custom_id is not None
        self.ledger.add(
            Billed(
                call=call.number,
                path=call.path,
                model=model.name,
                body=digest_of(call.body),
                spent=answer.spent,
                usd=answer.spent.usd(model.price, batch=batch),
                sent=sent,
                custom_id=call.custom_id,
                retries=int(call.headers.get("x-stainless-retry-count", "0")),
            )
        )

    def _look_up(self, asked: Asked) -> Lookup:
        model: Served = asked.model
        scope = f"{model.name} {asked.cache}"
        if model.vendor == "anthropic":
            return self._cache.explicit(scope, asked.blocks, model.cache_from)
        return self._cache.automatic(
            scope, asked.blocks, model.cache_from, bills=model.bills_writes
        )
