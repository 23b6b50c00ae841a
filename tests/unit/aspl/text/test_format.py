"""The canonical layout, rule by rule."""

from __future__ import annotations

import ast

import pytest

from aspl.diagnostics import Findings
from aspl.text.format import format_text
from aspl.text.layout import WIDTH


def formatted(text: str) -> str:
    findings = Findings()
    written = format_text(text, findings)
    assert written is not None, list(findings)
    assert not len(findings)
    assert format_text(written, findings) == written, "not its own layout"
    return written


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x=f( a,b = 1 )", "x = f(a, b=1)"),
        ("x = [ a , b ] + ( c,)", "x = [a, b] + (c,)"),
        ("M,K=Dim( 5 ),Dim(9)", "M, K = Dim(5), Dim(9)"),
        ("x = -a*s**-2 // (b%c)", "x = -a * s ** -2 // (b % c)"),
        ("x = a [ 1 :2,: , -1 ]", "x = a[1:2, :, -1]"),
        ("x = f(*a, ** b)", "x = f(*a, **b)"),
        (
            "def f(a:f32,s:f32=zeros)->f32:return a",
            "def f(a: f32, s: f32 = zeros) -> f32:\n    return a",
        ),
        ("x = lambda a,b=1:a", "x = lambda a, b=1: a"),
        ("x = f(g=lambda *a:1)", "x = f(g=lambda *a: 1)"),
        ("x={'a':1 , **b}", 'x = {"a": 1, **b}'),
        ("x = 'it\\'s' + 'a\"b' + b'c'", "x = 'it\\'s' + 'a\"b' + b\"c\""),
        ("x = '''a''' 'b'", 'x = """a""" "b"'),
        ("x = (a)if(b)else(c)", "x = (a) if (b) else (c)"),
        ("x = not-1 is not ~ a", "x = not -1 is not ~a"),
        ("a . b . c ( d )", "a.b.c(d)"),
        ("x = 1 .real", "x = 1 .real"),
        ("x = 0x1F + 1_000 + 1e-6", "x = 0x1F + 1_000 + 1e-6"),
        ("a=1;b=2;", "a = 1\nb = 2"),
        ("for i in x:a;b", "for i in x:\n    a\n    b"),
        ("x = a \\\n  + b", "x = a + b"),
        ("x = f(a, b,)", "x = f(a, b)"),
        ("x = f(a,)", "x = f(a)"),
        ("x = [a,]", "x = [a]"),
        ("x = (a,)", "x = (a,)"),
        ("x = (a, b,)", "x = (a, b)"),
        ("x = a[b,]", "x = a[b,]"),
        ("x = a,", "x = a,"),
        ("@flops( 3 )\n\ndef f(a): return a", "@flops(3)\ndef f(a):\n    return a"),
        ("y = step.Map( fn = f ).apply( ( a,b ) )", "y = step.Map(fn=f).apply((a, b))"),
        ("from . a import (b,)", "from .a import (b,)"),
        ("try:\n x\nexcept A: y\nfinally: z", "try:\n    x\nexcept A:\n    y\nfinally:\n    z"),
        ("℘ = 1\na·b = ℘", "℘ = 1\na·b = ℘"),
        ("x = f'{a!r:>{w}}' 'b'", "x = f'{a!r:>{w}}' \"b\""),
        ("\ufeffx = 1", "x = 1"),
        ("x=1\r\ny=2\rz=3", "x = 1\ny = 2\nz = 3"),
    ],
)
def test_a_statement_is_spaced(before: str, after: str) -> None:
    assert formatted(before) == f"{after}\n"


@pytest.mark.parametrize("text", ["", "\n\n", "  \n\t\n"])
def test_no_text_stays_no_text(text: str) -> None:
    assert formatted(text) == ""


def test_a_long_call_is_broken_one_argument_a_line() -> None:
    name = "argument_with_a_long_name"
    call = f"x = Map({name}, {name}, {name}, fn=f)"
    assert formatted(call) == f"{call}\n"
    longer = f"x = Map({name}, {name}, {name}, fn=a_function_of_some_name)"
    assert formatted(longer) == (
        f"x = Map(\n    {name},\n    {name},\n    {name},\n    fn=a_function_of_some_name,\n)\n"
    )


def test_what_fits_is_joined() -> None:
    assert formatted("x = Map(\n    a,\n    fn=f,\n)") == "x = Map(a, fn=f)\n"


def test_a_long_signature_is_broken_at_its_parameters() -> None:
    params = [f"a{number}: Stream(f32, [M, K])" for number in range(4)]
    text = (
        f"def kernel({', '.join(params)}) -> (Stream(f32, [M]), Stream(f32, [K])):\n    return a0"
    )
    lines = formatted(text).split("\n")
    assert lines[:2] == ["def kernel(", "    a0: Stream(f32, [M, K]),"]
    assert lines[5] == ") -> (Stream(f32, [M]), Stream(f32, [K])):"


