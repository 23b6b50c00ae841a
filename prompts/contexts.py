"""What fills the templates: one context for each, of plain texts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who the model is, what it answers, and the rules of the language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value beside its name."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An operator as the reference shows it."""

    signature: str
    about: str
    shape: str
    """What becomes of dims and elements."""
    parameters: tuple[Value, ...]
    """Names, and what is said of them."""
    program: str
    inputs: tuple[Value, ...]
    results: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """An operator that stands for several others."""

    name: str
    about: str
    expansion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Operators of a kind."""

    name: str
    operators: tuple[Operator, ...]
    is_rare: bool
    """Whether few kernels need it; then parameters are not told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operators:
    """The reference of all operators."""

    families: tuple[Family, ...]
    derived: tuple[Derived, ...]
    maps: str
    """Names of library functions that `Map` takes."""
    folds: str
    flat_maps: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Idiom:
    """A small program that shows how operators are put together."""

    title: str
    about: str
    program: str
    inputs: tuple[Value, ...]
    results: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Idioms of the language."""

    idioms: tuple[Idiom, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemplar:
    """A solved task."""

    statement: str
    formula: str
    program: str
    """The whole file: header and body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked for."""

    statement: str
    formula: str
    functions: tuple[str, ...]
    """With their types; folds say so."""
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    header: str
    """Up to the colon of the signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What is wrong with an answer."""

    program: str
    """Empty where the answer held none."""
    problem: str
    """What kind of thing is wrong, in a sentence."""
    findings: tuple[str, ...]
    """Typed findings with the lines that they speak of."""
    values: tuple[str, ...]
    """Where results differ, a line each."""
    left_out: int
    """How many findings and lines more there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What to do with feedback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A program before and after its streams are copied for their readers."""

    title: str
    header: str
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The rule that every stream is read once, and how programs are brought to keep it."""

    rewrites: tuple[Rewrite, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What a guard sees of a task."""

    header: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """What tells one sample from another."""

    sample: int
    """From 1."""
    strategy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a person said of a task."""

    hints: tuple[str, ...]


Context = (
    Hint
    | Role
    | Operators
    | Patterns
    | Exemplar
    | Task
    | Feedback
    | Repair
    | Guard
    | Guarded
    | Tail
)
