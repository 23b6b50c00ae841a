"""What the functions of a task file compute, for a whole batch of elements at once.

A body is written for one element. It is mapped over the batch by `torch.vmap`; the first call holds
that against a plain loop, and where they differ, or a body cannot be mapped, the loop stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np

from aspl.reference.functions.batch import Value
from aspl.reference.functions.columns import known_dims
from aspl.reference.run import Run
from aspl.types import Element, Scalar, Tuple, element_dtype, leaves
from benchmark.pcl.author import Body, at_precision, body_of, names_of
from benchmark.pcl.problem import AuthorError
from benchmark.pcl.schema import Fn, PclFile
from benchmark.pcl.sizes import names_in

Batch: TypeAlias = "list[Any]"
"""A tensor for each part, with the batch as its first axis."""
Way: TypeAlias = Literal["mapped", "looped"]
_FEW = 4
"""So few elements are looped over sooner than mapped."""
_COMPARED = 64


@dataclass(slots=True, eq=False)
class GivenFunction:
    """A `Meaning`: calls the author's Python with the weights of the run."""

    read: PclFile
    fn: Fn
    names: tuple[str, ...]
    """The sizes that the file speaks of."""
    bodies: dict[tuple[Any, ...], tuple[Body, dict[str, Any]]] = field(default_factory=dict)
    ways: dict[tuple[Any, ...], Way] = field(default_factory=dict)

    def __call__(self, args: tuple[Value, ...], run: Run) -> Value:
        """Return the result for every element.

        Errors: AuthorError.
        """
        import torch

        try:
            return self._at(args, run, torch.float64 if run.precision == "f64" else torch.float32)
        except AuthorError:
            if run.precision == "f32":
                raise
        # a body may name float32 itself; what it makes is then as exact as it wants
        return self._at(args, run, torch.float32)

    def _at(self, args: tuple[Value, ...], run: Run, floats: Any) -> Value:  # noqa: ANN401
        inputs = [_tensor(part, floats) for each in args for part in _parts(each)]
        count = len(inputs[0])
        cut = len(inputs) - (len(leaves(self.fn.output)) if self.fn.is_fold else 0)
        # those that the file speaks of, not what the run decided beside them
        sizes = {name: int(run.sizes[name]) for name in self.names if name in run.sizes}
        key = (tuple(sizes.values()), floats)
        with at_precision(floats):
            if key not in self.bodies:
                names = names_of(self.read, sizes, floats)
                self.bodies[key] = (body_of(self.fn.apply, names, self.read), names)
            body, names = self.bodies[key]
            names["input_data"] = {
                name: _tensor(np.asarray(each), floats) for name, each in run.parameters.items()
            }
            shapes = [_shape(leaf, run) for leaf in leaves(self.fn.output)]
            one = partial(_one, self, body, cut, shapes, floats)
            found = self._batch(one, inputs, count, key)
        return _nested(self.fn.output, iter(found))

    def _batch(
        self, one: Callable[..., Any], inputs: Batch, count: int, key: tuple[Any, ...]
    ) -> list[Any]:
        way = self.ways.get(key)
        if way == "looped" or count <= _FEW:
            return _looped(one, inputs, count)
        if way == "mapped":
            mapped = _mapped(one, inputs)
            if mapped is not None:
                return mapped
            self.ways[key] = "looped"
            return _looped(one, inputs, count)
        mapped = _mapped(one, inputs)
        few = [each[:_COMPARED] for each in inputs]
        looped = _looped(one, few, min(count, _COMPARED))
        if mapped is not None and _alike(mapped, looped):
            self.ways[key] = "mapped"
            return mapped
        self.ways[key] = "looped"
        return looped if count <= _COMPARED else _looped(one, inputs, count)


def meanings_of(read: PclFile) -> dict[str, GivenFunction]:
    """Return the meaning of each function of a file; nothing runs before the first call."""
    names = names_in(read)
    return {fn.name: GivenFunction(read, fn, names) for fn in read.fns}


