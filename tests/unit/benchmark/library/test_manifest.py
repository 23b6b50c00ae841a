"""Manifests are read strictly, and what is wrong is told by its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from benchmark.library.manifest import (
    Entry,
    Manifest,
    ManifestError,
    Metrics,
    Provenance,
    line_of,
    read_manifest,
    write_manifest,
)


def entry(task: str) -> Entry:
    return Entry(
        task=task,
        file=f"{task}.aspl",
        sha256="00",
        signature="kernel(x)",
        metrics=Metrics(cycles=9, off_chip_bytes=8, on_chip_bytes=None, flops=6, depth=2),
        seeds=(5,),
        task_version="11",
        provenance=Provenance(
            run="run-a", model="m\ud800", policy="p", sample=3, answer="ab", prompt="cd", seeds=(1,)
        ),
    )


MANIFEST = Manifest(
    machine="reference 00", versions={"judge": "22"}, programs=(entry("b/two"), entry("a/one"))
)
TEXT = json.dumps(
    json.loads(write_manifest(Manifest(machine="", versions={}, programs=(entry("a/b"),)))),
    indent=2,
).replace("\\ud800", "")


def changed(change: Callable[[Any], object]) -> bytes:
    body = json.loads(TEXT)
    change(body)
    return json.dumps(body, indent=2).encode()


def test_a_manifest_comes_back_in_the_order_of_its_tasks() -> None:
    text = write_manifest(MANIFEST).replace("\\ud800", "")
    read = read_manifest(text.encode())
    assert [each.task for each in read.programs] == ["a/one", "b/two"]
    assert write_manifest(read) == text
    assert read.entry("b/two") == read.programs[1]
    assert read.entry("c/three") is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda it: it.update(schema="aspl.library/2"), "expected schema aspl.library/1"),
        (lambda it: it.update(more=1), "`more`"),
        (lambda it: it.pop("machine"), "`machine`: field required"),
        (lambda it: it["programs"][0]["metrics"].update(cycles="9"), "programs.0.metrics.cycles"),
        (lambda it: it["programs"][0]["metrics"].update(cycles=9.5), "programs.0.metrics.cycles"),
        (lambda it: it["programs"][0]["metrics"].update(cycles=True), "programs.0.metrics.cycles"),
        (lambda it: it["programs"][0]["metrics"].update(speed=9), "programs.0.metrics.speed"),
        (lambda it: it["programs"].append(it["programs"][0]), "two programs have `a/b`"),
        (lambda it: it.update(programs={}), "`programs`"),
    ],
)
def test_a_manifest_that_is_not_of_the_schema_is_told(
    change: Callable[[Any], object], words: str
) -> None:
    with pytest.raises(ManifestError, match=words.replace(".", r"\.")):
        read_manifest(changed(change))


@pytest.mark.parametrize(
    ("data", "words", "line"),
    [
        (b"[1,\n2,\n}", "no JSON", 3),
        (b"[]", "expected schema aspl.library/1, got list", 1),
        (b"\xff", "utf-8", 1),
        (b"[" * 100_000, "nested too deeply", 1),
        (TEXT.replace('"cycles": 9', '"cycles": 1, "cycles": 9').encode(), "stands twice", 1),
        (TEXT.replace('"cycles": 9', '"cycles": NaN').encode(), "`NaN` is no number", 1),
        (TEXT.replace('"cycles": 9', '"cycles": "9"').encode(), "valid integer", 12),
    ],
)
def test_what_is_no_manifest_is_told_with_its_line(data: bytes, words: str, line: int) -> None:
    with pytest.raises(ManifestError, match=words) as caught:
        read_manifest(data)
    assert caught.value.line == line


def test_the_line_of_a_claim_is_that_of_its_own_program() -> None:
    text = write_manifest(MANIFEST)
    lines = text.split("\n")
    for place, task in enumerate(("a/one", "b/two")):
        line = line_of(text, place, "task")
        assert task in lines[line - 1]
        assert '"cycles"' in lines[line_of(text, place, "cycles") - 1]
        assert line_of(text, place, "cycles") > line
    assert '"versions"' in lines[line_of(text, None, "versions") - 1]
    assert line_of(text, 7, "cycles") == 1
    assert line_of(json.dumps(json.loads(text)), 1, "cycles") == 1
