"""Replies of the synthesiser: well-typed, the same for the same request, within bounds."""

from __future__ import annotations

import subprocess
import sys

import pytest
from asked_of_synth import OUTSIDE, SQUARES, faults, outside, section

from agent.synth import synthesise as synth
from agent.synth.reading import fenced
from agent.synth.state import Meter
from agent.synth.synthesise import synthesise
from benchmark.tasks.table import TASKS


def told(name: str) -> str:
    task = TASKS[name]
    return section(task.header, task.formula, statement=task.statement)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_program_of_the_suite_is_typed_and_linear(name: str) -> None:
    replies = [synthesise(told(name), seed=seed) for seed in range(4)]
    programs = [reply for reply in replies if fenced(reply) is not None]
    assert programs
    assert [faults(told(name), each) for each in programs] == [[]] * len(programs)


@pytest.mark.parametrize("name", sorted(OUTSIDE))
def test_a_program_of_no_suite_is_typed_and_linear(name: str) -> None:
    replies = [synthesise(outside(name), seed=seed) for seed in range(6)]
    assert [faults(outside(name), each) for each in replies] == [[]] * 6


def test_seeds_tell_samples_apart() -> None:
    assert len({synthesise(outside("rows"), seed=seed) for seed in range(20)}) > 3


def test_a_request_is_answered_alike_after_others() -> None:
    solved = section(SQUARES, "y = x", "return Accum(Map(x, fn=square), fn=total)")
    first = synthesise(outside("ways"), (solved,), seed=5)
    for name in OUTSIDE:
        synthesise(outside(name), seed=1)
    assert synthesise(outside("ways"), (solved,), seed=5) == first
    for cache in (synth._grammar, synth._known, synth._problem, synth._read):
        cache.cache_clear()
    assert synthesise(outside("ways"), (solved,), seed=5) == first


def test_a_request_is_answered_alike_in_another_process() -> None:
    solved = section(SQUARES, "y = x", "return Accum(Map(x, fn=square), fn=total)")
    call = f"synthesise({outside('rows')!r}, ({solved!r},), seed=11)"
    code = f"from agent.synth.synthesise import synthesise; print({call}, end='')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == synthesise(outside("rows"), (solved,), seed=11)


def test_the_order_of_exemplars_says_nothing() -> None:
    one = section(SQUARES, "y = x", "return Accum(Map(x, fn=square), fn=total)")
    other = section(SQUARES, "y = x", "return Map(Accum(x, fn=total), fn=square)")
    assert synthesise(outside("ways"), (one, other), seed=3) == synthesise(
        outside("ways"), (other, one), seed=3
    )


def test_feedback_is_never_answered_with_the_same_program() -> None:
    task = outside("squares")
    for seed in range(10):
        before = synthesise(task, seed=seed)
        assert fenced(synthesise(task, feedback=before, seed=seed)) != fenced(before)


def test_effort_bounds_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    meters: list[Meter] = []

    class Kept(Meter):
        def __init__(self, limit: int) -> None:
            super().__init__(limit)
            meters.append(self)

    monkeypatch.setattr(synth, "Meter", Kept)
    for effort in (50, 500, 2000):
        synthesise(told("norm/scalar-layer-norm"), seed=1, effort=effort)
        # what ends it are the options of one choice
        assert effort < meters.pop().steps < effort + 50


def test_a_header_of_many_extents_takes_no_longer_than_others() -> None:
    names = [f"D{each}" for each in range(20)]
    sizes = "".join(f"{name} = Dim({place + 2})\n" for place, name in enumerate(names))
    inputs = ", ".join(f"i{at}: Stream(f32, [{', '.join(names[at : at + 4])}])" for at in range(16))
    header = f"{sizes}\ndef kernel({inputs}) -> Stream(f32, [D0]):\n"
    assert fenced(synthesise(section(header), seed=1)) is None


def test_no_effort_is_a_reply_without_a_program() -> None:
    assert "```" not in synthesise(outside("squares"), effort=0)


def test_cold_samples_are_more_alike_than_hot_ones() -> None:
    def kinds(temperature: float) -> int:
        seeds = range(12)
        task = outside("rows")
        return len({synthesise(task, seed=each, temperature=temperature) for each in seeds})

    assert kinds(0.1) < kinds(3.0)


HOSTILE = {
    "nothing": "",
    "no block": "Write a kernel.",
    "an open block": "```aspl\nM = Dim(3)\n",
    "no program": section("!!! not a program"),
    "no signature": section("M = Dim(3)\n"),
    "no result": section("def kernel(x: Stream(f32, [3])):\n"),
    "an unknown type": section("def kernel(x: Stream(f99, [3])) -> Stream(f32, [3]):\n"),
    "a tensor": section("def kernel(x: Tensor(f32, [3, 4])) -> Stream(f32, [3]):\n"),
    "no way": section("def kernel(x: Stream(f32, [3])) -> Stream(i64, [3]):\n"),
    "no input": section("def kernel() -> Stream(i64, [3]):\n"),
    "a size of 0": section(
        "N = Dim(0)\ndef kernel(x: Stream(f32, [N])) -> Stream(f32, [N, 0, N // N]):\n"
    ),
    "dynamic": section(
        "P, Q = DynamicDim(2), RaggedDim(3)\n"
        "def f(x: Buffer(f32, [_])) -> f32:\n    return sum(x)\n"
        "def kernel(x: Stream(f32, [P, Q])) -> Stream(f32, [_]):\n"
    ),
    "deep": section("def kernel(x: " + "Tuple(" * 300 + "f32" + ")" * 300 + ") -> f32:\n"),
    "a long body": section(
        "def f(x: f32) -> f32:\n    return " + "x + " * 3000 + "x\n"
        "def kernel(x: Stream(f32, [3])) -> Stream(f32, [3]):\n"
    ),
    "a deep formula": section(SQUARES, "y = " + "(" * 4000 + "x" + ")" * 4000),
    "a long formula": section(SQUARES, "y = " + "x * " * 4000 + "x"),
    "no formula": section(SQUARES, "y = for each, [[[ where ] - / sum over"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_answered_has_a_reply(name: str) -> None:
    reply = synthesise(HOSTILE[name], seed=1, effort=3000)
    assert reply
    if fenced(reply) is not None:
        assert faults(HOSTILE[name], reply) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_exemplars_that_say_nothing_are_passed_over(name: str) -> None:
    assert fenced(synthesise(outside("squares"), (HOSTILE[name],), HOSTILE[name], seed=2))
