"""What a program costs on the machine of the benchmark, or why it does not run there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from aspl.checker import Checked
from aspl.diagnostics import Diagnostic
from aspl.dims import ExtentTooLarge
from aspl.ops.base import Op
from aspl.ops.routing import Broadcast
from aspl.ops.sources import Assume
from aspl.reference.evaluate import evaluate
from aspl.reference.inputs import Inputs
from aspl.reference.state import EvaluationFailed
from benchmark.judge.identity import MACHINE
from benchmark.judge.queues import Queues, queues_of
from benchmark.judge.verdict import Cost, Outcome
from compiler.compiled import Compiled, compile_program, with_depths
from compiler.metrics import metrics
from compiler.pipelines import SAFE
from compiler.rewrite.shapes import is_shape
from simulator.budget import over_budget as over_machine
from simulator.budget import over_capacity
from simulator.load import load_machine
from simulator.machine import MachineConfig
from simulator.prepare import Orders, prepare
from simulator.report import SimReport, UnitReport
from simulator.simulate import Simulation, SimulationFailed, simulate

_NAMED = 3
"""Units of a ring that a cost names."""
_DEADLOCK = "M001"
_OUTCOMES = {
    _DEADLOCK: Outcome.DEADLOCK,
    "M005": Outcome.DEADLOCK,
    "M002": Outcome.OVER_BUDGET,
    "M003": Outcome.OVER_BUDGET,
    "M004": Outcome.OVER_BUDGET,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a program gets no further."""

    outcome: Outcome
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Costed:
    """What a program costs, and the order of arrival in that run."""

    cost: Cost
    orders: Orders
    """By node of the program as it was compiled; empty where nothing arrives in an order."""
    checked: Checked
    """The program as it was compiled."""
    report: SimReport
    """The whole run, with the chain of units that wait for each other."""


@cache
def reference_machine() -> MachineConfig:
    """Return the machine that answers are simulated on."""
    return load_machine(MACHINE)


def over_budget(checked: Checked, inputs: Callable[[], Inputs]) -> Refusal | None:
    """Hold a program against the machine's budgets, as far as they are known before a run.

    Args: inputs: asked for only where there are as many operators as may be too many.

    Errors: EvaluationFailed.
    """
    machine = reference_machine()
    most = machine.compute.total_flops_per_cycle
    few = machine.streams.limit is None and (most is None or len(checked.program.nodes) <= most)
    try:
        if few and not _over_capacity(checked):
            # passes only make a program smaller
            return None
        final = compile_program(checked, SAFE).checked
        found = _over_capacity(final)
    except ExtentTooLarge as error:
        return Refusal(outcome=Outcome.ILL_TYPED, diagnostics=(_too_large(checked, error),))
    if not few:
        found += over_machine(prepare(final, inputs(), {}).machine, machine, final)
    return _refused(found) if found else None


def _over_capacity(checked: Checked) -> list[Diagnostic]:
    sizes = checked.program.size_values()
    return over_capacity(metrics(checked, "published"), reference_machine(), checked, sizes)


def _too_large(checked: Checked, error: ExtentTooLarge) -> Diagnostic:
    return Diagnostic(
        code="T004",
        message=f"counting the elements of the streams takes {error}",
        span=checked.program.span,
        hint="name an extent as a size of its own, or state it with `Assume`",
    )


def simulated(checked: Checked, inputs: Inputs) -> Costed | Refusal:
    """Simulate a program; a ring of waiting units gets queues twice as deep, and again.

    Only a ring that waits with queues that hold whole streams is a deadlock.

    Errors: EvaluationFailed.
    """
    ready = compile_safely(checked)
    machine = reference_machine()
    depth, most = machine.streams.depth, 0
    while True:
        depths = {
            value: max(each, depth) for value, each in enumerate(ready.depths) if each is not None
        }
        try:
            run = simulate(ready.checked, machine.with_depth(depth), inputs, depths=depths)
            return Costed(
                cost=_cost(run, queues_of(run, ready.checked, machine, depth), depth),
                orders=run.orders,
                checked=ready.checked,
                report=run.report,
            )
        except SimulationFailed as failure:
            if any(each.code != _DEADLOCK for each in failure.diagnostics):
                return _refused(failure.diagnostics)
            most = most or _longest(ready.checked, inputs)
            if depth >= most:
                return _refused(failure.diagnostics)
            depth *= 2


