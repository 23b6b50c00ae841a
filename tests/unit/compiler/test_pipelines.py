"""Pipelines as text, and the table of passes."""

from __future__ import annotations

import pytest

from compiler.listing import passes_text
from compiler.passes.assign_depths import AssignDepths
from compiler.passes.hier_tile import HierTile
from compiler.passes.insert_broadcasts import InsertBroadcasts
from compiler.passes.table import PASSES
from compiler.pipelines import (
    DEFAULT,
    PIPELINES,
    BadPipeline,
    options_of,
    parse_pipeline,
    pipeline_text,
)


@pytest.mark.parametrize("name", PASSES)
def test_every_pass_says_what_it_does(name: str) -> None:
    kind = PASSES[name]
    assert kind.name == name
    assert kind.about
    assert "\n" not in kind.about
    assert all(each.metadata["doc"] for each in options_of(kind))
    assert f"  {name} " in passes_text()


def test_names_are_of_one_pass_or_pipeline() -> None:
    assert len({kind.about for kind in PASSES.values()}) == len(PASSES)
    assert not set(PASSES) & set(PIPELINES)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("insert-broadcasts", (InsertBroadcasts(),)),
        (" insert-broadcasts , hier-tile ", (InsertBroadcasts(), HierTile())),
        ("hier-tile{tile=8 cols=4}", (HierTile(tile=8, cols=4),)),
        ("hier-tile { tile=8 }", (HierTile(tile=8),)),
        ("assign-depths{depth=3},default", (AssignDepths(depth=3), *DEFAULT)),
    ],
)
def test_a_text_names_passes(text: str, passes: tuple[object, ...]) -> None:
    found = parse_pipeline(text)
    assert found == passes
    assert parse_pipeline(pipeline_text(found)) == passes


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 0, "expected `pass` or"),
        ("verify,", 7, "got the end"),
        ("verify}", 6, "got `}`"),
        ("verify canonicalise", 7, "got `c`"),
        ("verify,insert-broadcast", 7, "did you mean `insert-broadcasts`"),
        ("hier-tile{tile=0}", 0, "expected 1 or more for `tile`"),
        ("hier-tile{tile=-1}", 0, "expected an integer for `tile` of `hier-tile`, got `-1`"),
        ("hier-tile{tile}", 0, "expected an integer"),
        ("hier-tile{size=4}", 0, "has no option `size`; it has `tile`, `rows`"),
        ("verify{fast=1}", 0, "it has none"),
        ("default{tile=1}", 0, "there is no pass `default`"),
    ],
)
def test_a_wrong_text_is_located(text: str, column: int, words: str) -> None:
    with pytest.raises(BadPipeline, match=words) as caught:
        parse_pipeline(text)
    assert caught.value.column == column


def test_options_hold_their_bounds() -> None:
    with pytest.raises(ValueError, match="`cols` of `hier-tile` is 1 or more, got 0"):
        HierTile(cols=0)
