"""The table of primitives: every function that a declared body may call."""

from __future__ import annotations

from collections.abc import Mapping

from aspl.dims import ZERO, Dim
from aspl.functions import rules, shape_rules
from aspl.functions.arrays import ArrayType
from aspl.functions.costs import (
    ELEMENTWISE_FLOPS,
    MULTIPLY_ADD_FLOPS,
    POWER_FLOPS,
    SOFTMAX_FLOPS,
)
from aspl.functions.slots import Cost, Primitive, Rule, Slot, SlotKind

Arrays = tuple[ArrayType, ...]


def _free(args: Arrays, result: ArrayType) -> Dim:
    return ZERO


def _per_output(weight: int) -> Cost:
    return lambda args, result: ZERO if result.weak else result.count * weight


def _per_input(weight: int) -> Cost:
    return lambda args, result: args[0].count * weight


def _extreme_flops(args: Arrays, result: ArrayType) -> Dim:
    return args[0].count if len(args) == 1 else result.count * (len(args) - 1)


def _product_flops(args: Arrays, result: ArrayType) -> Dim:
    return result.count * args[0].dims[-1] * MULTIPLY_ADD_FLOPS


_AXES = (
    Slot("axis", SlotKind.AXES, required=False),
    Slot("keepdims", SlotKind.FLAG, required=False, default=False),
)
_LAST_AXIS = (Slot("axis", SlotKind.AXIS, required=False, default=-1),)
_DIMS = (Slot("dims", SlotKind.DIMS),)


def _unary(name: str, doc: str, rule: Rule = rules.floating) -> Primitive:
    return Primitive(name=name, doc=doc, rule=rule, cost=_per_output(ELEMENTWISE_FLOPS[name]))


def _reduction(name: str, doc: str, rule: Rule) -> Primitive:
    return Primitive(name=name, doc=doc, slots=_AXES, rule=rule, cost=_per_input(1))


def _extreme(name: str, doc: str) -> Primitive:
    return Primitive(
        name=name,
        doc=doc,
        variadic=True,
        slots=_AXES,
        rule=rules.extreme,
        cost=_extreme_flops,
    )


