"""What a task's line of mathematics says: which values there are, and what they are made of.

The line is written for people. What cannot be read of it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from agent.synth.reading import Asked, words_of
from agent.synth.trees import (
    HOLE,
    MOST,
    SIZE,
    STATE,
    TooLarge,
    Tree,
    binary,
    body_of,
    called,
    matches,
    number_tree,
    size_of,
)

_TOKEN = re.compile(r"\s*(\d+\.?\d*(?:e-?\d+)?|\w+|\*\*|[<>]=?|.)")
_CLAUSE = re.compile(r"(?:^|[,;]\s+)(\w+)(?:\[[^\]]*\])*\s=\s")
_STOP = re.compile(r"\s(?:for each|where|else|is among)\s|; return\b|,\s*$")
_BINDING = {"<": 1, ">": 1, "<=": 1, ">=": 1, "+": 2, "-": 2, "*": 3, "/": 3, "@": 3, "**": 5}
_DEEPEST = 60
_MOST_BINDINGS = 64
"""Orders of sums and products that are tried for one function in one place."""


class _Unreadable(Exception):
    """No expression stands here."""


@dataclass(frozen=True, slots=True)
class Formula:
    """The values of a formula, and the ways in which given functions make one of others."""

    leaves: dict[str, Tree]
    """What the names of the kernel's inputs stand for."""
    ways: tuple[tuple[tuple[tuple[Tree, ...], Tree], ...], ...]
    """For each function: what it takes and what it makes of it, in the formula."""
    results: tuple[Tree, ...]
    """What the kernel returns, as far as that is said."""


@dataclass(slots=True)
class _Parser:
    tokens: list[str]
    known: dict[str, Tree]
    place: int = 0
    depth: int = 0
    left: int = 10 * MOST
    """Parts of all trees on the way that may still be made."""

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.place += 1
        return token

    def expression(self, least: int = 0) -> Tree:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unreadable
        left = self._operand()
        while _BINDING.get(self.peek(), -1) >= max(least, 1):
            sign = self.take()
            own = _BINDING[sign]
            right = self.expression(own if sign == "**" else own + 1)
            left = self._spent(binary(sign, left, right))
        self.depth -= 1
        return left

    def _operand(self) -> Tree:
        token = self.take()
        if token == "-":
            return ("-", (self.expression(4),))
        if token == "sum" and self.peek() == "over":
            while self.peek() not in ("of", ""):
                self.take()
            self.take()
            return ("sum", (self.expression(2),))
        if token == "(":
            found = self.expression()
            self._close(")")
            return self._subscripted(found)
        if not token or not (token[0].isalnum() or token[0] == "_"):
            raise _Unreadable
        if self.peek() == "(":
            self.take()
            args = [self.expression()]
            while self.peek() == ",":
                self.take()
                args.append(self.expression())
            self._close(")")
            return self._subscripted(called(token, tuple(args)))
        return self._subscripted(self._spent(self.known.get(token, (token, ()))))

    def _spent(self, tree: Tree) -> Tree:
        # a square doubles what is squared, and a name stands for all that it is made of
        self.left -= size_of(tree)
        if self.left < 0:
            raise TooLarge
        return tree

    def _subscripted(self, tree: Tree) -> Tree:
        while self.peek() == "[":
            depth = 0
            while self.peek():
                token = self.take()
                depth += (token == "[") - (token == "]")
                if depth == 0:
                    break
        return tree

    def _close(self, sign: str) -> None:
        if self.take() != sign:
            raise _Unreadable


def read_formula(asked: Asked) -> Formula:
    """Return what the formula says of the functions of a task."""
    numbers = {name: number_tree(value) for name, value in asked.program.numbers}
    numbers.update({size.name: SIZE for size in asked.program.sizes})
    definitions = _definitions(asked.formula, numbers)
    trees = list(dict.fromkeys(part for tree in definitions.values() for part in _parts(tree)))
    leaves: dict[str, Tree] = {name: (name, ()) for name, _ in asked.inputs}
    known = {name: leaf for name, leaf in leaves.items() if leaf in trees}
    ways = tuple(_ways(asked, place, trees) for place in range(len(asked.functions)))
    return Formula(known, ways, _results(asked, definitions))


def _definitions(text: str, numbers: dict[str, Tree]) -> dict[str, Tree]:
    """Return what each name of the formula stands for; the last clause is read first."""
    spans = list(_CLAUSE.finditer(text))
    ends = [*(each.start() for each in spans[1:]), len(text)][: len(spans)]
    found: dict[str, Tree] = {}
    for span, end in reversed(list(zip(spans, ends, strict=True))):
        tree = _read(text[span.end() : end], {**numbers, **found})
        if tree is not None:
            found[span.group(1)] = tree
    # earlier clauses may name what a later one, which was read first, could not know
    for span, end in zip(spans, ends, strict=True):
        others = {name: tree for name, tree in found.items() if name != span.group(1)}
        tree = _read(text[span.end() : end], {**numbers, **others})
        if tree is not None:
            found[span.group(1)] = tree
    return {span.group(1): found[span.group(1)] for span in spans if span.group(1) in found}


def _read(text: str, known: dict[str, Tree]) -> Tree | None:
    tokens = [each for each in _TOKEN.findall(_STOP.split(text)[0]) if each.strip()]
    try:
        return _Parser(tokens, known).expression()
    except (_Unreadable, TooLarge):
        return None


def _parts(tree: Tree) -> Iterator[Tree]:
    yield tree
    for part in tree[1]:
        yield from _parts(part)


def _ways(asked: Asked, place: int, trees: list[Tree]) -> tuple[tuple[tuple[Tree, ...], Tree], ...]:
    function = asked.functions[place]
    inputs = [each for each in function.params if each.init is None]
    body = body_of(function, keeps_names=True)
    found: dict[tuple[tuple[Tree, ...], Tree], None] = {}
    sums = function.params[-1].init is not None and body in _SUMS
    for tree in trees:
        bindings = matches(body, tree, {}) if body is not None and body[1] else iter(())
        for bound in islice(bindings, _MOST_BINDINGS):
            if all(f"{HOLE}{each}" in bound for each in range(len(inputs))):
                found[tuple(bound[f"{HOLE}{each}"] for each in range(len(inputs))), tree] = None
        named = len(tree[1]) == len(inputs) > 0 and tree[0] in words_of(function.name)
        if named or (sums and tree[0] == "sum" and len(inputs) == 1):
            found[tree[1], tree] = None
    return tuple(found)


_SUMS = (binary("+", (STATE, ()), (f"{HOLE}0", ())),)


def _results(asked: Asked, definitions: dict[str, Tree]) -> tuple[Tree, ...]:
    told = re.search(r"return ([\w, ]+)$", asked.formula)
    names = [each.strip() for each in told.group(1).split(",")] if told else []
    if not names:
        names = list(definitions)[:1]
    return tuple(definitions.get(name, ("", ())) for name in names)
