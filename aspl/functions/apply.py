"""What functions make of elements: the typing rules that higher-order operators ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from aspl.dims import ZERO, Dim, to_dim
from aspl.functions.declared import (
    declared_flat,
    declared_flops,
    declared_fold,
    declared_map,
    init_of,
)
from aspl.functions.fitting import flattened
from aspl.functions.function import Declared, Empty, Fill, Flat, Function, Init, Library, Parts
from aspl.functions.initial import MISSING_HINT, init_problem
from aspl.functions.library.entry import Asked, Elements, Entry, FoldRole, Option, OptionValue
from aspl.functions.library.table import LIBRARY
from aspl.functions.problems import Problem, Refusal, expected_got, nearest
from aspl.site import Site
from aspl.types import Element, Tile, Tuple

_T = TypeVar("_T")


def map_type(fn: Function, args: Elements, site: Site) -> Element | None:
    """Return the element that a function makes of elements, or None after reporting why not.

    Errors: F009 for arguments that do not fit, F011 for a function that is no map.
    """
    if isinstance(fn, Declared):
        return _reported(lambda given: declared_map(fn, given, site), args, site)
    role = LIBRARY[fn.name].map
    if role is None:
        _wrong_role(fn, "a map of single elements", site)
        return None
    asked = _asked(fn, site)

    def rule(given: Elements) -> Element:
        _require_count(fn, role.low, role.high, given)
        return role.rule(given, asked)

    return _reported(rule, args, site, spread=not role.keeps_tuples)


def fold_type(
    fn: Function, args: Elements, init: Init | None, count: Dim, site: Site
) -> Element | None:
    """Return the state after folding `count` elements, or None after reporting why there is none.

    Errors: F009 inputs, F010 state and initial value, F011 for a function that is no fold.
    """
    if isinstance(fn, Declared):
        return _reported(lambda given: declared_fold(fn, given, init, site), args, site)
    role = LIBRARY[fn.name].fold
    if role is None:
        _wrong_role(fn, "a fold", site)
        return None
    start = fold_init(fn, init)
    if start is None:
        site.report("F010", f"fold `{fn}` has no initial value", hint=MISSING_HINT)
        return None
    asked = _asked(fn, site)

    def rule(given: Elements) -> Element:
        _require_count(fn, role.low, role.high, given)
        return _library_state(role, given, start, count, asked)

    return _reported(rule, args, site)


def fold_init(fn: Function, init: Init | None) -> Init | None:
    """Return the initial value of a fold: the one given, else the function's own."""
    if init is not None:
        return init
    if isinstance(fn, Declared):
        return init_of(fn)
    role = LIBRARY[fn.name].fold
    return None if role is None else role.init


def flat_type(fn: Function, args: Elements, site: Site) -> Flat | None:
    """Return the small stream that a function makes of one element, or None after reporting.

    Errors: F009 for arguments that do not fit, F011 for a function that makes no stream.
    """
    if isinstance(fn, Declared):
        return _reported(lambda given: declared_flat(fn, given, site), args, site)
    role = LIBRARY[fn.name].flat
    if role is None:
        _wrong_role(fn, "a function that makes a stream of one element", site)
        return None
    asked = _asked(fn, site)

    def rule(given: Elements) -> Flat:
        _require_count(fn, role.low, role.high, given)
        return role.rule(given, asked)

    return _reported(rule, args, site)


def map_flops(fn: Function, args: Elements, result: Element) -> Dim:
    """Return the FLOPs of one call.

    Source: as the function states, else counted by the weights of `aspl.functions.costs`
    """
    if isinstance(fn, Declared):
        return declared_flops(fn, args)
    role = LIBRARY[fn.name].map
    if role is None:
        return ZERO
    given = args if role.keeps_tuples or _counted(role.low, role.high, args) else flattened(args)
    return role.flops(given, result)


def fold_flops(fn: Function, args: Elements, state: Element) -> Dim:
    """Return the FLOPs of folding one element.

    Source: as the function states, else counted by the weights of `aspl.functions.costs`
    """
    if isinstance(fn, Declared):
        return declared_flops(fn, (*args, state))
    role = LIBRARY[fn.name].fold
    if role is None:
        return ZERO
    given = args if _counted(role.low, role.high, args) else flattened(args)
    return role.flops(given, state)