_ROWS = (
    _unary("exp", "e to the power of each number"),
    _unary("log", "natural logarithm"),
    _unary("sqrt", "square root"),
    _unary("rsqrt", "one over the square root"),
    _unary("sin", "sine"),
    _unary("cos", "cosine"),
    _unary("sigmoid", "1 / (1 + exp(-x))"),
    _unary("tanh", "hyperbolic tangent"),
    _unary("erf", "error function"),
    _unary("gelu", "x * (1 + erf(x / sqrt(2))) / 2"),
    _unary("silu", "x * sigmoid(x)"),
    _unary("relu", "x where it is above 0, else 0", rules.signed),
    _unary("abs", "magnitude", rules.signed),
    _unary("square", "x * x", rules.signed),
    _unary("floor", "greatest whole number not above x"),
    Primitive(
        name="softmax",
        doc="exp(x - max(x)) over its sum along an axis",
        slots=_LAST_AXIS,
        rule=rules.softmax,
        cost=_per_output(SOFTMAX_FLOPS),
    ),
    _extreme("max", "the largest: of several arrays, or along axes of one"),
    _extreme("min", "the smallest: of several arrays, or along axes of one"),
    _reduction("sum", "sum along axes", rules.reduction),
    _reduction("mean", "average along axes", rules.mean),
    Primitive(
        name="matmul",
        doc="matrix product, as `a @ b`",
        arrays=2,
        rule=shape_rules.matmul,
        cost=_product_flops,
    ),
    Primitive(
        name="outer",
        doc="every number of a times every number of b",
        arrays=2,
        rule=shape_rules.outer,
        cost=_per_output(1),
    ),
    Primitive(
        name="transpose",
        doc="dims in another order, by default reversed",
        slots=(Slot("axes", SlotKind.AXES, required=False),),
        rule=shape_rules.transpose,
        cost=_free,
    ),
    Primitive(
        name="concat",
        doc="arrays end to end along an axis",
        variadic=True,
        slots=_LAST_AXIS,
        rule=shape_rules.concat,
        cost=_free,
    ),
    Primitive(
        name="stack",
        doc="arrays side by side along a new axis",
        variadic=True,
        slots=_LAST_AXIS,
        rule=shape_rules.stack,
        cost=_free,
    ),
    Primitive(
        name="reshape",
        doc="the same numbers, other dims",
        slots=_DIMS,
        rule=shape_rules.reshape,
        cost=_free,
    ),
    Primitive(
        name="broadcast_to",
        doc="repeated along dims of extent 1 and new outer dims",
        slots=_DIMS,
        rule=shape_rules.broadcast_to,
        cost=_free,
    ),
    Primitive(
        name="where",
        doc="b where the flag a is set, else c",
        arrays=3,
        rule=rules.where,
        cost=_per_output(1),
    ),
    Primitive(
        name="topk",
        doc="flags of the k largest along the last axis; of equal ones the first",
        slots=(Slot("k", SlotKind.DIM),),
        rule=rules.topk,
        cost=_per_input(1),
    ),
    Primitive(
        name="one_hot",
        doc="n flags, the one at place x set; none if there is no such place",
        slots=(Slot("n", SlotKind.DIM),),
        rule=shape_rules.one_hot,
        cost=_free,
    ),
    Primitive(
        name="iota",
        doc="the i64 numbers 0 to n - 1",
        arrays=0,
        slots=(Slot("n", SlotKind.DIM),),
        rule=shape_rules.iota,
        cost=_free,
    ),
    Primitive(
        name="cumsum",
        doc="running sums along an axis",
        slots=_LAST_AXIS,
        rule=rules.running,
        cost=_per_input(1),
    ),
    Primitive(
        name="cumulative_position",
        doc="set flags up to here, less one: the place of a set flag among the set ones",
        slots=_LAST_AXIS,
        rule=rules.position,
        cost=_per_input(1),
    ),
    Primitive(
        name="cast",
        doc="the numbers as another type; fractions lose what is behind the point",
        slots=(Slot("dtype", SlotKind.DTYPE),),
        rule=rules.cast,
        cost=_free,
    ),
    Primitive(
        name="pow",
        doc="a to the power of b",
        arrays=2,
        rule=rules.power,
        cost=_per_output(POWER_FLOPS),
    ),
    Primitive(
        name="full",
        doc="an array of one number: `full([D], 0.5)`",
        slots=_DIMS,
        slots_first=True,
        rule=shape_rules.full,
        cost=_free,
    ),
    Primitive(
        name="zeros",
        doc="an f32 array of zeros",
        arrays=0,
        slots=_DIMS,
        rule=shape_rules.full,
        cost=_free,
    ),
)

PRIMITIVES: Mapping[str, Primitive] = {row.name: row for row in _ROWS}

_ARITHMETIC = {"+": rules.elementwise, "-": rules.elementwise, "*": rules.elementwise}
_WHOLE = {"//": rules.elementwise, "%": rules.elementwise, "/": rules.division, "**": rules.power}
_COMPARISONS = dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), rules.comparison)
_FLAGS = {"&": rules.flags, "|": rules.flags}

OPERATORS: Mapping[str, Primitive] = {
    sign: Primitive(
        name=sign,
        doc="",
        arrays=2,
        rule=rule,
        cost=_product_flops if sign == "@" else _per_output(POWER_FLOPS if sign == "**" else 1),
    )
    for sign, rule in {
        **_ARITHMETIC,
        **_WHOLE,
        **_COMPARISONS,
        **_FLAGS,
        "@": shape_rules.matmul,
    }.items()
}
"""The signs between two arrays, as primitives."""

SIGNS: Mapping[str, Primitive] = {
    "-": Primitive(name="-", doc="", rule=rules.signed, cost=_per_output(1)),
    "~": Primitive(name="~", doc="", rule=rules.flags, cost=_per_output(1)),
}
"""The signs before one array, as primitives."""
