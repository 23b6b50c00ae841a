"""Where the program of an answer is."""

from __future__ import annotations

import pytest

from benchmark.runs.answers import Unfenced, program_in

PROGRAMS = {
    "the whole text": ("return x\n", "return x\n"),
    "one block": ("Here:\n```aspl\nreturn x\n```\nDone.", "return x\n"),
    "no word behind the fence": ("```\nreturn x\n```", "return x\n"),
    "a word of Python": ("```Python title=a.py\nreturn x\n```", "return x\n"),
    "a word in braces": ("```{.python}\nreturn x\n```", "return x\n"),
    "tildes": ("~~~\nreturn x\n~~~", "return x\n"),
    "a longer fence holds a shorter": ("````\na\n```\nb\n````", "a\n```\nb\n"),
    "cut off": ("```aspl\na = 1\nreturn", "a = 1\nreturn"),
    "other blocks are no programs": ("```text\nplan\n```\n```aspl\nreturn x\n```", "return x\n"),
    "an empty block is no program": ("```\n\n```\n```aspl\nreturn x\n```", "return x\n"),
    "indentation is kept": ("```\n    return x\n```", "    return x\n"),
    "lines of another system": ("```\r\nreturn x\r\n```\r\n", "return x\n"),
    "a fence within a sentence": ("``` is a `fence`\nreturn x", "``` is a `fence`\nreturn x"),
    "a fence far to the right": ("    ```\nreturn x", "    ```\nreturn x"),
    "a fence up to three spaces in": ("  ```\n  return x\n   ```", "  return x\n"),
}


@pytest.mark.parametrize(("answer", "program"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_is_found(answer: str, program: str) -> None:
    assert program_in(answer) == program


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "it is empty"),
        (" \n\t", "it is empty"),
        ("```\n```", "it holds no fenced program"),
        ("```json\n{}\n```", "it holds no fenced program"),
        ("```\na\n```\n```\nb\n```", "it holds 2 fenced programs, not one"),
    ],
)
def test_an_answer_without_a_program_says_why(answer: str, reason: str) -> None:
    assert program_in(answer) == Unfenced(reason)
