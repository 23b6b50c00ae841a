"""Modules that are no program that may run."""

from __future__ import annotations

import pytest
from compiling import module_of
from xdsl.utils.exceptions import VerifyException

from compiler.ir.text import parse_module, print_module
from compiler.pipelines import parse_pipeline, run

TEXT = """
M = Dim(4)

def kernel(x: Stream(f32, [M]), s: Stream(Index(2), [M])) -> Stream(f32, [_]):
    a, b = Partition(x, s, n=2)
    Consumer(b)
    return Map(a, fn=exp)
"""


def verified(text: str, old: str, new: str) -> None:
    """Verify the module of a program with a piece of its text changed."""
    printed = print_module(module_of(text))
    assert old in printed
    run(parse_pipeline("verify"), parse_module(printed.replace(old, new)))


def test_a_good_module_passes() -> None:
    verified(TEXT, "module", "module")


def test_names_of_extents_that_a_run_decides_do_not_matter() -> None:
    verified(TEXT, '"part0"', '"chosen"')


RESULT = '-> !step.stream<f32, ["part0"]>\n    "step.return"(%0) : (!step.stream<f32, ["part0"]>)'
CONSUMER = '    "step.consumer"(%b) : (!step.stream<f32, ["part1"]>) -> ()\n'


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (RESULT, RESULT.replace("part0", "M"), "`Stream\\(f32, \\[M\\]\\)`, expected"),
        ('["part1"]', '["part0"]', "a stream has the type"),
        (CONSUMER, "", "L002 stream `b` is never read"),
        (CONSUMER, CONSUMER.replace("part1", "part0").replace("%b", "%a"), "L001 stream `a`"),
        ("n = 2", "n = 3", "`Partition` writes 3 streams, got 2"),
        ('#step.library<"exp", {}>', '#step.library<"mul", {}>', "F009"),
    ],
)
def test_what_is_wrong_is_said(old: str, new: str, words: str) -> None:
    with pytest.raises(VerifyException, match=words):
        verified(TEXT, old, new)