def test_a_long_comprehension_is_broken_at_its_clauses() -> None:
    text = f"x = [Map({'a' * 40}, fn=f) for {'b' * 20}, c in zip({'d' * 30}, e) if c]"
    assert formatted(text).split("\n") == [
        "x = [",
        f"    Map({'a' * 40}, fn=f)",
        f"    for {'b' * 20}, c in zip({'d' * 30}, e)",
        "    if c",
        "]",
        "",
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"x = ({'a' * 46} + {'b' * 46})",
        f"x = f(y for y in {'a' * 46} if {'b' * 46})",
        f"x = a[{'a' * 46} + {'b' * 46}]",
        f"x = ({'a' * 46} + {'b' * 46},)",
        f"x = a[{'a' * 46} + {'b' * 46},]",
        f"x = (lambda {'a' * 42}, {'b' * 42}: c)",
        f"x = f({'a' * 60})({'b' * 60})[{'c' * 60}]",
        f"x = [[{'a' * 46}, b], [{'b' * 46}, f(c, {'d' * 46})]]",
        f"def f({'a' * 46}: g({'b' * 46}, c) = h({'d' * 46}, *e)): pass",
        f"x = {{{'a' * 46}: 1, {'b' * 46}: 2}}",
    ],
)
def test_breaking_a_long_line_changes_nothing_but_layout(text: str) -> None:
    written = formatted(text)
    assert ast.dump(ast.parse(written)) == ast.dump(ast.parse(text))
    assert len(text) > WIDTH
    assert max(map(len, written.split("\n"))) <= WIDTH


def test_a_line_without_brackets_may_be_long() -> None:
    text = f"x = {'a' * 60} + {'b' * 60}\n"
    assert formatted(text) == text


def test_comments_stay_at_their_statements() -> None:
    text = """\
#first
x=1#one
  # two

    #three
def f(a):#head
  #inside
  y=a   # behind
  # last of f
# before g
z=2
"""
    assert (
        formatted(text)
        == """\
# first
x = 1  # one
# two

# three
def f(a):  # head
    # inside
    y = a  # behind
    # last of f

# before g
z = 2
"""
    )


def test_comments_inside_brackets_keep_them_open() -> None:
    text = "x = Map(a, # the first\n  # the rest\n  b, # b\n  fn=f # c\n  # end\n  ) # all"
    assert (
        formatted(text)
        == """\
x = Map(
    a,  # the first
    # the rest
    b,  # b
    fn=f,  # c
    # end
)  # all
"""
    )


def test_comments_within_an_argument_go_before_it() -> None:
    text = "x = f( # open\n a # a\n + # plus\n b # b\n , # comma\n c)"
    assert (
        formatted(text)
        == """\
x = f(
    # open
    # a
    # plus
    # b
    a + b,  # comma
    c,
)
"""
    )


@pytest.mark.parametrize("comment", ["#!shebang", "#: marked", "#", "####", "# RUN: aspl check %s"])
def test_some_comments_are_kept_as_they_are(comment: str) -> None:
    assert formatted(f"{comment}\nx = 1") == f"{comment}\nx = 1\n"


def test_empty_lines_are_at_most_one_and_one_around_definitions() -> None:
    text = """\


M = Dim(5)


w = 1
def f(a):

    b = a


    return b
g = 1
# about h
@flops(1)
def h(a): return a
# not about it

def k(a): return a
"""
    assert (
        formatted(text)
        == """\
M = Dim(5)

w = 1

def f(a):
    b = a

    return b

g = 1

# about h
@flops(1)
def h(a):
    return a

# not about it

def k(a):
    return a
"""
    )


def test_strings_of_several_lines_are_not_touched() -> None:
    text = 'def f(a):\n  """One\n two\n\n\n   three  \n  """\n  return a\n'
    assert formatted(text) == 'def f(a):\n    """One\n two\n\n\n   three  \n  """\n    return a\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [("x = (", "P001"), ("  x = 1\n y", "P001"), ("x" + "[0]" * 150, "P003")],
)
def test_what_is_not_python_is_reported(text: str, code: str) -> None:
    findings = Findings()
    assert format_text(text, findings) is None
    assert [each.code for each in findings] == [code]


def test_a_text_that_would_grow_beyond_the_limit_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "if x:\n y\n z\n"
    monkeypatch.setattr("aspl.text.format.MAX_CHARACTERS", len(text))
    assert format_text(text, Findings()) == text
