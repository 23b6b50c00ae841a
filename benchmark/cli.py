"""The sub-commands of the benchmark: study, bench, runs, library."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, ParamSpec

import typer

import benchmark.judge.cli
import benchmark.library.cli
import benchmark.pcl.cli
import benchmark.report.cli
import benchmark.runs.cli
from aspl.command import REJECTED, JsonOption, tell, told
from aspl.terminal import (
    UsageError,
    is_colored,
    meant,
    quoted,
    require_writable,
    write_records,
    write_text,
)
from simulator.command import prepare_engine

if TYPE_CHECKING:
    from benchmark.studies.experiment import Study
    from benchmark.studies.figures.table import Figure

P = ParamSpec("P")

RoutingOption = Annotated[
    str,
    typer.Option(
        metavar="FILE.npz|synthetic",
        help="Experts of every token: int64 [tokens, k] under the key `data`; or drawn with the "
        "published tokens of every expert.",
    ),
]
SeedOption = Annotated[int, typer.Option(min=0, help="Where drawn traces start.")]


def register(app: typer.Typer) -> typer.Typer:
    """Add the sub-commands to the command; return the group `bench`."""
    study = _group(
        "Run the paper's experiments and draw its figures.", "aspl study figure fig9 -o fig9.svg"
    )
    study.command("list")(told(list_studies))
    study.command("program")(told(program))
    study.command("figure")(_ended(figure))
    run = _group("Simulate one configuration of a study.", "aspl study run swiglu --tile 16,256,64")
    run.command("swiglu")(_ended(swiglu))
    run.command("moe-tiling")(_ended(moe_tiling))
    run.command("time-multiplex")(_ended(time_multiplex))
    run.command("attention-parallel")(_ended(attention_parallel))
    study.add_typer(run, name="run")
    app.add_typer(study, name="study")
    bench = _group(
        "Ask for answers to the tasks of the benchmark, judge and score them.",
        "aspl bench run --model local/synth",
    )
    benchmark.judge.cli.register(bench)
    benchmark.pcl.cli.register(bench)
    runs = _group("List, show and export what was run, and tidy up.", "aspl runs list")
    benchmark.runs.cli.register(runs)
    benchmark.report.cli.register(bench)
    app.add_typer(bench, name="bench")
    app.add_typer(runs, name="runs")
    library = _group(
        "Build libraries of kernels from runs, look at them, and gate them in CI.",
        "aspl library build last -o kernels",
    )
    benchmark.library.cli.register(library)
    app.add_typer(library, name="library")
    return bench


def list_studies(json: JsonOption = False) -> None:
    """List the studies, their figures and their programs.

    Example: aspl study list
    """
    from benchmark.display import list_text
    from benchmark.studies.figures.table import FIGURES
    from benchmark.studies.table import PROGRAMS, STUDIES

    if json:
        write_records(
            (
                {
                    "schema": "aspl.studies/1",
                    "name": each.name,
                    "about": each.about,
                    "figures": each.figures,
                }
                for each in STUDIES
            ),
            sys.stdout,
        )
        return
    rows = [(each.name, each.about, ", ".join(each.figures)) for each in STUDIES]
    figures = [(each.name, each.about) for each in FIGURES.values()]
    blocks = (
        ("studies, `aspl study run NAME`", list_text(rows)),
        ("figures, `aspl study figure NAME`", list_text(figures)),
        ("programs, `aspl study program NAME`", "\n".join(PROGRAMS)),
    )
    write_text("\n\n".join(f"{head}\n{body}" for head, body in blocks) + "\n", sys.stdout)


def program(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Print the program of a study; its sizes are set by name.

    Example: aspl study program moe-tiling-dynamic
    """
    from benchmark.studies.table import PROGRAMS

    if name not in PROGRAMS:
        from difflib import get_close_matches

        near = meant(get_close_matches(name, PROGRAMS, n=3, cutoff=0.3))
        known = near or f"; there are {', '.join(PROGRAMS)}"
        raise UsageError(f"there is no program {quoted(name)}{known}")
    write_text(PROGRAMS[name](), sys.stdout)


def swiglu(
    tile: Annotated[
        str, typer.Option(metavar="M,K,N", help="Rows of tokens, hidden and intermediate columns.")
    ] = "16,256,64",
    json: JsonOption = False,
) -> None:
    """SwiGLU of one expert, as compared with hardware.

    Example: aspl study run swiglu --tile 16,256,64
    """
    from benchmark.studies.swiglu import swiglu_of

    _run(swiglu_of(tile), json)


