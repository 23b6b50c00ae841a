"""Programs through the compiler, for its tests."""

from __future__ import annotations

from typing import Any

from xdsl.dialects.builtin import ModuleOp

from aspl.checker import Checked, Linearity, check
from aspl.diagnostics import Findings
from aspl.text.parse import parse
from compiler.ir.build import build
from compiler.ir.read import read
from compiler.pipelines import parse_pipeline, run


def checked(text: str, linearity: Linearity = "auto") -> Checked:
    """Return a program that checks."""
    findings = Findings()
    program = parse(text, findings)
    assert program is not None, [each.message for each in findings]
    found = check(program, findings, linearity=linearity)
    assert found is not None, [each.message for each in findings]
    return found


def module_of(text: str, pipeline: str = "") -> ModuleOp:
    """Return the module of a program after some passes."""
    module = build(checked(text), spans=False)
    if pipeline:
        run(parse_pipeline(pipeline), module)
        module.verify()
    return module


def reread(module: ModuleOp, linearity: Linearity = "auto") -> Checked:
    """Return the program that a module stands for."""
    findings = Findings()
    found = read(module, findings, linearity=linearity)
    assert found is not None, [each.message for each in findings]
    return found


def passed(text: str, pipeline: str) -> Checked:
    """Return a program after some passes."""
    return reread(module_of(text, pipeline))


def names(program: Checked) -> list[str]:
    """Return the operators of a program in order."""
    return [node.op.name for node in program.program.nodes]


def ops(program: Checked) -> list[Any]:
    """Return the operators of a program in order, with their parameters."""
    return [node.op for node in program.program.nodes]
