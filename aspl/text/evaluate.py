"""Expressions of a program's text, evaluated at build time; streams are only handed on."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from aspl.builder import StreamRef
from aspl.dims import WILD, Dim, ExtentTooLarge
from aspl.functions.library.table import LIBRARY
from aspl.text.bind import assign
from aspl.text.builtins import CONSTANTS, INITS
from aspl.text.calls import called, made_function
from aspl.text.context import MAX_INTEGER, MAX_WEIGHT, Context
from aspl.text.dialect import modern
from aspl.text.given import Arg, Given
from aspl.text.outside import outside, unknown
from aspl.text.scope import ANYTHING, Anything, BuildValue, describe
from aspl.text.type_names import SCALARS
from aspl.types import Tensor, TensorRef

_ARITHMETIC: dict[type[ast.operator], Callable[..., Dim | int | float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def evaluate(node: ast.expr, context: Context, targets: int | None = None) -> BuildValue:
    """Return what an expression stands for; `targets` is the number of names it is unpacked to.

    Whatever is wrong is reported, and ANYTHING is returned for it.
    """
    context.spend(node)
    match node:
        case ast.Constant():
            return _constant(node, context)
        case ast.Name():
            return _name(node, context)
        case ast.List():
            return [evaluate(each, context) for each in node.elts]
        case ast.Tuple():
            return tuple(evaluate(each, context) for each in node.elts)
        case ast.Call():
            return _call(node, context, targets)
        case ast.BinOp():
            return _binary(node, context)
        case ast.UnaryOp(op=ast.USub()):
            return _negated(node, context)
        case ast.Subscript():
            return _subscript(node, context)
        case ast.ListComp():
            return _comprehension(node, context)
        case _:
            return outside(node, context)


def _constant(node: ast.Constant, context: Context) -> BuildValue:
    value = node.value
    if value is None or isinstance(value, bool | float | str):
        return value
    if isinstance(value, int):
        return value if value <= MAX_INTEGER else too_large(node, context)
    return outside(node, context)


def too_large(node: ast.AST, context: Context) -> Anything:
    """Report P011: an integer that no machine word holds."""
    return context.report("P011", node, f"an integer is beyond {MAX_INTEGER}")


def _name(node: ast.Name, context: Context) -> BuildValue:
    name = node.id
    if name in context.names:
        context.owned.pop(name, None)
        return context.names[name]
    if name in SCALARS:
        return SCALARS[name]
    if name in INITS:
        return INITS[name]
    if name in CONSTANTS:
        return CONSTANTS[name]
    if name in LIBRARY:
        return made_function(name, {}, node, context)
    if name == "_":
        return WILD
    return unknown(node, name, context)


def _call(node: ast.Call, context: Context, targets: int | None) -> BuildValue:
    func = node.func
    if (
        isinstance(func, ast.Attribute)
        and func.attr == "apply"
        and isinstance(func.value, ast.Call)
    ):
        return _applied(node, func.value, context, targets)
    name = _operator_name(func)
    if name is None:
        _given("", node, context)
        return outside(func, context)
    return called(name, _given(name, node, context), context, targets)


def _given(name: str, node: ast.Call, context: Context) -> Given:
    positional = tuple(Arg(evaluate(each, context), each) for each in node.args)
    named: dict[str, Arg] = {}
    for keyword in node.keywords:
        value = evaluate(keyword.value, context)
        if keyword.arg is None:
            context.report(
                "P002", keyword.value, "`**` is outside the language", "write the arguments out"
            )
            named["**"] = Arg(ANYTHING, keyword.value)
        elif keyword.arg in named:
            words = f"`{keyword.arg}` is given twice"
            context.report("A002", keyword.value, words, "give it once")
        else:
            named[keyword.arg] = Arg(value, keyword)
    named.pop("**", None)
    return Given(name, node, positional, named)


def _operator_name(func: ast.expr) -> str | None:
    """Return `Op` for `Op` and for the earlier dialect's `step.Op`."""
    if isinstance(func, ast.Name):
        return func.id
    if (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and func.value.id == "step"
    ):
        return func.attr
    return None


def _applied(node: ast.Call, made: ast.Call, context: Context, targets: int | None) -> BuildValue:
    """`step.Op(parameters).apply(streams)`, the spelling of the earlier dialect."""
    name = _operator_name(made.func)
    if name is None:
        return outside(made.func, context)
    parameters, applied = _given(name, made, context), _given(name, node, context)
    given = modern(name, parameters, applied, context)
    return ANYTHING if given is None else called(given.name, given, context, targets)


def _binary(node: ast.BinOp, context: Context) -> BuildValue:
    left, right = evaluate(node.left, context), evaluate(node.right, context)
    if isinstance(left, StreamRef) or isinstance(right, StreamRef):
        return _combined(node, left, right, context)
    apply = _ARITHMETIC.get(type(node.op))
    if apply is None:
        return context.report(
            "P002",
            node,
            "this operator is outside the language",
            "extents know `+ - * // %` and `ceil_div`",
        )
    if isinstance(left, Anything) or isinstance(right, Anything):
        return ANYTHING
    if isinstance(left, list) and isinstance(right, list) and isinstance(node.op, ast.Add):
        context.spend(node, len(left) + len(right))
        return left + right
    if not _is_number(left) or not _is_number(right):
        wrong = left if not _is_number(left) else right
        return context.report("A003", node, f"expected numbers or extents, got {describe(wrong)}")
    if {type(left), type(right)} == {Dim, float}:
        return context.report("A003", node, "expected integers or extents, got a number")
    try:
        result = apply(left, right)
    except ExtentTooLarge:
        return context.report_long(node)
    except ArithmeticError:
        return context.report("P011", node, "this has no value, a division by zero for example")
    return _bounded(result, node, context)


