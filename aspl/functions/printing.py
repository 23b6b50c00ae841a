"""Writing declared functions as source text that reads back to equal functions."""

from __future__ import annotations

import math

from aspl.dims import Dim
from aspl.functions.expressions import (
    At,
    Binary,
    Call,
    Expr,
    Group,
    Item,
    Name,
    NewAxis,
    Number,
    Pattern,
    Range,
    Setting,
    Size,
    Subscript,
    Unary,
    Weight,
)
from aspl.functions.function import Declared, Param
from aspl.functions.initial import init_text
from aspl.functions.primitives import PRIMITIVES
from aspl.types import shape_text

# how tightly each sign binds, as in Python
_COMPARE, _OR, _AND, _SUM, _TERM, _SIGN, _POWER, _ATOM = range(1, 9)
_BINDING = {
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), _COMPARE),
    "|": _OR,
    "&": _AND,
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "//", "%", "@"), _TERM),
    "**": _POWER,
}


def declared_text(fn: Declared) -> str:
    """Write a declared function, with a newline at the end."""
    params = ", ".join(map(_param_text, fn.params))
    lines = [f"@flops({fn.flops})"] if fn.flops is not None else []
    lines.append(f"def {fn.name}({params}) -> {fn.result}:")
    if fn.is_given:
        return "\n".join([*lines, "    ..."]) + "\n"
    lines += [f"    {_pattern_text(let.target)} = {_bare(let.value)}" for let in fn.lets]
    lines.append(f"    return {_bare(fn.value)}")
    return "\n".join(lines) + "\n"


def expression_text(expr: Expr) -> str:
    """Write an expression."""
    return _text(expr, 0)


def _param_text(param: Param) -> str:
    default = "" if param.init is None else f" = {init_text(param.init)}"
    return f"{param.name}: {param.type}{default}"


def _pattern_text(pattern: Pattern) -> str:
    if isinstance(pattern, str):
        return pattern
    inner = [part if isinstance(part, str) else f"({_pattern_text(part)})" for part in pattern]
    return f"{inner[0]}," if len(inner) == 1 else ", ".join(inner)


def _bare(expr: Expr) -> str:
    # a tuple needs no parentheses on a line of its own
    if isinstance(expr, Group) and len(expr.parts) > 1:
        return ", ".join(_text(part, 0) for part in expr.parts)
    return _text(expr, 0)


def _text(expr: Expr, binding: int) -> str:
    """Write an expression, in parentheses where it binds less tightly than its place asks."""
    text, own = _bound_text(expr)
    return f"({text})" if own < binding else text


def _bound_text(expr: Expr) -> tuple[str, int]:
    match expr:
        case Unary():
            return f"{expr.op}{_text(expr.operand, _SIGN)}", _SIGN
        case Binary():
            return _binary(expr)
        case Number():
            return _number(expr)
        case Size():
            return str(expr.dim), _ATOM if expr.dim.symbol is not None else _COMPARE
        case _:
            return _atom(expr), _ATOM


def _atom(expr: Expr) -> str:
    match expr:
        case Name() | Weight():
            return expr.name
        case Call():
            return _call(expr)
        case Subscript():
            return f"{_text(expr.value, _ATOM)}[{', '.join(map(_item, expr.items))}]"
        case Group():
            inner = ", ".join(_text(part, 0) for part in expr.parts)
            return f"({inner},)" if len(expr.parts) == 1 else f"({inner})"
        case _:
            return "..."


def _number(expr: Number) -> tuple[str, int]:
    if expr.kind == "bool":
        return str(expr.value), _ATOM
    negative = expr.value < 0 or (expr.kind == "float" and math.copysign(1.0, expr.value) < 0)
    return repr(expr.value), _SIGN if negative else _ATOM


def _binary(expr: Binary) -> tuple[str, int]:
    own = _BINDING[expr.op]
    # powers group from the right, comparisons not at all, the rest from the left
    left = own + 1 if own in (_POWER, _COMPARE) else own
    right = _SIGN if own == _POWER else own + 1
    return f"{_text(expr.left, left)} {expr.op} {_text(expr.right, right)}", own


def _call(expr: Call) -> str:
    primitive = PRIMITIVES[expr.name]
    settings = dict(expr.settings)
    required = [_setting(settings[slot.name]) for slot in primitive.slots if slot.required]
    arrays = [_text(each, 0) for each in expr.args]
    places = [*required, *arrays] if primitive.slots_first else [*arrays, *required]
    options = [
        f"{slot.name}={_setting(settings[slot.name])}"
        for slot in primitive.slots
        if not slot.required and slot.name in settings
    ]
    return f"{expr.name}({', '.join([*places, *options])})"


def _setting(value: Setting) -> str:
    if not isinstance(value, tuple):
        return str(value)
    dims = [each for each in value if isinstance(each, Dim)]
    return shape_text(tuple(dims)) if len(dims) == len(value) else str(list(value))


def _item(item: Item) -> str:
    match item:
        case At():
            return str(item.index)
        case NewAxis():
            return "None"
        case Range():
            start = "" if item.start is None else str(item.start)
            stop = "" if item.stop is None else str(item.stop)
            return f"{start}:{stop}" if item.step == 1 else f"{start}:{stop}:{item.step}"
