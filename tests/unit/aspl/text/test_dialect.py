"""Spellings of the earlier dialect, each against the same program in this language."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from earlier import read_header
from hypothesis import given
from hypothesis import strategies as st

import aspl
from aspl.checker import check
from aspl.diagnostics import Diagnostic, Findings, Span
from aspl.program import Program
from aspl.text.dialect import EARLIER
from aspl.text.parse import parse

README = Path(aspl.__file__).with_name("README.md")

# bodies return what they like
HEADER = replace(
    read_header(
        """\
M = Dim(4)
N = Dim(8)
K = Dim(16)

def f(x: f32) -> f32:
    return x * x

def g(a: f32, b: f32) -> f32:
    return a * b

def fold(x: f32, state: f32 = 0.0) -> f32:
    return state + x

def fold2(x: f32, state: Tuple(f32, f32) = (lowest, 0.0)) -> Tuple(f32, f32):
    return max(x, state[0]), x + state[1]

def kernel(
    x: Stream(f32, [M, N, K]),
    y: Stream(f32, [M, N, K]),
    z: Stream(f32, [M, N, K]),
    ref: Stream(f32, [M, N, K, 3]),
    control: Stream(Selector(2), [M]),
    control3: Stream(Selector(3), [M]),
):
"""
    ),
    results=None,
)


def _read(body: str) -> tuple[Program | None, Findings]:
    findings = Findings()
    return parse(body, findings, header=HEADER), findings


def _program(body: str) -> Program:
    program, findings = _read(body)
    assert program is not None
    assert not findings.sorted()
    return program


def _found(body: str) -> list[Diagnostic]:
    program, findings = _read(body)
    if program is not None:
        check(program, findings)
    unused = (f"stream `{name}` is never read" for name, _ in HEADER.inputs)
    known = set(unused)
    return [each for each in findings if each.message not in known]


@pytest.mark.parametrize("name", EARLIER)
def test_a_row_of_the_table_says_the_truth(name: str) -> None:
    spelling = EARLIER[name]
    assert f"step.{name}(" in spelling.earlier
    assert _program(f"return {spelling.earlier}") == _program(f"return {spelling.here}")


SAME = {
    # one stream
    "step.Map(f).apply(x)": "Map(x, fn=f)",
    "step.Map(fn=f()).apply(x)": "Map(x, fn=f)",
    "step.Map(fn=relu).apply(x)": "Map(x, fn=relu)",
    "step.Map(fn=relu()).apply(x)": "Map(x, fn=relu)",
    "step.Map(fn=f).apply((x,))": "Map(x, fn=f)",
    "step.Map(fn=f).apply([x])": "Map(x, fn=f)",
    "step.Map(fn=f).apply(x=x)": "Map(x, fn=f)",
    "Map(fn=f).apply(x)": "Map(x, fn=f)",
    "step.Map(x, fn=f)": "Map(x, fn=f)",
    # several streams
    "step.Map(fn=g).apply((x, y))": "Map(x, y, fn=g)",
    "step.Map(fn=g).apply([x, y])": "Map(x, y, fn=g)",
    "step.Map(fn=g).apply(x, y)": "Map(x, y, fn=g)",
    "step.Zip().apply([x, y])": "Zip(x, y)",
    "step.Zip().apply(x, y)": "Zip(x, y)",
    "step.Zip().apply((x, y, z))": "Zip(x, y, z)",
    "step.Map(fn=g).apply(step.Zip().apply((x, y)))": "Map(Zip(x, y), fn=g)",
    # folds
    "step.Accum(fn=fold).apply(x)": "Accum(x, fn=fold)",
    "step.Accum(fn=fold, a=2).apply(x)": "Accum(x, fn=fold, rank=2)",
    "step.Accum(fn=fold, rank=2).apply(x)": "Accum(x, fn=fold, rank=2)",
    "step.Accum(fold, 2).apply(x)": "Accum(x, fn=fold, rank=2)",
    "step.Accum(2, fold).apply(x)": "Accum(x, fn=fold, rank=2)",
    "step.Accum(fold, b=2).apply(x)": "Accum(x, fn=fold, rank=2)",
    "step.Accum(2, fn=fold).apply(x)": "Accum(x, fn=fold, rank=2)",
    "step.Accum(fn=fold, b=1, init=1.0).apply(x)": "Accum(x, fn=fold, init=1.0, rank=1)",
    "step.Accum(fold, 2, zeros).apply(x)": "Accum(x, fn=fold, init=zeros, rank=2)",
    "step.Accum(fold, 1.5, 2).apply(x)": "Accum(x, fn=fold, init=1.5, rank=2)",
    "step.Accum(fn=add, init=0, b=1).apply(x)": "Accum(x, fn=add, init=0, rank=1)",
    "step.Scan(fn=fold2, b=1).apply(x)": "Scan(x, fn=fold2, rank=1)",
    "step.Scan(fold2, 1).apply(x)": "Scan(x, fn=fold2, rank=1)",
    "step.Scan(fn=fold2, b=1, init=(lowest, 1.0)).apply(x)": (
        "Scan(x, fn=fold2, rank=1, init=(lowest, 1.0))"
    ),
    "step.Scan(fold2, 1, (lowest, 1.0)).apply(x)": "Scan(x, fn=fold2, rank=1, init=(lowest, 1.0))",
    # shapes
    "step.Bufferize().apply(x)": "Bufferize(x)",
    "step.Bufferize(2).apply(x)": "Bufferize(x, rank=2)",
    "step.Bufferize(b=2).apply(x)": "Bufferize(x, rank=2)",
    "step.Streamify().apply(step.Bufferize(a=2).apply(x))": "Streamify(Bufferize(x, rank=2))",
    "step.Streamify().apply(step.Repeat(n=N).apply(step.Bufferize(a=1).apply(x)))": (
        "Streamify(Repeat(Bufferize(x, rank=1), n=N))"
    ),
    "step.Promote(2).apply(x)": "Promote(x, rank=2)",
    "step.Promote(b=0).apply(x)": "Promote(x, rank=0)",
    "step.Promote(b=3).apply(x)": "Promote(x, rank=3)",
    "step.Flatten().apply(x)": "Flatten(x)",
    "step.Flatten(L=[0, 1]).apply(x)": "Flatten(x, min=0, max=1)",
    "step.Flatten(L=[1, 2]).apply(x)": "Flatten(x, min=1, max=2)",
    "step.Flatten(L=[2, 1]).apply(x)": "Flatten(x, min=1, max=2)",
    "step.Flatten(L=(0, 1)).apply(x)": "Flatten(x, min=0, max=1)",
    "step.Flatten([0, 1, 2]).apply(x)": "Flatten(x, min=0, max=2)",
    "step.Flatten(min=1, max=2).apply(x)": "Flatten(x, min=1, max=2)",
    "step.Flatten(L=range(0, 3)).apply(x)": "Flatten(x, min=0, max=2)",
    "step.Reshape(L=[1], S=[4]).apply(x)": "Reshape(x, rank=1, chunk=4)",
    "step.Reshape(L=1, S=4).apply(x)": "Reshape(x, rank=1, chunk=4)",
    "step.Reshape(L=(1,), S=(4,)).apply(x)": "Reshape(x, rank=1, chunk=4)",
    "step.Reshape([1], [4]).apply(x)": "Reshape(x, rank=1, chunk=4)",
    "step.Reshape(S=[4]).apply(x)": "Reshape(x, chunk=4)",
    "step.Reshape(rank=1, chunk=4).apply(x)": "Reshape(x, rank=1, chunk=4)",
    "step.Reshape(rank=1, S=[4]).apply(x)": "Reshape(x, rank=1, chunk=4)",
    "step.Reshape(S=4).apply(x)": "Reshape(x, chunk=4)",
    "step.Reshape(L=[2], S=[M]).apply(x)": "Reshape(x, rank=2, chunk=M)",
    "step.Reshape(L=[0], S=[5], pad=zeros).apply(x)": "Reshape(x, rank=0, chunk=5, pad=zeros)",
    "step.Reshape(L=[2, 0], S=[2, 8]).apply(x)": "Reshape(Reshape(x, rank=2, chunk=2), chunk=8)",
    "step.Reshape(L=[0, 1, 2], S=[8, 4, 2]).apply(x)": (
        "Reshape(Reshape(Reshape(x, rank=2, chunk=2), rank=1, chunk=4), chunk=8)"
    ),
    "step.Repeat(3).apply(x)": "Repeat(x, n=3)",
    "step.Repeat(n=M).apply(x)": "Repeat(x, n=M)",
    "step.Repeat(N=N).apply(x)": "Repeat(x, n=N)",
    "step.Repeat(n=2*M).apply(x)": "Repeat(x, n=2*M)",
    "step.RepeatRef().apply(x, ref)": "Expand(Promote(x, rank=0), ref)",
    "step.RepeatRef().apply([x, ref])": "Expand(Promote(x, rank=0), ref)",
    "step.RepeatRef().apply(x, ref=ref)": "Expand(Promote(x, rank=0), ref)",
    # routing
    "step.Copy(n=3).apply(x)": "Broadcast(x, n=3)",
    "step.Copy(N=3).apply(x)": "Broadcast(x, n=3)",
    "step.Copy(3).apply(x)": "Broadcast(x, n=3)",
    "Copy(x, 3)": "Broadcast(x, n=3)",
    "step.Partition(N=2).apply(x, control)": "Partition(x, control, n=2)",
    "step.Partition(N=2).apply([x, control])": "Partition(x, control, n=2)",
    "step.Partition(2).apply((x, control))": "Partition(x, control, n=2)",
    "step.Partition(n=2).apply((x, control))": "Partition(x, control, n=2)",
    "step.Partition(N=2).apply(x, control=control)": "Partition(x, control, n=2)",
    "step.Merge(fn=fold).apply((x, y), control)": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply([x, y], control)": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply(([x, y], control))": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply([[x, y], control])": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply((control, (x, y)))": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply(control, [x, y])": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply((x, y, control))": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply([x, y, control])": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply(x, y, control)": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply((x, y), (control,))": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply([control], [x, y])": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply((x, y), control=control)": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold).apply(inputs=(x, y), control=control)": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold, N=2).apply(inputs=(x, y), control=control)": (
        "Merge([x, y], control, fn=fold)"
    ),
    "step.Merge(fn=fold).apply((x,), control)": "Merge([x], control, fn=fold)",
    "step.Merge(fold).apply((x, y), control)": "Merge([x, y], control, fn=fold)",
    "step.Merge(fold, 2).apply((x, y), control)": "Merge([x, y], control, fn=fold)",
    "step.Merge(2, fold).apply((x, y), control)": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold, N=2).apply((x, y), control)": "Merge([x, y], control, fn=fold)",
    "step.Merge(fn=fold, N=2).apply((x, y, control))": "Merge([x, y], control, fn=fold)",
    "step.Merge(N=3, fn=fold).apply(((x, y, z), control3))": "Merge([x, y, z], control3, fn=fold)",
    "step.Merge(fn=add, init=zeros).apply((x, y), control)": (
        "Merge([x, y], control, fn=add, init=zeros)"
    ),
    "Merge([x, y], control, fold)": "Merge([x, y], control, fn=fold)",
    "Merge([x, y], control, add, zeros)": "Merge([x, y], control, fn=add, init=zeros)",
    # what the earlier dialect does not have takes `.apply` too
    "step.Broadcast(n=3).apply(x)": "Broadcast(x, n=3)",
    "step.Expand(rank=1).apply((x, ref))": "Expand(x, ref, rank=1)",
    "step.Expand(rank=1).apply([x, ref])": "Expand(x, ref, rank=1)",
    "step.Reassemble().apply([x, y], control)": "Reassemble([x, y], control)",
    "step.Reassemble().apply(([x, y], control))": "Reassemble([x, y], control)",
    "step.EagerMerge().apply([x, y])": "EagerMerge([x, y])",
    "step.EagerMerge().apply((x, y))": "EagerMerge([x, y])",
}


@pytest.mark.parametrize(("earlier", "here"), SAME.items(), ids=SAME)
def test_a_spelling_stands_for_the_same_program(earlier: str, here: str) -> None:
    assert _program(f"return {earlier}") == _program(f"return {here}")


BODIES = {
    "a chain of names": (
        """\
