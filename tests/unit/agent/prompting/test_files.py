"""Every form of an answer becomes one file under its header."""

from __future__ import annotations

import pytest

from agent.prompting.files import whole_file
from benchmark.judge.pipeline import judge_here
from benchmark.judge.verdict import Outcome
from benchmark.tasks.table import task_named

TASK = task_named("gemm/matrix-times-vectors")
BODY = """\
# the vectors, again for every row
vectors = Streamify(Repeat(Bufferize(x, rank=1), n=M))
return Accum(Map(Zip(a, vectors), fn=times), fn=total_of, rank=1)
"""
INDENTED = "".join(f"    {line}\n" for line in BODY.splitlines())
WANTED = TASK.header.rstrip("\n") + "\n" + INDENTED

FORMS = {
    "a body": BODY,
    "an indented body": INDENTED,
    "with the line ends of another system": BODY.replace("\n", "\r\n"),
    "a bare kernel": f"def kernel(a, x):\n{INDENTED}",
    "a kernel of many lines": f"def kernel(  # inputs:\n    a,\n    x,\n):\n{INDENTED}",
    "a kernel with a type": f"def kernel(a, x) -> (\n    Stream(f32, [M, N])\n):\n{INDENTED}",
    "a whole file": WANTED,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_becomes_the_same_file(form: str) -> None:
    assert whole_file(TASK.header, FORMS[form]) == WANTED


def test_inputs_that_are_called_otherwise_keep_their_names() -> None:
    other = BODY.replace("(x,", "(a,").replace("Zip(a,", "Zip(x,")
    indented = "".join(f"    {line}\n" for line in other.splitlines())
    file = whole_file(TASK.header, f"def kernel(x, a):\n{indented}")
    assert "    x, a = a, x\n" in file
    assert judge_here(TASK, file, seeds=(1,)).outcome is Outcome.CORRECT


def test_a_kernel_of_one_line_is_opened() -> None:
    assert whole_file("def kernel(x: T):", "def kernel(x): return x") == (
        "def kernel(x: T):\n    return x\n"
    )
    assert whole_file("def kernel(\u00e9: T):", "def kernel(\u00e9): y = \u00e9; return y") == (
        "def kernel(\u00e9: T):\n    y = \u00e9; return y\n"
    )


@pytest.mark.parametrize("text", ["y = = x", "(" * 300, "return x\x00"])
def test_what_cannot_be_read_is_kept(text: str) -> None:
    assert whole_file("def kernel(x: T):", text) == f"def kernel(x: T):\n    {text}\n"
