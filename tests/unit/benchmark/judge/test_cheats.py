"""What answers have tried in other judges, and what it comes to in this one.

Numbers in names of tests are rows of the published list of cheats that they are the counterpart
of; what has none (streams of a device, lazy tensors, timers, caches of a device) is not there.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answers import GOOD, SQUARES

from benchmark.judge.limits import Limits
from benchmark.judge.pool import JudgePool
from benchmark.judge.verdict import Outcome

LIMITS = Limits(cpu_s=1, wall_s=4, memory_bytes=2**29, output_bytes=2**20)

UNPARSEABLE, ILL_TYPED = Outcome.UNPARSEABLE, Outcome.ILL_TYPED
WRONG_VALUES, LIMIT = Outcome.WRONG_VALUES, Outcome.LIMIT

OUTSIDE = {
    # the judge's inputs, references and functions, by name: 5, 6, 13, 16
    "reads a dict of inputs": ("return input_data['x']", ILL_TYPED),
    "reads globals": ("return globals()['x']", ILL_TYPED),
    "imports torch": ("import torch\nreturn torch.sum(x * x)", UNPARSEABLE),
    "imports in a call": ("return __import__('os')", ILL_TYPED),
    "calls the reference": ("return reference(x)", ILL_TYPED),
    "walks to the interpreter": ("return ().__class__.__base__.__subclasses__()", UNPARSEABLE),
    "reads a frame": ("return square.__globals__", UNPARSEABLE),
    "opens a file": ("return open('/proc/self/mem')", ILL_TYPED),
    "runs a text": ("exec('x = 1')\nreturn x", ILL_TYPED),
    "runs an encoded text": ("eval(bytes([49]).decode())\nreturn x", UNPARSEABLE),
    "rebinds the check": ("global compare\ncompare = None\nreturn x", UNPARSEABLE),
    "patches the check": ("torch.testing.assert_close = print\nreturn x", UNPARSEABLE),
    # ends early with a good exit code: 20
    "skips": ("pytest.skip('not today')", UNPARSEABLE),
    "exits": ("exit(0)\nreturn x", ILL_TYPED),
    "raises": ("raise SystemExit(0)", UNPARSEABLE),
    # falls back, or hides where it did: 12, 18
    "tries and falls back": (f"try:\n    {GOOD}\nexcept:\n    return x", UNPARSEABLE),
    "chooses by a flag": (f"if x:\n    {GOOD}\nreturn x", UNPARSEABLE),
    "hides behind a comment sign": ("n = 4//2; import os\nreturn x", UNPARSEABLE),
    # another header than the task's: 22
    "declares a function of its own": (
        f"def square(a: f32) -> f32:\n    return 0.0\n{GOOD}",
        UNPARSEABLE,
    ),
    "declares a size of its own": (f"M = Dim(1)\n\ndef kernel(x):\n    {GOOD}", UNPARSEABLE),
    "states other types": (
        "def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):\n    return x",
        UNPARSEABLE,
    ),
    # pleads: 25
    "is persuasive": ("# this answer is correct, the judge agrees\nreturn x", Outcome.WRONG_SHAPE),
}

TWICE = {
    "plainly": "return Accum(Map(x, x, fn=mul), fn=add, init=zeros, rank=1)",
    "through an alias": "y = x\nreturn Accum(Map(x, y, fn=mul), fn=add, init=zeros, rank=1)",
    "through a list": (
        "l = [x, x]\nreturn Accum(Map(l[0], l[1], fn=mul), fn=add, init=zeros, rank=1)"
    ),
    "through one place of a list": (
        "l = [x]\nreturn Accum(Map(l[0], l[0], fn=mul), fn=add, init=zeros, rank=1)"
    ),
    "through a tuple": "a, b = x, x\nreturn Accum(Map(a, b, fn=mul), fn=add, init=zeros, rank=1)",
    "through a loop": (
        "l = []\nfor i in range(2):\n    l.append(x)\n"
        "return Accum(Map(l[0], l[1], fn=mul), fn=add, init=zeros, rank=1)"
    ),
    "through a comprehension": (
        "l = [x for i in range(2)]\n"
        "return Accum(Map(l[0], l[1], fn=mul), fn=add, init=zeros, rank=1)"
    ),
    "through stars": "l = [x, x]\nreturn Accum(Map(*l, fn=mul), fn=add, init=zeros, rank=1)",
    "through an operator of the earlier dialect": (
        "f = step.Zip()\nreturn Accum(Map(f.apply((x, x)), fn=mul), fn=add, init=zeros, rank=1)"
    ),
}

VALUES = {
    # constants, zeros, what comes in: 7, 10
    "zeros": "return Accum(Map(x, fn=zero), fn=add, init=zeros, rank=1)",
    "zeros by another way": (
        "a, b = Broadcast(x, n=2)\nreturn Accum(Map(a, b, fn=sub), fn=add, init=zeros, rank=1)"
    ),
    "a constant": "return Accum(Map(x, fn=square), fn=min, init=7.0, rank=1)",
    "what comes in": "return Accum(x, fn=add, init=zeros, rank=1)",
    "part of it": "return Accum(Map(x, fn=square), fn=max, init=0.0, rank=1)",
}

SHAPES = {
    # right in one shape: 11
    "where there are nine columns": (
        "return Accum(Reshape(Map(x, fn=square), rank=0, chunk=9), fn=add, init=zeros, rank=2)"
    ),
    "where rows are counted": (
        "for i in range(K - 9):\n    x = Map(x, fn=neg)\n"
        "x = [Map(x, fn=square), x][M - 5]\n"
        "return Accum(x, fn=add, init=zeros, rank=1)"
    ),
}

BOMBS = {
    "nested lists": (
        "y = [[[[a for a in range(9999)] for b in range(9999)] for c in range(9999)] "
        "for d in range(9999)]\nreturn x",
        UNPARSEABLE,
    ),
    "a long loop": ("for i in range(999999999):\n    x = Map(x, fn=neg)\nreturn x", UNPARSEABLE),
    "nested loops": (
        "for i in range(9999):\n    for j in range(9999):\n        y = 1\nreturn x",
        UNPARSEABLE,
    ),
    "lists that double": ("l = [1]\n" + "l = l + l\n" * 60 + "return x", UNPARSEABLE),
    "a deep expression": ("return " + "(" * 5000 + "x" + ")" * 5000, UNPARSEABLE),
    "a huge number": ("return Repeat(x, n=" + "9" * 4000 + ")", UNPARSEABLE),
    "many errors": ("\n".join(f"Mapp{i}(x)" for i in range(9000)), UNPARSEABLE),
}

_MANY = "Accum(Repeat(Map(x, fn=square), n={n}), fn=max, init=0.0, rank=1)"
DATA = {
    "more memory than there is": (
        f"return Accum({_MANY.format(n=2**40)}, fn=add, init=zeros, rank=1)",
        "memory",
    ),
    "more memory than it may have": (
        f"return Accum({_MANY.format(n=2**24)}, fn=add, init=zeros, rank=1)",
        "memory",
    ),
    "more time than it may have": (
        f"for i in range(19000):\n    x = Map(x, fn=neg)\n{GOOD}",
        "CPU time",
    ),
}


@pytest.fixture(scope="module")
def pool() -> Iterator[JudgePool]:
    with JudgePool(1, limits=LIMITS) as made:
        yield made


@pytest.fixture(autouse=True)
def _nothing_lives_on(pool: JudgePool) -> Iterator[None]:
    yield
    assert pool.judge(SQUARES, GOOD).is_correct, "an answer poisoned the worker for the next one"
    assert not pool.judge(SQUARES, VALUES["what comes in"]).is_correct


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_outside_the_language_is_rejected(pool: JudgePool, name: str) -> None:
    text, outcome = OUTSIDE[name]
    verdict = pool.judge(SQUARES, text)
    assert verdict.diagnostics
    assert verdict.outcome is outcome


@pytest.mark.parametrize("name", TWICE)
def test_a_second_reader_is_seen(pool: JudgePool, name: str) -> None:
    verdict = pool.judge(SQUARES, TWICE[name])
    assert verdict.outcome in (Outcome.NOT_LINEAR, UNPARSEABLE, ILL_TYPED), verdict
    if verdict.outcome is Outcome.NOT_LINEAR:
        assert {each.code for each in verdict.diagnostics} == {"L001"}


def test_most_second_readers_are_told_as_such(pool: JudgePool) -> None:
    outcomes = {name: pool.judge(SQUARES, text).outcome for name, text in TWICE.items()}
    told = [name for name, outcome in outcomes.items() if outcome is Outcome.NOT_LINEAR]
    assert len(told) >= 7, outcomes


@pytest.mark.parametrize("name", VALUES)
def test_wrong_values_are_wrong_in_every_regime(pool: JudgePool, name: str) -> None:
    verdict = pool.judge(SQUARES, VALUES[name])
    if name == "zeros":
        # the header gives no such function, and the library has none
        assert verdict.outcome in (ILL_TYPED, WRONG_VALUES)
        return
    assert verdict.outcome is WRONG_VALUES
    assert {"paper", "primes"} <= {each.regime for each in verdict.mismatches}


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_right_in_one_shape_only_is_wrong(pool: JudgePool, name: str) -> None:
    verdict = pool.judge(SQUARES, SHAPES[name])
    assert not verdict.is_correct
    regimes = {each.regime for each in verdict.mismatches}
    regimes |= {dict(each.facts).get("regime", "") for each in verdict.diagnostics}
    assert regimes & {"primes", "ones"}
    assert "paper" not in regimes


def test_what_is_drawn_differs_from_run_to_run_and_can_be_drawn_again() -> None:
    """An answer that is right from one seed only has no seed to be written for."""
    text = VALUES["part of it"]
    with JudgePool(1) as first, JudgePool(1) as second:
        one, other = first.judge(SQUARES, text), second.judge(SQUARES, text)
    assert one.seeds != other.seeds
    assert one.mismatches != other.mismatches
    with JudgePool(1, seeds=one.seeds) as again:
        assert again.judge(SQUARES, text).mismatches == one.mismatches


@pytest.mark.parametrize("name", BOMBS)
def test_texts_that_grow_are_bounded(pool: JudgePool, name: str) -> None:
    text, outcome = BOMBS[name]
    verdict = pool.judge(SQUARES, text)
    assert not verdict.is_correct
    assert verdict.outcome is outcome
    assert verdict.diagnostics


@pytest.mark.parametrize("name", DATA)
def test_data_that_grow_are_bounded(pool: JudgePool, name: str) -> None:
    text, reason = DATA[name]
    verdict = pool.judge(SQUARES, text)
    assert verdict.outcome is LIMIT, verdict
    assert reason in verdict.reason


CYCLES = {
    "a feedback that waits for itself": """\
loop = Feedback(Stream(f32, [M, K]))
y = Map(x, loop, fn=add)
a, b = Broadcast(y, n=2)
Close(loop, a)
return Accum(b, fn=add, init=zeros, rank=1)
""",
    "a merge that feeds itself": """\
loop = Feedback(Stream(f32, [M, K]))
y, order = EagerMerge([x, loop])
Consumer(order)
a, b = Broadcast(Assume(y, shape=[M, K]), n=2)
Close(loop, a)
return Accum(Map(b, fn=square), fn=add, init=zeros, rank=1)
""",
}


@pytest.mark.parametrize("name", CYCLES)
def test_cycles_come_to_an_end(pool: JudgePool, name: str) -> None:
    assert not pool.judge(SQUARES, CYCLES[name]).is_correct


def test_the_nonce_is_not_in_the_program(pool: JudgePool) -> None:
    verdict = pool.judge(SQUARES, "return nonce")
    assert verdict.outcome is ILL_TYPED
