"""A random program while it grows: each move is kept if the program still checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from aspl.dims import Dim, Kind, dynamic, ragged, size, to_dim
from aspl.functions.function import Function
from aspl.ops.base import Op
from aspl.ops.higher import Map
from aspl.ops.routing import Broadcast
from aspl.program import Size
from aspl.types import (
    Buffer,
    DType,
    Element,
    Index,
    Scalar,
    Selector,
    Stream,
    Tensor,
    TensorRef,
    Tile,
    Tuple,
    element_dtype,
)
from growth.choices import Choices
from growth.draft import Draft, Handle
from growth.writer import Given, Writer

_T = TypeVar("_T")
NUMBERS_OF_A_STREAM = 250

Test = Callable[[Stream], bool]


@dataclass
class Growth:
    """The draft, what is known of its streams, and the choices that drive it."""

    choose: Choices
    draft: Draft = field(default_factory=Draft)
    types: dict[Handle, Stream] = field(default_factory=dict)
    rounded: set[Handle] = field(default_factory=set)
    """Streams whose numbers carry rounding: nothing that jumps may be computed from them."""
    large: set[Handle] = field(default_factory=set)
    """Streams of whole numbers that may be too large for a count."""

    # what is there

    def pool(self, test: Test = lambda stream: True) -> list[Handle]:
        return [handle for handle in self.draft.unread if test(self.types[handle])]

    def some(self, test: Test = lambda stream: True) -> Handle | None:
        """Choose a stream that nobody reads yet, the newest being the simplest choice."""
        found = self.pool(test)[::-1]
        return self.choose.of(found) if found else None

    def is_exact(self, *handles: Handle) -> bool:
        return not any(handle in self.rounded for handle in handles)

    def given(self) -> Given:
        draft = self.draft
        return Given(
            sizes=draft.static(),
            names=frozenset(each.name for each in draft.sizes),
            numbers=tuple(name for name, _ in draft.numbers),
            weights=draft.weights,
        )

    def writer(self) -> Writer:
        return Writer(self.choose, self.given())

    # what may be added

    def attempt(self, move: Callable[[], object]) -> bool:
        """Make a move of several steps; take all back if one fails."""
        draft, types = self.draft, self.types
        rounded, large = set(self.rounded), set(self.large)
        if move():
            return True
        self.draft, self.types, self.rounded, self.large = draft, types, rounded, large
        return False

    def add(self, op: Op, *reads: Handle, exact: bool = True) -> list[Handle] | None:
        """Add an operator and return its streams, or None where the checker refuses it."""
        draft = self.draft.with_node(op, *reads)
        types = draft.typed()
        if types is None:
            return None
        made = [Handle(len(draft.nodes) - 1, each) for each in range(op.results(len(reads)))]
        if any(draft.weight(types[each]) > NUMBERS_OF_A_STREAM for each in made):
            return None
        self.draft, self.types = draft, types
        if not exact or not self.is_exact(*reads):
            self.rounded |= set(made)
        if isinstance(op, Map) or any(each in self.large for each in reads):
            self.large |= set(made)
        return made

    def one(self, op: Op, *reads: Handle, exact: bool = True) -> Handle | None:
        """Add an operator of one stream."""
        made = self.add(op, *reads, exact=exact)
        return made[0] if made else None

    def input(self, stream: Stream) -> Handle | None:
        """Add an input, or None where the header cannot declare it."""
        if not self.draft.may_be_input(stream):
            return None
        if self.draft.weight(stream) > NUMBERS_OF_A_STREAM:
            return None
        draft, _, handle = self.draft.with_input(stream)
        types = draft.typed()
        if types is None:
            return None
        self.draft, self.types = draft, types
        return handle

    def tensor(self, dtype: DType, shape: Sequence[Dim]) -> TensorRef:
        """Add a tensor."""
        tensor = Tensor(dtype, tuple(shape))
        self.draft, name, _ = self.draft.with_input(tensor)
        return TensorRef(name, tensor)

    def part_of_tensor(self, dtype: DType, shape: Sequence[Dim]) -> TensorRef:
        """Add a tensor, or one with a dim more of which a part is meant."""
        if self.choose.chance(70):
            return self.tensor(dtype, shape)
        whole = self.tensor(dtype, (to_dim(2), *shape))
        return TensorRef(whole.name, Tensor(dtype, tuple(shape)), (self.choose.of([1, 0]),))

    def copy(self, x: Handle) -> tuple[Handle, Handle] | None:
        """Make two copies of a stream."""
        made = self.add(Broadcast(n=2), x)
        return None if made is None else (made[0], made[1])

    def function(self, text: str) -> Function | None:
        """Declare a function named `@` in its text."""
        name = f"f{len(self.draft.functions)}"
        declared = self.draft.declare(text.replace("def @", f"def {name}", 1))
        if declared is not None:
            self.draft = replace(self.draft, functions=(*self.draft.functions, declared))
        return declared

    def mapped(self, text: str, *reads: Handle, small: bool = False) -> Handle | None:
        """Apply a function written here, which is free of rounding."""
        fn = self.function(text)
        made = None if fn is None else self.one(Map(fn=fn), *reads)
        if made is not None and small:
            self.large.discard(made)
        return made

    # partners

    def partner(
        self,
        x: Handle,
        element: Element,
        convert: Callable[[Handle], Handle | None] | None = None,
    ) -> tuple[Handle, Handle] | None:
        """Return `x`, maybe as a copy, and a stream of the same shape with such elements."""
        stream = Stream(element, self.types[x].shape)
        found = [each for each in self.pool(lambda each: each == stream) if each != x]
        way = self.choose.of(["copy", "input", "pool"])
        if way == "pool" and found:
            return x, self.choose.of(found[::-1])
        if way == "input" or (convert is None and self.types[x].element != element):
            made = self.input(stream)
            if made is not None:
                return x, made
        return self._converted_copy(x, element, convert)

    def _converted_copy(
        self, x: Handle, element: Element, convert: Callable[[Handle], Handle | None] | None
    ) -> tuple[Handle, Handle] | None:
        if convert is None and self.types[x].element != element:
            return None
        copies = self.copy(x)
        if copies is None:
            return None
        mine, other = copies
        changed = other if convert is None else convert(other)
        return None if changed is None else (mine, changed)

    def param(self, element: Element) -> str:
        """Write a parameter `x` of a type, `_` for what only a run decides."""
        writer = self.writer()
        writer.parameter("x", element, exact=True)
        return writer.params[0]

    def selectors(self, x: Handle, width: int) -> Handle | None:
        """Turn elements into selectors."""
        element = self.types[x].element
        if isinstance(element, Selector):
            return x if element.width == to_dim(width) else None
        number = self._number(element)
        if number is None or not self.is_exact(x):
            return None
        tests = ["{} > 0", "{} < 2", "{} == 1", "{} != 3"]
        flags = [tests[place % 4].format(number) for place in range(width)]
        body = f"stack({', '.join(flags)})"
        if self._is_whole(element) and self.choose.chance(50):
            body = f"one_hot({number} % {width}, {width})"
        return self.mapped(
            f"def @({self.param(element)}) -> Selector({width}):\n    return {body}\n", x
        )

    def indices(self, x: Handle, bound: int) -> Handle | None:
        """Turn elements into indices."""
        element = self.types[x].element
        number = self._number(element)
        if number is None or not self.is_exact(x):
            return None
        head = f"def @({self.param(element)}) -> Index({bound}):"
        text = f"{head}\n    return cast({number}, i64) % {bound}\n"
        return self.mapped(text, x, small=True)

    def counts(self, x: Handle, bound: int = 4) -> Handle | None:
        """Turn elements into small whole numbers."""
        element = self.types[x].element
        number = self._number(element)
        if number is None or not self.is_exact(x):
            return None
        text = f"def @({self.param(element)}) -> i64:\n    return cast({number}, i64) % {bound}\n"
        return self.mapped(text, x, small=True)

    def _number(self, element: Element) -> str | None:
        match element:
            case Scalar(DType.BOOL):
                return "where(x, 1, 0)"
            case Scalar() | Index():
                return "x"
            case Selector():
                return "sum(cast(x, i64))"
            case Tile() | Buffer():
                is_flag = element_dtype(element) is DType.BOOL
                return "sum(cast(x, i64))" if is_flag else "sum(x)"
            case _:
                return None

    @staticmethod
    def _is_whole(element: Element) -> bool:
        return not isinstance(element, Tuple) and not element_dtype(element).is_float

    # types of inputs

    def dim(self, outside: tuple[Dim, ...] | None = None, *, plain: bool = False) -> Dim:
        """Choose an extent; `outside` are the dims around it, for a ragged one."""
        options = ["two", "three", "M", "one", "K", "N", "sum"]
        if not plain:
            options += ["P", "P", "Q"]
        if outside is not None:
            options += ["ragged"] * 4
        match self.choose.of(options):
            case "two":
                return to_dim(2)
            case "three":
                return to_dim(3)
            case "one":
                return to_dim(1)
            case "sum":
                return size("M") + 1
            case "P" | "Q" as name:
                return dynamic(name)
            case "ragged":
                assert outside is not None
                return self.ragged(outside)
            case name:
                return size(name)

    def ragged(self, outside: tuple[Dim, ...]) -> Dim:
        """Choose a ragged extent that stands inside these dims, or declare one."""
        known = [name for name, each in self.draft.outside if each == outside]
        if known and self.choose.chance(60):
            return ragged(self.choose.of(known))
        name = f"L{len(self.draft.outside)}"
        largest = self.choose.of([2, 3, 1, 0])
        self.draft = replace(
            self.draft,
            sizes=(*self.draft.sizes, Size(name, largest, Kind.RAGGED)),
            outside=(*self.draft.outside, (name, outside)),
        )
        return ragged(name)

    def shape(self) -> tuple[Dim, ...]:
        dims: list[Dim] = []
        for depth in range(self.choose.of([2, 1, 3, 2])):
            outside = tuple(dims) if depth or self.choose.chance(10) else None
            dims.append(self.dim(outside))
        return tuple(dims)

    def element(self, shape: tuple[Dim, ...], depth: int = 0) -> Element:
        """Choose the elements of an input of some shape."""
        kinds = ["f32", "tile", "tile", "int", "buffer", "selector", "index", "narrow", "bool"]
        if depth == 0:
            kinds.append("tuple")
        return self.element_of(self.choose.of(kinds), shape)

    def element_of(self, kind: str, shape: tuple[Dim, ...]) -> Element:
        """Choose elements of one kind."""
        match kind:
            case "tile":
                dtype = self.choose.of([DType.F32, DType.F32, DType.I32, DType.BF16])
                return Tile(dtype, *self._extents(shape, 2))
            case "int":
                return Scalar(self.choose.of([DType.I64, DType.I32, DType.U64]))
            case "buffer":
                return self._buffer(shape)
            case "ragged":
                return Buffer(Scalar(DType.F32), (self.ragged(shape),))
            case "selector":
                return Selector(to_dim(self.choose.of([2, 3, 1])))
            case "index":
                return Index(to_dim(self.choose.of([2, 4, 1])))
            case "narrow":
                return Scalar(self.choose.of([DType.BF16, DType.F16]))
            case "bool":
                return Scalar(DType.BOOL)
            case "tuple":
                return Tuple((self.element(shape, 1), self.element(shape, 1)))
            case _:
                return Scalar(DType.F32)

    def _buffer(self, shape: tuple[Dim, ...]) -> Buffer:
        held: Scalar | Tile | Selector = Scalar(self.choose.of([DType.F32, DType.I64]))
        if self.choose.chance(25):
            of_tiles = Tile(DType.F32, to_dim(2), to_dim(1))
            held = of_tiles if self.choose.chance(50) else Selector(to_dim(2))
        return Buffer(held, self._extents(shape, self.choose.of([1, 1, 2])))

    def _extents(self, shape: tuple[Dim, ...], count: int) -> tuple[Dim, ...]:
        """Choose extents inside an element; the first may be ragged."""
        outside = shape if self.choose.chance(30) else None
        plain = not self.choose.chance(30)
        first = self.dim(outside, plain=plain)
        return (first, *(self.dim(plain=plain) for _ in range(count - 1)))

    def of_kind(self, kind: str, test: Test) -> Handle | None:
        """Choose a stream that passes a test, or add an input of that kind."""
        found = self.some(test)
        if found is not None and not self.choose.chance(10):
            return found
        shape = self.shape()
        made = self.input(Stream(self.element_of(kind, shape), shape))
        return made if made is not None and test(self.types[made]) else found
