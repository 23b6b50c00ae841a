"""Batches behind both vendors' protocols: handed in whole, answered after some polls."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, TypeAlias

from vendors.catalog import Served
from vendors.dialect import Body, Dialect, House, Refused
from vendors.faults import Faults
from vendors.maker import Call, Maker

Fate: TypeAlias = Literal["succeeded", "errored", "expired", "canceled"]

_SPOILED = frozenset(
    {"rate_limit", "quota", "server_error", "overloaded", "gateway", "cut", "malformed", "failed"}
)


@dataclass(frozen=True, slots=True)
class Item:
    """One request of a batch."""

    custom_id: str
    body: Body


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an item."""

    custom_id: str
    fate: Fate
    answer: dict[str, Any] | None = None
    error: Refused | None = None


@dataclass(slots=True)
class Batch:
    """A batch on its way."""

    name: str
    items: Sequence[Item]
    dialect: Dialect
    house: House
    created: int
    told: Mapping[str, Any]
    """What the client said of it, and is told again."""
    polls: int = 0
    is_canceled: bool = False
    results: list[Result] | None = None
    """In no order; None until its end."""

    def count(self, *fates: Fate) -> int:
        """Count items by what became of them; before the end, none."""
        return sum(each.fate in fates for each in self.results or ())


@dataclass(slots=True)
class Lane:
    """Answers batches.

    Args:
        polls: how often a batch is asked after before its end.
    """

    maker: Maker
    models: Mapping[str, Served]
    faults: Faults
    polls: int
    _items: count[int] = field(default_factory=count)

    def poll(self, batch: Batch) -> None:
        """Come nearer to the end of a batch, and answer all of it there."""
        if batch.results is not None:
            return
        batch.polls += 1
        if batch.is_canceled:
            batch.results = [Result(each.custom_id, "canceled") for each in batch.items]
        elif batch.polls > self.polls:
            batch.results = [self._result(each, batch) for each in batch.items]
            random.Random(batch.name).shuffle(batch.results)

    def _result(self, item: Item, batch: Batch) -> Result:
        number = next(self._items)
        fault = self.faults.of(number)
        if fault == "hang":
            return Result(item.custom_id, "expired")
        if fault == "reset":
            return Result(item.custom_id, "canceled")
        if fault in _SPOILED:
            error = batch.house.fault("server_error")
            return Result(item.custom_id, "errored", error=error)
        try:
            asked = batch.dialect.read(item.body, self.models)
        except Refused as refused:
            return Result(item.custom_id, "errored", error=refused)
        answer, lookup = self.maker.make(asked, number, fault)
        call = Call(number, batch.dialect.path, item.body, {}, item.custom_id)
        self.maker.settle(call, answer, lookup, "whole")
        return Result(item.custom_id, "succeeded", answer=batch.dialect.whole(answer))