def library_function(
    name: str, options: Mapping[str, OptionValue]
) -> Library | tuple[Problem, ...]:
    """Return a library function with its options, or what is wrong with them.

    Errors: F002 unknown function, F012 unknown, missing or bad option.
    """
    entry = LIBRARY.get(name)
    if entry is None:
        return (Problem("F002", f"unknown function `{name[:80]}`", nearest(name, LIBRARY)),)
    known = {each.name: each for each in entry.options}
    problems = [_unknown_option(entry, each) for each in options if each not in known]
    problems += [
        Problem("F012", f"`{name}` is missing option `{each.name}`", f"write `{entry.usage}`")
        for each in entry.options
        if each.default is None and each.name not in options
    ]
    kept: list[tuple[str, OptionValue]] = []
    for each in entry.options:
        if each.name not in options:
            continue
        value = _option(each, options[each.name])
        if value is None:
            problems.append(_bad_option(entry, each, options[each.name]))
        elif value != each.default:
            kept.append((each.name, value))
    return tuple(problems) or Library(name, tuple(kept))


def _option(option: Option, value: OptionValue) -> OptionValue | None:
    """Return the value in the one form of its kind, None where it is of another kind."""
    if isinstance(value, bool):
        return value if option.kind == "flag" else None
    if option.kind == "dim" and isinstance(value, int | Dim):
        dim = to_dim(value)
        return dim if dim.constant is None or dim.constant >= 0 else None
    if isinstance(value, Dim):
        value = value.constant if value.constant is not None else -1
    return value if option.kind == "integer" and isinstance(value, int) and value >= 0 else None


_KINDS = {
    "flag": "True or False",
    "integer": "an integer of 0 or more",
    "dim": "an integer or extent",
}


def _bad_option(entry: Entry, option: Option, value: OptionValue) -> Problem:
    wanted = _KINDS[option.kind]
    return Problem(
        "F012",
        f"option `{option.name}` of `{entry.name}` expected {wanted}, got `{value}`",
        f"`{option.name}`: {option.doc}",
        expected_got(wanted, value),
    )


def _unknown_option(entry: Entry, name: str) -> Problem:
    names = [each.name for each in entry.options]
    hint = nearest(name, names) or f"write `{entry.usage}`"
    return Problem("F012", f"`{entry.name}` has no option `{name[:80]}`", hint)


def _library_state(role: FoldRole, args: Elements, init: Init, count: Dim, asked: Asked) -> Element:
    declared = None if isinstance(init, Parts) else init.type
    if isinstance(init, Empty) and not role.grows:
        declared = None
    state = role.rule(args, declared, asked)
    if isinstance(init, Fill) and role.grows and declared is None:
        hint = "begin with `empty`, or give the initial tile its type"
        raise Refusal("F010", f"`{asked.name}` with an initial value of no size", hint)
    problem = init_problem(init, state, grows=role.may_be_empty)
    if problem is not None:
        raise Refusal(problem.code, problem.message, problem.hint, facts=problem.facts)
    first = args[0]
    if not role.grows or not isinstance(state, Tile) or not isinstance(first, Tile):
        return state
    begun = declared if isinstance(declared, Tile) else Tile(state.dtype, ZERO, ZERO)
    if role.grows == "rows":
        rows = asked.site.absorb(begun.rows + asked.site.absorb(first.rows * count))
        return Tile(state.dtype, rows, state.cols)
    cols = asked.site.absorb(begun.cols + asked.site.absorb(first.cols * count))
    return Tile(state.dtype, state.rows, cols)


def _asked(fn: Library, site: Site) -> Asked:
    return Asked(fn.name, LIBRARY[fn.name].filled(fn.options), site)


def _counted(low: int, high: int | None, args: Elements) -> bool:
    return low <= len(args) and (high is None or len(args) <= high)


def _require_count(fn: Library, low: int, high: int | None, args: Elements) -> None:
    if not _counted(low, high, args):
        wanted = f"{low} argument{'' if low == 1 else 's'}"
        raise Refusal(
            "F009",
            f"`{fn}` expected {wanted}, got {len(args)}",
            "give one stream an argument, or zip several into tuples",
            facts=expected_got(wanted, len(args)),
        )


def _wrong_role(fn: Library, wanted: str, site: Site) -> None:
    roles = " and a ".join(LIBRARY[fn.name].roles)
    site.report(
        "F011",
        f"expected {wanted}, got `{fn}`, which is a {roles}",
        hint=f"use `{fn.name}` in an operator for a {roles}, or declare a function",
        facts=expected_got(wanted, roles),
    )


def _reported(
    rule: Callable[[Elements], _T], args: Elements, site: Site, *, spread: bool = True
) -> _T | None:
    """Apply a rule to the arguments, or else to their leaves; report the first refusal."""
    try:
        return rule(args)
    except Refusal as refusal:
        first = refusal.problem
    if spread and any(isinstance(each, Tuple) for each in args):
        try:
            return rule(flattened(args))
        except Refusal as refusal:
            # with the right number of leaves, what is wrong with a leaf says more
            if "arguments, got" not in refusal.problem.message:
                first = refusal.problem
    operand = first.operand if first.operand is not None and first.operand < len(args) else None
    site.report(first.code, first.message, operand=operand, hint=first.hint, facts=first.facts)
    return None
