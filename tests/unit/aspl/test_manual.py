"""The manual is complete: whatever the tables hold has its page."""

from __future__ import annotations

import pytest

from aspl.codes import CODES
from aspl.diagnose import TASK, diagnose_example
from aspl.functions.library.table import LIBRARY
from aspl.functions.primitives import PRIMITIVES
from aspl.manual import WIDTH, Manual, nearest_names
from aspl.ops.table import OPS
from aspl.text.derived import DERIVED
from aspl.text.dialect import EARLIER

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
    assert f"[{code}]: " in text
    assert "wrong.aspl:" in text
    assert len(text.split("\n")) < 150
