"""The table of diagnostic codes: every code has programs that say so, and no other says it."""

from __future__ import annotations

import importlib.util
import re
from difflib import SequenceMatcher
from itertools import chain

import pytest
from house import ROOT, parsed, sources
from literals import strings

from aspl.checker import check
from aspl.code import Code
from aspl.codes import CODES
from aspl.diagnose import TASK, diagnose_example
from aspl.diagnostics import Diagnostic, Findings
from aspl.functions.codes import FUNCTION_CODES
from aspl.reference.evaluate import evaluate
from aspl.text.header import Header
from aspl.text.parse import parse
from benchmark.library.findings import CODES as GATE

ROWS = [pytest.param(row, id=row.code) for row in CODES.values()]
FOUND = [param for param in ROWS if not CODES[str(param.id)].machine]
"""What a check or an evaluation finds; of the others `tests/unit/simulator` knows more."""
RUN_ROWS = [pytest.param(row, id=row.code) for row in CODES.values() if row.code[0] == "R"]
LATE_ROWS = [pytest.param(row, id=row.code) for row in CODES.values() if row.code[0] in "RM"]
CODE = re.compile(r"[A-Z][0-9]{3}")
SHOUTED = re.compile(r"[A-Z][a-z]")
QUOTED = re.compile(r"`[^`]*`")
STRAY = re.compile(r"\b(?:very|too (?:big|small|few|much)|please|sorry|error|invalid|illegal)\b")


def found(row: Code, text: str) -> list[Diagnostic]:
    return list(diagnose_example(row, text))


@pytest.mark.parametrize("row", FOUND)
def test_the_wrong_program_triggers_its_code_and_no_other(row: Code) -> None:
    assert {each.code for each in found(row, row.wrong)} == {row.code}


@pytest.mark.parametrize("row", ROWS)
def test_the_right_program_has_no_findings(row: Code) -> None:
    assert [each.message for each in found(row, row.right)] == []


@pytest.mark.parametrize("row", LATE_ROWS)
def test_what_fails_in_a_run_checks_cleanly(row: Code) -> None:
    findings = Findings()
    program = parse(row.wrong, findings)
    assert program is not None
    assert check(program, findings) is not None
    assert list(findings) == []


@pytest.mark.parametrize("row", RUN_ROWS)
def test_the_right_program_runs_on_the_same_values(row: Code) -> None:
    findings = Findings()
    program = parse(row.right, findings)
    assert program is not None
    checked = check(program, findings)
    assert checked is not None
    assert row.inputs is not None
    evaluate(checked, row.inputs, orders=row.orders)


def test_what_only_a_simulation_finds_names_a_machine() -> None:
    assert {row.code[0] for row in CODES.values() if row.machine} == {"M"}
    assert all(row.machine for row in CODES.values() if row.code[0] == "M")


@pytest.mark.parametrize("row", ROWS)
def test_a_program_is_whole_and_the_right_one_is_near_the_wrong_one(row: Code) -> None:
    assert row.wrong != row.right
    for text in (row.wrong, row.right):
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert max(map(len, text.split("\n"))) <= 120
    assert SequenceMatcher(None, row.wrong, row.right).ratio() > 0.5


@pytest.mark.parametrize("row", ROWS)
def test_titles_and_reasons_are_plain_sentences(row: Code) -> None:
    assert len(row.title) <= 50
    for text in (row.title, row.why):
        assert not text.endswith(".")
        assert not SHOUTED.match(text)
        assert "  " not in text
        assert text.count("`") % 2 == 0
    assert len(row.why) > len(row.title)


@pytest.mark.parametrize("row", ROWS)
def test_findings_are_worded_like_the_house(row: Code) -> None:
    for each in found(row, row.wrong):
        labels = [label.text for label in each.labels]
        for text in filter(None, (each.message, each.note, each.hint, *labels)):
            assert not SHOUTED.match(text), text
            assert not text.endswith("."), text
            assert "\n" not in text
            assert text.count("`") % 2 == 0, text
            plain = QUOTED.sub("", text)
            assert not STRAY.search(plain), text
        names = [name for name, _ in each.facts]
        assert names in ([], ["expected", "got"])


@pytest.mark.parametrize("row", ROWS)
def test_names_of_the_program_stand_in_backticks(row: Code) -> None:
    words = set(re.findall(r"\b[A-Za-z_]\w*\b", row.wrong))
    names = {word for word in words if re.search(r"[A-Z_]|\d", word)} - {"M", "K", "N", "P", "Q"}
    for each in found(row, row.wrong):
        plain = QUOTED.sub("", each.message)
        assert not names & set(re.findall(r"\b[A-Za-z_]\w*\b", plain)), each.message


@pytest.mark.parametrize("row", ROWS)
def test_findings_stand_in_the_program(row: Code) -> None:
    lines = row.wrong.split("\n")
    for each in found(row, row.wrong):
        for span in (each.span, *(label.span for label in each.labels)):
            assert 1 <= span.line <= span.end_line <= len(lines)
            assert 0 <= span.column <= len(lines[span.line - 1])
            assert 0 <= span.end_column <= len(lines[span.end_line - 1])
            assert (span.line, span.column) <= (span.end_line, span.end_column)


def test_every_code_of_the_sources_has_a_row_and_every_row_a_source() -> None:
    tables = (ROOT / "aspl" / "codes", ROOT / "aspl" / "functions" / "codes.py")
    files = [path for path in sources() if not any(path.is_relative_to(each) for each in tables)]
    literals = chain.from_iterable(strings(parsed(path)) for path in files)
    used = {text for text in literals if CODE.fullmatch(text)}
    if importlib.util.find_spec("simulator.simulate") is None:
        used |= {row.code for row in CODES.values() if row.machine}  # nothing reports them yet
    # a gate's findings are of libraries, not of programs, and have a table of their own
    assert sorted(used - set(CODES) - set(GATE)) == []
    assert not set(CODES) & set(GATE)
    assert sorted(set(CODES) - used) == []


def test_codes_are_keys_in_order_and_once() -> None:
    assert all(code == row.code and CODE.fullmatch(code) for code, row in CODES.items())
    letters = "".join(dict.fromkeys(code[0] for code in CODES))
    assert letters == "PNATSLOCFRM"
    for letter in letters:
        mine = [code for code in CODES if code[0] == letter]
        assert mine == sorted(mine)
    assert all(CODES[row.code] is row for row in FUNCTION_CODES)
    assert len({row.title for row in CODES.values()}) == len(CODES)


def test_docstrings_name_no_code_that_is_not_there() -> None:
    texts = chain.from_iterable(strings(parsed(path)) for path in sources())
    named = set(re.findall(r"\b[PNATSLOCFRM][0-9]{3}\b", "\n".join(texts)))
    assert sorted(named - set(CODES)) == []


def test_the_task_of_bare_programs_is_a_header() -> None:
    assert isinstance(TASK, Header)
    assert any(row.bare for row in CODES.values())
