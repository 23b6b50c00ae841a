"""A worker: judges one answer after the other, and keeps what was drawn for the tasks it knows.

It gets a job with a nonce over a pipe of its own, and reports with that nonce. No program can name
either. What goes wrong in it costs the verdict at hand, and then the worker, for a fresh one.
"""

from __future__ import annotations

import os
import traceback
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from benchmark.judge.cases import Prepared
from benchmark.judge.early import Checkup, check_prepared, checkup_to_json
from benchmark.judge.find import find_task
from benchmark.judge.frames import Ended, receive, send
from benchmark.judge.jobs import Job, job_of
from benchmark.judge.limits import Limits, allow_cpu, confine
from benchmark.judge.pipeline import judge_prepared
from benchmark.judge.record import to_json
from benchmark.judge.seeds import Seeds
from benchmark.judge.verdict import Outcome
from benchmark.tasks.task import TaskError
from benchmark.verification import Verification, verification_to_json

MOST_JOB = 2**23
"""Bytes of a job: the text of an answer, which is bounded far below, escaped."""
_KEPT = 64
"""Tasks whose draws are kept."""
_WORDS = 2000

_Key: TypeAlias = tuple[str, Seeds]


def serve(source: int, to: int, limits: Limits) -> None:
    """Judge what comes, until nothing comes any more or something breaks."""
    confine(limits)
    kept: OrderedDict[_Key, Prepared] = OrderedDict()
    while True:
        try:
            message = receive(source, MOST_JOB)
        except Ended:
            return
        allow_cpu(limits)
        with suppress(OSError):
            os.ftruncate(1, 0)
        report = _report(message, kept, limits)
        with suppress(Ended):
            send(to, report)
        if report["last"]:
            return


def _report(
    message: Mapping[str, Any], kept: OrderedDict[_Key, Prepared], limits: Limits
) -> dict[str, Any]:
    job, last = job_of(message), False
    if job.work == "check":
        return _checked(job, message["nonce"], kept, limits)
    if job.work == "verify":
        return _verified(job, message["nonce"], limits)
    try:
        verdict = judge_prepared(_prepared(job, kept), job.text, linearity=job.linearity)
    except Exception as error:
        # told, and the worker goes: what broke it may have left it broken
        verdict, last = job.broken(*_told(error, limits)), True
    return {"nonce": message["nonce"], "last": last, "verdict": to_json(verdict)}


def _checked(
    job: Job, nonce: str, kept: OrderedDict[_Key, Prepared], limits: Limits
) -> dict[str, Any]:
    last = False
    try:
        found = check_prepared(_prepared(job, kept), job.text, linearity=job.linearity)
    except Exception as error:
        outcome, reason = _told(error, limits)
        found, last = Checkup(outcome=outcome, reason=reason), True
    return {"nonce": nonce, "last": last, "checkup": checkup_to_json(found)}


def _verified(job: Job, nonce: str, limits: Limits) -> dict[str, Any]:
    # of all jobs this one alone needs the hidden solutions
    from benchmark.verify import verify

    last = False
    try:
        found = verify(find_task(job.source))
    except Exception as error:
        _, reason = _told(error, limits)
        found, last = Verification(task=job.task, problems=(reason,)), True
    return {"nonce": nonce, "last": last, "verification": verification_to_json(found)}


def _told(error: BaseException, limits: Limits) -> tuple[Outcome, str]:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError):
            return Outcome.LIMIT, f"more than {limits.memory_bytes} bytes of memory"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, TaskError):
        return Outcome.CRASHED, str(error)
    return Outcome.CRASHED, "".join(traceback.format_exception(error, limit=-3))[-_WORDS:]


def _prepared(job: Job, kept: OrderedDict[_Key, Prepared]) -> Prepared:
    key = (job.source, job.seeds)
    if key not in kept:
        kept[key] = Prepared(find_task(job.source), job.seeds)
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]
