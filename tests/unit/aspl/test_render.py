"""How findings look: places, carets, widths, and what a terminal must not see."""

from __future__ import annotations

import json
import unicodedata

import pytest

from aspl.diagnostics import NOWHERE, Diagnostic, Label, Severity, Span
from aspl.render import LONG_LINE, from_json, render, render_all, summary, to_json, visible_text


def finding(span: Span, *labels: Label, note: str = "", message: str = "wrong") -> Diagnostic:
    return Diagnostic(code="X000", message=message, span=span, labels=labels, note=note)


def at(line: int, column: int, length: int = 1) -> Span:
    return Span(line, column, line, column + length)


def shown(text: str, *args: object, **kwargs: object) -> str:
    return render(finding(*args, **kwargs), text, "x.aspl")  # type: ignore[arg-type]


def caret_columns(output: str, sign: str = "^") -> tuple[int, int]:
    """Return the terminal columns of the first marker row's signs: first, and behind the last."""
    row = next(
        line for line in output.split("\n") if set(line.split("|")[-1].strip()[:1]) == {sign}
    )
    return row.index(sign), row.rindex(sign) + 1


def columns(text: str) -> int:
    return sum(
        0
        if unicodedata.category(each) == "Mn"
        else 2
        if unicodedata.east_asian_width(each) in "WF"
        else 1
        for each in text
    )


def test_a_finding_with_a_label_looks_like_the_house_style() -> None:
    text = "\n\n\n\ns = zip(q, k)\n\no = map(q, scale)\n"
    diagnostic = Diagnostic(
        code="L001",
        message="stream `q` is read twice",
        span=at(7, 8),
        note="second read here",
        labels=(Label(at(5, 8), "first read here"),),
        hint="write `q1, q2 = copy(q)`",
    )
    lines = render(diagnostic, text, "prefill.aspl").split("\n")
    why = next(line for line in lines if line.startswith(" why:  "))
    lines.remove(why)
    assert lines == [
        "error[L001]: stream `q` is read twice",
        "  --> prefill.aspl:7:9",
        " 5 | s = zip(q, k)",
        "   |         - first read here",
        " 7 | o = map(q, scale)",
        "   |         ^ second read here",
        " hint: write `q1, q2 = copy(q)`",
    ]


def test_a_finding_without_a_place_has_no_source() -> None:
    output = shown("x = 1\n", NOWHERE, Label(NOWHERE, "made by a builder"), note="this one")
    assert output.split("\n") == [
        "error[X000]: wrong",
        "  --> x.aspl",
        " note: this one",
        " note: made by a builder",
    ]


def test_a_place_behind_the_text_keeps_its_words() -> None:
    output = shown("x = 1", at(9, 0), note="here")
    assert output.split("\n")[1:] == ["  --> x.aspl:9:1", " note: here"]


def test_an_empty_line_is_not_shown() -> None:
    assert shown("", at(1, 0)).split("\n") == ["error[X000]: wrong", "  --> x.aspl:1:1"]


def test_labels_of_one_line_stand_one_below_the_other() -> None:
    output = shown(
        "f(a, b)", at(1, 5), Label(at(1, 2), "one"), Label(at(1, 0, 7), "all"), note="two"
    )
    assert output.split("\n")[2:] == [
        " 1 | f(a, b)",
        "   | ------- all",
        "   |   - one",
        "   |      ^ two",
    ]


def test_far_lines_are_parted() -> None:
    text = "\n".join(f"line{number}" for number in range(1, 101))
    output = shown(text, at(100, 0, 4), Label(at(2, 0), "a"), Label(at(4, 0), "b"))
    assert output.split("\n")[1:] == [
        "    --> x.aspl:100:1",
        "   2 | line2",
        "     | - a",
        "   4 | line4",
        "     | - b",
        "...",
        " 100 | line100",
        "     | ^^^^",
    ]


def test_a_span_of_several_lines_is_shown_by_its_first() -> None:
    output = shown("x = f(a,  \n      b)", Span(1, 4, 2, 8))
    assert output.split("\n")[2:] == [" 1 | x = f(a,", "   |     ^^^^"]


def test_an_empty_span_has_a_caret() -> None:
    assert shown("x = ", at(1, 4, 0)).split("\n")[2:] == [" 1 | x =", "   |     ^"]


@pytest.mark.parametrize(
    ("before", "word"),
    [
        ("x = ", "y"),
        ("\t\t", "y"),
        ("a\tb\t", "yy"),
        ("漢字 = ", "y"),
        ("漢字 = ", "字字"),
        ("e\u0301e\u0301 = ", "e\u0301x"),
        ("\uff46\uff55 = ", "half"),
        ("x = '🙂' + ", "y"),
        ("한글 = ", "y"),
    ],
)
def test_carets_stand_below_their_word(before: str, word: str) -> None:
    output = shown(f"{before}{word} + 1", at(1, len(before), len(word)))
    line = output.split("\n")[2]
    start, end = caret_columns(output)
    place = line.index(word)
    assert (start, end) == (columns(line[:place]), columns(line[: place + len(word)]))


