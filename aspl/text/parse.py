"""From text to a `Program`: nothing of it is executed, everything wrong is reported."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from aspl.builder import Builder, StreamRef
from aspl.diagnostics import NOWHERE, Findings, LimitReached, Span
from aspl.program import Program
from aspl.text.context import MAX_OPERATORS, Context
from aspl.text.header import (
    Header,
    annotation,
    declare_function,
    declare_header,
    header_statement,
    result_types,
)
from aspl.text.kernel import Returned, names_bound, run_body
from aspl.text.outside import RESERVED
from aspl.text.source import Source, read_syntax, unindented
from aspl.types import Stream, Tensor, TensorRef


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter of the kernel: its name to those who give values, and its author's name."""

    name: str
    label: str
    kind: Stream | Tensor | None
    span: Span


def parse(
    text: str,
    findings: Findings,
    *,
    header: Header | None = None,
    sizes: Mapping[str, int] | None = None,
    max_operators: int = MAX_OPERATORS,
) -> Program | None:
    """Read a program; None when there is no kernel to speak of.

    With a `header`, as in a task, the text is a bare kernel, or the body of one, which may be
    indented. `sizes` go before the default values of named extents. A program with errors is
    returned too, so that the checker can report what else is wrong; `findings.has_errors` tells.
    """
    source = Source(text) if header is None else unindented(text)
    module = read_syntax(source, findings)
    if module is None:
        return None
    context = Context(
        source, findings, Builder(), max_operators=max_operators, declared=sizes or {}
    )
    try:
        return _read(module, header, context)
    except LimitReached:
        return None


def _read(module: ast.Module, header: Header | None, context: Context) -> Program | None:
    if header is not None:
        declare_header(header, context)
        return _read_bare(module, header, context)
    kernel: ast.FunctionDef | None = None
    for statement in module.body:
        if not isinstance(statement, ast.FunctionDef):
            header_statement(statement, context)
        elif not _is_kernel(statement):
            declare_function(statement, context)
        elif kernel is None:
            kernel = statement
        else:
            context.report("P005", statement, f"`{statement.name}` is a second kernel", "keep one")
    if kernel is None:
        _report_no_kernel(module, context)
        return None
    inputs = _annotated(kernel, context)
    declared = result_types(kernel.returns, context)
    return _build(kernel, kernel.body, inputs, declared, context)


def _report_no_kernel(module: ast.Module, context: Context) -> None:
    context.report(
        "P004",
        module.body[-1] if module.body else module,
        "there is no kernel",
        "write `def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):` and its body",
    )


def _is_kernel(node: ast.FunctionDef) -> bool:
    """Whether a definition is the kernel: by name, or as it speaks of streams or tensors."""
    if node.name == "kernel":
        return True
    notes = [arg.annotation for arg in node.args.args if arg.annotation is not None]
    names = {
        part.id
        for note in (*notes, *([node.returns] if node.returns else []))
        for part in ast.walk(note)
        if isinstance(part, ast.Name)
    }
    return bool(names & {"Stream", "Tensor"})


def _plain_parameters(node: ast.FunctionDef, context: Context) -> list[ast.arg]:
    arguments = node.args
    extra = [*arguments.posonlyargs, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    for each in (*filter(None, extra), *arguments.defaults):
        context.report("P002", each, "kernel parameters are plain names", "write `name: type`")
    for decorator in node.decorator_list:
        context.report("P002", decorator, "a decorated kernel is outside the language", "remove it")
    seen = set(context.names)
    for each in arguments.args:
        if each.arg in seen or each.arg in RESERVED:
            what = "is declared twice" if each.arg in seen else "is a name of the language"
            context.report("P009", each, f"`{each.arg}` {what}", "pick another name")
        seen.add(each.arg)
    return arguments.args


def _annotated(node: ast.FunctionDef, context: Context) -> list[_Parameter]:
    inputs: list[_Parameter] = []
    for arg in _plain_parameters(node, context):
        kind = None
        if arg.annotation is None:
            context.report(
                "P007", arg, f"`{arg.arg}` has no type", f"write `{arg.arg}: Stream(f32, [M])`"
            )
        else:
            kind = annotation(arg.annotation, context, closed=True)
        inputs.append(_Parameter(arg.arg, arg.arg, kind, context.span(arg)))
    return inputs


def _read_bare(module: ast.Module, header: Header, context: Context) -> Program | None:
    kernels = [each for each in module.body if isinstance(each, ast.FunctionDef)]
    if not kernels:
        if not module.body:
            _report_no_kernel(module, context)
            return None
        given = [_Parameter(name, name, kind, NOWHERE) for name, kind in header.inputs]
        return _build(module.body[0], module.body, given, header.results, context)
    for statement in module.body:
        if statement is not kernels[0] and not _is_docstring(statement):
            context.report(
                "P006",
                statement,
                "the task gives everything but the kernel",
                "keep the kernel only",
            )
    kernel = kernels[0]
    args = _plain_parameters(kernel, context)
    if len(args) != len(header.inputs):
        names = ", ".join(name for name, _ in header.inputs)
        context.report(
            "N006",
            kernel,
            f"expected {len(header.inputs)} parameters ({names}), got {len(args)}",
            f"write `def {kernel.name}({names}):`",
            facts=(("expected", str(len(header.inputs))), ("got", str(len(args)))),
        )
        return None
    inputs: list[_Parameter] = []
    for arg, (name, kind) in zip(args, header.inputs, strict=True):
        _compare(arg.annotation, kind, context)
        inputs.append(_Parameter(name, arg.arg, kind, context.span(arg)))
    return _build(kernel, kernel.body, inputs, header.results, context)


def _compare(note: ast.expr | None, kind: Stream | Tensor, context: Context) -> None:
    """Hold an annotation that the author wrote all the same against the task's type."""
    written = None if note is None else annotation(note, context)
    if note is not None and written is not None and written != kind:
        context.report(
            "P013",
            note,
            f"expected `{kind}` as the task gives it, got `{written}`",
            "leave the annotation out",
            facts=(("expected", str(kind)), ("got", str(written))),
        )


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _build(
    kernel: ast.AST,
    body: Sequence[ast.stmt],
    inputs: Sequence[_Parameter],
    declared: tuple[Stream, ...] | None,
    context: Context,
) -> Program | None:
    context.in_header = False
    context.later = cache(partial(names_bound, body))
    context.builder.name = getattr(kernel, "name", "kernel")
    context.builder.span = context.span(kernel)
    for each in inputs:
        context.names[each.label] = _declare_input(each, context)
    returned = run_body(body, context)
    _check_return(returned, declared, kernel, context)
    program = context.builder.build(
        *returned.refs,
        declared=declared if returned.good else None,
        result_spans=tuple(returned.spans),
    )
    return program


def _declare_input(each: _Parameter, context: Context) -> StreamRef | TensorRef:
    match each.kind:
        case Stream():
            return context.builder.stream(each.name, each.kind, each.span, label=each.label)
        case Tensor():
            return context.builder.tensor(each.name, each.kind, each.span)
        case None:
            # a parameter without a type is poison, and reported
            return context.builder.fresh(each.label, each.span)


def _check_return(
    returned: Returned, declared: tuple[Stream, ...] | None, kernel: ast.AST, context: Context
) -> None:
    stores = declared is None and context.builder.has_sink
    if returned.found or declared == () or stores:
        return
    returned.good = False
    context.report("P008", kernel, "the kernel returns nothing", "end it with `return y`")
