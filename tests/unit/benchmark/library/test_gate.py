"""What a gate finds, from a library, verdicts that are given, and a baseline."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from libraries import FEW, Here, edit, library

from benchmark.judge.verdict import Outcome, Verdict
from benchmark.library.folder import read_folder, sha256
from benchmark.library.gate import Gated, Rules, broken, gate
from benchmark.library.manifest import read_manifest
from benchmark.library.measure import measured
from benchmark.library.versions import machine, versions
from benchmark.tasks.table import TASKS

ONE = "bmm/outer-products"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return library(tmp_path_factory.mktemp("library"))


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """A library of one's own."""
    copy = tmp_path / "kernels"
    for path in (each for each in made.rglob("*") if each.is_file()):
        there = copy / path.relative_to(made)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(path.read_bytes())
    return copy


@pytest.fixture(scope="module")
def verdicts(made: Path) -> Mapping[str, Verdict]:
    return measured(read_folder(made), TASKS, Here())


def rules(**more: Any) -> Rules:
    return Rules(tasks=TASKS, machine=machine(), versions=versions(), **more)


def found(gated: Gated) -> list[tuple[str, str]]:
    return [(each.name, each.file) for each in gated.findings]


def costing(verdict: Verdict, **changes: Callable[[int], int]) -> Verdict:
    """Return a verdict with other numbers."""
    assert verdict.cost is not None
    new: dict[str, Any] = {
        name: change(getattr(verdict.cost, name)) for name, change in changes.items()
    }
    return replace(verdict, cost=replace(verdict.cost, **new))


def claim(place: Path, change: Callable[[Any], object]) -> None:
    """Change what the manifest says."""
    path = place / "library.json"
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body, indent=2))


def program(body: Any, task: str = ONE) -> Any:
    return next(each for each in body["programs"] if each["task"] == task)


def test_a_correct_library_passes(place: Path, verdicts: Mapping[str, Verdict]) -> None:
    baseline = read_manifest((place / "library.json").read_bytes())
    gated = gate(read_folder(place), verdicts, rules(required=FEW, baseline=baseline))
    assert gated.is_good
    assert gated.findings == ()
    assert [(row.task, row.outcome) for row in gated.rows] == [(each, "correct") for each in FEW]
    assert all(row.metrics == row.before for row in gated.rows)


