"""From what was asked for to a run that can begin."""

from __future__ import annotations

import pytest

from agent.campaigns.start import Wanted, config_of, key_rule, tasks_of
from aspl.terminal import UsageError
from benchmark.judge.cache import key_of
from benchmark.tasks.table import TASKS


def test_a_run_is_resolved_before_it_begins() -> None:
    config = config_of(Wanted(model="scripted/zero", tasks=("rope/neox", "bmm/scaled-rows")))
    assert [each.name for each in config.tasks] == ["rope/neox", "bmm/scaled-rows"]
    assert [each.family for each in config.tasks] == ["rope", "bmm"]
    assert (config.suite, config.policy, config.samples, config.seed) == ("core", "best-of-n", 1, 0)
    assert set(config.versions) == {"workbench", "judge", "prompts"}
    assert list(tasks_of(config)) == ["rope/neox", "bmm/scaled-rows"]


def test_a_suite_is_all_its_tasks() -> None:
    config = config_of(Wanted(model="scripted/zero"))
    assert [each.name for each in config.tasks] == list(TASKS)
    classes = [(each.kind, each.reads) for each in config.tasks]
    # arXiv 2502.02534, table 2
    assert classes.count(("arithmetic", "once")) == 7
    assert classes.count(("arithmetic", "reuse")) == 8
    assert classes.count(("shape", "once")) == 7
    assert classes.count(("shape", "reuse")) == 4


def test_verdicts_are_named_as_the_judge_names_them() -> None:
    rule = key_rule()
    for name in ("rope/neox", "norm/rms"):
        task = TASKS[name]
        wanted = key_of(task, "return x", seeds=None, linearity="strict").digest
        assert rule(task, "return x") == rule(task, "return x") == wanted
    assert rule(TASKS["rope/neox"], "return x") != rule(TASKS["rope/neox"], "return y")


def test_an_unknown_policy_is_told_of() -> None:
    with pytest.raises(
        UsageError, match="there is no policy `best-of-m`; did you mean `best-of-n`"
    ):
        config_of(Wanted(model="scripted/zero", policy="best-of-m"))
