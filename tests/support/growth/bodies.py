"""Random declared functions, as text."""

from __future__ import annotations

from collections.abc import Sequence

from aspl.dims import to_dim
from aspl.types import (
    Buffer,
    Element,
    Scalar,
    Selector,
    Tile,
)
from growth.choices import Choices
from growth.steps import grow
from growth.writer import Body, Given, Part, Writer


def _writer(choose: Choices, given: Given, params: Sequence[tuple[Element, bool]]) -> Writer:
    writer = Writer(choose, given)
    for place, (element, exact) in enumerate(params):
        writer.parameter(f"x{place}", element, exact)
    return writer


def element_of(part: Part, w: Writer) -> Element:
    """Return an element type for an array."""
    choose, dims = w.choose, part.dims
    if not dims:
        return Scalar(part.dtype)
    if part.is_flag and len(dims) == 1 and w.is_filled(dims[0]) and choose.chance(70):
        return Selector(dims[0])
    if len(dims) == 2 and choose.chance(60):
        return Tile(part.dtype, dims[0], dims[1])
    if len(dims) == 3 and choose.chance(50):
        return Buffer(Tile(part.dtype, dims[1], dims[2]), dims[:1])
    return Buffer(Scalar(part.dtype), dims)


def map_body(
    choose: Choices, given: Given, params: Sequence[tuple[Element, bool]], *, flat: bool = False
) -> Body | None:
    """Write a function of elements; with `flat` one that makes a buffer."""
    writer = _writer(choose, given, params)
    grow(writer, choose.of(range(1, 5)))
    part = writer.parts[-1]
    if flat and not part.dims:
        part = Part(f"stack({part.text}, {part.text})", (to_dim(2),), part.dtype, part.exact)
    result = element_of(part, writer)
    if flat and not isinstance(result, Buffer):
        result = Buffer(Scalar(part.dtype), part.dims)
    text, shown, exact = part.text, writer.type_text(result), part.exact
    if not flat and choose.chance(15):
        other = choose.of(writer.parts)
        shown = f"Tuple({shown}, {writer.type_text(element_of(other, writer))})"
        text, exact = f"{text}, {other.text}", exact and other.exact
    flops = choose.of(["12", "2*M"]) if choose.chance(10) else None
    lines = (*writer.lines, f"return {text}")
    return Body(", ".join(writer.params), shown, lines, exact, flops)


def fold_body(choose: Choices, given: Given, params: Sequence[tuple[Element, bool]]) -> Body | None:
    """Write a fold; its state has the type of something computed from the elements."""
    writer = _writer(choose, given, params)
    grow(writer, choose.of(range(1, 4)))
    fits = [part for part in writer.parts if all(dim.is_static for dim in part.dims)]
    if not fits:
        return None
    steps = [choose.of(fits[::-1]) for _ in range(choose.of([1, 1, 2]))]
    states = [element_of(part, writer) for part in steps]
    names = [f"s{place}" for place in range(len(steps))]
    values = [_folded(choose, *each) for each in zip(names, steps, strict=True)]
    shown = writer.type_text(states[0])
    lines, value = list(writer.lines), values[0].text
    state = names[0]
    if len(steps) > 1:
        shown = f"Tuple({', '.join(map(writer.type_text, states))})"
        lines.append(f"{', '.join(names)} = state")
        value, state = ", ".join(each.text for each in values), "state"
    init = choose.of(["zeros", "ones"] if any(each.is_flag for each in steps) else _INITS)
    params_text = ", ".join([*writer.params, f"{state}: {shown} = {init}"])
    exact = all(each.exact for each in values)
    return Body(params_text, shown, (*lines, f"return {value}"), exact)


_INITS = ("zeros", "ones", "2", "zeros")


def _folded(choose: Choices, state: str, step: Part) -> Part:
    if step.is_flag:
        return Part(
            f"{state} {choose.of(['&', '|'])} {step.text}", step.dims, step.dtype, step.exact
        )
    forms = ["{} + {}", "max({}, {})", "min({}, {})", "{} - {}"]
    if step.is_float:
        forms.append("{} * 0.5 + {}")
    text = choose.of(forms).format(state, step.text)
    return Part(text, step.dims, step.dtype, step.exact)
