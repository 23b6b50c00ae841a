"""The samples of a run as CSV, one a line."""

from __future__ import annotations

import csv
import io

from benchmark.store.events import SampleCached, SampleRejected, SampleUnfenced
from benchmark.store.view import RunView, SampleView

COLUMNS = (
    "run",
    "task",
    "sample",
    "round",
    "state",
    "outcome",
    "reason",
    "cycles",
    "length",
    "cached",
    "calls",
    "retried",
    "input_tokens",
    "uncached_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
    "usd",
    "unknown_usd",
    "seconds",
    "reply",
    "program",
    "verdict",
)


def samples_csv(run: RunView) -> str:
    """Write the samples of a run."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(run.run, sample) for sample in run.samples)
    return out.getvalue()


def _row(run: str, sample: SampleView) -> tuple[object, ...]:
    judged, usage = sample.judged, sample.usage
    return (
        run,
        sample.task,
        sample.sample,
        sample.round,
        sample.state,
        sample.outcome,
        _reason(sample),
        judged.cycles if judged and judged.cycles is not None else "",
        judged.length if judged else "",
        "yes" if isinstance(judged, SampleCached) else "no" if judged else "",
        usage.calls,
        sum(len(each.retried) for each in sample.calls),
        usage.input_tokens,
        usage.uncached_tokens,
        usage.cached_tokens,
        usage.cache_write_tokens,
        usage.output_tokens,
        usage.reasoning_tokens,
        "" if usage.usd is None else f"{usage.usd:.6g}",
        f"{usage.unknown_usd:.6g}",
        f"{usage.seconds:.6g}",
        sample.reply or "",
        judged.program if judged else "",
        judged.verdict if judged else "",
    )


def _reason(sample: SampleView) -> str:
    if isinstance(sample.settled, SampleUnfenced | SampleRejected):
        return sample.settled.reason
    return "" if sample.settled else "; ".join(sample.failures)
