"""The sub-commands of the simulator: sim, machines."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aspl.command import (
    REJECTED,
    TOO_LARGE,
    JsonOption,
    LinearityOption,
    ProgramText,
    SizesOption,
    interruptible,
    tell,
    told,
    values_of,
)
from aspl.terminal import (
    UsageError,
    is_colored,
    require_writable,
    width_of,
    write_bytes,
    write_records,
    write_text,
)
from compiler.command import AnyFile, PipelineOption, Source, compiled_source
from simulator.command import prepare_engine

if TYPE_CHECKING:
    from aspl.checker import Checked
    from compiler.compiled import Compiled
    from simulator.machine import MachineConfig
    from simulator.simulate import Simulation


def register(app: typer.Typer) -> None:
    """Add the sub-commands to the command."""
    app.command()(told(sim))
    app.command()(told(machines))


def sim(
    file: AnyFile = None,
    machine: Annotated[
        str,
        typer.Option(metavar="NAME|FILE", help="A shipped machine, or one of your own as TOML."),
    ] = "reference",
    dim: SizesOption = None,
    inputs: Annotated[
        Path | None,
        typer.Option(
            metavar="X.npz", help="Values, as `aspl ops archives` says; random if not given."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Where random values start.")] = 0,
    linearity: LinearityOption = "strict",
    pipeline: PipelineOption = "default",
    depth: Annotated[
        int | None,
        typer.Option(min=1, max=2**40, help="Elements in a queue where the program does not say."),
    ] = None,
    compute_bw: Annotated[
        int | None,
        typer.Option(min=1, max=2**40, help="FLOPs a cycle of every operator that computes."),
    ] = None,
    units: Annotated[int, typer.Option(min=0, help="How many units to show.")] = 10,
    trace: Annotated[
        Path | None,
        typer.Option(metavar="OUT.json", help="Write what each unit did when, for Perfetto."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Simulate a program on a machine and show where its cycles go.

    Example: aspl sim kernel.aspl --trace trace.json
    """
    if trace is not None:
        require_writable(str(trace))
    config = _machine(machine, depth, compute_bw)
    source = Source.read(file, json=json)
    compiled = compiled_source(source, pipeline, linearity, dim)
    if inputs is None:
        tell(f"{source.name}: random values, seed {seed}")
    values = _values(compiled.checked, inputs, seed)
    if inputs is not None:
        _require_declared(compiled.checked, values)
    found = _simulated(source.text(), compiled, config, values, trace is not None)
    if trace is not None:
        _save(trace, found)
    _show(found, units, json)


def machines(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME|FILE",
            help="A shipped machine to print as TOML, or one of your own to check and print in "
            "full; all if not given.",
        ),
    ] = None,
) -> None:
    """List the machines that a program can be simulated on.

    Example: aspl machines reference
    """
    from simulator.load import (
        load_machine,
        machine_names,
        machine_summary,
        machine_text,
        written_machine,
    )

    if name is not None:
        shipped = name in machine_names()
        text = machine_text(name) if shipped else written_machine(load_machine(name))
        write_text(text, sys.stdout)
        return
    column = max(map(len, machine_names()))
    for each in machine_names():
        write_text(f"{each:<{column}}  {machine_summary(each)}\n", sys.stdout)


def _machine(name: str, depth: int | None, compute_bw: int | None) -> MachineConfig:
    """Return the machine with what the options change of it."""
    from simulator.load import load_machine

    config = load_machine(name)
    if depth is not None:
        config = config.with_depth(depth)
    return config if compute_bw is None else config.with_compute(compute_bw)


def _values(checked: Checked, inputs: Path | None, seed: int) -> Mapping[str, Any]:
    """Return the values of an archive, or random ones that are drawn once somebody reads them."""
    from simulator.drawn import Drawn

    program = checked.program
    return Drawn(program, seed) if inputs is None else values_of(program, inputs, seed)


def _require_declared(checked: Checked, values: Mapping[str, Any]) -> None:
    from aspl.reference.inputs import InputError
    from simulator.prepare import require_declared

    try:
        require_declared(checked, values)
    except InputError as error:
        raise UsageError(str(error)) from error
    except MemoryError as error:
        raise UsageError(TOO_LARGE) from error


def _simulated(
    text: ProgramText,
    compiled: Compiled,
    machine: MachineConfig,
    values: Mapping[str, Any],
    timeline: bool,
) -> Simulation:
    """Return the simulation; what does not let it end is reported, and ends the command."""
    from aspl.reference.inputs import InputError
    from aspl.reference.state import EvaluationFailed
    from simulator.simulate import SimulationFailed, simulate

    prepare_engine()
    depths = {value: each for value, each in enumerate(compiled.depths) if each is not None}
    try:
        return interruptible(
            lambda: simulate(compiled.checked, machine, values, depths=depths, timeline=timeline)
        )
    except InputError as error:
        raise UsageError(str(error)) from error
    except MemoryError as error:
        raise UsageError(TOO_LARGE) from error
    except EvaluationFailed as failure:
        text.findings.add(failure.diagnostic)
    except SimulationFailed as failure:
        text.findings.extend(failure.diagnostics)
    text.report()
    raise typer.Exit(REJECTED)


def _save(trace: Path, found: Simulation) -> None:
    from simulator.timeline import chrome_trace, trace_text

    assert found.timeline is not None
    written = chrome_trace(found.timeline, found.report.units, found.report.machine)
    write_bytes(str(trace), trace_text(written).encode())


def _show(found: Simulation, units: int, json: bool) -> None:
    from simulator.display import report_record, report_text

    if json:
        write_records([report_record(found.report)], sys.stdout)
        return
    color, width = is_colored(sys.stdout), width_of(sys.stdout)
    shown = report_text(found.report, color=color, width=width, units=units)
    write_text(shown + "\n", sys.stdout)