@pytest.mark.parametrize("column", [0, 5, 60, 119, 150, 400, 890])
def test_a_long_line_is_shown_around_its_span(column: int) -> None:
    text = "".join(f"{number:04}," for number in range(180))
    output = shown(text, at(1, column, 4))
    _, _, line, _ = output.split("\n")
    start, end = caret_columns(output)
    assert line[start:end] == text[column : column + 4]
    assert len(line) <= LONG_LINE
    assert line.startswith(" 1 | ...") == (column > 33)
    assert line.endswith("...") == (column < 800)


def test_a_long_line_is_shown_once_for_each_place() -> None:
    text = "".join(f"{number:04}," for number in range(180))
    labels = (Label(at(1, 5, 4), "first"), Label(at(1, 510, 4), "near"))
    output = shown(text, at(1, 500, 4), *labels, note="here")
    lines = output.split("\n")[2:]
    assert [line.split("|")[0].strip() for line in lines] == ["1", "", "1", "", ""]
    for row, words in ((1, "0001 first"), (3, "0100 here"), (4, "0102 near")):
        number, label = words.split()
        source = lines[row - 1] if row < 4 else lines[2]
        sign = "^" if label == "here" else "-"
        assert source[lines[row].index(sign) :].startswith(number)
        assert lines[row].endswith(label)


def test_wide_characters_make_a_line_long() -> None:
    text = "漢" * 90 + "x"
    output = shown(text, at(1, 90, 1))
    line, carets = output.split("\n")[2:]
    assert columns(line[: line.index("x")]) == carets.index("^")
    assert columns(line) <= LONG_LINE


@pytest.mark.parametrize("bad", ["\x1b[2J", "\u202e", "\r", "\x00", "\u2028", "\ud800", "\x9b"])
def test_what_moves_the_cursor_is_not_printed(bad: str) -> None:
    diagnostic = Diagnostic(
        code=f"X{bad}",
        message=f"a {bad} b",
        span=at(1, 4),
        note=bad,
        hint=f"{bad}{bad}",
        labels=(Label(at(1, 0), bad),),
    )
    output = render(diagnostic, f"x = {bad}y", f"n{bad}.aspl")
    output = output.replace(f"[X{bad}]", "")
    assert bad not in output
    assert output.isprintable() or set(output) - {"\n"} == set(output.replace("\n", ""))
    output.encode()


def test_colours_come_only_when_wanted() -> None:
    diagnostic = finding(at(1, 0), Label(at(1, 4), "b"), note="a")
    plain = render(diagnostic, "x = 1", "x.aspl")
    colored = render(diagnostic, "x = 1", "x.aspl", color=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31merror[X000]\x1b[0m" in colored
    stripped = colored
    for style in ("1;31", "1;33", "1;34", "34", "1", "0"):
        stripped = stripped.replace(f"\x1b[{style}m", "")
    assert stripped == plain


def test_words_are_broken_where_a_terminal_ends() -> None:
    diagnostic = Diagnostic(code="X000", message="m", span=NOWHERE, hint="some words " * 10)
    plain = render(diagnostic, "", "").split("\n")
    narrow = render(diagnostic, "", "", width=40).split("\n")
    assert max(map(len, narrow)) <= 40
    assert [line[:7] for line in narrow[1:]] == [" hint: ", *[" " * 7] * (len(narrow) - 2)]
    assert " ".join(" ".join(narrow).split()) == " ".join(" ".join(plain).split())


def test_many_findings_end_with_their_number() -> None:
    warning = Diagnostic(code="X001", message="m", span=NOWHERE, severity=Severity.WARNING)
    output = render_all([finding(at(1, 0)), warning, finding(at(1, 4))], "x = 1", "x.aspl")
    assert output.split("\n\n")[-1] == "2 errors, 1 warning"
    assert output.count("error[X000]") == 2
    assert render_all([], "x = 1", "x.aspl") == ""


def test_the_summary_counts_one_in_the_singular() -> None:
    assert summary([finding(NOWHERE)]) == "1 error"
    assert summary([]) == "no errors"


def test_a_record_gives_the_finding_back() -> None:
    diagnostic = Diagnostic(
        code="S001",
        message="expected `[M]`, got `[K]`",
        span=Span(3, 1, 4, 2),
        severity=Severity.WARNING,
        labels=(Label(at(1, 2), "made here"), Label(NOWHERE, "")),
        note="n",
        hint="h",
        facts=(("expected", "[M]"), ("got", "[K]")),
    )
    record = json.loads(json.dumps({**to_json(diagnostic), "file": "x.aspl"}))
    assert record["schema"] == "aspl.diagnostic/1"
    assert from_json(record) == diagnostic


def test_a_record_of_another_schema_is_refused() -> None:
    with pytest.raises(ValueError, match=r"aspl\.diagnostic/1"):
        from_json({"schema": "aspl.diagnostic/2"})


def test_many_findings_of_a_long_text_are_rendered_in_linear_time() -> None:
    text = "x" * 200_000 + "\ny\n" * 1000
    findings = [finding(at(1, column, 3)) for column in range(0, 200_000, 200)]
    assert render_all(findings, text, "x.aspl").count("error[X000]") == 1000


def test_a_text_is_shown_without_what_moves_the_cursor() -> None:
    shown = visible_text("a\tb\nc\x1b[31md\0\u202ee\r")
    assert shown.startswith("a\tb\nc")
    assert not set("\x1b\0\u202e\r") & set(shown)
    assert len(shown) == len("a\tb\nc\x1b[31md\0\u202ee\r")
