"""Idioms and rewrites are right: they are checked, run, and counted."""

from __future__ import annotations

import textwrap

import pytest
from tokenwise import assert_both_ways, checked

from aspl.checker import check
from aspl.diagnostics import Findings
from aspl.text.parse import parse
from aspl.values.literal import to_nested
from prompts.contexts import Rewrite
from prompts.patterns import PATTERNS, Pattern
from prompts.rewrites import REWRITES


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda each: each.title)
def test_a_pattern_gives_its_outputs(pattern: Pattern) -> None:
    made = assert_both_ways(checked(pattern.program), pattern.inputs)
    assert tuple(map(to_nested, made.outputs)) == pattern.outputs


def codes(rewrite: Rewrite, body: str) -> set[str]:
    findings = Findings()
    program = parse(rewrite.header + textwrap.indent(body, "    "), findings)
    assert program is not None
    check(program, findings)
    return {each.code for each in findings}


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda each: each.title)
def test_a_rewrite_copies_what_was_read_twice(rewrite: Rewrite) -> None:
    assert codes(rewrite, rewrite.before) == (
        {"L001"} if rewrite.before != rewrite.after else set()
    )
    assert codes(rewrite, rewrite.after) == set()


def test_one_rewrite_has_nothing_to_do_and_all_have_one_header() -> None:
    assert [each.before == each.after for each in REWRITES].count(True) == 1
    assert len({each.header for each in REWRITES}) == 1