@pytest.mark.parametrize(
    ("number", "code"),
    [("cycles", "slower"), ("on_chip_bytes", "more-memory")],
)
def test_a_program_that_is_five_percent_worse_than_the_baseline_fails(
    place: Path, verdicts: Mapping[str, Verdict], number: str, code: str
) -> None:
    baseline = read_manifest((place / "library.json").read_bytes())
    worse = costing(verdicts[ONE], **{number: lambda value: -(-value * 105 // 100)})
    now = getattr(worse.cost, number)
    claim(place, lambda it: program(it)["metrics"].update({number: now}))
    path = place / f"{ONE}.aspl"
    path.write_text(path.read_text().replace(f"{getattr(verdicts[ONE].cost, number)}\n", "-\n"))
    digest = sha256(path.read_bytes())
    claim(place, lambda it: program(it).update(sha256=digest))
    folder, changed = read_folder(place), {**verdicts, ONE: worse}
    assert gate(folder, changed, rules()).is_good
    gated = gate(folder, changed, rules(baseline=baseline))
    assert not gated.is_good
    assert found(gated) == [(code, f"{ONE}.aspl")]
    assert "before (+5." in gated.findings[0].message
    wide = rules(baseline=baseline, max_regression=Fraction(6, 100))
    assert gate(folder, changed, wide).is_good


def test_traffic_where_there_was_none_fails(place: Path, verdicts: Mapping[str, Verdict]) -> None:
    baseline = read_manifest((place / "library.json").read_bytes())
    worse = costing(verdicts[ONE], off_chip_bytes=lambda value: value + 4)
    claim(place, lambda it: program(it)["metrics"].update(off_chip_bytes=4))
    edit(place, ONE, "off-chip bytes: 0", "off-chip bytes: 4")
    gated = gate(read_folder(place), {**verdicts, ONE: worse}, rules(baseline=baseline))
    assert found(gated) == [("more-traffic", f"{ONE}.aspl"), ("edited", f"{ONE}.aspl")]
    assert gated.findings[0].message == "4 off-chip bytes, and 0 before"


def test_a_change_within_the_bound_passes_at_its_edge(
    place: Path, verdicts: Mapping[str, Verdict]
) -> None:
    claim(place, lambda it: program(it)["metrics"].update(cycles=1000))
    baseline = read_manifest((place / "library.json").read_bytes())
    claim(place, lambda it: program(it)["metrics"].update(cycles=2000))
    for cycles, good in ((1020, True), (1021, False)):
        changed = costing(verdicts[ONE], cycles=partial(max, cycles))
        gated = gate(read_folder(place), {**verdicts, ONE: changed}, rules(baseline=baseline))
        names = [name for name, _ in found(gated) if name != "understated"]
        # its comment tells fewer cycles than that
        assert names == (["tampered"] if good else ["slower", "tampered"])


@pytest.mark.parametrize("key", ["cycles", "on_chip_bytes", "flops", "depth"])
def test_a_claim_that_is_better_than_measured_is_tampered(
    place: Path, verdicts: Mapping[str, Verdict], key: str
) -> None:
    def less(body: Any) -> None:
        program(body)["metrics"][key] -= 1

    claim(place, less)
    gated = gate(read_folder(place), verdicts, rules())
    assert found(gated) == [("tampered", "library.json")]
    assert not gated.is_good
    lines = (place / "library.json").read_text().split("\n")
    assert f'"{key}"' in lines[gated.findings[0].line - 1]
    before = [line for line in lines[: gated.findings[0].line] if '"task"' in line]
    assert ONE in before[-1]


def test_bytes_that_only_the_data_decide_are_no_number_to_claim(
    place: Path, verdicts: Mapping[str, Verdict]
) -> None:
    cost = verdicts[ONE].cost
    assert cost is not None
    unbounded = replace(verdicts[ONE], cost=replace(cost, on_chip_bytes=None))
    gated = gate(read_folder(place), {**verdicts, ONE: unbounded}, rules())
    assert set(found(gated)) == {("tampered", "library.json"), ("tampered", f"{ONE}.aspl")}
    claim(place, lambda it: program(it)["metrics"].update(on_chip_bytes=None))
    gated = gate(read_folder(place), verdicts, rules())
    assert found(gated) == [("understated", "library.json")]


def test_a_claim_that_is_worse_than_measured_is_only_told(
    place: Path, verdicts: Mapping[str, Verdict]
) -> None:
    claim(place, lambda it: program(it)["metrics"].update(cycles=10**6))
    gated = gate(read_folder(place), verdicts, rules())
    assert found(gated) == [("understated", "library.json")]
    assert gated.is_good


def test_a_comment_that_tells_better_numbers_is_tampered(
    place: Path, verdicts: Mapping[str, Verdict]
) -> None:
    edit(place, ONE, "# cycles:         851", "# cycles:         85")
    digest = sha256((place / f"{ONE}.aspl").read_bytes())
    claim(place, lambda it: program(it).update(sha256=digest))
    gated = gate(read_folder(place), verdicts, rules())
    assert found(gated) == [("tampered", f"{ONE}.aspl")]
    assert gated.findings[0].line == 4


def test_an_edited_program_is_told_and_compared_with_what_it_was(
    place: Path, verdicts: Mapping[str, Verdict]
) -> None:
    edit(place, ONE, "products", "product")
    folder = read_folder(place)
    gated = gate(folder, verdicts, rules())
    assert found(gated) == [("edited", f"{ONE}.aspl")]
    assert gated.is_good
    slower = costing(verdicts[ONE], cycles=lambda value: value * 105 // 100)
    gated = gate(folder, {**verdicts, ONE: slower}, rules())
    assert found(gated) == [("slower", f"{ONE}.aspl"), ("edited", f"{ONE}.aspl")]


def test_a_claim_is_held_true_whatever_judge_it_names(
    place: Path, verdicts: Mapping[str, Verdict]
) -> None:
    claim(place, lambda it: it["versions"].update(judge="another"))
    gated = gate(read_folder(place), verdicts, rules())
    assert found(gated) == [("stale", "library.json")]
    assert "another judge (another)" in gated.findings[0].message
    claim(place, lambda it: program(it)["metrics"].update(cycles=850))
    gated = gate(read_folder(place), verdicts, rules())
    assert found(gated) == [("tampered", "library.json"), ("stale", "library.json")]
    words = "850 cycles are claimed, 851 are measured; if another judge counted otherwise, build"
    assert gated.findings[0].message.startswith(words)


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(machine="reference 00"),
        lambda it: it["versions"].pop("simulator"),
        lambda it: program(it).update(task_version="00"),
    ],
)
def test_numbers_of_another_machine_simulator_or_task_are_stale(
    place: Path, verdicts: Mapping[str, Verdict], change: Callable[[Any], object]
) -> None:
    claim(place, change)
    gated = gate(read_folder(place), verdicts, rules())
    assert found(gated) == [("stale", "library.json")]
    assert gated.is_good


def test_the_version_of_the_workbench_alone_is_not_told(
    place: Path, verdicts: Mapping[str, Verdict]
) -> None:
    claim(place, lambda it: it["versions"].update(workbench="0.0.1"))
    assert gate(read_folder(place), verdicts, rules()).findings == ()


def test_what_is_missing_fails(place: Path, verdicts: Mapping[str, Verdict]) -> None:
    baseline = read_manifest((place / "library.json").read_bytes())
    claim(place, lambda it: it["programs"].remove(program(it)))
    (place / "norm" / "rms.aspl").unlink()
    held = rules(required=("norm/rms", "rope/gptj"), baseline=baseline)
    gated = gate(read_folder(place), verdicts, held)
    errors = [each for each in gated.findings if each.is_error]
    assert {each.name for each in errors} == {"missing"}
    assert [each.message for each in errors] == [
        "`bmm/outer-products` has a program in the baseline, and the library has none",
        "`rope/gptj` is required, and the library has none",
        "`norm/rms.aspl` is not there",
    ]
    assert found(gated)[-1] == ("unlisted", f"{ONE}.aspl")


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.WRONG_VALUES, "wrong"),
        (Outcome.DEADLOCK, "wrong"),
        (Outcome.LIMIT, "unjudged"),
        (Outcome.CRASHED, "unjudged"),
    ],
)
def test_a_program_that_is_not_correct_fails(
    place: Path, verdicts: Mapping[str, Verdict], outcome: Outcome, code: str
) -> None:
    bad = replace(verdicts[ONE], outcome=outcome, cost=None, reason="why")
    gated = gate(read_folder(place), {**verdicts, ONE: bad}, rules())
    assert found(gated) == [(code, f"{ONE}.aspl")]
    (finding,) = gated.findings
    assert finding.message == f"the judge says {outcome}: why"
    assert finding.detail.startswith(f"{ONE}: {outcome}")
    text = (place / f"{ONE}.aspl").read_text().split("\n")
    assert text[finding.line - 1].startswith("def kernel(")


