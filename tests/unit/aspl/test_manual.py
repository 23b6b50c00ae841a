"""The manual is complete: whatever the tables hold has its page."""

from __future__ import annotations

import pytest

from aspl import Findings, check, parse
from aspl.codes import CODES
from aspl.diagnose import TASK, diagnose_example
from aspl.functions.library.table import LIBRARY
from aspl.functions.primitives import PRIMITIVES
from aspl.language import TOPICS, Whole
from aspl.manual import WIDTH, Manual, nearest_names
from aspl.ops.table import OPS
from aspl.text.builtins import BUILTINS, CONSTANTS, INITS
from aspl.text.derived import DERIVED
from aspl.text.dialect import EARLIER
from aspl.text.format import format_text
from aspl.text.type_names import CONSTRUCTORS, SCALARS

MANUAL = Manual()


def test_every_operator_is_in_the_table() -> None:
    words = MANUAL.operators().split()
    assert [name for name in (*OPS, *DERIVED) if name not in words] == []


def test_every_function_is_in_the_table() -> None:
    lines = [line.strip() for line in MANUAL.functions().split("\n")]
    usages = [each.usage for each in LIBRARY.values()]
    usages += [each.usage for each in PRIMITIVES.values()]
    assert [usage for usage in usages if not any(line.startswith(usage) for line in lines)] == []


def test_every_spelling_of_the_earlier_dialect_is_in_the_table() -> None:
    table = MANUAL.earlier()
    assert [name for name, each in EARLIER.items() if each.earlier not in table] == []


def test_every_code_is_in_the_table() -> None:
    words = MANUAL.codes().split()
    assert [code for code in CODES if code not in words] == []


@pytest.mark.parametrize(
    "table", [MANUAL.operators, MANUAL.functions, MANUAL.earlier, MANUAL.codes]
)
def test_tables_fit_a_terminal(table) -> None:
    assert max(map(len, table().split("\n"))) <= WIDTH


@pytest.mark.parametrize("name", [*OPS, *DERIVED, *EARLIER, *LIBRARY, *PRIMITIVES])
def test_every_name_has_a_page(name: str) -> None:
    page = MANUAL.page(name)
    assert page is not None
    assert MANUAL.page(name.upper()) is not None
    assert "\x1b" not in page


@pytest.mark.parametrize("name", OPS)
def test_the_page_of_an_operator_has_all_of_it(name: str) -> None:
    op, page = OPS[name], MANUAL.page(name) or ""
    text = " ".join(page.split())
    assert page.startswith(f"{name}(")
    for parameter in op.parameters():
        assert " ".join(parameter.argument.doc.split()) in text
    for line in op.example.text.split("\n"):
        assert line in page
    for value in (*op.example.inputs.values(), *op.example.outputs):
        assert " ".join(str(value).split()) in text
    for label in ("Shape:", "Rate:", "Source:"):
        assert (label in (op.__doc__ or "")) == (f"\n{label}" in page)


def test_a_name_may_be_spelt_as_in_the_earlier_dialect() -> None:
    assert MANUAL.page("step.Map") == MANUAL.page("Map")


def test_an_unknown_name_has_no_page_and_near_ones() -> None:
    assert MANUAL.page("Acum") is None
    assert nearest_names("Acum")[0] == "Accum"


def test_colours_are_for_terminals() -> None:
    assert "\x1b[1moff-chip\x1b[0m" in Manual(color=True).operators()


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained(code: str) -> None:
    row = CODES[code]
    text = MANUAL.code(row, diagnose_example(row, row.wrong), TASK)
    assert text.startswith(f"{code}: {row.title}\n")
    if row.machine:
        assert "\n\nOn machine.toml\n    [" in text
        assert "\n`aspl sim wrong.aspl --machine machine.toml` finds it" in text
    else:
        assert f"[{code}]: " in text
        assert "wrong.aspl:" in text
    assert len(text.split("\n")) < 150


WORDS = [(word, name) for name, topic in TOPICS.items() for word in topic.words]
PROGRAMS = {
    name: block.text
    for name, topic in TOPICS.items()
    for block in topic.blocks
    if isinstance(block, Whole)
}


def test_the_table_of_operators_ends_with_the_topics() -> None:
    tail = " ".join(MANUAL.operators().split("\n\n")[-1].split())
    assert tail.endswith(f"topics: {', '.join(TOPICS)}.")


@pytest.mark.parametrize("name", TOPICS)
def test_every_topic_prints(name: str) -> None:
    page = MANUAL.page(name) or ""
    assert page.startswith(f"{name}: {TOPICS[name].title}\n")
    assert "\x1b" not in page
    assert max(map(len, page.split("\n"))) <= 100


@pytest.mark.parametrize(("word", "name"), WORDS)
def test_every_word_leads_to_its_topic(word: str, name: str) -> None:
    page = MANUAL.page(word) or ""
    assert f"{name}: {TOPICS[name].title}" in page or f"See also `aspl ops {name}`." in page


def test_words_lead_to_one_topic_and_hide_none() -> None:
    words = [word for word, _ in WORDS]
    assert len(set(words)) == len(words)
    assert not set(words) & set(TOPICS)


@pytest.mark.parametrize("word", [*BUILTINS, *CONSTANTS, *INITS, *SCALARS, *CONSTRUCTORS, "_"])
def test_every_name_of_the_language_has_a_page(word: str) -> None:
    assert MANUAL.page(word) is not None


def test_an_operator_is_no_word_of_kernels() -> None:
    assert "See also `aspl ops kernel`." in (MANUAL.page("zip") or "")
    assert "See also" not in (MANUAL.page("Zip") or "")


def test_letters_tell_words_apart_that_are_cased_alike() -> None:
    assert MANUAL.page("Dim") == MANUAL.page("header")
    assert MANUAL.page("dim") == MANUAL.page("kernel")
    assert MANUAL.page("STREAM") == MANUAL.page("types")


def test_near_words_are_found() -> None:
    assert "RaggedDim" in nearest_names("RagedDim")
    assert "archives" in nearest_names("archve")


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_program_of_a_topic_checks(name: str) -> None:
    findings = Findings()
    program = parse(PROGRAMS[name], findings)
    assert program is not None
    assert check(program, findings) is not None
    assert list(findings) == []
    assert format_text(PROGRAMS[name], findings) == PROGRAMS[name].lstrip("\n")
