"""Programs under construction, for generators: what is there, and what may be added to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aspl.builder import Builder, StreamRef
from aspl.checker import Checked, check
from aspl.diagnostics import Findings
from aspl.dims import Atom, Dim, Extent, Kind, Symbol, extent
from aspl.functions.function import Declared
from aspl.ops.base import Op
from aspl.ops.extents import with_dims_changed
from aspl.program import Program, Size
from aspl.text.parse import parse
from aspl.types import Element, Stream, Tensor, Tuple, element_dims, leaves


@dataclass(frozen=True)
class Handle:
    """A stream of a draft: an output of a node, or, with node -1, an input."""

    node: int
    output: int


@dataclass(frozen=True)
class Draft:
    """A program that may still grow; inputs come first however late they are added."""

    sizes: tuple[Size, ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()
    weights: tuple[tuple[str, Tensor], ...] = ()
    functions: tuple[Declared, ...] = ()
    inputs: tuple[tuple[str, Stream | Tensor], ...] = ()
    nodes: tuple[tuple[Op, tuple[Handle, ...]], ...] = ()
    outside: tuple[tuple[str, tuple[Dim, ...]], ...] = ()
    """For each ragged extent the dims outside it, the same wherever it stands."""
    specialised: frozenset[str] = frozenset()

    def program(self, *, declared: tuple[Stream, ...] | None = None) -> Program:
        """Return the program that returns every stream that no operator reads."""
        build, refs = self._built()
        unread = [refs[handle] for handle in self.unread]
        return build.build(*unread, declared=declared)

    def typed(self) -> dict[Handle, Stream] | None:
        """Return the type of every stream, None where the checker finds anything wrong."""
        build, refs = self._built()
        findings = Findings()
        checked = check(build.build(*(refs[each] for each in self.unread)), findings)
        if checked is None:
            return None
        return {handle: checked.types[ref.value] for handle, ref in refs.items()}

    def _built(self) -> tuple[Builder, dict[Handle, StreamRef]]:
        build, refs = Builder("kernel"), {}
        for size in self.sizes:
            build.size(size.name, size.value, size.kind)
        for name, value in self.numbers:
            build.number(name, value)
        for name, tensor in self.weights:
            build.parameter(name, tensor)
        for function in self.functions:
            build.function(function)
        for place, (name, kind) in enumerate(self.inputs):
            if isinstance(kind, Stream):
                refs[Handle(-1, place)] = build.stream(name, kind)
            else:
                build.tensor(name, kind)
        for place, (op, reads) in enumerate(self.nodes):
            made = build.add(_placed(op, refs), *(refs[each] for each in reads))
            refs |= {Handle(place, number): ref for number, ref in enumerate(made)}
        build.specialise(set(self.specialised))
        return build, refs

    @property
    def unread(self) -> tuple[Handle, ...]:
        """The streams that no operator reads, the oldest first."""
        read = {handle for _, reads in self.nodes for handle in reads}
        made = [
            Handle(-1, place)
            for place, (_, kind) in enumerate(self.inputs)
            if isinstance(kind, Stream)
        ]
        for place, (op, reads) in enumerate(self.nodes):
            made += [Handle(place, number) for number in range(op.results(len(reads)))]
        return tuple(handle for handle in made if handle not in read)

    def with_input(self, kind: Stream | Tensor) -> tuple[Draft, str, Handle]:
        """Add a parameter of the kernel."""
        name = f"{'t' if isinstance(kind, Tensor) else 'x'}{len(self.inputs)}"
        handle = Handle(-1, len(self.inputs))
        return replace(self, inputs=(*self.inputs, (name, kind))), name, handle

    def with_node(self, op: Op, *reads: Handle) -> Draft:
        """Add an operator."""
        return replace(self, nodes=(*self.nodes, (op, reads)))

    def static(self) -> dict[str, int]:
        """Return the sizes that are fixed before a run."""
        return {size.name: size.value for size in self.sizes if size.kind is Kind.SIZE}

    def value(self, dim: Dim, unknown: int = 3) -> int:
        """Return about how large an extent is."""
        known = {size.name: max(size.value, 1) for size in self.sizes} | self.static()
        for atom in dim.atoms():
            if isinstance(atom, Symbol):
                known.setdefault(atom.name, unknown)
        return dim.value(known)

    def weight(self, stream: Stream) -> int:
        """Return about how many numbers a stream holds."""
        total = 0
        for leaf in leaves(stream.element):
            count = 1
            for dim in (*stream.shape, *element_dims(leaf)):
                count *= self.value(dim)
            total += count
        return total

    def may_be_input(self, stream: Stream) -> bool:
        """Whether the header can declare such a stream, with every ragged extent in its place."""
        names = {size.name for size in self.sizes}
        known = dict(self.outside)
        for dim, outside in _places(stream):
            for atom in dim.atoms():
                if not isinstance(atom, Symbol):
                    continue
                in_place = dim.symbol is not None and known.get(atom.name) == outside
                if atom.name not in names or (atom.kind is Kind.RAGGED and not in_place):
                    return False
        return True

    def declare(self, text: str) -> Declared | None:
        """Read a function in the scope of this header; None when it is refused."""
        lines = [f"{each.name} = {_KINDS[each.kind]}({each.value})" for each in self.sizes]
        lines += [f"{name} = {value!r}" for name, value in self.numbers]
        lines += [f"{name} = Parameter({each.dtype}, {_dims(each)})" for name, each in self.weights]
        whole = "\n".join([*lines, text, "def kernel(x: Stream(f32, [1])):", "    return x", ""])
        findings = Findings()
        program = parse(whole, findings)
        if program is None or findings.has_errors or not program.functions:
            return None
        return program.functions[-1]


def extent_of(handle: Handle, axis: int) -> Dim:
    """Return what stands for `dim(x, axis)` in an operator of a draft."""
    return extent(_code(handle), axis)


def _code(handle: Handle) -> int:
    return (handle.node + 1) * 1000 + handle.output


def _placed(op: Op, refs: Mapping[Handle, StreamRef]) -> Op:
    """Put the ids of streams in the place of handles, where extents name these."""
    ids = {_code(handle): ref.value for handle, ref in refs.items()}

    def placed(atom: Atom) -> Dim | None:
        return extent(ids[atom.value], atom.axis) if isinstance(atom, Extent) else None

    return with_dims_changed(op, lambda dim: dim.replace(placed))


_KINDS = {Kind.SIZE: "Dim", Kind.DYNAMIC: "DynamicDim", Kind.RAGGED: "RaggedDim"}


def _dims(tensor: Tensor) -> str:
    return f"[{', '.join(map(str, tensor.shape))}]"


def _places(stream: Stream) -> list[tuple[Dim, tuple[Dim, ...]]]:
    """List the dims of a stream and of its elements, each with the dims outside it."""
    found = [(dim, stream.shape[:depth]) for depth, dim in enumerate(stream.shape)]
    return found + [(dim, stream.shape) for dim in _inner(stream.element)]


def _inner(element: Element) -> list[Dim]:
    if isinstance(element, Tuple):
        return [dim for part in element.parts for dim in _inner(part)]
    return list(element_dims(element))


def checked(program: Program) -> tuple[Checked | None, list[str]]:
    """Check a program and return what was found, as text."""
    findings = Findings()
    found = check(program, findings)
    return found, [f"{each.code} {each.message}" for each in findings]


def sizes_of(values: Mapping[str, tuple[int, Kind]]) -> tuple[Size, ...]:
    """Return sizes by name."""
    return tuple(Size(name, value, kind) for name, (value, kind) in values.items())