def test_the_first_error_of_a_wrong_text_is_where_it_stands(place: Path) -> None:
    edit(place, ONE, "Streamify(", "Streamifi(")
    folder = read_folder(place)
    (first, _) = gate(folder, measured(folder, TASKS, Here()), rules()).findings
    text = (place / f"{ONE}.aspl").read_text().split("\n")
    assert "Streamifi(" in text[first.line - 1]
    assert first.name == "wrong"


def test_a_file_that_declares_other_things_fails(place: Path) -> None:
    edit(place, ONE, "return state + x", "return state - x")
    folder = read_folder(place)
    gated = gate(folder, measured(folder, TASKS, Here()), rules())
    assert [name for name, _ in found(gated)] == ["other-header", "edited"]


def test_a_task_that_is_not_known_is_not_judged(place: Path) -> None:
    other = place / "bmm" / "other.aspl"
    other.write_text("anything")
    claim(place, lambda it: program(it).update(task="bmm/other", file="bmm/other.aspl"))
    folder = read_folder(place)
    verdicts = measured(folder, TASKS, Here())
    assert "bmm/other" not in verdicts
    gated = gate(folder, verdicts, rules())
    assert ("unknown-task", "library.json") in found(gated)


def test_a_changed_module_is_told(place: Path, verdicts: Mapping[str, Verdict]) -> None:
    (place / "__init__.py").write_text("import os\n")
    assert found(gate(read_folder(place), verdicts, rules())) == [("other-module", "__init__.py")]


def test_a_manifest_that_cannot_be_read_fails() -> None:
    gated = broken("no JSON", 7, rules(required=("norm/rms",)))
    assert [(each.name, each.line) for each in gated.findings] == [("missing", 1), ("broken", 7)]
    assert not gated.is_good
