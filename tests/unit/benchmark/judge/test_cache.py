from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from answers import GOOD, SQUARES, WRONG

from benchmark.judge.cache import Cache, key_of
from benchmark.judge.find import find_task
from benchmark.judge.limits import Limits
from benchmark.judge.pool import JudgePool
from benchmark.judge.run import Judge
from benchmark.judge.verdict import Outcome, Verdict

TASK = find_task(SQUARES)
VERDICT = Verdict(task=TASK.name, outcome=Outcome.WRONG_SHAPE, program=GOOD, seeds=(1, 2))


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "verdicts")


def test_a_verdict_is_found_by_all_that_decides_it(cache: Cache) -> None:
    key = key_of(TASK, GOOD, seeds=None, linearity="strict")
    cache.keep(key, VERDICT)
    assert cache.find(key) == VERDICT
    others = [
        key_of(TASK, f"{GOOD} ", seeds=None, linearity="strict"),
        key_of(TASK, GOOD, seeds=(1, 2), linearity="strict"),
        key_of(TASK, GOOD, seeds=None, linearity="auto"),
        key_of(replace(TASK, header=f"{TASK.header} "), GOOD, seeds=None, linearity="strict"),
        key_of(replace(TASK, regimes=TASK.regimes[:1]), GOOD, seeds=None, linearity="strict"),
        replace(key, versions={**key.versions, "judge": "another"}),
        replace(key, versions={**key.versions, "machine": "another"}),
    ]
    assert [cache.find(each) for each in others] == [None] * len(others)


def test_hits_and_misses_are_explained(cache: Cache) -> None:
    key = key_of(TASK, GOOD, seeds=None, linearity="strict")
    assert "was not judged before" in cache.explain(key)
    cache.keep(key, VERDICT)
    assert cache.explain(key).startswith("hit because program ")
    assert "linearity strict" in cache.explain(replace(key, linearity="auto"))
    assert "seeds fresh" in cache.explain(replace(key, seeds="1,2"))
    assert "miss because" in cache.explain(replace(key, versions={**key.versions, "judge": "x"}))


def test_what_may_end_otherwise_is_not_kept(cache: Cache) -> None:
    key = key_of(TASK, GOOD, seeds=None, linearity="strict")
    for outcome in (Outcome.LIMIT, Outcome.CRASHED):
        cache.keep(key, replace(VERDICT, outcome=outcome))
    assert list(cache.entries()) == []


def test_what_is_no_entry_is_left_aside(cache: Cache) -> None:
    key = key_of(TASK, GOOD, seeds=None, linearity="strict")
    cache.keep(key, VERDICT)
    (path,) = cache.folder.glob("*/*.json")
    for text in ("", "[]", "{}", path.read_text(encoding="utf-8")[:-20]):
        path.write_text(text, encoding="utf-8")
        assert cache.find(key) is None
        assert list(cache.entries()) == []


def test_kept_verdicts_are_listed_and_forgotten(cache: Cache) -> None:
    keys = [key_of(TASK, text, seeds=None, linearity="strict") for text in (GOOD, WRONG)]
    for key in keys:
        cache.keep(key, VERDICT)
    assert sorted(each["program"] for each in cache.entries()) == sorted(
        key.program for key in keys
    )
    assert cache.clear() == 2
    assert cache.find(keys[0]) is None


def test_nothing_is_judged_twice(cache: Cache) -> None:
    answers = [(SQUARES, GOOD), (SQUARES, WRONG), (SQUARES, GOOD)]
    with JudgePool(1) as pool:
        judge = Judge(pool=pool, cache=cache)
        first = {each.place: each.verdict for each in judge.map(answers)}
    # no worker can report in this one
    with JudgePool(1, limits=Limits(output_bytes=1)) as pool:
        judge = Judge(pool=pool, cache=cache)
        assert {each.place: each.verdict for each in judge.map(answers)}.keys() == {0, 1, 2}
        assert judge.judge(SQUARES, GOOD) in (first[0], first[2])
        assert judge.judge(SQUARES, WRONG) == first[1]
        off = Judge(pool=pool)
        assert off.judge(SQUARES, GOOD).outcome is Outcome.LIMIT
