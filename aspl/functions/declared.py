"""Typing rules of declared functions at their uses. Rules raise Refusal."""

from __future__ import annotations

from aspl.diagnostics import Span
from aspl.dims import ZERO, Dim, product
from aspl.functions.expressions import steps_in
from aspl.functions.fitting import fits, flattened, has_wild, misfit, named_extents
from aspl.functions.function import Declared, Empty, Fill, Flat, Init, Param
from aspl.functions.initial import MISSING_HINT, init_problem
from aspl.functions.names import constant_of
from aspl.functions.problems import Problem, Refusal, expected_got
from aspl.functions.typing import Report, infer, result_element, with_dims
from aspl.site import Extents, Site
from aspl.types import Buffer, Element, Tuple, element_dims, leaves

Elements = tuple[Element, ...]


def init_of(fn: Declared) -> Init | None:
    """Return the initial value that a fold declares."""
    return fn.params[-1].init if fn.params else None


def declared_map(fn: Declared, args: Elements, site: Site) -> Element:
    """Return the element that a function makes of elements.

    Errors: Refusal F009.
    """
    _require(misfit(fn, fn.params, args, site))
    return _absorbed(_result(fn, args, site), site)


def declared_fold(fn: Declared, args: Elements, init: Init | None, site: Site) -> Element:
    """Return the state of a fold.

    Errors: Refusal F009 inputs, F010 state and initial value, F011 for a function of one parameter.
    """
    *inputs, last = fn.params
    if not inputs:
        hint = "a fold takes its inputs and, last, its state"
        raise Refusal("F011", f"expected a fold, got `{fn}`, which has one parameter", hint)
    _require(misfit(fn, tuple(inputs), args, site))
    start = init if init is not None else last.init
    if start is None:
        hint = f"write a default for `{last.name}`, or {MISSING_HINT}"
        raise Refusal("F010", f"fold `{fn}` has no initial value", hint)
    state = _state(fn, last, start, site)
    _require(init_problem(start, state))
    result = _result(fn, (*args, state), site)
    if not fits(state, result, site):
        raise Refusal(
            "F010",
            f"fold `{fn}` expected its state `{state}` as the result, got `{result}`",
            "declare the result with the type of the last parameter, which is the state",
            facts=expected_got(state, result),
        )
    return state


def declared_flat(fn: Declared, args: Elements, site: Site) -> Flat:
    """Return the stream of the elements of the buffer that a function makes.

    Errors: Refusal F009, F011 when it makes no buffer.
    """
    result = declared_map(fn, args, site)
    if not isinstance(result, Buffer):
        raise Refusal(
            "F011",
            f"expected a function that makes a buffer, got `{fn}`, which makes `{result}`",
            "`FlatMap` emits the elements of a buffer; use `Map` for one element",
            facts=expected_got("Buffer", result),
        )
    return Flat(result.element, result.dims)


def declared_flops(fn: Declared, args: Elements) -> Dim:
    """Return the FLOPs of one call: those stated, else those of its primitives."""
    if fn.flops is not None:
        return fn.flops
    if fn.is_given:
        # assumed: one for each number that it makes
        return sum((product(element_dims(leaf)) for leaf in leaves(fn.result)), ZERO)
    given = args if len(args) == len(fn.params) else flattened(args)
    params = {param.name: got for param, got in zip(fn.params, given, strict=False)}
    return infer(params, fn.lets, fn.value, _Plain(), _silent).flops()


def steps_of_use(fn: Declared) -> int:
    """Count the steps of typing a function at a use: its body, where a `_` leaves extents open."""
    if fn.is_given or not _is_open(fn):
        return 0
    return steps_in(fn.value) + sum(steps_in(let.value) for let in fn.lets)


def judge(fn: Declared, extents: Extents, report: Report) -> None:
    """Type the body of a function once more, at the sizes of the program that holds it.

    Errors: reports F003 to F006, as where the function was declared.
    """
    if fn.is_given:
        return
    params = {param.name: named_extents(param) for param in fn.params}
    inferred = infer(params, fn.lets, fn.value, extents, report)
    try:
        result_element(fn.result, inferred.value, extents)
    except Refusal as refusal:
        report(refusal.problem, fn.value.span)


class _Plain:
    """Extents of a function that has been judged: nothing is compared once more."""

    def same(self, left: Dim, right: Dim) -> bool:
        return True

    def bound(self, dim: Dim) -> int | None:
        return constant_of(dim)


def _silent(problem: Problem, span: Span) -> None:
    """Report nothing."""


def _state(fn: Declared, param: Param, init: Init, site: Site) -> Element:
    given = init.type if isinstance(init, Fill | Empty) else None
    if given is not None and not fits(param.type, given, site):
        raise Refusal(
            "F010",
            f"fold `{fn}` expected a state `{param.type}`, got an initial value `{given}`",
            "leave the type of the initial value out",
            facts=expected_got(param.type, given),
        )
    if given is not None:
        return given
    if has_wild(param.type):
        hint = "write the extents of the state, or an initial value with a type"
        raise Refusal("F010", f"the state `{param.type}` of `{fn}` has open extents", hint)
    return param.type


def _result(fn: Declared, args: Elements, site: Extents) -> Element:
    """Return the result; where a `_` stands, type the body once more with the actual extents."""
    if not _is_open(fn):
        return fn.result
    problems: list[Problem] = []

    def report(problem: Problem, span: Span) -> None:
        problems.append(problem)

    params = {param.name: got for param, got in zip(fn.params, args, strict=True)}
    inferred = infer(params, fn.lets, fn.value, site, report)
    if not problems and inferred.value is not None:
        result = result_element(fn.result, inferred.value, site)
        if result is not None:
            return result
    reason = problems[0] if problems else Problem("F009", "its result is not known")
    raise Refusal(
        "F009",
        f"`{fn}` does not work on these extents: {reason.message}",
        reason.hint,
        facts=reason.facts,
    )


def _is_open(fn: Declared) -> bool:
    """Whether a `_` stands in a type; a given function has none."""
    return has_wild(fn.result) or any(has_wild(param.type) for param in fn.params)


def _absorbed(element: Element, site: Site) -> Element:
    if isinstance(element, Tuple):
        return Tuple(tuple(_absorbed(part, site) for part in element.parts))
    dims = element_dims(element)
    return with_dims(element, tuple(map(site.absorb, dims))) if dims else element


def _require(problem: Problem | None) -> None:
    if problem is not None:
        raise Refusal(
            problem.code,
            problem.message,
            problem.hint,
            facts=problem.facts,
            operand=problem.operand,
        )
