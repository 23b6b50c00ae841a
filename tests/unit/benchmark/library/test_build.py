"""Which programs a library is built from, and what it may write over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from libraries import Here, built, edit, library, solutions
from run_records import asked, config, judged, opened, record

from aspl.terminal import UsageError
from benchmark.judge.pipeline import judge_here
from benchmark.judge.pool import Judged
from benchmark.judge.verdict import Outcome
from benchmark.library.build import build, write_library
from benchmark.library.diff import changes
from benchmark.library.folder import read_folder, read_library, sha256
from benchmark.library.manifest import Manifest
from benchmark.tasks.table import TASKS

ONE = "norm/rms"
(GOOD,) = solutions([ONE]).values()
LONG = f"# says nothing\n{GOOD}"
SLOW = f"x = Streamify(Bufferize(x, rank=1))\n{GOOD}"
WRONG = GOOD.replace("fn=over", "fn=under")


def only(manifest: Manifest) -> int:
    (entry,) = manifest.programs
    return entry.provenance.sample


@pytest.mark.parametrize(
    ("answers", "sample"),
    [
        ([SLOW, WRONG, GOOD], 2),
        ([LONG, GOOD, LONG], 1),
        ([LONG, SLOW], 0),
        ([GOOD, f"{GOOD}\n"], 0),
    ],
)
def test_the_fewest_cycles_are_best_then_the_shortest(
    tmp_path: Path, answers: list[str], sample: int
) -> None:
    assert only(built(tmp_path, {ONE: answers}).manifest) == sample


def test_the_best_of_several_runs_is_taken(tmp_path: Path) -> None:
    views = []
    with opened(tmp_path) as workspace:
        for run, text in (("run-a", SLOW), ("run-b", GOOD), ("run-c", LONG)):
            writes = judged(judge_here(TASKS[ONE], text, seeds=(1, 2)), 0)
            views.append(record(workspace, run, writes, config([asked(ONE)], model=f"m/{run}")))
        (entry,) = build(workspace, views, Here()).manifest.programs
    assert (entry.provenance.run, entry.provenance.model) == ("run-b", "m/run-b")
    assert (entry.provenance.seeds, entry.seeds) == ((1, 2), (3,))
    assert entry.provenance.answer == sha256(GOOD.encode())


def test_a_program_that_is_not_correct_any_more_gives_way(tmp_path: Path) -> None:
    class Strict(Here):
        def map(self, answers) -> Iterator[Judged]:
            for each in super().map(answers):
                if "says nothing" not in each.verdict.program:
                    bad = replace(each.verdict, outcome=Outcome.WRONG_VALUES, cost=None)
                    each = replace(each, verdict=bad)
                yield each

    with opened(tmp_path) as workspace:
        writes = []
        for sample, text in enumerate((LONG, GOOD)):
            writes += judged(judge_here(TASKS[ONE], text, seeds=(1,)), sample)
        view = record(workspace, "run-a", writes, config([asked(ONE)]))
        assert only(build(workspace, [view], Strict()).manifest) == 0
        writes = judged(judge_here(TASKS[ONE], GOOD, seeds=(1,)), 0)
        view = record(workspace, "run-b", writes, config([asked(ONE)]))
        found = build(workspace, [view], Strict())
    assert found.texts == {}
    assert found.left_out == {ONE: "no answer is correct when it is judged again"}


def test_a_task_that_is_gone_is_left_out(tmp_path: Path) -> None:
    gone = replace(judge_here(TASKS[ONE], GOOD, seeds=(1,)), task="norm/gone")
    with opened(tmp_path) as workspace:
        view = record(workspace, "run-a", judged(gone, 0), config([asked("norm/gone")]))
        found = build(workspace, [view], Here())
    assert found.left_out == {"norm/gone": "there is no such task any more"}


def test_a_library_tells_hashes_versions_and_the_machine(tmp_path: Path) -> None:
    place = library(tmp_path, [ONE])
    manifest = read_library(place)
    assert set(manifest.versions) == {"workbench", "judge", "simulator"}
    assert manifest.machine.startswith("reference ")
    (entry,) = manifest.programs
    assert entry.sha256 == sha256((place / entry.file).read_bytes())
    assert entry.signature == "kernel(x: Stream(f32, [N, D])) -> Stream(f32, [N, D])"
    assert entry.metrics.cycles == 468


def test_a_library_is_built_again_in_its_place(tmp_path: Path) -> None:
    place = library(tmp_path, [ONE, "rope/neox"])
    found = built(tmp_path / "more", {"rope/gptj": solutions(["rope/gptj"]).values()})
    write_library(found, place)
    there = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    assert there == {"library.json", "__init__.py", "rope/gptj.aspl"}


def test_what_is_not_ours_is_not_written_over(tmp_path: Path) -> None:
    found = built(tmp_path / "runs", {ONE: [GOOD]})
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("")
    with pytest.raises(UsageError, match="is no library and not empty; name another with -o"):
        write_library(found, other)
    place = tmp_path / "kernels"
    write_library(found, place)
    edit(place, ONE, "mean", "middle")
    with pytest.raises(UsageError, match=r"`norm/rms\.aspl` in library .* was edited by hand"):
        write_library(found, place)
    (place / "library.json").write_text("{")
    with pytest.raises(UsageError, match="is broken"):
        write_library(found, place)


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    found = built(tmp_path / "runs", {ONE: [GOOD]})
    place, outside = tmp_path / "kernels", tmp_path / "outside"
    write_library(built(tmp_path / "more", {"rope/neox": solutions(["rope/neox"]).values()}), place)
    outside.mkdir()
    (place / "norm").symlink_to(outside)
    with pytest.raises(UsageError, match="symbolic link"):
        write_library(found, place)
    assert list(outside.iterdir()) == []


def test_libraries_are_compared_task_by_task(tmp_path: Path) -> None:
    old = library(tmp_path, [ONE, "rope/neox"])
    answers = {ONE: [SLOW], "rope/gptj": solutions(["rope/gptj"]).values()}
    write_library(built(tmp_path / "more", answers), tmp_path / "new")
    found = {each.task: each for each in changes(old, tmp_path / "new")}
    kinds = {task: each.kind for task, each in found.items()}
    assert kinds == {ONE: "changed", "rope/gptj": "added", "rope/neox": "removed"}
    assert "+    x = Streamify(Bufferize(x, rank=1))" in found[ONE].lines
    assert not any(line.startswith(("+#", "-#")) for line in found[ONE].lines)
    assert {each.kind for each in changes(old, old)} == {"same"}
    assert read_folder(old).unlisted == ()
