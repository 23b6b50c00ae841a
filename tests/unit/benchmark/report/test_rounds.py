"""Reports of runs of many rounds: what each brought, what it showed, what it took."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rounds import ADAPTIVE, EXEMPLAR, NAMES, adaptive, baseline, lost
from run_records import began, config, opened, outcomes, record

from benchmark.report.content import Report, report
from benchmark.report.cost import (
    batches_words,
    cache_words,
    cost_words,
    lost_words,
    retried_words,
    tokens_words,
)
from benchmark.report.facts import options_words
from benchmark.report.html import report_html
from benchmark.report.junit import report_junit
from benchmark.report.markdown import report_markdown
from benchmark.report.record import report_record
from benchmark.report.rounds import shown_words
from benchmark.report.samples import samples_csv
from benchmark.report.text import report_text
from benchmark.store.config import PolicyOptions, Usage
from benchmark.store.events import BatchSubmitted, RoundBegan, SampleProposed
from benchmark.store.objects import digest, encoded
from benchmark.store.view import RunView, SampleView
from benchmark.store.workspace import Write


@pytest.fixture
def told(tmp_path: Path) -> Report:
    with opened(tmp_path) as workspace:
        other = record(workspace, "run-2", baseline(), config(samples=5))
        return report(workspace, record(workspace, "run-1", adaptive(), ADAPTIVE), other)


def test_text_is_what_its_golden_says(told: Report, golden: Callable[[str, str], None]) -> None:
    golden("report/rounds.txt", report_text(told) + "\n")


def test_on_a_terminal_the_curve_is_drawn_and_lines_are_broken(
    told: Report, golden: Callable[[str, str], None]
) -> None:
    golden("report/rounds-80.txt", report_text(told, width=80) + "\n")


def test_policies_are_compared_at_equal_numbers_of_samples(told: Report) -> None:
    words = report_text(told)
    assert "samples in all, this and the other  17 and 20" in words
    assert "solved by them                      2 and 2" in words
    # the other solves attention/scan with its 18th sample
    assert "solved by the first 17 samples      2 and 1" in words
    assert "solved by this run alone            1: attention/fused" in words


def test_a_page_shows_what_rounds_showed(told: Report) -> None:
    page = report_html(told)
    # the exemplar is not the program of the fewest cycles, and stands on the page all the same
    assert page.count('<li><a href="#program-task-bmm-outer-0">bmm/outer</a>') == 2
    assert '<details id="program-task-bmm-outer-0">' in page
    assert "correct, 120 cycles, 2 lines, an exemplar</summary>" in page
    assert "# short\nreturn x\n" in page
    # one that the records do not hold leads nowhere
    assert "<li>rope/neox <small>0.250</small>" in page
    assert "<div><dt>attention/scan</dt><dd>rope/neox</dd></div>" in page
    assert "round 2: 2 tasks, 2 exemplars, the hardest 1 of 2 strata, 1 for each task" in page
    assert page.count('<line class="round"') == 2


def test_markdown_has_the_rounds(told: Report) -> None:
    words = report_markdown(told)
    assert "### Rounds" in words
    assert "| 1 | 1 of 1 | 1 | 3 | 6 | 1 | 2 | 14 | 6,000 | 600 | attention/fused |" in words


def test_json_has_the_rounds_and_what_was_lost(told: Report) -> None:
    found = json.loads(json.dumps(report_record(told), allow_nan=False))
    assert [each["solved"] for each in found["scores"]["rounds"]] == [
        ["bmm/outer"],
        ["attention/fused"],
        [],
    ]
    assert found["scores"]["curve"] == {"samples": 17, "solves": [3, 12], "begins": [0, 8, 14]}
    assert found["lost"] == {"calls": 2, "usd_at_most": pytest.approx(0.04)}
    assert found["tasks"][0]["solved_by"] == {"round": 1, "sample": 3}
    assert found["tasks"][0]["first_round"] == {"samples": 2, "correct": 0}
    assert found["usage"]["uncached_tokens"] == 3400
    assert found["against"]["first"] == {"samples": 17, "solved": 2, "solved_alike": 2}


def test_csv_has_rounds_and_tokens_by_kind(tmp_path: Path) -> None:
    usage = Usage(
        input_tokens=1000,
        cached_tokens=700,
        cache_write_tokens=200,
        output_tokens=50,
        reasoning_tokens=40,
        usd=0.5,
        unknown_usd=0.25,
    )
    event = SampleProposed(
        task="rope/neox",
        sample=3,
        round=2,
        reply=digest(encoded("r")),
        retried=("timed out", "timed out"),
        usage=usage,
    )
    with opened(tmp_path) as workspace:
        run = record(workspace, "r", [Write(run="", events=(event,), objects=(encoded("r"),))])
    (row,) = csv.DictReader(io.StringIO(samples_csv(run)))
    assert (row["round"], row["calls"], row["retried"]) == ("2", "1", "2")
    assert (row["input_tokens"], row["uncached_tokens"]) == ("1000", "100")
    assert (row["cached_tokens"], row["cache_write_tokens"]) == ("700", "200")
    assert (row["output_tokens"], row["reasoning_tokens"]) == ("50", "40")
    assert (row["usd"], row["unknown_usd"]) == ("0.5", "0.25")
    assert retried_words(run) == "2 attempts before an answer came"
    assert tokens_words(run.usage) == (
        "1,000 in (100 uncached, 700 read from cache, 200 written to it), 50 out (40 reasoning)"
    )
    assert cost_words(run) == (
        "0.5000 USD; calls without an answer may be billed up to 0.2500 more"
    )


def test_tasks_that_a_budget_left_out_are_not_counted_as_tried(tmp_path: Path) -> None:
    writes = [
        began(0, NAMES, first=0, samples=1),
        *outcomes("attention/fused", {"correct": 1}),
        *outcomes("attention/scan", {"ill-typed": 1}),
    ]
    with opened(tmp_path) as workspace:
        run = record(workspace, "r", writes, config(samples=1), ending="budget")
        found = report(workspace, run)
    assert "(solved 1 of 4 (2 tasks were never asked); shares" in report_text(found)
    assert "solved 1 of 4 (2 tasks were never asked)" in report_markdown(found).splitlines()[0]
    assert "2 tasks never asked; 95 %: -" in report_html(found)
    skipped = ElementTree.fromstring(report_junit(found)).findall(".//skipped")
    assert [each.get("message") for each in skipped] == ["it was never asked"] * 2


def test_lost_calls_are_told_with_what_they_may_cost(told: Report, tmp_path: Path) -> None:
    assert lost_words(told.run) == (
        "2 calls went out and never came back; they may be billed up to $0.04"
    )
    with opened(tmp_path) as workspace:
        run = record(workspace, "r", [lost(0, usd=None)], ending=None)
    assert lost_words(run) == (
        "1 call went out and never came back; it may be billed for a price that is not known, "
        "or it may be under way"
    )


def test_calls_of_batches_under_way_are_not_lost(tmp_path: Path) -> None:
    batch = BatchSubmitted(round=0, batch="b", samples=(("attention/scan", 0, "r"),))
    with opened(tmp_path) as workspace:
        writes = [lost(0), Write(run="", events=(batch,))]
        run = record(workspace, "r", writes, ending="interrupted")
    assert (lost_words(run), batches_words(run)) == ("", "1 batch of 1 call not collected yet")


def with_usage(run: RunView, **changes: object) -> RunView:
    """Return a run whose answers took something else."""

    def changed(sample: SampleView) -> SampleView:
        calls = tuple(
            replace(each, usage=replace(each.usage, **changes))  # type: ignore[arg-type] # fields of a usage
            for each in sample.calls
        )
        return replace(sample, calls=calls, usage=replace(sample.usage, **changes))  # type: ignore[arg-type] # as above

    return replace(run, samples=tuple(map(changed, run.samples)))


def test_a_cache_that_nothing_was_read_from_is_warned_of(told: Report) -> None:
    assert cache_words(told.run) == "80.0% of the input was read from a cache"
    warning = "warning: nothing was read from a cache in 17 calls, and prompts begin alike"
    assert cache_words(with_usage(told.run, cached_tokens=0)) == warning
    # not of models that cost nothing, nor of a few calls, nor where nobody counted
    free = with_usage(told.run, cached_tokens=0, usd=0.0)
    assert cache_words(free) == "0.0% of the input was read from a cache"
    few = replace(told.run, samples=told.run.samples[:5])
    assert "warning" not in cache_words(with_usage(few, cached_tokens=0))
    assert cache_words(with_usage(told.run, input_tokens=0, cached_tokens=0)) == ""


def test_options_that_matter_are_told() -> None:
    assert options_words(ADAPTIVE) == (
        "3 strata, patience 1, exemplars hardest-first, temperature 0.2 0.8, "
        "1 repair on check, guard model, 4,096 output tokens"
    )
    options = PolicyOptions(strata=1, rounds=4, retrieve=2, guard="pass")
    assert options_words(config(policy="adaptive", options=options)) == (
        "1 stratum, patience 1, at most 4 rounds, exemplars hardest-first, "
        "the 2 most alike for each task, guard pass, 4,096 output tokens"
    )


def test_what_a_round_shows_is_told() -> None:
    asked = RoundBegan(
        round=0,
        tasks=NAMES,
        first=0,
        samples=1,
        exemplars=(EXEMPLAR,) * 17,
        stratum=1,
        strata=3,
    )
    assert shown_words(asked, ADAPTIVE) == "17 exemplars, the hardest 2 of 3 strata"
    assert shown_words(replace(asked, stratum=2), ADAPTIVE) == "17 exemplars, all 3 strata"
    assert shown_words(replace(asked, exemplars=()), ADAPTIVE) == "no exemplars"
    by_chance = config(policy="adaptive", options=PolicyOptions(order="random"))
    assert shown_words(asked, by_chance) == "17 exemplars at random"