def moe_tiling(
    model: Annotated[
        Literal["mixtral-8x7b", "qwen3-30b-a3b"], typer.Option(help="Whose experts.")
    ] = "mixtral-8x7b",
    batch: Annotated[
        int | None,
        typer.Option(min=1, help="Tokens; those of the file, or 64, if not given."),
    ] = None,
    tile: Annotated[
        str,
        typer.Option(metavar="N|dynamic", help="Rows of a tile; or all rows of an expert in one."),
    ] = "dynamic",
    compute_bw: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=2**40,
            help="FLOPs a cycle of every operator; 4096 with static and 6400 with dynamic tiles, "
            "as published, if not given.",
        ),
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option(min=1, max=2**20, help="Elements of every queue; 2 if not given."),
    ] = None,
    routing: RoutingOption = "synthetic",
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Experts with tiles of one size, or of the rows that an expert gets.

    Memory is as plotted: with dynamic tiles without the experts that got no token.

    Example: aspl study run moe-tiling --batch 64 --tile dynamic
    """
    from benchmark.studies.models import MOE_MODELS
    from benchmark.studies.moe_tiling import MoeTiling
    from benchmark.studies.traces import routing_trace

    rows = _rows(tile)
    trace = routing_trace(routing, MOE_MODELS[model], batch, seed)
    study = MoeTiling(
        model=MOE_MODELS[model], trace=trace, tile=rows, compute=compute_bw, depth=depth
    )
    _run(study, json)


def time_multiplex(
    regions: Annotated[
        int, typer.Option(min=1, help="Regions that share the 128 experts evenly.")
    ] = 32,
    tiling: Annotated[
        Literal["static", "dynamic"],
        typer.Option(help="Tiles of 32 rows, or of the rows that an expert gets."),
    ] = "static",
    routing: RoutingOption = "synthetic",
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Experts that take turns on the operators of a region.

    Compute and its use are as published scripts count; memory is without the operators that no
    token reaches.

    Example: aspl study run time-multiplex --regions 32 --tiling static
    """
    from benchmark.studies.time_multiplex import MODEL, TimeMultiplex, require_regions
    from benchmark.studies.traces import routing_trace

    require_regions(regions)
    trace = routing_trace(routing, MODEL, None, seed)
    _run(TimeMultiplex(trace=trace, regions=regions, tiling=tiling), json)


def attention_parallel(
    strategy: Annotated[
        Literal["coarse", "interleave", "dynamic"],
        typer.Option(help="16 requests a region, in turn, or to a region that is free."),
    ] = "dynamic",
    kv: Annotated[
        str,
        typer.Option(
            metavar="FILE.npy|synthetic[:NAME]",
            help="Cached tokens of every request: int64; or drawn with the statistics of a "
            "published batch, as in `synthetic:b64/1374`.",
        ),
    ] = "synthetic",
    requests: Annotated[
        int | None, typer.Option(help="Only the first of them; all if not given.")
    ] = None,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Decode attention of a batch in four parallel regions.

    Traffic is as simulated.

    Example: aspl study run attention-parallel --strategy dynamic
    """
    from benchmark.studies.attention import AttentionParallel, require_requests
    from benchmark.studies.traces import kv_trace

    trace = kv_trace(kv, requests, seed)
    require_requests(len(trace.data), strategy)
    _run(AttentionParallel(trace=trace, strategy=strategy), json)


def figure(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in fig9.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT.svg|png|pdf",
            help="Where to draw it; NAME.svg if not given.",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="The published traces, as routing/*.npz and kv/*.npy; those that are not there "
            "are drawn.",
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="Processes that simulate.")] = 2,
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Run the sweep of a figure and draw it beside the published values.

    Example: aspl study figure fig9 -o fig9.svg
    """
    from benchmark.display import plot_text, progress, sweep_text
    from benchmark.studies.draw import draw, require_suffix
    from benchmark.studies.published import published_values, source_lines
    from benchmark.studies.run import sweep
    from benchmark.studies.sources import Sources, drawn_notes

    chosen = _figure(name)
    path = output or Path(f"{name}.svg")
    require_suffix(path)
    require_writable(str(path))
    if data is not None and not data.is_dir():
        raise UsageError(f"expected --data with a folder of traces, got {quoted(str(data))}")
    sources = Sources(folder=data, seed=seed)
    studies = chosen.studies(sources)
    with progress() as observer:
        prepare_engine()
        results = sweep(studies, jobs, observer)
    plot = chosen.plot(sources, results)
    draw(plot, path)
    if json:
        records = [each.record() for each in results.values()]
        write_records([*records, {"figure": name, **plot.record()}], sys.stdout)
    else:
        color = is_colored(sys.stdout)
        parts = [sweep_text(results, published_values(name, "cycles"))] if results else []
        parts += [plot_text(plot, color=color), "\n".join(source_lines(name))]
        write_text("\n\n".join(parts) + "\n", sys.stdout)
    for note in drawn_notes([each.measures for each in results.values()]):
        tell(f"note: {note}")
    tell(f"{chosen.name} is in {path}")


def _group(about: str, example: str) -> typer.Typer:
    return typer.Typer(
        help=f"{about}\n\nExample: {example}",
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _ended(command: Callable[P, None]) -> Callable[P, None]:
    """Return a command that tells in one line of a wrong call, or a run that does not end."""

    @wraps(command)
    def ended(*args: P.args, **kwargs: P.kwargs) -> None:
        from benchmark.studies.run import StudyFailed

        try:
            command(*args, **kwargs)
        except StudyFailed as failure:
            tell(f"aspl: {failure}")
            raise typer.Exit(REJECTED) from failure

    return told(ended)


def _run(study: Study, json: bool) -> None:
    from benchmark.display import result_text
    from benchmark.studies.run import run_study

    prepare_engine()
    result = run_study(study)
    if json:
        write_records([result.record()], sys.stdout)
    else:
        write_text(result_text(result, color=is_colored(sys.stdout)) + "\n", sys.stdout)


def _rows(tile: str) -> int | None:
    """Read the rows of a tile; None for dynamic ones."""
    if tile == "dynamic":
        return None
    if not (tile.isascii() and tile.isdigit()) or not 1 <= int(tile[:9]) <= 2**20:
        raise UsageError(f"expected --tile with a number of rows or `dynamic`, got {quoted(tile)}")
    return int(tile)


def _figure(name: str) -> Figure:
    from benchmark.studies.figures.table import FIGURES

    if name not in FIGURES:
        raise UsageError(f"there is no figure {quoted(name)}; there are {', '.join(FIGURES)}")
    return FIGURES[name]
