"""The options of a campaign."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

ModelOption = Annotated[
    str | None,
    typer.Option(
        metavar="VENDOR/NAME",
        help="Who answers: local/synth, openai/NAME, openai-chat/NAME, anthropic/NAME, "
        "recorded/DIR, human/editor, human/DIR, human/console; for tests scripted/empty, "
        "scripted/zero, scripted/solutions.",
    ),
]
SuiteOption = Annotated[str | None, typer.Option(help="The tasks to run.")]
TasksOption = Annotated[
    list[str] | None,
    typer.Option("--task", metavar="FAMILY/VARIANT", help="Only this task; repeatable."),
]
PolicyOption = Annotated[
    Literal["adaptive", "best-of-n"] | None,
    typer.Option(help="How samples are spent."),
]
SamplesOption = Annotated[
    int | None,
    typer.Option(min=1, max=100_000, help="Answers to each task, in each round."),
]
SeedOption = Annotated[int | None, typer.Option(min=0, help="Where all draws start.")]
StrataOption = Annotated[
    int, typer.Option(min=1, max=64, help="Groups of difficulty of solved tasks.")
]
RoundsOption = Annotated[int | None, typer.Option(min=1, help="The most rounds.")]
PatienceOption = Annotated[
    int, typer.Option(min=1, help="Passes over all strata that may bring nothing.")
]
TemperatureOption = Annotated[
    list[float] | None,
    typer.Option("--temperature", min=0, max=2, help="Dealt to the samples in turn; repeatable."),
]
ExemplarsOption = Annotated[
    Literal["hardest-first", "random", "none"],
    typer.Option("--exemplars", help="Which solved tasks are shown."),
]
RetrieveOption = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Show each task the N exemplars most like it."),
]
RepairsOption = Annotated[
    int, typer.Option(min=0, max=16, help="Times that diagnostics go back to the model.")
]
RepairOnOption = Annotated[
    Literal["check", "verdict"],
    typer.Option(help="Whether wrong values go back to it, too."),
]
GuardOption = Annotated[
    Literal["pass", "model", "off"],
    typer.Option(
        help="Where streams are read twice: copies by the compiler, then by the model, or nothing."
    ),
]
ApproveOption = Annotated[
    Literal["judge", "exemplar"] | None,
    typer.Option(
        help="What waits for a yes, in `aspl console`: programs before they are judged, or "
        "exemplars."
    ),
]
OutputTokensOption = Annotated[
    int, typer.Option(min=16, max=1_000_000, help="The longest answer, in tokens.")
]
BaseUrlOption = Annotated[
    str | None, typer.Option(metavar="URL", help="The endpoint, where it is not the vendor's own.")
]
RecordOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Keep every answer, for recorded/DIR.")
]
PricesOption = Annotated[
    Path | None, typer.Option(metavar="FILE.toml", help="Prices that go before ours.")
]
ProfilesOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE.toml", help="What models take, before what is known of them."),
]
UnknownPriceOption = Annotated[
    bool, typer.Option("--allow-unknown-price", help="Ask a model whose price is not known.")
]
DeadlineOption = Annotated[
    float, typer.Option(min=1, metavar="SECONDS", help="Of a call, with all its retries.")
]
BatchOption = Annotated[
    bool, typer.Option("--batch", help="Ask in batches, which take hours and cost half.")
]
EffortOption = Annotated[
    str | None, typer.Option(metavar="WORD", help="How much it thinks, where it takes that.")
]
JobsOption = Annotated[
    int, typer.Option(min=1, max=256, help="Processes that judge, and that answer locally.")
]
CallsOption = Annotated[
    int, typer.Option("--calls", min=1, max=1000, help="Calls at the same time.")
]
MaxCallsOption = Annotated[
    int | None, typer.Option(min=0, help="Calls of the run, after which it stops.")
]
MaxMinutesOption = Annotated[
    float | None, typer.Option(min=0, help="Minutes after which no further call is made.")
]
MaxUsdOption = Annotated[
    float | None, typer.Option(min=0, help="US dollars of the run, reserved before each call.")
]
MaxTokensOption = Annotated[int | None, typer.Option(min=0, help="Tokens of the run, in and out.")]
BudgetOption = Annotated[
    str | None,
    typer.Option(
        metavar="calls=N,usd=X,...",
        help="Limits in one word: calls, minutes, usd, tokens; any of them.",
    ),
]
ResumeOption = Annotated[
    str | None,
    typer.Option(metavar="RUN", help="Go on with a run, as it was asked for; or `last`."),
]
NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Judge even what other runs have judged.")
]
HtmlOption = Annotated[
    Path | None, typer.Option(metavar="FILE.html", help="Write the report there, too.")
]