def compile_safely(checked: Checked) -> Compiled:
    """Return what the pipeline `safe` makes of a program."""
    return with_depths(checked) if is_settled(checked) else compile_program(checked, SAFE)


def is_settled(checked: Checked) -> bool:
    """Whether the pipeline `safe` surely only sizes the queues of a program.

    It puts in broadcasts and consumers where a stream has not one reader, takes out operators and
    copies, puts copies of copies together, and fuses shape operators that follow each other.
    """
    program = checked.program
    reads = [value for node in program.nodes for value in node.inputs] + [*program.results]
    if sorted(reads) != list(range(len(program.values))):
        return False
    writers: dict[int, type[Op]] = {}
    for node in program.nodes:
        kind = type(node.op)
        before = [writers[value] for value in node.inputs if value in writers]
        if kind is Assume or (kind is Broadcast and (len(node.outputs) == 1 or kind in before)):
            return False
        if is_shape(kind) and any(map(is_shape, before)):
            return False
        writers.update(dict.fromkeys(node.outputs, kind))
    return True


def _longest(checked: Checked, inputs: Inputs) -> int:
    """Return more elements and stops than any stream of a program has.

    Errors: EvaluationFailed.
    """
    found = evaluate(checked, inputs, keep=True)
    nests = [value.nest for value in found.streams.values()]
    return max(sum(nest.count(depth) for depth in range(nest.rank + 2)) for nest in nests)


def _refused(diagnostics: list[Diagnostic]) -> Refusal:
    outcomes = {_OUTCOMES.get(each.code, Outcome.WRONG_VALUES) for each in diagnostics}
    first = next(each for each in Outcome if each in outcomes)
    return Refusal(outcome=first, diagnostics=tuple(diagnostics))


def _cost(run: Simulation, queues: Queues, depth: int) -> Cost:
    report = run.report
    return Cost(
        cycles=report.cycles,
        off_chip_bytes=report.off_chip_bytes,
        on_chip_bytes=report.memory[0].on_chip_bytes,
        flops=report.flops,
        compute_utilization=report.compute_utilization,
        bandwidth_utilization=report.bandwidth_utilization,
        bottleneck=bottleneck_text(report),
        depth=depth,
        queues=queues.count,
        lengthened_queues=queues.lengthened,
        deepest_queue=queues.deepest,
        queue_bytes=queues.lengthened_bytes,
    )


def bottleneck_text(report: SimReport) -> str:
    """Name what holds the others up: a unit and what it does most, or units that take turns."""
    if not report.bottleneck:
        return ""
    ring = report.ring()
    if len(ring) > 1:
        names = [_named(report.units[each.unit]) for each in ring]
        more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
        most = max(report.units, key=lambda unit: unit.busy_cycles)
        return (
            f"{_listed([*names[:_NAMED], *more])} wait for each other; busiest is {_named(most)}, "
            f"for {most.busy_cycles} of {report.cycles} cycles"
        )
    link = report.bottleneck[-1]
    unit = _named(report.units[link.unit])
    return f"{unit}, {link.reason} for {link.cycles} of {report.cycles} cycles"


def _named(unit: UnitReport) -> str:
    label = f"`{unit.label}`"
    return label if unit.label.startswith(unit.kind) else f"{unit.kind} {label}"


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def failure_of(failure: EvaluationFailed) -> Refusal:
    """Return the refusal of a program that cannot work on its data."""
    return Refusal(outcome=Outcome.WRONG_VALUES, diagnostics=(failure.diagnostic,))
