"""What the screens show, at two sizes, with and without colours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asked_tasks import TASKS
from consoles import (
    SMALL,
    WIDE,
    acted,
    campaign,
    desk,
    opened,
    play,
    press,
    screen,
    under_way,
    workspace,
)
from rich.segment import Segment
from run_records import (
    TASKS as ASKED,
)
from run_records import (
    asked,
    began,
    config,
    failed,
    in_round,
    judged,
    outcomes,
    record,
    unfenced,
    verdict,
)
from textual.pilot import Pilot

from agent.campaigns.lock import locked
from agent.console.desk import Desk
from agent.console.keys import keys_text
from agent.providers.model import Request
from aspl.diagnostics import Diagnostic, Label, Severity, Span
from benchmark.judge.verdict import Mismatch
from benchmark.store.config import PolicyOptions
from benchmark.store.objects import digest, encoded
from benchmark.store.steering import ApprovalAsked, HintGiven
from benchmark.store.workspace import Workspace, Write

Golden = Callable[[str, str], None]
SIZES = {"120x40": WIDE, "80x24": SMALL}

PROGRAM = """\
doubled = Map(x, fn=double)
total = Accum(x, fn=add, init=zeros, rank=1)
return Streamify(total)
"""
TWICE = Diagnostic(
    code="L001",
    message="stream `x` is read twice",
    span=Span(2, 14, 2, 15),
    labels=(Label(Span(1, 14, 1, 15), "first read here"),),
    hint="write `x_0, x_1 = Broadcast(x, n=2)` and read each copy once",
)
SOFT = Diagnostic(
    code="W001",
    message="stream `doubled` is never read",
    span=Span(1, 0, 1, 7),
    severity=Severity.WARNING,
)
WRONG = Mismatch(
    output=0,
    regime="paper",
    largest_absolute=2.5,
    largest_relative=0.25,
    wrong=3,
    total=12,
    first=((0, 1), (0, 2), (2, 1)),
    got=(1.0, 2.0, 3.5),
    wanted=(1.5, 4.5, 3.25),
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path) as found:
        yield found


def finished(place: Workspace) -> None:
    """Record a run of two rounds with endings of all kinds."""
    fused = "attention/fused"
    wrong = verdict("bmm/outer", "return x\n", "wrong-values", mismatches=(WRONG,))
    record(
        place,
        "r",
        [
            began(0, (each.name for each in ASKED), first=0, samples=2),
            *judged(verdict(fused, PROGRAM, "not-linear", diagnostics=(TWICE, SOFT)), 0),
            *judged(verdict(fused, "return Streamify(x)\n", "correct", 1234), 1),
            *outcomes("attention/scan", {"ill-typed": 1, "correct": 1}),
            *judged(wrong, 0),
            *unfenced("bmm/outer", 1, "I do not know."),
            *failed("rope/neox", 0),
            began(1, ("bmm/outer", "rope/neox"), first=2, samples=2),
            *in_round(1, outcomes("bmm/outer", {"wrong-values": 2}, first=2)),
            *in_round(1, outcomes("rope/neox", {"correct": 1}, first=2)),
        ],
        ending="incomplete",
    )


@pytest.mark.parametrize("size", SIZES)
def test_the_board_of_a_finished_run(place: Workspace, size: str, golden: Golden) -> None:
    finished(place)
    golden(f"console/board-{size}.txt", play(desk(place), size=SIZES[size]))


@pytest.mark.parametrize(("key", "name"), [("2", "curve"), ("3", "events")])
def test_a_small_terminal_shows_one_part_of_the_board_at_a_time(
    place: Workspace, key: str, name: str, golden: Golden
) -> None:
    finished(place)
    golden(f"console/board-{name}-80x24.txt", play(desk(place), key, size=SMALL))


def test_the_board_of_a_run_under_way(place: Workspace, golden: Golden) -> None:
    program = encoded("return x\n")
    waits = ApprovalAsked(task="bmm/outer", sample=0, gate="judge", program=digest(program))
    hint = encoded("mind the rank")
    under_way(
        place,
        *judged(verdict("attention/fused", "a\n", "correct", 100), 0),
        Write(run="", events=(waits,), objects=(program,)),
        Write(run="", events=(HintGiven(task="rope/neox", hint=digest(hint)),), objects=(hint,)),
    )
    with locked(place.file, "r"):
        golden("console/board-running-120x40.txt", play(desk(place)))


@pytest.mark.parametrize("size", SIZES)
def test_findings_stand_below_the_lines_that_they_speak_of(
    place: Workspace, size: str, golden: Golden
) -> None:
    finished(place)
    keys = ("enter", "up") if size == "120x40" else ("enter", "up", "3")
    golden(f"console/answer-{size}.txt", play(desk(place), *keys, size=SIZES[size]))


def test_a_verdict_tells_what_is_wrong_by_how_much(place: Workspace, golden: Golden) -> None:
    finished(place)
    shown = play(desk(place), "down", "down", "enter", "4")
    golden("console/verdict-120x40.txt", shown)


def test_a_verdict_tells_what_a_correct_program_costs(place: Workspace) -> None:
    finished(place)
    shown = play(desk(place), "enter", "4")
    assert "1,234" in shown
    assert "Accum (line 3) is busy in 97 of 100 cycles" in shown
    assert "bandwidth used    50.00%" in shown


def test_a_prompt_is_shown_section_by_section(place: Workspace) -> None:
    campaign(place, lambda request: f"```\ncorrect {request.sample}\n```")
    shown = play(desk(place), "enter", "2")
    assert "\u25b6 operators (system, always)" in shown, "the lasting ones are folded"
    assert "\u25bc task (user, task)" in shown
    assert "Copy the input." in shown


def test_all_events_of_a_sample_are_shown_as_they_are_kept(place: Workspace) -> None:
    finished(place)
    shown = play(desk(place), "enter", "5")
    assert "sample.proposed  12:00:" in shown
    assert '"task": "attention/fused"' in shown


def test_repairs_are_stages_of_their_own_with_what_they_changed(place: Workspace) -> None:
    def answer(request: Request) -> str:
        return "```\nill-typed at first\n```" if request.call == 0 else "```\ncorrect then\n```"

    campaign(place, answer, 1, PolicyOptions(repairs=1))
    shown = play(desk(place), "enter")
    for words in ("call 0: answer", "check: ill-typed", "call 1: repair", "verdict: correct"):
        assert words in shown
    changed = play(desk(place), "enter", "tab", "up")
    assert "-ill-typed at first" in changed
    assert "+correct then" in changed


def test_what_waits_is_shown_with_its_program(place: Workspace, golden: Golden) -> None:
    program = encoded("return Streamify(x)\n")
    waits = (
        ApprovalAsked(task="a/1", sample=0, gate="judge", program=digest(program)),
        ApprovalAsked(task="b/1", sample=0, gate="exemplar", program=digest(program)),
    )
    under_way(place, Write(run="", events=waits, objects=(program,)))
    golden("console/waiting-80x24.txt", play(desk(place), "a", size=SMALL))
    assert "return Streamify(x)" in play(desk(place), "a", "enter", size=SMALL)


@pytest.mark.parametrize("size", SIZES)
def test_the_editor(place: Workspace, size: str, golden: Golden) -> None:
    program = "ill-typed\nreturn Streamify(x)\n"
    tasks = config(map(asked, TASKS), model="human/console")
    record(place, "r", judged(verdict("a/1", program, "ill-typed", diagnostics=(SOFT,)), 0), tasks)
    shown = play(desk(place), "enter", "e", size=SIZES[size])
    golden(f"console/editor-{size}.txt", shown)


def test_the_runs_and_the_form_of_a_new_one(place: Workspace, golden: Golden) -> None:
    finished(place)
    record(place, "later", outcomes("bmm/outer", {"correct": 1}))
    golden("console/runs-80x24.txt", play(desk(place, None), size=SMALL))
    golden("console/form-80x24.txt", play(desk(place, None), "n", size=SMALL))


def test_all_keys_are_told(place: Workspace, golden: Golden) -> None:
    finished(place)
    golden("console/keys.txt", keys_text().plain + "\n")
    assert "these keys" in play(desk(place), "question_mark", size=SMALL)
    assert "these keys" in play(desk(place), "f1", size=SMALL)


def test_states_are_words_where_there_is_no_colour(place: Workspace) -> None:
    finished(place)
    assert play(desk(place), plain=True) == play(desk(place))


def segments(of: Desk, *, plain: bool) -> list[list[Segment]]:
    """Return what is written to the terminal, line by line."""

    async def run() -> list[list[Segment]]:
        async with opened(of, plain=plain) as pilot:
            return [list(line) for line in pilot.app.screen._compositor.render_strips()]

    return asyncio.run(run())


def test_a_plain_screen_has_no_colours_and_reverses_what_is_chosen(place: Workspace) -> None:
    finished(place)
    lines = segments(desk(place), plain=True)
    styles = [each.style for line in lines for each in line if each.style]
    assert all(each.color is None and each.bgcolor is None for each in styles)
    chosen = [
        "".join(each.text for each in line if each.style and each.style.reverse).strip()
        for line in lines
    ]
    assert [each.split()[:3] for each in chosen if each] == [
        ["1", "tasks"],
        ["\u2713", "solved", "fused"],
    ]
    coloured = segments(desk(place), plain=False)
    assert any(each.style and each.style.bgcolor for line in coloured for each in line)


HOSTILE = "\x1b[2J\x1b]0;gone\x07[bold red]x[/] \u202egnp.exe\r\n\x00"


def test_what_a_model_wrote_cannot_move_the_cursor_or_be_markup(place: Workspace) -> None:
    reason = HOSTILE.replace("\r\n", " ")
    finding = Diagnostic(code="P001", message=reason, span=Span(1, 0, 1, 1), hint=reason)
    found = verdict("a/1", f"x = 1 # {HOSTILE}\n", "ill-typed", diagnostics=(finding,))
    record(
        place,
        "r",
        [*judged(found, 0, reply=HOSTILE), *unfenced("a/2", 0, HOSTILE), *failed("b/1", 0, reason)],
        config(map(asked, TASKS)),
    )
    seen: dict[str, str] = {}

    async def walk(pilot: Pilot[None]) -> None:
        for key in ("1", "enter", "2", "3", "4", "5", "e"):
            await press(pilot, key)
            seen[key] = screen(pilot)

    acted(desk(place), walk)
    for key, shown in seen.items():
        assert not set(shown) & set("\x1b\x07\x00\r\u202e"), key
    assert "[bold red]x[/]" in seen["1"], "the log tells of it"
    assert "[bold red]x[/]" in seen["3"]
    assert "[bold red]x[/]" in seen["e"]
