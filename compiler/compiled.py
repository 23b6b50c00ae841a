"""A program as a machine gets it: checked, linear, with the depths of its queues."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import VerifyException

from aspl.checker import Checked, Linearity
from aspl.diagnostics import Findings
from aspl.ops.higher import Accum
from aspl.ops.onchip import Bufferize
from aspl.ops.routing import Broadcast
from aspl.program import Program
from compiler.ir.build import build
from compiler.ir.edit import depths_of
from compiler.ir.header import kernel_of, operations_of
from compiler.ir.read import read
from compiler.ir.text import context
from compiler.passes.assign_depths import NOT_FOLLOWED, AssignDepths
from compiler.pipelines import DEFAULT, Pipeline, run


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program after the passes."""

    checked: Checked
    depths: tuple[int | None, ...]
    """Elements that the queue of each stream holds, by id; None leaves it to the machine."""


def compile_program(checked: Checked, pipeline: Pipeline = DEFAULT) -> Compiled:
    """Return what a pipeline makes of a program.

    Errors: VerifyException and PassFailedException from passes; the default pipeline raises none
        for a program that checks.
    """
    module = build(checked)
    run(pipeline, module)
    return compiled(module, checked)


def compiled(module: ModuleOp, origin: Checked | None = None) -> Compiled:
    """Return the program that a module stands for.

    Args: origin: the program that the module was built from, whose functions need no reading.

    Errors: VerifyException for a module that stands for no program.
    """
    findings = Findings()
    known = origin.program.functions if origin is not None else ()
    linearity: Linearity = "strict" if is_linear(module) else "auto"
    checked = read(module, findings, linearity=linearity, known=known)
    if checked is None:
        words = "; ".join(f"{each.code} {each.message}" for each in findings)
        raise VerifyException(words or "the program does not check")
    return Compiled(checked, _depths(module))


def with_depths(checked: Checked) -> Compiled:
    """Return a program as it is, with queues that reconvergent paths do not block.

    This is what the pipeline `safe` returns where its other passes change nothing.
    """
    program = checked.program
    depths: tuple[int | None, ...] = (None,) * len(checked.types)
    if _may_wait(program):
        module = build(checked, spans=False)
        AssignDepths().apply(context(), module)
        made = [each.value for each in program.inputs if each.value is not None]
        made += [value for node in program.nodes for value in node.outputs]
        found = dict(zip(made, _depths(module), strict=True))
        depths = tuple(found[value] for value in range(len(checked.types)))
    return Compiled(checked, depths)


def _may_wait(program: Program) -> bool:
    """Whether a copy may wait for a group of another one, so that depths have to be looked for."""
    copies: set[int] = set()
    for node in program.nodes:
        if isinstance(node.op, Broadcast):
            copies.update(node.outputs)
        elif not copies.isdisjoint(node.inputs):
            if isinstance(node.op, Accum | Bufferize):
                return True
            if not isinstance(node.op, NOT_FOLLOWED):
                copies.update(node.outputs)
    return False


def is_linear(module: ModuleOp) -> bool:
    """Whether every stream of a module has at most one reader."""
    kernel = kernel_of(module)
    values = [*kernel.body.block.args]
    return all(
        value.uses.get_length() <= 1
        for value in (*values, *(each for one in operations_of(kernel) for each in one.results))
    )


def _depths(module: ModuleOp) -> tuple[int | None, ...]:
    kernel = kernel_of(module)
    found = depths_of(kernel, kernel.body.block.args)
    for operation in operations_of(kernel):
        found += depths_of(operation, operation.results)
    return tuple(depth or None for depth in found)