E1 = step.Map(fn=f).apply(x)
E1 = step.Map(fn=f).apply(E1)
S0 = step.Accum(fn=fold, b=1).apply(E1)
return S0
""",
        "return Accum(Map(Map(x, fn=f), fn=f), fn=fold)",
    ),
    "two copies by names": (
        """\
# x is read twice
(a, b) = step.Copy().apply(x)
return step.Map(fn=g).apply((a, b))
""",
        "a, b = Broadcast(x, n=2)\nreturn Map(a, b, fn=g)",
    ),
    "two copies by places": (
        """\
copies = step.Copy().apply(x)
return step.Map(fn=g).apply((copies[0], copies[1]))
""",
        "a, b = Broadcast(x, n=2)\nreturn Map(a, b, fn=g)",
    ),
    "a list of copies": (
        "return step.Map(fn=g).apply(step.Copy().apply(x))",
        "a, b = Broadcast(x, n=2)\nreturn Map(a, b, fn=g)",
    ),
    "a chain of copies": (
        """\
a, rest = step.Copy().apply(x)
b, c = step.Copy().apply(rest)
return step.Zip().apply((a, b, c))
""",
        "a, rest = Broadcast(x, n=2)\nb, c = Broadcast(rest, n=2)\nreturn Zip(a, b, c)",
    ),
    "the number of copies from the names": (
        "a, b, c = step.Copy().apply(x)\nreturn step.Zip().apply((a, b, c))",
        "a, b, c = Broadcast(x, n=3)\nreturn Zip(a, b, c)",
    ),
    "the number of parts from the names": (
        "a, b = step.Partition().apply((x, control))\nreturn a, b",
        "a, b = Partition(x, control, n=2)\nreturn a, b",
    ),
    "parts in a list": (
        """\
