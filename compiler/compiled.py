"""A program as a machine gets it: checked, linear, with the depths of its queues."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import VerifyException

from aspl.checker import Checked, Linearity
from aspl.diagnostics import Findings
from compiler.ir.build import build
from compiler.ir.edit import depths_of
from compiler.ir.header import kernel_of, operations_of
from compiler.ir.read import read
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
