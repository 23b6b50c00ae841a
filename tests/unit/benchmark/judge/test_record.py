from __future__ import annotations

import json
import math

import pytest

from aspl.diagnostics import Diagnostic, Label, Span
from benchmark.judge.record import SCHEMA, from_json, to_json
from benchmark.judge.verdict import Cost, Mismatch, Outcome, Verdict

FULL = Verdict(
    task="sums/squares",
    outcome=Outcome.WRONG_VALUES,
    program="return x  # \ud800\n",
    diagnostics=(
        Diagnostic(
            code="L001",
            message="stream `x` is read twice",
            span=Span(1, 2, 1, 3),
            labels=(Label(Span(1, 0, 1, 1), "first read here"),),
            facts=(("expected", "1"), ("got", "2")),
        ),
    ),
    mismatches=(
        Mismatch(
            output=1,
            regime="primes",
            kind="shape",
            largest_absolute=math.inf,
            largest_relative=0.1 + 0.2,
            wrong=2,
            total=3,
            first=((0, 1), (2, 3)),
            got=(0.5, math.inf),
            wanted=(0.1, -1.0),
        ),
    ),
    cost=Cost(
        cycles=1,
        off_chip_bytes=2,
        on_chip_bytes=None,
        flops=3,
        compute_utilization=1 / 3,
        bandwidth_utilization=0.0,
        bottleneck="`Map 1`, busy for 1 of 1 cycles",
        depth=4,
        queues=12,
        lengthened_queues=3,
        deepest_queue=64,
        queue_bytes=None,
    ),
    seeds=(2**63 - 1, 0),
    versions={"judge": "1", "task": "2", "machine": "reference 3"},
    reason="none",
    seconds=0.25,
)
EMPTY = Verdict(task="a/b", outcome=Outcome.CRASHED, program="")


@pytest.mark.parametrize("verdict", [FULL, EMPTY], ids=["full", "empty"])
def test_a_verdict_comes_back_as_it_was(verdict: Verdict) -> None:
    text = json.dumps(to_json(verdict), allow_nan=False)
    assert from_json(json.loads(text)) == verdict


def test_a_record_of_another_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a record of schema"):
        from_json({**to_json(EMPTY), "schema": "aspl.verdict/0"})


@pytest.mark.parametrize("name", [name for name in to_json(FULL) if name != "schema"])
def test_a_record_that_lacks_something_is_refused(name: str) -> None:
    record = to_json(FULL)
    del record[name]
    with pytest.raises(ValueError, match="not complete"):
        from_json(record)


def test_a_record_from_before_wrong_numbers_were_told_is_read() -> None:
    record = to_json(FULL)
    for name in ("got", "wanted"):
        del record["mismatches"][0][name]
    (mismatch,) = from_json(record).mismatches
    assert (mismatch.got, mismatch.wanted) == ((), ())


def test_the_schema_is_named() -> None:
    assert to_json(EMPTY)["schema"] == SCHEMA == "aspl.verdict/1"


def test_a_record_from_before_queues_were_told_is_read() -> None:
    record = to_json(FULL)
    cost = record["cost"]
    for name in ("queues", "lengthened_queues", "deepest_queue", "queue_bytes"):
        del cost[name]
    read = from_json(record).cost
    assert read is not None
    assert (read.depth, read.queues, read.queue_bytes) == (4, None, None)