c0, c1 = step.Copy().apply(control)
parts = step.Partition(N=2).apply([x, c0])
results = [step.Map(fn=fn).apply(part) for fn, part in zip([f, relu], parts)]
return step.Merge(fn=fold, N=2).apply((results, c1))
""",
        """\
c0, c1 = Broadcast(control, n=2)
a, b = Partition(x, c0, n=2)
return Merge([Map(a, fn=f), Map(b, fn=relu)], c1, fn=fold)
""",
    ),
    "results in a loop": (
        """\
c0, c1 = step.Copy().apply(control)
results = []
for part in step.Partition(N=2).apply((x, c0)):
    results.append(step.Map(fn=f).apply(part))
S0 = step.Merge(fn=fold).apply(results + [c1])
return S0
""",
        """\
c0, c1 = Broadcast(control, n=2)
a, b = Partition(x, c0, n=2)
return Merge([Map(a, fn=f), Map(b, fn=f)], c1, fn=fold)
""",
    ),
    "a call over several lines, names for parameters": (
        """\
rank = 2
E1 = step.Accum(
    fn=fold,
    b=rank,
).apply(
    x,
)
return (E1,)
""",
        "return Accum(x, fn=fold, rank=2)",
    ),
    "several results in a list": (
        "return [step.Map(fn=f).apply(x), step.Map(fn=f).apply(y)]",
        "return Map(x, fn=f), Map(y, fn=f)",
    ),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_stands_for_the_same_program(case: str) -> None:
    earlier, here = BODIES[case]
    assert _program(earlier) == _program(here)


def test_a_body_may_be_indented() -> None:
    body = """
    E1 = step.Map(fn=f).apply(x)

    # a fold of
    #   one dim
    return step.Accum(fn=fold, b=1).apply(
        E1
    )
