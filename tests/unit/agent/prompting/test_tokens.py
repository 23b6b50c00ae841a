"""The estimate of tokens counts what it says it counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.prompting.tokens import token_count

SAMPLE = """\
`Scan` gives the state after every element. A function of several parameters
opens tuples, nested ones too, in their order, and a fold takes the state behind them.

```aspl
G, T = Dim(2), Dim(3)

def weighed(total: f32, count: f32, w: f32, state: f32 = 0.0) -> f32:
    return state + w * total / count

def kernel(x: Stream(f32, [G, T]), w: Stream(f32, [G, T])) -> Stream(f32, [G]):
    running = Scan(x, fn=since, rank=1)
    return Accum(Zip(running, w), fn=weighed, rank=1)
```
x: [[2, 4, 6], [8, 0, 4]], w: [[1, 1, 1], [1, 0, 2]] -> result: [9, 16]
"""
COUNTED = (209, 208, 211)
"""Tokens of the sample by three published tables."""


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("word", 1),
        ("two words", 2),
        ("abcdefghij", 2),
        ("12345", 2),
        ("a + b", 3),
        ("(([[", 2),
        ("a\n    b\n", 4),
        ("a  b", 3),
        ("\u4f60\u597d", 2),
    ],
)
def test_pieces_are_counted(text: str, tokens: int) -> None:
    assert token_count(text) == tokens


@given(st.text(), st.text())
def test_longer_texts_take_no_fewer_tokens(left: str, right: str) -> None:
    assert token_count(f"{left}\n{right.lstrip()}") >= max(
        token_count(left), token_count(right.lstrip())
    )


def test_a_prompt_is_estimated_well() -> None:
    for counted in COUNTED:
        assert token_count(SAMPLE) == pytest.approx(counted, rel=0.08)
