"""The head of a report: what was run, how, and what it took."""

from __future__ import annotations

from benchmark.report.cost import (
    batches_words,
    cache_words,
    cost_words,
    lost_words,
    retried_words,
    tokens_words,
)
from benchmark.report.tables import NONE, counted
from benchmark.store.config import RunConfig
from benchmark.store.view import RunView


def facts(run: RunView) -> tuple[tuple[str, str], ...]:
    """Return what was run, as names and values."""
    config, usage = run.config, run.usage
    found = (
        ("run", run.run),
        ("model", _model(config)),
        ("policy", _policy(config)),
        ("options", options_words(config)),
        ("tasks", f"{len(config.tasks)} of {config.suite}"),
        ("seed", str(config.seed)),
        ("began", f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("ended", _ending(run)),
        ("rounds", f"{len(run.rounds):,}" if run.rounds else ""),
        ("samples", f"{len(run.settled):,} of {run.expected:,}"),
        ("calls", f"{usage.calls:,}"),
        ("retried", retried_words(run)),
        ("lost", lost_words(run)),
        ("batches", batches_words(run)),
        ("tokens", tokens_words(usage) if usage.input_tokens or usage.output_tokens else ""),
        ("caching", cache_words(run)),
        ("cost", cost_words(run)),
        ("judge", config.versions.get("judge", NONE)),
    )
    return tuple((name, value) for name, value in found if value)


def options_words(config: RunConfig) -> str:
    """Tell the options that change what comes out."""
    options, words = config.options, list[str]()
    if config.policy == "adaptive":
        words += [counted(options.strata, "stratum", "strata"), f"patience {options.patience}"]
        words += [] if options.rounds is None else [f"at most {counted(options.rounds, 'round')}"]
        words.append("no exemplars" if options.order == "none" else f"exemplars {options.order}")
        if options.retrieve is not None and options.order != "none":
            words.append(f"the {options.retrieve} most alike for each task")
    if options.temperatures:
        words.append("temperature " + " ".join(f"{each:g}" for each in options.temperatures))
    if options.repairs:
        words.append(f"{counted(options.repairs, 'repair')} on {options.repair_on}")
    words.append(f"guard {options.guard}")
    words.append(f"{options.max_output_tokens:,} output tokens")
    return ", ".join(words)


def _model(config: RunConfig) -> str:
    reached = config.reached
    effort = "" if reached.effort is None else f", effort {reached.effort}"
    return f"{config.model}{effort}{', in batches' if reached.is_batch else ''}"


def _policy(config: RunConfig) -> str:
    samples = counted(config.samples, "sample")
    each = " in each round" if config.policy == "adaptive" else ""
    return f"{config.policy}, {samples} a task{each}"


def _ending(run: RunView) -> str:
    sessions = "" if run.sessions == 1 else f", {run.sessions} sessions"
    if run.ending is None:
        return f"not yet: it was killed or goes on{sessions}"
    detail = f": {run.detail}" if run.detail else ""
    return f"{run.ending}{detail}{sessions}"
