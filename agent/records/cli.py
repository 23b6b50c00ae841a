"""The sub-commands that ask for one kernel, and that look at runs: agent solve, show ..."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from agent.campaigns import command as options
from agent.campaigns.cli import Session, begin, session_of
from agent.campaigns.cli import run as run_campaigns
from aspl.command import REJECTED, JsonOption, tell, told
from aspl.terminal import UsageError, is_colored, quoted, reason, write_records, write_text
from benchmark.store.command import WORKSPACE, RunArgument, WorkspaceOption

if TYPE_CHECKING:
    from agent.records.comparison import Replay
    from agent.records.story import Story
    from benchmark.store.view import RunView
    from benchmark.store.workspace import Workspace

TaskArgument = Annotated[str, typer.Argument(metavar="TASK", help="As `aspl bench list` has it.")]
ModelOption = Annotated[
    str,
    typer.Option(metavar="VENDOR/NAME", help="Who answers: local/synth, openai/NAME, and so on."),
]
SamplesOption = Annotated[int, typer.Option(min=1, max=100_000, help="Answers that are asked for.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Where all draws start.")]


def register(agent: typer.Typer) -> None:
    """Add the sub-commands to their group."""
    agent.command("solve")(told(solve))
    agent.command("show")(told(show))
    agent.command("replay")(told(replay))
    agent.command("export")(told(export))


def solve(
    context: typer.Context,
    task: TaskArgument,
    model: ModelOption,
    samples: SamplesOption = 1,
    seed: SeedOption = 0,
    repairs: options.RepairsOption = 0,
    repair_on: options.RepairOnOption = "check",
    base_url: options.BaseUrlOption = None,
    prices: options.PricesOption = None,
    profiles: options.ProfilesOption = None,
    allow_unknown_price: options.UnknownPriceOption = False,
    jobs: options.JobsOption = 2,
    max_calls: options.MaxCallsOption = None,
    max_minutes: options.MaxMinutesOption = None,
    max_usd: options.MaxUsdOption = None,
    max_tokens: options.MaxTokensOption = None,
    budget: options.BudgetOption = None,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """Ask a model for the kernel of one task; print the best correct one with its cost.

    Where none is correct, the wrong one that got furthest is printed with what is wrong, and the
    exit code is 1. It is recorded as a run of one task.

    Example: aspl agent solve norm/rms --model local/synth --samples 8
    """
    params = {**_defaults(), **context.params, "policy": "best-of-n", "tasks": [task]}
    # its events are not told: with --json one object says how it ended
    session = session_of({**params, "json": False})

    def end(place: Workspace, run: RunView, session: Session) -> None:
        _solved(place, run, json)

    begin(params, session, end)


def _defaults() -> dict[str, Any]:
    """Return the options of `bench run` as they are where nobody gives them."""
    parameters = signature(run_campaigns).parameters.values()
    return {each.name: each.default for each in parameters if each.default is not each.empty}


def _solved(workspace: Workspace, run: RunView, json: bool) -> None:
    from agent.records.solved import solved_record, solved_text
    from benchmark.report.content import report

    (found,) = report(workspace, run).tasks
    if json:
        write_records([solved_record(run, found)], sys.stdout)
    else:
        write_text(solved_text(found) + "\n", sys.stdout)
    if run.ending == "budget":
        tell(f"the budget is spent ({run.detail})")
    elif run.ending == "incomplete":
        tell(f"not complete: {run.detail}")
    if found.best is None:
        raise typer.Exit(REJECTED)


def show(
    run: RunArgument,
    task: Annotated[
        str | None, typer.Argument(metavar="TASK", help="Only its samples, step by step.")
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(min=0, help="Only this one, with whole prompts and replies."),
    ] = None,
    prompt: Annotated[
        bool,
        typer.Option("--prompt", help="Only what was asked, of the first sample if none is named."),
    ] = False,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """Show what a run asked, what came back, what was found, and what it took.

    Example: aspl agent show last norm/rms --sample 0
    """
    from agent.records.story import stories
    from benchmark.store.find import opened, run_named

    if task is None and (sample is not None or prompt):
        raise UsageError("say of which TASK, as in `aspl agent show last norm/rms --sample 0`")
    with opened(workspace) as place:
        view = run_named(place, run)
        if task is None:
            _show_run(view, stories(place, view), json)
            return
        from benchmark.runs.samples import some_samples

        chosen = {(each.task, each.sample) for each in some_samples(view, task, sample)}
        found = tuple(
            each for each in stories(place, view) if (each.view.task, each.view.sample) in chosen
        )
        if not found:
            raise UsageError(f"no sample of {quoted(task)} was begun")
        if prompt:
            _show_prompts(place, found[0], json)
        else:
            _show_samples(place, view, found, whole=sample is not None, json=json)


def _show_run(run: RunView, found: tuple[Story, ...], json: bool) -> None:
    from agent.records.display import overview_text
    from agent.records.overview import overview, overview_record

    seen = overview(run, found)
    if json:
        write_records([overview_record(seen)], sys.stdout)
    else:
        write_text(overview_text(seen, color=is_colored(sys.stdout)) + "\n", sys.stdout)


def _show_samples(
    place: Workspace, run: RunView, found: tuple[Story, ...], *, whole: bool, json: bool
) -> None:
    from agent.records.episode import episode_record, texts_of
    from agent.records.pages import episodes_text, whole_text

    texts, color = texts_of(place, found), is_colored(sys.stdout)
    if json:
        records = (episode_record(run.run, each, texts, whole=whole) for each in found)
        write_records(records, sys.stdout)
    elif whole:
        write_text(whole_text(found[0], texts, color=color) + "\n", sys.stdout)
    else:
        write_text(episodes_text(run, found, texts, color=color) + "\n", sys.stdout)


def _show_prompts(place: Workspace, story: Story, json: bool) -> None:
    from agent.prompting.display import prompt_records
    from agent.records.episode import prompts_of, texts_of
    from agent.records.pages import prompts_text

    texts = texts_of(place, (story,))
    if not json:
        write_text(prompts_text(story, texts) + "\n", sys.stdout)
        return
    for call, prompt in prompts_of(story, texts):
        if prompt is not None:
            records = ({**each, "call": call.call} for each in prompt_records(prompt))
            write_records(records, sys.stdout)


def replay(
    run: RunArgument,
    cached: Annotated[
        bool,
        typer.Option("--cached", help="Take the verdicts that are remembered; judge the others."),
    ] = False,
    jobs: options.JobsOption = 2,
    workspace_out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the new run in this workspace."),
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """Run a campaign again on its recorded answers, without a network, and compare.

    Every program is judged again, on the inputs it was judged on. The exit code is 1 if the same
    records do not come of it.

    Example: aspl agent replay last
    """
    from agent.campaigns.start import tasks_of
    from agent.records.comparison import replay_record
    from agent.records.display import replay_text
    from benchmark.store.find import opened, run_named

    with opened(workspace) as source:
        view = run_named(source, run)
        tasks_of(view.config)
        with _place(workspace_out) as out, opened(out, make=True) as new:
            found = _replayed(source, view, new, jobs, cached)
    if json:
        write_records([replay_record(found)], sys.stdout)
    else:
        write_text(replay_text(found, color=is_colored(sys.stdout)) + "\n", sys.stdout)
    if not found.is_same:
        raise typer.Exit(REJECTED)


@contextmanager
def _place(chosen: Path | None) -> Iterator[str]:
    """Give the file of a workspace; one that nobody asked for is removed in the end."""
    from tempfile import TemporaryDirectory

    if chosen is not None:
        yield str(chosen)
        return
    with TemporaryDirectory(prefix="aspl-replay-") as folder:
        yield str(Path(folder) / "workspace.db")


def _replayed(source: Workspace, run: RunView, new: Workspace, jobs: int, cached: bool) -> Replay:
    from agent.campaigns.start import key_rule, tasks_of
    from agent.records.inputs import SameInputs, recorded_seeds
    from agent.records.replay import Place
    from agent.records.replay import replay as replayed
    from benchmark.judge.pool import JudgePool
    from benchmark.runs.display import shown
    from benchmark.runs.progress import Progress
    from benchmark.store.clock import SystemClock, random_ids

    clock = SystemClock()
    progress = Progress(tasks=len(run.config.tasks), expected=run.expected, clock=clock, settled=0)
    with JudgePool(jobs) as pool, shown(progress) as observer:
        return replayed(
            source,
            run,
            Place(
                workspace=new,
                judge=SameInputs(pool, recorded_seeds(source, run)),
                tasks=tasks_of(run.config),
                key=key_rule(),
                clock=clock,
                ids=random_ids(clock),
                observer=observer,
                jobs=jobs,
                cached=cached,
            ),
        )


def export(
    run: RunArgument,
    form: Annotated[
        Literal["jsonl"], typer.Option("--format", help="JSON lines, one a sample.")
    ] = "jsonl",
    only: Annotated[
        Literal["all", "correct"], typer.Option(help="Which samples: with an end, or correct.")
    ] = "all",
    messages: Annotated[
        bool, typer.Option("--messages", help="Prompt and answer as a list of messages.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", metavar="FILE.jsonl", help="Where to; standard output if not given."),
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Write prompts, answers and verdicts of a run for fine-tuning.

    Every line says where it comes from, and bears a tag by which it is kept out of a corpus.

    Example: aspl agent export last --only correct -o examples.jsonl
    """
    from agent.records.training import answered, examples
    from benchmark.store.find import opened, run_named

    with opened(workspace) as place:
        view = run_named(place, run)
        chosen = answered(view, only)
        records = examples(place, view, chosen, messages=messages)
        if out is None or str(out) == "-":
            write_records(records, sys.stdout)
            return
        try:
            with out.open("w", encoding="utf-8", newline="") as file:
                write_records(records, file)
        except OSError as error:
            raise UsageError(f"cannot write {quoted(str(out))}: {reason(error)}") from error
    tell(f"{len(chosen)} samples of run {view.run} are in {out}")
