"""Calls with evaluated arguments: of operators, types, built-ins and functions."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from aspl.dims import Dim
from aspl.functions.apply import library_function
from aspl.functions.function import Declared, Library
from aspl.functions.library.entry import OptionValue
from aspl.functions.library.table import LIBRARY
from aspl.ops.table import OPS
from aspl.text.builtins import BUILTINS, INITS, typed_init
from aspl.text.context import Context
from aspl.text.derived import DERIVED
from aspl.text.given import Given
from aspl.text.operands import streams_in
from aspl.text.operators import apply_operator
from aspl.text.outside import unknown
from aspl.text.scope import ANYTHING, Anything, BuildValue, describe
from aspl.text.type_names import CONSTRUCTORS, make_type


def called(name: str, given: Given, context: Context, targets: int | None) -> BuildValue:
    """Return what a call stands for; `targets` is the number of names it is unpacked to."""
    value = context.names.get(name)
    if value is not None:
        return _called_value(value, given, context)
    if name in OPS:
        return apply_operator(OPS[name], given, context, targets)
    if name in DERIVED:
        return DERIVED[name].build(given, context, targets)
    if name in CONSTRUCTORS:
        return make_type(given, context)
    if name in BUILTINS:
        return BUILTINS[name](given, context)
    if name in INITS:
        return typed_init(INITS[name], given, context)
    if name in LIBRARY:
        return _library(name, given, context)
    if not isinstance(given.node.func, ast.Attribute) and name in context.later():
        return unknown(given.node.func, name, context)
    hint = context.nearest(name, OPS, DERIVED, LIBRARY, BUILTINS, CONSTRUCTORS)
    return context.report("N002", given.node.func, f"unknown operator `{name}`", hint)


def _called_value(value: BuildValue, given: Given, context: Context) -> BuildValue:
    if isinstance(value, Declared | Library) and not given.positional and not given.named:
        # the earlier dialect makes an instance of a function where it is named
        return value
    if isinstance(value, Declared):
        hint = f"functions are applied by operators: write `Map(..., fn={given.name})`"
        return context.report("A003", given.node, f"`{given.name}` is called directly", hint)
    if isinstance(value, Anything):
        return ANYTHING
    return context.report(
        "A003", given.node, f"`{given.name}` is {describe(value)}, which cannot be called"
    )


def _library(name: str, given: Given, context: Context) -> BuildValue:
    refs = [ref for arg in given.positional for ref in streams_in(arg, context)]
    if refs:
        streams = ", ".join(map(context.builder.label, refs))
        hint = f"functions are applied by operators: write `Map({streams}, fn={name})`"
        return context.report("A003", given.node, f"`{name}` is called directly", hint)
    known = tuple(option.name for option in LIBRARY[name].options)
    bound = given.bind(known, 0, context)
    if bound is None or any(isinstance(arg.value, Anything) for arg in bound.values()):
        return ANYTHING
    options: dict[str, OptionValue] = {}
    for option, arg in bound.items():
        if not isinstance(arg.value, int | float | bool | Dim):
            got = describe(arg.value)
            return context.report(
                "F012", arg.node, f"expected a value for `{option}` of `{name}`, got {got}"
            )
        options[option] = arg.value
    return made_function(name, options, given.node, context)


def made_function(
    name: str, options: Mapping[str, OptionValue], node: ast.AST, context: Context
) -> BuildValue:
    """Return a library function with its options, or report F012."""
    made = library_function(name, options)
    if isinstance(made, Library):
        return made
    for problem in made:
        context.report(problem.code, node, problem.message, problem.hint)
    return ANYTHING