def _combined(node: ast.BinOp, left: BuildValue, right: BuildValue, context: Context) -> Anything:
    """Report A003 for arithmetic of streams, which operators do."""
    names = [context.builder.label(ref) for ref in (left, right) if isinstance(ref, StreamRef)]
    hint = "declare a function of one element, `def f(x: f32) -> f32:`, and write `Map(x, fn=f)`"
    if len(names) == 2 and type(node.op) in _STREAM_FUNCTIONS:
        hint = f"write `Map({', '.join(names)}, fn={_STREAM_FUNCTIONS[type(node.op)]})`"
    return context.report("A003", node, "streams are combined by operators", hint)


_STREAM_FUNCTIONS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.MatMult: "matmul",
}


def _is_number(value: BuildValue) -> bool:
    return isinstance(value, int | float | Dim) and not isinstance(value, bool)


def _bounded(value: Dim | int | float, node: ast.AST, context: Context) -> BuildValue:
    if isinstance(value, Dim):
        weight = value.weight
        context.spend(node, weight)
        if weight > MAX_WEIGHT or any(abs(factor) > MAX_INTEGER for _, factor in value.terms):
            return context.report_long(node)
        constant = value.constant
        if constant is None:
            return value
        value = constant
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        return too_large(node, context)
    return value


def _negated(node: ast.UnaryOp, context: Context) -> BuildValue:
    value = evaluate(node.operand, context)
    if isinstance(value, Anything):
        return ANYTHING
    if isinstance(value, int | float | Dim) and not isinstance(value, bool):
        return -value
    if value in INITS.values():
        return outside(node, context)
    hint = (
        f"write `Map({context.builder.label(value)}, fn=neg)`"
        if isinstance(value, StreamRef)
        else ""
    )
    return context.report("A003", node, f"expected a number, got {describe(value)}", hint)


def _subscript(node: ast.Subscript, context: Context) -> BuildValue:
    value = evaluate(node.value, context)
    if isinstance(node.slice, ast.Slice):
        return _sliced(value, node, node.slice, context)
    place = evaluate(node.slice, context)
    if isinstance(value, Anything) or isinstance(place, Anything):
        return ANYTHING
    if isinstance(value, TensorRef):
        return _part_of(value, place, node, context)
    if not isinstance(value, list | tuple):
        hint = "a stream has no elements at build time" if isinstance(value, StreamRef) else ""
        return context.report("A003", node, f"expected a list, got {describe(value)}", hint)
    whole = context.integer(place, node.slice, "a subscript")
    if whole is None:
        return ANYTHING
    if not -len(value) <= whole < len(value):
        return context.report("P011", node, f"subscript {whole} is outside a list of {len(value)}")
    return value[whole]


def _part_of(
    ref: TensorRef, place: BuildValue, node: ast.Subscript, context: Context
) -> BuildValue:
    """`w[e]`: the part of a tensor at one leading index."""
    whole = context.integer(place, node.slice, "a subscript")
    lead = ref.type.shape[0]
    limit = context.integer(lead, node, f"the leading extent of `{ref}`")
    if whole is None or limit is None:
        return ANYTHING
    if len(ref.type.shape) < 2 or not 0 <= whole < limit:
        return context.report(
            "P011", node, f"subscript {whole} is outside the leading dim of `{ref.type}`"
        )
    return TensorRef(ref.name, Tensor(ref.type.dtype, ref.type.shape[1:]), (*ref.index, whole))


def _sliced(value: BuildValue, node: ast.AST, cut: ast.Slice, context: Context) -> BuildValue:
    bounds: list[int | None] = []
    for each in (cut.lower, cut.upper, cut.step):
        if each is None:
            bounds.append(None)
            continue
        whole = context.integer(evaluate(each, context), each, "a slice")
        if whole is None:
            return ANYTHING
        bounds.append(whole)
    if isinstance(value, Anything):
        return ANYTHING
    if not isinstance(value, list | tuple):
        return context.report("A003", node, f"expected a list, got {describe(value)}")
    if bounds[2] == 0:
        return context.report("P011", node, "the step of a slice is 0")
    context.spend(node, len(value))
    return list(value[slice(*bounds)])


def _comprehension(node: ast.ListComp, context: Context) -> BuildValue:
    for generator in node.generators:
        if generator.ifs or generator.is_async:
            return context.report(
                "P002",
                generator.iter,
                "a condition in a comprehension is outside the language",
                "slice the list",
            )
    targets = [part for each in node.generators for part in ast.walk(each.target)]
    bound = {part.id for part in targets if isinstance(part, ast.Name)}
    hidden = {name: context.names[name] for name in bound if name in context.names}
    results: list[BuildValue] = []
    good = _generate(node, 0, results, context)
    for name in bound:
        context.names.pop(name, None)
    context.names.update(hidden)
    return results if good else ANYTHING


def _generate(node: ast.ListComp, depth: int, results: list[BuildValue], context: Context) -> bool:
    if depth == len(node.generators):
        results.append(evaluate(node.elt, context))
        return True
    generator = node.generators[depth]
    items = iterable(generator.iter, context)
    if items is None:
        return False
    for item in items:
        assign(generator.target, item, context)
        if not _generate(node, depth + 1, results, context):
            return False
    return True


def iterable(node: ast.expr, context: Context) -> list[BuildValue] | None:
    """Return what a loop runs over, or None after reporting A003."""
    value = evaluate(node, context)
    if isinstance(value, list | tuple):
        return list(value)
    if not isinstance(value, Anything):
        hint = "a stream is processed whole, by operators" if isinstance(value, StreamRef) else ""
        context.report("A003", node, f"expected a list or `range`, got {describe(value)}", hint)
    return None
