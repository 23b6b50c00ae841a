"""Any text gets diagnostics in bounded time and memory, and a program that is accepted runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from bounded import BYTES, SECONDS
from hostile import HOSTILE
from house import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import judged, numbers_in
from mutations import mutated, soups

from aspl.checker import Linearity
from aspl.codes import CODES
from aspl.diagnose import TASK
from aspl.diagnostics import Findings
from aspl.ops.table import OPS
from aspl.reference.evaluate import evaluate
from aspl.reference.inputs import InputError, random_inputs
from aspl.reference.state import EvaluationFailed
from aspl.text.source import decode

BOUNDED = "P003", "P010", "T004"
"""Codes whose wrong programs take long, each time anew."""
MOST = 50_000
"""Numbers in a stream of what is evaluated."""

EXAMPLES = ROOT / "aspl" / "examples"
PROGRAMS = (
    *(op.example.text for op in OPS.values()),
    *(row.right for row in CODES.values() if not row.bare),
    *(row.wrong for row in CODES.values() if not row.bare and row.code not in BOUNDED),
    *(path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.aspl"))),
)
BARE = tuple(text for row in CODES.values() if row.bare for text in (row.wrong, row.right))

LINEARITIES: st.SearchStrategy[Linearity] = st.sampled_from(("strict", "auto"))


@pytest.fixture(scope="module")
def judgements() -> dict[str, dict[str, Any]]:
    """Judge the whole table in processes of bounded time and memory."""
    script = Path(__file__).parents[1] / "support" / "bounded.py"
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    shown = subprocess.run(
        [sys.executable, script],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {row["name"]: row for row in map(json.loads, shown.splitlines())}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_judged_in_bounded_time_and_memory(
    name: str, judgements: dict[str, dict[str, Any]]
) -> None:
    row, code = judgements[name], HOSTILE[name].code
    assert not row["raised"], f"within {SECONDS} s and {BYTES} bytes:\n{row['raised']}"
    assert row["accepted"] == (not code), row["codes"]
    assert code in ("", "*", *row["codes"])


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\x00", b"\x80", bytes(range(256)), b"\xff" * 2**20, "M = 1\n".encode("utf-16")],
    ids=["mark", "continuation", "every byte", "mebibyte", "utf-16"],
)
def test_bytes_that_are_no_text_are_reported(data: bytes) -> None:
    findings = Findings()
    assert decode(data, findings) is None
    assert [each.code for each in findings] == ["P003"]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    findings = Findings()
    assert decode(b"\xef\xbb\xbfM = 1\n", findings) == "M = 1\n"
    assert not findings


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_reported(data: bytes) -> None:
    findings = Findings()
    text = decode(data, findings)
    assert (text is None) == findings.has_errors
    if text is not None:
        judged(text)


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_text_is_judged(text: str) -> None:
    judged(text)
    judged(text, header=TASK)


@given(soups(), LINEARITIES)
def test_any_words_of_the_language_are_judged(text: str, linearity: Linearity) -> None:
    judged(text, linearity=linearity)
    judged(text, header=TASK, linearity=linearity)


@given(mutated(PROGRAMS), LINEARITIES)
@settings(max_examples=300)
def test_a_mutated_program_is_judged(text: str, linearity: Linearity) -> None:
    judged(text, linearity=linearity)


@given(mutated(BARE), LINEARITIES)
def test_a_mutated_answer_to_a_task_is_judged(text: str, linearity: Linearity) -> None:
    judged(text, header=TASK, linearity=linearity)


@given(mutated(PROGRAMS, most=2, huge=False), LINEARITIES, st.integers(0, 3))
@settings(max_examples=300)
def test_a_mutated_program_that_is_accepted_runs(
    text: str, linearity: Linearity, seed: int
) -> None:
    checked = judged(text, linearity=linearity)
    if checked is None or numbers_in(checked) > MOST:
        return
    # random values need not be what the program takes
    with suppress(EvaluationFailed, InputError):
        evaluate(checked, random_inputs(checked.program, seed))
