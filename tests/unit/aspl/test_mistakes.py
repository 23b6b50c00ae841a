"""Mistakes that once went unreported, were reported as something else, or broke the reader."""

from __future__ import annotations

import pytest
from judged import judged_findings

from aspl.diagnostics import MAX_FINDINGS, Diagnostic, Findings, Severity, Span
from aspl.program import Program
from aspl.text.parse import parse
from aspl.text.printer import print_program
from aspl.text.source import Source


def kernel(*lines: str) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"M = Dim(4)\n\ndef kernel(x: Stream(f32, [M])):\n{body}"


def codes(text: str) -> list[str]:
    return [each.code for each in judged_findings(text)[1]]


def program(*lines: str) -> Program:
    findings = Findings()
    found = parse(kernel(*lines), findings)
    assert found is not None
    assert not findings.has_errors
    return found


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("y = Repeat(x, n=2.5)", "A003"),
        ("y = Repeat(x, n=M * 2.5)", "A003"),
        ("y = Repeat(x, n=M + (inf - inf))", "A003"),
        ("y = Repeat(x, n=min())", "A001"),
        ("y = Repeat(x, n=min(value=3))", "A001"),
        ("y = Repeat(x, n=max([]))", "A001"),
        ("y = Repeat(x, n=len([1], [2]))", "A002"),
        ("y = Map(x, fn=[each for each in reversed([exp], [log])][0])", "A002"),
        ("y = Map(x, fn=pick)", "F012"),
        ("y = Repeat(x, n=dim(x, 1))", "S002"),
        ("y = Repeat(x, n=dim(x, -1))", "S002"),
        ("y = range(M * 4611686018427387904)", "P011"),
        ("a, b, c = range(M)", "P012"),
    ],
)
def test_a_mistake_is_reported(line: str, code: str) -> None:
    assert code in codes(kernel(line, "return x"))


@pytest.mark.parametrize("name", ["Map", "f32", "range", "zeros", "M"])
def test_a_parameter_of_the_kernel_has_a_name_of_its_own(name: str) -> None:
    text = f"M = Dim(4)\ndef kernel({name}: Stream(f32, [4])):\n    return {name}\n"
    assert "P009" in codes(text)


def test_an_affine_read_of_an_empty_tensor_is_reported() -> None:
    text = """\
def kernel(w: Tensor(f32, [2, 0])) -> Stream(Tile(f32, [2, 2]), [1, 2, 1]):
    return LinearOffChipLoad(w, tile=[2, 2], stride=[1, 1], shape=[2, 1])
"""
    assert codes(text) == ["S006"]


def test_a_list_that_is_appended_to_keeps_its_other_names_as_they_are() -> None:
    lengths = "Repeat(Repeat(x, n=len(a)), n=len(b))"
    lines = ["a = [1]", "b = a", "a.append(2)", "a.append(3)", "b.append(4)"]
    assert program(*lines, f"return {lengths}") == program("return Repeat(Repeat(x, n=3), n=2)")
    lines = ["a = []", "a.append(1)", "b = a", "a.append(2)", "b.append(3)", "b.append(4)"]
    assert program(*lines, f"return {lengths}") == program("return Repeat(Repeat(x, n=2), n=3)")


def test_a_list_may_hold_itself_as_it_was() -> None:
    lines = ("a = [1]", "a.append(a)", "a.append(a)")
    made = program(*lines, "return Repeat(Repeat(x, n=len(a)), n=len(a[2]))")
    assert made == program("return Repeat(Repeat(x, n=3), n=2)")


def test_the_names_of_a_comprehension_end_with_it() -> None:
    made = program("i = 7", "a = [i for i in [1, 2]]", "return Repeat(x, n=i)")
    assert made == program("return Repeat(x, n=7)")
    assert codes(kernel("a = [i for i in [1, 2]]", "return Repeat(x, n=i)")) == ["N001"]


def test_extents_of_other_streams_are_put_in_wherever_they_stand() -> None:
    text = """\
P = DynamicDim(2)

def kernel(x: Stream(f32, [P]), s: Stream(Index(3), [4])) -> Stream(u64, [4, P, 1]):
    later = Feedback(Stream(f32, [dim(x, 0)]))
    Close(later, x)
    Consumer(later)
    return FlatMap(s, fn=expert_addresses(n=dim(x, 0)))
"""
    checked, findings = judged_findings(text)
    assert findings == ()
    assert checked is not None
    assert str(checked.types[2]) == "Stream(f32, [P])"


def test_what_poison_reaches_through_an_extent_is_not_mentioned_again() -> None:
    lines = ("y = Nothing(x)", "z = Feedback(Stream(f32, [4]))", "Close(z, z)")
    assert codes(kernel(*lines, "return Repeat(z, n=dim(y, 0))")) == ["N002", "L001"]


def test_feedbacks_that_close_each_other_print_and_parse_back() -> None:
    made = program(
        "a = Feedback(Stream(f32, [M]))",
        "b = Feedback(Stream(f32, [M]))",
        "Close(a, b)",
        "Close(b, x)",
        "return a",
    )
    assert parse(print_program(made), Findings()) == made


def test_columns_are_counted_in_characters() -> None:
    text = kernel("é = '变'; y = zz", "return x")
    (found,) = judged_findings(text)[1]
    line = Source(text).lines[found.span.line - 1]
    assert line[found.span.column : found.span.end_column] == "zz"


def test_a_finding_at_the_end_of_a_line_stays_in_it() -> None:
    (found,) = judged_findings("M = Dim(4)//\n")[1]
    assert found.span == Span(1, 12, 1, 12)


def test_more_readers_than_names_are_told_to_use_a_list() -> None:
    (found,) = judged_findings(kernel("return Map(x, x, x, x, x, fn=pick(index=0))"))[1]
    assert "`copies[i]`" in found.hint


def finding(number: int, severity: Severity) -> Diagnostic:
    return Diagnostic(code="N001", message=f"{number}", span=Span(1, 0, 1, 0), severity=severity)


def test_warnings_beyond_the_bound_are_left_out_and_said_to_be() -> None:
    findings = Findings()
    for number in range(2 * MAX_FINDINGS):
        findings.add(finding(number, Severity.WARNING))
    assert len(findings) == MAX_FINDINGS + 1
    assert not findings.has_errors
    assert findings.sorted()[-1].code == "P010"


def test_words_beyond_the_bound_are_cut() -> None:
    findings = Findings()
    long = "x" * 5000
    findings.add(
        Diagnostic(
            code="N001", message=long, span=Span(1, 0, 1, 0), hint=long, facts=(("got", long),)
        )
    )
    (found,) = findings
    assert max(len(found.message), len(found.hint), len(found.facts[0][1])) < 1100


def test_a_parameter_is_given_once() -> None:
    findings = Findings()
    text = """
M = Dim(4)

def kernel(x: Stream(f32, [M])) -> Stream(f32, [M]):
    return Map(x, fn=exp, fn=relu)
"""
    parse(text, findings)
    assert [(each.code, each.message) for each in findings] == [("A002", "`fn` is given twice")]
