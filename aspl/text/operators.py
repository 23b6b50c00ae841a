"""From a call in a program's text to an operator in its graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from aspl.builder import StreamRef
from aspl.functions.function import Empty, Fill, Parts
from aspl.ops.base import ArgumentKind, Example, Op, Parameter
from aspl.site import Site
from aspl.text.context import Context
from aspl.text.convert import FAILED, convert
from aspl.text.given import Arg, Given
from aspl.text.operands import Bound, bind_operands, streams_in
from aspl.text.scope import ANYTHING, Anything, BuildValue
from aspl.types import Stream, TensorRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(Op):
    """An operator whose call is wrong: it reads its streams and writes nothing; never in `OPS`."""

    name: ClassVar[str] = "Broken"
    family: ClassVar[str] = "broken"
    example: ClassVar[Example] = Example(text="", inputs={})

    def results(self, inputs: int) -> int:
        """Write nothing."""
        return 0

    def infer(self, inputs: tuple[Stream, ...], site: Site) -> tuple[Stream, ...] | None:
        """Say nothing: what is wrong is reported already."""
        return None


def apply_operator(op: type[Op], given: Given, context: Context, targets: int | None) -> BuildValue:
    """Add the operator that a call stands for; `targets` is the number of names it is unpacked to.

    Returns the stream, or the list of streams, or ANYTHING after reporting what is wrong.
    """
    context.spend_operator(given.node)
    bound = bind_operands(op, given, context)
    values = _parameters(op, given, bound, context, targets)
    if values is None or not bound.good:
        arguments = (*given.positional, *given.named.values())
        read = [(ref, arg) for arg in arguments for ref in streams_in(arg, context)]
        _add(Broken(), read, given, context)
        return ANYTHING
    operator = op(**values)
    context.spend_streams(given.node, operator.results(len(bound.refs)))
    made = _add(operator, bound.refs, given, context)
    return made[0] if len(made) == 1 and not op.writes_list else list(made)


def _add(
    op: Op, reads: Sequence[tuple[StreamRef, Arg]], given: Given, context: Context
) -> tuple[StreamRef, ...]:
    return context.builder.add(
        op,
        *(ref for ref, _ in reads),
        span=context.span(given.node),
        input_spans=tuple(context.span(arg.node) for _, arg in reads),
    )


def _parameters(
    op: type[Op], given: Given, bound: Bound, context: Context, targets: int | None
) -> dict[str, Any] | None:
    """Return the operator's parameters by name, or None after reporting what is wrong."""
    parameters = {each.name: each for each in op.parameters()}
    args, known = _named(op, given, parameters, context)
    good = known
    free = [each for name, each in parameters.items() if name not in given.named]
    for arg in bound.rest:
        chosen = next((each for each in free if _stands_for(arg, each)), None)
        if chosen is None:
            good = False
            _report_surplus(arg, given, context)
            break
        free.remove(chosen)
        args[chosen.name] = arg
    values: dict[str, Any] = {}
    for name, parameter in parameters.items():
        if name in args:
            values[name] = convert(args[name], parameter, given.name, context)
        elif (op.name, name) in _FROM_TARGETS and targets is not None:
            values[name] = _FROM_TARGETS[op.name, name](targets)
        elif parameter.required:
            # an unknown name may be this one misspelt
            if known:
                given.report_missing(name, context)
            good = False
    failed = any(value is FAILED for value in values.values())
    return values if good and not failed else None


def _stands_for(arg: Arg, parameter: Parameter) -> bool:
    """Whether a nameless argument may be a parameter; a number is no initial value without name."""
    is_init = isinstance(arg.value, Fill | Empty | Parts)
    return is_init or parameter.argument.kind is not ArgumentKind.INIT


def _report_surplus(arg: Arg, given: Given, context: Context) -> None:
    if isinstance(arg.value, TensorRef):
        context.report(
            "A003",
            arg.node,
            f"`{given.name}` takes no tensor, got `{arg.value}`",
            "a `Parameter` is read by name in a declared function, a tensor of the kernel is "
            "loaded with `LinearOffChipLoad`",
        )
    elif not isinstance(arg.value, Anything):
        given.report_surplus(given.positional.index(arg), context)


def _named(
    op: type[Op], given: Given, parameters: dict[str, Parameter], context: Context
) -> tuple[dict[str, Arg], bool]:
    operands = tuple(operand.name for operand in op.operands)
    args: dict[str, Arg] = {}
    good = True
    for name, arg in given.named.items():
        if name in parameters:
            args[name] = arg
        elif name not in operands:
            good = False
            given.report_unknown(name, arg, (*operands, *parameters), context)
    return args, good


# how many names a call is unpacked to says how many streams it writes
_FROM_TARGETS: dict[tuple[str, str], Callable[[int], int | bool]] = {
    ("Partition", "n"): lambda count: count,
    ("Parallelize", "n"): lambda count: count,
    ("Broadcast", "n"): lambda count: count,
    ("Reshape", "flags"): lambda count: count == 2,
}
