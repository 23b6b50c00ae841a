"""Templates are strict, each has one context, and no text breaks out of its place."""

from __future__ import annotations

import typing
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, UndefinedError, meta

from benchmark.runs.answers import program_in
from prompts import contexts
from prompts.fences import fenced, plain, prose
from prompts.render import TEMPLATES, VERSION, _environment, render, template_name

CONTEXTS = typing.get_args(contexts.Context)
HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(
            ["```", "````", "~~~", "``` aspl", "\n", "\r\n", "\r", "{{ x }}", "{% x %}"]
        ),
        st.sampled_from(["\u2028", "\x1b[2J", "\x00", "\u202e", "return x", "# ", " ", "\t"]),
        st.text(max_size=5),
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize("kind", CONTEXTS)
def test_a_template_uses_every_field_of_its_context_and_nothing_else(kind: type) -> None:
    environment = _environment()
    text = (TEMPLATES / template_name(kind)).read_text(encoding="utf-8")
    used = meta.find_undeclared_variables(environment.parse(text))
    assert used == {each.name for each in fields(kind)}


def test_every_template_has_a_context_and_says_what_it_is_for() -> None:
    files = {path.name: path for path in TEMPLATES.iterdir()}
    assert set(files) == {template_name(kind) for kind in CONTEXTS}
    for kind in CONTEXTS:
        first = files[template_name(kind)].read_text(encoding="utf-8").split("\n")[0]
        names = ", ".join(each.name for each in fields(kind)) or "none"
        assert first.startswith("{# ")
        assert first.endswith(f" Variables: {names}. #}}")


def test_what_no_context_has_is_an_error() -> None:
    strict = _environment().overlay(loader=DictLoader({"a": "{{ b }}", "c": "{{ d.e }}"}))
    with pytest.raises(UndefinedError, match="'b' is undefined"):
        strict.get_template("a").render()
    with pytest.raises(UndefinedError, match="no attribute 'e'"):
        strict.get_template("c").render(d=contexts.Role())


def test_values_are_not_read_as_templates() -> None:
    text = render(contexts.Tail(sample=1, strategy="{{ sample }} <b> & {# no #}"))
    assert "{{ sample }} <b> & {# no #}" in text


def test_the_version_is_one_of_the_texts() -> None:
    assert len(VERSION) == 16
    assert int(VERSION, 16)


@given(HOSTILE)
def test_no_program_ends_its_fence(text: str) -> None:
    found = program_in(f"before\n\n{fenced(text, 'aspl')}\n\nafter ``` `a`\n")
    if plain(text).strip():
        assert found == plain(text).rstrip("\n") + "\n"


@given(HOSTILE)
def test_no_words_open_a_fence(text: str) -> None:
    line = prose(text)
    assert "\n" not in line
    assert "```" not in line
    assert "~~~" not in line
    program = fenced("return x", "aspl")
    assert program_in(f"{line}\n\n{program}\n") == "return x\n"


@given(HOSTILE)
def test_nothing_unseen_is_left(text: str) -> None:
    for each in plain(text):
        assert each in "\n\t" or each.isprintable() or each.isspace()
    assert not {"\x1b", "\x00", "\u202e", "\u2028", "\r"} & set(plain(text))