def _one(
    given: GivenFunction,
    body: Body,
    cut: int,
    shapes: list[tuple[int, ...]],
    floats: Any,  # noqa: ANN401
    *values: Any,  # noqa: ANN401
) -> tuple[Any, ...]:
    """Call a body for one element."""
    made = body(list(values[:cut]), list(values[cut:]))
    parts = list(made) if isinstance(made, list | tuple) else [made]
    if len(parts) != len(shapes):
        raise given_wrong(given, f"made {len(parts)} values where {len(shapes)} are declared")
    types = leaves(given.fn.output)
    return tuple(
        _fitted(given, part, shape, element, floats)
        for part, shape, element in zip(parts, shapes, types, strict=True)
    )


def given_wrong(given: GivenFunction, what: str) -> AuthorError:
    """Return the error that a function does not keep to its declaration."""
    code = given.fn.apply
    return AuthorError(f"{given.read.file}:{code.line}: {code.path}: `{given.fn.name}` {what}")


def _fitted(
    given: GivenFunction,
    part: Any,  # noqa: ANN401
    shape: tuple[int, ...],
    element: Element,
    floats: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    import torch

    if part is None:
        raise given_wrong(given, "made nothing: end its body with `return [...]`")
    tensor = part if isinstance(part, torch.Tensor) else torch.as_tensor(part)
    got = tuple(tensor.shape)
    if got != shape:
        if [each for each in got if each != 1] != [each for each in shape if each != 1]:
            want = list(shape)
            raise given_wrong(
                given, f"made {list(got)} where `{element}` is {want} (outermost first)"
            )
        tensor = tensor.reshape(shape)
    dtype = element_dtype(element)
    if dtype.is_float:
        return tensor.to(floats)
    return tensor != 0 if dtype == "bool" else tensor.to(torch.int64)


def _looped(one: Callable[..., Any], inputs: Batch, count: int) -> list[Any]:
    import torch

    # copies: a body may write to its state
    found = [one(*(each[place].clone() for each in inputs)) for place in range(count)]
    return [torch.stack(part) for part in zip(*found, strict=True)]


def _mapped(one: Callable[..., Any], inputs: Batch) -> list[Any] | None:
    """Map a body over the batch; None for one that cannot be mapped."""
    import torch

    try:
        return list(torch.vmap(one, randomness="different")(*(each.clone() for each in inputs)))
    # whatever a body does that mapping does not know; the loop will tell what is really wrong
    except Exception:
        return None


def _alike(mapped: list[Any], looped: list[Any]) -> bool:
    import torch

    for whole, few in zip(mapped, looped, strict=True):
        part = whole[: len(few)]
        if part.shape != few.shape or part.dtype != few.dtype:
            return False
        if part.is_floating_point():
            close = 1e-4 if part.dtype == torch.float32 else 1e-9
            if not torch.allclose(part, few, rtol=close, atol=close, equal_nan=True):
                return False
        elif not torch.equal(part, few):
            return False
    return True


def _parts(value: Value) -> list[Any]:
    if isinstance(value, tuple):
        return [leaf for part in value for leaf in _parts(part)]
    return [np.asarray(value)]


def _tensor(array: np.ndarray[Any, Any], floats: Any) -> Any:  # noqa: ANN401
    """Return a copy as a tensor; flags are numbers to the task's author."""
    import torch

    if array.dtype.kind in "fb":
        wide = np.float64 if floats == torch.float64 else np.float32
        return torch.from_numpy(array.astype(wide))
    return torch.from_numpy(array.astype(np.int64))


def _shape(element: Element, run: Run) -> tuple[int, ...]:
    return tuple(dim or 0 for dim in known_dims(element, run))


def _nested(element: Element, found: Any) -> Value:  # noqa: ANN401 - an iterator of tensors
    if isinstance(element, Tuple):
        return tuple(_nested(part, found) for part in element.parts)
    array: np.ndarray[Any, Any] = next(found).numpy()
    assert isinstance(element, Scalar) is (array.ndim == 1)
    return array
