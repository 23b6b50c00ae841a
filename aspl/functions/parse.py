"""Reading a declared function from its Python syntax, and judging it where it is declared."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from aspl.diagnostics import Diagnostic, Findings, Span
from aspl.dims import Dim
from aspl.functions.calls import read_call
from aspl.functions.expressions import Broken, Expr, Let, Pattern, Unwritten
from aspl.functions.fitting import fits, has_wild, named_extents
from aspl.functions.function import Declared, Init, Param
from aspl.functions.initial import init_problem, read_init
from aspl.functions.names import FunctionScope
from aspl.functions.problems import Problem, Refusal, expected_got
from aspl.functions.reading import Reader
from aspl.functions.typing import Report, infer, result_element
from aspl.types import Element


@dataclass(frozen=True, slots=True)
class _Slot:
    """A parameter as it is read; a type of None has been reported."""

    name: str
    type: Element | None
    init: Init | None
    default: ast.expr | None
    node: ast.arg


@dataclass(frozen=True, slots=True)
class _Block:
    """The statements of a body; a value of None has been reported."""

    lets: tuple[Let, ...]
    value: Expr | None


def declare(
    node: ast.FunctionDef,
    scope: FunctionScope,
    locate: Callable[[ast.AST], Span],
    findings: Findings,
) -> Declared | None:
    """Read and type a function; report everything that is wrong and return None if anything is."""
    known = len(findings)
    reader = Reader(scope, locate, findings, read_call)
    flops = _flops(reader, node)
    slots = _parameters(reader, node)
    result = _result(reader, node)
    block = _block(reader, node)
    _judge(reader, node, slots, result, block)
    params = tuple(
        Param(each.name, each.type, each.init) for each in slots if each.type is not None
    )
    failed = reader.failed or len(findings) > known or len(params) < len(slots)
    if failed or result is None or block.value is None:
        return None
    return Declared(
        name=node.name,
        params=params,
        result=result,
        lets=block.lets,
        value=block.value,
        flops=flops,
        span=locate(node),
    )


def _flops(reader: Reader, node: ast.FunctionDef) -> Dim | None:
    flops = None
    for each in node.decorator_list:
        match each:
            case ast.Call(func=ast.Name(id="flops"), args=[amount], keywords=[]) if flops is None:
                flops = reader.dim(amount)
            case _:
                hint = "the one decorator is `@flops(amount)`, with an integer or extent"
                reader.report(Problem("F001", "a decorator outside the language", hint), each)
    return flops


def _parameters(reader: Reader, node: ast.FunctionDef) -> tuple[_Slot, ...]:
    arguments = node.args
    for each in (arguments.vararg, arguments.kwarg, *arguments.kwonlyargs):
        if each is not None:
            hint = "name every parameter, with its type"
            reader.report(Problem("F008", f"parameter `{each.arg[:80]}` is not plain", hint), each)
    args = [*arguments.posonlyargs, *arguments.args]
    missing = len(args) - len(arguments.defaults)
    slots: list[_Slot] = []
    for place, arg in enumerate(args):
        default = arguments.defaults[place - missing] if place >= missing else None
        slots.append(_parameter(reader, arg, default, last=place == len(args) - 1))
        if arg.arg in reader.names:
            reader.report(Problem("F008", f"parameter `{arg.arg[:80]}` twice", "rename one"), arg)
        reader.names.add(arg.arg)
    if not args:
        hint = "a function takes the elements of a stream"
        reader.report(Problem("F008", f"`{node.name[:80]}` has no parameters", hint), node)
    return tuple(slots)


def _parameter(reader: Reader, arg: ast.arg, default: ast.expr | None, *, last: bool) -> _Slot:
    element = None
    if arg.annotation is None:
        hint = f"write `{arg.arg[:80]}: f32`, or another element type"
        reader.report(Problem("F008", f"parameter `{arg.arg[:80]}` without a type", hint), arg)
    else:
        element = reader.scope.element(arg.annotation)
    init = None
    if default is not None and not last:
        hint = "only the state of a fold, its last parameter, has a default: its initial value"
        reader.report(Problem("F008", f"a default of `{arg.arg[:80]}`", hint), default)
    elif default is not None:
        init = read_init(default, reader.scope.numbers)
        problem = _init_problem(init, element)
        if problem is not None:
            reader.report(problem, default)
    return _Slot(arg.arg, element, init, default, arg)


def _init_problem(init: Init | None, state: Element | None) -> Problem | None:
    if init is None:
        hint = "give `zeros`, `ones`, `lowest`, `inf`, a number, or a tuple of these"
        return Problem("F010", "the default of a state is no initial value", hint)
    return None if state is None else init_problem(init, state)


def _result(reader: Reader, node: ast.FunctionDef) -> Element | None:
    if node.returns is not None:
        return reader.scope.element(node.returns)
    hint = f"write `def {node.name[:80]}(...) -> f32:`, or another element type"
    reader.report(Problem("F008", f"`{node.name[:80]}` has no result type", hint), node)
    return None


def _block(reader: Reader, node: ast.FunctionDef) -> _Block:
    lets: list[Let] = []
    told = [each for each in node.body if not _is_docstring(each)]
    match told:
        case [ast.Expr(value=ast.Constant(value=value) as dots)] if value is ...:
            return _Block((), Unwritten(reader.locate(dots)))
        case _:
            pass
    for place, statement in enumerate(node.body):
        match statement:
            case ast.Expr(value=ast.Constant(value=str())) if place == 0:
                pass
            case ast.Pass():
                pass
            case ast.Assign(targets=[target]):
                lets.append(_let(reader, statement, target))
            case ast.Return():
                return _Block(tuple(lets), _returned(reader, node, statement, place))
            case ast.AnnAssign():
                hint = "write `name = value`; types are inferred"
                reader.report(Problem("F001", "an assignment with a type", hint), statement)
                reader.names.update(_bound_names(statement.target))
            case _:
                reader.outside(statement)
                for inner in ast.walk(statement):
                    if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                        reader.names.add(inner.id)
    hint = "end the body with `return` and the value"
    reader.report(Problem("F007", f"`{node.name[:80]}` returns nothing", hint), node)
    return _Block(tuple(lets), None)


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _returned(
    reader: Reader, node: ast.FunctionDef, statement: ast.Return, place: int
) -> Expr | None:
    if place + 1 < len(node.body):
        hint = "remove it, or put it before the `return`"
        reader.report(Problem("F007", "a statement after `return`", hint), node.body[place + 1])
    if statement.value is None:
        hint = "write `return` and the value"
        reader.report(Problem("F007", "`return` without a value", hint), statement)
        return None
    return reader.expression(statement.value)


def _let(reader: Reader, statement: ast.Assign, target: ast.expr) -> Let:
    value = reader.expression(statement.value)
    pattern = _pattern(reader, target)
    span = reader.locate(statement)
    if pattern is not None:
        reader.note_extents(pattern, value)
    return Let(pattern or (), value if pattern is not None else Broken(span), span)


def _bound_names(target: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}


def _pattern(reader: Reader, target: ast.expr) -> Pattern | None:
    match target:
        case ast.Name():
            reader.names.add(target.id)
            return target.id
        case ast.Tuple(elts=[_, *_]) | ast.List(elts=[_, *_]):
            parts = [_pattern(reader, each) for each in target.elts]
            kept = tuple(each for each in parts if each is not None)
            return kept if len(kept) == len(parts) else None
        case _:
            hint = "assign to a name, or to names with commas between"
            reader.report(Problem("F001", "an assignment to what is no name", hint), target)
            return None


def _judge(
    reader: Reader,
    node: ast.FunctionDef,
    slots: tuple[_Slot, ...],
    result: Element | None,
    block: _Block,
) -> None:
    """Type the body with the declared types, and the state of a fold with the result."""

    def report(problem: Problem, span: Span) -> None:
        reader.findings.add(
            Diagnostic(
                code=problem.code,
                message=problem.message,
                span=span,
                hint=problem.hint,
                facts=problem.facts,
            )
        )

    if isinstance(block.value, Unwritten):
        _judge_given(reader, node, slots, result)
    else:
        _judge_body(reader, node, slots, result, block, report)
    state = slots[-1] if slots else None
    if result is None or state is None or state.default is None or state.type is None:
        return
    if not fits(state.type, result, reader.scope):
        report(
            Problem(
                "F010",
                f"a fold expected its state `{state.type}` as the result, got `{result}`",
                "declare the result with the type of the state",
                expected_got(state.type, result),
            ),
            reader.locate(node.returns or node),
        )


def _judge_body(
    reader: Reader,
    node: ast.FunctionDef,
    slots: tuple[_Slot, ...],
    result: Element | None,
    block: _Block,
    report: Report,
) -> None:
    """Type the body with the declared types."""
    params = {
        each.name: None if each.type is None else named_extents(Param(each.name, each.type))
        for each in slots
    }
    body = block.value if block.value is not None else Broken(reader.locate(node))
    inferred = infer(params, block.lets, body, reader.scope, report)
    if result is not None:
        try:
            result_element(result, inferred.value, reader.scope)
        except Refusal as refusal:
            report(refusal.problem, body.span)


def _judge_given(
    reader: Reader, node: ast.FunctionDef, slots: tuple[_Slot, ...], result: Element | None
) -> None:
    """Report types of a given function that leave extents open, which no body could decide."""
    types = [each.type for each in slots] + [result]
    if any(has_wild(each) for each in types if each is not None):
        hint = "name every extent; only a body tells what a `_` stands for"
        problem = Problem("F008", f"the given function `{node.name[:80]}` has open extents", hint)
        reader.report(problem, node)