"""
    assert _program(body) == _program("return Accum(Map(x, fn=f), fn=fold)")
    assert _program(body.replace("    ", "\t")) == _program(body)
    names = ", ".join(name for name, _ in HEADER.inputs)
    whole = f"def kernel({names}):{body}"
    assert _program(textwrap.indent(whole, "  ")) == _program(body)


def test_what_is_wrong_in_an_indented_body_is_found_in_its_place() -> None:
    body = "    é = step.Map(fn=f).apply(x)\n    return step.Map(fn=h).apply(é)\n"
    (found,) = _found(body)
    assert (found.code, found.span) == ("N001", Span(2, 23, 2, 24))
    (found,) = _found("  a = (\n  b\n")
    assert (found.code, found.span) == ("P001", Span(1, 6, 1, 7))


def test_a_task_may_give_lists_of_functions() -> None:
    functions = {each.name: each for each in HEADER.functions}
    lists = (("experts", (functions["f"], functions["fold"])),)
    header = replace(HEADER, lists=lists)
    findings = Findings()
    program = parse("return step.Map(fn=experts[0]).apply(x)", findings, header=header)
    assert not findings.sorted()
    assert program == _program("return Map(x, fn=f)")


WRONG = {
    # wrong parameters
    "step.Flatten(L=[0, 2]).apply(x)": ("A004", "L=[0, 1]"),
    "step.Flatten(L=[1]).apply(x)": ("A004", "L=[0, 1]"),
    "step.Flatten(L=1).apply(x)": ("A004", "L=[0, 1]"),
    "step.Flatten(L=[1, 1]).apply(x)": ("A004", "L=[0, 1]"),
    f"step.Flatten(L=[0, {2**62}]).apply(x)": ("A004", "L=[0, 1]"),
    "step.Flatten(L=[0, 'one']).apply(x)": ("A004", "L=[0, 1]"),
    "step.Flatten(L=[0, one]).apply(x)": ("N001", ""),
    "step.Reshape(L=[0, one], S=[4, 8]).apply(x)": ("N001", ""),
    "step.Flatten(L=[2, 3]).apply(x)": ("S002", "Promote"),
    "step.Reshape(L=[0, 1], S=[4]).apply(x)": ("A004", "S=[4, 8]"),
    "step.Reshape(L=[0, 0], S=[4, 4]).apply(x)": ("A004", "S=[4, 8]"),
    "step.Reshape(L=[1]).apply(x)": ("A001", "chunk"),
    "step.Reshape(L=[1], S=[3]).apply(x)": ("S003", "chunk"),
    "step.Streamify(a=1).apply(step.Bufferize(a=2).apply(x))": ("N004", "Bufferize"),
    "step.Accum(fn=fold, a=1, b=1).apply(x)": ("A002", "once"),
    "step.Accum(fold, fn=fold).apply(x)": ("A002", "once"),
    "step.Accum(fn=fold, n=1).apply(x)": ("N004", "fn"),
    "step.Accum(fn=f, b=1).apply(x)": ("F011", "state"),
    "step.Accum(fn=add, b=1).apply(x)": ("F010", "init=zeros"),
    "step.Merge(fn=fold, N=3).apply((x, y), control)": ("A004", "N"),
    "step.Merge(fn=fold, N=3).apply((x, y, control))": ("A004", "N"),
    "step.Merge().apply((x, y), control)": ("A001", "fn"),
    "step.Merge(fn=fold).apply((control, x, y))": ("T002", "last"),
    "step.Partition(N=3).apply((x, control))": ("S007", "2"),
    "step.Partition(N=2).apply((control, x))": ("T002", "last"),
    # wrong use
    "step.Map(fn=f).apply(x).apply(y)": ("P002", "step.Op"),
    "step.Zip()": ("A001", "step.Zip(...).apply(x)"),
    "step.Zipp().apply((x, y))": ("N002", "Zip"),
    "step.Map(fn=h).apply(x)": ("N001", ""),
    "step.Map(fn=f(x)).apply(y)": ("A003", "fn=f"),
    "f(x)": ("A003", "fn=f"),
    "x.map(f)": ("P002", "step.Op"),
    "torch.relu(x)": ("P002", "step.Op"),
    "step.Map(fn=lambda a: a).apply(x)": ("P002", "def"),
    "step.Zip().apply(*[x, y])": ("P002", "list"),
}


@pytest.mark.parametrize("body", WRONG)
def test_what_is_wrong_is_said_once(body: str) -> None:
    code, hint = WRONG[body]
    found = _found(f"return {body}")
    assert [each.code for each in found] == [code], [each.message for each in found]
    assert hint in found[0].hint


ONCE = {
    "a: Stream = step.Map(fn=f).apply(x)\nreturn a": "P002",
    "a = b = step.Map(fn=f).apply(x)\nreturn a": "P002",
    "import step\nreturn step.Map(fn=f).apply(x)": "P002",
    "ones = step.Map(fn=f).apply(x)\nreturn ones": "P009",
    "max = step.Map(fn=f).apply(x)\nreturn max": "P009",
    "a = step.Zipp().apply((x, y))\nb = step.Map(fn=g).apply(a)\nreturn step.Zip().apply((b, z))": (
        "N002"
    ),
    "a = step.Flatten(L=[0, 2]).apply(step.Zip().apply((x, y)))\nreturn a": "A004",
}


@pytest.mark.parametrize("body", ONCE)
def test_one_mistake_is_one_finding(body: str) -> None:
    assert [each.code for each in _found(body)] == [ONCE[body]]


def table() -> str:
    """Write the table of the README."""
    rows = ["| earlier | here | remark |", "| --- | --- | --- |"]
    rows += [
        f"| `{each.earlier}` | `{each.here}` | {each.note.replace('|', ' ')} |"
        for each in EARLIER.values()
    ]
    return "\n".join(rows)


def test_the_readme_shows_the_table() -> None:
    _, _, section = README.read_text(encoding="utf-8").partition("## The earlier dialect\n")
    assert table() in section.partition("\n## ")[0]


_ATOMS = (
    "x y control f fold add relu() 0 1 2 M N-M 0.5 zeros None True 'w' -1 unknown f(x) "
    "step.Copy().apply(x)"
)
_VALUES = st.recursive(
    st.sampled_from(_ATOMS.split()),
    lambda inner: st.builds(
        lambda parts, brackets: f"{brackets[0]}{', '.join(parts)}{brackets[1]}",
        st.lists(inner, max_size=3),
        st.sampled_from(["[]", "()", ("(", ",)")]),
    ),
    max_leaves=4,
)
_ARGUMENTS = st.lists(
    st.one_of(
        _VALUES,
        st.builds(
            "{}={}".format,
            st.sampled_from([*"abLnNS", "fn", "init", "rank", "x", "ref", "control", "inputs"]),
            _VALUES,
        ),
    ),
    max_size=3,
).map(lambda given: ", ".join(sorted(dict.fromkeys(given), key=lambda each: "=" in each)))


@given(st.sampled_from([*EARLIER, "Broadcast", "Reassemble", "Expand"]), _ARGUMENTS, _ARGUMENTS)
def test_any_call_gets_a_program_or_a_finding(name: str, parameters: str, streams: str) -> None:
    program, findings = _read(f"return step.{name}({parameters}).apply({streams})")
    if program is None or findings.has_errors:
        assert findings.has_errors
        return
    checked = check(program, findings)
    assert (checked is None) == findings.has_errors
