"""Inputs as a task file draws them, and its expected outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from aspl.dims import Dim
from aspl.types import Element, element_dims, element_dtype
from benchmark.pcl.author import at_precision, last_value, names_of
from benchmark.pcl.problem import AuthorError
from benchmark.pcl.schema import Drawn, Output, PclFile, Port
from benchmark.pcl.sizes import integers_of
from benchmark.tasks.task import Array, Values

_CHANGE = 1e-6
"""How far inputs are moved, relatively, to see whether a choice is near."""
_JUMP = 1e-2
"""How far an output then moves, in its own scale, where a choice has changed."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnAsFile:
    """An `adapt` of a regime: draws all values anew, as the file says."""

    read: PclFile
    sizes: Mapping[str, int]

    def __call__(self, drawn: dict[str, Array], rng: np.random.Generator) -> Values:
        """Return values for all inputs and weights, whatever was drawn before."""
        known = integers_of(self.read.setup.text, self.sizes)
        ports = (*self.read.inputs, *self.read.weights)
        return {port.name: draw_port(port, known, rng) for port in ports}


def draw_port(port: Port, sizes: Mapping[str, int], rng: np.random.Generator) -> Array:
    """Draw one input or weight: floats as float64, flags as bool."""
    shape = _extents((*port.dims, *element_dims(port.type)), sizes)
    made = _draw(port.drawn, shape, rng)
    dtype = element_dtype(port.type)
    if dtype.is_float:
        return made.astype(np.float32).astype(np.float64)
    return made.astype(np.bool_) if dtype == "bool" else made.astype(np.int64)


def _draw(drawn: Drawn, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    match drawn.by:
        case "rand":
            return rng.random(shape)
        case "randn":
            return rng.standard_normal(shape)
        case "ones":
            return np.ones(shape)
        case "zeros":
            return np.zeros(shape)
        case "binary":
            return rng.integers(0, 2, shape)
        case "multihot":
            return _flags(drawn, shape, rng)


def _flags(drawn: Drawn, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Set between `low` and `high` flags of each element, at random places."""
    width = shape[-1]
    counts = rng.integers(min(drawn.low, width), min(drawn.high, width) + 1, shape[:-1])
    order = rng.random(shape).argsort(axis=-1).argsort(axis=-1)
    flags: Array = order < counts[..., None]
    return flags


def _extents(dims: tuple[Dim, ...], sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(dim.value(sizes) for dim in dims)


@dataclass(frozen=True, slots=True, eq=False)
class Transforms:
    """The reference of a file: its `data_transform` blocks, run on torch tensors."""

    read: PclFile

    def __call__(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the expected outputs, in the float type of the values.

        Errors: AuthorError.
        """
        import torch

        floats = next(
            (each.dtype for each in values.values() if each.is_floating_point()), torch.float32
        )
        sizes = _sizes_shown(self.read, values)
        try:
            return self._outputs(values, sizes, floats)
        except AuthorError:
            if floats == torch.float32:
                raise
        # blocks may name float32 themselves
        found = self._outputs(values, sizes, torch.float32)
        return tuple(each.to(floats) if each.is_floating_point() else each for each in found)

    def _outputs(
        self,
        values: Mapping[str, Any],
        sizes: Mapping[str, int],
        floats: Any,  # noqa: ANN401
    ) -> tuple[Any, ...]:
        import torch

        names = names_of(self.read, sizes, floats)
        held = {
            name: each.to(floats) if each.is_floating_point() or each.dtype == torch.bool else each
            for name, each in values.items()
        }
        names |= {"input_data": dict(held), **held}
        found = []
        with at_precision(floats):
            for place, output in enumerate(self.read.outputs):
                made = last_value(output.transform, names, self.read)
                found.append(_expected(self.read, place, output, made, sizes, floats))
        return tuple(found)


def _expected(
    read: PclFile,
    place: int,
    output: Output,
    made: Any,  # noqa: ANN401
    sizes: Mapping[str, int],
    floats: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    import torch

    code = output.transform[-1]
    if isinstance(made, list | tuple) and len(made) == 1:
        (made,) = made
    if not isinstance(made, torch.Tensor):
        what = "nothing" if made is None else type(made).__name__
        raise AuthorError(
            f"{read.file}:{code.line}: {code.path}: its last line makes {what}, and no tensor"
        )
    known = integers_of(read.setup.text, sizes)
    shape = _extents((*output.dims, *element_dims(output.type)), known)
    got = tuple(made.shape)
    if [each for each in got if each != 1] != [each for each in shape if each != 1]:
        raise AuthorError(
            f"{read.file}:{code.line}: {code.path}: outputs[{place}] is declared "
            f"{list(shape)} (outermost first), and its last line makes {list(got)}"
        )
    return _typed(made.reshape(shape), output.type, floats)


def _typed(tensor: Any, element: Element, floats: Any) -> Any:  # noqa: ANN401
    import torch

    dtype = element_dtype(element)
    if dtype.is_float:
        return tensor.to(floats)
    return tensor != 0 if dtype == "bool" else tensor.to(torch.int64)


def _sizes_shown(read: PclFile, values: Mapping[str, Any]) -> dict[str, int]:
    """Return the sizes that the shapes of values show."""
    found: dict[str, int] = {}
    for port in (*read.inputs, *read.weights):
        dims = (*port.dims, *element_dims(port.type))
        for dim, extent in zip(dims, values[port.name].shape, strict=True):
            if dim.symbol is not None:
                found[dim.symbol.name] = int(extent)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Steadiness:
    """A `margin` of a task: 1 where the outputs move as little as the inputs, 0 where they jump."""

    reference: Transforms

    def __call__(self, values: Mapping[str, Any]) -> float:
        """Return whether a choice is near, by moving the inputs a little."""
        import torch

        rng = np.random.default_rng(0)
        drawn = {port.name: port.drawn.by for port in self.reference.read.inputs}
        plain = {name: torch.from_numpy(np.array(each)) for name, each in values.items()}
        moved = dict(plain)
        for name, each in values.items():
            if each.dtype.kind == "f" and drawn.get(name, "rand") in ("rand", "randn"):
                change = 1 + _CHANGE * rng.uniform(-1, 1, each.shape)
                moved[name] = torch.from_numpy(each * change)
        pairs = zip(self.reference(plain), self.reference(moved), strict=True)
        return float(all(_steady(a, b) for a, b in pairs))


def _steady(a: Any, b: Any) -> bool:  # noqa: ANN401
    import torch

    if not a.is_floating_point():
        return bool(torch.equal(a, b))
    scale = a.square().mean().sqrt() + a.abs()
    still = (a - b).abs() <= _JUMP * scale
    return bool((still | ~torch.isfinite(a)).all())
